"""docs/form-definitions.md tells a designer everything the form language has, and nothing else."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from portal.forms.conditions import _FUNCTIONS
from portal.forms.definition import Example
from portal.forms.examples import run_example
from portal.forms.fields import FIELD_TYPES
from portal.forms.language import Key
from scripts.refresh_docs import LEVELS, PAGES, refreshed, schema_text
from tests.docs.fitting import DOCS, ROOT, TODAY, Fence, fences, read, said_of

PAGE = DOCS / "form-definitions.md"
TEXT = PAGE.read_text("utf-8")
FENCES = fences(PAGE)
FILES = {fence.file: fence.text for fence in FENCES if fence.file}
SHARED, FEES = FILES["_shared.yml"], FILES["_fees.yml"]
SECTIONS = {
    m["type"]: m["body"]
    for m in re.finditer(
        r"^### `(?P<type>[a-z-]+)`\n(?P<body>.*?)(?=^##)", TEXT, re.DOTALL | re.MULTILINE
    )
}


@pytest.mark.parametrize("document", PAGES, ids=lambda document: document.name)
def test_the_tables_are_what_the_code_says(document: Path) -> None:
    text = document.read_text("utf-8")
    assert refreshed(text) == text, "run: python scripts/refresh_docs.py"


def test_editors_complete_the_language_as_it_is() -> None:
    schema = (DOCS / "form.schema.json").read_text("utf-8")
    assert schema == schema_text(), "run: python scripts/refresh_docs.py"


@pytest.mark.parametrize("fence", FENCES, ids=str)
def test_an_example_can_be_copied_and_nothing_is_found_wrong(fence: Fence) -> None:
    assert said_of(fence, SHARED, FEES) == []


@pytest.mark.parametrize("level", LEVELS)
def test_every_key_is_shown_in_an_example(level: str) -> None:
    shown = {name for at, name in _keys_shown() if at == level}
    assert set(LEVELS[level]) - shown == set()


@pytest.mark.parametrize("level", LEVELS)
def test_every_table_of_keys_is_on_the_page(level: str) -> None:
    assert f"<!-- keys: {level} -->" in TEXT


@pytest.mark.parametrize("name", FIELD_TYPES)
def test_a_field_type_is_shown_with_every_key_of_its_own(name: str) -> None:
    questions = _questions_of(name)
    assert {question["type"] for question in questions} == {name}
    shown = {key for question in questions for key in question}
    assert set(FIELD_TYPES[name].keys) - shown == set()


@pytest.mark.parametrize("name", FIELD_TYPES)
def test_a_field_type_has_a_picture_a_phone_loads_at_once(name: str) -> None:
    picture = DOCS / "pictures" / "fields" / f"{name}.webp"
    assert f"](pictures/fields/{name}.webp)" in SECTIONS[name] or name == "hidden"
    assert name == "hidden" or 0 < picture.stat().st_size < 20_000


@pytest.mark.parametrize("name", [n for n, f in FIELD_TYPES.items() if f.asks and n != "hidden"])
def test_the_answer_shown_for_a_field_type_answers_its_question(name: str) -> None:
    written = re.search(r"^In an example: `(.+)`$", SECTIONS[name], re.MULTILINE)
    assert written is not None
    answer: Any = yaml.load(written[1], Loader=yaml.BaseLoader)  # noqa: S506  # our own page, all text
    asked = _questions_of(name)[0]
    form = read({"pages": [{"page": "asked", "title": "Asked", "questions": [asked]}]}, "", "")
    assert form.definition is not None, form.findings
    example = Example(name="", answers={asked["question"]: answer}, sees=("asked",))
    assert run_example(form.definition, example, TODAY).problems == ()


def test_the_page_tells_of_no_field_type_there_is_not() -> None:
    assert set(SECTIONS) == set(FIELD_TYPES)


def test_every_function_of_conditions_is_told_and_shown() -> None:
    examples = "".join(fence.text for fence in FENCES)
    for name in _FUNCTIONS:
        assert re.search(rf"^\| `{name}\(", TEXT, re.MULTILINE), name
        assert f"{name}(" in examples or name in ("sum", "today"), name


def test_every_code_a_designer_can_meet_is_explained() -> None:
    source = "".join(p.read_text("utf-8") for p in (ROOT / "portal" / "forms").rglob("*.py"))
    codes = set(re.findall(r'"([A-Z]\d{3})"', source))
    assert {code for code in codes if f"\n| {code} |" not in TEXT} == set()


def _questions_of(name: str) -> list[dict[str, Any]]:
    block = re.search(r"^```yaml\n(.*?)^```$", SECTIONS[name], re.DOTALL | re.MULTILINE)
    assert block is not None
    return yaml.load(block[1], Loader=yaml.BaseLoader)  # noqa: S506  # our own page, all text


def _keys_shown() -> set[tuple[str, str]]:
    return {pair for fence in FENCES for pair in _walk(*_begin(fence))}


def _begin(fence: Fence) -> tuple[str, Any]:
    written = fence.value
    if fence.file == "_council.yml":
        return "council", written
    if fence.file == "_fees.yml":
        return "fee", [each for fee in written["fees"].values() for each in fee]
    if fence.file == "_calendars.yml":
        return "calendar", list(written["calendars"].values())
    if fence.file == "_shared.yml":
        return "shared page", list(written["pages"].values())
    if isinstance(written, dict):
        return "form", written
    return ("question", written) if "question" in written[0] else ("page or repeat", written)


def _walk(level: str, written: Any) -> Iterator[tuple[str, str]]:
    """Every (level, key) that is written, below too."""
    if isinstance(written, list):
        for item in written:
            yield from _walk(level, item)
        return
    if level == "page or repeat":
        level = "repeat" if "repeat" in written else "page"
    keys: Mapping[str, Key] = LEVELS[level]
    for name, value in written.items():
        yield level, name
        below = keys[name].shape.removeprefix("list of ") if name in keys else ""
        if below in LEVELS or below == "page or repeat":
            yield from _walk(below, value)
