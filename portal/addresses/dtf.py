"""How a gazetteer travels: DTF 7.3, the comma-separated file of BS 7666 streets and properties.

One file holds every kind of record; the first field says which. Fields 2 and 3 of a data record
are the change type (I, U or D) and the order of processing. Pure: lines in, a `Supply` out. The
layout follows the NLPG Data Transfer Format 7.3 (10 header, 11 street, 15 street descriptor,
21 property, 24 one address of a property, 99 trailer); other known records are passed over.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from portal.addresses.gazetteer import LogicalStatus
from portal.addresses.supply import (
    ObjectName,
    Property,
    PropertyName,
    Street,
    StreetName,
    Supply,
    SupplyKind,
)
from portal.addresses.words import tidy_postcode
from portal.core.errors import PersonMustLook

_PASSED_OVER = frozenset(str(kind) for kind in (12, 13, 14, *range(22, 24), *range(25, 33), 98))
_METADATA = "29"
_MOST_PROBLEMS = 20
_METRES = re.compile(r"([0-9]{1,7})(?:\.([0-9]+))?")
_PROGRESS_EVERY = 1_000
_LONGEST = 200


class GazetteerRefused(PersonMustLook):
    """The file cannot be loaded and the gazetteer in use is untouched. The message says why."""


class _BadRecord(Exception):
    """One line cannot be read; caught below and reported with its number."""


@dataclass(slots=True)
class _Record:
    """The fields of one line, read with complaints that name the field."""

    fields: list[str]

    def text(self, place: int, name: str, *, needed: bool = False) -> str:
        if place >= len(self.fields):
            raise _BadRecord(f"has {len(self.fields)} fields and no {name}, field {place + 1}")
        text = self.fields[place].strip()
        if needed and not text:
            raise _BadRecord(f"{name} is empty")
        if not text.isprintable():
            raise _BadRecord(f"{name} holds a control character")
        if "\N{REPLACEMENT CHARACTER}" in text:
            raise _BadRecord(f"{name} is not UTF-8 text: save the file as UTF-8")
        if len(text) > _LONGEST:
            raise _BadRecord(f"{name} is longer than {_LONGEST} characters")
        return text

    def number(self, place: int, name: str, digits: int) -> int:
        text = self.text(place, name, needed=True)
        if not (text.isascii() and text.isdigit() and len(text) <= digits):
            least = f"a whole number of up to {digits} digits"
            raise _BadRecord(f"{name} must be {least}, not {text!r}")
        return int(text)

    def maybe_number(self, place: int, name: str, digits: int) -> int | None:
        return self.number(place, name, digits) if self.text(place, name) else None

    def metres(self, place: int, name: str) -> int:
        text = self.text(place, name, needed=True)
        metres = _METRES.fullmatch(text)
        if metres is None:
            raise _BadRecord(f"{name} must be metres on the National Grid, not {text!r}")
        return int(metres[1]) + ((metres[2] or "0") >= "5")

    def day(self, place: int, name: str) -> date:
        text = self.text(place, name, needed=True)
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise _BadRecord(f"{name} must be a date like 2026-04-01, not {text!r}") from None

    def status(self, place: int) -> LogicalStatus:
        number = self.number(place, "LOGICAL_STATUS", 1)
        try:
            return LogicalStatus(number)
        except ValueError:
            raise _BadRecord(f"LOGICAL_STATUS cannot be {number}") from None

    def named(self, place: int, prefix: str) -> ObjectName:
        return ObjectName(
            self.maybe_number(place, f"{prefix}_START_NUMBER", 4),
            self.text(place + 1, f"{prefix}_START_SUFFIX"),
            self.maybe_number(place + 2, f"{prefix}_END_NUMBER", 4),
            self.text(place + 3, f"{prefix}_END_SUFFIX"),
            self.text(place + 4, f"{prefix}_TEXT"),
        )


def read_supply(lines: Iterable[str], progress: Callable[[int], None]) -> Supply:
    """Read a whole file. `progress` is told how many lines are read, every thousand.

    Raises GazetteerRefused with up to 20 problems and their line numbers; trying the same file
    again cannot help.
    """
    supply, problems, seen = Supply(), list[str](), list[str]()
    line = 0
    for line, fields in _rows(lines, problems):
        if line % _PROGRESS_EVERY == 0:
            progress(line)
        try:
            _take(supply, fields, seen)
        except _BadRecord as bad:
            problems.append(f"line {line}: record {fields[0]!r}: {bad}")
        if len(problems) >= _MOST_PROBLEMS:
            break
    progress(line)
    if not problems and seen[-1:] != ["99"]:
        problems.append(f"line {line}: the file ends without its trailer (record 99)")
    if problems:
        raise GazetteerRefused("The gazetteer file was refused.\n" + "\n".join(problems))
    return supply


def _rows(lines: Iterable[str], problems: list[str]) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(_without_mark(lines), strict=True)
    try:
        for fields in reader:
            if fields:
                yield reader.line_num, fields
    except csv.Error as bad:
        problems.append(f"line {reader.line_num}: not comma-separated text ({bad})")


def _without_mark(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield line.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}") if number == 0 else line


def _take(supply: Supply, fields: list[str], seen: list[str]) -> None:
    kind, record = fields[0].strip(), _Record(fields)
    if not seen and kind != "10":
        seen.append(kind)
        raise _BadRecord("the file must begin with a header (record 10)")
    if seen and seen[-1] == "99":
        raise _BadRecord("comes after the trailer (record 99)")
    seen[:] = [kind]
    if kind == "10":
        _take_header(supply, record)
    elif kind == "99":
        _check_trailer(supply, record)
    elif kind in _READERS:
        supply.records += 1
        _READERS[kind](supply, record, _is_deletion(supply, record))
    elif kind in _PASSED_OVER:
        supply.records += kind != _METADATA
        supply.passed_over += 1
    else:
        raise _BadRecord("there is no such kind of record in DTF 7.3")


def _is_deletion(supply: Supply, record: _Record) -> bool:
    change = record.text(1, "CHANGE_TYPE", needed=True)
    if change not in ("I", "U", "D"):
        raise _BadRecord(f"CHANGE_TYPE must be I, U or D, not {change!r}")
    if change == "D" and supply.kind is SupplyKind.FULL:
        raise _BadRecord("a full supply cannot delete (CHANGE_TYPE D)")
    return change == "D"


def _take_header(supply: Supply, record: _Record) -> None:
    if supply.custodian:
        raise _BadRecord("there is a second header")
    supply.custodian = record.text(1, "CUSTODIAN_NAME", needed=True)
    supply.process_date = record.day(3, "PROCESS_DATE")
    kind = record.text(8, "FILE_TYPE", needed=True)
    if kind not in ("F", "C"):
        raise _BadRecord(f"FILE_TYPE must be F (full) or C (changes), not {kind!r}")
    supply.kind = SupplyKind.FULL if kind == "F" else SupplyKind.CHANGES


def _check_trailer(supply: Supply, record: _Record) -> None:
    # The count leaves out header, metadata and trailer.
    counted = record.number(2, "RECORD_COUNT", 10)
    if counted != supply.records:
        raise _BadRecord(
            f"the trailer counts {counted} records and the file has {supply.records}:"
            " lines are missing or added"
        )


def _take_street(supply: Supply, record: _Record, deleted: bool) -> None:  # noqa: FBT001  # in a table
    street = Street(
        record.number(3, "USRN", 8),
        record.maybe_number(6, "STATE", 1) or 0,
        (record.metres(15, "START_X"), record.metres(16, "START_Y")),
        (record.metres(17, "END_X"), record.metres(18, "END_Y")),
    )
    supply.streets.note(street.usrn, street, deleted=deleted)


def _take_street_name(supply: Supply, record: _Record, deleted: bool) -> None:  # noqa: FBT001  # too
    name = StreetName(
        record.number(3, "USRN", 8),
        record.text(8, "LANGUAGE") or "ENG",
        record.text(4, "STREET_DESCRIPTOR", needed=True),
        record.text(5, "LOCALITY_NAME"),
        record.text(6, "TOWN_NAME"),
    )
    supply.street_names.note((name.usrn, name.language), name, deleted=deleted)


def _take_property(supply: Supply, record: _Record, deleted: bool) -> None:  # noqa: FBT001
    unit = Property(
        record.number(3, "UPRN", 12),
        record.status(4),
        record.text(7, "BLPU_CLASS"),
        record.maybe_number(8, "PARENT_UPRN", 12),
        record.metres(9, "X_COORDINATE"),
        record.metres(10, "Y_COORDINATE"),
        record.text(17, "ORGANISATION"),
    )
    supply.properties.note(unit.uprn, unit, deleted=deleted)


def _take_name(supply: Supply, record: _Record, deleted: bool) -> None:  # noqa: FBT001
    name = PropertyName(
        record.text(4, "LPI_KEY", needed=True),
        record.number(3, "UPRN", 12),
        record.text(5, "LANGUAGE") or "ENG",
        record.status(6),
        record.named(11, "SAO"),
        record.named(16, "PAO"),
        record.number(21, "USRN", 8),
        tidy_postcode(record.text(24, "POSTCODE")),
        record.text(25, "POST_TOWN"),
    )
    supply.names.note(name.key, name, deleted=deleted)


_READERS: dict[str, Callable[[Supply, _Record, bool], None]] = {
    "11": _take_street,
    "15": _take_street_name,
    "21": _take_property,
    "24": _take_name,
}
