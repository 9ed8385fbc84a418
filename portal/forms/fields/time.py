"""A time of day, typed as people write it: 7:30pm, 7pm, 19:30, midday; 7:30yh, hanner dydd.

Kept as minutes after midnight, on the council's clock. One input, as the GOV.UK Design System
advises for answers people know by heart; the wording follows its text input templates.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.core.languages import half_of_day
from portal.forms.fields.base import (
    AnswerValue,
    Asking,
    FieldError,
    FieldType,
    Json,
    Keys,
    Question,
    Raw,
)
from portal.forms.fields.domain import Whole
from portal.forms.fields.wording import about, starting

_WORDS = {
    "midday": 12 * 60,
    "noon": 12 * 60,
    "midnight": 0,
    "hannerdydd": 12 * 60,
    "canoldydd": 12 * 60,
    "hannernos": 0,
}
_HALVES = "am|pm|yb|yp|yh"
"""Of the day; in Welsh y bore (until midday), y prynhawn and yr hwyr (the evening)."""
_CLOCK = re.compile(
    rf"(?P<hour>\d{{1,2}})(?:[:.](?P<minute>\d{{2}}))?(?P<half>{_HALVES})?", re.ASCII
)
_MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class TimeSettings:
    """A time has no keys of its own."""


class TimeField:
    """One input with the question's own name; the value is minutes after midnight."""

    name = "time"
    asks = True
    cel_type = "int"
    keys: Mapping[str, str] = {}
    mistakes: Mapping[str, str] = {"missing": "nothing was entered", "time": "it is no time of day"}

    def read(self, keys: Keys) -> TimeSettings:
        """Read no keys."""
        del keys
        return TimeSettings()

    def inputs(self, question: Question) -> tuple[str, ...]:
        """One input."""
        return (question.name,)

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> AnswerValue | tuple[FieldError, ...] | None:
        """Read the time; None when it was left blank and may be."""
        del asking
        values = raw.get(question.name, ())
        text = "".join(values[0].split()).casefold() if len(values) == 1 else ""
        if not text and len(values) < 2:  # noqa: PLR2004  # sent twice is a mistake, not a blank
            if question.optional:
                return None
            message = question.say("missing", f"Enter {about(question)}")
            return (FieldError(question.name, message),)
        minutes = read_time(text)
        if minutes is None:
            early, late = (in_words(eg, question.language) for eg in (9 * 60, 19 * 60 + 30))
            default = f"{starting(about(question))} must be a time, like {early} or {late}"
            return (FieldError(question.name, question.say("time", default)),)
        return minutes

    def as_raw(self, question: Question, value: AnswerValue) -> dict[str, list[str]]:
        """The time as it is shown."""
        return {question.name: [in_words(value, question.language)]}

    def show(self, question: Question, value: AnswerValue) -> tuple[str, ...]:
        """7:30pm; in Welsh 7:30yh."""
        return (in_words(value, question.language),)

    def dump(self, value: AnswerValue) -> Json:
        """Minutes after midnight."""
        return value

    def load(self, stored: Json) -> AnswerValue:
        """Minutes after midnight. Raises ValueError for anything else."""
        if (
            isinstance(stored, bool)
            or not isinstance(stored, int)
            or not 0 <= stored < _MINUTES_A_DAY
        ):
            msg = f"{stored!r} is not a stored time"
            raise ValueError(msg)
        return stored

    def cel(self, value: AnswerValue) -> Any:  # noqa: ANN401  # an int
        """Minutes after midnight."""
        return value

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """As it would be typed."""
        return {question.name: [str(written)]}

    def domain(self, question: Question) -> Whole:
        """Every minute of the day."""
        del question
        return Whole(0, _MINUTES_A_DAY - 1)

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """7:30pm."""
        del question
        return in_words(value)

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """Posts that must be refused."""
        wrong = ("25:00", "7:60pm", "13pm", "0am", "half seven", "-1", "\uff11\uff19:00")
        mistakes = [{question.name: [text]} for text in wrong]
        return tuple(mistakes if question.optional else [{}, {question.name: [""]}, *mistakes])


def read_time(text: str) -> int | None:
    """Minutes after midnight; None when it is no time. 12am is midnight and 12pm is midday.

    English and Welsh are both read, whatever the page is in.
    """
    if text in _WORDS:
        return _WORDS[text]
    match = _CLOCK.fullmatch(text)
    if match is None or (match["half"] is None and match["minute"] is None):
        return None
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:  # noqa: PLR2004  # a twelve-hour clock
            return None
        hour = hour % 12 + (0 if match["half"] in ("am", "yb") else 12)
    return hour * 60 + minute if hour < 24 and minute < 60 else None  # noqa: PLR2004  # a clock


def in_words(minutes: int, language: str = "en") -> str:
    """7:30pm, 7pm, midday, midnight (https://www.gov.uk/guidance/style-guide/a-to-z#times).

    In Welsh 7:30yh, 2yp, 9yb, hanner dydd, hanner nos.
    """
    if minutes in (0, 12 * 60):
        return _AT_TWELVE[language][minutes > 0]
    hour, minute = divmod(minutes, 60)
    shown = f"{hour % 12 or 12}:{minute:02d}" if minute else str(hour % 12 or 12)
    return f"{shown}{_half(hour, language)}"


_AT_TWELVE = {"en": ("midnight", "midday"), "cy": ("hanner nos", "hanner dydd")}


def _half(hour: int, language: str) -> str:
    if language == "cy":
        return half_of_day(hour)
    return "am" if hour < 12 else "pm"  # noqa: PLR2004  # a clock


FIELD: FieldType = TimeField()
