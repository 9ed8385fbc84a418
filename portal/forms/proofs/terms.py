"""Terms of the solver, folded while they are made: what is plainly true or false costs nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import z3

Term: TypeAlias = Any
"""A z3 expression, or a plain bool or int: z3's own types say no more."""


def as_term(number: Term) -> Term:
    """A number as the solver's own, so that dividing it rounds down as whole numbers do."""
    return z3.IntVal(number) if isinstance(number, int) else number


def every(*terms: Term) -> Term:
    """All of them hold."""
    return _joined(terms, absorbing=False, join=z3.And)


def some(*terms: Term) -> Term:
    """At least one holds."""
    return _joined(terms, absorbing=True, join=z3.Or)


def _joined(terms: Iterable[Term], *, absorbing: bool, join: Any) -> Term:  # noqa: ANN401
    left: list[Term] = []
    for term in terms:
        if term is absorbing:
            return absorbing
        if not isinstance(term, bool):
            left.append(term)
    if not left:
        return not absorbing
    return left[0] if len(left) == 1 else join(*left)


def no(term: Term) -> Term:
    """It does not hold."""
    return not term if isinstance(term, bool) else z3.Not(term)


def choose(condition: Term, then: Term, otherwise: Term) -> Term:
    """One or the other."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    if then is otherwise:
        return then
    return z3.If(condition, then, otherwise)


def implies(condition: Term, then: Term) -> Term:
    """Whenever the one holds, so does the other."""
    return some(no(condition), then)


def count(terms: Iterable[Term]) -> Term:
    """How many hold."""
    total: Term = 0
    for term in terms:
        total = total + choose(term, 1, 0)
    return total


@dataclass(frozen=True, slots=True)
class Truth:
    """A yes or no."""

    term: Term


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number."""

    term: Term


@dataclass(frozen=True, slots=True)
class Text:
    """A text, as the number that stands for it: 0 is the empty text."""

    term: Term


@dataclass(frozen=True, slots=True)
class Moment:
    """A day (days since 1970) and a second of it that is known."""

    day: Term
    second: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: days, and seconds below a day that are known."""

    days: Term
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """A list: each entry with the condition under which it is there."""

    entries: "tuple[tuple[Term, Value], ...]"
    rest: Term = 0
    """How many more there are that are not told one by one."""
    limits: tuple[int, int | None] | None = None
    """The least and the most of each of the rest, when they are numbers of which that is known."""


@dataclass(frozen=True, slots=True)
class Named:
    """Texts by name."""

    parts: "tuple[tuple[str, Value], ...]"


@dataclass(frozen=True, slots=True)
class Record:
    """One of the things of a repeating group: what is known of it by name."""

    parts: "tuple[tuple[str, Known], ...]"


@dataclass(frozen=True, slots=True)
class Free:
    """A value no proof knows of: anything, but the same each time."""

    key: str


Value: TypeAlias = Truth | Number | Text | Moment | Span | Listed | Named | Record | Free


@dataclass(frozen=True, slots=True)
class Known:
    """A value, and whether it is known: CEL's three-valued logic."""

    known: Term
    value: Value

    @property
    def holds(self) -> Term:
        """Known and true: what a condition is asked."""
        assert isinstance(self.value, Truth)  # noqa: S101  # conditions are of type bool
        return every(self.known, self.value.term)

    @property
    def fails(self) -> Term:
        """Known and false: what a check is asked."""
        assert isinstance(self.value, Truth)  # noqa: S101
        return every(self.known, no(self.value.term))
