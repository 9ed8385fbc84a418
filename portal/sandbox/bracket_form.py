"""Reads Stripe's form encoding: `line_items[0][price_data][currency]=gbp` as nested values.

See https://docs.stripe.com/api: requests are form-encoded, answers are JSON.
"""

import re
from typing import Any, TypeAlias, cast
from urllib.parse import parse_qsl

from portal.sandbox.errors import InvalidRequest

Form: TypeAlias = dict[str, Any]
"""Text, lists and further forms, by name."""

_DEEPEST = 8
_MOST_FIELDS = 2_000
_NAME = re.compile(r"(?P<root>[^\[\]]+)(?P<rest>(?:\[[^\[\]]*\])*)")
_INDEX = re.compile(r"\[([^\[\]]*)\]")


def read_form(encoded: str) -> Form:
    """Read a query string or form body.

    Raises:
        InvalidRequest: a name is malformed or too deep, or two names contradict each other.
    """
    tree: Form = {}
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise InvalidRequest("Invalid request: too many parameters.") from error
    for name, value in pairs:
        _place(tree, _path(name), value, name)
    return {key: _lists(value) for key, value in tree.items()}


def _path(name: str) -> list[str]:
    match = _NAME.fullmatch(name)
    steps = [] if match is None else [match["root"], *_INDEX.findall(match["rest"])]
    if not 0 < len(steps) <= _DEEPEST:
        raise InvalidRequest(f"Invalid parameter name: {name[:100]}", param=name[:100])
    return steps


def _place(tree: Form, path: list[str], value: str, name: str) -> None:
    node = tree
    for step in path[:-1]:
        below = node.setdefault(_key(node, step), {})
        if not isinstance(below, dict):
            raise InvalidRequest(f"Invalid parameter: {name} is both a value and a group")
        node = cast("Form", below)
    last = _key(node, path[-1])
    if isinstance(node.get(last), dict):
        raise InvalidRequest(f"Invalid parameter: {name} is both a value and a group")
    node[last] = value


def _key(node: Form, step: str) -> str:
    """`expand[]` means "the next one"."""
    return step or str(len(node))


def _lists(node: object) -> object:
    """Groups named 0, 1, 2… are lists."""
    if not isinstance(node, dict):
        return node
    group = cast("Form", node)
    inner = {key: _lists(value) for key, value in group.items()}
    if inner and all(key.isascii() and key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner
