"""A fee is the amount of its day and its band; when there is none, nothing is charged."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.dates import Today
from portal.core.errors import PersonMustLook
from portal.forms.definition import FormDefinition
from portal.forms.fees import FeeUnknown, calculate_fee
from tests.forms.hall import FEES, FORM, definition, without

HALL = definition()
TIMES = definition(without("    amount: hall-hire\n", "    amount: £2.50\n    times: guests\n"))


def amounts(
    scope: dict[str, Any], on: date = date(2026, 5, 1), form: FormDefinition = HALL
) -> dict[str, int]:
    return {line.name: line.amount for line in calculate_fee(form, scope, Today(on)).lines}


@pytest.mark.parametrize(
    ("guests", "price"),
    [(0, 0), (1, 10_00), (49, 10_00), (50, 10_00), (51, 30_00), (999, 30_00), (10**15, 30_00)],
)
def test_a_band_takes_in_its_last_number(guests: int, price: int):
    assert amounts({"hall": "big", "guests": guests}) == {"hire": 20_00, "chairs": price}


@pytest.mark.parametrize(
    ("on", "price"),
    [
        (date(2026, 1, 1), 20_00),
        (date(2027, 3, 31), 20_00),
        (date(2027, 4, 1), 22_50),
        (date(2099, 12, 31), 22_50),
    ],
)
def test_a_new_amount_counts_from_its_day(on: date, price: int):
    assert amounts({"hall": "small"}, on) == {"hire": price}


def test_before_the_first_amount_nothing_is_charged_and_a_person_must_look():
    with pytest.raises(FeeUnknown, match="hall-hire has no amount on 2025-12-31") as said:
        amounts({"hall": "small"}, date(2025, 12, 31))
    assert isinstance(said.value, PersonMustLook)


def test_a_line_is_charged_only_when_its_condition_is_known_to_hold():
    assert amounts({}) == {"hire": 20_00}
    assert amounts({"hall": "small", "guests": 900}) == {"hire": 20_00}


@pytest.mark.parametrize("guests", [None, -1, "many", 1.5])
def test_a_band_without_a_number_is_an_error_and_not_a_guess(guests: Any):
    scope = {"hall": "big"} if guests is None else {"hall": "big", "guests": guests}
    with pytest.raises(FeeUnknown, match="chairs needs a number from guests"):
        amounts(scope)


def test_a_number_above_the_last_band_is_an_error_and_not_the_last_band():
    closed = definition(fees=without("{amount: £30.00}", "{to: 99, amount: £30.00}", FEES))
    assert amounts({"hall": "big", "guests": 99}, form=closed)["chairs"] == 30_00
    with pytest.raises(FeeUnknown, match="no band for 100"):
        amounts({"hall": "big", "guests": 100}, form=closed)


@given(st.integers(0, 999))
def test_times_multiplies_and_the_lines_add_up(guests: int):
    fee = calculate_fee(TIMES, {"hall": "big", "guests": guests}, Today(date(2026, 5, 1)))
    assert fee.lines[0].amount == 250 * guests
    assert fee.total == sum(line.amount for line in fee.lines) >= 0


def test_times_without_its_number_is_an_error():
    with pytest.raises(FeeUnknown, match="hire needs a number from guests"):
        amounts({"hall": "small"}, form=TIMES)


def test_a_form_without_lines_costs_nothing():
    free = definition(
        FORM[: FORM.index("fee:\n")] + FORM[FORM.index("case:") :].replace("£20", "£0")
    )
    fee = calculate_fee(free, {"hall": "big"}, Today(date(2026, 5, 1)))
    assert (fee.lines, fee.total) == ((), 0)


def test_a_line_says_where_its_money_belongs():
    (line,) = calculate_fee(HALL, {"hall": "small"}, Today(date(2026, 5, 1))).lines
    assert (line.label, line.income_code, line.vat) == ("Hire of the hall", "LEI-1", "exempt")
