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
from portal.core.shapes import is_mapping
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
        # The names of CEL's own types.
        "bool",
        "bytes",
        "double",
        "dyn",
        "int",
        "list",
        "map",
        "null_type",
        "string",
        "type",
        "uint",
    ]
)
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ERROR_AT = re.compile(r"<input>:(?P<line>\d+):(?P<column>\d+): (?P<message>[^\n]*)")
_UNDECLARED = re.compile(r"undeclared reference to '([^']+)'")
_NO_OVERLOAD = re.compile(r"no matching overload for '([^']+)' applied to '\((.*)\)'")
_NEXT_TYPE = re.compile(r", (?![^(]*\))")
_JOINS_LISTS = "add_list"
_MAKES_LIST = re.compile(r"\.\s*(?:map|filter)\s*\(")
_JOINS = frozenset(["add_string", "add_bytes"])
_LOOP = "@result"


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression and the questions it reads."""

    text: str
    reads: frozenset[str]
    result: str
    """BOOL, INT, STRING or TIMESTAMP."""
    compiled: Any
    spot: Spot = field(default=Spot(), compare=False)
    is_told_by_list: bool = False
    """Whether only the questions of a list tell its type: to CEL it could be anything."""

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
    code: str = "C001"
    expression: Expression | None = None
    """What was compiled all the same, where only a form's lists show that it is wrong."""


class Vocabulary:
    """The questions of one form with their types: what its expressions may speak of."""

    def __init__(self, types: Mapping[str, str]) -> None:
        # A name that cannot be a question's is reported where it is written; it must not make
        # every condition of the form wrong as well.
        known = {n: kind for n, kind in types.items() if _NAME.fullmatch(n) and n not in RESERVED}
        self._names = frozenset(known)
        self._env = new_environment({name: _CEL_TYPES[kind] for name, kind in known.items()})

    def compile(self, text: str) -> Expression | Mistake:
        """Compile and type-check one expression."""
        if len(text) > LONGEST:
            return Mistake(f"the expression is longer than {LONGEST} characters", 0)
        text = text.encode("utf-8", "replace").decode(
            "utf-8"
        )  # the runtime takes no lone surrogate
        try:
            compiled = self._env.compile(text)
        except (RuntimeError, ValueError) as error:
            return self._explain(text, str(error))
        names, overloads = _references(compiled.serialize())
        bare = _STRING.sub('""', text)
        joined = overloads.count(_JOINS_LISTS) - len(_MAKES_LIST.findall(bare))
        if joined > 0 or (_LOOP in names and _JOINS.intersection(overloads)):
            # A few of these, one in the other, would build gigabytes.
            hint = "Use exists, all, in, or sum(list.map(each, each.number))."
            return Mistake("a condition cannot build lists or texts", 0, hint)
        return Expression(text, names & self._names, compiled.return_type().name(), compiled)

    def _explain(self, text: str, error: str) -> Mistake:
        if "recursion" in error:
            return Mistake(
                "the expression is nested too deeply or has too many parts",
                0,
                "Split it between two pages.",
            )
        match = _ERROR_AT.search(error)
        if match is None:
            return Mistake(error.splitlines()[0] if error else "the expression cannot be read", 0)
        message = match["message"]
        offset = _offset(text, int(match["line"]), int(match["column"]))
        undeclared, types = _UNDECLARED.search(message), _NO_OVERLOAD.search(message)
        if undeclared:
            return self._explain_name(text, undeclared[1].partition(".")[0], offset)
        if types:
            return explain_types(text, types[1], types[2], offset)
        if "Syntax error" in message:
            return Mistake(
                "the expression is not complete or has a slip",
                offset,
                'For example: request == "new" && plots > 10',
            )
        return Mistake(message, offset)

    def _explain_name(self, text: str, name: str, offset: int) -> Mistake:
        if text[offset : offset + 1] == "(":  # CEL points at a function's bracket
            offset = _begin(text, name, offset)
            if name in _FUNCTIONS:
                takes = ", ".join(_IN_WORDS[kind] for kind in _FUNCTIONS[name]) or "nothing"
                return Mistake(f"{name}() takes {takes} in its brackets", offset)
            hint = f"There are: {', '.join(_FUNCTIONS)}."
            return Mistake(f"there is no function called {name}", offset, hint)
        offset = _begin(text, name, offset) if text[offset : offset + 1] == "." else offset
        compared = text[:offset].rstrip().endswith(("==", "!=", "[", ","))
        cure = self._nearest(name)
        if not cure and compared:
            cure = f'A choice stands in quotes: "{name}".'
        cure = cure or "Use the name after `question:`."
        return Mistake(f"there is no question called {name}", offset, cure)

    def _nearest(self, name: str) -> str:
        import difflib  # noqa: PLC0415  # only when somebody made a slip

        near = difflib.get_close_matches(name, self._names, n=1)
        return f"Did you mean {near[0]}?" if near else ""


