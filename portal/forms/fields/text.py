"""The field type `text`: one line of any text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from portal.forms.fields.base import Asking, FieldError, FieldType, Keys, Question, Raw
from portal.forms.fields.domain import Words, matching_text, plain_text
from portal.forms.fields.one_text import OneText
from portal.forms.fields.text_rules import (
    LONGEST_LINE,
    TEXT_MISTAKES,
    read_limit,
    read_text,
    unanswered,
    unstorable_samples,
)
from portal.forms.fields.wording import about, starting

_MOST = 2_000
AUTOCOMPLETE = ("organization", "organization-title", "nickname", "off")
"""Tokens of WCAG 2.2, 1.3.5 that no other field type gives by itself."""


@dataclass(frozen=True, slots=True)
class TextSettings:
    """What a designer chose for one text question."""

    max_length: int = LONGEST_LINE
    """Characters."""
    min_length: int = 1
    """Characters."""
    autocomplete: str = ""
    pattern: re.Pattern[str] | None = None
    """What the whole answer must match."""


class TextField(OneText):
    """One line. Posts `{q}`; the value is a str.

    Errors: those of every text, `too_short` and `pattern`.
    """

    name = "text"
    keys: Mapping[str, str] = {
        "max_length": f"The most characters allowed; {LONGEST_LINE} when left out.",
        "min_length": "The fewest characters allowed.",
        "pattern": "A regular expression the whole answer must match; say what in errors.",
        "autocomplete": f"What the browser may offer: {', '.join(AUTOCOMPLETE)}.",
    }
    mistakes: Mapping[str, str] = {
        **TEXT_MISTAKES,
        "too_short": "it has too few characters",
        "pattern": "it is not written as asked",
    }

    def read(self, keys: Keys) -> TextSettings:
        """Read the designer's limits."""
        most = read_limit(keys, "max_length", LONGEST_LINE, _MOST) or LONGEST_LINE
        fewest = read_limit(keys, "min_length", 1, _MOST) or 1
        if fewest > most:
            keys.problem("min_length", "min_length must not be more than max_length")
            fewest = 1
        offered = keys.one_of("autocomplete", ("", *AUTOCOMPLETE), "")
        return TextSettings(most, fewest, offered, _read_pattern(keys))

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> str | tuple[FieldError, ...] | None:
        """Read one line of text."""
        del asking
        settings: TextSettings = question.settings
        what = about(question)
        text = read_text(question, raw, question.name, about=what, most=settings.max_length)
        if isinstance(text, FieldError):
            return (text,)
        if not text:
            return unanswered(question, question.name, f"Enter {what}")
        if len(text) < settings.min_length:
            said = f"{starting(what)} must be {settings.min_length:,} characters or more"
            return (FieldError(question.name, question.say("too_short", said)),)
        if settings.pattern is not None and not settings.pattern.fullmatch(text):
            said = f"{starting(what)} must be in the format asked for"
            return (FieldError(question.name, question.say("pattern", said)),)
        return text

    def domain(self, question: Question) -> Words:
        """Every text within the limits of length; the pattern is asked for each."""
        settings: TextSettings = question.settings
        fewest, most, pattern = settings.min_length, settings.max_length, settings.pattern

        def sample(number: int) -> str:
            return matching_text(pattern, number) if pattern else plain_text(fewest, most, number)

        def takes(text: str) -> bool:
            fits = fewest <= len(text) <= most
            return fits and (pattern is None or pattern.fullmatch(text) is not None)

        return Words(fewest, most, sample, takes, free=pattern is None)

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """Nothing, too much, and what cannot be stored."""
        settings: TextSettings = question.settings
        samples = unstorable_samples(question, question.name, settings.max_length)
        short = settings.min_length > 1
        return (*samples, {question.name: ["x" * (settings.min_length - 1)]}) if short else samples


# A repeated group with a repeat inside it can take for ever to say no ("catastrophic
# backtracking"): refused when the form is read, not discovered by a resident.
_REPEATED_REPEAT = re.compile(r"\([^()]*[*+}][^()]*\)\??[*+{]")


def _read_pattern(keys: Keys) -> re.Pattern[str] | None:
    written = keys.text("pattern")
    if not written:
        return None
    if _REPEATED_REPEAT.search(written):
        keys.problem(
            "pattern", "a repeat inside a repeated group can take for ever", "Write it flat."
        )
        return None
    try:
        return re.compile(written, re.ASCII)
    except re.error as error:
        keys.problem(
            "pattern", f"this is not a regular expression: {error}", "For example [A-Z]{2}[0-9]{4}."
        )
        return None


FIELD: FieldType = TextField()
