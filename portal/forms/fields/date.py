"""The field type `date`: a day, month and year in three inputs.

Three inputs, months in words and the wording of errors as the GOV.UK Design System has them
(https://design-system.service.gov.uk/components/date-input/).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from portal.core.dates import in_words
from portal.core.languages import day_in_words
from portal.forms.fields.base import Asking, FieldError, FieldType, Json, Keys, Question, Raw
from portal.forms.fields.domain import Days
from portal.forms.fields.relative_days import EARLIEST, LATEST, RelativeDay, read_day
from portal.forms.fields.stored import load_text
from portal.forms.fields.text_rules import read_characters, repeated, unanswered
from portal.forms.fields.wording import about, in_a_row, starting

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
class DateSettings:
    """What a designer chose for one date."""

    min: RelativeDay | None = None
    max: RelativeDay | None = None
    autocomplete: str = ""
    """`bday` for the person's own date of birth, else empty."""


class DateField:
    """A date. Posts `{q}-day`, `{q}-month` and `{q}-year`; the value is a `date`.

    Errors: `missing`, `incomplete`, `repeated`, `not_real`, `year`, `too_early` and `too_late`;
    each links to the first input that is wrong.
    """

    name = "date"
    asks = True
    cel_type = "timestamp"
    keys: Mapping[str, str] = {
        "min": "The first day allowed: today, tomorrow, today - 18 years, 2026-12-24 …",
        "max": "The last day allowed, written the same way.",
        "autocomplete": "bday: it is the person's own date of birth.",
    }
    mistakes: Mapping[str, str] = {
        "missing": "nothing was entered",
        "incomplete": "the day, month or year is missing",
        "repeated": "the same input was sent more than once",
        "not_real": "there is no such day",
        "year": f"the year is not between {EARLIEST.year} and {LATEST.year}",
        "too_early": "it is before the first day allowed",
        "too_late": "it is after the last day allowed",
    }

    def read(self, keys: Keys) -> DateSettings:
        """Read the designer's limits."""
        first, last = read_day(keys, "min"), read_day(keys, "max")
        if first and last and _never(first, last):
            keys.problem("min", "min must not be after max")
            last = None
        return DateSettings(first, last, keys.one_of("autocomplete", ("", "bday"), ""))

    def inputs(self, question: Question) -> tuple[str, ...]:
        """Day, month and year."""
        return tuple(f"{question.name}-{part}" for part in PARTS)

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> date | tuple[FieldError, ...] | None:
        """Read the three parts, then whether there is such a day, then whether it is allowed."""
        what, inputs = about(question), self.inputs(question)
        typed = [read_characters(raw, name) for name in inputs]
        if None in typed:
            return (repeated(question, inputs[typed.index(None)], what),)
        parts = [part or "" for part in typed]
        if not any(parts):
            return unanswered(question, inputs[0], f"Enter {what}")
        found = _incomplete(parts) or _as_date(parts)
        if isinstance(found, _Wrong):
            said = f"{starting(what)} {found.said}" if found.kind != "year" else found.said
            return (FieldError(inputs[found.part], question.say(found.kind, said)),)
        wrong = _out_of_range(question.settings, found, asking.on)
        if wrong is not None:
            said = f"{starting(what)} {wrong.said}"
            return (FieldError(inputs[0], question.say(wrong.kind, said)),)
        return found

    def as_raw(self, question: Question, value: date) -> dict[str, list[str]]:
        """The three numbers."""
        return {f"{question.name}-{part}": [str(getattr(value, part))] for part in PARTS}

    def show(self, question: Question, value: date) -> tuple[str, ...]:
        """24 November 2026."""
        return (day_in_words(value, question.language),)

    def dump(self, value: date) -> Json:
        """2026-11-24 (ISO 8601)."""
        return value.isoformat()

    def load(self, stored: Json) -> date:
        """The day back. Raises ValueError."""
        text = load_text(stored)
        day = date.fromisoformat(text)
        if day.isoformat() != text:
            msg = "a stored date is not written year-month-day"
            raise ValueError(msg)
        return day

    def cel(self, value: date) -> datetime:
        """The day at midnight UTC: CEL has moments, not days."""
        return datetime(value.year, value.month, value.day, tzinfo=UTC)

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """2026-12-24, or 24/12/2026 or 24 December 2026; anything else goes into the day."""
        parts = re.split(r"[-/ ]+", str(written).strip())
        if len(parts) != len(PARTS):
            return {f"{question.name}-day": [str(written)]}
        ordered = reversed(parts) if _FOUR.fullmatch(parts[0]) else parts
        return {
            f"{question.name}-{name}": [part] for name, part in zip(PARTS, ordered, strict=True)
        }

    def domain(self, question: Question) -> Days:
        """Every day within the limits."""
        settings: DateSettings = question.settings
        first, last = settings.min, settings.max
        return Days(first and first.on, last and last.on)

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """2026-12-24, from a date."""
        del question
        return value.isoformat()

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """No such day, a part missing, digits of another script."""
        wrong = (
            ("31", "4", "2026"),
            ("29", "2", "2027"),
            ("1", "13", "2026"),
            ("0", "1", "2026"),
            ("1", "1", "26"),
            ("1", "1", "1899"),
            ("1", "1", "2101"),
            ("\uff11", "1", "2026"),
            ("1", "Smarch", "2026"),
            ("1", "", "2026"),
            ("", "", "2026"),
        )
        names = self.inputs(question)
        posts = tuple({n: [v] for n, v in zip(names, parts, strict=True)} for parts in wrong)
        twice = {names[0]: ["1", "2"], names[1]: ["1"], names[2]: ["2026"]}
        return (*posts, twice) if question.optional else ({}, *posts, twice)


