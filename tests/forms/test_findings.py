"""A designer's slip is named with its file, line, column and cure, and all slips at once."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

import portal
from portal.forms.calendar_parsing import parse_calendars
from portal.forms.fee_parsing import check_fees
from portal.forms.page_parsing import check_shared
from portal.forms.parsing import parse_council
from portal.forms.source import Finding
from tests.forms.broken_files import CASES, Case
from tests.forms.hall import CALENDARS, COUNCIL, FEES, SHARED, parse, without

FORMS = Path(portal.__file__).parent / "forms"
CODE = re.compile(r"[A-Z]\d{3}")
SEVERAL_WORDINGS = {
    "A003",
    "A004",
    "A006",
    "F000",
    "F001",
    "F003",
    "F004",
    "F011",
    "F040",
    "Y001",
    "Y002",
    "Y007",
    "Y008",
    "P004",
}
"""Codes with one meaning that is said in more than one place."""


def check(file: str, text: str) -> tuple[Finding, ...]:
    if file == FEES:
        return check_fees("_fees.yml", text)
    if file == SHARED:
        return check_shared("_shared.yml", text)
    if file == CALENDARS:
        return parse_calendars(text).findings
    if file == COUNCIL:
        return parse_council("_council.yml", text)[1]
    return parse(text).findings


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_slip_is_told_with_its_place_and_its_cure(case: Case):
    findings = check(case.file, without(case.old, case.new, case.file))
    assert "\n".join(map(str, findings)).splitlines() == case.said


def test_two_slips_are_told_at_once():
    text = without("lgsl: 461", "lgsl: many", without("exit: yes", "exit: maybe"))
    assert [f.code for f in parse(text).findings] == ["F007", "F006"]


def test_the_files_that_are_right_have_no_findings():
    assert parse().findings == ()
    assert check(FEES, FEES) == check(SHARED, SHARED) == check(COUNCIL, COUNCIL) == ()
    assert check(CALENDARS, CALENDARS) == ()


def wordings() -> dict[str, set[str]]:
    """Code → every message it is raised with, what is filled in left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in FORMS.glob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            for number, argument in enumerate(call.args[:-1]):
                if (
                    isinstance(argument, ast.Constant)
                    and isinstance(argument.value, str)
                    and CODE.fullmatch(argument.value)
                ):
                    found[argument.value].add(ast.unparse(call.args[number + 1]))
    return found


def test_every_code_in_the_source_is_provoked_by_a_case():
    in_source = {
        code
        for file in FORMS.glob("*.py")
        for code in re.findall(r'"([CFPY]\d{3})"', file.read_text(encoding="utf-8"))
    }
    provoked = {match for case in CASES for line in case.said for match in CODE.findall(line)}
    assert in_source - provoked == {"F043"}  # a file's name is wrong, not what is in it: the CLI's
    assert len(in_source) > 50


def test_no_two_codes_share_a_wording_and_few_have_several():
    found = wordings()
    said = [
        (wording, code)
        for code, all_of_it in found.items()
        for wording in all_of_it
        if not wording.isidentifier()
    ]
    assert len({wording for wording, _ in said}) == len(said)
    assert {code for code, all_of_it in found.items() if len(all_of_it) > 1} <= SEVERAL_WORDINGS
