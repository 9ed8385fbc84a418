"""Cases on their way to the CRM, and notices."""

import sqlalchemy as sa
from alembic import op

from portal.database import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _make_cases()
    _make_notices()


def _make_cases() -> None:
    op.create_table(
        "crm_case",
        sa.Column("submission_id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("published", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("crm", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("case_url", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("create_sent_at", UtcDateTime(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("verified_at", UtcDateTime(), nullable=True),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.Column("status_raw", sa.String(), nullable=False),
        sa.Column("progress", sa.String(), nullable=False),
        sa.Column("status_read_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("submission_id", name="pk_crm_case"),
        sa.UniqueConstraint("reference", name="uq_crm_case_reference"),
    )
    op.create_index("ix_crm_case_state", "crm_case", ["state"])
    op.create_table(
        "crm_case_attachment",
        sa.Column("submission_id", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("crm_id", sa.String(), nullable=False),
        sa.Column("attached_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("submission_id", "file", name="pk_crm_case_attachment"),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["crm_case.submission_id"],
            name="fk_crm_case_attachment_submission_id",
        ),
    )


def _make_notices() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("submission_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("to_address", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("queued_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
    )
    op.create_index("ix_notice_submission_id", "notice", ["submission_id"])
    op.create_index("ix_notice_state", "notice", ["state"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("notice")
    op.drop_table("crm_case_attachment")
    op.drop_table("crm_case")
