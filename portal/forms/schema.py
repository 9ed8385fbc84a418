"""The JSON Schema of the form language, for completion and hover in editors."""

from collections.abc import Mapping
from typing import Any

from portal.core.languages import LANGUAGES, NAMES
from portal.forms import language
from portal.forms.fields import FIELD_TYPES
from portal.forms.language import Key

_LEVELS: Mapping[str, Mapping[str, Key]] = {
    "page": language.PAGE,
    "repeat": language.REPEAT,
    "section": language.SECTION,
    "computed value": language.COMPUTED,
    "check": language.CHECK,
    "fee line": language.FEE_LINE,
    "case": language.CASE,
    "customer": language.CUSTOMER,
    "keep": language.KEEP,
    "open": language.OPEN,
    "example": language.EXAMPLE,
}
_TEXT = {"type": ["string", "number", "boolean"]}
_SHAPES: Mapping[str, dict[str, Any]] = {
    "text": _TEXT,
    "condition": {"type": ["string", "boolean"]},
    "expression": {"type": ["string", "integer", "boolean"]},
    "flag": {"enum": [True, False, "yes", "no"]},
    "number": {"type": "integer", "minimum": 0},
    "money": {"type": ["string", "number"], "pattern": r"^£?\d[\d,]*(\.\d\d)?$"},
    "date": {"type": "string"},
    "list": {"type": "array", "items": _TEXT},
    "names": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]},
    "map": {"type": "object"},
}


_IN_LANGUAGES: Mapping[str, Any] = {
    "description": "A text in every language of the form.",
    "type": "object",
    "additionalProperties": False,
    "required": list(LANGUAGES),
    "properties": {code: {"type": "string", "description": NAMES[code]} for code in LANGUAGES},
}
_READ_BY_PEOPLE = frozenset(
    {
        *("title", "summary", "takes", "before_you_start", "declaration", "what_happens_next"),
        *("guidance", "each", "line", "ask", "hint", "about", "else", "label"),
    }
)
"""The keys whose texts may be `{en: …, cy: …}`; the field types' own keys take anything here."""


def form_schema() -> dict[str, Any]:
    """The schema of one form file (draft 2020-12); every key says what it is for."""
    definitions = {_name(level): _object(keys) for level, keys in _LEVELS.items()}
    definitions["translated-text"] = dict(_IN_LANGUAGES)
    definitions["page-or-repeat"] = {"oneOf": [_ref("page"), _ref("repeat")]}
    definitions["question"] = {"oneOf": [_question(name) for name in sorted(FIELD_TYPES)]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Form definition",
        "$defs": definitions,
        **_object(language.FORM),
    }


def _object(keys: Mapping[str, Key]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name, key in keys.items() if key.required],
        "properties": {
            name: _value(key, is_read=name in _READ_BY_PEOPLE and not _is_name(keys, name))
            for name, key in keys.items()
        },
    }


def _is_name(keys: Mapping[str, Key], name: str) -> bool:
    """A fee line's `line` is its name; a repeating group's is a text."""
    return keys is language.FEE_LINE and name == "line"


def _value(key: Key, *, is_read: bool) -> dict[str, Any]:
    if is_read:
        return {"anyOf": [_TEXT, _ref("translated text")], "description": key.about}
    listed = key.shape.removeprefix("list of ")
    if listed != key.shape:
        return {"type": "array", "items": _ref(listed), "description": key.about}
    if key.shape in _SHAPES:
        return {**_SHAPES[key.shape], "description": key.about}
    return {**_ref(key.shape), "description": key.about}


def _ref(level: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{_name(level)}"}


def _name(level: str) -> str:
    return level.replace(" ", "-")


def _question(kind: str) -> dict[str, Any]:
    """One field type's question: its own keys beside those every question has."""
    made = _object(language.QUESTION)
    field_type = FIELD_TYPES[kind]
    own: dict[str, Any] = {name: {"description": about} for name, about in field_type.keys.items()}
    made["properties"] = {
        **made["properties"],
        **own,
        "type": {"const": kind, "description": f"A question of type {kind}."},
    }
    if field_type.asks:
        made["required"] = [*made["required"], "ask"]
    return made