@dataclass(frozen=True, slots=True)
class _Wrong:
    kind: str
    said: str
    part: int = 0


def _incomplete(parts: list[str]) -> _Wrong | None:
    gone = [n for n, part in enumerate(parts) if not part]
    if not gone:
        return None
    named = in_a_row([PARTS[n] for n in gone])
    return _Wrong("incomplete", f"must include a {named}", gone[0])


def _as_date(parts: list[str]) -> date | _Wrong:
    day, month, year = _number(parts[0], 31), _month(parts[1]), parts[2]
    if day is None or month is None:
        return _Wrong("not_real", "must be a real date", 0 if day is None else 1)
    if not _FOUR.fullmatch(year):
        return _Wrong("year", "Year must include 4 numbers", 2)
    if not EARLIEST.year <= int(year) <= LATEST.year:
        return _Wrong("year", f"Year must be between {EARLIEST.year} and {LATEST.year}", 2)
    try:
        return date(int(year), month, day)
    except ValueError:
        return _Wrong("not_real", "must be a real date")


def _month(typed: str) -> int | None:
    """The number of a month written as a number or a word, English or Welsh, "mar" or "March"."""
    word = typed.casefold().rstrip(".")
    if len(word) < _FEWEST_LETTERS or not word.isalpha():
        return _number(typed, len(_MONTHS))
    word = "sep" if word == "sept" else word
    for number, names in enumerate(_MONTHS, start=1):
        if any(name.startswith(word) for name in names):
            return number
    return None


def _number(typed: str, largest: int) -> int | None:
    if not _ONE_OR_TWO.fullmatch(typed) or not 1 <= int(typed) <= largest:
        return None
    return int(typed)


def _out_of_range(settings: DateSettings, day: date, today: date) -> _Wrong | None:
    if settings.min is not None and day < (first := settings.min.on(today)):
        return _Wrong("too_early", f"must be {_from(settings.min, first, today)}")
    if settings.max is not None and day > (last := settings.max.on(today)):
        return _Wrong("too_late", f"must be {_until(settings.max, last, today)}")
    return None


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


def _never(first: RelativeDay, last: RelativeDay) -> bool:
    """Whether no day can be in the range: only when both ends move together or neither does."""
    if (first.fixed is None) != (last.fixed is None):
        return False
    some_day = date(2026, 1, 1)
    return first.on(some_day) > last.on(some_day)


FIELD: FieldType = DateField()
