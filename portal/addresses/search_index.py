"""The index that finds properties by their words, which SQLite and PostgreSQL do differently.

SQLite has an FTS5 table kept in step by triggers; PostgreSQL a GIN index over a tsvector of the
very words we folded, so that no parser or dictionary of its own comes between. The migration makes
them in a real database and listeners on the table wherever tests create it.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import DDL, Table, column, event, text
from sqlmodel import Session, select

from portal.addresses.words import Wanted

MOST_CANDIDATES = 1_500
"""How many matches are put in order: a search as broad as "road" must not cost a second."""
_VECTOR = "array_to_tsvector(string_to_array(words, ' '))"

_MADE_BY: dict[str, tuple[str, ...]] = {
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
        f"CREATE INDEX ix_gazetteer_property_words ON gazetteer_property USING gin ({_VECTOR})",
    ),
}


def index_words(properties: Table) -> None:
    """Have the index made and dropped together with the table of properties."""
    for dialect, statements in _MADE_BY.items():
        for statement in statements:
            made = DDL(statement).execute_if(dialect=dialect)
            event.listen(properties, "after_create", made)
    dropped = DDL("DROP TABLE IF EXISTS gazetteer_search").execute_if(dialect="sqlite")
    event.listen(properties, "before_drop", dropped)


def uprns_with(session: Session, looked_for: Sequence[Wanted]) -> Any:  # noqa: ANN401  # a subquery
    """A query for the UPRNs of up to 1,500 properties that have every wanted word."""
    # Every word is made of a-z and 0-9, so nothing here can be read as syntax.
    if session.get_bind().dialect.name == "sqlite":
        matching = text(
            "SELECT rowid AS uprn FROM gazetteer_search"
            " WHERE gazetteer_search MATCH :wanted LIMIT :most"
        )
        asked = " AND ".join(_fts5(one) for one in looked_for)
    else:
        matching = text(
            f"SELECT uprn FROM gazetteer_property WHERE {_VECTOR} @@ CAST(:wanted AS tsquery)"  # noqa: S608  # our own constant
            " LIMIT :most"
        )
        asked = " & ".join(_tsquery(one) for one in looked_for)
    bound = matching.bindparams(wanted=asked, most=MOST_CANDIDATES)
    return select(bound.columns(column("uprn")).subquery().c.uprn)


def _fts5(one: Wanted) -> str:
    words = [f'"{word}"' + (" *" if word in one.starts else "") for word in one.words]
    return f"({' OR '.join(words)})"


def _tsquery(one: Wanted) -> str:
    words = [f"'{word}'" + (":*" if word in one.starts else "") for word in one.words]
    return f"({' | '.join(words)})"
