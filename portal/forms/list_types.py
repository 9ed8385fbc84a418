"""The types within lists: what each thing of a repeating group has, and what is done with it.

To CEL a thing of a list is a map of anything, so a name with a slip and a number compared with a
text would pass, and only mean that the condition never holds. Here the checked tree is gone
through once more with what the questions of the group are; whether an operator takes what it is
given, CEL itself is asked.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeAlias

from cel_expr_python import cel

from portal.forms.conditions import (
    Expression,
    Mistake,
    Vocabulary,
    explain_types,
    in_words,
    new_environment,
    overload_refused,
    wire_fields,
)

ROWS = "list(map(string, dyn))"
"""How conditions see a repeating group: a list of items, each with its questions' answers."""
Rows: TypeAlias = Mapping[str, Mapping[str, str]]
"""Repeating group → what each of its things has (questions and groups within) → its type."""


class FormVocabulary(Vocabulary):
    """What the expressions of one form may speak of, the things of its lists included."""

    def __init__(self, types: Mapping[str, str], rows: Rows) -> None:
        super().__init__(types)
        self._types = types
        self._rows = rows

    def compile(self, text: str) -> Expression | Mistake:
        """Compile and type-check one expression, within lists as well."""
        compiled = super().compile(text)
        if isinstance(compiled, Mistake) or not compiled.reads & self._rows.keys():
            return compiled
        try:
            kind = _Check(compiled, self._types, self._rows).kind()
        except _Wrong as wrong:
            return replace(wrong.mistake, expression=compiled)
        if compiled.result == "DYN" and kind.type != "dyn":
            return replace(compiled, result=kind.type.upper(), is_told_by_list=True)
        return compiled


@dataclass(frozen=True, slots=True)
class _Kind:
    """A type as conditions name it, and the group whose things are meant, if any."""

    type: str
    group: str = ""


_DYN, _BOOL = _Kind("dyn"), _Kind("bool")


