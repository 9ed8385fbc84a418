"""The field type `date-range`: from one day to another, both of them whole and both counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from portal.core.languages import day_in_words
from portal.forms.fields.base import Asking, FieldError, FieldType, Json, Keys, Question, Raw
from portal.forms.fields.domain import Unmodelled
from portal.forms.fields.relative_days import RelativeDay, read_day
from portal.forms.fields.stored import load_mapping, load_text
from portal.forms.fields.text_rules import read_characters, repeated, unanswered
from portal.forms.fields.typed_days import (
    PARTS,
    Wrong,
    as_day,
    find_missing,
    never,
    out_of_range,
    written_parts_of,
)
from portal.forms.fields.wording import about, lower_first, starting
from portal.forms.fields.written import written_parts

ENDS = ("from", "to")
MOST_DAYS = 3_660
_LABELS = {"en": ("Start date", "End date"), "cy": ("Dyddiad dechrau", "Dyddiad gorffen")}


@dataclass(frozen=True, slots=True)
class DateRange:
    """Whole days, the first and the last included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days, both ends counted: one when they are the same."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class DateRangeSettings:
    """What a designer chose for one range."""

    min: RelativeDay | None = None
    max: RelativeDay | None = None
    shortest: int = 1
    """Days, both ends counted."""
    longest: int = MOST_DAYS
    """Days, both ends counted."""
    labels: tuple[str, str] = _LABELS["en"]


class DateRangeField:
    """Two dates. Posts `{q}-from-day` … `{q}-to-year`; the value is a DateRange.

    Errors: those of a date, said of either end, and `order`, `too_short` and `too_long`.
    """

    name = "date-range"
    asks = True
    cel_type = "map(string, timestamp)"
    keys: Mapping[str, str] = {
        "min": "The first day allowed: today, tomorrow, today + 10 days, 2026-12-24 …",
        "max": "The last day allowed, written the same way.",
        "shortest": "The fewest days, first and last counted; 1 when left out.",
        "longest": f"The most days, first and last counted; {MOST_DAYS:,} when left out.",
        "from_label": "What the first day is called; Start date when left out.",
        "to_label": "What the last day is called; End date when left out.",
    }
    mistakes: Mapping[str, str] = {
        "missing": "nothing was entered, or one of the two dates was not",
        "incomplete": "the day, month or year is missing",
        "repeated": "the same input was sent more than once",
        "not_real": "there is no such day",
        "year": "the year is too long ago or too far away",
        "too_early": "it is before the first day allowed",
        "too_late": "it is after the last day allowed",
        "order": "it ends before it starts",
        "too_short": "it has fewer days than allowed",
        "too_long": "it has more days than allowed",
    }

    def read(self, keys: Keys) -> DateRangeSettings:
        """Read the designer's limits and labels."""
        first, last = read_day(keys, "min"), read_day(keys, "max")
        if never(first, last):
            keys.problem("min", "min must not be after max")
            last = None
        shortest, longest = _count(keys, "shortest", 1), _count(keys, "longest", MOST_DAYS)
        if shortest > longest:
            keys.problem("shortest", "shortest must not be more than longest")
            shortest = 1
        own = _LABELS[keys.language]
        labels = (keys.text("from_label") or own[0], keys.text("to_label") or own[1])
        return DateRangeSettings(first, last, shortest, longest, labels)

    def inputs(self, question: Question) -> tuple[str, ...]:
        """Day, month and year of either end."""
        return tuple(f"{question.name}-{end}-{part}" for end in ENDS for part in PARTS)

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> DateRange | tuple[FieldError, ...] | None:
        """Read both ends, then whether they belong together."""
        inputs = self.inputs(question)
        if not any(any(raw.get(name, ())) for name in inputs):
            return unanswered(question, inputs[0], f"Enter {about(question)}")
        ends = tuple(_end(question, raw, end, asking) for end in ENDS)
        if question.optional and ends == (None, None):
            return None
        settings: DateRangeSettings = question.settings
        wrong = tuple(
            found
            if isinstance(found, FieldError)
            else FieldError(
                f"{question.name}-{end}-day",
                question.say("missing", f"Enter the {lower_first(label)}"),
            )
            for found, end, label in zip(ends, ENDS, settings.labels, strict=True)
            if not isinstance(found, date)
        )
        first, last = ends
        if not isinstance(first, date) or not isinstance(last, date):
            return wrong
        return _together(question, DateRange(first, last))

    def as_raw(self, question: Question, value: DateRange) -> dict[str, list[str]]:
        """The six numbers."""
        return {
            f"{question.name}-{end}-{part}": [str(getattr(day, part))]
            for end, day in zip(ENDS, (value.first, value.last), strict=True)
            for part in PARTS
        }

    def show(self, question: Question, value: DateRange) -> tuple[str, ...]:
        """24 November 2026 to 26 November 2026; a single day by itself."""
        first, last = (day_in_words(day, question.language) for day in (value.first, value.last))
        return (first if first == last else question.in_own_words(f"{first} to {last}"),)

    def dump(self, value: DateRange) -> Json:
        """Both days (ISO 8601)."""
        return {"from": value.first.isoformat(), "to": value.last.isoformat()}

    def load(self, stored: Json) -> DateRange:
        """The range back. Raises ValueError."""
        parts = load_mapping(stored, ENDS)
        found = DateRange(*(date.fromisoformat(load_text(parts[end])) for end in ENDS))
        if self.dump(found) != stored or found.last < found.first:
            msg = "a stored range of dates is not two days in order"
            raise ValueError(msg)
        return found

    def cel(self, value: DateRange) -> dict[str, datetime]:
        """`from` and `to`, at midnight UTC: `days_between(stay.from, stay.to) + 1` counts both."""
        return {"from": _at_midnight(value.first), "to": _at_midnight(value.last)}

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """{from: 2026-11-24, to: 2026-11-26}, or `2026-11-24 to 2026-11-26`."""
        parts = written_parts(written)
        if parts is None:
            first, _, last = str(written).partition(" to ")
            parts = {"from": first, "to": last}
        raw: dict[str, list[str]] = {}
        for end in ENDS:
            text = parts.get(end, "")
            for part, typed in zip(PARTS, written_parts_of(text) or (text, "", ""), strict=True):
                raw[f"{question.name}-{end}-{part}"] = [typed]
        return raw

    def domain(self, question: Question) -> Unmodelled:
        """Not modelled: conditions hardly ever read one."""
        settings: DateRangeSettings = question.settings
        return Unmodelled(lambda today: _example(settings, today))

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """The answer `domain` gave, as it is."""
        del question
        return value

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """One end missing, no such day, the wrong way round, too long."""
        settings: DateRangeSettings = question.settings

        def post(first: str, last: str) -> dict[str, list[str]]:
            return self.read_example(question, {"from": first, "to": last})

        posts = [
            post("2026-11-24", ""),
            post("", "2026-11-24"),
            post("2026-11-31", "2026-12-01"),
            post("2026-11-24", "2026-11-23"),
            post("2026-11-24", "Smarch"),
            post("1899-01-01", "2026-12-01"),
            {**post("2026-11-24", "2026-11-25"), f"{question.name}-from-day": ["24", "25"]},
            post("2000-01-01", "2099-01-01"),
        ]
        if settings.shortest > 1:
            posts.append(post("2026-11-24", "2026-11-24"))
        return tuple(posts if question.optional else [{}, *posts])


