"""Lists of choices that several questions take from `_shared.yml`, and who takes what."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from portal.cli import app
from portal.forms.definition import FormDefinition
from portal.forms.fields.base import Option
from portal.forms.page_parsing import check_shared
from portal.forms.parsing import Bundle, parse_form
from portal.forms.used_by import Use, used_by

FORM = """\
form: trees
title: Record trees
summary: Where they stand and what they are
service_area: Trees
lgsl: 505
pages:
  - page: hedge
    questions:
      - {question: hedge, ask: What is the hedge?, type: select, options: {use: species}}
  - repeat: trees
    title: Trees
    each: tree
    min: 0
    pages:
      - page: tree
        questions:
          - {question: tree, ask: What is it?, type: checkboxes, options: {use: species}}
  - page: you
    use: you
case: {type: t, queue: q, target: 5 working days, subject: "{hedge}"}
what_happens_next: We read it.
examples:
  - {example: A hedge, answers: {hedge: yew, your_name: Ann Example}}
""".replace("?,", ",")
SHARED = """\
pages:
  you:
    title: You
    questions:
      - {question: your_name, ask: Your name, type: name}
      - {question: title, ask: Title, type: radios, options: {use: titles}, optional: yes}
options:
  species:
    yew: Yew
    oak: {label: Oak, hint: Not holm oak}
  titles: {dr: Doctor, none: None}
  unused: {a: A}
"""


def findings(form: str = FORM, shared: str = SHARED) -> list[tuple[str, str, int]]:
    parsed = parse_form(Bundle("trees.yml", form, shared))
    return [(f.code, f.file, f.line) for f in parsed.findings]


def trees(shared: str = SHARED) -> FormDefinition:
    parsed = parse_form(Bundle("trees.yml", FORM, shared))
    assert parsed.definition is not None, parsed.findings
    return parsed.definition


def test_questions_offer_the_choices_of_the_list():
    for name in ("hedge", "tree"):
        question = trees().question(name)
        assert question is not None
        species = (Option("yew", "Yew"), Option("oak", "Oak", "Not holm oak"))
        assert question.settings.options == species


def test_a_shared_page_takes_a_list_too():
    question = trees().question("title")
    assert question is not None
    assert [option.value for option in question.settings.options] == ["dr", "none"]


def test_a_choice_called_use_is_a_choice_beside_others():
    form = FORM.replace(
        "type: select, options: {use: species}", "type: select, options: {use: A, b: B}"
    )
    parsed = parse_form(Bundle("trees.yml", form, SHARED))
    assert parsed.definition is not None
    question = parsed.definition.question("hedge")
    assert question is not None
    assert [option.value for option in question.settings.options] == ["use", "b"]


def test_a_list_that_is_not_there_is_told_where_it_is_taken():
    form = FORM.replace(
        "type: select, options: {use: species}", "type: select, options: {use: speces}"
    )
    parsed = parse_form(Bundle("trees.yml", form, SHARED))
    found = [f for f in parsed.findings if f.code == "F060"]
    assert [(f.file, f.line, f.hint) for f in found] == [
        ("trees.yml", 9, "It has: species, titles, unused.")
    ]


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("oak: {label: Oak, hint: Not holm oak}", "oak: {hint: Not holm oak}", "F003", 10),
        ("oak: {label: Oak,", "oak: {lable: Oak,", "F002", 10),
        ("oak: {label: Oak,", "oak: {label: [Oak],", "F004", 10),
        ("oak: {label: Oak,", "oak: {label: Oak, when: tree == 'oak',", "F002", 10),
        ("oak: {label: Oak, hint: Not holm oak}", "oak: [Oak]", "F001", 10),
        ("  titles: {dr: Doctor, none: None}", "  titles: {}", "F061", 11),
        ("  titles: {dr: Doctor, none: None}", "  titles: [dr]", "F001", 11),
    ],
)
def test_a_slip_in_a_list_is_told_in_its_own_file(old: str, new: str, code: str, line: int):
    shared = SHARED.replace(old, new)
    assert shared != SHARED
    told = [(f.code, f.file, f.line) for f in check_shared("_shared.yml", shared)]
    assert (code, "_shared.yml", line) in told


def test_a_slip_in_a_list_that_a_form_takes_takes_the_form_down():
    assert ("F003", "_shared.yml", 10) in findings(shared=SHARED.replace("label: Oak, ", ""))


def test_a_slip_in_a_list_nobody_takes_does_not_take_a_form_down():
    shared = SHARED.replace("unused: {a: A}", "unused: {a: {}}")
    assert findings(shared=shared) == []
    assert check_shared("_shared.yml", shared)


@pytest.mark.parametrize("shared", ["", "[", "pages: {}\noptions: [a]\n"])
def test_a_shared_file_that_has_no_lists_is_told_and_nothing_raises(shared: str):
    assert findings(shared=shared)


def test_a_changed_list_makes_another_version_of_the_form():
    assert trees().digest != trees(SHARED.replace("Doctor", "Dr")).digest


def test_every_use_is_listed_with_its_line():
    shared = {
        (s.kind, s.name): s.uses
        for s in used_by("_shared.yml", [Bundle("trees.yml", FORM, SHARED)])
    }
    assert shared == {
        ("page", "you"): (Use("page", "you", "trees.yml", 19),),
        ("options", "species"): (
            Use("options", "species", "trees.yml", 9),
            Use("options", "species", "trees.yml", 17),
        ),
        ("options", "titles"): (Use("options", "titles", "_shared.yml", 6),),
        ("options", "unused"): (),
    }


def test_every_use_of_a_calendar_is_listed_with_its_line():
    form = "pages:\n  - questions:\n      - {type: appointment, calendar: visits}\n"
    calendars = "calendars:\n  visits: {label: Visits}\n  unused: {label: Unused}\n"
    found = used_by("_shared.yml", [Bundle("trees.yml", form, "", "", calendars)])
    assert {each.name: each.uses for each in found} == {
        "visits": (Use("calendar", "visits", "trees.yml", 3),),
        "unused": (),
    }


def test_without_forms_nothing_is_shared():
    assert used_by("_shared.yml", []) == ()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "trees.yml").write_text(FORM)
    (tmp_path / "_shared.yml").write_text(SHARED)
    return tmp_path


def test_portal_used_prints_who_takes_what(folder: Path):
    printed = CliRunner().invoke(app, ["used"], env={"PORTAL_FORMS": str(folder)})
    assert printed.exit_code == 0
    assert printed.output.splitlines() == [
        "page you: 1 place",
        "  trees.yml:19",
        "options species: 2 places",
        "  trees.yml:9",
        "  trees.yml:17",
        "options titles: 1 place",
        "  _shared.yml:6",
        "options unused: nobody uses it",
    ]


def test_portal_used_of_one_name(folder: Path):
    printed = CliRunner().invoke(app, ["used", "species"], env={"PORTAL_FORMS": str(folder)})
    assert printed.output.splitlines() == [
        "options species: 2 places",
        "  trees.yml:9",
        "  trees.yml:17",
    ]


def test_portal_used_of_nothing_says_what_there_is(folder: Path):
    printed = CliRunner().invoke(app, ["used", "speces"], env={"PORTAL_FORMS": str(folder)})
    assert printed.exit_code == 1
    assert "you, species, titles, unused" in printed.output
