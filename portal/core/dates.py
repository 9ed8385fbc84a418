"""The council's day (Europe/London), its working days, and dates in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_SATURDAY = 5
_NOON = 12
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def council_day(now: datetime) -> date:
    """The date on the council's wall calendar at this moment."""
    return now.astimezone(LONDON).date()


def is_working_day(day: date, bank_holidays: Iterable[date]) -> bool:
    """Monday to Friday and not a bank holiday in England and Wales.

    Working day as in the Licensing Act 2003, section 193: not a Saturday, Sunday, Christmas
    Day, Good Friday or bank holiday.
    """
    return day.weekday() < _SATURDAY and day not in frozenset(bank_holidays)


def working_days_between(start: date, end: date, bank_holidays: Iterable[date]) -> int:
    """Count the working days strictly between two dates: both ends are left out.

    This is how a temporary event notice counts "at least ten working days": not the day it is
    given and not the day the event begins (Licensing Act 2003, section 100A). Zero when the
    end is not after the start.
    """
    if end <= start:
        return 0
    weekdays = _weekdays_before(end) - _weekdays_before(start + timedelta(days=1))
    # Whole weeks are counted at once: two dates a century apart cost no more than two in a week.
    off = {day for day in bank_holidays if start < day < end and day.weekday() < _SATURDAY}
    return weekdays - len(off)


def _weekdays_before(day: date) -> int:
    weeks, weekday = divmod(day.toordinal() - 1, 7)  # 1 January of the year 1 was a Monday
    return weeks * _SATURDAY + min(weekday, _SATURDAY)


def add_working_days(start: date, count: int, bank_holidays: Iterable[date]) -> date:
    """The date `count` working days after `start` (the start itself is not counted)."""
    holidays = frozenset(bank_holidays)
    day = start
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day, holidays)
    return day


def in_words(day: date) -> str:
    """24 November 2026 (GOV.UK style: https://www.gov.uk/guidance/style-guide/a-to-z#dates)."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def moment_in_words(moment: datetime) -> str:
    """24 November 2026 at 3:05pm, on the council's clock."""
    local = moment.astimezone(LONDON)
    hour = local.hour % 12 or 12
    return (
        f"{in_words(local.date())} at {hour}:{local.minute:02d}"
        f"{'am' if local.hour < _NOON else 'pm'}"
    )


def utc(moment: datetime) -> datetime:
    """The moment in UTC; SQLite forgets the zone, and everything stored is UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Today:
    """The council's day and the bank holidays that go with it: all a rule knows of time."""

    on: date
    bank_holidays: frozenset[date] = frozenset()
