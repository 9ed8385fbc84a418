"""A link the council signed opens a form with answers filled in; any other opens the form."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from portal.cli import app
from portal.web.prefill_links import make_link
from tests.support.portal_fixtures import OpenPortal
from tests.support.portal_house import BASE_URL, FORMS, SECRET_KEY, Portal
from tests.support.resident import Resident, hidden_inputs, path_of

FORM = """\
form: missed-bin
title: Report a missed bin
summary: Tell us if your bin was not emptied
service_area: Waste
lgsl: 525
prefill: [round, bin, count]
pages:
  - page: bin
    questions:
      - {question: bin, ask: "Which bin?", type: radios, options: {brown: Brown, blue: Blue}}
  - page: count
    title: How many
    questions:
      - {question: count, ask: "How many bins?", type: whole-number, max: 9}
      - {question: round, ask: Round, type: hidden, default: unknown, shown: yes}
case: {type: bin, queue: waste, target: 5 working days, subject: "{count} {bin} on {round}"}
what_happens_next: We come again.
examples:
  - example: One bin
    answers: {bin: blue, count: "1"}
"""
PATH = "/forms/missed-bin"


@pytest.fixture
def forms(tmp_path: Path) -> Path:
    """A folder with one form that links may fill."""
    folder = tmp_path / "forms"
    folder.mkdir()
    for name in ("_council.yml", "_shared.yml", "_fees.yml", "report-fly-tipping.yml"):
        (folder / name).write_text((FORMS / name).read_text())
    (folder / "missed-bin.yml").write_text(FORM)
    return folder


@pytest.fixture
def waste(open_own: OpenPortal, forms: Path) -> Iterator[Portal]:
    """A portal with that form."""
    with open_own(forms=forms) as opened:
        yield opened


def link(portal: Portal, form: str = "missed-bin", **values: str) -> str:
    until = portal.clock() + timedelta(days=2)
    return path_of(make_link(portal.app.state.house.signer, BASE_URL, form, values, until))


def press_start(resident: Resident, address: str) -> str:
    """Press the button of the start page a link opens; gives where it leads."""
    page = resident.read(address)
    answer = resident.browser.post(f"{PATH}/start", data=hidden_inputs(page))
    assert answer.status_code == 303
    return path_of(answer.headers["location"])


def test_a_link_fills_questions_and_each_page_is_still_answered(waste: Portal) -> None:
    resident = waste.resident()
    address = link(waste, bin="blue", count="2", round="R 7")
    assert "Some answers are filled in" in resident.read(address)
    assert waste.counts()["draft"] == 0  # opening the link changed nothing
    assert press_start(resident, address) == f"{PATH}/bin"
    assert re.search(r'value="blue"[^>]*checked', resident.read(f"{PATH}/bin"))
    assert resident.get(f"{PATH}/check-answers").status_code == 303
    assert resident.post(f"{PATH}/bin", {"bin": "brown"}).status_code == 303
    assert 'value="2"' in resident.read(f"{PATH}/count")
    # What is posted under a hidden question's name counts for nothing.
    assert resident.post(f"{PATH}/count", {"count": "2", "round": "R 9"}).status_code == 303
    resident.post(f"{PATH}/count", {"count": "3"})
    assert "R 7" in resident.read(f"{PATH}/check-answers")
    resident.send("missed-bin")
    assert waste.rows("submission")[0]["answers"].count("R 7") == 1


def test_what_is_answered_already_is_not_overwritten(waste: Portal) -> None:
    resident = waste.resident()
    resident.post(f"{PATH}/bin", {"bin": "brown"})
    address = link(waste, bin="blue", count="5")
    assert "Continue where you stopped" in resident.read(address)
    assert press_start(resident, address) == f"{PATH}/count"
    assert re.search(r'value="brown"[^>]*checked', resident.read(f"{PATH}/bin"))
    assert 'value="5"' in resident.read(f"{PATH}/count")


def test_a_link_that_does_not_hold_fills_nothing(waste: Portal) -> None:
    resident = waste.resident()
    good = link(waste, bin="blue")
    other_form = link(waste, "report-fly-tipping", bin="blue").partition("?link=")[2]
    for bad in (good[:-1] + "x", f"{PATH}?link=blue", f"{PATH}?link={other_form}"):
        page = resident.read(bad)
        assert "has expired or is not complete" in page
        assert f'href="{PATH}/bin"' in page
        answer = resident.post(f"{PATH}/start", {"link": bad.partition("?link=")[2]}, page=PATH)
        assert path_of(answer.headers["location"]) == PATH
    waste.clock.ahead = timedelta(days=3)
    assert "has expired or is not complete" in resident.read(good)
    assert waste.counts()["draft"] == 0


def test_a_wrong_value_in_a_signed_link_is_left_out(waste: Portal) -> None:
    resident = waste.resident()
    assert press_start(resident, link(waste, bin="pink", count="4")) == f"{PATH}/bin"
    assert "checked" not in resident.read(f"{PATH}/bin")


def _command(forms: Path, *words: str) -> Result:
    environment = {
        "PORTAL_FORMS": str(forms),
        "PORTAL_SECRET_KEY": SECRET_KEY,
        "PORTAL_BASE_URL": BASE_URL,
    }
    return CliRunner().invoke(app, ["link", *words], env=environment)


def test_the_command_prints_a_link_that_works(waste: Portal, forms: Path) -> None:
    printed = _command(forms, "missed-bin", "bin=blue", "round=R=7")
    assert printed.exit_code == 0, printed.output
    resident = waste.resident()
    assert press_start(resident, path_of(printed.output.strip())) == f"{PATH}/bin"


def test_the_command_refuses_what_the_form_would_not_take(forms: Path) -> None:
    printed = _command(forms, "missed-bin", "bin=pink", "name=Ann")
    assert printed.exit_code == 1
    assert printed.output.splitlines() == [
        "bin cannot be that (prefill of missed-bin: round, bin, count)",
        "name is not among those it may fill (prefill of missed-bin: round, bin, count)",
    ]
