"""Organisations, bank accounts, addresses abroad, and what a link brought along."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.bootstrap import read_bank_weights
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.bank_details import BankDetails
from portal.forms.fields.modulus_check import (
    SAMPLE_WEIGHTS,
    ModulusTable,
    may_exist,
    read_substitutes,
    read_weights,
)
from portal.forms.fields.organisation import Organisation
from tests.forms.fields.village import answer, asking, mistake, problems, question

ACCOUNT = {"name": "A Example", "sort_code": "00-03-00", "account_number": "1234567"}


def table(*rows: str, substitutes: str = "") -> ModulusTable:
    return ModulusTable(read_weights("\n".join(rows)), read_substitutes(substitutes))


def test_an_organisation_has_a_name_and_perhaps_a_company_number() -> None:
    asked = question("organisation")
    found = answer(asked, name="  Fenwick Bakery Ltd ", number="1234567")
    assert found == Organisation("Fenwick Bakery Ltd", "01234567")
    assert FIELD_TYPES["organisation"].show(asked, found)[1] == "Company number 01234567"
    assert answer(asked, name="Fenwick Bowls Club", number="") == Organisation("Fenwick Bowls Club")


def test_an_organisation_without_its_name_or_a_needed_number_is_refused() -> None:
    needed = question("organisation", {"company_number": "required"})
    assert [error.input for error in answer(needed)] == ["q-name", "q-number"]
    assert mistake(needed, name="Fenwick Bakery", number="12X") == (
        "q-number",
        "Enter a company number in the correct format, like 01234567 or SC123456",
    )
    alone = question("organisation", {"company_number": "no"}, ask="What is your business called?")
    assert FIELD_TYPES["organisation"].inputs(alone) == ("q-name",)


def test_bank_details_show_two_figures_wherever_people_look() -> None:
    asked = question("bank-details")
    kind = FIELD_TYPES["bank-details"]
    value = BankDetails("A Example", "000300", "12345674", "ROLL 99")
    seen = " ".join((*kind.show(asked, value), *kind.cel(value).values(), repr(value)))
    assert "74" in seen
    assert not any(secret in seen for secret in ("345674", "000300", "ROLL"))
    assert kind.dump(value)["account_number"] == "12345674"  # type: ignore[index]


def test_bank_details_are_taken_as_they_stand_on_a_card() -> None:
    asked = question("bank-details")
    found = answer(
        asked,
        name="A Example",
        sort_code="20\u201300 00",
        account_number="123456",
        roll_number="ab 1/2",
    )
    assert found == BankDetails("A Example", "200000", "00123456", "AB 1/2")


@pytest.mark.parametrize(
    ("posted", "where", "message"),
    [
        ({"sort_code": "12345"}, "q-sort-code", "Enter a valid sort code like 309430"),
        ({"sort_code": ""}, "q-sort-code", "Enter a sort code"),
        (
            {"account_number": "12345"},
            "q-account-number",
            "Account number must be between 6 and 8 digits",
        ),
        ({"name": ""}, "q-name", "Enter the name on the account"),
        (
            {"account_number": "12345678"},
            "q-sort-code",
            "Check the sort code and account number: there is no account with both of them",
        ),
        ({"roll_number": "4242424242424242"}, "q-roll-number", None),
    ],
)
def test_a_slip_in_bank_details_is_told_where_it_is(
    posted: dict[str, str], where: str, message: str | None
) -> None:
    good = {"name": "A Example", "sort_code": "000100", "account_number": "00000000"}
    found, said = mistake(question("bank-details"), **(good | posted))
    assert found == where
    assert message is None or said == message


@given(st.integers(0, 99_999_999), st.integers(0, 7), st.integers(1, 9))
def test_a_changed_figure_is_noticed_by_mod_11(account: int, at: int, by: int) -> None:
    number = f"{account:08}"
    changed = f"{number[:at]}{(int(number[at]) + by) % 10}{number[at + 1 :]}"
    both = [may_exist("000200", each, SAMPLE_WEIGHTS) for each in (number, changed)]
    assert both != [True, True]


@given(st.from_regex(r"[1-9][0-9]{5}", fullmatch=True), st.from_regex(r"[0-9]{8}", fullmatch=True))
def test_an_account_of_a_bank_in_no_table_is_not_doubted(sort_code: str, account: str) -> None:
    assert may_exist(sort_code, account, SAMPLE_WEIGHTS)


PLAIN = "0 0 0 0 0 0 1 1 1 1 1 1 1 1"
SORTED = "1 1 1 1 1 1 1 1 1 1 1 1 1 1"


@pytest.mark.parametrize(
    ("rows", "sort_code", "account", "good"),
    [
        ([f"000000 009999 MOD10 {PLAIN}"], "000000", "12340000", True),
        ([f"000000 009999 MOD10 {PLAIN}"], "000000", "12340001", False),
        ([f"000000 009999 MOD11 {PLAIN}"], "000000", "12340001", True),
        (["000000 009999 DBLAL 0 0 0 0 0 0 2 1 2 1 2 1 2 1"], "000000", "60000007", True),
        # 1: twenty-seven is added
        (["000000 009999 DBLAL 0 0 0 0 0 0 2 1 2 1 2 1 2 1 1"], "000000", "00000003", True),
        # 2 and 9: other weights by a and g, then the second row with another sort code
        (
            [f"000000 009999 MOD11 {PLAIN} 2", f"000000 009999 MOD11 {SORTED} 9"],
            "000000",
            "10000005",
            True,
        ),
        (
            [f"000000 009999 MOD11 {PLAIN} 2", f"000000 009999 MOD11 {SORTED} 9"],
            "000000",
            "00000008",
            True,
        ),
        (
            [f"000000 009999 MOD11 {PLAIN} 2", f"000000 009999 MOD11 {SORTED} 9"],
            "000000",
            "00000005",
            False,
        ),
        # 3: the second check is left out when c is 6 or 9
        (
            [f"000000 009999 MOD10 {PLAIN}", f"000000 009999 DBLAL {PLAIN} 3"],
            "000000",
            "00600004",
            True,
        ),
        # 4: the remainder is the last two figures
        (["000000 009999 MOD11 0 0 0 0 0 0 1 0 0 0 0 0 0 0 4"], "000000", "70000007", True),
        (["000000 009999 MOD11 0 0 0 0 0 0 1 0 0 0 0 0 0 0 4"], "000000", "70000017", False),
        # 5: the remainder is the check figure g
        (["000000 009999 MOD11 0 0 0 0 0 0 1 0 0 0 0 0 0 0 5"], "000000", "40000070", True),
        (["000000 009999 MOD11 0 0 0 0 0 0 1 0 0 0 0 0 0 0 5"], "000000", "10000000", False),
        (["000000 009999 DBLAL 0 0 0 0 0 0 1 0 0 0 0 0 0 0 5"], "000000", "40000006", True),
        # 6: an account in a foreign currency is not checked
        ([f"000000 009999 MOD10 {PLAIN} 6"], "000000", "40000011", True),
        ([f"000000 009999 MOD10 {PLAIN} 6"], "000000", "30000011", False),
        # 7: the sort code does not count when g is 9
        ([f"000000 009999 MOD10 {SORTED} 7"], "000001", "00000091", True),
        ([f"000000 009999 MOD10 {SORTED} 7"], "000001", "00000081", True),
        ([f"000000 009999 MOD10 {SORTED} 7"], "000001", "00000082", False),
        # 8: another sort code stands in
        ([f"000000 009999 MOD10 {SORTED} 8"], "000001", "00000002", True),
        # 10 and 11: either will do
        (
            [f"000000 009999 MOD10 {PLAIN} 10", f"000000 009999 MOD11 {PLAIN} 11"],
            "000000",
            "00000092",
            True,
        ),
        (
            [f"000000 009999 MOD10 {SORTED} 10", f"000000 009999 MOD11 {PLAIN} 11"],
            "000001",
            "09000091",
            True,
        ),
        # 12 and 13: either will do
        (
            [f"000000 009999 MOD11 {PLAIN} 12", f"000000 009999 MOD10 {PLAIN} 13"],
            "000000",
            "00000091",
            True,
        ),
        # 14: a branch figure at the end is dropped
        (["000000 009999 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1 14"], "000000", "00000011", False),
        (["000000 009999 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1 14"], "000000", "00000141", False),
        (["000000 009999 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1 14"], "000000", "00000270", True),
    ],
)
def test_every_exception_of_the_modulus_check_does_what_it_says(
    rows: list[str], sort_code: str, account: str, *, good: bool
) -> None:
    assert may_exist(sort_code, account, table(*rows)) is good


def test_exception_5_looks_the_sort_code_up_first() -> None:
    row = "000000 009999 MOD11 0 0 0 0 0 1 0 0 0 0 0 0 0 0 5"
    assert may_exist("000001", "00000000", table(row, substitutes="000001 000000"))
    assert not may_exist("000001", "00000000", table(row))


@pytest.mark.parametrize("line", ["089999 MOD10", "a b MOD10 " + PLAIN, f"1 2 MOD12 {PLAIN}"])
def test_a_table_of_weights_that_is_damaged_is_named_by_its_line(line: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        read_weights(f"# ours\n{line}")
    with pytest.raises(ValueError, match="line 1"):
        read_substitutes(line)


def test_a_council_puts_its_tables_beside_its_forms(tmp_path: Path) -> None:
    assert read_bank_weights(tmp_path) is SAMPLE_WEIGHTS
    (tmp_path / "_valacdos.txt").write_text(f"200000 209999 MOD10 {PLAIN}\n")
    (tmp_path / "_scsubtab.txt").write_text("938173 938017\n")
    read = read_bank_weights(tmp_path)
    assert read.rules_for("204060")[0].method == "MOD10"
    assert read.substitutes == {"938173": "938017"}
    (tmp_path / "_scsubtab.txt").write_text("938173\n")
    with pytest.raises(ValueError, match=r"_scsubtab\.txt: line 1"):
        read_bank_weights(tmp_path)


def test_a_council_puts_the_published_table_in_place_of_the_sample() -> None:
    asked = question("bank-details")
    strict = replace(asking(), bank_weights=table(f"200000 209999 MOD10 {PLAIN}"))
    raw = FIELD_TYPES["bank-details"].read_example(asked, {**ACCOUNT, "sort_code": "200000"})
    assert isinstance(FIELD_TYPES["bank-details"].parse(asked, raw, asking()), BankDetails)
    assert isinstance(FIELD_TYPES["bank-details"].parse(asked, raw, strict), tuple)


def test_an_address_abroad_needs_a_line_a_town_and_a_country() -> None:
    asked = question("international-address")
    kind = FIELD_TYPES["international-address"]
    found = answer(asked, line_1="1 rue Haute", town="Lyon", postal_code="69001", country="FR")
    assert kind.show(asked, found) == ("1 rue Haute", "Lyon", "69001", "France")
    assert kind.cel(found)["country"] == "FR"
    assert [error.input for error in answer(asked)] == ["q-line-1", "q-town", "q-country"]
    assert mistake(asked, line_1="1", town="Strelsau", country="Ruritania") == (
        "q-country",
        "Select a country from the list",
    )


@pytest.mark.parametrize("forged", ["winter", "x" * 1_000_000, "\u202eevil"])
def test_a_hidden_value_is_never_read_from_a_post(forged: str) -> None:
    asked = question("hidden", {"default": "spring"})
    assert answer(asked, _=forged) == "spring"


@pytest.mark.parametrize(
    ("brought", "value"),
    [("winter", "winter"), ("", "spring"), ("x" * 21, "spring"), ("a\x00b", "spring")],
)
def test_a_hidden_value_comes_from_an_allowed_link_or_the_default(brought: str, value: str) -> None:
    asked = question("hidden", {"default": "spring", "max_length": "20"})
    link = replace(asking(), brought={"q": brought, "other": "no"})
    assert FIELD_TYPES["hidden"].parse(asked, {"q": ["forged"]}, link) == value


def test_a_hidden_value_is_shown_only_where_the_designer_says_so() -> None:
    kind: Any = FIELD_TYPES["hidden"]
    assert kind.show(question("hidden"), "spring") == ()
    assert kind.show(question("hidden", {"shown": "yes"}), "spring") == ("spring",)
    assert kind.as_raw(question("hidden"), "spring") == {}
    assert problems("hidden", {"default": "too long", "max_length": "3"}) == ["default"]
