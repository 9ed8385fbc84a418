"""Every field type: what it says can be answered it takes, and writes as an example again."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from portal.forms.calendars import nothing_taken
from portal.forms.examples import ExampleGazetteer, example_file
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import Asking, FieldError, Keys, Question, Unfinished
from portal.forms.fields.domain import (
    Days,
    Domain,
    Files,
    Nothing,
    OneOf,
    Parts,
    PartsWanted,
    SomeOf,
    Whole,
    Words,
    YesNo,
)
from tests.forms.fields.village import CALENDARS

TODAY = date(2026, 11, 24)
FREE = nothing_taken(CALENDARS, TODAY, frozenset())
ASKING = Asking(TODAY, ExampleGazetteer(), example_file, free=FREE)
ASKED: dict[str, list[dict[str, Any]]] = {
    "text": [
        {},
        {"max_length": "1"},
        {"min_length": "40", "max_length": "60"},
        {"pattern": "[A-Z]{2}[- ]?\\d{4}(x|y)+[^a-z]"},
    ],
    "appointment": [{"calendar": "rounds"}, {"calendar": "visits"}],
    "textarea": [{}, {"max_length": "12"}],
    "whole-number": [{}, {"min": "-7", "max": "12"}],
    "money": [{}, {"min": "£5.00", "max": "£9.99"}],
    "date": [{}, {"min": "today - 18 years", "max": "today + 2 months"}, {"max": "2027-01-31"}],
    "radios": [{"options": {"a": "A", "b": "B"}}],
    "select": [{"options": {"a": "A", "b": "B"}}],
    "checkboxes": [
        {"options": {"a": "A", "b": "B"}},
        {"options": {"a": "A", "b": "B"}, "none_of_these": "None"},
    ],
    "declaration": [{"says": "It is so"}],
    "address": [{}, {"manual": "no"}],
    "location": [{}, {"words": "no"}],
    "file": [{}, {"max_files": "3", "accept": ["png"]}],
}
QUESTIONS = [
    Question("q", "Ask?", name, settings=field.read(Keys(raw)))
    for name, field in FIELD_TYPES.items()
    if field.asks
    for raw in ASKED.get(name, [{}])
]


def values_of(domain: Domain) -> Iterator[Any]:
    """Some values of a domain, its edges among them."""
    match domain:
        case Whole(first, last):
            yield from (first, last)
        case OneOf(values):
            yield from values
        case SomeOf(values, alone):
            yield from ([value] for value in values)
            yield [value for value in values if value != alone]
        case YesNo(only_yes):
            yield from (True,) if only_yes else (True, False)
        case Days(first, last):
            yield first(TODAY) if first else TODAY
            yield last(TODAY) if last else TODAY
        case Words():
            yield from (domain.sample(number) for number in (0, 1, 25, 26, 700))
        case Files(most, ending):
            yield [f"{number}.{ending}" for number in range(most)]
        case Parts(names, ways):
            for way in ways:
                for number in (0, 7, 99):
                    yield PartsWanted(way.name, {n: domain.sample(n, number) for n in names})
        case Nothing():
            pass


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.type)
def test_every_value_of_a_domain_is_taken_and_read_back(question: Question) -> None:
    field = FIELD_TYPES[question.type]
    domain = field.domain(question)
    for value in values_of(domain):
        written = field.write_example(question, value)
        read = field.parse(question, field.read_example(question, written), ASKING)
        assert not isinstance(read, Unfinished)
        assert not (isinstance(read, tuple) and isinstance(read[0], FieldError)), (value, read)
        seen = field.cel(read)
        if isinstance(domain, Parts):
            way = next(way for way in domain.ways if way.name == value.way)
            assert set(seen) == set(domain.names)
            assert all(seen[part] for part in way.full)
            assert not any(seen[part] for part in way.empty)
            assert all(domain.takes(part, seen[part]) for part in seen if seen[part])
        elif isinstance(domain, Days):
            assert seen.date() == value
        else:
            assert seen == value


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.type)
def test_what_a_text_question_surely_refuses_it_refuses(question: Question) -> None:
    field = FIELD_TYPES[question.type]
    domain = field.domain(question)
    if isinstance(domain, Words):
        for text in ("", "x", "HM-7K3M", "x" * 50, "x" * 9_000, "a@b.uk", "+441632960001"):
            read = field.parse(question, {"q": [text]}, ASKING)
            refused = read is None or (isinstance(read, tuple) and isinstance(read[0], FieldError))
            assert domain.takes(text) or refused or read != text


def test_limits_beyond_the_edges_are_not_in_the_domain() -> None:
    question = next(q for q in QUESTIONS if q.type == "date" and q.settings.max and q.settings.min)
    field = FIELD_TYPES["date"]
    domain = field.domain(question)
    assert isinstance(domain, Days)
    assert domain.first is not None
    before = domain.first(TODAY) - timedelta(days=1)
    read = field.parse(question, field.read_example(question, before.isoformat()), ASKING)
    assert isinstance(read, tuple)


def test_a_content_block_has_no_answer_to_write() -> None:
    field = FIELD_TYPES["warning"]
    question = Question("w", "", "warning")
    assert field.domain(question) == Nothing()
    assert field.write_example(question, None) is None
