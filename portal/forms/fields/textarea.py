"""The field type `textarea`: several lines of text."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from portal.forms.fields.base import Asking, FieldError, FieldType, Keys, Question, Raw
from portal.forms.fields.domain import Words, plain_text
from portal.forms.fields.one_text import OneText
from portal.forms.fields.text_rules import (
    TEXT_MISTAKES,
    read_limit,
    read_text,
    unanswered,
    unstorable_samples,
)
from portal.forms.fields.wording import about, starting

_USUAL = 4_000
_MOST = 20_000
_USUAL_ROWS = 5
_MOST_ROWS = 30


@dataclass(frozen=True, slots=True)
class TextareaSettings:
    """What a designer chose for one textarea."""

    max_length: int = _USUAL
    """Characters; a line break is one."""
    max_words: int | None = None
    rows: int = _USUAL_ROWS


class TextareaField(OneText):
    """Several lines. Posts `{q}`; the value is a str whose lines end with LF.

    Errors: those of every text, and `too_many_words`.
    """

    name = "textarea"
    keys: Mapping[str, str] = {
        "max_length": f"The most characters allowed; {_USUAL} when left out.",
        "max_words": "The most words allowed.",
        "rows": f"How many lines high the box is; {_USUAL_ROWS} when left out.",
    }
    mistakes: Mapping[str, str] = {**TEXT_MISTAKES, "too_many_words": "it has too many words"}

    def read(self, keys: Keys) -> TextareaSettings:
        """Read the designer's limits."""
        return TextareaSettings(
            read_limit(keys, "max_length", _USUAL, _MOST) or _USUAL,
            read_limit(keys, "max_words", None, _MOST),
            read_limit(keys, "rows", _USUAL_ROWS, _MOST_ROWS) or _USUAL_ROWS,
        )

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> str | tuple[FieldError, ...] | None:
        """Read the text; words are what stands between spaces."""
        del asking
        settings: TextareaSettings = question.settings
        name, what = question.name, about(question)
        text = read_text(question, raw, name, about=what, most=settings.max_length, lines=True)
        if isinstance(text, FieldError):
            return (text,)
        if not text:
            return unanswered(question, name, f"Enter {what}")
        if settings.max_words is not None and len(text.split()) > settings.max_words:
            said = f"{starting(what)} must be {settings.max_words:,} words or less"
            return (FieldError(name, question.say("too_many_words", said)),)
        return text

    def show(self, question: Question, value: str) -> tuple[str, ...]:
        """Its lines."""
        del question
        return tuple(value.split("\n"))

    def domain(self, question: Question) -> Words:
        """Every text within the limits of length."""
        most = question.settings.max_length
        return Words(1, most, partial(plain_text, 1, most), lambda text: 0 < len(text) <= most)

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """Nothing, too much, and what cannot be stored."""
        settings: TextareaSettings = question.settings
        samples = unstorable_samples(question, question.name, settings.max_length)
        words = {question.name: ["a " * ((settings.max_words or 0) + 1)]}
        return (*samples, words) if settings.max_words is not None else samples


FIELD: FieldType = TextareaField()
