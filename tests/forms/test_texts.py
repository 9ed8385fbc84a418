"""Placeholders are filled by our own substitution: an answer is never read as one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.forms.fields.base import AddressRecord
from portal.forms.fields.name import PersonName
from portal.forms.texts import fill, placeholders, unreadable_placeholders
from tests.forms.hall import definition, without

HOME = """\
  - page: home
    title: Home
    questions:
      - {question: home, ask: Where, type: address}
      - {question: note, ask: A note, type: textarea}
"""
FORM = definition(without("    use: contact\n", f"    use: contact\n{HOME}"))
ANSWERS: dict[str, Any] = {
    "hall": "big",
    "guests": 1200,
    "your_name": PersonName("Ann", "Example"),
    "home": AddressRecord(("1 High Street",), "Fenwick", "ZZ1 1AA", "900000000001"),
    "note": "Two\nlines",
}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{hall}", "The big hall"),
        ("{hall.label}: {your_name}", "The big hall: Ann Example"),
        ("For {guests}", "For 1,200"),
        ("{home.postcode} {home.uprn}", "ZZ1 1AA 900000000001"),
        ("{home.nothing} at {home.town}", "at Fenwick"),
        ("{hall.town}", ""),
        ("{nobody}", ""),
        ("{hall}: {cars}", "The big hall"),
        ("{cars}: {hall}", "The big hall"),
        ("{cars}, {email} – {hall}", "The big hall"),
        ("{hall} {cars} {email} {guests}", "The big hall 1,200"),
        ("{note}", "Two, lines"),
        ("No placeholder at all", "No placeholder at all"),
        ("", ""),
    ],
)
def test_a_placeholder_becomes_the_answer_and_an_unanswered_one_nothing(text: str, filled: str):
    assert fill(text, FORM, ANSWERS) == filled


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), max_size=40))
def test_an_answer_with_brackets_is_text_and_not_a_placeholder(said: str):
    note = f"x{said}{{hall}}{{{{7*7}}}}{{% x %}}x"
    assert fill("{note}", FORM, {"note": note, "hall": "big"}) == " ".join(note.split())


@given(st.text())
def test_no_text_of_a_designer_makes_it_fail(text: str):
    fill(text, FORM, ANSWERS)


def test_the_placeholders_of_a_text_are_found():
    assert placeholders("{a}: {b_c.d} {E} {}") == [("a", ""), ("b_c", "d")]


@pytest.mark.parametrize(
    ("text", "unreadable"),
    [
        ("{a} and {b.c}", []),
        ("{ a }", ["{ a }"]),
        ("{A} {a.B} {a.b.c} {}", ["{A}", "{a.B}", "{a.b.c}", "{}"]),
        ("{a", ["{"]),
        ("a}", ["}"]),
        ("{{a}}", ["{", "}"]),
    ],
)
def test_what_only_looks_like_a_placeholder_is_found(text: str, unreadable: list[str]):
    assert unreadable_placeholders(text) == unreadable
