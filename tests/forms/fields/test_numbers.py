"""Numbers with a point, numbers with a unit, and numbers on a scale."""

from decimal import Decimal
from typing import Any

import pytest

from portal.core.dates import Today
from portal.forms.conditions import Expression, Vocabulary, holds
from portal.forms.fields import FIELD_TYPES
from tests.forms.fields.village import TODAY, answer, mistake, problems, question

WEIGHT: dict[str, Any] = {"places": "2", "min": "0.5", "max": "1,000", "unit": "kg"}


@pytest.mark.parametrize(
    ("typed", "value"),
    [("12.5", "12.50"), ("1,000", "1000.00"), (".5", "0.50"), ("7.", "7.00"), ("12.5 KG", "12.50")],
)
def test_a_measure_is_kept_exactly_with_all_its_places(typed: str, value: str) -> None:
    found = answer(question("decimal", WEIGHT), _=typed)
    assert isinstance(found, Decimal)
    assert FIELD_TYPES["decimal"].dump(found) == value


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("12.345", "Weight must have 2 decimal places or fewer"),
        ("heavy", "Weight must be a number, like 1.5"),
        ("1.5e3", "Weight must be a number, like 1.5"),
        ("0.49", "Weight must be between 0.5 and 1,000"),
        ("", "Enter the weight"),
    ],
)
def test_a_wrong_measure_is_refused_in_the_words_of_the_design_system(
    typed: str, message: str
) -> None:
    asked = question("decimal", WEIGHT, ask="How heavy is it?", about="the weight")
    assert mistake(asked, _=typed) == ("q", message.replace("Weight must", "The weight must"))


def test_a_measure_shows_its_unit_and_conditions_see_its_smallest_part() -> None:
    asked = question("decimal", WEIGHT)
    value = answer(asked, _="12.5")
    assert FIELD_TYPES["decimal"].show(asked, value) == ("12.5 kg",)
    over_twelve = Vocabulary({"q": "int"}).compile("q > 1200")
    assert isinstance(over_twelve, Expression)
    assert holds(over_twelve, {"q": FIELD_TYPES["decimal"].cel(value)}, Today(TODAY))


def test_nought_has_no_sign() -> None:
    asked = question("decimal", {"min": "-1"})
    assert str(answer(asked, _="\u22120.00")) == "0.00"


@pytest.mark.parametrize(
    ("keys", "wrong"),
    [
        ({"places": "0"}, ["places"]),
        ({"places": "9"}, ["places"]),
        ({"min": "5", "max": "4.5"}, ["min"]),
        ({"min": "0.125"}, ["min"]),
        ({"max": "lots"}, ["max"]),
        ({"unit": "kg", "unit_before": "£"}, ["unit_before"]),
        ({"unit": "m2"}, ["unit"]),
    ],
)
def test_a_designer_hears_of_limits_that_cannot_be(keys: dict[str, str], wrong: list[str]) -> None:
    assert problems("decimal", keys) == wrong


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        ({"unit_before": "£"}, "£87,001"),
        ({"unit": "%"}, "87,001%"),
        ({"unit": "kg"}, "87,001 kg"),
        ({"unit_before": "No."}, "No. 87,001"),
    ],
)
def test_a_sign_stands_close_to_its_number_and_a_word_does_not(
    unit: dict[str, str], shown: str
) -> None:
    asked = question("whole-number", unit)
    assert FIELD_TYPES["whole-number"].show(asked, 87_001) == (shown,)


def test_a_whole_number_may_be_typed_and_is_shown_with_its_unit() -> None:
    guests = question("whole-number", {"unit": "guests", "max": "500"})
    assert answer(guests, _="80 Guests") == 80
    assert FIELD_TYPES["whole-number"].show(guests, 80) == ("80 guests",)
    stall = question("whole-number", {"unit_before": "No."})
    assert answer(stall, _="no. 7") == 7
    assert FIELD_TYPES["whole-number"].show(stall, 7) == ("No. 7",)
    assert mistake(guests, _="80 cats")[1].endswith("must be a number, like 30")


def test_a_scale_takes_what_is_on_it() -> None:
    asked = question("scale", {"from": "1", "to": "5", "low": "Poor", "high": "Good"})
    assert [o.label for o in asked.settings.options] == ["1: Poor", "2", "3", "4", "5: Good"]
    assert answer(asked, _="5") == 5
    assert FIELD_TYPES["scale"].show(asked, 5) == ("5 out of 5",)
    assert mistake(asked, _="6") == ("q", "Choose a number from 1 to 5")


@pytest.mark.parametrize(
    "keys", [{"from": "5", "to": "5"}, {"from": "-1"}, {"to": "11"}, {"from": "x"}]
)
def test_a_designer_hears_of_a_scale_without_steps(keys: dict[str, str]) -> None:
    assert "from" in problems("scale", keys)
