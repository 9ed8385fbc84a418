from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cases.case import CaseProgress
from portal.cases.mapping import progress_for
from portal.cases.mapping_file import read_mapping
from portal.core.errors import UnsafeSettings

FILES = sorted((Path(__file__).parents[2] / "crm_adapters").glob("*.yml"))
REFERENCE = FILES[0].parent.joinpath("reference.yml").read_text()


def problems_of(text: str) -> list[str]:
    with pytest.raises(UnsafeSettings) as refused:
        read_mapping(text, "crm.yml")
    return str(refused.value).splitlines()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_mapping_file_in_the_tree_can_be_read(file: Path):
    assert read_mapping(file.read_text(), file.name).crm


@pytest.mark.parametrize(
    ("was", "becomes", "spot", "says"),
    [
        (
            "customer.email}",
            "customer.mail}",
            "from: customer.mail",
            "there is no 'customer.mail' here",
        ),
        ("{from: vat_amount}", "{from: total}", "from: total}", "there is no 'total' here"),
        ("each: consents", "each: reference", "each: reference", "there is no 'reference' here"),
        (
            '"{reference}"',
            '"{customer.name}"',
            'external_reference: "{customer',
            "there is no 'customer.name' here",
        ),
        ("idempotency_header", "idempotence", "idempotence:", "unknown key"),
        (
            "GET /api/v1/queues",
            "DELETE /cases",
            "call: DELETE",
            "a call is GET, POST, PUT or PATCH",
        ),
        ("GET /api/v1/queues", "GET //evil.example/", "call: GET //", "a call is GET, POST"),
        (
            "GET /api/v1/queues",
            "GET https://evil.example/",
            "call: GET https",
            "a call is GET, POST",
        ),
        ("new: received", "new: arrived", "new: arrived", "'received', 'in progress'"),
        ("auth: bearer", "auth: {header: X-Key, value: abc}", "value: abc", "pattern"),
        ("match: external_reference", "match: {a: b}", "match: {", "valid string"),
        ("  url: url\n", "  id: id\n", "id: id\n\ncreate", "id is written twice"),
        ("path: error", "path: &x error", "&x", "anchors and aliases are not allowed"),
        ("path: error", "path: !!str error", "!!str", "tags are not allowed"),
        ("crm: Reference CRM", "crm: ]", "]", "this is not YAML"),
    ],
)
def test_a_mistake_is_shown_with_its_line_and_column(was: str, becomes: str, spot: str, says: str):
    text = REFERENCE.replace(was, becomes, 1)
    before = text[: text.index(spot)].split("\n")

    found = problems_of(text)

    assert len(found) == 1
    assert found[0].startswith(f"crm.yml:{len(before)}:{len(before[-1]) + 1}: ")
    assert says in found[0]


def test_every_mistake_is_shown_at_once():
    broken = REFERENCE.replace("idempotency_header", "idem", 1).replace(
        "auth: bearer", "auth: magic"
    )

    assert len(problems_of(broken)) == 2


def test_words_yaml_would_change_mean_what_they_say():
    text = REFERENCE.replace("    new: received\n", "    no: received\n    010: closed\n")

    status = read_mapping(text, "crm.yml").status

    assert progress_for(status, "no") is CaseProgress.RECEIVED
    assert progress_for(status, "010") is CaseProgress.CLOSED


@pytest.mark.parametrize(
    ("raw", "progress"),
    [
        ("In Progress", CaseProgress.IN_PROGRESS),
        ("closed", CaseProgress.CLOSED),
        ("Closed - duplicate", None),
        ("", None),
    ],
)
def test_a_status_is_read_whatever_its_capitals_and_never_guessed(
    raw: str, progress: CaseProgress | None
):
    assert progress_for(read_mapping(REFERENCE, "crm.yml").status, raw) is progress


def test_a_pattern_takes_free_text():
    text = REFERENCE.replace("    new: received", '    "*duplicate*": closed\n    new: received')

    status = read_mapping(text, "crm.yml").status

    assert progress_for(status, "CLOSED AS DUPLICATE") is CaseProgress.CLOSED


def test_a_file_that_is_too_long_or_too_deep_is_refused():
    assert "256 KB" in problems_of("#" * 300_000)[0]
    assert "deep" in problems_of("a: " + "[" * 50 + "]" * 50)[0]


@pytest.mark.parametrize("literal", ["{literal: nope}", "{literal: [1]}"])
def test_a_literal_that_is_not_json_is_refused(literal: str):
    assert "create.body" in problems_of(REFERENCE.replace("{from: channel}", literal, 1))[0]


@given(st.text(max_size=200) | st.lists(st.sampled_from(REFERENCE.splitlines())).map("\n".join))
def test_whatever_stands_in_the_file_the_answer_is_a_mapping_or_a_list_of_problems(text: str):
    found = ["crm.yml:0:0: "]
    try:
        read_mapping(text, "crm.yml")
    except UnsafeSettings as refused:
        found = str(refused).splitlines()

    assert found[0].startswith("crm.yml:")
