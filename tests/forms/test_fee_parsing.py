"""Fees with dates and bands, as they are written."""

from datetime import date

import pytest

from portal.forms.fee_parsing import Fees, check_fees
from portal.forms.source import read_source
from tests.forms.hall import FEES, definition, parse, without


def test_every_amount_keeps_its_day():
    schedule = Fees(read_source("_fees.yml", FEES)).schedule("hall-hire")
    assert [(a.start, a.amount) for a in schedule.amounts] == [
        (date(2026, 1, 1), 20_00),
        (date(2027, 4, 1), 22_50),
    ]


def test_an_amount_may_stand_in_the_form_itself():
    (hire, _) = definition(without("amount: hall-hire", 'amount: "£1,234.50"')).fee
    in_force = hire.schedule.on(date(1999, 1, 1))
    assert in_force is not None
    assert in_force.amount == 1_234_50


@pytest.mark.parametrize(
    ("bands", "codes"),
    [
        ("[{amount: £1.00}]", []),
        ("[{to: 1, amount: £1.00}, {to: 2, amount: £2.00}]", []),
        ("[{amount: £1.00}, {to: 2, amount: £2.00}]", ["P004"]),
        ("[{to: 1, amount: £1.00}, {to: 1, amount: £2.00}]", ["P004"]),
        ("[{to: 2, amount: £1.00}, {to: 1, amount: £2.00}, {amount: £3.00}]", ["P004"]),
        ("[{to: 1}]", ["F003"]),
        ("[{to: 1, amount: -£1.00}]", ["F008"]),
        ("[]", ["P003"]),
        ("lots", ["F012"]),
        ("[lots]", ["F001"]),
    ],
)
def test_bands_must_rise_and_only_the_last_be_open(bands: str, codes: list[str]):
    text = f"fees:\n  a:\n    - from: 2026-01-01\n      bands: {bands}\n"
    assert [f.code for f in check_fees("_fees.yml", text)] == codes


@pytest.mark.parametrize("text", ["fees: []", "fees: lots", "- fees", "lots", "fees: {a: {b: c}}"])
def test_a_file_of_another_shape_is_found(text: str):
    assert check_fees("_fees.yml", text)


def test_no_fees_at_all_are_right_until_a_form_wants_one():
    assert check_fees("_fees.yml", "") == ()
    assert [f.code for f in parse(fees="").findings] == ["P008", "P008"]


@pytest.mark.parametrize(
    ("amount", "is_right"), [("£0.00", True), ("£0.29", False), ("£0.30", True)]
)
def test_no_fee_is_less_than_a_card_can_pay(amount: str, is_right: bool):
    parsed = parse(without("amount: hall-hire", f"amount: {amount}").replace("£20.00", amount))
    assert [f.code for f in parsed.findings] == ([] if is_right else ["P010"])