def _end(question: Question, raw: Raw, end: str, asking: Asking) -> date | FieldError | None:
    settings: DateRangeSettings = question.settings
    label = settings.labels[ENDS.index(end)]
    inputs = tuple(f"{question.name}-{end}-{part}" for part in PARTS)
    typed = [read_characters(raw, name) for name in inputs]
    if None in typed:
        return repeated(question, inputs[typed.index(None)], label)
    parts = [part or "" for part in typed]
    if not any(parts):
        return None
    found = find_missing(parts) or as_day(*parts)
    if not isinstance(found, Wrong):
        found = out_of_range(settings.min, settings.max, found, asking.on) or found
    if isinstance(found, Wrong):
        said = lower_first(found.said) if found.kind == "year" else found.said
        return FieldError(inputs[found.part], question.say(found.kind, f"{starting(label)} {said}"))
    return found


def _together(question: Question, days: DateRange) -> DateRange | tuple[FieldError, ...]:
    settings: DateRangeSettings = question.settings
    start, end = settings.labels
    kind, said = "", ""
    if days.last < days.first:
        kind = "order"
        said = f"{starting(end)} must be the same as or after the {lower_first(start)}"
    elif days.days > settings.longest:
        kind = "too_long"
        said = f"{starting(about(question))} must be {_days(settings.longest)} or less"
    elif days.days < settings.shortest:
        kind = "too_short"
        said = f"{starting(about(question))} must be {_days(settings.shortest)} or more"
    if not kind:
        return days
    return (FieldError(f"{question.name}-to-day", question.say(kind, said)),)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"


def _count(keys: Keys, key: str, default: int) -> int:
    count = keys.whole_number(key, default)
    if count is None or not 1 <= count <= MOST_DAYS:
        keys.problem(key, f"{key} must be from 1 to {MOST_DAYS:,} days")
        return default
    return count


def _at_midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _example(settings: DateRangeSettings, today: date) -> dict[str, str]:
    first = settings.min.on(today) if settings.min else today
    return {
        "from": first.isoformat(),
        "to": (first + timedelta(days=settings.shortest - 1)).isoformat(),
    }


FIELD: FieldType = DateRangeField()