class _Wrong(Exception):
    """Carries a mistake out of a deep tree."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.message)
        self.mistake = mistake


@dataclass(frozen=True, slots=True)
class _Node:
    """A node of a google.api.expr Expr: which kind of node it is, what is in it, where it stands.

    (https://github.com/google/cel-spec/blob/master/proto/cel/expr/syntax.proto)
    """

    kind: int
    message: bytes
    offset: int


_CONSTANT, _IDENT, _SELECT, _CALL, _LIST, _COMPREHENSION = 3, 4, 5, 6, 7, 9
_CONSTANTS = {2: "bool", 3: "int", 4: "uint", 5: "double", 6: "string"}
_CONSTANT_TEXT = 6
_OPERATORS = {
    "_[_]": "a0[a1]",
    "_?_:_": "a0 ? a1 : a2",
    "!_": "!a0",
    "-_": "-a0",
    "@in": "a0 in a1",
}


class _Check:
    """One expression, gone through with the types of what is in its lists."""

    def __init__(self, expression: Expression, types: Mapping[str, str], rows: Rows) -> None:
        checked = _bytes(expression.compiled.serialize(), 2)
        self._text = expression.text
        self._types = types
        self._rows = rows
        self._offsets = dict(_positions(_bytes(checked, 5)))
        self._root = _bytes(checked, 4)

    def kind(self) -> _Kind:
        """The type of the whole. Raises _Wrong."""
        return self._of(self._node(self._root), {})

    def _node(self, message: bytes) -> _Node:
        its_id, kind, within = 0, 0, b""
        for number, value in wire_fields(message):
            if number == 2 and isinstance(value, int):  # noqa: PLR2004
                its_id = value
            elif isinstance(value, bytes):
                kind, within = number, value
        return _Node(kind, within, self._offsets.get(its_id, 0))

    def _of(self, node: _Node, scope: Mapping[str, _Kind]) -> _Kind:  # one branch a kind of node
        match node.kind:
            case 3:
                return _Kind(
                    next((_CONSTANTS.get(n, "dyn") for n, _ in wire_fields(node.message)), "dyn")
                )
            case 4:
                return self._named(_text(node.message, 1), scope)
            case 5:
                return self._selected(node, scope)
            case 6:
                return self._called(node, scope)
            case 7:
                return self._listed(node, scope)
            case 9:
                return self._folded(node, scope)
            case _:
                return _DYN

    def _named(self, name: str, scope: Mapping[str, _Kind]) -> _Kind:
        if name in scope:
            return scope[name]
        kind = self._types.get(name, "dyn")
        return _Kind(kind, name if kind == ROWS else "")

    def _selected(self, node: _Node, scope: Mapping[str, _Kind]) -> _Kind:
        of, name = self._of(self._node(_bytes(node.message, 1)), scope), _text(node.message, 2)
        asked = any(number == 3 and value for number, value in wire_fields(node.message))  # noqa: PLR2004
        if of.group and of.type != ROWS:
            found = re.compile(rf"\.\s*{name}\b").search(self._text, node.offset)
            kind = self._member(of.group, name, found.end() - len(name) if found else node.offset)
        else:
            kind = _Kind(_probe(f"a0.{name}", (of.type,)) or "dyn")
        return _BOOL if asked else kind

    def _member(self, group: str, name: str, offset: int) -> _Kind:
        members = self._rows.get(group, {})
        if not members:  # the group itself is wrong, which is said where it stands
            return _DYN
        if name not in members:
            near = difflib.get_close_matches(name, members, n=1)
            hint = f"Each has: {', '.join(members)}."
            if near:
                hint = f"Did you mean {near[0]}?"
            elif name in self._types:
                hint = f"Write {name} alone: it is not asked for each of {group}."
            said = f"{group} has no question called {name}"
            raise _Wrong(Mistake(said, offset, hint, "C007"))
        return _Kind(members[name], name if members[name] == ROWS else "")

    def _called(self, node: _Node, scope: Mapping[str, _Kind]) -> _Kind:
        function = _text(node.message, 2)
        target = [self._node(value) for value in _all(node.message, 1)]
        arguments = [*target, *(self._node(value) for value in _all(node.message, 3))]
        kinds = [self._of(argument, scope) for argument in arguments]
        if function == "_[_]" and kinds[0].group:
            return self._indexed(kinds[0], arguments[1], kinds[1], node)
        kind = self._given(function, kinds, node, is_method=bool(target))
        if function == "_?_:_" and kinds[1] == kinds[2]:
            return kinds[1]
        return kind

    def _indexed(self, of: _Kind, argument: _Node, by: _Kind, node: _Node) -> _Kind:
        if of.type == ROWS:
            self._given("_[_]", [of, by], node)
            return _Kind("map(string, dyn)", of.group)
        name = _text(argument.message, _CONSTANT_TEXT) if argument.kind == _CONSTANT else ""
        if name:
            return self._member(of.group, name, argument.offset + 1)
        return self._given("_[_]", [of, by], node)

    def _given(
        self, function: str, kinds: Sequence[_Kind], node: _Node, *, is_method: bool = False
    ) -> _Kind:
        """What a function gives of what it takes."""
        names = [f"a{number}" for number in range(len(kinds))]
        if function.startswith("@not"):
            return _BOOL
        if function in _OPERATORS:
            written = _OPERATORS[function]
        elif function.startswith("_"):
            written = f" {function.strip('_')} ".join(names)
        elif is_method:
            written = f"{names[0]}.{function}({', '.join(names[1:])})"
        else:
            written = f"{function}({', '.join(names)})"
        given = _probe(written, tuple(kind.type for kind in kinds))
        if given is not None:
            return _Kind(given)
        refused = _refusal(written, tuple(kind.type for kind in kinds))
        mistake = explain_types(self._text, *refused, node.offset)
        raise _Wrong(replace(mistake, code="C008"))

    def _listed(self, node: _Node, scope: Mapping[str, _Kind]) -> _Kind:
        kinds = {self._of(self._node(item), scope) for item in _all(node.message, 1)}
        one = next(iter(kinds)) if len(kinds) == 1 else _DYN
        return _list_of(one)

    def _folded(self, node: _Node, scope: Mapping[str, _Kind]) -> _Kind:
        """What exists, all, exists_one, filter and map are made of."""
        if _bytes(node.message, 8):
            return _DYN
        variable, result = _text(node.message, 1), _text(node.message, 3)
        over = self._of(self._node(_bytes(node.message, 2)), scope)
        begin = self._of(self._node(_bytes(node.message, 4)), scope)
        inside = {**scope, variable: _each_of(over), result: begin}
        step = self._node(_bytes(node.message, 6))
        self._check_condition(step, inside)
        made = self._made(step, inside)
        if made is not None:
            return _list_of(made)
        self._of(step, inside)
        return self._of(self._node(_bytes(node.message, 7)), {**scope, result: begin})

    def _made(self, step: _Node, scope: Mapping[str, _Kind]) -> _Kind | None:
        """What map and filter put into the new list; None when it is neither."""
        if step.kind != _CALL:
            return None
        arguments = [self._node(value) for value in _all(step.message, 3)]
        match _text(step.message, 2), arguments:
            case "_?_:_", [_, then, _]:
                return self._made(then, scope)
            case "_+_", [_, item] if item.kind == _LIST:
                return self._of(self._node(_bytes(item.message, 1)), scope)
            case _:
                return None

    def _check_condition(self, step: _Node, scope: Mapping[str, _Kind]) -> None:
        """Refuse `exists`, `all`, `filter` by what is no yes or no."""
        if step.kind != _CALL:
            return
        arguments = [self._node(value) for value in _all(step.message, 3)]
        function = _text(step.message, 2)
        if function not in ("_||_", "_&&_", "_?_:_"):
            return
        condition = arguments[0 if function == "_?_:_" else 1]
        kind = self._of(condition, scope)
        if kind.type not in ("bool", "dyn"):
            said = f"a list is asked with a yes or no here, not with {in_words(kind.type)}"
            hint = "Compare it with something: items.exists(i, i.how_many > 3)."
            raise _Wrong(Mistake(said, condition.offset, hint, "C008"))


def _each_of(over: _Kind) -> _Kind:
    if over.type == ROWS:
        return _Kind("map(string, dyn)", over.group)
    if over.type.startswith("list("):
        return _Kind(over.type[len("list(") : -1])
    if over.type.startswith("map("):
        return _Kind(over.type[len("map(") : -1].partition(", ")[0])
    return _DYN


def _list_of(kind: _Kind) -> _Kind:
    return _Kind(f"list({kind.type})", kind.group if kind.type == "map(string, dyn)" else "")


@lru_cache(maxsize=1024)
def _tried(written: str, kinds: tuple[str, ...]) -> str | tuple[str, str]:
    """The type CEL gives an expression over a0, a1…; or the overload it does not find."""
    variables = {f"a{number}": _cel_type(kind) for number, kind in enumerate(kinds)}
    try:
        given = new_environment(variables).compile(written).return_type().name()
    except (RuntimeError, ValueError) as error:
        return overload_refused(str(error)) or "dyn"
    return given.lower().replace("<", "(").replace(">", ")")


def _probe(written: str, kinds: tuple[str, ...]) -> str | None:
    tried = _tried(written, kinds)
    return tried if isinstance(tried, str) else None


def _refusal(written: str, kinds: tuple[str, ...]) -> tuple[str, str]:
    tried = _tried(written, kinds)
    return ("", "") if isinstance(tried, str) else tried


_SIMPLE: Mapping[str, Any] = {
    "string": cel.Type.STRING,
    "int": cel.Type.INT,
    "uint": cel.Type.UINT,
    "double": cel.Type.DOUBLE,
    "bool": cel.Type.BOOL,
    "timestamp": cel.Type.TIMESTAMP,
    "duration": cel.Type.DURATION,
}


def _cel_type(kind: str) -> Any:  # noqa: ANN401  # the runtime's own
    if kind.startswith("list("):
        return cel.Type.List(_cel_type(kind[len("list(") : -1]))
    if kind.startswith("map("):
        key, _, value = kind[len("map(") : -1].partition(", ")
        return cel.Type.Map(_cel_type(key), _cel_type(value))
    return _SIMPLE.get(kind, cel.Type.DYN)


def _positions(source_info: bytes) -> Iterator[tuple[int, int]]:
    """Node → how many characters in it stands (SourceInfo.positions, field 4)."""
    for entry in _all(source_info, 4):
        fields = dict(wire_fields(entry))
        node, offset = fields.get(1), fields.get(2, 0)
        if isinstance(node, int) and isinstance(offset, int):
            yield node, offset


def _all(message: bytes, wanted: int) -> Iterator[bytes]:
    for number, value in wire_fields(message):
        if number == wanted and isinstance(value, bytes):
            yield value


def _bytes(message: bytes, wanted: int) -> bytes:
    return next(_all(message, wanted), b"")


def _text(message: bytes, wanted: int) -> str:
    return _bytes(message, wanted).decode()
