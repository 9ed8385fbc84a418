"""The JSON Schema that editors use takes the forms that are right, and describes every key."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from portal.forms.fields import FIELD_TYPES
from portal.forms.schema import form_schema
from tests.forms.hall import FORM, without

SCHEMA = form_schema()
FOLDER = Path(__file__).parents[2] / "form_definitions"
SHIPPED = FOLDER.parent / "docs" / "form.schema.json"
FORMS = [p for p in sorted(FOLDER.glob("*.yml")) if not p.name.startswith("_")]


class Editor(yaml.SafeLoader):
    """Reads YAML 1.2 as an editor does: `no` and 2026-04-01 are text, 5 is a number."""


Editor.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":int", ":float"))]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
CHECKER = jsonschema.Draft202012Validator(SCHEMA)


def errors(text: str) -> list[str]:
    return [error.message for error in CHECKER.iter_errors(yaml.load(text, Editor))]  # noqa: S506


def test_the_schema_is_itself_right():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_the_schema_takes_every_form_that_is_shipped(path: Path):
    assert errors(path.read_text(encoding="utf-8")) == []


def test_the_schema_takes_the_form_of_these_tests():
    assert errors(FORM) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Hire a hall", "titel: Hire a hall"),
        ("lgsl: 461", "lgsl: many"),
        ("exit: yes", "exit: maybe"),
        ("audience: [resident]", "audience: resident"),
        ("type: radios", "type: radio"),
        ("        max: 999", "        maxx: 999"),
        ("        ask: How many cars?\n", ""),
        ("vat: exempt", "vatt: exempt"),
    ],
)
def test_the_schema_refuses_what_the_check_refuses(old: str, new: str):
    assert errors(without(old, new))


def objects(schema: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        if "properties" in schema:
            yield at, schema
        for name, of in schema.items():
            yield from objects(of, f"{at}/{name}")
    elif isinstance(schema, list):
        for number, of in enumerate(schema):
            yield from objects(of, f"{at}/{number}")


def test_every_level_is_closed_and_every_key_says_what_it_is_for():
    levels = list(objects(SCHEMA))
    assert len(levels) == 13 + len(FIELD_TYPES)
    for at, level in levels:
        assert level["additionalProperties"] is False, at
        for name, key in level["properties"].items():
            assert key.get("description"), f"{at}/{name}"


def test_every_field_type_is_a_choice_of_its_own():
    kinds = [of["properties"]["type"]["const"] for of in SCHEMA["$defs"]["question"]["oneOf"]]
    assert kinds == sorted(FIELD_TYPES)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_the_schema_is_where_the_first_line_of_a_form_says(path: Path):
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert named is not None
    assert (path.parent / named[1]).resolve() == SHIPPED.resolve()


def test_the_schema_beside_the_documentation_is_the_schema_of_the_language():
    said = (
        "docs/form.schema.json is not the language's schema: portal schema > docs/form.schema.json"
    )
    assert json.loads(SHIPPED.read_text(encoding="utf-8")) == SCHEMA, said
