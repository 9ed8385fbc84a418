"""Writing DTF 7.3, line by line: header, data records, metadata and a trailer that counts.

The invented district is written with it, and `dtf.read_supply` reads what it writes. Fields we do
not know are left empty or given the value a new gazetteer would have. Pure.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from portal.addresses.gazetteer import LIVE
from portal.addresses.supply import (
    ObjectName,
    Property,
    PropertyName,
    Street,
    StreetName,
    SupplyKind,
)

Record = Street | StreetName | Property | PropertyName
_Field = str | int | date | None


def write_supply(
    kind: SupplyKind,
    records: Iterable[tuple[str, Record]],
    *,
    custodian: str,
    custodian_code: int,
    on: date,
) -> Iterator[str]:
    """Lines of a file, each with its line feed. `records` are pairs of I, U or D and a record."""
    letter = "F" if kind is SupplyKind.FULL else "C"
    yield _line(10, custodian, custodian_code, on, 1, on, "00:00:00", "7.3", letter)
    yield _line(
        29,
        custodian,
        "Local land and property gazetteer",
        custodian,
        "British National Grid",
        "Metres",
        on,
    )
    order = 0
    for order, (change, record) in enumerate(records, start=1):
        yield _line(*_fields(change, order, record, custodian_code, on))
    yield _line(99, 0, order, on, "00:00:00")


def _fields(change: str, order: int, record: Record, code: int, on: date) -> tuple[_Field, ...]:
    match record:
        case Street():
            return (
                11,
                change,
                order,
                record.usrn,
                1,
                code,
                record.state,
                on,
                1,
                8,
                0,
                on,
                on,
                on,
                None,
                *record.start,
                *record.end,
                1,
            )
        case StreetName():
            return (
                15,
                change,
                order,
                record.usrn,
                record.name,
                record.locality,
                record.town,
                "Harrowmere",
                record.language,
            )
        case Property():
            state = 2 if record.status in LIVE else 4
            return (
                21,
                change,
                order,
                record.uprn,
                int(record.status),
                state,
                on,
                record.classification,
                record.parent,
                record.easting,
                record.northing,
                1,
                code,
                on,
                None,
                on,
                on,
                record.organisation,
                "",
                "",
                1,
                1,
                "",
            )
        case PropertyName():
            return (
                24,
                change,
                order,
                record.uprn,
                record.key,
                record.language,
                int(record.status),
                on,
                None,
                on,
                on,
                *_object(record.secondary),
                *_object(record.primary),
                record.usrn,
                "",
                "Y",
                record.postcode,
                record.post_town,
                "Y",
                1,
                1,
                "",
            )


def _object(name: ObjectName) -> tuple[_Field, ...]:
    return name.start, name.start_suffix, name.end, name.end_suffix, name.text


def _line(*fields: _Field) -> str:
    return ",".join(_written(field) for field in fields) + "\n"


def _written(field: _Field) -> str:
    if field is None or field == "":
        return ""
    if isinstance(field, str):
        doubled = field.replace('"', '""')
        return f'"{doubled}"'
    return str(field)
