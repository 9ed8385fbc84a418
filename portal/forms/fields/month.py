"""The field type `month`: a month and year, for what has no day or where nobody knows it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from portal.core.dates import in_words
from portal.core.languages import day_in_words
from portal.forms.fields.base import Asking, FieldError, FieldType, Json, Keys, Question, Raw
from portal.forms.fields.domain import Unmodelled
from portal.forms.fields.relative_days import RelativeDay, read_day
from portal.forms.fields.stored import load_text
from portal.forms.fields.text_rules import read_characters, repeated, unanswered
from portal.forms.fields.typed_days import Wrong, as_month, as_year, find_missing, never
from portal.forms.fields.wording import about, starting

PARTS = ("month", "year")
_ISO = re.compile(r"\d{4}-\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class MonthSettings:
    """What a designer chose for one month. Only the month of a limit counts, not its day."""

    min: RelativeDay | None = None
    max: RelativeDay | None = None


class MonthField:
    """A month. Posts `{q}-month` and `{q}-year`; the value is the `date` of its first day.

    Errors: `missing`, `incomplete`, `repeated`, `not_real`, `year`, `too_early` and `too_late`.
    """

    name = "month"
    asks = True
    cel_type = "timestamp"
    keys: Mapping[str, str] = {
        "min": "The first month allowed: today, today - 12 months, 2026-12 …",
        "max": "The last month allowed, written the same way.",
    }
    mistakes: Mapping[str, str] = {
        "missing": "nothing was entered",
        "incomplete": "the month or year is missing",
        "repeated": "the same input was sent more than once",
        "not_real": "there is no such month",
        "year": "the year is too long ago or too far away",
        "too_early": "it is before the first month allowed",
        "too_late": "it is after the last month allowed",
    }

    def read(self, keys: Keys) -> MonthSettings:
        """Read the designer's limits."""
        first, last = _limit(keys, "min"), _limit(keys, "max")
        if never(first, last):
            keys.problem("min", "min must not be after max")
            last = None
        return MonthSettings(first, last)

    def inputs(self, question: Question) -> tuple[str, ...]:
        """Month and year."""
        return tuple(f"{question.name}-{part}" for part in PARTS)

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> date | tuple[FieldError, ...] | None:
        """Read both parts, then whether the month is allowed."""
        what, inputs = about(question), self.inputs(question)
        typed = [read_characters(raw, name) for name in inputs]
        if None in typed:
            return (repeated(question, inputs[typed.index(None)], what),)
        parts = [part or "" for part in typed]
        if not any(parts):
            return unanswered(question, inputs[0], f"Enter {what}")
        found = find_missing(parts, PARTS) or _as_first_day(*parts)
        if not isinstance(found, Wrong):
            found = _out_of_range(question.settings, found, asking.on) or found
        if isinstance(found, Wrong):
            said = f"{starting(what)} {found.said}" if found.kind != "year" else found.said
            return (FieldError(inputs[found.part], question.say(found.kind, said)),)
        return found

    def as_raw(self, question: Question, value: date) -> dict[str, list[str]]:
        """The two numbers."""
        return {f"{question.name}-{part}": [str(getattr(value, part))] for part in PARTS}

    def show(self, question: Question, value: date) -> tuple[str, ...]:
        """November 2026."""
        return (day_in_words(value, question.language).partition(" ")[2],)

    def dump(self, value: date) -> Json:
        """2026-11 (ISO 8601)."""
        return f"{value:%Y-%m}"

    def load(self, stored: Json) -> date:
        """The month back. Raises ValueError."""
        text = load_text(stored)
        if not _ISO.fullmatch(text):
            msg = "a stored month is not written year-month"
            raise ValueError(msg)
        return date.fromisoformat(f"{text}-01")

    def cel(self, value: date) -> datetime:
        """The first day of the month at midnight UTC."""
        return datetime(value.year, value.month, value.day, tzinfo=UTC)

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """2026-11, 11/2026 or November 2026; anything else goes into the month."""
        parts = re.split(r"[-/ ]+", str(written).strip())
        if len(parts) != len(PARTS):
            return {f"{question.name}-month": [str(written)]}
        ordered = reversed(parts) if _ISO.fullmatch(str(written).strip()) else parts
        names = self.inputs(question)
        return {name: [part] for name, part in zip(names, ordered, strict=True)}

    def domain(self, question: Question) -> Unmodelled:
        """Not modelled: conditions hardly ever read one."""
        settings: MonthSettings = question.settings
        limit = settings.min or settings.max
        return Unmodelled(lambda today: (limit.on(today) if limit else today).strftime("%Y-%m"))

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """The answer `domain` gave, as it is."""
        del question
        return value

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """No such month, a part missing, a year out of reach."""
        wrong = (("13", "2026"), ("0", "2026"), ("Smarch", "2026"), ("1", "26"), ("1", "1899"))
        wrong += (("", "2026"), ("11", ""), ("\uff11", "2026"), ("1", "2101"))
        names = self.inputs(question)
        posts = tuple({n: [v] for n, v in zip(names, parts, strict=True)} for parts in wrong)
        twice = {names[0]: ["1", "2"], names[1]: ["2026"]}
        return (*posts, twice) if question.optional else ({}, *posts, twice)


def _as_first_day(month: str, year: str) -> date | Wrong:
    number, in_year = as_month(month), as_year(year)
    if number is None:
        return Wrong("not_real", "must be a real month, like 3 or March")
    if isinstance(in_year, Wrong):
        return Wrong(in_year.kind, in_year.said, 1)
    return date(in_year, number, 1)


def _out_of_range(settings: MonthSettings, month: date, today: date) -> Wrong | None:
    if settings.min is not None and month < (first := settings.min.on(today).replace(day=1)):
        said = "this month or later" if settings.min.is_today else f"{_in_words(first)} or later"
        return Wrong("too_early", f"must be {said}")
    if settings.max is not None and month > (last := settings.max.on(today).replace(day=1)):
        said = "this month or earlier" if settings.max.is_today else f"{_in_words(last)} or earlier"
        return Wrong("too_late", f"must be {said}")
    return None


def _limit(keys: Keys, key: str) -> RelativeDay | None:
    written = keys.text(key).strip()
    if not _ISO.fullmatch(written):
        return read_day(keys, key)
    return read_day(Keys({key: f"{written}-01"}, keys.problems), key)


def _in_words(month: date) -> str:
    return in_words(month).partition(" ")[2]


FIELD: FieldType = MonthField()
