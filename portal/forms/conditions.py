"""Conditions and computed values: CEL, compiled and type-checked when a form is read.

CEL is the Common Expression Language (https://cel.dev): total, free of side effects, statically
typed. An expression that reads an answer which was not given is *unknown*; unknown means not
shown, not charged. `true || unknown` is true and `false && unknown` is false, as CEL has it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cel_expr_python import cel

from portal.core.dates import Today, add_working_days, working_days_between
from portal.forms.fields.base import Spot

LONGEST = 500  # characters: a condition longer than this wants a page of its own
RESERVED = frozenset(
    [
        "in",
        "true",
        "false",
        "null",
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
        "today",
    ]
)
_ERROR_AT = re.compile(r"<input>:(?P<line>\d+):(?P<column>\d+): (?P<message>[^\n]*)")


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression and the questions it reads."""

    text: str
    reads: frozenset[str]
    result: str
    """BOOL, INT, STRING or TIMESTAMP."""
    compiled: Any
    spot: Spot = field(default=Spot(), compare=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Compiled expressions live in this process only."""
        msg = "an expression is compiled again from its definition, not copied"
        raise TypeError(msg)


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why an expression does not compile: what, and how many characters in."""

    message: str
    offset: int
    hint: str = ""


class Vocabulary:
    """The questions of one form with their types: what its expressions may speak of."""

    def __init__(self, types: Mapping[str, str]) -> None:
        self._names = frozenset(types)
        self._env = cel.NewEnv(
            variables={name: _CEL_TYPES[kind] for name, kind in types.items()},
            functions=_functions(),
        )

    def compile(self, text: str) -> Expression | Mistake:
        """Compile and type-check one expression."""
        if len(text) > LONGEST:
            return Mistake(f"the expression is longer than {LONGEST} characters", 0)
        if "\n" in text.strip():
            text = " ".join(text.split())
        try:
            compiled = self._env.compile(text)
        except (RuntimeError, ValueError, UnicodeError) as error:
            return self._explain(str(error))
        reads = _identifiers(compiled.serialize()) & self._names
        return Expression(text, reads, compiled.return_type().name(), compiled)

    def _explain(self, error: str) -> Mistake:
        match = _ERROR_AT.search(error)
        if match is None:
            return Mistake(error.splitlines()[0] if error else "the expression cannot be read", 0)
        message, offset = match["message"], int(match["column"]) - 1
        unknown = re.search(r"undeclared reference to '([^']+)'", message)
        if unknown:
            return Mistake(
                f"there is no question called {unknown[1]}", offset, self._nearest(unknown[1])
            )
        types = re.search(
            r"no matching overload for '_?([^_']+)_?' applied to '\(([^)]*)\)'", message
        )
        if types:
            said = f"{types[1]} does not work between {types[2].replace(', ', ' and ')}"
            return Mistake(said, offset, 'Text goes in quotes ("yes"), numbers do not.')
        if "Syntax error" in message:
            return Mistake(
                "the expression is not complete or has a slip",
                offset,
                'For example: request == "new" && plots > 10',
            )
        return Mistake(message, offset)

    def _nearest(self, name: str) -> str:
        import difflib  # noqa: PLC0415  # only when somebody made a slip

        near = difflib.get_close_matches(name, self._names, n=1)
        return f"Did you mean {near[0]}?" if near else "Use the name after `question:`."


def holds(condition: Expression, scope: Mapping[str, Any], today: Today) -> bool:
    """Whether the condition is true of these answers (as CEL values). Unknown is false."""
    return evaluate(condition, scope, today) is True


def evaluate(expression: Expression, scope: Mapping[str, Any], today: Today) -> Any:  # noqa: ANN401
    """The value of an expression; None when it is unknown."""
    token = _TODAY.set(today)
    try:
        value = expression.compiled.eval(data=scope)
    finally:
        _TODAY.reset(token)
    return None if value.type() == cel.Type.ERROR else value.plain_value()


# CEL binds a function when the expression is compiled, not when it is evaluated, so the day the
# calendar functions count from travels beside the call; it is never read outside `evaluate`.
_TODAY: ContextVar[Today] = ContextVar("today")

_CEL_TYPES: Mapping[str, Any] = {
    "string": cel.Type.STRING,
    "int": cel.Type.INT,
    "bool": cel.Type.BOOL,
    "timestamp": cel.Type.TIMESTAMP,
    "list(string)": cel.Type.List(cel.Type.STRING),
    "map(string, string)": cel.Type.Map(cel.Type.STRING, cel.Type.STRING),
    "map(string, dyn)": cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
}


def _functions() -> list[cel.FunctionDecl]:
    moment, whole = cel.Type.TIMESTAMP, cel.Type.INT
    return [
        _function("today", [], moment, lambda: _at_midnight(_TODAY.get().on)),
        _function("working_days_until", [moment], whole, _working_days_until),
        _function("working_days_between", [moment, moment], whole, _working_days_between),
        _function("days_until", [moment], whole, lambda d: (d.date() - _TODAY.get().on).days),
        _function("days_between", [moment, moment], whole, lambda a, b: (b - a).days),
        _function("add_working_days", [moment, whole], moment, _add_working_days),
        _function("age", [moment], whole, lambda born: _years(born.date(), _TODAY.get().on)),
        _function("hours_between", [moment, whole, moment, whole], whole, _hours_between),
        _function("pounds", [whole], whole, lambda pounds: pounds * 100),
    ]


def _function(
    name: str, takes: list[Any], gives: cel.Type, does: Callable[..., Any]
) -> cel.FunctionDecl:
    overload = cel.Overload(
        f"{name}_portal", return_type=gives, parameters=takes, is_member=False, impl=does
    )
    return cel.FunctionDecl(name, [overload])


def _working_days_until(end: datetime) -> int:
    today = _TODAY.get()
    return working_days_between(today.on, end.date(), today.bank_holidays)


def _working_days_between(start: datetime, end: datetime) -> int:
    return working_days_between(start.date(), end.date(), _TODAY.get().bank_holidays)


def _add_working_days(start: datetime, count: int) -> datetime:
    # A designer's number, not a resident's: but a slip of the finger must not loop for ever.
    count = min(count, 10_000)
    return _at_midnight(add_working_days(start.date(), count, _TODAY.get().bank_holidays))


def _hours_between(start: datetime, start_minute: int, end: datetime, end_minute: int) -> int:
    """Whole hours from one day and minute of the day to another, any part of an hour counted."""
    minutes = (end - start) // timedelta(minutes=1) + end_minute - start_minute
    return -(-minutes // 60)


def _years(born: date, on: date) -> int:
    """Completed years: a person born on 29 February is a year older on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _at_midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _identifiers(checked: bytes) -> frozenset[str]:
    """The variables a checked expression refers to, from its reference map.

    `serialize()` gives a google.protobuf.Any of a cel.expr.CheckedExpr
    (https://github.com/google/cel-spec/blob/master/proto/cel/expr/checked.proto): field 2 is
    the map of node to Reference{name = 1, overload_id = 3}. A variable has no overload.
    """
    names: set[str] = set()
    for value in _fields(next(_fields(checked, 2)), 2):
        for reference in _fields(value, 2):
            if not list(_fields(reference, 3)):
                names.update(name.decode() for name in _fields(reference, 1))
    return frozenset(names)


def _fields(message: bytes, wanted: int) -> Iterator[bytes]:
    """The length-delimited fields with one number."""
    for number, value in wire_fields(message):
        if number == wanted and isinstance(value, bytes):
            yield value


def wire_fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Every field of a protobuf message, number and value, in order; fixed-size ones as bytes.

    (https://protobuf.dev/programming-guides/encoding/)
    """
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        size, at = (
            (8, at) if wire == _FIXED_64 else (4, at) if wire == _FIXED_32 else _varint(message, at)
        )
        yield number, message[at : at + size]
        at += size


_VARINT, _FIXED_64, _FIXED_32 = 0, 1, 5


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004  # the continuation bit
            return value, at
        shift += 7
