"""Typed values out of text: what is taken, and what is said when it is not."""

from datetime import date
from typing import Any

import pytest

from portal.forms.language import Key
from portal.forms.reader import PAGE_NAME, QUESTION_NAME, Reader
from portal.forms.source import Source, read_source


def reader(text: str, keys: Any = None) -> tuple[Reader, Source]:
    source = read_source("f.yml", text)
    return Reader(source, (), keys), source


@pytest.mark.parametrize(
    ("written", "read"),
    [("yes", True), ("true", True), ("no", False), ("false", False), ("'yes'", True)],
)
def test_yes_and_no_are_flags(written: str, read: bool):
    assert reader(f"a: {written}")[0].flag("a") is read


def test_a_flag_left_out_is_no():
    assert reader("b: c")[0].flag("a") is False


@pytest.mark.parametrize("written", ["Yes", "NO", "on", "1", "''", "y"])
def test_another_word_is_no_flag(written: str):
    read, source = reader(f"a: {written}")
    read.flag("a")
    assert [f.code for f in source.findings] == ["F006"]


@pytest.mark.parametrize("written", ["007", "0", "999999999"])
def test_digits_are_a_number(written: str):
    assert reader(f"a: {written}")[0].number("a") == int(written)


@pytest.mark.parametrize("written", ["1_000", "0x10", "1e3", "٣", "+1", "-1", "9999999999", "''"])
def test_anything_else_is_no_number(written: str):
    read, source = reader(f"a: {written}")
    assert read.number("a", 5) == 5
    assert [f.code for f in source.findings] == ["F007"]


def test_a_day_is_year_month_day():
    assert reader("a: 2028-02-29")[0].date("a") == date(2028, 2, 29)


@pytest.mark.parametrize("written", ["2027-02-29", "29/02/2028", "20280229", "2028-W09-2", "''"])
def test_a_day_written_otherwise_is_refused(written: str):
    read, source = reader(f"a: {written}")
    assert read.date("a") is None
    assert [f.code for f in source.findings] == ["F009"]


@pytest.mark.parametrize("name", ["a", "your-details", "stage-1-reference", "a" * 61])
def test_a_page_name_is_small_letters_digits_and_hyphens(name: str):
    read, source = reader(f"a: {name}")
    assert read.name("a", PAGE_NAME, "page") == name
    assert source.findings == []


@pytest.mark.parametrize("name", ["1a", "A", "a_b", "a b", "é", "a" * 62, "-a", "a/b", "../a"])
def test_another_page_name_is_refused_with_the_rule(name: str):
    read, source = reader(f"a: '{name}'")
    read.name("a", PAGE_NAME, "page")
    (finding,) = source.findings
    assert finding.hint == "Use small letters, digits and hyphens, beginning with a letter."


def test_a_question_name_has_underscores():
    read, source = reader("a: your-name")
    read.name("a", QUESTION_NAME, "question")
    (finding,) = source.findings
    assert finding.hint == "Use small letters, digits and underscores, beginning with a letter."


def test_every_unknown_and_every_missing_key_is_told():
    _, source = reader("tilte: x\nbody: y", {"title": Key("The title.", required=True)})
    assert [(f.code, f.line, f.hint) for f in source.findings] == [
        ("F002", 1, "Did you mean title?"),
        ("F002", 2, "Use one of: title."),
        ("F003", 1, "The title."),
    ]


def test_texts_come_without_the_space_around_them():
    assert reader("a: |\n\n  hello\n\n")[0].text("a") == "hello"
