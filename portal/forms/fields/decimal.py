"""The field type `decimal`: a measure with figures after the point, exact to the last of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.forms.fields.base import Asking, FieldError, FieldType, Json, Keys, Question, Raw
from portal.forms.fields.domain import Whole
from portal.forms.fields.stored import load_text
from portal.forms.fields.text_rules import read_characters, repeated, unanswered
from portal.forms.fields.units import NO_UNIT, UNIT_KEYS, Unit, read_unit
from portal.forms.fields.wording import about, starting

LARGEST = Decimal(99_999_999)
"""With four places still too short to be a payment card number."""
MOST_PLACES = 4

_NUMBER = re.compile(
    r"(?P<sign>-?)(?P<whole>\d{1,3}(?:([, ])\d{3})(?:\3\d{3})*|\d{0,20})(?:\.(?P<part>\d{0,20}))?",
    re.ASCII,
)
_STORED = re.compile(r"-?\d{1,8}\.\d{1,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class DecimalSettings:
    """What a designer chose for one number."""

    places: int = 2
    """Figures after the point."""
    min: Decimal = Decimal(0)
    max: Decimal = LARGEST
    unit: Unit = NO_UNIT


class DecimalField:
    """A number with a decimal point. Posts `{q}`; the value is a Decimal with all its places.

    CEL has no decimal and a float is not exact, so conditions see a whole number of the smallest
    part: with two places, 12.5 is 1250. Errors: `missing`, `repeated`, `not_a_number`, `places`
    and `range`.
    """

    name = "decimal"
    asks = True
    cel_type = "int"
    keys: Mapping[str, str] = {
        "places": f"Figures after the decimal point, 1 to {MOST_PLACES}; 2 when left out.",
        "min": "The smallest number allowed; 0 when left out.",
        "max": f"The largest number allowed; {LARGEST:,} when left out.",
        **UNIT_KEYS,
    }
    mistakes: Mapping[str, str] = {
        "missing": "nothing was entered",
        "repeated": "the same input was sent more than once",
        "not_a_number": "it is not a number",
        "places": "it has too many figures after the point",
        "range": "it is too small or too large",
    }

    def read(self, keys: Keys) -> DecimalSettings:
        """Read the designer's limits."""
        places = keys.whole_number("places", 2) or 0
        if not 1 <= places <= MOST_PLACES:
            keys.problem(
                "places", f"places must be from 1 to {MOST_PLACES}", "For none use whole-number."
            )
            places = 2
        smallest = _limit(keys, "min", Decimal(0), places)
        largest = _limit(keys, "max", LARGEST, places)
        if smallest > largest:
            keys.problem("min", "min must not be more than max")
            smallest, largest = Decimal(0), LARGEST
        return DecimalSettings(places, smallest, largest, read_unit(keys))

    def inputs(self, question: Question) -> tuple[str, ...]:
        """One input with the question's own name."""
        return (question.name,)

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> Decimal | tuple[FieldError, ...] | None:
        """Read "12.5", "1,200", ".5" or "12.5 kg"."""
        del asking
        what = about(question)
        typed = read_characters(raw, question.name)
        if typed is None:
            return (repeated(question, question.name, what),)
        if not typed:
            return unanswered(question, question.name, f"Enter {what}")
        settings: DecimalSettings = question.settings
        number = _as_number(settings.unit.stripped(typed))
        if number is None:
            return (self._wrong(question, "not_a_number", "must be a number, like 1.5"),)
        exact = _with_places(number, settings.places)
        if exact is None:
            most = f"{settings.places} decimal place{'s' if settings.places > 1 else ''}"
            return (self._wrong(question, "places", f"must have {most} or fewer"),)
        if not settings.min <= exact <= settings.max:
            return (self._wrong(question, "range", f"must be {_range(settings)}"),)
        return exact

    def as_raw(self, question: Question, value: Decimal) -> dict[str, list[str]]:
        """The number without commas."""
        return {question.name: [_plain(value).replace(",", "")]}

    def show(self, question: Question, value: Decimal) -> tuple[str, ...]:
        """The number with commas, and its unit."""
        settings: DecimalSettings = question.settings
        return (settings.unit.beside(_plain(value)),)

    def dump(self, value: Decimal) -> Json:
        """The number as text with all its places, "12.50": JSON numbers are read as floats."""
        return f"{value:f}"

    def load(self, stored: Json) -> Decimal:
        """The number back. Raises ValueError."""
        text = load_text(stored)
        if not _STORED.fullmatch(text) or f"{Decimal(text):f}" != text:
            msg = "a stored number is not written with its decimal places"
            raise ValueError(msg)
        return Decimal(text)

    def cel(self, value: Decimal) -> int:
        """A whole number of the smallest part: 12.50 is 1250."""
        exponent = value.as_tuple().exponent
        return int(value.scaleb(-int(exponent)))

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """A number, like 12.5."""
        return {question.name: [str(written)]}

    def domain(self, question: Question) -> Whole:
        """Every number within the limits, as a whole number of its last place."""
        settings: DecimalSettings = question.settings
        scale = 10**settings.places
        return Whole(int(settings.min * scale), int(settings.max * scale))

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """The number with its point, from a whole number of its last place."""
        settings: DecimalSettings = question.settings
        return format(Decimal(value).scaleb(-settings.places), "f")

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """No number, too many figures, and one beyond each limit."""
        settings: DecimalSettings = question.settings
        step = Decimal(1).scaleb(-settings.places)
        beyond = (f"{settings.min - step:f}", f"{settings.max + step:f}")
        fine = "0." + "1" * (settings.places + 1)
        wrong = ("many", "1,5", "1.2.3", "1e3", ".", "-", "\uff11", "NaN", "9" * 40, fine, *beyond)
        posts = tuple({question.name: [text]} for text in wrong)
        twice = {question.name: ["1.5", "2.5"]}
        return (*posts, twice) if question.optional else ({}, *posts, twice)

    def _wrong(self, question: Question, kind: str, said: str) -> FieldError:
        whole = f"{starting(about(question))} {said}"
        return FieldError(question.name, question.say(kind, whole))


