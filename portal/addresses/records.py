"""The rows of the gazetteer and their queries; the index over its words is `search_index`'s."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    Table,
    Text,
    and_,
    func,
    literal,
    or_,
)
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Field, Session, SQLModel, col, select

from portal.addresses.gazetteer import LIVE
from portal.addresses.search_index import index_words, uprns_with
from portal.addresses.words import Wanted
from portal.database import UtcDateTime

_PER_QUERY = 500
_AFTER_ANY = "~"


def _uprn_column(*, primary_key: bool = False) -> Column[int]:
    # INTEGER on SQLite, so that the primary key is the row's own number, which FTS5 refers to.
    return Column(
        BigInteger().with_variant(Integer(), "sqlite"),
        primary_key=primary_key,
        nullable=False,
        autoincrement=False,
    )


def _ordered_text() -> Text:
    # Compared by code point on both databases: a locale would skip the spaces.
    plain = Text()
    return plain.with_variant(Text(collation="C"), "postgresql")


class StreetRow(SQLModel, table=True):
    """A street as it is shown and found."""

    __tablename__ = "gazetteer_street"  # pyright: ignore[reportAssignmentType]

    usrn: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str
    locality: str
    town: str
    words: str = Field(sa_column=Column(Text, nullable=False))
    state: int
    start_easting: int
    start_northing: int
    end_easting: int
    end_northing: int
    easting: int
    northing: int
    latitude: str
    longitude: str


class StreetNameRow(SQLModel, table=True):
    """What a street is called in one language, as it was supplied (record 15)."""

    __tablename__ = "gazetteer_street_name"  # pyright: ignore[reportAssignmentType]

    usrn: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    language: str = Field(primary_key=True)
    name: str
    locality: str
    town: str


class PropertyRow(SQLModel, table=True):
    """A property with its address as it is shown and found."""

    __tablename__ = "gazetteer_property"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_gazetteer_property_postcode", "postcode", "sort_key"),)

    uprn: int = Field(sa_column=_uprn_column(primary_key=True))
    parent: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer(), "sqlite"))
    )
    usrn: int
    """0 when the property has no address."""
    state: int
    """LogicalStatus."""
    classification: str
    organisation: str
    lines: str = Field(sa_column=Column(Text, nullable=False))
    """One to a line."""
    town: str
    postcode: str = Field(sa_column=Column(_ordered_text(), nullable=False))
    easting: int
    northing: int
    latitude: str
    longitude: str
    sort_key: str = Field(sa_column=Column(_ordered_text(), nullable=False))
    words: str = Field(sa_column=Column(Text, nullable=False))


class PropertyNameRow(SQLModel, table=True):
    """One address of a property as it was supplied (record 24)."""

    __tablename__ = "gazetteer_property_name"  # pyright: ignore[reportAssignmentType]

    key: str = Field(primary_key=True)
    uprn: int = Field(
        sa_column=Column(BigInteger().with_variant(Integer(), "sqlite"), nullable=False, index=True)
    )
    usrn: int = Field(index=True)
    language: str
    status: int
    secondary_start: int | None
    secondary_start_suffix: str
    secondary_end: int | None
    secondary_end_suffix: str
    secondary_text: str
    primary_start: int | None
    primary_start_suffix: str
    primary_end: int | None
    primary_end_suffix: str
    primary_text: str
    postcode: str
    post_town: str


class SpeltWordRow(SQLModel, table=True):
    """A word that occurs in an address, to compare misspelt ones with."""

    __tablename__ = "gazetteer_word"  # pyright: ignore[reportAssignmentType]

    word: str = Field(sa_column=Column(_ordered_text(), primary_key=True))


class GazetteerSupplyRow(SQLModel, table=True):
    """A file that was loaded."""

    __tablename__ = "gazetteer_supply"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True)
    kind: str
    custodian: str
    process_date: date
    records: int
    imported_at: datetime = Field(sa_type=UtcDateTime, index=True)


def table_of(row: type[SQLModel]) -> Table:
    """The table of a row class."""
    table: Table = getattr(row, "__table__")  # noqa: B009  # not declared by SQLModel
    return table


index_words(table_of(PropertyRow))


def find_property(session: Session, uprn: int) -> PropertyRow | None:
    """The property with this UPRN, live or not."""
    return session.get(PropertyRow, uprn)


def search_properties(
    session: Session, looked_for: Sequence[Wanted], *, limit: int
) -> Sequence[PropertyRow]:
    """Live properties with every wanted word: as typed, in that order, before the rest.

    Then those that begin as typed ("rose cottage …"), and within each in natural order.
    """
    typed = [one.words[0] for one in looked_for]
    query = (
        select(PropertyRow)
        .where(col(PropertyRow.uprn).in_(uprns_with(session, looked_for)), _is_live())
        .order_by(
            _apart(typed),
            _apart(typed[:2]),
            col(PropertyRow.sort_key),
            col(PropertyRow.uprn),
        )
        .limit(limit)
    )
    return session.exec(query).all()


def _apart(typed: Sequence[str]) -> ColumnElement[bool]:
    """False (sorted first) where these words stand together."""
    return ~literal(" ").concat(col(PropertyRow.words)).contains(" " + " ".join(typed))


def properties_in_postcode(
    session: Session, starts: Sequence[str], *, limit: int
) -> Sequence[PropertyRow]:
    """Live properties whose postcode begins in one of these ways, in natural order."""
    postcode = col(PropertyRow.postcode)
    query = (
        select(PropertyRow)
        .where(or_(*(_begins(postcode, start) for start in starts)), _is_live())
        .order_by(postcode, col(PropertyRow.sort_key), col(PropertyRow.uprn))
        .limit(limit)
    )
    return session.exec(query).all()


def middle_of_postcode(session: Session, start: str) -> tuple[int, int, int]:
    """The mean easting and northing of the live properties in a postcode, and their number."""
    easting, northing = func.avg(col(PropertyRow.easting)), func.avg(col(PropertyRow.northing))
    query = select(easting, northing, func.count()).where(
        _begins(col(PropertyRow.postcode), start), _is_live()
    )
    mean_easting, mean_northing, count = session.exec(query).one()
    return round(mean_easting or 0), round(mean_northing or 0), count


def search_streets(
    session: Session, looked_for: Sequence[Wanted], *, limit: int
) -> Sequence[StreetRow]:
    """Open streets with every wanted word; thousands of rows at most, so they are simply read."""
    words = literal(" ").concat(col(StreetRow.words)).concat(" ")
    tests = [or_(*(words.contains(form) for form in _street_forms(one))) for one in looked_for]
    typed = " ".join(one.words[0] for one in looked_for)
    order = (StreetRow.name, StreetRow.town, StreetRow.locality, StreetRow.usrn)
    query = (
        select(StreetRow)
        .where(*tests)
        .order_by(~col(StreetRow.words).startswith(typed), *(col(column) for column in order))
        .limit(limit)
    )
    return session.exec(query).all()


def _street_forms(one: Wanted) -> list[str]:
    return [f" {word}" if word in one.starts else f" {word} " for word in one.words]


def streets_around(
    session: Session, *, easting: int, northing: int, metres: int
) -> Sequence[StreetRow]:
    """Open streets of which a part may lie within so many metres of a point."""
    east = (col(StreetRow.start_easting), col(StreetRow.end_easting))
    north = (col(StreetRow.start_northing), col(StreetRow.end_northing))
    query = select(StreetRow).where(
        col(StreetRow.words) != "",
        or_(*(side >= easting - metres for side in east)),
        or_(*(side <= easting + metres for side in east)),
        or_(*(side >= northing - metres for side in north)),
        or_(*(side <= northing + metres for side in north)),
    )
    return session.exec(query).all()


def is_spelt(session: Session, one: Wanted) -> bool:
    """Whether any word of the gazetteer is, or begins as, one of these."""
    word = col(SpeltWordRow.word)
    tests = [word.in_(one.words), *(_begins(word, start) for start in one.starts)]
    return session.exec(select(word).where(or_(*tests)).limit(1)).first() is not None


def words_about_as_long(session: Session, length: int) -> Sequence[str]:
    """Words with this many letters, one more or one fewer."""
    word = col(SpeltWordRow.word)
    query = select(word).where(func.length(word).between(length - 1, length + 1)).order_by(word)
    return session.exec(query).all()


def latest_supply(session: Session) -> GazetteerSupplyRow | None:
    """The file loaded last, or None before the first."""
    query = select(GazetteerSupplyRow).order_by(
        col(GazetteerSupplyRow.imported_at).desc(), col(GazetteerSupplyRow.id)
    )
    return session.exec(query.limit(1)).first()


def count_properties(session: Session, *, live: bool = False) -> int:
    """How many properties are held."""
    query = select(func.count()).select_from(PropertyRow)
    return session.exec(query.where(_is_live()) if live else query).one()


def in_portions(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Cut a long list into what one query may ask for."""
    for start in range(0, len(keys), _PER_QUERY):
        yield keys[start : start + _PER_QUERY]


def _is_live() -> ColumnElement[bool]:
    return col(PropertyRow.state).in_([int(status) for status in LIVE])


def _begins(where: Any, start: str) -> ColumnElement[bool]:  # noqa: ANN401  # a column
    # A range, not LIKE: it uses the index on both databases.
    return and_(where >= start, where <= start + _AFTER_ANY)
