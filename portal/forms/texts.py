"""Text with {question} placeholders, filled by our own substitution: never template source."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal.core.dates import in_words
from portal.forms.definition import FormDefinition
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import AnswerValue

_PLACEHOLDER = re.compile(r"\{(?P<question>[a-z][a-z0-9_]*)(?:\.(?P<part>[a-z_]+))?\}")
_DANGLING = re.compile(r"(?:^[\s:,;\u2013-]+|[\s:,;\u2013-]+$)")


def placeholders(text: str) -> list[tuple[str, str]]:
    """The (question, part) pairs a text asks for; part is empty for the whole answer."""
    return [(m["question"], m["part"] or "") for m in _PLACEHOLDER.finditer(text)]


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
            return _part(seen.get(part, "")) if isinstance(seen, dict) else ""
        return ", ".join(field_type.show(question, value))

    return _DANGLING.sub("", _PLACEHOLDER.sub(replace, text))


def _part(seen: object) -> str:
    """One part of an answer as conditions see it, in words: a moment there is a day here."""
    return in_words(seen.date()) if isinstance(seen, datetime) else str(seen)