def _offset(text: str, line: int, column: int) -> int:
    return sum(len(before) + 1 for before in text.split("\n")[: line - 1]) + column - 1


def _begin(text: str, name: str, offset: int) -> int:
    """Where a name that ends before the offset begins."""
    return max(text.rfind(name, 0, offset), 0)


def new_environment(variables: Mapping[str, Any]) -> Any:  # noqa: ANN401  # the runtime's own
    """What expressions over these variables are compiled in, the calendar's functions included."""
    return cel.NewEnv(variables=variables, functions=_functions())


def overload_refused(error: str) -> tuple[str, str] | None:
    """The operator and the types it does not take, when that is what the runtime says."""
    match = _NO_OVERLOAD.search(error)
    return (match[1], match[2]) if match else None


def in_words(kind: str) -> str:
    """A type as a designer knows it: int is a number."""
    return _IN_WORDS.get(kind, "something else")


def explain_types(text: str, operator: str, types: str, offset: int) -> Mistake:
    """Say that an operator or a function does not take what it is given."""
    kinds = [_IN_WORDS.get(kind, kind) for kind in _NEXT_TYPE.split(types)]
    if not operator.isidentifier() or operator.startswith("_"):
        sign = _SIGNS.get(operator, operator.replace("_", ""))
        said = f"{sign} does not work {'between' if len(kinds) > 1 else 'on'} {' and '.join(kinds)}"
        if "a number with a point" in kinds and "a number" in kinds:
            return Mistake(said, offset, _IN_SMALLEST_PARTS)
        return Mistake(said, offset, 'Text goes in quotes ("yes"), numbers do not.')
    offset = _begin(text, operator, offset)
    if operator in _FUNCTIONS:
        takes = " and ".join(_IN_WORDS[kind] for kind in _FUNCTIONS[operator])
        return Mistake(f"{operator}() takes {takes}, not {' and '.join(kinds)}", offset)
    return Mistake(f"{operator}() does not work on {' and '.join(kinds)}", offset)


_IN_SMALLEST_PARTS = (
    "Conditions count in the smallest part: "
    "a decimal of 4.8 with two places is 480, and so is £4.80."
)
_SIGNS = {"_[_]": "[…]", "_?_:_": "? :", "@in": "in"}
_IN_WORDS = {
    "int": "a number",
    "uint": "a number",
    "double": "a number with a point",
    "string": "a text",
    "bool": "a yes or no",
    "timestamp": "a date",
    "duration": "a length of time",
    "null_type": "null",
    "dyn": "anything",
    "list(string)": "a list",
    "list(int)": "a list of numbers",
    "list(dyn)": "a list",
    "list(map(string, dyn))": "a list",
    "map(string, string)": "several parts",
    "map(string, dyn)": "several parts",
}
_FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "today": (),
    "working_days_until": ("timestamp",),
    "working_days_between": ("timestamp", "timestamp"),
    "days_until": ("timestamp",),
    "days_between": ("timestamp", "timestamp"),
    "add_working_days": ("timestamp", "int"),
    "age": ("timestamp",),
    "hours_between": ("timestamp", "int", "timestamp", "int"),
    "pounds": ("int",),
    "sum": ("list(int)",),
}
"""The calendar's functions and what each takes."""


