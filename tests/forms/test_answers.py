"""Answers are never changed in place, and come back from storage as they went."""

import json
from datetime import date

import pytest

from portal.core.dates import Today
from portal.forms.answers import Answers, dump_answers, load_answers
from portal.forms.examples import run_example
from tests.forms.hall import definition

HALL = definition()
OUTCOME = run_example(HALL, HALL.examples[0], Today(date(2026, 5, 1)))


def test_answers_come_back_from_storage_as_they_went():
    stored = dump_answers(HALL, OUTCOME.answers)
    assert load_answers(HALL, stored) == OUTCOME.answers
    assert dump_answers(HALL, load_answers(HALL, stored)) == stored


def test_what_is_stored_is_plain_json_without_escapes():
    answers = Answers({"hall": "big"}, frozenset({"hall", "guests"}))
    assert json.loads(dump_answers(HALL, answers)) == {
        "answers": {"hall": "big"},
        "pages": ["guests", "hall"],
    }


def test_answering_a_page_leaves_the_answers_before_it_as_they_were():
    page = HALL.pages[0]
    before = Answers({"hall": "big", "guests": 3})
    after = before.with_page(page, {"hall": "small"})
    assert before.values == {"hall": "big", "guests": 3}
    assert before.answered_pages == frozenset()
    assert (after.values, after.answered_pages) == ({"hall": "small", "guests": 3}, {"hall"})


@pytest.mark.parametrize(
    "stored",
    [
        '{"answers":{"stranger":1},"pages":[]}',
        '{"answers":{"guests":"many"},"pages":[]}',
        '{"answers":{"hall":1},"pages":[]}',
        "not json",
    ],
)
def test_what_this_form_never_stored_is_refused(stored: str):
    with pytest.raises(ValueError):  # noqa: PT011  # each field type says it in its own words
        load_answers(HALL, stored)
