import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cases.case import to_json
from portal.cases.shapes import (
    Each,
    Fields,
    From,
    Items,
    Literal,
    Text,
    case_scope,
    fill,
    fill_text,
)
from tests.cases.building import a_case


def test_text_joins_values_and_leaves_nothing_for_what_is_absent():
    scope = to_json(a_case(reference="HM-1", location=None))

    assert fill(Text("{reference} at {location.uprn}."), scope) == "HM-1 at ."


def test_a_whole_value_keeps_its_type():
    assert fill(From("payment.total"), to_json(a_case())) == 30_000


def test_a_value_is_translated_word_for_word():
    pick = From("priority", {"urgent": 1, "normal": 2}, otherwise=3)

    assert fill(pick, {"priority": "urgent"}) == 1
    assert fill(pick, {"priority": "whenever"}) == 3


@pytest.mark.parametrize("missing", ["", None])
def test_an_empty_value_gets_the_word_for_that(missing: str | None):
    assert fill(From("name", otherwise="Not asked"), {"name": missing}) == "Not asked"


def test_keys_without_a_value_are_left_out_and_so_is_an_object_of_none():
    shape = Fields(
        {
            "a": From("a"),
            "place": Fields({"uprn": From("uprn"), "usrn": From("usrn")}),
            "lines": Each("payment.lines", From("label")),
            "n": Literal(0),
        }
    )

    assert fill(shape, {"a": "", "payment": None}) == {"n": 0}


def test_lists_are_made_item_by_item():
    published = to_json(a_case())
    shape = Items((Each("answers", Fields({"q": From("question"), "v": Text("{typed}!")})),))

    assert fill(shape, published) == [
        [{"q": "new_name", "v": "Tŷ Gwyn\nThe <b>White</b> House!"}, {"q": "plots", "v": "11!"}]
    ]


def test_a_crm_field_can_be_filled_from_one_answer_by_its_name():
    assert fill(From("answer.plots.typed"), case_scope(to_json(a_case()))) == 11


def test_an_answer_never_reads_as_a_placeholder():
    scope = {"a": "{secret} {0.__class__}", "secret": "s"}

    assert fill(Text("{a}"), scope) == "{secret} {0.__class__}"


@given(st.text())
def test_whatever_stands_in_a_path_stays_in_its_place(value: str):
    try:
        value.encode()
    except UnicodeEncodeError:
        return

    path = fill_text(Text("/cases/{case}/files"), {"case": value}, encode=True)

    assert path.count("/") == 3
    assert not set(path) & set("?#\r\n ")
