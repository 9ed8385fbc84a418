"""Long lists, checkboxes that are counted, and ratings of statements."""

from typing import Any

import pytest

from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import Unfinished
from portal.forms.fields.countries import countries, country_name
from tests.forms.fields.village import answer, mistake, problems, question

COUNTRIES = {"options": "countries"}
BINS = {"options": {"paper": "Paper", "glass": "Glass", "food": "Food", "garden": "Garden"}}
RATED = {"statements": {"helpful": "Staff were helpful", "clear": "The form was clear"}}


def labels(found: Any) -> list[str]:
    assert isinstance(found, Unfinished)
    return [option.label for option in found.found]  # type: ignore[attr-defined]


def test_the_built_in_list_has_every_country_in_the_order_of_its_name() -> None:
    names = [option.label for option in countries()]
    assert len(names) > 240
    assert names.index("Åland Islands") < names.index("Albania")
    assert country_name("FR") == "France"
    assert not {"EU", "UN", "ZZ"} & {option.value for option in countries()}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("France", "FR"),
        ("france ", "FR"),
        ("cote d'ivoire", "CI"),
        ("Ivory Coast", "CI"),
        ("Holland", "NL"),
        ("turkiye", "TR"),
    ],
)
def test_a_country_typed_in_full_needs_no_second_step(typed: str, value: str) -> None:
    assert answer(question("select", COUNTRIES), query=typed) == value


def test_part_of_a_name_narrows_the_list_down() -> None:
    asked = question("select", COUNTRIES)
    found = answer(asked, query="guin", find="yes")
    assert set(labels(found)) == {
        "Equatorial Guinea",
        "Guinea",
        "Guinea-Bissau",
        "Papua New Guinea",
    }
    assert found.message == "4 choices found"
    assert labels(answer(asked, query="Scotland")) == ["United Kingdom"]


def test_a_misspelt_name_still_finds_its_near_ones() -> None:
    assert labels(answer(question("select", COUNTRIES), query="Germny")) == ["Germany", "Guernsey"]


def test_a_choice_counts_only_while_it_belongs_to_the_search() -> None:
    asked = question("select", COUNTRIES)
    assert answer(asked, _="GN", query="guin") == "GN"
    assert answer(asked, _="FR", query="Germany") == "DE"
    assert answer(asked, _="FR", query="") == "FR"


def test_the_whole_list_is_one_button_away() -> None:
    asked = question("select", COUNTRIES)
    assert len(labels(answer(asked, manual="yes", query=""))) == len(countries())
    assert answer(asked, _="PT") == "PT"


@pytest.mark.parametrize(
    ("posted", "message"),
    [
        ({}, "Select your answer"),
        ({"find": "yes"}, "Enter your answer"),
        (
            {"query": "zqxzqx"},
            "We could not find “zqxzqx”. Check the spelling, or choose from the whole list",
        ),
        ({"_": "ZZ"}, "Choose your answer from the list"),
    ],
)
def test_a_search_that_leads_nowhere_says_what_to_do(posted: dict[str, str], message: str) -> None:
    assert mistake(question("select", COUNTRIES), **posted) == ("q-query", message)


def test_a_short_list_and_one_that_must_not_be_searched_are_plain() -> None:
    for keys in (BINS, {**COUNTRIES, "search": "no"}):
        asked = question("select", keys)
        assert FIELD_TYPES["select"].inputs(asked) == ("q",)
    assert "options" in problems("select", {"options": "planets"})


def test_too_few_and_too_many_boxes_are_counted() -> None:
    asked = question(
        "checkboxes",
        {**BINS, "min_choices": "2", "max_choices": "3", "none_of_these": "None of these"},
    )
    assert mistake(asked, _="paper") == ("q", "Select at least 2 choices")
    assert mistake(asked, _=list(BINS["options"])) == ("q", "Select no more than 3 choices")
    assert answer(asked, _=["glass", "paper"]) == ("paper", "glass")
    assert answer(asked, _="none") == ("none",)


@pytest.mark.parametrize(
    ("keys", "wrong"),
    [
        ({"min_choices": "5"}, ["min_choices"]),
        ({"max_choices": "0"}, ["max_choices"]),
        ({"min_choices": "3", "max_choices": "2"}, ["min_choices"]),
    ],
)
def test_a_designer_hears_of_counts_that_cannot_be(keys: dict[str, str], wrong: list[str]) -> None:
    assert problems("checkboxes", {**BINS, **keys}) == wrong


def test_every_statement_is_rated_and_read_back() -> None:
    asked = question("likert", RATED)
    kind = FIELD_TYPES["likert"]
    found = answer(asked, helpful="agree", clear="neither")
    assert kind.show(asked, found) == (
        "Staff were helpful: Agree",
        "The form was clear: Neither agree nor disagree",
    )
    assert kind.cel(found) == {"helpful": "agree", "clear": "neither"}
    assert kind.load(kind.dump(found)) == found


def test_a_statement_left_out_is_asked_for_at_its_own_place() -> None:
    assert mistake(question("likert", RATED), helpful="agree") == (
        "q-clear",
        "Select an answer for “The form was clear”",
    )
    optional = question("likert", RATED, optional=True)
    assert FIELD_TYPES["likert"].dump(answer(optional, helpful="agree")) == {"helpful": "agree"}


def test_a_designer_hears_of_a_statement_without_a_usable_name() -> None:
    assert problems("likert", {"statements": {"Staff!": "Staff"}}) == ["statements"]
    assert problems("likert", {}) == ["statements"]
