"""Months, and ranges of days."""

from datetime import date

import pytest

from portal.core.dates import Today
from portal.forms.conditions import Expression, Vocabulary, holds
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.date_range import DateRange
from tests.forms.fields.village import TODAY, answer, mistake, problems, question


def days(first: str, last: str) -> dict[str, str]:
    """Two dates as they are typed: day, month, year."""
    parts: dict[str, str] = {}
    for end, written in (("from", first), ("to", last)):
        for part, typed in zip(("day", "month", "year"), written.split(), strict=False):
            parts[f"{end}_{part}"] = typed
    return parts


@pytest.mark.parametrize(("month", "year"), [("3", "2026"), ("mar", "2026"), ("Mawrth", "2026")])
def test_a_month_is_typed_as_a_number_or_a_word(month: str, year: str) -> None:
    asked = question("month")
    found = answer(asked, month=month, year=year)
    assert found == date(2026, 3, 1)
    assert FIELD_TYPES["month"].show(asked, found) == ("March 2026",)
    assert FIELD_TYPES["month"].dump(found) == "2026-03"


@pytest.mark.parametrize(
    ("month", "year", "where", "message"),
    [
        ("", "", "q-month", "Enter the month you moved in"),
        ("3", "", "q-year", "The month you moved in must include a year"),
        ("13", "2026", "q-month", "The month you moved in must be a real month, like 3 or March"),
        ("3", "26", "q-year", "Year must include 4 numbers"),
        ("12", "2026", "q-month", "The month you moved in must be this month or earlier"),
        ("2", "2020", "q-month", "The month you moved in must be March 2020 or later"),
    ],
)
def test_a_wrong_month_is_refused_at_the_part_that_is_wrong(
    month: str, year: str, where: str, message: str
) -> None:
    asked = question("month", {"min": "2020-03", "max": "today"}, about="the month you moved in")
    assert mistake(asked, month=month, year=year) == (where, message)


def test_the_whole_of_this_month_is_allowed_up_to_today() -> None:
    asked = question("month", {"min": "today", "max": "today"})
    assert answer(asked, month="11", year="2026") == TODAY.replace(day=1)


def test_a_range_of_days_counts_both_its_ends() -> None:
    asked = question("date-range", {"longest": "3"})
    found = answer(asked, **days("24 11 2026", "26 Nov 2026"))
    assert found == DateRange(date(2026, 11, 24), date(2026, 11, 26))
    assert found.days == 3
    assert FIELD_TYPES["date-range"].show(asked, found) == ("24 November 2026 to 26 November 2026",)
    assert FIELD_TYPES["date-range"].show(asked, DateRange(TODAY, TODAY)) == ("24 November 2026",)


@pytest.mark.parametrize(
    ("first", "last", "where", "message"),
    [
        ("", "", "q-from-day", "Enter the dates"),
        ("24 11 2026", "", "q-to-day", "Enter the last day"),
        ("", "24 11 2026", "q-from-day", "Enter the first day"),
        ("31 11 2026", "1 12 2026", "q-from-day", "First day must be a real date"),
        ("24 11 26", "1 12 2026", "q-from-year", "First day year must include 4 numbers"),
        (
            "26 11 2026",
            "25 11 2026",
            "q-to-day",
            "Last day must be the same as or after the first day",
        ),
        ("24 11 2026", "28 11 2026", "q-to-day", "The dates must be 4 days or less"),
        ("24 11 2026", "24 11 2026", "q-to-day", "The dates must be 2 days or more"),
        ("23 11 2026", "24 11 2026", "q-from-day", "First day must be today or in the future"),
    ],
)
def test_a_wrong_range_is_refused_at_the_end_that_is_wrong(
    first: str, last: str, where: str, message: str
) -> None:
    keys = {
        "min": "today",
        "longest": "4",
        "shortest": "2",
        "from_label": "First day",
        "to_label": "Last day",
    }
    assert mistake(question("date-range", keys, about="the dates"), **days(first, last)) == (
        where,
        message,
    )


def test_both_wrong_ends_are_told_at_once() -> None:
    errors = answer(question("date-range"), **days("31 2 2026", "31 4 2026"))
    assert [error.input for error in errors] == ["q-from-day", "q-to-day"]


def test_conditions_read_both_ends_of_a_range() -> None:
    kind = FIELD_TYPES["date-range"]
    condition = "days_between(stay.from, stay.to) + 1 == 3 && stay.from > today()"
    compiled = Vocabulary({"stay": kind.cel_type}).compile(condition)
    assert isinstance(compiled, Expression)
    stay = DateRange(date(2026, 12, 1), date(2026, 12, 3))
    assert holds(compiled, {"stay": kind.cel(stay)}, Today(TODAY))


@pytest.mark.parametrize(
    ("kind", "keys", "wrong"),
    [
        ("month", {"min": "2027-01", "max": "2026-01"}, "min"),
        ("month", {"min": "2027-13"}, "min"),
        ("date-range", {"shortest": "5", "longest": "4"}, "shortest"),
        ("date-range", {"longest": "0"}, "longest"),
        ("date-range", {"min": "today", "max": "yesterday"}, "min"),
    ],
)
def test_a_designer_hears_of_days_that_cannot_be(
    kind: str, keys: dict[str, str], wrong: str
) -> None:
    assert problems(kind, keys) == [wrong]


def test_an_example_of_a_range_is_written_as_people_say_it() -> None:
    asked = question("date-range")
    kind = FIELD_TYPES["date-range"]
    written = {"from": "2026-11-24", "to": "26 November 2026"}
    assert kind.read_example(asked, written)["q-to-month"] == ["November"]
    assert kind.read_example(asked, "2026-11-24 to 2026-11-26")["q-to-day"] == ["26"]
