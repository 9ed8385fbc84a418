"""The council's calendar as arithmetic: days are whole numbers, 1 January 1970 being 0."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from portal.forms.fields.relative_days import EARLIEST, LATEST
from portal.forms.proofs.terms import Term, as_term, choose, every, no

EPOCH = date(1970, 1, 1)
_SATURDAY = 5
_A_MONTH, _A_YEAR = 31, 372
"""Of a year of twelve months of 31 days each: dates keep their order in it."""


def number_of(day: date) -> int:
    """Days since the epoch."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The day with this number."""
    return EPOCH + timedelta(days=number)


FIRST, LAST = number_of(EARLIEST), number_of(LATEST)


def working_days_up_to(day: Term, bank_holidays: Iterable[date]) -> Term:
    """Working days from a Monday long ago to this day, the day itself counted."""
    day = as_term(day)
    from_monday = day + 3  # 29 December 1969 was one
    weekday = from_monday % 7
    total = 5 * (from_monday / 7)
    total = total + choose(weekday < _SATURDAY, weekday + 1, 5)
    for holiday in bank_holidays:
        if holiday.weekday() < _SATURDAY:
            total = total - choose(day >= number_of(holiday), 1, 0)
    return total


def working_days_between(start: Term, end: Term, bank_holidays: Iterable[date]) -> Term:
    """Working days strictly between: the same as `portal.core.dates` counts."""
    holidays = sorted(bank_holidays)
    between = working_days_up_to(end - 1, holidays) - working_days_up_to(start, holidays)
    return choose(end > start, between, 0)


def is_so_many_working_days_after(
    day: Term, start: Term, days: Term, bank_holidays: Iterable[date]
) -> Term:
    """Whether `day` is what `portal.core.dates.add_working_days` gives."""
    holidays = sorted(bank_holidays)
    reached = working_days_up_to(start, holidays) + days
    first = every(
        working_days_up_to(day, holidays) == reached,
        working_days_up_to(day - 1, holidays) == reached - 1,
    )
    return choose(days <= 0, day == start, first)


def ordered(day: Term) -> Term:
    """The day in a calendar whose years begin in March and whose months all have 31 days.

    Exact for every day a date question takes. A year in it is 372 days whatever the year, so that
    completed years are a difference divided by 372, rounded down.
    """
    day = as_term(day)
    since = day - number_of(date(1900, 3, 1))
    since = choose(day >= number_of(date(2100, 3, 1)), since + 1, since)  # 2100 has no 29 February
    cycle, within = since / 1461, since % 1461
    year = choose(within >= 730, choose(within >= 1095, 3, 2), choose(within >= 365, 1, 0))  # noqa: PLR2004
    of_year = within - 365 * year
    short_months = of_year
    for ends in (61, 122, 214, 275):  # April, June, September, November
        short_months = short_months + choose(of_year >= ends, 1, 0)
    usual = _A_YEAR * (1900 + 4 * cycle + year) + short_months
    early = _A_YEAR * 1900 - 2 * _A_MONTH + (day - number_of(date(1900, 1, 1)))
    return choose(since < 0, early, usual)


def years_between(born: Term, on: Term) -> Term:
    """Completed years."""
    return (ordered(on) - ordered(born)) / _A_YEAR


def year_of(day: Term) -> Term:
    """The calendar year."""
    return (ordered(day) + 2 * _A_MONTH) / _A_YEAR


def month_of(day: Term) -> Term:
    """The month, January being 0 as CEL has it."""
    return (ordered(day) + 2 * _A_MONTH) % _A_YEAR / _A_MONTH


def day_of_month(day: Term) -> Term:
    """The day of the month, the first being 0."""
    return (ordered(day) + 2 * _A_MONTH) % _A_YEAR % _A_MONTH


def moved(limit: Callable[[date], date], today: Term, first: date, last: date) -> Term:
    """A limit that moves with today, exact for every today from `first` to `last`.

    Months are of unequal length, so the distance changes now and then: one piece for each run of
    days on which it stays the same.
    """
    runs: list[tuple[int, Term]] = []
    day = first
    fixed = limit(first) == limit(last) and limit(first) == limit(first + (last - first) / 2)
    if fixed:
        return number_of(limit(first))
    previous: int | None = None
    while day <= last:
        distance = (limit(day) - day).days
        if distance != previous:
            runs.append((number_of(day), distance))
            previous = distance
        day += timedelta(days=1)
    result: Term = runs[0][1]
    for starts, distance in runs[1:]:
        result = choose(no(today >= starts), result, distance)
    return today + result
