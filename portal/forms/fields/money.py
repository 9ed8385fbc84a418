"""The field type `money`: an amount of pounds and pence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.core.money import LARGEST, Pence, format_pounds, parse_pounds
from portal.forms.fields.base import Asking, FieldError, FieldType, Json, Keys, Question, Raw
from portal.forms.fields.domain import Whole
from portal.forms.fields.stored import load_number
from portal.forms.fields.text_rules import read_characters, repeated, unanswered
from portal.forms.fields.wording import about, starting

NOTHING = Pence(0)


@dataclass(frozen=True, slots=True)
class MoneySettings:
    """What a designer chose for one amount."""

    min: Pence = NOTHING
    """Pence."""
    max: Pence = LARGEST
    """Pence."""


class MoneyField:
    """An amount of money. Posts `{q}`; the value is an int, in pence.

    Errors: `missing`, `repeated`, `not_money` and `range`.
    """

    name = "money"
    asks = True
    cel_type = "int"
    keys: Mapping[str, str] = {
        "min": "The smallest amount allowed, like £5.00; nothing when left out.",
        "max": f"The largest amount allowed; {format_pounds(LARGEST)} when left out.",
    }
    mistakes: Mapping[str, str] = {
        "missing": "nothing was entered",
        "repeated": "the same input was sent more than once",
        "not_money": "it is not an amount of pounds and pence",
        "range": "it is too small or too large",
    }

    def read(self, keys: Keys) -> MoneySettings:
        """Read the designer's limits."""
        smallest, largest = _limit(keys, "min", NOTHING), _limit(keys, "max", LARGEST)
        if smallest > largest:
            keys.problem("min", "min must not be more than max")
            return MoneySettings()
        return MoneySettings(smallest, largest)

    def inputs(self, question: Question) -> tuple[str, ...]:
        """One input with the question's own name."""
        return (question.name,)

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> Pence | tuple[FieldError, ...] | None:
        """Read "£1,234.50", "1234.50" or "45"."""
        del asking
        what = about(question)
        typed = read_characters(raw, question.name)
        if typed is None:
            return (repeated(question, question.name, what),)
        if not typed:
            return unanswered(question, question.name, f"Enter {what}")
        amount = parse_pounds(typed)
        if amount is None:
            said = f"{starting(what)} must be an amount of money, like 30 or 12.50"
            return (FieldError(question.name, question.say("not_money", said)),)
        settings: MoneySettings = question.settings
        if not settings.min <= amount <= settings.max:
            said = f"{starting(what)} must be {_range(settings)}"
            return (FieldError(question.name, question.say("range", said)),)
        return amount

    def as_raw(self, question: Question, value: Pence) -> dict[str, list[str]]:
        """The amount without the pound sign, which stands before the input."""
        return {question.name: [f"{value // 100}.{value % 100:02d}"]}

    def show(self, question: Question, value: Pence) -> tuple[str, ...]:
        """The amount in pounds."""
        del question
        return (format_pounds(value),)

    def dump(self, value: Pence) -> Json:
        """The amount in pence."""
        return value

    def load(self, stored: Json) -> Pence:
        """The amount back, from pence. Raises ValueError."""
        amount = load_number(stored)
        if not 0 <= amount <= LARGEST:
            msg = "a stored amount is out of range"
            raise ValueError(msg)
        return Pence(amount)

    def cel(self, value: Pence) -> int:
        """The amount in pence: `pounds(5)` in a condition is 500."""
        return value

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """An amount, like £12.50."""
        return {question.name: [str(written)]}

    def domain(self, question: Question) -> Whole:
        """Every amount within the limits, in pence."""
        settings: MoneySettings = question.settings
        return Whole(settings.min, settings.max)

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """The amount, like £12.50."""
        del question
        return format_pounds(value)

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """No amount, a part of a penny, and an amount beyond each limit."""
        settings: MoneySettings = question.settings
        beyond = [format_pounds(settings.max + 1)]
        beyond += [format_pounds(settings.min - 1)] if settings.min else []
        wrong = ("a lot", "-5", "3.999", "1e9", "1_000", "\uff11\uff12", "NaN", "1,00", *beyond)
        posts = tuple({question.name: [text]} for text in wrong)
        twice = {question.name: ["5.00", "6.00"]}
        return (*posts, twice) if question.optional else ({}, *posts, twice)


def _limit(keys: Keys, key: str, default: Pence) -> Pence:
    written = keys.text(key)
    if not written:
        return default
    amount = parse_pounds(written)
    if amount is None:
        keys.problem(key, f"{written!r} is not an amount of money", "Write it like £5.00.")
        return default
    return amount


def _range(settings: MoneySettings) -> str:
    if settings.max == LARGEST:
        return f"{format_pounds(settings.min)} or more"
    if settings.min == 0:
        return f"{format_pounds(settings.max)} or less"
    return f"between {format_pounds(settings.min)} and {format_pounds(settings.max)}"


FIELD: FieldType = MoneyField()
