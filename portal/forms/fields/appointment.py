"""The field type `appointment`: one free slot of a calendar, the day first and then the time.

A day is chosen from radios, as the GOV.UK Design System asks one thing at a time; "show later
days" is a button that works without a script. Which slots are free comes through `Asking.free`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from portal.core.dates import in_words
from portal.core.languages import day_in_words
from portal.forms.calendars import WHOLE_DAY, FreeSlot, Slot, is_free
from portal.forms.fields.base import (
    Asking,
    FieldError,
    FieldType,
    Json,
    Keys,
    Option,
    Question,
    Raw,
    Unfinished,
)
from portal.forms.fields.domain import Unmodelled
from portal.forms.fields.stored import load_text
from portal.forms.fields.text_rules import read_characters, repeated, unanswered
from portal.forms.fields.wording import about

FIRST_FREE = "first free"
"""How an example takes whatever is free first, so that it holds on every day."""
_FIRST_DAYS, _MORE_DAYS = 7, 14
_MOST_DAYS = 400
_NOON = 12
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T]([01]\d|2[0-3]):([0-5]\d))?", re.ASCII)
_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "cy": (
        *("Dydd Llun", "Dydd Mawrth", "Dydd Mercher", "Dydd Iau"),
        *("Dydd Gwener", "Dydd Sadwrn", "Dydd Sul"),
    ),
}
_AT = {"en": "at", "cy": "am"}
_NOON_IN_WORDS = {"en": "midday", "cy": "hanner dydd"}
_MIDNIGHT_IN_WORDS = {"en": "midnight", "cy": "hanner nos"}
_LEFT = {"en": "{n} left", "cy": "{n} ar ôl"}


@dataclass(frozen=True, slots=True)
class AppointmentSettings:
    """What a designer chose for one appointment."""

    calendar: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """What the question offers now, for its template."""

    options: tuple[Option, ...]
    """Days, or the times of one day."""
    day: str = ""
    """The day whose times are offered, as it is posted; empty while days are."""
    day_in_words: str = ""
    shown: int = 0
    """How many days are offered."""
    has_later: bool = False
    """Whether there are more days than those."""
    first_new: int = 0
    """The number of the first day the next press adds; the page jumps there."""


class AppointmentField:
    """A slot of a calendar. Posts `{q}`: a day (2026-12-03), or a day and time (2026-12-03 09:30).

    Of a calendar with times a day alone is not finished: its times are offered. `{q}-on` is the
    day whose times are on the page, `{q}-shown` how many days are, and the buttons are
    `{q}-later` (show later days) and `{q}-days` (choose another day).

    Errors: `missing`, `no_time`, `repeated`, `taken` and `none_left`.
    """

    name = "appointment"
    asks = True
    cel_type = "timestamp"
    keys: Mapping[str, str] = {
        "calendar": "The calendar of _calendars.yml whose slots are offered.",
    }
    mistakes: Mapping[str, str] = {
        "missing": "no day was chosen",
        "no_time": "a day was chosen, but no time",
        "repeated": "more than one was sent",
        "taken": "it is not free: somebody else has it, or the calendar has no such slot",
        "none_left": "nothing is free at all",
    }

    def read(self, keys: Keys) -> AppointmentSettings:
        """Read the calendar's name; whether there is such a calendar is checked with the file."""
        calendar = keys.text("calendar").strip()
        if not calendar:
            keys.problem("calendar", "calendar is missing", self.keys["calendar"])
        return AppointmentSettings(calendar)

    def inputs(self, question: Question) -> tuple[str, ...]:
        """The choice, and what tells which page of choices it was made on."""
        return tuple(f"{question.name}{end}" for end in ("", "-on", "-shown", "-later", "-days"))

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> Slot | Unfinished | tuple[FieldError, ...] | None:
        """Read the choice and see that it is free."""
        name = question.name
        if is_pressed(question, raw, "-later") or is_pressed(question, raw, "-days"):
            return Unfinished(None)
        typed = read_characters(raw, name)
        if typed is None:
            return (repeated(question, name, about(question)),)
        found = asking.free(question.settings.calendar, name)
        if not found:
            is_left_out = question.optional and not typed
            return None if is_left_out else (none_left(question),)
        if not typed:
            return _nothing_chosen(question, raw)
        return found[0].slot if typed == FIRST_FREE else _choose(question, typed, found)

    def as_raw(self, question: Question, value: Slot) -> dict[str, list[str]]:
        """The choice."""
        return {question.name: [_written(value)]}

    def show(self, question: Question, value: Slot) -> tuple[str, ...]:
        """Thursday 3 December 2026 at 9:30am."""
        return (slot_in_words(value, question.language),)

    def dump(self, value: Slot) -> Json:
        """2026-12-03, or 2026-12-03T09:30 (ISO 8601, the council's clock)."""
        return _written(value).replace(" ", "T")

    def load(self, stored: Json) -> Slot:
        """The slot back. Raises ValueError."""
        text = load_text(stored)
        slot = _read_slot(text)
        if slot is None or self.dump(slot) != text:
            msg = "a stored slot is not written year-month-dayThour:minute"
            raise ValueError(msg)
        return slot

    def cel(self, value: Slot) -> datetime:
        """When it begins on the council's clock, as if that were UTC: CEL has no other zone."""
        day = datetime(value.day.year, value.day.month, value.day.day, tzinfo=UTC)
        return day + timedelta(minutes=max(value.start, 0))

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """2026-12-03, 2026-12-03 09:30, or first free."""
        return {question.name: [str(written)]}

    def domain(self, question: Question) -> Unmodelled:
        """Not modelled: what is free is not in the form."""
        del question
        return Unmodelled(lambda _today: FIRST_FREE)

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """The answer `domain` gave, as it is."""
        del question
        return value

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """No such day, a day long past, words, several at once, a day without its time."""
        name = question.name
        wrong = ("2026-02-30", "1999-01-04", "tomorrow", "2026-12-03 25:00", "\uff12026-12-03")
        posts = tuple({name: [text]} for text in wrong)
        others = ({name: ["2026-12-03", "2026-12-04"]}, {f"{name}-on": ["2026-12-03"]})
        return (*posts, *others) if question.optional else ({}, *posts, *others)


