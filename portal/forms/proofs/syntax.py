"""The CEL checker's own tree of an expression, as small frozen nodes: there is one parser only.

`Expression.compiled.serialize()` is a google.protobuf.Any of a cel.expr.CheckedExpr
(https://github.com/google/cel-spec/blob/master/proto/cel/expr/syntax.proto has the numbers).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from portal.forms.conditions import Expression, wire_fields


@dataclass(frozen=True, slots=True)
class Constant:
    """A value written in the expression; None for one of a type no answer has."""

    value: bool | int | str | None


@dataclass(frozen=True, slots=True)
class Name:
    """A question, or a variable of a comprehension."""

    name: str


@dataclass(frozen=True, slots=True)
class Part:
    """`address.town`; with `asked`, has(address.town)."""

    of: "Node"
    name: str
    asked: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A function or an operator (`_&&_`); a method's target is its first argument."""

    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """[one, two]."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Comprehension:
    """What exists, all, filter and map are made of: a fold over a list."""

    variable: str
    over: "Node"
    result_name: str
    begin: "Node"
    step: "Node"
    result: "Node"


@dataclass(frozen=True, slots=True)
class Unread:
    """Something no proof knows of."""

    what: str


Node: TypeAlias = Constant | Name | Part | Call | ListOf | Comprehension | Unread
AND, OR, NOT = "_&&_", "_||_", "!_"


def tree_of(expression: Expression) -> Node:
    """The checked tree of a compiled expression."""
    checked = _bytes(expression.compiled.serialize(), 2)
    return _node(_bytes(checked, 4))


def operands(node: Node) -> Iterator[tuple[Node, Node, str]]:
    """Every operand of every `&&` and `||` with the other operand, and which of the two joins
    them; outermost first, and not within comprehensions."""
    match node:
        case Call("_&&_" | "_||_" as joined, (left, right)):
            yield left, right, joined
            yield right, left, joined
            yield from operands(left)
            yield from operands(right)
        case Call("!_", (of,)):
            yield from operands(of)
        case _:
            pass


def without(node: Node, operand: Node) -> Node:
    """The tree with one operand of an `&&` or `||` taken out (found by identity)."""
    if not isinstance(node, Call) or node.function not in (AND, OR, NOT):
        return node
    if node.function != NOT and any(argument is operand for argument in node.arguments):
        return next(argument for argument in node.arguments if argument is not operand)
    return Call(node.function, tuple(without(argument, operand) for argument in node.arguments))


def literals(node: Node) -> Iterator[str]:
    """Every text written in the expression."""
    match node:
        case Constant(str() as text):
            yield text
        case Call(_, inside) | ListOf(inside):
            for each in inside:
                yield from literals(each)
        case Part(of):
            yield from literals(of)
        case Comprehension():
            for each in (node.over, node.begin, node.step, node.result):
                yield from literals(each)
        case _:
            pass


def comprehensions(node: Node) -> int:
    """How many comprehensions there are in it."""
    match node:
        case Call(_, inside) | ListOf(inside):
            return sum(map(comprehensions, inside))
        case Part(of):
            return comprehensions(of)
        case Comprehension():
            return 1 + sum(map(comprehensions, (node.over, node.step)))
        case _:
            return 0


def has_inner_loop(node: Node) -> bool:
    """Whether a comprehension goes through a whole list of the form for each of another."""
    match node:
        case Call(_, inside) | ListOf(inside):
            return any(map(has_inner_loop, inside))
        case Part(of):
            return has_inner_loop(of)
        case Comprehension(_, over, _, _, step):
            return has_inner_loop(over) or has_inner_loop(step) or _loops_over_a_name(step)
        case _:
            return False


def _loops_over_a_name(node: Node) -> bool:
    match node:
        case Call(_, inside) | ListOf(inside):
            return any(map(_loops_over_a_name, inside))
        case Part(of):
            return _loops_over_a_name(of)
        case Comprehension(_, over, _, _, step):
            return not isinstance(over, Part) or _loops_over_a_name(step)
        case _:
            return False


def calls(node: Node, function: str) -> bool:
    """Whether a function is called anywhere in it."""
    match node:
        case Call(name, inside):
            return name == function or any(calls(each, function) for each in inside)
        case ListOf(inside):
            return any(calls(each, function) for each in inside)
        case Part(of):
            return calls(of, function)
        case Comprehension():
            inside = (node.over, node.begin, node.step, node.result)
            return any(calls(each, function) for each in inside)
        case _:
            return False


def spelt(node: Node) -> str:  # noqa: PLR0911  # one branch a node
    """An operand in words a designer knows again: as CEL, with brackets where in doubt."""
    match node:
        case Constant(str() as text):
            return f'"{text}"'
        case Constant(value):
            return str(value).lower()
        case Name(name):
            return name
        case Part(of, name, asked):
            return f"has({spelt(of)}.{name})" if asked else f"{spelt(of)}.{name}"
        case Call("!_", (of,)):
            return f"!{spelt(of)}" if not isinstance(of, Call) else f"!({spelt(of)})"
        case Call("@in", (left, right)):
            return f"{spelt(left)} in {spelt(right)}"
        case Call(function, (left, right)) if function.startswith("_") and function.endswith("_"):
            return " ".join((_bracketed(left), function.strip("_"), _bracketed(right)))
        case Call(function, arguments):
            return f"{function}({', '.join(map(spelt, arguments))})"
        case ListOf(items):
            return f"[{', '.join(map(spelt, items))}]"
        case _:
            return "…"


def _bracketed(node: Node) -> str:
    inner = isinstance(node, Call) and node.function in (AND, OR)
    return f"({spelt(node)})" if inner else spelt(node)


def _node(message: bytes) -> Node:  # one branch for each kind of node
    for number, value in wire_fields(message):
        if number in _READERS and isinstance(value, bytes):
            return _READERS[number](value)
    return Unread("an empty expression")


def _constant(message: bytes) -> Node:
    for number, value in wire_fields(message):
        if number == _BOOL:
            return Constant(bool(value))
        if number == _INT and isinstance(value, int):
            return Constant(value - (1 << 64) if value >= 1 << 63 else value)
        if number == _TEXT and isinstance(value, bytes):
            return Constant(value.decode())
    return Constant(None)


_BOOL, _INT, _TEXT = 2, 3, 6


def _select(message: bytes) -> Node:
    asked = any(number == 3 and value for number, value in wire_fields(message))  # noqa: PLR2004  # test_only
    return Part(_node(_bytes(message, 1)), _bytes(message, 2).decode(), asked)


def _call(message: bytes) -> Node:
    target = [_node(value) for number, value in _messages(message) if number == 1]
    arguments = [_node(value) for number, value in _messages(message) if number == 3]  # noqa: PLR2004
    return Call(_bytes(message, 2).decode(), (*target, *arguments))


def _list(message: bytes) -> Node:
    return ListOf(tuple(_node(value) for number, value in _messages(message) if number == 1))


def _comprehension(message: bytes) -> Node:
    if any(number == 8 and value for number, value in wire_fields(message)):  # noqa: PLR2004
        return Unread("a comprehension over two variables")
    return Comprehension(
        _bytes(message, 1).decode(),
        _node(_bytes(message, 2)),
        _bytes(message, 3).decode(),
        _node(_bytes(message, 4)),
        _node(_bytes(message, 6)),
        _node(_bytes(message, 7)),
    )


_READERS: Mapping[int, Callable[[bytes], Node]] = {
    3: _constant,
    4: lambda message: Name(_bytes(message, 1).decode()),
    5: _select,
    6: _call,
    7: _list,
    8: lambda _: Unread("a map"),
    9: _comprehension,
}


def _messages(message: bytes) -> Iterator[tuple[int, bytes]]:
    for number, value in wire_fields(message):
        if isinstance(value, bytes):
            yield number, value


def _bytes(message: bytes, wanted: int) -> bytes:
    return next((value for number, value in _messages(message) if number == wanted), b"")
