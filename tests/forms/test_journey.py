"""The journey is what these answers lead to: the same each time, and nothing off it matters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.dates import Today
from portal.forms.answering import Answered, Refused, answer_page
from portal.forms.answers import Answers, dump_answers, load_answers
from portal.forms.conditions import holds
from portal.forms.definition import FormDefinition, Page
from portal.forms.examples import ExampleGazetteer, example_file
from portal.forms.fees import Fee, calculate_fee
from portal.forms.fields.base import Asking
from portal.forms.journey import Journey, Step, walk
from tests.forms.hall import FORM, definition, parse, without

TODAY = Today(date(2026, 5, 1))
ASKING = Asking(TODAY.on, ExampleGazetteer(), example_file)
HALL = definition()

# ---------------------------------------------------------------- small forms, made up as we go

CHOICES = ("a", "b", "c")


@dataclass(frozen=True)
class Made:
    """A definition and some answers to it, on the route or not."""

    form: FormDefinition
    answers: Answers


@st.composite
def conditions(draw: st.DrawFn, earlier: int) -> str:
    """A condition on the questions of the pages before, radios (r) and numbers (n)."""
    if not earlier:
        return draw(st.sampled_from(["", "true"]))
    one = st.builds(
        lambda n, number, choice: f'r{n} == "{choice}"' if number < 0 else f"n{n} > {number}",
        st.integers(0, earlier - 1),
        st.integers(-3, 5),
        st.sampled_from(CHOICES),
    )
    atom = st.one_of(one, one.map(lambda text: f"!({text})"))
    both = st.builds(lambda a, op, b: f"{a} {op} {b}", atom, st.sampled_from(["&&", "||"]), atom)
    return draw(st.one_of(st.just(""), atom, both))


@st.composite
def forms(draw: st.DrawFn) -> FormDefinition:
    """One to five pages, each with a radios question and a number, an exit here and there."""
    lines = ["form: made", "title: Made", "summary: Made", "service_area: x", "lgsl: 1", "pages:"]
    count = draw(st.integers(1, 5))
    for n in range(count):
        when = draw(conditions(n))
        if n and draw(st.integers(0, 5)) == 0:
            gate = draw(conditions(n)) or f'r{n - 1} == "c"'
            lines += [f"  - page: x{n}", f"    when: '{gate}'", "    exit: yes", "    title: No"]
        optional = draw(st.sampled_from(["yes", "no"]))
        lines += [f"  - page: p{n}", "    title: Page"]
        lines += [f"    when: '{when}'"] if when else []
        lines += [
            "    questions:",
            f"      - {{question: r{n}, ask: R, type: radios, options: {{a: A, b: B, c: C}}}}",
            f"      - {{question: n{n}, ask: N, type: whole-number, optional: {optional}}}",
        ]
        if draw(st.booleans()):
            lines += ["    check:", f"      - {{that: n{n} < 4, else: Less, at: n{n}}}"]
    lines.append("fee:")
    for n in range(count):
        lines += [
            f"  - {{line: l{n}, label: L, amount: £{n + 1}.00, income_code: I, vat: exempt,",
            f"     when: 'r{n} == \"a\" && n{n} >= 0', times: n{n}}}",
        ]
    lines += ["case: {type: t, queue: q, target: 1 working day, subject: s}"]
    lines += ["what_happens_next: Nothing.", "examples: [{example: none, answers: {r0: a}}]"]
    return read("\n".join(lines))


@cache
def read(text: str) -> FormDefinition:
    parsed = parse(text, file="made.yml", shared="", fees="")
    assert parsed.definition is not None, [*map(str, parsed.findings)]
    return parsed.definition


@st.composite
def made(draw: st.DrawFn) -> Made:
    form = draw(forms())
    values: dict[str, Any] = {}
    for question in form.questions:
        if draw(st.integers(0, 4)):
            values[question.name] = (
                draw(st.sampled_from(CHOICES))
                if question.type == "radios"
                else draw(st.integers(0, 6))
            )
    names = [page.name for page in form.pages if not page.is_exit]
    answered = frozenset(draw(st.lists(st.sampled_from(names), unique=True)))
    full = draw(st.booleans())
    return Made(form, Answers(values, frozenset(names) if full else answered))


def fee_of(form: FormDefinition, journey: Journey) -> Fee:
    return calculate_fee(form, journey.scope, TODAY)


SMALL = settings(max_examples=15, deadline=None)


@SMALL
@given(made())
def test_the_same_answers_lead_the_same_way(of: Made):
    again = Answers(dict(reversed(list(of.answers.values.items()))), of.answers.answered_pages)
    assert walk(of.form, of.answers, TODAY) == walk(of.form, again, TODAY)


@SMALL
@given(made())
def test_a_page_is_on_the_route_only_if_its_condition_holds(of: Made):
    journey = walk(of.form, of.answers, TODAY)
    for page in journey.pages:
        assert page.when is None or holds(page.when, journey.scope, TODAY)
    last = of.form.pages.index(journey.pages[-1]) if journey.pages else -1
    for page in of.form.pages[: last + 1]:
        if page not in journey.pages:
            assert page.when is not None
            assert not holds(page.when, journey.scope, TODAY)


@SMALL
@given(made())
def test_the_pages_come_in_the_order_of_the_file_and_stop_where_they_must(of: Made):
    journey = walk(of.form, of.answers, TODAY)
    places = [of.form.pages.index(page) for page in journey.pages]
    assert places == sorted(set(places))
    assert not any(page.is_exit for page in journey.pages[:-1])
    stops = [page for page in (journey.next_page, journey.exit_page) if page is not None]
    assert len(stops) == (0 if journey.complete else 1)
    if stops:
        assert journey.pages[-1] is stops[0]
    assert (journey.next_page is None) == (journey.complete or journey.exit_page is not None)


@SMALL
@given(made(), st.data())
def test_answers_off_the_route_change_nothing(of: Made, data: st.DataObject):
    journey = walk(of.form, of.answers, TODAY)
    names = {q.name for page in journey.pages for q in page.questions}
    assert set(journey.values) == names & set(of.answers.values)
    off = {q.name: q.type for q in of.form.questions if q.name not in names}
    changed = {
        name: data.draw(st.sampled_from(CHOICES) if kind == "radios" else st.integers(0, 6))
        for name, kind in off.items()
        if data.draw(st.booleans())
    }
    kept = {n: v for n, v in of.answers.values.items() if n in names}
    pages = {page.name for page in journey.pages}
    elsewhere = {p.name for p in of.form.pages if p.name not in pages and data.draw(st.booleans())}
    other = walk(
        of.form,
        Answers({**changed, **kept}, (of.answers.answered_pages & pages) | elsewhere),
        TODAY,
    )
    assert other == journey
    if journey.complete:
        assert fee_of(of.form, other) == fee_of(of.form, journey)


@SMALL
@given(made(), st.data())
def test_changing_an_answer_and_changing_it_back_is_as_if_nothing_had_happened(
    of: Made, data: st.DataObject
):
    page = data.draw(st.sampled_from([page for page in of.form.pages if not page.is_exit]))
    names = [question.name for question in page.questions]
    before = {name: of.answers.values[name] for name in names if name in of.answers.values}
    changed = {names[0]: data.draw(st.sampled_from(CHOICES)), names[1]: 1}
    there = of.answers.with_page(page, before)
    back = there.with_page(page, changed).with_page(page, before)
    assert walk(of.form, back, TODAY) == walk(of.form, there, TODAY)


@SMALL
@given(made())
def test_answers_kept_and_read_again_are_the_same(of: Made):
    assert load_answers(of.form, dump_answers(of.form, of.answers)) == of.answers


@SMALL
@given(made())
def test_no_fee_is_negative_and_the_lines_add_up(of: Made):
    journey = walk(of.form, of.answers, TODAY)
    if journey.complete:
        fee = fee_of(of.form, journey)
        assert all(line.amount >= 0 for line in fee.lines)
        assert fee.total == sum(line.amount for line in fee.lines)
        paid = {
            f"l{n}": (n + 1) * 100 * journey.values[f"n{n}"]
            for n in range(5)
            if journey.values.get(f"r{n}") == "a" and f"n{n}" in journey.values
        }
        assert {line.name: line.amount for line in fee.lines} == paid


# ---------------------------------------------------------------------- one form, told as a story


def page(name: str) -> Page:
    found = HALL.page(name)
    assert found is not None
    return found


def post(name: str, answers: Answers, **raw: str) -> Answered | Refused:
    posted: Mapping[str, list[str]] = {k.replace("__", "-"): [v] for k, v in raw.items()}
    return answer_page(HALL, Step(page(name)), answers, posted, asking=ASKING, today=TODAY)


def answered(name: str, answers: Answers, **raw: str) -> Answers:
    outcome = post(name, answers, **raw)
    assert isinstance(outcome, Answered), outcome
    return outcome.answers


def refused(name: str, answers: Answers, **raw: str) -> list[tuple[str, str]]:
    outcome = post(name, answers, **raw)
    assert isinstance(outcome, Refused)
    return [(error.input, error.message) for error in outcome.errors]


def test_the_first_page_is_where_it_begins():
    journey = walk(HALL, Answers(), TODAY)
    assert journey.next_page is page("hall")
    assert [p.name for p in journey.pages] == ["hall"]
    assert journey.step_before("hall") is None
    assert not journey.can_visit("guests")


def test_a_choice_opens_a_page_and_the_other_closes_it():
    big = answered("hall", Answers(), hall="big")
    assert walk(HALL, big, TODAY).next_page is page("guests")
    small = answered("hall", big, hall="small")
    assert walk(HALL, small, TODAY).next_page is page("your-details")


def test_an_exit_ends_the_journey_and_what_was_said_is_kept():
    answers = answered("guests", answered("hall", Answers(), hall="big"), guests="501")
    journey = walk(HALL, answers, TODAY)
    assert journey.exit_page is page("crowded")
    assert (journey.complete, journey.next_page) == (False, None)
    before = journey.step_before("crowded")
    assert before == Step(page("guests"))


def test_an_answer_no_longer_given_is_gone():
    answers = answered("guests", answered("hall", Answers(), hall="big"), guests="9", cars="2")
    again = answered("guests", answers, guests="9")
    assert "cars" not in again.values


def test_a_check_across_answers_is_said_at_its_question():
    answers = answered("hall", Answers(), hall="big")
    assert refused("guests", answers, guests="1", cars="2") == [
        ("cars", "There cannot be more cars than guests")
    ]
    assert walk(HALL, answers, TODAY).next_page is page("guests")


def test_a_check_of_an_answer_left_blank_is_not_said():
    answers = answered("hall", Answers(), hall="big")
    assert answered("guests", answers, guests="1").values["guests"] == 1


def test_mistakes_come_in_the_order_of_the_questions():
    assert [at for at, _ in refused("guests", Answers(), guests="x", cars="y")] == [
        "guests",
        "cars",
    ]


def test_what_belongs_to_other_pages_is_not_read():
    answers = answered("hall", Answers(), hall="small", guests="5", email="a@example.test", odd="1")
    assert answers.values == {"hall": "small"}


def test_a_page_seen_with_nothing_to_answer_must_still_be_passed():
    form = definition_with_guidance()
    journey = walk(form, Answers(), TODAY)
    assert journey.next_page is form.pages[0]
    passed = answer_page(form, Step(form.pages[0]), Answers(), {}, asking=ASKING, today=TODAY)
    assert isinstance(passed, Answered)
    assert walk(form, passed.answers, TODAY).next_page is form.pages[1]


def definition_with_guidance() -> FormDefinition:
    page_first = "pages:\n  - {page: read-me, title: Read me, guidance: Read this.}\n"
    text = without("pages:\n", page_first).replace("sees: [hall", "sees: [read-me, hall")
    assert text != FORM
    return definition(text)


@pytest.mark.parametrize("stored", ['{"answers":{"nobody":1},"pages":[]}'])
def test_answers_of_another_form_are_refused(stored: str):
    with pytest.raises(ValueError, match="belongs to no question"):
        load_answers(HALL, stored)


def test_nothing_stored_is_no_answers():
    assert load_answers(HALL, "") == Answers()
