"""What may be answered, for proofs: every value a question can have, as a small frozen value.

A field type's `domain` may only be too wide, never too narrow: what is proved of all its values
is then true of every real answer. `write_example` puts a value of it into an example again.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number (pence for money, minutes after midnight for a time)."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class OneOf:
    """Exactly one of these values."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SomeOf:
    """At least one of these values, listed in this order."""

    values: tuple[str, ...]
    alone: str = ""
    """The value that excludes all others; empty when none does."""


@dataclass(frozen=True, slots=True)
class YesNo:
    """Yes or no."""

    only_yes: bool = False
    """A declaration: no is not an answer."""


@dataclass(frozen=True, slots=True)
class Days:
    """A day, within limits: each a function from today to the limit, None for no limit."""

    first: Callable[[date], date] | None = None
    last: Callable[[date], date] | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A text."""

    shortest: int
    """Characters, as are the rest."""
    longest: int
    sample: Callable[[int], str]
    """The number of a sample → a text the question takes; another number, another text."""
    takes: Callable[[str], bool] = bool
    """False only for a text the question surely refuses."""
    free: bool = True
    """Whether any text of the right length is taken."""


@dataclass(frozen=True, slots=True)
class Files:
    """One or several files; conditions see their names."""

    most: int
    ending: str


@dataclass(frozen=True, slots=True)
class Way:
    """One way to give an answer of several parts: which are then surely full or empty."""

    name: str
    full: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Parts:
    """An answer of several texts by name: an address, a place, a person's name."""

    names: tuple[str, ...]
    ways: tuple[Way, ...]
    sample: Callable[[str, int], str]
    """The part and the number of a sample → a text."""
    takes: Callable[[str, str], bool] = lambda _part, _text: True
    """The part and a text → False only for one the part surely never is."""


@dataclass(frozen=True, slots=True)
class Unmodelled:
    """An answer proofs know nothing of but that it is given. What depends on its value is not
    decided."""

    example: Callable[[date], Any]
    """Today → one answer, as an example writes it."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """A content block: there is no answer."""


Domain: TypeAlias = (
    Whole | OneOf | SomeOf | YesNo | Days | Words | Files | Parts | Unmodelled | Nothing
)


@dataclass(frozen=True, slots=True)
class PartsWanted:
    """A value of `Parts` to be written: by which way, and what each part should say."""

    way: str
    parts: Mapping[str, str]


def plain_text(shortest: int, longest: int, number: int) -> str:
    """A text of letters within limits of length; another number, another text."""
    wanted = f"Sample {_letters(number)}"
    if len(wanted) > longest:
        wanted = _letters(number)[-longest:]
    return wanted.ljust(shortest, "x")


def matching_text(pattern: re.Pattern[str], number: int) -> str:
    """A text the pattern takes, as far as it is made of plain characters, sets and repeats.

    Another number gives another text where the pattern leaves a choice. A look-ahead or a
    back-reference is left out, so the text may then be refused.
    """
    parser: Any = import_module("re._parser")  # public as sre_parse until Python 3.11
    return _generate(parser.parse(pattern.pattern, pattern.flags), _Choice(number))


def _letters(number: int) -> str:
    letters = ""
    while True:
        number, rest = divmod(number, 26)
        letters = chr(ord("a") + rest) + letters
        if number == 0:
            return letters


class _Choice:
    """Turns a number into choices, one after another."""

    def __init__(self, number: int) -> None:
        self._left = number

    def among(self, count: int) -> int:
        self._left, chosen = divmod(self._left, count)
        return chosen


def _generate(parsed: Any, choice: _Choice) -> str:  # noqa: ANN401  # the standard library's own
    return "".join(_generate_one(str(code), of, choice) for code, of in parsed)


def _generate_one(code: str, of: Any, choice: _Choice) -> str:  # noqa: ANN401
    match code:
        case "LITERAL":
            return chr(of)
        case "IN":
            members = _members(of)
            return members[choice.among(len(members))]
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            fewest, most, inside = of
            count = max(int(fewest), min(int(most), 1))
            return "".join(_generate(inside, choice) for _ in range(count))
        case "SUBPATTERN":
            return _generate(of[-1], choice)
        case "BRANCH":
            return _generate(of[1][choice.among(len(of[1]))], choice)
        case "ANY" | "NOT_LITERAL":
            return "x"
        case _:
            return ""


def _members(of: Any) -> str:  # noqa: ANN401
    written = [(str(code), value) for code, value in of]
    if any(code == "NEGATE" for code, _ in written):
        inside = re.escape(_members([pair for pair in of if str(pair[0]) != "NEGATE"]))
        return "".join(c for c in "abcxyz0123 -" if not re.match(f"[{inside}]", c)) or "~"
    members = ""
    for code, value in written:
        if code == "LITERAL":
            members += chr(value)
        elif code == "RANGE":
            members += "".join(chr(n) for n in range(value[0], min(value[1], value[0] + 25) + 1))
        else:
            members += "0123456789" if "DIGIT" in str(value) else "ab"
    return members


__all__ = [
    "Days",
    "Domain",
    "Files",
    "Nothing",
    "OneOf",
    "Parts",
    "PartsWanted",
    "SomeOf",
    "Unmodelled",
    "Way",
    "Whole",
    "Words",
    "YesNo",
    "matching_text",
    "plain_text",
]
