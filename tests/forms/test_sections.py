"""Sections: in whatever order people fill them in, they end where the form's own order ends."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.dates import Today
from portal.forms.answering import Answered, answer_page
from portal.forms.answers import Answers
from portal.forms.definition import Example, FormDefinition
from portal.forms.examples import post_for, run_example
from portal.forms.fees import calculate_fee
from portal.forms.journey import Step, before, walk, walk_all, walk_at, walk_sections
from portal.forms.library import load_library
from portal.forms.migrating import migrate
from portal.forms.parsing import Bundle, parse_form
from portal.forms.progress import Status, journey_to, tasks_of
from tests.forms.small import ASKING, TODAY, answer, form_of, post, said
from tests.forms.stall import FORM


def stall(text: str = FORM) -> FormDefinition:
    parsed = parse_form(Bundle("market-stall.yml", text))
    assert parsed.definition is not None, "\n".join(map(str, parsed.findings))
    return parsed.definition


STALL = stall()
Written = Mapping[str, object]


def statuses(answers: Answers, form: FormDefinition = STALL) -> dict[str, str]:
    return {task.section.name: task.status.value for task in tasks_of(form, answers, TODAY)}


def fill_section(
    form: FormDefinition, answers: Answers, section: str, written: Written, today: Today = TODAY
) -> Answers:
    """Answer one section's pages, from wherever it is now, as long as it needs any."""
    example, asking = Example("by hand", written), replace(ASKING, on=today.on)
    for _ in range(30):
        journey = dict(walk_sections(form, answers, today))[section]
        if journey.next_step is None:
            return answers
        step: Step | None = journey.next_step
        while step is not None:
            raw = post_for(step, example, answers)
            outcome = answer_page(form, step, answers, raw, asking=asking, today=today)
            assert isinstance(outcome, Answered), outcome
            answers, step = outcome.answers, outcome.then
    raise AssertionError(section)


def filled(written: Written, *sections: str, form: FormDefinition = STALL) -> Answers:
    answers = Answers()
    for section in sections:
        answers = fill_section(form, answers, section, written)
    return answers


BAKER = STALL.examples[0].answers
BOOKS = STALL.examples[1].answers


def test_at_the_beginning_whatever_depends_on_nothing_can_be_started():
    assert statuses(Answers()) == {
        "you": "not yet started",
        "goods": "not yet started",
        "food": "cannot start yet",
        "pitch": "not yet started",
        "promise": "cannot start yet",
    }


def test_what_a_section_waits_for_is_named():
    after = {t.section.name: [s.name for s in t.after] for t in tasks_of(STALL, Answers(), TODAY)}
    assert after["food"] == ["goods"]
    assert after["promise"] == ["you", "goods"]
    assert after["pitch"] == []


def test_a_section_begun_and_not_finished_is_in_progress():
    answers = answer(STALL, Answers(), "your-name", {"trader": "Ann"})
    assert statuses(answers)["you"] == "in progress"


def test_a_later_section_is_completed_while_an_earlier_one_is_untouched():
    answers = filled(BAKER, "pitch")
    assert statuses(answers)["pitch"] == "completed"
    assert statuses(answers)["you"] == "not yet started"
    assert not walk(STALL, answers, TODAY).complete


def test_a_section_can_start_once_what_it_reads_is_completed():
    answers = filled(BAKER, "goods")
    assert statuses(answers)["food"] == "not yet started"
    assert statuses(answers)["promise"] == "cannot start yet"
    assert statuses(filled(BAKER, "goods", "you"))["promise"] == "not yet started"


def test_a_section_none_of_whose_pages_is_asked_is_not_shown():
    assert "food" not in statuses(filled(BOOKS, "goods"))


def test_a_section_within_which_an_exit_is_reached_stops_those_after_it():
    answers = filled({"trader": "Ann", "adult": "no"}, "you")
    assert statuses(answers) == {
        "you": "in progress",
        "goods": "cannot start yet",
        "food": "cannot start yet",
        "pitch": "cannot start yet",
        "promise": "cannot start yet",
    }
    journey = journey_to(STALL, answers, "too-young", TODAY)
    assert journey.exit_page is not None
    assert [step.name for step in journey.steps] == ["your-name", "old-enough", "too-young"]


def test_what_was_filled_in_before_an_exit_comes_back_with_another_answer():
    answers = filled(BAKER, "pitch", "goods")
    answers = fill_section(STALL, answers, "you", {"trader": "Ann", "adult": "no"})
    assert statuses(answers)["pitch"] == "cannot start yet"
    step = Step(STALL.pages[1])
    back = answer_page(STALL, step, answers, {"adult": ["yes"]}, asking=ASKING, today=TODAY)
    assert isinstance(back, Answered)
    assert statuses(back.answers)["pitch"] == "completed"


