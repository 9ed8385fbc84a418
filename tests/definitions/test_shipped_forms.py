"""The forms that are shipped: right, priced as the council's list says, timed as the law says."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.bank_holidays import bank_holidays
from portal.core.dates import Today
from portal.forms.answers import Answers
from portal.forms.definition import Example, FormDefinition
from portal.forms.examples import run_example
from portal.forms.fees import FeeUnknown, calculate_fee
from portal.forms.library import check_path, load_library

FOLDER = Path(__file__).parents[2] / "form_definitions"
LIBRARY = load_library(FOLDER)
DAY = Today(date(2026, 11, 24), bank_holidays())
EXAMPLES = [
    pytest.param(form, example, id=f"{form.form}: {example.name}")
    for form in LIBRARY.forms.values()
    for example in form.examples
]
STREETS = LIBRARY.forms["street-naming-and-numbering"]
NOTICE = LIBRARY.forms["temporary-event-notice"]


@pytest.mark.parametrize("path", [FOLDER, *sorted(FOLDER.glob("*.yml"))], ids=lambda p: p.name)
def test_every_file_is_right(path: Path):
    assert check_path(path) == ()


def test_the_twelve_forms_are_there():
    assert set(LIBRARY.forms) == {
        "book-hall",
        "bulky-waste-collection",
        "council-tax-moving",
        "local-land-charge-search",
        "make-a-complaint",
        "premises-licence-new",
        "report-fly-tipping",
        "scrap-metal-dealer-licence",
        "street-naming-and-numbering",
        "taxi-driver-licence",
        "temporary-event-notice",
        "tree-survey",
    }


@pytest.mark.parametrize(("form", "example"), EXAMPLES)
def test_every_example_comes_out_as_it_says(form: FormDefinition, example: Example):
    day = Today(example.on or DAY.on, DAY.bank_holidays)
    assert run_example(form, example, day).problems == ()


def price(form: FormDefinition, scope: dict[str, Any], on: date = DAY.on) -> int:
    return calculate_fee(form, scope, Today(on)).total


def test_numbering_costs_what_the_councils_list_says_for_every_number_of_plots():
    listed = {1: 100, 2: 200, 11: 300, 20: 400}  # from so many plots on, pounds for all of them
    for plots in range(1, 1000):
        pounds = listed[max(start for start in listed if start <= plots)]
        assert price(STREETS, {"request": "number-new", "plots": plots}) == pounds * 100, plots


@pytest.mark.parametrize(
    ("request_", "pounds"), [("rename-house", 45), ("rename-street", 395), (None, 0)]
)
def test_a_name_costs_its_one_amount(request_: str | None, pounds: int):
    assert price(STREETS, {"request": request_} if request_ else {}) == pounds * 100


@pytest.mark.parametrize(
    ("form", "scope", "first"),
    [
        (STREETS, {"request": "rename-house"}, date(2010, 4, 1)),
        (STREETS, {"request": "rename-street"}, date(2010, 4, 1)),
        (STREETS, {"request": "number-new", "plots": 1}, date(2010, 4, 1)),
        (NOTICE, {}, date(2005, 11, 10)),
    ],
)
def test_there_is_an_amount_from_its_first_day_and_none_before(
    form: FormDefinition, scope: dict[str, Any], first: date
):
    assert price(form, scope, first) > 0
    with pytest.raises(FeeUnknown):
        price(form, scope, first - timedelta(days=1))


def test_a_notice_costs_21_pounds_and_the_rest_nothing():
    assert price(NOTICE, {}) == 21_00
    assert price(LIBRARY.forms["make-a-complaint"], {}) == 0
    assert price(LIBRARY.forms["report-fly-tipping"], {}) == 0


# ------------------------------------------------------------------ days of a temporary event

EASTER_2027 = {date(2027, 3, 26), date(2027, 3, 29)}
CHRISTMAS_2026 = {date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)}
MAY_2026 = {date(2026, 5, 4), date(2026, 5, 25)}
HOLIDAYS = EASTER_2027 | CHRISTMAS_2026 | MAY_2026 | {date(2026, 8, 31), date(2027, 5, 3)}
"""Read from www.gov.uk/bank-holidays by a person, not from the package the portal uses."""


def clear_days(given_on: date, starts: date) -> int:
    """Working days between the day it is given and the day it starts, ticked off one by one."""
    ticked, day = 0, given_on + timedelta(days=1)
    while day < starts:
        ticked += day.strftime("%a") not in ("Sat", "Sun") and day not in HOLIDAYS
        day += timedelta(days=1)
    return ticked


BEGINNING = NOTICE.examples[0]


def pages_after_when(given_on: date, starts: date) -> list[str]:
    answers = {
        **BEGINNING.answers,
        "start_date": starts.isoformat(),
        "end_date": starts.isoformat(),
        "late_understood": "yes",
    }
    example = Example("an event", answers, on=given_on)
    outcome = run_example(NOTICE, example, Today(given_on, bank_holidays()))
    names = [page.name for page in outcome.journey.pages]
    return names[names.index("when") + 1 :]


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2026, 4, 20), date(2027, 4, 20)), st.integers(1, 25))
def test_a_notice_is_standard_late_or_too_late_by_its_clear_working_days(on: date, ahead: int):
    starts = on + timedelta(days=ahead)
    days = clear_days(on, starts)
    expected = "too-late" if days < 5 else "late-notice" if days < 10 else "people"
    assert pages_after_when(on, starts)[0] == expected


@pytest.mark.parametrize(
    ("given_on", "starts", "then"),
    [
        (date(2026, 12, 18), date(2026, 12, 29), "too-late"),  # only 21, 22, 23 and 24 December
        (date(2026, 12, 18), date(2026, 12, 30), "late-notice"),
        (date(2027, 3, 22), date(2027, 3, 31), "too-late"),  # Good Friday and Easter Monday between
        (date(2027, 3, 22), date(2027, 4, 1), "late-notice"),
        (date(2026, 4, 28), date(2026, 5, 13), "late-notice"),  # the early May bank holiday
        (date(2026, 4, 28), date(2026, 5, 14), "people"),
    ],
)
def test_bank_holidays_do_not_count(given_on: date, starts: date, then: str):
    clear = clear_days(given_on, starts)
    assert then == ("too-late" if clear < 5 else "late-notice" if clear < 10 else "people")
    assert pages_after_when(given_on, starts)[0] == then


def test_a_form_nobody_has_begun_is_at_its_first_page():
    from portal.forms.journey import walk

    for form in LIBRARY.forms.values():
        assert walk(form, Answers(), DAY).next_page is form.pages[0]
