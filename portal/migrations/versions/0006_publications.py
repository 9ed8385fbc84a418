"""Publications, and what a draft's resident is still to be told of a change."""

import sqlalchemy as sa
from alembic import op

from portal.database import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and the column."""
    op.create_table(
        "publication",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("from_digest", sa.String(), nullable=False),
        sa.Column("to_digest", sa.String(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["to_digest"], ["form_definition.digest"], name="fk_publication_to_digest"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_publication"),
    )
    op.create_index("ix_publication_form", "publication", ["form"])
    op.add_column("draft", sa.Column("change", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("draft", "change")
    op.drop_table("publication")
