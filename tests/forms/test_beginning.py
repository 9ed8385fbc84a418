"""A new form begins with a file that is right, whatever a designer calls it."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from portal.cli import app
from portal.core.bank_holidays import bank_holidays
from portal.core.dates import Today
from portal.core.money import Pence
from portal.forms.beginning import Beginning, first_file, name_for
from portal.forms.examples import run_example
from portal.forms.parsing import Bundle, parse_form
from portal.forms.proofs.proving import prove
from portal.forms.reader import PAGE_NAME

FORMS = Path(__file__).parents[2] / "form_definitions"
SHARED = (FORMS / "_shared.yml").read_text()
TODAY = Today(date(2026, 11, 27), bank_holidays())
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Z")), min_size=1)


@pytest.mark.parametrize("fee", [0, 1250])
@pytest.mark.parametrize("shared", [True, False])
def test_a_first_file_is_right_its_examples_come_out_and_it_can_be_proven(fee: int, shared: bool):
    begun = Beginning("new-form", "A new form", "For tests", "Tests", 1, "t", Pence(fee), shared)
    parsed = parse_form(Bundle("new-form.yml", first_file(begun), SHARED if shared else ""))
    assert parsed.findings == ()
    assert parsed.definition is not None
    for example in parsed.definition.examples:
        assert run_example(parsed.definition, example, TODAY).problems == ()
    proof = prove(parsed.definition, TODAY)
    assert (proof.refuted, proof.undecided, proof.warnings) == ((), (), ())


@settings(max_examples=60, deadline=None)
@given(title=WORDS.filter(str.strip), queue=WORDS.filter(str.strip))
def test_it_may_be_called_anything(title: str, queue: str):
    begun = Beginning("new-form", title, title, title, 0, queue, Pence(100))
    definition = parse_form(Bundle("new-form.yml", first_file(begun), SHARED)).definition
    assert definition is not None
    assert definition.title == " ".join(title.split())
    assert definition.case.queue == " ".join(queue.split())


@given(WORDS)
def test_a_title_gives_a_name_or_none(title: str):
    name = name_for(title)
    assert not name or PAGE_NAME.fullmatch(name)


def test_a_name_is_made_of_the_titles_words():
    assert name_for("Report a pothole (urgent)") == "report-a-pothole-urgent"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FORMS, tmp_path / "forms"))


def portal(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"PORTAL_FORMS": str(folder)})


def test_in_a_pipe_it_is_written_without_a_question_and_passes_everything(folder: Path):
    said = portal(folder, "new", "report-a-pothole", "--title", "Report: a pothole", "--fee", "£5")
    assert said.exit_code == 0, said.output
    assert 'title: "Report: a pothole"' in (folder / "report-a-pothole.yml").read_text()
    for command in ("check", "examples", "prove"):
        again = portal(folder, command)
        assert again.exit_code == 0, again.output


def test_a_form_that_is_there_is_never_written_over(folder: Path):
    before = (folder / "make-a-complaint.yml").read_bytes()
    said = portal(folder, "new", "make-a-complaint")
    assert said.exit_code == 1
    assert "there already" in said.output
    assert (folder / "make-a-complaint.yml").read_bytes() == before


@pytest.mark.parametrize("name", ["../outside", "Big", "a b", "x" * 80, "_council", "a.b"])
def test_a_name_that_is_none_is_refused_and_nothing_is_written(folder: Path, name: str):
    there = sorted(folder.parent.rglob("*"))
    assert portal(folder, "new", name).exit_code == 1
    assert sorted(folder.parent.rglob("*")) == there


@pytest.mark.parametrize("fee", ["much", "-1", "1.234"])
def test_a_fee_that_is_no_money_is_refused(folder: Path, fee: str):
    said = portal(folder, "new", "a-form", f"--fee={fee}")
    assert said.exit_code == 1
    assert "not an amount of money" in said.output
    assert not (folder / "a-form.yml").exists()


def test_a_form_is_drawn_to_the_screen_or_to_a_file(folder: Path):
    drawn = portal(folder, "draw", "make-a-complaint")
    assert drawn.output.startswith("<svg ")
    file = folder.parent / "flow.svg"
    assert portal(folder, "draw", "make-a-complaint", "-o", str(file)).exit_code == 0
    assert file.read_text(encoding="utf-8") == drawn.output


def test_what_is_not_there_is_neither_drawn_nor_previewed(folder: Path):
    for command in ("draw", "preview"):
        said = portal(folder, command, "nothing")
        assert said.exit_code == 1
        assert "there is no form called nothing" in said.output