def is_pressed(question: Question, raw: Raw, button: str) -> bool:
    """Whether one of the question's own buttons was pressed."""
    return any(raw.get(f"{question.name}{button}", ()))


def _nothing_chosen(question: Question, raw: Raw) -> tuple[FieldError, ...] | None:
    if any(raw.get(f"{question.name}-on", ())):
        return (FieldError(question.name, question.say("no_time", "Select a time")),)
    return unanswered(question, question.name, f"Select {about(question)}")


def _choose(
    question: Question, typed: str, free: Sequence[FreeSlot]
) -> Slot | Unfinished | tuple[FieldError, ...]:
    slot = _read_slot(typed)
    if slot is not None and slot.start == WHOLE_DAY and _times(free, slot.day):
        return Unfinished(None)
    if slot is None or not is_free(slot, free):
        return (taken(question, slot),)
    return slot


def taken(question: Question, slot: Slot | None) -> FieldError:
    """What is said of a slot that is not free any more, or never was."""
    if slot is None:
        said = f"Select {about(question)}"
    elif slot.start == WHOLE_DAY:
        said = f"{in_words(slot.day)} is no longer free. Choose another day"
    else:
        said = (
            f"{in_words(slot.day)} at {time_in_words(slot.start)} is no longer free. "
            "Choose another time"
        )
    return FieldError(question.name, question.say("taken", said))


def none_left(question: Question) -> FieldError:
    """What is said where nothing is free."""
    said = "There is nothing free to book at the moment. Try again later, or ring us"
    return FieldError(question.name, question.say("none_left", said))


