"""Loading a gazetteer file: all of it or none of it, while people go on searching the old one.

The file is read, checked and turned into addresses before the database is touched; then one
transaction swaps the old for the new. Readers see the old gazetteer until that commits (WAL on
SQLite, MVCC on PostgreSQL); other writers wait a few seconds for a full supply.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import Session, SQLModel, col, select

from portal.addresses.assembling import Assembled, Content, assemble, spelt_words
from portal.addresses.dtf import GazetteerRefused, read_supply
from portal.addresses.keeping import (
    property_name_of,
    property_name_values,
    property_of,
    property_values,
    street_name_of,
    street_name_values,
    street_of,
    street_values,
)
from portal.addresses.records import (
    GazetteerSupplyRow,
    PropertyNameRow,
    PropertyRow,
    SpeltWordRow,
    StreetNameRow,
    StreetRow,
    count_properties,
    in_portions,
    latest_supply,
    table_of,
)
from portal.addresses.supply import Supply, SupplyKind
from portal.database import Transactions

_MOST_WARNINGS = 20
_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file."""

    kind: SupplyKind
    records: int
    """Data records in the file."""
    properties: int
    """Held now, historic ones included."""
    live: int
    """Shown to residents now."""
    warnings: tuple[str, ...]
    """The first 20 records that could not be placed; the rest of the file was loaded."""
    warned: int
    """How many there were."""

    def __str__(self) -> str:
        """A few lines for a terminal."""
        loaded = f"Loaded a {self.kind} supply of {self.records:,} records"
        held = f"{self.properties:,} properties are held, {self.live:,} of them live"
        lines = [f"{loaded}: {held}."]
        if self.warned:
            lines.append(f"{self.warned:,} could not be placed:")
            lines += [f"  {warning}" for warning in self.warnings]
            lines += ["  …"] * (self.warned > len(self.warnings))
        return "\n".join(lines)


def import_gazetteer(
    transactions: Transactions,
    lines: Iterable[str],
    *,
    progress: Callable[[int], None],
    now: datetime,
) -> ImportReport:
    """Load a DTF 7.3 file, a full supply or changes only. `progress` counts the lines read.

    Raises GazetteerRefused for a malformed, empty or stale file and for changes to nothing; the
    gazetteer in use is then untouched. Loading the same file again is safe.
    """
    supply = read_supply(lines, progress)
    if supply.kind is SupplyKind.FULL:
        return _replace_everything(transactions, supply, now)
    with transactions.write() as session:
        _refuse_stale(session, supply)
        content = _touched(session, supply)
        found = _apply(session, supply, content)
        return _report(session, supply, found, now)


def _replace_everything(transactions: Transactions, supply: Supply, now: datetime) -> ImportReport:
    content = Content(
        supply.streets.kept, supply.street_names.kept, supply.properties.kept, supply.names.kept
    )
    found = assemble(content)
    if not any(one.words for one in found.properties):
        raise _refused("It is a full supply without a single live address.")
    with transactions.write() as session:
        for row in (PropertyRow, PropertyNameRow, StreetRow, StreetNameRow, SpeltWordRow):
            session.exec(delete(row))
        _write(session, content, found)
        return _report(session, supply, found, now)


def _refuse_stale(session: Session, supply: Supply) -> None:
    latest = latest_supply(session)
    if latest is None:
        raise _refused("It holds changes only: load a full supply first.")
    if supply.process_date < latest.process_date:
        raise _refused(
            f"Its changes are of {supply.process_date},"
            f" and those of {latest.process_date} are loaded already."
        )


def _refused(why: str) -> GazetteerRefused:
    return GazetteerRefused(f"The gazetteer file was refused.\n{why}")