def _as_number(typed: str) -> Decimal | None:
    match = _NUMBER.fullmatch(" ".join(typed.replace("\u2212", "-").split()))
    if match is None or not (match["whole"] or match["part"]):
        return None
    whole = re.sub("[, ]", "", match["whole"])
    return Decimal(f"{match['sign']}{whole or '0'}.{match['part'] or '0'}")


def _with_places(number: Decimal, places: int) -> Decimal | None:
    """The number with exactly so many places; None when it has more. Nought has no sign."""
    digits = f"{number:f}".partition(".")[2].rstrip("0")
    if len(digits) > places:
        return None
    whole, _, part = f"{number:f}".partition(".")
    exact = Decimal(f"{whole}.{part[:places].ljust(places, '0')}")
    return exact or abs(exact)


def _plain(value: Decimal) -> str:
    """With commas, without noughts at the end."""
    return f"{value:,f}".rstrip("0").rstrip(".")


def _limit(keys: Keys, key: str, default: Decimal, places: int) -> Decimal:
    written = keys.text(key)
    if not written:
        return default
    number = _as_number(written)
    exact = None if number is None else _with_places(number, places)
    if exact is None or abs(exact) > LARGEST:
        keys.problem(
            key,
            f"{key} must be a number from -{LARGEST:,} to {LARGEST:,} "
            f"with at most {places} decimal places, not {written!r}",
            "Write it like 1.5.",
        )
        return default
    return exact


def _range(settings: DecimalSettings) -> str:
    smallest, largest = _plain(settings.min), _plain(settings.max)
    if settings.max == LARGEST:
        return f"{smallest} or more"
    return f"{largest} or less" if settings.min == 0 else f"between {smallest} and {largest}"


FIELD: FieldType = DecimalField()
