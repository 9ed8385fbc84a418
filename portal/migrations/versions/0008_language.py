"""The language a form was sent in, so that we write back in it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was sent before is English."""
    op.add_column(
        "submission", sa.Column("language", sa.String(), nullable=False, server_default="en")
    )


def downgrade() -> None:
    """Forget the languages."""
    op.drop_column("submission", "language")
