"""The field type `whole-number`: how many of something."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.forms.fields.base import Asking, FieldError, FieldType, Json, Keys, Question, Raw
from portal.forms.fields.domain import Whole
from portal.forms.fields.stored import load_number
from portal.forms.fields.text_rules import read_characters, repeated, unanswered
from portal.forms.fields.units import NO_UNIT, UNIT_KEYS, Unit, read_unit
from portal.forms.fields.wording import about, starting

LARGEST = 999_999_999
"""Large enough to count anything, too short to be a payment card number."""

# ASCII digits only; a comma or a space only where thousands are, for "1,5" may mean one and a half.
_WHOLE = re.compile(
    r"(?P<sign>-?)(?P<digits>\d{1,3}(?:([, ])\d{3})(?:\3\d{3})*|\d{1,30})", re.ASCII
)
_NUMBER = re.compile(r"-?[\d, ]*\d(?:\.\d*)?|-?\.\d+", re.ASCII)


@dataclass(frozen=True, slots=True)
class WholeNumberSettings:
    """What a designer chose for one number."""

    min: int = 0
    max: int = LARGEST
    unit: Unit = NO_UNIT

    @property
    def characters(self) -> int:
        """How wide the input needs to be for the largest number allowed."""
        return max(len(str(self.max)), len(str(self.min)))


class WholeNumberField:
    """A whole number. Posts `{q}`; the value is an int.

    Errors: `missing`, `repeated`, `not_a_number`, `not_whole` and `range`.
    """

    name = "whole-number"
    asks = True
    cel_type = "int"
    keys: Mapping[str, str] = {
        "min": "The smallest number allowed; 0 when left out.",
        "max": f"The largest number allowed; {LARGEST:,} when left out.",
        **UNIT_KEYS,
    }
    mistakes: Mapping[str, str] = {
        "missing": "nothing was entered",
        "repeated": "the same input was sent more than once",
        "not_a_number": "it is not a number",
        "not_whole": "it has a decimal point",
        "range": "it is too small or too large",
    }

    def read(self, keys: Keys) -> WholeNumberSettings:
        """Read the designer's limits."""
        smallest, largest = keys.whole_number("min", 0) or 0, keys.whole_number("max", LARGEST)
        largest = LARGEST if largest is None else largest
        for key, limit in (("min", smallest), ("max", largest)):
            if abs(limit) > LARGEST:
                keys.problem(key, f"{key} must be from -{LARGEST:,} to {LARGEST:,}")
                return WholeNumberSettings()
        if smallest > largest:
            keys.problem("min", "min must not be more than max")
            return WholeNumberSettings()
        return WholeNumberSettings(smallest, largest, read_unit(keys))

    def inputs(self, question: Question) -> tuple[str, ...]:
        """One input with the question's own name."""
        return (question.name,)

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> int | tuple[FieldError, ...] | None:
        """Read "1000", "1,000" or "1 000"."""
        del asking
        what = about(question)
        typed = read_characters(raw, question.name)
        if typed is None:
            return (repeated(question, question.name, what),)
        if not typed:
            return unanswered(question, question.name, f"Enter {what}")
        settings: WholeNumberSettings = question.settings
        figures = settings.unit.stripped(typed)
        number = _as_number(figures)
        if number is None:
            return (_explain(question, figures, what),)
        if not settings.min <= number <= settings.max:
            said = f"{starting(what)} must be {_range(settings)}"
            return (FieldError(question.name, question.say("range", said)),)
        return number

    def as_raw(self, question: Question, value: int) -> dict[str, list[str]]:
        """The number without commas."""
        return {question.name: [str(value)]}

    def show(self, question: Question, value: int) -> tuple[str, ...]:
        """The number with commas, and its unit."""
        settings: WholeNumberSettings = question.settings
        return (settings.unit.beside(f"{value:,}"),)

    def dump(self, value: int) -> Json:
        """The number."""
        return value

    def load(self, stored: Json) -> int:
        """The number back. Raises ValueError."""
        return load_number(stored)

    def cel(self, value: int) -> int:
        """The number."""
        return value

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """A number."""
        return {question.name: [str(written)]}

    def domain(self, question: Question) -> Whole:
        """Every number within the limits."""
        settings: WholeNumberSettings = question.settings
        return Whole(settings.min, settings.max)

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """The number."""
        del question
        return str(value)

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """No number, no whole number, and one beyond each limit."""
        settings: WholeNumberSettings = question.settings
        beyond = (str(settings.min - 1), str(settings.max + 1))
        wrong = ("many", "1.5", "1e3", "1_000", "\uff11\uff12", "NaN", "-0", "9" * 40, *beyond)
        posts = tuple({question.name: [text]} for text in wrong)
        twice = {question.name: ["1", "2"]}
        return (*posts, twice) if question.optional else ({}, *posts, twice)


def _as_number(typed: str) -> int | None:
    match = _WHOLE.fullmatch(" ".join(typed.split()))
    if match is None:
        return None
    number = int(re.sub("[, ]", "", match["digits"]))
    if match["sign"]:
        return -number or None
    return number


def _explain(question: Question, typed: str, what: str) -> FieldError:
    if _NUMBER.fullmatch(typed) and "." in typed:
        said = f"{starting(what)} must be a whole number"
        return FieldError(question.name, question.say("not_whole", said))
    said = f"{starting(what)} must be a number, like 30"
    return FieldError(question.name, question.say("not_a_number", said))


def _range(settings: WholeNumberSettings) -> str:
    if settings.max == LARGEST:
        return f"{settings.min:,} or more"
    if settings.min <= 0 <= settings.max and settings.min == 0:
        return f"{settings.max:,} or less"
    return f"between {settings.min:,} and {settings.max:,}"


FIELD: FieldType = WholeNumberField()
