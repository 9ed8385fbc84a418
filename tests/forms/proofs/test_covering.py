"""The covering journeys run, agree with what they say, and between them do everything."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from portal.core.dates import Today
from portal.forms.definition import FormDefinition
from portal.forms.examples import run_example
from portal.forms.library import load_library
from portal.forms.parsing import parse_form
from portal.forms.prices import as_row, price_table
from portal.forms.proofs.covering import Covering, cover
from portal.forms.proofs.observing import observe
from portal.forms.proofs.proving import Proof, begin, prove, prove_with
from portal.forms.proofs.report import as_json, as_text
from tests.forms.proofs.fixtures import FIXTURES
from tests.forms.proofs.small_forms import TODAY, Written, long_form, small_form

LIBRARY = load_library(Path("form_definitions")).forms
SHIPPED = {name: form for name, form in LIBRARY.items() if not form.repeats}


def fixture(name: str) -> FormDefinition:
    parsed = parse_form(FIXTURES[name].bundle)
    assert parsed.definition is not None
    return parsed.definition


FORMS = {**SHIPPED, **{name: fixture(name) for name in FIXTURES}}


@cache
def covered(name: str) -> tuple[Proof, Covering]:
    search = begin(FORMS[name], TODAY)
    return prove_with(search), cover(search)


@pytest.mark.parametrize("name", FORMS)
def test_every_good_form_is_proven_whole(name: str) -> None:
    proof, _ = covered(name)
    assert not proof.refuted
    assert not proof.undecided
    assert len(proof.proven) > 20


@pytest.mark.parametrize("name", FORMS)
def test_every_covering_journey_runs_as_an_example(name: str) -> None:
    _, covering = covered(name)
    for journey in covering.journeys:
        assert journey.on is not None
        today = Today(journey.on, TODAY.bank_holidays)
        assert run_example(FORMS[name], journey, today).problems == ()


@pytest.mark.parametrize("name", FORMS)
def test_the_journeys_between_them_do_everything(name: str) -> None:
    form, (_, covering) = FORMS[name], covered(name)
    seen = {
        fact
        for journey in covering.journeys
        if journey.on is not None
        for fact in observe(form, journey, Today(journey.on, TODAY.bank_holidays)).facts
    }
    wanted = {f"visits {page.name}" for page in form.pages} | {"is complete"}
    wanted |= {f"charges {line.name}" for line in form.fee}
    for page in form.pages:
        if page.when is not None:
            wanted |= {f"page {page.name} is yes", f"page {page.name} is no"}
        wanted |= {f"check {n + 1} of {page.name} is no" for n in range(len(page.checks))}
        for question in page.questions:
            if question.type in ("radios", "select"):
                wanted |= {f"{question.name} is {value}" for value in question.settings.values}
            if question.type == "yes-no":
                wanted |= {f"{question.name} is yes", f"{question.name} is no"}
            if question.optional:
                wanted.add(f"blank {question.name}")
    assert not wanted - seen


def test_both_sides_of_every_fee_boundary_are_covered_on_every_date() -> None:
    _, covering = covered("taxi")
    edges = {fact for fact in covering.facts if " at " in fact}
    assert edges == {
        f"licence from {day} at {years}"
        for day, most in (("2020-04-01", 3), ("2027-04-01", 2))
        for years in range(1, most + 1)
    }
    assert {"badge from 2020-04-01", "badge from 2027-04-01"} <= covering.facts


def test_the_journeys_are_few() -> None:
    for name in FORMS:
        _, covering = covered(name)
        assert len(covering.journeys) <= 40


def test_the_journeys_are_the_same_in_every_process() -> None:
    search = """
from portal.forms.proofs.covering import cover
from portal.forms.proofs.proving import begin
from tests.forms.proofs.test_covering import LIBRARY, TODAY
for name in ("book-hall", "make-a-complaint"):
    print(cover(begin(LIBRARY[name], TODAY)).journeys)
"""
    found = {
        subprocess.run(
            [sys.executable, "-c", search],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_a_form_of_forty_pages_is_proven_whole() -> None:
    proof = prove(small_form(long_form(40)), TODAY)
    assert len(proof.proven) > 200
    assert not proof.refuted
    assert not proof.undecided


def test_a_report_says_how_much_is_proven_and_shows_what_is_not() -> None:
    form = small_form(
        """
- page: count
  questions:
    - {question: count, ask: Count, type: whole-number, min: 1, max: 9}
- {page: x, when: count > 0, guidance: Hello, title: X}
"""
    )
    lines = list(as_text(prove(form, TODAY), "forms"))
    assert lines[0].startswith("small: ")
    assert "1 refuted" in lines[0]
    assert lines[1].startswith("forms/small.yml:11:21: error V004 the condition of the page x")
    assert any("- example: " in line for line in lines)
    told = as_json(prove(form, TODAY), "forms")
    assert [refuted["code"] for refuted in told["refuted"]] == ["V004"]
    assert told["refuted"][0]["example"].startswith("- example: ")


def test_the_price_table_has_every_band_and_every_date() -> None:
    rows = [as_row(price) for price in price_table(FORMS["taxi"])]
    assert len(rows) == 7
    assert rows[0] == (
        "licence", 'kind != "replace"', "2020-04-01", "2027-03-31", "years 1", "£100.00"
    )  # fmt: skip
    assert rows[-1][-1] == "£17.00"
    land = [as_row(price) for price in price_table(FORMS["land"])]
    assert land[2][-2:] == ("parcels 6 or more", "£300.00 for each of copies")


def test_a_form_without_fees_has_an_empty_price_table() -> None:
    form = Written("- page: p\n  questions:\n    - {question: q, ask: Q, type: text}").bundle
    parsed = parse_form(form)
    assert parsed.definition is not None
    assert price_table(parsed.definition) == []
