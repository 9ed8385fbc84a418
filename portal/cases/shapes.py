"""Shapes: how a value a CRM wants is made from the published case. Pure.

In a mapping file a shape is text with `{placeholders}`, `{from: path}` for a whole value,
`{each: path, as: …}` for a list, `{literal: 3}` for a number or true/false, or an object or a
list of shapes.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, cast
from urllib.parse import quote

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, JsonValue, Tag

from portal.cases.case import Json, at

_STRICT = ConfigDict(extra="forbid")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Text:
    """Text with `{path}` placeholders; an absent value leaves nothing behind."""

    template: str

    def paths(self) -> tuple[str, ...]:
        """The paths it names."""
        return tuple(_PLACEHOLDER.findall(self.template))


def _read_text(raw: object) -> object:
    return Text(raw) if isinstance(raw, str) else raw


def _read_word(raw: object) -> object:
    """Text is itself; `{literal: 3}` is the JSON value 3, which YAML read as text cannot say."""
    written = cast("dict[str, str]", raw) if isinstance(raw, dict) else {}
    return _read_json(written["literal"]) if list(written) == ["literal"] else raw  # pyright: ignore[reportUnknownVariableType]  # any JSON


def _read_json(raw: object) -> JsonValue:
    if not isinstance(raw, str):
        msg = "a literal is JSON written as text: 3, true, or '[1, 2]' in quotes"
        raise ValueError(msg)  # noqa: TRY004  # pydantic collects ValueErrors
    return json.loads(raw)


Template = Annotated[Text, BeforeValidator(_read_text)]
Word = Annotated[JsonValue, BeforeValidator(_read_word)]


@dataclass(frozen=True, slots=True)
class From:
    """The value at a path, whole and with its type; optionally translated word for word."""

    __pydantic_config__ = _STRICT

    path: Annotated[str, Field(alias="from")]
    words: Annotated[Mapping[str, Word] | None, Field(alias="map")] = None
    otherwise: Word = None
    """What an absent or empty value, or one that is not among the words, becomes."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A JSON value as it stands."""

    literal: Annotated[JsonValue, BeforeValidator(_read_json)]


@dataclass(frozen=True, slots=True)
class Each:
    """A list: one shape for every item of the list at a path; paths inside it are the item's."""

    __pydantic_config__ = _STRICT

    path: Annotated[str, Field(alias="each")]
    shape: Annotated["Shape", Field(alias="as")]


@dataclass(frozen=True, slots=True)
class Fields:
    """An object; keys without a value are left out."""

    fields: "Mapping[str, Shape]"


@dataclass(frozen=True, slots=True)
class Items:
    """A list written out item by item."""

    items: "tuple[Shape, ...]"


def _kind(raw: object) -> str:
    if not isinstance(raw, dict):
        return "items" if isinstance(raw, list) else "text"
    return next((name for name in ("from", "each", "literal") if name in raw), "fields")


def _wrap(key: str) -> BeforeValidator:
    return BeforeValidator(lambda raw: {key: raw})


Shape = Annotated[
    Annotated[Template, Tag("text")]
    | Annotated[From, Tag("from")]
    | Annotated[Each, Tag("each")]
    | Annotated[Literal, Tag("literal")]
    | Annotated[Fields, _wrap("fields"), Tag("fields")]
    | Annotated[Items, _wrap("items"), Tag("items")],
    Discriminator(_kind),
]


def case_scope(published: Json) -> dict[str, JsonValue]:
    """The values a create may use: the published case, and `answer.{question}` by name.

    Where a question is asked more than once, by name means the first.
    """
    answers = published.get("answers")
    named: dict[str, JsonValue] = {}
    for answer in answers if isinstance(answers, list) else []:
        if isinstance(answer, dict):
            named.setdefault(str(answer.get("question")), answer)
    return {**published, "answer": named}


def fill(shape: Shape, scope: object) -> JsonValue:
    """Make the JSON value a shape describes; None when nothing in it has a value."""
    match shape:
        case Text():
            return fill_text(shape, scope)
        case From():
            return _pick(shape, scope)
        case Literal():
            return shape.literal
        case Each():
            items = cast("list[object] | None", at(shape.path, scope))
            return None if items is None else [fill(shape.shape, item) for item in items]
        case Items():
            return [fill(item, scope) for item in shape.items]
        case Fields():
            filled = {key: fill(inner, scope) for key, inner in shape.fields.items()}
            # The empty is left out: to a CRM, "" is a wrong UPRN and null a wrong e-mail address.
            return {key: value for key, value in filled.items() if value not in (None, "")} or None


def fill_text(text: Text, scope: object, *, encode: bool = False) -> str:
    """Fill the placeholders; with `encode`, each value is percent-encoded for use in a path."""

    def value_of(match: re.Match[str]) -> str:
        value = at(match[1], scope)
        words = "" if value is None else str(value)
        return quote(words, safe="") if encode else words

    return _PLACEHOLDER.sub(value_of, text.template)


def _pick(pick: From, scope: object) -> JsonValue:
    value = cast("JsonValue", at(pick.path, scope))
    if pick.words is not None:
        return pick.words.get(str(value), pick.otherwise)
    return pick.otherwise if value in (None, "") else value
