"""The field type `scale`: a number out of ten, or between any two small numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.forms.fields.base import (
    Asking,
    FieldError,
    FieldType,
    Json,
    Keys,
    Option,
    Question,
    Raw,
)
from portal.forms.fields.domain import Whole
from portal.forms.fields.stored import load_number
from portal.forms.fields.text_rules import only_value, repeated, unanswered
from portal.forms.fields.wording import about

LARGEST = 10


@dataclass(frozen=True, slots=True)
class ScaleSettings:
    """What a designer chose for one scale."""

    first: int = 0
    last: int = LARGEST
    low: str = ""
    """What the first number means."""
    high: str = ""
    """What the last number means."""

    @property
    def options(self) -> tuple[Option, ...]:
        """Every number, the ends with their meaning."""
        meaning = {self.first: self.low, self.last: self.high}
        return tuple(
            Option(str(n), f"{n}: {meaning[n]}" if meaning.get(n) else str(n))
            for n in range(self.first, self.last + 1)
        )


class ScaleField:
    """A number on a scale. Posts `{q}`; the value is an int.

    Errors: `missing`, `repeated` and `unknown`.
    """

    name = "scale"
    asks = True
    cel_type = "int"
    keys: Mapping[str, str] = {
        "from": "The first number, 0 or more; 0 when left out.",
        "to": f"The last number, at most {LARGEST}; {LARGEST} when left out.",
        "low": "What the first number means, like Not at all likely.",
        "high": "What the last number means, like Extremely likely.",
    }
    mistakes: Mapping[str, str] = {
        "missing": "nothing was selected",
        "repeated": "several were sent where one belongs",
        "unknown": "something was sent that is not on the scale",
    }

    def read(self, keys: Keys) -> ScaleSettings:
        """Read the two ends and what they mean."""
        first, last = keys.whole_number("from", 0), keys.whole_number("to", LARGEST)
        low, high = keys.text("low"), keys.text("high")
        if first is None or last is None or not 0 <= first < last <= LARGEST:
            keys.problem(
                "from", f"from must be less than to, and both from 0 to {LARGEST}", "Like 0 and 10."
            )
            return ScaleSettings(low=low, high=high)
        return ScaleSettings(first, last, low, high)

    def inputs(self, question: Question) -> tuple[str, ...]:
        """One name for all its radios."""
        return (question.name,)

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> int | tuple[FieldError, ...] | None:
        """Read the number; only what is on the scale is taken."""
        del asking
        settings: ScaleSettings = question.settings
        typed = only_value(raw, question.name)
        if typed is None:
            return (repeated(question, question.name, about(question)),)
        if not typed:
            return unanswered(question, question.name, f"Select {about(question)}")
        if typed not in {option.value for option in settings.options}:
            said = f"Choose a number from {settings.first} to {settings.last}"
            return (FieldError(question.name, question.say("unknown", said)),)
        return int(typed)

    def as_raw(self, question: Question, value: int) -> dict[str, list[str]]:
        """The number."""
        return {question.name: [str(value)]}

    def show(self, question: Question, value: int) -> tuple[str, ...]:
        """8 out of 10 where it begins at 0 or 1, else the number."""
        settings: ScaleSettings = question.settings
        if settings.first > 1:
            return (str(value),)
        return (question.in_own_words(f"{value} out of {settings.last}"),)

    def dump(self, value: int) -> Json:
        """The number."""
        return value

    def load(self, stored: Json) -> int:
        """The number back. Raises ValueError."""
        number = load_number(stored)
        if not 0 <= number <= LARGEST:
            msg = "a stored number is not on any scale"
            raise ValueError(msg)
        return number

    def cel(self, value: int) -> int:
        """The number."""
        return value

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """A number."""
        return {question.name: [str(written)]}

    def domain(self, question: Question) -> Whole:
        """Every number of the scale."""
        settings: ScaleSettings = question.settings
        return Whole(settings.first, settings.last)

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """The number."""
        del question
        return str(value)

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """Nothing, off the scale, and two at once."""
        settings: ScaleSettings = question.settings
        wrong = (str(settings.last + 1), "-1", "5.5", "ten", "\uff11", "05")
        posts = tuple({question.name: [text]} for text in wrong)
        twice = {question.name: [str(settings.first), str(settings.last)]}
        return (*posts, twice) if question.optional else ({}, *posts, twice)


FIELD: FieldType = ScaleField()
