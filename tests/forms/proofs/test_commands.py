"""The commands `portal prove` and `portal price`, as a designer runs them."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from portal.cli import app
from tests.forms.proofs.small_forms import BEYOND_PROOF, Written

FORMS = Path("form_definitions")
STREETS = "street-naming-and-numbering"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lists = [file.name for file in FORMS.glob("*.yml") if "- repeat:" in file.read_text()]
    without_lists = shutil.ignore_patterns(*lists)
    return Path(shutil.copytree(FORMS, tmp_path / "forms", ignore=without_lists))


def portal(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"PORTAL_FORMS": str(folder)})


def mend(folder: Path, form: str, old: str, new: str) -> None:
    file = folder / f"{form}.yml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_the_shipped_forms_are_proven(folder: Path) -> None:
    result = portal(folder, "prove")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert len(lines) == len(list(folder.glob("[!_]*.yml")))
    assert all(line.endswith(" proven") for line in lines)


def test_a_broken_form_is_refused_at_its_line_with_answers_that_show_it(folder: Path) -> None:
    mend(folder, STREETS, 'request != "rename-street" && owner == "agent"', 'owner == "agent"')
    result = portal(folder, "prove", STREETS)
    assert result.exit_code == 1
    text = (folder / f"{STREETS}.yml").read_text().splitlines()
    line = 1 + text.index('    when: owner == "agent"')
    assert f"{STREETS}.yml:{line}:11: error V006" in result.output
    assert "reads owner, which may not have been asked" in result.output
    assert "- example: " in result.output
    assert "request: rename-street" in result.output


def test_what_nobody_can_decide_is_told_and_fails_where_that_is_asked_for(folder: Path) -> None:
    text = Written(BEYOND_PROOF).bundle.text
    (folder / "beyond.yml").write_text(text.replace("form: small", "form: beyond"))
    told = portal(folder, "prove", "beyond")
    assert "not decided" in told.output, told.output
    assert told.exit_code == 0
    assert portal(folder, "prove", "beyond", "--strict").exit_code == 1


def test_editors_get_the_same_as_json(folder: Path) -> None:
    mend(folder, STREETS, "  location: [property, site, street]", "  location: property")
    result = portal(folder, "prove", STREETS, "--format", "json")
    assert result.exit_code == 1
    (told,) = json.loads(result.output)
    assert told["form"] == STREETS
    (refuted,) = told["refuted"]
    assert refuted["code"] == "V010"
    assert refuted["file"] == str(folder / f"{STREETS}.yml")
    assert "none of property is answered" in refuted["message"]


def test_a_form_that_does_not_parse_is_not_proven(folder: Path) -> None:
    mend(folder, STREETS, "type: radios", "type: radio")
    result = portal(folder, "prove")
    assert result.exit_code == 1
    assert "F027" in result.output


def test_a_form_that_is_not_there_is_named(folder: Path) -> None:
    for command in ("prove", "price"):
        result = portal(folder, command, "nothing")
        assert result.exit_code == 1
        assert "there is no form called nothing" in result.output


def test_the_price_table_is_printed_with_its_bands(folder: Path) -> None:
    result = portal(folder, "price", STREETS)
    assert result.exit_code == 0
    rows = [line.split("  ") for line in result.output.splitlines()]
    assert rows[0][0] == "Line"
    assert "plots 2 to 10" in result.output
    assert result.output.rstrip().endswith("£395.00")
    told = json.loads(portal(folder, "price", STREETS, "--format", "json").output)
    assert [price["amount"] for price in told] == [4_500, 10_000, 20_000, 30_000, 40_000, 39_500]


def test_a_form_that_costs_nothing_says_so(folder: Path) -> None:
    assert "costs nothing" in portal(folder, "price", "report-fly-tipping").output