def test_an_answer_that_makes_another_section_stale_opens_that_one_again():
    answers = filled(BAKER, "you", "goods", "food", "pitch", "promise")
    assert walk(STALL, answers, TODAY).complete
    more = {**BAKER, "helpers": [{"helper": "Bob"}, {"helper": "Cy"}]}
    reopened = replace(answers, answered_pages=answers.answered_pages - {"helpers"})
    after = fill_section(STALL, reopened, "goods", more)
    assert statuses(after)["promise"] == "in progress"
    (error,) = journey_to(STALL, after, "promise", TODAY).errors
    assert error.message == "Bring a bin for each helper"
    assert not walk(STALL, after, TODAY).complete


def test_a_page_that_comes_onto_the_route_opens_its_section_again():
    answers = filled(BOOKS, "you", "goods", "pitch", "promise")
    food = answer_page(
        STALL,
        next(s for s in walk(STALL, answers, TODAY).steps if s.name == "sells"),
        answers,
        {"sells": ["food"]},
        asking=ASKING,
        today=TODAY,
    )
    assert isinstance(food, Answered)
    assert statuses(food.answers)["food"] == "not yet started"


def test_a_check_refuses_an_answer_while_another_section_is_unfinished():
    answers = filled(BAKER, "you", "goods")
    journey = journey_to(STALL, answers, "promise", TODAY)
    step = journey.step("promise")
    assert step is not None
    outcome = answer_page(STALL, step, answers, {"bins": ["0"]}, asking=ASKING, today=TODAY)
    assert said(outcome) == ["Bring a bin for each helper"]


def test_a_page_of_a_section_that_cannot_start_is_on_no_journey():
    answers = filled(BAKER, "pitch")
    assert journey_to(STALL, answers, "promise", TODAY).step("promise") is None
    assert journey_to(STALL, answers, "pitch", TODAY).step("pitch") is not None
    assert journey_to(STALL, answers, "nothing", TODAY).step("nothing") is None


def test_the_texts_of_a_page_know_the_sections_they_read():
    answers = filled(BAKER, "goods", "you")
    journey = journey_to(STALL, answers, "promise", TODAY)
    step = journey.step("promise")
    assert step is not None
    assert before(STALL, answers, step, TODAY).values["trader"] == "Ann Example"


def test_the_whole_journey_has_every_section_s_answers_and_is_complete_with_the_last():
    answers = filled(BAKER, "pitch", "goods")
    together = walk_all(STALL, answers, TODAY)
    assert together.answers.values.keys() == {"metres", "place", "sells"}
    assert not together.complete
    whole = filled(BAKER, "pitch", "goods", "food", "you", "promise")
    assert walk_all(STALL, whole, TODAY).complete


def test_the_examples_come_out_as_they_say():
    for example in STALL.examples:
        assert run_example(STALL, example, TODAY).problems == (), example.name


@settings(max_examples=60, deadline=None)
@given(
    written=st.sampled_from([BAKER, BOOKS, {**BOOKS, "sells": "food", "certificate": "3"}]),
    choices=st.lists(st.integers(0, 9), min_size=12, max_size=12),
)
def test_any_order_of_startable_sections_ends_in_the_journey_and_price_of_the_form_s_own(
    written: Written, choices: list[int]
):
    answers = Answers()
    for choice in choices:
        open_now = [
            task.section.name
            for task in tasks_of(STALL, answers, TODAY)
            if task.status in (Status.NOT_STARTED, Status.IN_PROGRESS)
        ]
        assert open_now or walk(STALL, answers, TODAY).complete
        if not open_now:
            break
        answers = fill_section(STALL, answers, open_now[choice % len(open_now)], written)
    straight = run_example(STALL, Example("in order", written), TODAY)
    journey = walk(STALL, answers, TODAY)
    assert straight.problems == ()
    assert journey.complete
    assert journey.steps == straight.journey.steps
    assert journey.answers == straight.journey.answers
    assert calculate_fee(STALL, journey.scope, TODAY) == calculate_fee(
        STALL, straight.journey.scope, TODAY
    )


SHIPPED = [
    pytest.param(form, example, id=f"{name}: {example.name}")
    for name, form in load_library(Path(__file__).parents[2] / "form_definitions").forms.items()
    for example in form.examples
    if form.has_task_list and not (example.refused or example.ends_at)
]


