import json
from pathlib import Path

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator
from pydantic import JsonValue

from portal.cases.case import Case, at, case_schema, differences, parse_case, to_json
from tests.cases.building import a_case, cases

PUBLISHED = json.loads((Path(__file__).parents[2] / "docs" / "case.schema.json").read_text())
VALIDATOR = Draft202012Validator(PUBLISHED)


def test_the_schema_councils_read_is_the_one_the_code_keeps():
    Draft202012Validator.check_schema(PUBLISHED)

    assert case_schema() == PUBLISHED


def test_every_key_of_the_schema_is_explained_and_no_other_is_allowed():
    objects = [PUBLISHED, *(d for d in PUBLISHED["$defs"].values() if "properties" in d)]

    assert all(shape["additionalProperties"] is False for shape in objects)
    assert [
        (shape["title"], key)
        for shape in objects
        for key, value in shape["properties"].items()
        if not value.get("description")
    ] == []


@given(cases())
def test_any_case_is_published_as_the_schema_promises_and_read_back_the_same(case: Case):
    published = json.loads(json.dumps(to_json(case)))

    VALIDATOR.validate(published)
    assert parse_case(published) == case


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"version": 2}, "version"),
        ({"lgsl": "513"}, "lgsl"),
        ({"customer": {"kind": "robot", "name": "R"}}, "customer.kind"),
        ({"submitted_at": "yesterday"}, "submitted_at"),
    ],
)
def test_a_case_of_another_shape_is_refused_by_name_without_its_values(
    change: dict[str, JsonValue], named: str
):
    published = {**to_json(a_case()), **change}

    with pytest.raises(ValueError, match=named) as refused:
        parse_case(published)
    assert "sian@example.org" not in str(refused.value)


def test_a_case_without_its_reference_is_refused():
    published = to_json(a_case())
    del published["reference"]

    with pytest.raises(ValueError, match="reference"):
        parse_case(published)


def test_paths_walk_keys_positions_and_whole_lists():
    published = to_json(a_case())

    assert at("customer.email", published) == "sian@example.org"
    assert at("answers.1.typed", published) == 11
    assert at("answers[].question", published) == ["new_name", "plots"]
    assert at("payment.lines[].vat", published) == ["outside-scope"]


@pytest.mark.parametrize(
    "path", ["nobody.home", "answers.7.typed", "reference.x", "", "customer[]"]
)
def test_a_path_to_nowhere_gives_nothing(path: str):
    assert not at(path, to_json(a_case()))


@given(cases())
def test_a_crm_that_keeps_everything_differs_in_nothing(case: Case):
    published = to_json(case)
    paths = ("reference", "customer.name", "location.easting", "answers[].value", "payment.total")

    assert differences(published, {p: at(p, published) for p in paths}) == ()  # pyright: ignore[reportArgumentType]


def test_numbers_kept_as_text_and_trimmed_spaces_are_not_differences():
    published = to_json(a_case(subject="  Two  words "))
    held: dict[str, JsonValue] = {
        "payment.total": "30000",
        "location.northing": 155000.50,
        "location.easting": 552500,
        "subject": "Two words",
        "officer": None,
        "location.usrn": "filled in by the CRM",
    }

    assert differences(published, held) == ()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("customer.email", None),
        ("payment.total", 3_000),
        ("answers[].value", ["Tŷ Gwyn The <b>White</b> House"]),
        ("target_date", "2026-12-23"),
        ("customer", {"name": "Siân"}),
    ],
)
def test_a_field_the_crm_dropped_or_changed_is_named(path: str, value: JsonValue):
    assert differences(to_json(a_case()), {path: value, "channel": "online"}) == (path,)
