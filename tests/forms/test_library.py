"""The folder of forms and `portal check`: one broken file takes no other form down."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from portal.forms.library import check_path, load_library
from tests.forms.hall import COUNCIL, FEES, FILE, FORM, SHARED, without

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small form with the three files beside it."""
    files = {FILE: FORM, "_shared.yml": SHARED, "_fees.yml": FEES, "_council.yml": COUNCIL}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def portal(*arguments: str, forms: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "portal", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PORTAL_FORMS": str(forms)},
        timeout=120,
    )


BROKEN = [
    "",
    "[",
    "a: &a [*a]",
    "form: broken\ntitle: [x]\n",
    "\0",
    FORM,
    "- " * 5000,
    "a" * 2_000_000,
]


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_form_leaves_the_others_as_they_were(folder: Path, text: str):
    (folder / "broken.yml").write_text(text, encoding="utf-8")
    library = load_library(folder)
    assert list(library.forms) == ["hire-a-hall"]
    assert {finding.file for finding in library.findings} == {"broken.yml"}


def test_bytes_that_are_not_utf_8_are_found(folder: Path):
    (folder / "broken.yml").write_bytes("form: caf\u00e9".encode("latin-1"))
    (folder / "utf-16.yml").write_bytes("form: hall".encode("utf-16"))
    found = load_library(folder).findings
    assert [(f.file, f.code, f.line) for f in found] == [
        ("broken.yml", "Y008", 1),
        ("utf-16.yml", "Y008", 1),
    ]


def test_an_editors_lock_and_a_folder_are_no_forms(folder: Path):
    (folder / ".#hire-a-hall.yml").symlink_to("nobody@nowhere.1234")
    (folder / "gone.yml").symlink_to("nowhere.yml")
    (folder / "a-folder.yml").mkdir()
    library = load_library(folder)
    assert list(library.forms) == ["hire-a-hall"]
    assert library.findings == ()


def test_a_slip_in_a_fee_nobody_charges_is_found_and_takes_nothing_down(folder: Path):
    fees = without("  unused:\n    - from: 2026", "  unused:\n    - from: soon2026", FEES)
    (folder / "_fees.yml").write_text(fees, encoding="utf-8")
    library = load_library(folder)
    assert list(library.forms) == ["hire-a-hall"]
    assert {f.code for f in library.findings} == {"F009"}


def test_the_forms_come_by_title_and_are_kept_by_digest(folder: Path):
    other = FORM.replace("hire-a-hall", "zoo").replace("Hire a hall", "A day at the zoo", 1)
    (folder / "zoo.yml").write_text(other, encoding="utf-8")
    library = load_library(folder)
    assert list(library.forms) == ["zoo", "hire-a-hall"]
    assert {bundle.digest for bundle in library.bundles.values()} == set(library.bundles)


def test_without_the_councils_own_file_nothing_can_be_served(folder: Path):
    (folder / "_council.yml").write_text("name: [", encoding="utf-8")
    with pytest.raises(ValueError, match=r"_council.yml:1:8: error Y002"):
        load_library(folder)
    (folder / "_council.yml").unlink()
    with pytest.raises(FileNotFoundError):
        load_library(folder)


@pytest.mark.parametrize("name", ["_fees.yml", "_shared.yml", "_council.yml"])
def test_a_file_beside_the_forms_can_be_checked_by_itself(folder: Path, name: str):
    assert check_path(folder / name) == ()
    (folder / name).write_text("nonsense: here\n", encoding="utf-8")
    assert [f.line for f in check_path(folder / name)]
    assert {f.file for f in check_path(folder / name)} == {str(folder / name)}


def test_what_is_not_there_is_said(folder: Path):
    (folder / "empty").mkdir()
    (folder / "form.yaml").write_text(FORM, encoding="utf-8")
    assert str(check_path(folder / "no.yml")[0]).endswith(
        "no.yml:1:1: error F000 it cannot be read: No such file or directory"
    )
    assert [f.message for f in check_path(folder / "empty")] == ["there is no form in this folder"]
    (finding,) = check_path(folder)
    assert (finding.code, finding.message) == ("F043", "nothing reads this file")
    assert finding.file == str(folder / "form.yaml")


def test_the_command_says_every_problem_and_fails(folder: Path):
    text = without("lgsl: 461", "lgsl: many", without("exit: yes", "exit: maybe"))
    (folder / FILE).write_text(text, encoding="utf-8")
    (folder / "other.yml").write_text("form: other\n\ttab", encoding="utf-8")
    said = portal("check", str(folder), forms=folder)
    assert said.returncode == 1
    assert said.stdout.splitlines() == [
        f"{folder / FILE}:5:1: error F007 lgsl must be a whole number",
        f"{folder / FILE}:38:5: error F006 exit must be yes or no",
        (
            f"{folder}/other.yml:2:1: error Y002 this is not YAML: "
            "found character '\\t' that cannot start any token"
        ),
        "    Indent with spaces, never with tabs.",
    ]
    assert said.stderr == ""


def test_the_command_says_the_same_as_json(folder: Path):
    (folder / FILE).write_text(without("lgsl: 461", "lgsl: many"), encoding="utf-8")
    said = portal("check", str(folder / FILE), "--format", "json", forms=folder)
    assert said.returncode == 1
    assert json.loads(said.stdout) == [
        {
            "file": str(folder / FILE),
            "line": 5,
            "column": 1,
            "severity": "error",
            "code": "F007",
            "message": "lgsl must be a whole number",
            "hint": "",
        }
    ]


def test_the_command_is_quiet_about_what_is_right_and_knows_two_formats(folder: Path):
    good = portal("check", forms=folder)
    assert (good.returncode, good.stdout, good.stderr) == (0, "", "")
    empty = portal("check", "--format", "json", forms=folder)
    assert (empty.returncode, json.loads(empty.stdout)) == (0, [])
    assert portal("check", "--format", "xml", forms=folder).returncode == 2


def test_the_examples_run_and_one_that_is_wrong_fails_the_command(folder: Path):
    good = portal("examples", forms=folder)
    assert good.returncode == 0
    assert good.stdout.splitlines()[0] == "ok   hire-a-hall: The small hall"
    (folder / FILE).write_text(without("fee: £20.00", "fee: £2.00"), encoding="utf-8")
    bad = portal("examples", "hire-a-hall", forms=folder)
    assert bad.returncode == 1
    assert "hire-a-hall.yml:66: it should cost £2.00, but cost £20.00" in bad.stdout
    stranger = portal("examples", "stranger", forms=folder)
    assert (stranger.returncode, stranger.stdout) == (1, "there is no form called stranger\n")


def test_the_examples_of_a_folder_without_a_council_end_in_a_sentence(folder: Path):
    shutil.move(folder / "_council.yml", folder / "_council.txt")
    said = portal("examples", forms=folder)
    assert said.returncode == 1
    assert "_council.yml" in said.stdout
    assert "Traceback" not in said.stderr


def test_the_schema_is_printed_as_json(folder: Path):
    said = portal("schema", forms=folder)
    assert said.returncode == 0
    assert json.loads(said.stdout)["title"] == "Form definition"