@pytest.mark.parametrize(("form", "example"), SHIPPED)
def test_a_shipped_form_filled_from_its_last_section_on_is_the_same(
    form: FormDefinition, example: Example
):
    today, answers = Today(example.on or TODAY.on), Answers()
    while not walk(form, answers, today).complete:
        open_now = [t for t in tasks_of(form, answers, today) if not (t.after or t.is_complete)]
        section = open_now[-1].section.name
        answers = fill_section(form, answers, section, example.answers, today)
    straight = run_example(form, example, today)
    journey = walk(form, answers, today)
    assert (journey.steps, journey.answers) == (straight.journey.steps, straight.journey.answers)
    assert calculate_fee(form, journey.scope, today).total == example.fee


PAGES_SEEN = ("your-name", "old-enough", "sells", "helpers", "certificate", "pitch", "place")


@settings(max_examples=80, deadline=None)
@given(
    values=st.fixed_dictionaries(
        {
            "adult": st.booleans(),
            "sells": st.sampled_from(["food", "other"]),
            "metres": st.integers(1, 9),
            "place": st.sampled_from(["hall", "square"]),
            "bins": st.integers(0, 3),
        }
    ),
    pages=st.sets(st.sampled_from([*PAGES_SEEN, "promise"])),
    absent=st.sets(st.sampled_from(["adult", "sells", "metres", "place", "bins"])),
)
def test_whatever_a_draft_holds_all_sections_are_completed_just_when_the_form_is_complete(
    values: dict[str, object], pages: set[str], absent: set[str]
):
    kept = {name: value for name, value in values.items() if name not in absent}
    answers = Answers({"trader": "Ann", **kept}, frozenset(pages), {"helpers": ()})  # pyright: ignore[reportArgumentType]
    whole = walk(STALL, answers, TODAY)
    tasks = tasks_of(STALL, answers, TODAY)
    assert whole.complete == all(task.is_complete for task in tasks)
    if whole.complete:
        assert whole.steps == tuple(step for task in tasks for step in task.journey.steps)
        assert whole.answers.values == walk_all(STALL, answers, TODAY).answers.values
    for task in tasks:
        assert (task.status is Status.CANNOT_START) == bool(task.after)


def test_without_a_task_list_sections_are_filled_in_their_order():
    form = stall(FORM.replace("task_list: yes\n", ""))
    assert not form.has_task_list
    answers = answer(form, Answers(), "your-name", {"trader": "Ann"})
    assert walk(form, answers, TODAY).step("pitch") is None
    assert walk_at(form, answers, Step(form.pages[0]), TODAY).next_step == Step(form.pages[1])


def test_a_draft_moved_to_another_version_keeps_what_later_sections_hold():
    answers = filled(BAKER, "pitch", "goods", "food")
    new = stall(FORM.replace("Number of your certificate", "Your certificate’s number"))
    moved = migrate(STALL, new, answers, TODAY)
    assert moved.dropped == ()
    assert statuses(moved.answers, new) == statuses(answers)


def test_an_answer_of_a_later_section_that_is_not_asked_any_more_is_listed():
    answers = filled(BAKER, "pitch")
    new = stall(FORM.replace("    when: metres > 3\n", "    when: metres > 8\n"))
    (dropped,) = migrate(STALL, new, answers, TODAY).dropped
    assert dropped.question == "place"


READING = """
- page: first
  section: one
  questions: [{{question: first, ask: First, type: text}}]
- page: second
  section: two
  {page}
  title: Second
  questions:
    - {{question: second, ask: Second, type: radios, {question} options: {{a: A, b: {b}}}}}
  {checks}
"""
ONE_TWO = """
task_list: yes
sections: [{section: one, title: One}, {section: two, title: Two}]
"""
COMPUTED = """
computed:
  - {value: worked, is: first}
"""


@pytest.mark.parametrize(
    "reading",
    [
        {"page": 'when: first == "x"'},
        {"page": "guidance: About {first}"},
        {"page": 'when: worked == "x"'},
        {"question": "hint: 'Like {first}',"},
        {"question": "when: 'first == \"x\"',"},
        {"b": "{label: B, when: 'first == \"x\"'}"},
        {"checks": "check: [{that: 'first == second', else: No, at: second}]"},
        {"checks": "warn: [{that: 'first == second', else: Hm, at: second}]"},
    ],
)
def test_whatever_a_page_reads_makes_its_section_wait(reading: dict[str, str]):
    written = {"page": "", "question": "", "b": "B", "checks": "", **reading}
    form = form_of(READING.format(**written), ONE_TWO + COMPUTED)
    assert form.waits["two"] == {"one"}


def test_what_reads_nothing_waits_for_nothing():
    form = form_of(READING.format(page="", question="", b="B", checks=""), ONE_TWO)
    assert form.waits == {"one": frozenset(), "two": frozenset()}
    second = post(form, Answers(), "first", {"first": "x"})
    assert isinstance(second, Answered)
