"""Appointments, held and booked, and notes that are promised to cases."""

import sqlalchemy as sa
from alembic import op

from portal.database import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for them."""
    op.create_table(
        "appointment",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("submission_id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("held_until", UtcDateTime(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=True, unique=True),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.UniqueConstraint("draft_id", "place"),
    )
    for column in ("calendar", "day", "submission_id", "held_until"):
        op.create_index(f"ix_appointment_{column}", "appointment", [column])
    op.create_table(
        "case_note",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("submission_id", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
    )
    op.create_index("ix_case_note_submission_id", "case_note", ["submission_id"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("case_note")
    op.drop_table("appointment")
