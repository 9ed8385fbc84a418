"""Reading gazetteer files: what is written is read, and what is broken is named by its line."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.addresses.dtf import GazetteerRefused, read_supply
from portal.addresses.dtf_writing import Record, write_supply
from portal.addresses.gazetteer import LogicalStatus
from portal.addresses.supply import (
    ObjectName,
    Property,
    PropertyName,
    Street,
    StreetName,
    SupplyKind,
)
from portal.addresses.synthetic import BEGUN

TEXT = (
    st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=40)
    .map(str.strip)
    .filter(str.isprintable)
)
NAME = TEXT.filter(bool)
METRES = st.integers(0, 700_000)
USRN, UPRN = st.integers(1, 99_999_999), st.integers(1, 999_999_999_999)
NUMBER = st.none() | st.integers(0, 9_999)
STATUS = st.sampled_from(LogicalStatus)
OBJECT = st.builds(ObjectName, NUMBER, st.sampled_from(("", "A")), NUMBER, st.just(""), TEXT)
POSTCODE = st.sampled_from(("", "ZZ1 1AA", "ZZ11 1AA"))
RECORD = st.one_of(
    st.builds(
        Street, USRN, st.integers(1, 5), st.tuples(METRES, METRES), st.tuples(METRES, METRES)
    ),
    st.builds(StreetName, USRN, st.sampled_from(("ENG", "CYM")), NAME, TEXT, TEXT),
    st.builds(Property, UPRN, STATUS, TEXT, st.none() | UPRN, METRES, METRES, TEXT),
    st.builds(
        PropertyName, NAME, UPRN, st.just("ENG"), STATUS, OBJECT, OBJECT, USRN, POSTCODE, TEXT
    ),
)


def _quiet(_done: int) -> None:
    """Nobody watches."""


def _read(lines: list[str]) -> None:
    read_supply(lines, _quiet)


@given(st.lists(RECORD, max_size=12))
def test_everything_written_is_read_again(records: list[Record]) -> None:
    lines = write_supply(
        SupplyKind.FULL, (("I", r) for r in records), custodian="X", custodian_code=1, on=BEGUN
    )
    supply = read_supply(lines, _quiet)
    assert supply.records == len(records)
    kept = [
        *supply.streets.kept.values(),
        *supply.street_names.kept.values(),
        *supply.properties.kept.values(),
        *supply.names.kept.values(),
    ]
    last = {_key(record): record for record in records}
    assert {_key(record): record for record in kept} == last


def _key(record: Record) -> tuple[object, ...]:
    match record:
        case Street():
            return 11, record.usrn
        case StreetName():
            return 15, record.usrn, record.language
        case Property():
            return 21, record.uprn
        case PropertyName():
            return 24, record.key


@given(st.lists(st.text(max_size=60), max_size=8))
def test_any_other_text_is_refused_and_nothing_else_goes_wrong(lines: list[str]) -> None:
    with pytest.raises(GazetteerRefused):
        _read(lines)


def test_a_line_as_councils_send_it_is_read() -> None:
    lines = [
        '\ufeff10,"A COUNCIL",9900,2026-04-01,1,2026-04-01,09:00:00,"7.3","F"\r\n',
        (
            '11,"I",1,20900161,1,5361,2,2008-06-03,1,8,0,2017-01-04,2017-01-04,2008-06-03,,'
            "534846.50,186763.00,534933.00,186768.49,1\r\n"
        ),
        '12,"I",2,whatever,we,do,not,use\r\n',
        "99,0,2,2026-04-01,09:00:00\r\n",
    ]
    supply = read_supply(lines, _quiet)
    assert supply.streets.kept[20900161].start == (534_847, 186_763)
    assert supply.streets.kept[20900161].end == (534_933, 186_768)
    assert supply.passed_over == 1


def _broken(good: list[str]) -> dict[str, tuple[list[str], str]]:
    """Ways in which a file arrives broken: the lines, and what is said about them."""
    uprn = next(place for place, line in enumerate(good) if line.startswith("21,"))
    fields = good[uprn].rstrip("\n").split(",")

    def with_field(place: int, value: str) -> list[str]:
        changed = [*fields[:place], value, *fields[place + 1 :]]
        return [*good[:uprn], ",".join(changed) + "\n", *good[uprn + 1 :]]

    line = uprn + 1
    return {
        "empty": ([], "line 0: the file ends without its trailer"),
        "cut short": (good[:-5], f"line {len(good) - 5}: the file ends without its trailer"),
        "a line lost": ([*good[:uprn], *good[uprn + 1 :]], "lines are missing or added"),
        "a line doubled": ([*good[:-1], good[-2], good[-1]], "lines are missing or added"),
        "no header": (good[1:], "line 1: record '29': the file must begin with a header"),
        "two headers": ([good[0], *good], "line 2: record '10': there is a second header"),
        "more after the end": ([*good, good[2]], "comes after the trailer"),
        "letters in a UPRN": (
            with_field(3, "99x"),
            f"line {line}: record '21': UPRN must be a whole number",
        ),
        "a UPRN too long": (
            with_field(3, "1" * 13),
            f"line {line}: record '21': UPRN must be a whole number",
        ),
        "no coordinate": (with_field(9, ""), f"line {line}: record '21': X_COORDINATE is empty"),
        "coordinate in words": (with_field(9, "east"), "X_COORDINATE must be metres"),
        "foreign digits": (with_field(9, "６８００００"), "X_COORDINATE must be metres"),
        "unknown status": (with_field(4, "4"), "LOGICAL_STATUS cannot be 4"),
        "unknown change": (with_field(1, '"X"'), "CHANGE_TYPE must be I, U or D"),
        "deleting in a full supply": (with_field(1, '"D"'), "a full supply cannot delete"),
        "too few fields": ([*good[:uprn], "21,I,1,5\n", *good[uprn + 1 :]], "has 4 fields"),
        "an unknown record": (
            [good[0], "77,I,1\n", *good[1:]],
            "line 2: record '77': there is no such kind",
        ),
        "a control character": (
            with_field(17, '"a\x00b"'),
            "ORGANISATION holds a control character",
        ),
        "not UTF-8": (with_field(17, '"Caf\N{REPLACEMENT CHARACTER}"'), "save the file as UTF-8"),
        "an open quote": ([*good[:-1], '24,"I\n'], "not comma-separated text"),
        "an endless name": (with_field(17, "x" * 201), "longer than 200 characters"),
        "a date in words": (
            [good[0].replace("2026-04-30", "today", 1), *good[1:]],
            "PROCESS_DATE must be a date",
        ),
        "an unknown kind of file": (
            [good[0].replace('"F"', '"Q"'), *good[1:]],
            "FILE_TYPE must be F",
        ),
    }


def test_every_kind_of_broken_file_is_refused_with_its_line(
    village: list[Record], write_file: Callable[..., list[str]]
) -> None:
    good = write_file(village)
    _read(good)
    for name, (lines, said) in _broken(good).items():
        with pytest.raises(GazetteerRefused) as refused:
            _read(lines)
        assert said in str(refused.value), name


def test_problems_are_told_together_but_not_without_end(
    village: list[Record], write_file: Callable[..., list[str]]
) -> None:
    good = write_file(village)
    with pytest.raises(GazetteerRefused) as refused:
        _read([good[0], *("21,I,1,x\n" for _ in range(100)), good[-1]])
    assert str(refused.value).count("\n") == 20


def test_progress_counts_lines_up_to_the_last(
    village: list[Record], write_file: Callable[..., list[str]]
) -> None:
    told: list[int] = []
    lines = write_file(village)
    read_supply(lines, told.append)
    assert told[-1] == len(lines)
    assert told == sorted(told)