def offered_now(question: Question, raw: Raw, free: Sequence[FreeSlot]) -> Offered:
    """What the page offers for what was posted or answered before: days, or one day's times."""
    name = question.name
    given = [raw.get(f"{name}{end}", ("",))[0:1] for end in ("", "-on")]
    chosen = next((slot for text in given if text and (slot := _read_slot(text[0]))), None)
    times = _times(free, chosen.day) if chosen else ()
    if chosen is not None and times and not is_pressed(question, raw, "-days"):
        return Offered(
            tuple(_time_option(each, question.language) for each in times),
            chosen.day.isoformat(),
            weekday_in_words(chosen.day, question.language),
        )
    return _days(question, raw, free, chosen)


def _days(question: Question, raw: Raw, free: Sequence[FreeSlot], chosen: Slot | None) -> Offered:
    left: dict[date, int] = {}
    for each in free:
        left[each.slot.day] = left.get(each.slot.day, 0) + each.left
    days = list(left)
    shown = _shown(question, raw)
    if chosen is not None and chosen.day in left:
        shown = max(shown, days.index(chosen.day) + 1)
    options = tuple(
        Option(
            day.isoformat(),
            _in_a_list(day, days[0].year, question.language),
            _LEFT[question.language].format(n=left[day]),
        )
        for day in days[:shown]
    )
    before = shown - _MORE_DAYS if is_pressed(question, raw, "-later") else 0
    return Offered(
        options,
        shown=len(options),
        has_later=len(days) > shown,
        first_new=max(before, 0),
    )


def _shown(question: Question, raw: Raw) -> int:
    """How many days to show: as many as before, and more when later ones were asked for."""
    written = raw.get(f"{question.name}-shown", ("",))[0:1]
    before = int(written[0]) if written and re.fullmatch(r"\d{1,3}", written[0], re.ASCII) else 0
    shown = min(max(before, _FIRST_DAYS), _MOST_DAYS)
    return shown + _MORE_DAYS if is_pressed(question, raw, "-later") else shown


def _times(free: Sequence[FreeSlot], day: date) -> tuple[FreeSlot, ...]:
    return tuple(each for each in free if each.slot.day == day and each.slot.start != WHOLE_DAY)


def _time_option(each: FreeSlot, language: str) -> Option:
    hint = _LEFT[language].format(n=each.left) if each.left > 1 else ""
    return Option(_written(each.slot), time_in_words(each.slot.start, language), hint)


def slot_in_words(slot: Slot, language: str) -> str:
    """Thursday 3 December 2026 at 9:30am; Dydd Iau 3 Rhagfyr 2026 am 9:30am."""
    day = weekday_in_words(slot.day, language)
    if slot.start == WHOLE_DAY:
        return day
    return f"{day} {_AT[language]} {time_in_words(slot.start, language)}"


def _in_a_list(day: date, year: int, language: str) -> str:
    """Thursday 3 December; with its year when it is another than that of the first in the list."""
    words = weekday_in_words(day, language)
    return words if day.year != year else words.rpartition(" ")[0]


def weekday_in_words(day: date, language: str) -> str:
    """Thursday 3 December 2026."""
    return f"{_WEEKDAYS[language][day.weekday()]} {day_in_words(day, language)}"


def time_in_words(minutes: int, language: str = "en") -> str:
    """9:30am, 2pm, midday (https://www.gov.uk/guidance/style-guide/a-to-z#times)."""
    hour, minute = divmod(minutes, 60)
    if minute == 0 and hour % _NOON == 0:
        return (_NOON_IN_WORDS if hour else _MIDNIGHT_IN_WORDS)[language]
    shown = f"{hour % _NOON or _NOON}:{minute:02d}" if minute else str(hour % _NOON or _NOON)
    return f"{shown}{'am' if hour < _NOON else 'pm'}"


def _written(slot: Slot) -> str:
    if slot.start == WHOLE_DAY:
        return slot.day.isoformat()
    return f"{slot.day.isoformat()} {slot.start // 60:02d}:{slot.start % 60:02d}"


def _read_slot(text: str) -> Slot | None:
    match = _ISO.fullmatch(text.strip())
    if match is None:
        return None
    try:
        day = date.fromisoformat(match[1])
    except ValueError:
        return None
    return Slot(day) if match[2] is None else Slot(day, int(match[2]) * 60 + int(match[3]))


FIELD: FieldType = AppointmentField()
