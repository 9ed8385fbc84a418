"""How long an unpaid submission keeps its place of a limited number."""

import sqlalchemy as sa
from alembic import op

from portal.database import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("submission", sa.Column("place_until", UtcDateTime(), nullable=True))
    op.create_index("ix_submission_form", "submission", ["form"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_submission_form", "submission")
    op.drop_column("submission", "place_until")
