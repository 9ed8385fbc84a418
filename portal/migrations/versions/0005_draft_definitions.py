"""What designers keep while they write: draft definitions, and the answers they try them with."""

import sqlalchemy as sa
from alembic import op

from portal.database import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "draft_definition",
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("shared", sa.Text(), nullable=False),
        sa.Column("fees", sa.Text(), nullable=False),
        sa.Column("based_on", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("form", name="pk_draft_definition"),
    )
    op.create_table(
        "trial",
        sa.Column("session_hash", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.Column("used_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("session_hash", "form", name="pk_trial"),
    )
    op.create_index("ix_trial_used_at", "trial", ["used_at"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("trial")
    op.drop_table("draft_definition")