def holds(condition: Expression, scope: Mapping[str, Any], today: Today) -> bool:
    """Whether the condition is true of these answers (as CEL values). Unknown is false."""
    return evaluate(condition, scope, today) is True


def evaluate(expression: Expression, scope: Mapping[str, Any], today: Today) -> Any:  # noqa: ANN401
    """The value of an expression; None when it is unknown."""
    token = _TODAY.set(today)
    try:
        value = expression.compiled.eval(data=scope)
    except RuntimeError:  # the runtime's own limit on how long a loop may take
        return None
    finally:
        _TODAY.reset(token)
    return None if value.type() == cel.Type.ERROR else value.plain_value()


class _Type:
    full_name = "google.protobuf.Timestamp"


class _Moment(datetime):
    """A moment inside a list, where the runtime is not told the types.

    It takes the type from a value's protobuf descriptor there; a plain datetime has none, and
    made every expression that reads the list unknown, whatever else it read of it.
    """

    DESCRIPTOR = _Type()


def as_listed(value: Any) -> Any:  # noqa: ANN401  # what field types give to CEL
    """A value of `FieldType.cel` as it must be inside an item of a list."""
    if isinstance(value, datetime):
        return _Moment(value.year, value.month, value.day, tzinfo=UTC)
    if is_mapping(value):
        return {name: as_listed(part) for name, part in value.items()}
    return value


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
    "map(string, timestamp)": cel.Type.Map(cel.Type.STRING, cel.Type.TIMESTAMP),
    "map(string, dyn)": cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
    "list(int)": cel.Type.List(cel.Type.INT),
    "list(map(string, dyn))": cel.Type.List(cel.Type.Map(cel.Type.STRING, cel.Type.DYN)),
}
_STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_WORD = re.compile(r"(?<![.\w])[a-z_]\w*")


def names_in(text: str) -> frozenset[str]:
    """The names an expression may be reading, before anything is known of their types."""
    return frozenset(_WORD.findall(_STRING.sub("", text)))


def _functions() -> list[cel.FunctionDecl]:
    moment, whole = cel.Type.TIMESTAMP, cel.Type.INT
    return [
        _function("today", moment, lambda: _at_midnight(_TODAY.get().on)),
        _function("working_days_until", whole, _working_days_until),
        _function("working_days_between", whole, _working_days_between),
        _function("days_until", whole, _days_until),
        _function("days_between", whole, _days_between),
        _function("add_working_days", moment, _add_working_days),
        _function("age", whole, _age),
        _function("hours_between", whole, _hours_between),
        _function("pounds", whole, _pounds),
        _function("sum", whole, sum),
    ]


def _function(name: str, gives: cel.Type, does: Callable[..., Any]) -> cel.FunctionDecl:
    takes = [_CEL_TYPES[kind] for kind in _FUNCTIONS[name]]
    overload = cel.Overload(
        f"{name}_portal", return_type=gives, parameters=takes, is_member=False, impl=does
    )
    return cel.FunctionDecl(name, [overload])


def _days_until(day: datetime) -> int:
    return (day.date() - _TODAY.get().on).days


def _days_between(start: datetime, end: datetime) -> int:
    return (end - start).days


def _age(born: datetime) -> int:
    return _years(born.date(), _TODAY.get().on)


def _pounds(pounds: int) -> int:
    return pounds * 100


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


def _references(checked: bytes) -> tuple[frozenset[str], list[str]]:
    """The variables and the overloads a checked expression refers to, from its reference map.

    `serialize()` gives a google.protobuf.Any of a cel.expr.CheckedExpr
    (https://github.com/google/cel-spec/blob/master/proto/cel/expr/checked.proto): field 2 is
    the map of node to Reference{name = 1, overload_id = 3}. A variable has no overload.
    """
    names: set[str] = set()
    overloads: list[str] = []
    for value in _fields(next(_fields(checked, 2)), 2):
        for reference in _fields(value, 2):
            found = [overload.decode() for overload in _fields(reference, 3)]
            overloads.extend(found)
            if not found:
                names.update(name.decode() for name in _fields(reference, 1))
    return frozenset(names), overloads


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
