"""Definitions, drafts, their files, and submissions."""

import sqlalchemy as sa
from alembic import op

from portal.database import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of filling and sending."""
    op.create_table(
        "form_definition",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("shared", sa.Text(), nullable=False),
        sa.Column("fees", sa.Text(), nullable=False),
        sa.Column("first_served_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_form_definition"),
    )
    op.create_index("ix_form_definition_form", "form_definition", ["form"])
    op.create_table(
        "draft",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("session_hash", sa.String(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("resume_hash", sa.String(), nullable=True),
        sa.Column("second_fact_hash", sa.String(), nullable=True),
        sa.Column("resume_tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["form_definition.digest"], name="fk_draft_digest"),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
    )
    op.create_index("ix_draft_session_hash_form", "draft", ["session_hash", "form"])
    op.create_index("ix_draft_expires_at", "draft", ["expires_at"])
    op.create_index("ix_draft_resume_hash", "draft", ["resume_hash"])
    op.create_table(
        "draft_file",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name="fk_draft_file_draft_id"),
        sa.PrimaryKeyConstraint("id", name="pk_draft_file"),
    )
    op.create_index("ix_draft_file_draft_id", "draft_file", ["draft_id"])
    op.create_table(
        "submission",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("session_hash", sa.String(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("fee", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("payment_token", sa.String(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=True),
        sa.Column("delete_after", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest"], ["form_definition.digest"], name="fk_submission_digest"
        ),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name="fk_submission_draft_id"),
        sa.PrimaryKeyConstraint("id", name="pk_submission"),
        sa.UniqueConstraint("reference", name="uq_submission_reference"),
    )
    op.create_index("ix_submission_draft_id", "submission", ["draft_id"])
    op.create_index("ix_submission_delete_after", "submission", ["delete_after"])


def downgrade() -> None:
    """Drop them."""
    for table in ("submission", "draft_file", "draft", "form_definition"):
        op.drop_table(table)
