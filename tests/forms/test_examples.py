"""The examples in a form are its tests: each way of being wrong is told in words."""

from datetime import date

import pytest

from portal.core.dates import Today
from portal.forms.examples import Outcome, run_example
from tests.forms.hall import FEES, FORM, definition, without

TODAY = Today(date(2026, 5, 1))


def run(form: str = FORM, number: int = 0, *, fees: str = FEES, on: Today = TODAY) -> Outcome:
    read = definition(form, fees=fees)
    return run_example(read, read.examples[number], on)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_examples_that_are_right_have_no_problems(number: int):
    assert run(number=number).problems == ()


def test_an_example_knows_its_line_and_what_a_browser_would_post():
    outcome = run()
    assert outcome.example.line == FORM.split("\n").index("  - example: The small hall") + 1
    step, raw = outcome.posts[0]
    assert (step.path, dict(raw)) == ("hall", {"hall": ["small"]})
    assert outcome.journey.complete


@pytest.mark.parametrize(
    ("old", "new", "number", "problem"),
    [
        (
            "sees: [hall, your-details]",
            "sees: [hall, guests]",
            0,
            "it should see hall, guests, but saw hall, your-details",
        ),
        ("fee: £20.00", "fee: £20.01", 0, "it should cost £20.01, but cost £20.00"),
        (
            "    sees: [hall, your-details]\n",
            "    ends_at: crowded\n",
            0,
            "it should end at crowded, but ended at none",
        ),
        ("    ends_at: crowded\n", "", 1, "it should end at no exit, but ended at crowded"),
        (
            "    ends_at: crowded\n",
            "    ends_at: crowded\n    fee: £1.00\n",
            1,
            "it should cost £1.00, but cost nothing yet",
        ),
        (
            "    refused: {cars: There cannot be more cars than guests}\n",
            "    sees: [hall, guests]\n",
            2,
            (
                "it should be refused with nothing, but was with "
                "cars: There cannot be more cars than guests"
            ),
        ),
        (
            "refused: {cars: There cannot be more cars than guests}",
            "refused: {cars: Too many}",
            2,
            (
                "it should be refused with cars: Too many, but was with "
                "cars: There cannot be more cars than guests"
            ),
        ),
    ],
)
def test_what_comes_out_otherwise_is_told(old: str, new: str, number: int, problem: str):
    assert run(without(old, new), number).problems == (problem,)


def test_an_example_that_stops_half_way_says_what_was_asked():
    outcome = run(without("hall: small, your_name: Ann Example, ", "hall: small, "))
    assert "but was with your_name: Enter" in outcome.problems[0]


def test_a_day_without_an_amount_is_a_problem_and_not_a_crash():
    said = "the fee cannot be worked out: the fee hall-hire has no amount on 2020-01-01"
    assert run(on=Today(date(2020, 1, 1))).problems == (said,)


def test_an_amount_is_worked_out_although_the_example_does_not_say_it():
    text = without("    fee: £20.00\n", "")
    assert run(text).problems == ()
    assert len(run(text, on=Today(date(2020, 1, 1))).problems) == 1
