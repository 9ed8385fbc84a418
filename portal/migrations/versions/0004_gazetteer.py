"""The gazetteer: streets, properties, their names, and the index that searches them."""

import sqlalchemy as sa
from alembic import op

from portal.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SEARCH_INDEX = {
    "sqlite": (
        (
            "CREATE VIRTUAL TABLE gazetteer_search USING fts5(words, content='gazetteer_property',"
            " content_rowid='uprn', tokenize='ascii', detail='none', prefix='2 3')"
        ),
        (
            "CREATE TRIGGER gazetteer_search_added AFTER INSERT ON gazetteer_property BEGIN"
            " INSERT INTO gazetteer_search (rowid, words) VALUES (new.uprn, new.words); END"
        ),
        (
            "CREATE TRIGGER gazetteer_search_removed AFTER DELETE ON gazetteer_property BEGIN"
            " INSERT INTO gazetteer_search (gazetteer_search, rowid, words)"
            " VALUES ('delete', old.uprn, old.words); END"
        ),
        (
            "CREATE TRIGGER gazetteer_search_changed AFTER UPDATE ON gazetteer_property BEGIN"
            " INSERT INTO gazetteer_search (gazetteer_search, rowid, words)"
            " VALUES ('delete', old.uprn, old.words);"
            " INSERT INTO gazetteer_search (rowid, words) VALUES (new.uprn, new.words); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE INDEX ix_gazetteer_property_words ON gazetteer_property"
            " USING gin (array_to_tsvector(string_to_array(words, ' ')))"
        ),
    ),
}
_TABLES = (
    "gazetteer_supply",
    "gazetteer_word",
    "gazetteer_property_name",
    "gazetteer_property",
    "gazetteer_street_name",
    "gazetteer_street",
)


def upgrade() -> None:
    """Make the tables and the search index."""
    _make_streets()
    _make_properties()
    _make_property_names()
    op.create_table(
        "gazetteer_word",
        sa.Column("word", _ordered_text(), nullable=False),
        sa.PrimaryKeyConstraint("word", name="pk_gazetteer_word"),
    )
    op.create_table(
        "gazetteer_supply",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("custodian", sa.String(), nullable=False),
        sa.Column("process_date", sa.Date(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gazetteer_supply"),
    )
    op.create_index("ix_gazetteer_supply_imported_at", "gazetteer_supply", ["imported_at"])
    for statement in _SEARCH_INDEX[op.get_bind().dialect.name]:
        op.execute(statement)


def _make_streets() -> None:
    op.create_table(
        "gazetteer_street",
        sa.Column("usrn", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("locality", sa.String(), nullable=False),
        sa.Column("town", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("start_easting", sa.Integer(), nullable=False),
        sa.Column("start_northing", sa.Integer(), nullable=False),
        sa.Column("end_easting", sa.Integer(), nullable=False),
        sa.Column("end_northing", sa.Integer(), nullable=False),
        sa.Column("easting", sa.Integer(), nullable=False),
        sa.Column("northing", sa.Integer(), nullable=False),
        sa.Column("latitude", sa.String(), nullable=False),
        sa.Column("longitude", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("usrn", name="pk_gazetteer_street"),
    )
    op.create_table(
        "gazetteer_street_name",
        sa.Column("usrn", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("locality", sa.String(), nullable=False),
        sa.Column("town", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("usrn", "language", name="pk_gazetteer_street_name"),
    )


def _make_properties() -> None:
    op.create_table(
        "gazetteer_property",
        sa.Column("uprn", _uprn(), nullable=False, autoincrement=False),
        sa.Column("parent", _uprn(), nullable=True),
        sa.Column("usrn", sa.Integer(), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("classification", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("town", sa.String(), nullable=False),
        sa.Column("postcode", _ordered_text(), nullable=False),
        sa.Column("easting", sa.Integer(), nullable=False),
        sa.Column("northing", sa.Integer(), nullable=False),
        sa.Column("latitude", sa.String(), nullable=False),
        sa.Column("longitude", sa.String(), nullable=False),
        sa.Column("sort_key", _ordered_text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("uprn", name="pk_gazetteer_property"),
    )
    op.create_index(
        "ix_gazetteer_property_postcode", "gazetteer_property", ["postcode", "sort_key"]
    )


def _make_property_names() -> None:
    op.create_table(
        "gazetteer_property_name",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("uprn", _uprn(), nullable=False),
        sa.Column("usrn", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        *_object_columns("secondary"),
        *_object_columns("primary"),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("post_town", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_gazetteer_property_name"),
    )
    op.create_index("ix_gazetteer_property_name_uprn", "gazetteer_property_name", ["uprn"])
    op.create_index("ix_gazetteer_property_name_usrn", "gazetteer_property_name", ["usrn"])


def _object_columns(prefix: str) -> list[sa.Column[object]]:
    return [
        sa.Column(f"{prefix}_start", sa.Integer(), nullable=True),
        sa.Column(f"{prefix}_start_suffix", sa.String(), nullable=False),
        sa.Column(f"{prefix}_end", sa.Integer(), nullable=True),
        sa.Column(f"{prefix}_end_suffix", sa.String(), nullable=False),
        sa.Column(f"{prefix}_text", sa.String(), nullable=False),
    ]


def _uprn() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _ordered_text() -> sa.Text:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE gazetteer_search")
    for table in _TABLES:
        op.drop_table(table)
