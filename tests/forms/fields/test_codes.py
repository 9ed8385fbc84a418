"""Numbers people copy: National Insurance, company, charity, vehicle, street and bill numbers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.check_digits import passes
from portal.forms.fields.codes import compact
from tests.forms.fields.village import ADDRESSES, answer, mistake, problems, question

NINO, COMPANY, CHARITY, PLATE = (
    "national-insurance-number",
    "company-number",
    "charity-number",
    "vehicle-registration",
)


def shown(asked: Any, typed: str) -> str:
    return "; ".join(FIELD_TYPES[asked.type].show(asked, answer(asked, _=typed)))


@pytest.mark.parametrize(
    ("kind", "typed", "value", "seen"),
    [
        (NINO, " ab 12 34 56 c ", "AB123456C", "AB 12 34 56 C"),
        (NINO, "AB-12-34-56-C", "AB123456C", "AB 12 34 56 C"),
        (
            NINO,
            "\uff21\uff22\uff11\uff12\uff13\uff14\uff15\uff16\uff23",
            "AB123456C",
            "AB 12 34 56 C",
        ),
        (NINO, "A\u200bB123456D\u200e", "AB123456D", "AB 12 34 56 D"),
        (COMPANY, "1234567", "01234567", "01234567"),
        (COMPANY, "SC 123456", "SC123456", "SC123456"),
        (COMPANY, "ni1234", "NI001234", "NI001234"),
        (COMPANY, "oc 301234", "OC301234", "OC301234"),
        (COMPANY, "R0000123", "R0000123", "R0000123"),
        (COMPANY, "IP12345R", "IP12345R", "IP12345R"),
        (COMPANY, "SP1234RS", "SP1234RS", "SP1234RS"),
        (CHARITY, "1 234 567", "1234567", "1234567"),
        (CHARITY, "no. 123456", "123456", "123456"),
        (CHARITY, "sc 012345", "SC012345", "SC012345"),
        (CHARITY, "NIC 100123", "NIC100123", "NIC100123"),
        (PLATE, "ab12cde", "AB12CDE", "AB12 CDE"),
        (PLATE, "AB1O CDE", "AB10CDE", "AB10 CDE"),
        (PLATE, "a123 bcd", "A123BCD", "A123 BCD"),
        (PLATE, "ABC 123D", "ABC123D", "ABC 123D"),
        (PLATE, "1234 ab", "1234AB", "1234 AB"),
        (PLATE, "A 1", "A1", "A 1"),
        (PLATE, "big 1234", "BIG1234", "BIG 1234"),
        (PLATE, "q123abc", "Q123ABC", "Q123 ABC"),
        ("usrn", "0010010001", "10010001", "10010001"),
    ],
)
def test_a_number_is_taken_however_it_is_typed(
    kind: str, typed: str, value: str, seen: str
) -> None:
    asked = question(kind)
    assert answer(asked, _=typed) == value
    assert shown(asked, typed) == seen
    assert answer(asked, _=FIELD_TYPES[kind].as_raw(asked, value)["q"]) == value


@pytest.mark.parametrize(
    ("kind", "typed", "message"),
    [
        (
            NINO,
            "QQ123456C",
            "Enter a National Insurance number in the correct format, like QQ 12 34 56 C",
        ),
        (
            COMPANY,
            "123456789",
            "Enter a company number in the correct format, like 01234567 or SC123456",
        ),
        (
            CHARITY,
            "12345",
            "Enter a charity number in the correct format, like 1234567, SC012345 or NIC123456",
        ),
        (PLATE, "my car", "Enter a vehicle registration in the correct format, like AB12 CDE"),
        ("usrn", "high street", "Enter a street reference number (USRN) of up to 8 digits"),
    ],
)
def test_a_wrong_number_is_refused_with_an_example(kind: str, typed: str, message: str) -> None:
    assert mistake(question(kind), _=typed) == ("q", message)


def test_a_plate_from_abroad_is_taken_only_where_the_designer_says_so() -> None:
    abroad = question(PLATE, {"other_countries": "yes"})
    assert answer(abroad, _="M-ÜX 1234") == "MÜX1234"
    assert shown(abroad, "ab12 cde") == "AB12 CDE"
    assert mistake(question(PLATE), _="M-ÜX 1234")[0] == "q"
    assert mistake(abroad, _="lorry")[0] == "q"


def test_a_national_insurance_number_keeps_its_capitals_when_it_is_asked_for() -> None:
    for ask in ("National Insurance number", "What is your National Insurance number?"):
        said = mistake(question(NINO, ask=ask), _="")[1]
        assert said.startswith("Enter")
        assert said.endswith("National Insurance number")


def test_a_masked_national_insurance_number_shows_only_its_end() -> None:
    assert shown(question(NINO, {"masked": "yes"}), "AB123456C") == "Ends 56 C"


@given(st.text(max_size=50_000))
def test_no_text_is_too_strange_to_be_looked_at(typed: str) -> None:
    assert len(compact(typed)) <= 3 * 201


@pytest.mark.parametrize("typed", ["12345678 " + "x" * 5_000, "1" * 1_000_000])
def test_a_number_with_a_book_behind_it_is_no_number(typed: str) -> None:
    assert mistake(question("usrn"), _=typed)[0] == "q"


@pytest.mark.parametrize(
    ("rule", "good", "weights"),
    [
        ("luhn", "79927398713", ()),  # the textbook example
        ("mod-97", "GB82WEST12345698765432"[4:] + "GB82", ()),  # how an IBAN is checked
        ("mod-11", "0306406152", (10, 9, 8, 7, 6, 5, 4, 3, 2)),  # ISBN-10
        ("mod-11", "080442957X", (10, 9, 8, 7, 6, 5, 4, 3, 2)),
    ],
)
def test_check_digits_agree_with_published_numbers(
    rule: str, good: str, weights: tuple[int, ...]
) -> None:
    assert passes(rule, good, weights)
    for at, digit in enumerate(good):
        if digit.isdecimal():
            slip = str((int(digit) + 1) % 10)
            assert not passes(rule, f"{good[:at]}{slip}{good[at + 1 :]}", weights)


BILL = {"pattern": "[0-9]{8}", "check_digit": "luhn", "looks_like": "1234 5674"}


def test_a_reference_is_taken_with_its_spaces_and_a_slip_is_noticed() -> None:
    asked = question("reference", BILL, ask="What is your council tax reference?")
    assert answer(asked, _="1234-5674") == "12345674"
    assert mistake(asked, _="12345675") == (
        "q",
        "Check your council tax reference: one of its figures does not fit the others",
    )
    assert mistake(asked, _="1234567") == (
        "q",
        "Enter your council tax reference in the correct format, like 1234 5674",
    )


def test_a_payment_card_number_is_no_reference() -> None:
    asked = question("reference", {"pattern": "[0-9]{16}"})
    assert "payment card" in mistake(asked, _="4242 4242 4242 4242")[1]


@pytest.mark.parametrize(
    ("keys", "wrong"),
    [
        ({"check_digit": "mod-11"}, ["check_digit"]),
        ({"check_digit": "luhn", "weights": ["1"]}, ["weights"]),
        ({"check_digit": "mod-11", "weights": ["heavy"]}, ["weights", "check_digit"]),
        ({"check_digit": "mod-12"}, ["check_digit"]),
        ({"pattern": "(a+)+"}, ["pattern"]),
        ({"pattern": "["}, ["pattern"]),
        ({**BILL, "looks_like": "12345678"}, ["looks_like"]),
    ],
)
def test_a_designer_hears_of_a_rule_that_cannot_work(
    keys: dict[str, Any], wrong: list[str]
) -> None:
    assert problems("reference", keys) == wrong


def test_a_uprn_is_looked_up_and_answers_with_the_address() -> None:
    asked = question("uprn")
    found = answer(asked, _=" 0900 000 000 001 ")
    assert found == ADDRESSES[0]
    assert FIELD_TYPES["uprn"].show(asked, found)[-1] == "UPRN 900000000001"
    assert FIELD_TYPES["uprn"].cel(found)["postcode"] == "ZZ1 1AA"


def test_a_uprn_nobody_knows_or_that_is_too_long_is_refused() -> None:
    asked = question("uprn")
    assert mistake(asked, _="123")[1].startswith("We could not find a property")
    assert mistake(asked, _="1234567890123")[1].endswith("of up to 12 digits")
