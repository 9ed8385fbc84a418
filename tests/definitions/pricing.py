"""What a shipped form charges for answers that go the whole way through it."""

from datetime import date
from pathlib import Path
from typing import Any

from portal.core.bank_holidays import bank_holidays
from portal.core.dates import Today
from portal.forms.definition import Example
from portal.forms.examples import run_example
from portal.forms.fees import Fee, calculate_fee
from portal.forms.library import load_library

LIBRARY = load_library(Path(__file__).parents[2] / "form_definitions")
DAY = date(2026, 11, 24)
CONTACT = {"your_name": "Ann Example", "email": "ann@example.test", "phone": "01632 960 001"}


def charged(form: str, answers: dict[str, Any], on: date = DAY) -> Fee:
    """The fee of these answers; they must lead to the end. What is off the route is not asked."""
    today = Today(on, bank_holidays())
    outcome = run_example(LIBRARY.forms[form], Example("generated", answers, on=on), today)
    assert outcome.journey.complete, (outcome.refused, outcome.journey.next_step)
    return calculate_fee(LIBRARY.forms[form], outcome.journey.scope, today)


def pounds(form: str, answers: dict[str, Any], on: date = DAY) -> float:
    """The total in pounds, as a price list has it."""
    return charged(form, answers, on).total / 100
