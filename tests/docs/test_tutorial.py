"""docs/tutorial.md: whoever copies its files gets a form that is right, proved and paid."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal.forms.definition import FormDefinition
from portal.forms.examples import run_example
from portal.forms.library import check_path, load_library
from portal.forms.prices import price_table
from portal.forms.proofs.proving import prove
from portal.forms.proofs.report import as_text
from tests.docs.fitting import DOCS, ROOT, TODAY

NAME = "rent-a-garage"
_STEP = re.compile(
    r"^```(?P<kind>yaml|text) (?P<of>[^\n]+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
_BLOCK = re.compile(r"^[a-z_]+:.*?(?=^[a-z_]+:|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """One file, or part of a file, to be copied; or what the portal must say then."""

    kind: str
    of: str
    text: str


STEPS = [
    Step(m["kind"], m["of"], m["text"])
    for m in _STEP.finditer((DOCS / "tutorial.md").read_text("utf-8"))
]


@pytest.fixture
def forms(tmp_path: Path) -> Path:
    """The folder a newcomer begins with."""
    folder = tmp_path / "form_definitions"
    shutil.copytree(ROOT / "form_definitions", folder)
    return folder


def test_after_every_step_the_form_is_right_and_its_examples_hold(forms: Path) -> None:
    seen = 0
    for step in taken(forms):
        if step.kind == "yaml" and not _is_between(step):
            form = _read(forms)
            for example in form.examples:
                assert run_example(form, example, TODAY).problems == (), (step.text, example.name)
            seen += 1
    assert seen >= 5


def test_what_the_portal_is_said_to_answer_is_what_it_answers(forms: Path) -> None:
    for step in taken(forms):
        if step.kind == "text" and step.of == "prove":
            said = "\n".join(as_text(prove(_read(forms), TODAY)))
            assert step.text.strip() in said
            assert "size: store" in said
        elif step.kind == "text":
            wrong = step.of.removeprefix("wrong: ")
            file = forms / f"{NAME}.yml"
            right = file.read_text("utf-8")
            file.write_text(right.replace("type: radios", wrong), "utf-8")
            assert step.text.strip() in "\n".join(str(f) for f in check_path(file))
            file.write_text(right, "utf-8")


def test_at_the_end_everything_is_proved_and_every_choice_has_a_price(forms: Path) -> None:
    for _step in taken(forms):
        pass
    form = _read(forms)
    proof = prove(form, TODAY)
    assert (proof.refuted, proof.warnings, proof.undecided) == ((), (), ())
    assert [price.amount for price in price_table(form)] == [40_00, 70_00, 25_00]


def taken(forms: Path) -> Iterator[Step]:
    """Do what the page says, step by step."""
    for step in STEPS:
        if step.kind == "yaml":
            file = forms / step.of
            before = file.read_text("utf-8") if file.exists() else ""
            file.write_text(_with(before, step), "utf-8")
        yield step


def _with(before: str, step: Step) -> str:
    """The file with a part of it in the place of the old one; a new part before `case:`."""
    if not before or step.of == "_fees.yml":
        return before + step.text
    blocks = {block.partition(":")[0]: block for block in _BLOCK.findall(before)}
    for new in _BLOCK.findall(step.text):
        name = new.partition(":")[0]
        if name in blocks:
            blocks[name] = new + "\n"
        else:
            at = list(blocks).index("case")
            kept = list(blocks.items())
            blocks = dict([*kept[:at], (name, new + "\n"), *kept[at:]])
    return "".join(blocks.values())


def _is_between(step: Step) -> bool:
    """Whether the page asks for more before it is looked at again: the examples come last."""
    return step.of == "_fees.yml" or step.text.startswith(("pages:", "case:"))


def _read(forms: Path) -> FormDefinition:
    assert [str(finding) for finding in check_path(forms)] == []
    return load_library(forms).forms[NAME]
