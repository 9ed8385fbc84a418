"""Reads days and months typed in parts, and says what is wrong with them.

Months in words and the wording of errors as the GOV.UK Design System has them
(https://design-system.service.gov.uk/components/date-input/).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.core.dates import in_words
from portal.forms.fields.relative_days import EARLIEST, LATEST, RelativeDay
from portal.forms.fields.wording import in_a_row

PARTS = ("day", "month", "year")
_MONTHS = (
    ("january", "ionawr"),
    ("february", "chwefror"),
    ("march", "mawrth"),
    ("april", "ebrill"),
    ("may", "mai"),
    ("june", "mehefin"),
    ("july", "gorffennaf"),
    ("august", "awst"),
    ("september", "medi"),
    ("october", "hydref"),
    ("november", "tachwedd"),
    ("december", "rhagfyr"),
)
_FEWEST_LETTERS = 3
_ONE_OR_TWO = re.compile(r"\d{1,2}", re.ASCII)
_FOUR = re.compile(r"\d{4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wrong:
    """One mistake in a typed day: its kind, the words after what it is, and which part."""

    kind: str
    said: str
    part: int = 0
    """Which of the parts, from 0."""


def find_missing(typed: Sequence[str], parts: Sequence[str] = PARTS) -> Wrong | None:
    """The parts left out, when some are."""
    gone = [n for n, part in enumerate(typed) if not part]
    if not gone:
        return None
    return Wrong("incomplete", f"must include a {in_a_row([parts[n] for n in gone])}", gone[0])


def as_day(day: str, month: str, year: str) -> date | Wrong:
    """The day the three parts name; the part that is wrong is 0, 1 or 2."""
    number, of_year = _number(day, 31), as_month(month)
    if number is None or of_year is None:
        return Wrong("not_real", "must be a real date", 0 if number is None else 1)
    in_year = as_year(year)
    if isinstance(in_year, Wrong):
        return Wrong(in_year.kind, in_year.said, 2)
    try:
        return date(in_year, of_year, number)
    except ValueError:
        return Wrong("not_real", "must be a real date")


def as_month(typed: str) -> int | None:
    """The number of a month written as a number or a word, English or Welsh, "mar" or "March"."""
    word = typed.casefold().rstrip(".")
    if len(word) < _FEWEST_LETTERS or not word.isalpha():
        return _number(typed, len(_MONTHS))
    word = "sep" if word == "sept" else word
    for number, names in enumerate(_MONTHS, start=1):
        if any(name.startswith(word) for name in names):
            return number
    return None


def as_year(typed: str) -> int | Wrong:
    """A year any date question takes; its mistake is a whole sentence."""
    if not _FOUR.fullmatch(typed):
        return Wrong("year", "Year must include 4 numbers")
    if not EARLIEST.year <= int(typed) <= LATEST.year:
        return Wrong("year", f"Year must be between {EARLIEST.year} and {LATEST.year}")
    return int(typed)


def out_of_range(
    first: RelativeDay | None, last: RelativeDay | None, day: date, today: date
) -> Wrong | None:
    """Why the day is not allowed, when it is not."""
    if first is not None and day < (limit := first.on(today)):
        return Wrong("too_early", f"must be {_from(first, limit, today)}")
    if last is not None and day > (limit := last.on(today)):
        return Wrong("too_late", f"must be {_until(last, limit, today)}")
    return None


def never(first: RelativeDay | None, last: RelativeDay | None) -> bool:
    """Whether no day can be in the range: only when both ends move together or neither does."""
    if first is None or last is None or (first.fixed is None) != (last.fixed is None):
        return False
    some_day = date(2026, 1, 1)
    return first.on(some_day) > last.on(some_day)


def written_parts_of(written: str) -> tuple[str, ...] | None:
    """Day, month and year of 2026-12-24, 24/12/2026 or 24 December 2026; None of anything else."""
    parts = re.split(r"[-/ ]+", written.strip())
    if len(parts) != len(PARTS):
        return None
    return tuple(reversed(parts) if _FOUR.fullmatch(parts[0]) else parts)


def _number(typed: str, largest: int) -> int | None:
    if not _ONE_OR_TWO.fullmatch(typed) or not 1 <= int(typed) <= largest:
        return None
    return int(typed)


def _from(limit: RelativeDay, first: date, today: date) -> str:
    if limit.is_today:
        return "today or in the future"
    if limit.fixed is None and first - today == timedelta(days=1):
        return "in the future"
    return f"the same as or after {in_words(first)}"


def _until(limit: RelativeDay, last: date, today: date) -> str:
    if limit.is_today:
        return "today or in the past"
    if limit.fixed is None and today - last == timedelta(days=1):
        return "in the past"
    return f"the same as or before {in_words(last)}"