def _touched(session: Session, supply: Supply) -> Content:
    """Everything held that the changes may alter: the records named and all that lean on them."""
    usrns = {
        *supply.streets.kept,
        *supply.streets.deleted,
        *(usrn for usrn, _ in (*supply.street_names.kept, *supply.street_names.deleted)),
    }
    uprns = {
        *supply.properties.kept,
        *supply.properties.deleted,
        *(name.uprn for name in supply.names.kept.values()),
        *_values(
            session,
            PropertyNameRow.uprn,
            PropertyNameRow.key,
            {*supply.names.kept, *supply.names.deleted},
        ),
        *_values(session, PropertyNameRow.uprn, PropertyNameRow.usrn, usrns),
    }
    names = [
        property_name_of(row)
        for row in _rows(session, PropertyNameRow, PropertyNameRow.uprn, uprns)
    ]
    usrns |= {name.usrn for name in (*names, *supply.names.kept.values())}
    content = Content(names={name.key: name for name in names})
    for row in _rows(session, StreetRow, StreetRow.usrn, usrns):
        content.streets[row.usrn] = street_of(row)
    for row in _rows(session, StreetNameRow, StreetNameRow.usrn, usrns):
        content.street_names[row.usrn, row.language] = street_name_of(row)
    for row in _rows(session, PropertyRow, PropertyRow.uprn, uprns):
        content.properties[row.uprn] = property_of(row)
    return content


def _apply(session: Session, supply: Supply, content: Content) -> Assembled:
    _delete(session, PropertyRow, PropertyRow.uprn, content.properties)
    _delete(session, PropertyNameRow, PropertyNameRow.key, content.names)
    _delete(session, StreetRow, StreetRow.usrn, content.streets)
    _delete(session, StreetNameRow, StreetNameRow.usrn, {usrn for usrn, _ in content.street_names})
    for held, changes in (
        (content.streets, supply.streets),
        (content.street_names, supply.street_names),
        (content.properties, supply.properties),
        (content.names, supply.names),
    ):
        _merge(held, changes.kept, changes.deleted)
    # An address whose property is gone leads nowhere; DTF sends its deletion too, but not always.
    for key in [k for k, name in content.names.items() if name.uprn in supply.properties.deleted]:
        del content.names[key]
    found = assemble(content)
    _write(session, content, found)
    return found


def _merge(held: dict[Any, Any], kept: dict[Any, Any], deleted: set[Any]) -> None:
    held.update(kept)
    for key in deleted:
        held.pop(key, None)


def _write(session: Session, content: Content, found: Assembled) -> None:
    _insert(session, StreetRow, [street_values(street) for street in found.streets])
    _insert(
        session, StreetNameRow, [street_name_values(name) for name in content.street_names.values()]
    )
    _insert(
        session, PropertyNameRow, [property_name_values(name) for name in content.names.values()]
    )
    _insert(session, PropertyRow, [property_values(one) for one in found.properties])
    words = spelt_words(found.properties, found.streets)
    words -= set(_values(session, SpeltWordRow.word, SpeltWordRow.word, words))
    _insert(session, SpeltWordRow, [{"word": word} for word in sorted(words)])


def _report(session: Session, supply: Supply, found: Assembled, now: datetime) -> ImportReport:
    session.add(
        GazetteerSupplyRow(
            id=secrets.token_hex(16),
            kind=supply.kind,
            custodian=supply.custodian,
            process_date=supply.process_date,
            records=supply.records,
            imported_at=now,
        )
    )
    return ImportReport(
        supply.kind,
        supply.records,
        count_properties(session),
        count_properties(session, live=True),
        tuple(found.warnings[:_MOST_WARNINGS]),
        len(found.warnings),
    )


def _insert(session: Session, row: type[SQLModel], values: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(values), _ROWS_AT_ONCE):
        session.connection().execute(insert(table_of(row)), values[start : start + _ROWS_AT_ONCE])


def _delete(session: Session, row: type[SQLModel], by: Any, keys: Iterable[Any]) -> None:  # noqa: ANN401  # a column
    for portion in in_portions(list(keys)):
        session.exec(delete(row).where(col(by).in_(portion)))


def _rows(session: Session, row: type[Any], by: Any, keys: Iterable[Any]) -> list[Any]:  # noqa: ANN401
    found: list[Any] = []
    for portion in in_portions(list(keys)):
        found += session.exec(select(row).where(col(by).in_(portion))).all()
    session.expunge_all()
    return found


def _values(session: Session, wanted: Any, by: Any, keys: Iterable[Any]) -> list[Any]:  # noqa: ANN401
    found: list[Any] = []
    for portion in in_portions(list(keys)):
        found += session.exec(select(wanted).where(col(by).in_(portion))).all()
    return found
