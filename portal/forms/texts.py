"""Text with {question} placeholders, filled by our own substitution: never template source."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from portal.core.languages import day_in_words
from portal.core.money import Pence, format_pounds
from portal.core.shapes import is_list, is_mapping
from portal.forms.definition import Computed, FormDefinition
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import AnswerValue
from portal.forms.fields.yes_no import WORDS

_PLACEHOLDER = re.compile(r"\{(?P<question>[a-z][a-z0-9_]*)(?:\.(?P<part>[a-z_]+))?\}")
_ANY = re.compile(r"\{[^{}]*\}|[{}]")
_DANGLING = re.compile(r"(?:^[\s:,;\u2013-]+|[\s:,;\u2013-]+$)")
_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>&~:/@])")
"""Every character Markdown may read something into (CommonMark 0.31, section 2.4)."""


def placeholders(text: str) -> list[tuple[str, str]]:
    """The (question, part) pairs a text asks for; part is empty for the whole answer."""
    return [(m["question"], m["part"] or "") for m in _PLACEHOLDER.finditer(text)]


def unreadable_placeholders(text: str) -> list[str]:
    """What looks like a placeholder and is none: people would read the brackets."""
    return [found for found in _ANY.findall(text) if not _PLACEHOLDER.fullmatch(found)]


def fill(
    text: str,
    definition: FormDefinition,
    values: Mapping[str, AnswerValue],
    scope: Mapping[str, Any] | None = None,
) -> str:
    """Fill the placeholders; an unanswered one is left out, with the punctuation it leaves.

    `scope` is where computed values and lists are looked up.
    """
    if "{" not in text:
        return text
    filled = _filled(text, definition, values, scope or {}, str)
    return _DANGLING.sub("", " ".join(filled.split()))


def fill_markdown(
    text: str,
    definition: FormDefinition,
    values: Mapping[str, AnswerValue],
    scope: Mapping[str, Any] | None = None,
) -> str:
    """The same for a Markdown text: what a resident typed is text there, never a link or list."""
    if "{" not in text:
        return text
    return _filled(text, definition, values, scope or {}, _plain)


def _plain(words: str) -> str:
    return _MARKS.sub(r"\\\1", " ".join(words.split()))


def _filled(
    text: str,
    definition: FormDefinition,
    values: Mapping[str, AnswerValue],
    scope: Mapping[str, Any],
    dressed: Callable[[str], str],
) -> str:
    def replace(match: re.Match[str]) -> str:
        name, part = match["question"], match["part"] or ""
        return dressed(_words(definition, name, part, values, scope))

    return _PLACEHOLDER.sub(replace, text)


def _words(
    definition: FormDefinition,
    name: str,
    part: str,
    values: Mapping[str, AnswerValue],
    scope: Mapping[str, Any],
) -> str:
    question = definition.question(name)
    if question is None:
        return _computed_words(definition, name, scope)
    if name not in values:
        return ""
    field_type, value = FIELD_TYPES[question.type], values[name]
    if part and part != "label":
        seen: Any = field_type.cel(value)
        return _part(seen.get(part, ""), definition.language) if is_mapping(seen) else ""
    return ", ".join(field_type.show(question, value))


def _computed_words(definition: FormDefinition, name: str, scope: Mapping[str, Any]) -> str:
    value = scope.get(name)
    if value is None:
        return ""
    if is_list(value):
        return str(len(value))
    computed = next((each for each in definition.computed if each.name == name), None)
    return show_computed(computed, value, definition.language) if computed else ""


def show_computed(computed: Computed, value: Any, language: str = "en") -> str:  # noqa: ANN401  # what CEL gives
    """A computed value in words: "£45.00", "1,200", "27 November 2026", "yes"."""
    if isinstance(value, bool):
        yes, no = WORDS[language]
        return (yes if value else no).lower()
    if isinstance(value, datetime):
        return day_in_words(value.date(), language)
    if computed.shown_as == "money" and isinstance(value, int):
        return format_pounds(Pence(value))
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def _part(seen: object, language: str) -> str:
    """One part of an answer as conditions see it, in words: a moment there is a day here."""
    return day_in_words(seen.date(), language) if isinstance(seen, datetime) else str(seen)
