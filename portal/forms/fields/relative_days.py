"""The days a designer may set as the limits of a date: `today`, `today + 10 days`, `2026-12-24`.

Calendar days only. Working days are counted in a `check`, where the bank holidays are known.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from portal.forms.fields.base import Keys

_RELATIVE = re.compile(
    r"today(?:\s*(?P<sign>[+-])\s*(?P<count>\d{1,5})\s+(?P<unit>day|week|month|year)s?)?", re.ASCII
)
_WORDS = {"tomorrow": "today + 1 day", "yesterday": "today - 1 day"}
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}
_MOST_DAYS = 200 * 366
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
"""The first and last day any date question takes."""


@dataclass(frozen=True, slots=True)
class RelativeDay:
    """A day, fixed or counted from the council's day."""

    fixed: date | None = None
    days: int = 0
    """Calendar days after today (before it when negative), when the day is not fixed."""
    months: int = 0
    """Months after today; the 31st becomes the last day of a shorter month."""

    def on(self, today: date) -> date:
        """The day meant, when today is this."""
        if self.fixed is not None:
            return self.fixed
        month = today.year * 12 + today.month - 1 + self.months
        year, month = divmod(month, 12)
        moved = today.replace(
            year=year, month=month + 1, day=min(today.day, monthrange(year, month + 1)[1])
        )
        return moved + timedelta(days=self.days)

    @property
    def is_today(self) -> bool:
        """Whether it is simply today."""
        return self == RelativeDay()


def read_day(keys: Keys, key: str) -> RelativeDay | None:
    """Read a limit; None when there is none. Notes a problem when it is not a day."""
    written = " ".join(keys.text(key).split()).lower()
    if not written:
        return None
    day = _fixed(written) or _relative(_WORDS.get(written, written))
    if day is None:
        keys.problem(
            key,
            f"{written!r} is not a day",
            "Write today, tomorrow, yesterday, today + 10 days, today - 18 years or 2026-12-24.",
        )
    return day


def _fixed(written: str) -> RelativeDay | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", written, re.ASCII):
        return None
    try:
        return RelativeDay(fixed=date.fromisoformat(written))
    except ValueError:
        return None


def _relative(written: str) -> RelativeDay | None:
    match = _RELATIVE.fullmatch(written)
    if match is None:
        return None
    if match["count"] is None:
        return RelativeDay()
    count, unit = int(match["count"]) * (-1 if match["sign"] == "-" else 1), match["unit"]
    days, months = count * _DAYS.get(unit, 0), count * _MONTHS.get(unit, 0)
    return RelativeDay(None, days, months) if abs(days) + abs(months) * 31 <= _MOST_DAYS else None
