"""Text with {question} placeholders, filled by our own substitution: never template source."""

import re
from collections.abc import Mapping
from typing import Any

from portal.forms.definition import FormDefinition
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import AnswerValue

_PLACEHOLDER = re.compile(r"\{(?P<question>[a-z][a-z0-9_]*)(?:\.(?P<part>[a-z_]+))?\}")
_ANY = re.compile(r"\{[^{}]*\}|[{}]")
_DANGLING = re.compile(r"(?:^[\s:,;\u2013-]+|[\s:,;\u2013-]+$)")


def placeholders(text: str) -> list[tuple[str, str]]:
    """The (question, part) pairs a text asks for; part is empty for the whole answer."""
    return [(m["question"], m["part"] or "") for m in _PLACEHOLDER.finditer(text)]


def unreadable_placeholders(text: str) -> list[str]:
    """What looks like a placeholder and is none: people would read the brackets."""
    return [found for found in _ANY.findall(text) if not _PLACEHOLDER.fullmatch(found)]


def fill(text: str, definition: FormDefinition, values: Mapping[str, AnswerValue]) -> str:
    """Fill the placeholders; an unanswered one is left out, with the punctuation it leaves."""

    def replace(match: re.Match[str]) -> str:
        question = definition.question(match["question"])
        if question is None or question.name not in values:
            return ""
        field_type, value = FIELD_TYPES[question.type], values[question.name]
        part = match["part"]
        if part and part != "label":
            seen: Any = field_type.cel(value)
            return str(seen.get(part, "")) if isinstance(seen, dict) else ""
        return ", ".join(field_type.show(question, value))

    return _DANGLING.sub("", " ".join(_PLACEHOLDER.sub(replace, text).split()))
