"""What field types share whose answer is a code people copy: from a card, a letter, a number plate.

People type codes with spaces, dashes and dots, in small letters, and now and then with the wide
digits of an East Asian keyboard. All of that is taken; the value is in capitals without any.
"""

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping

from portal.forms.fields.base import Asking, FieldError, Question, Raw
from portal.forms.fields.domain import Words
from portal.forms.fields.one_text import OneText
from portal.forms.fields.text_rules import only_value, repeated, unanswered
from portal.forms.fields.wording import about

LONGEST_TYPED = 200
"""Characters; nothing longer is any code, and nothing longer is looked at."""
CODE_MISTAKES: Mapping[str, str] = {
    "missing": "nothing was entered",
    "repeated": "the same input was sent more than once",
    "format": "it is not written as such a number is",
}
"""The kinds of error any code may have, and when each is said."""

_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_BETWEEN = re.compile(r"[\s.\-\u2010-\u2015\u2212\u00b7]+")


def compact(typed: str) -> str:
    """The code in capitals without spaces, dashes, dots and invisible characters.

    Text too long to be a code comes back cut short, yet still too long to be one.
    """
    narrow = typed[: LONGEST_TYPED + 1].translate(_WIDE)
    if len(typed) > LONGEST_TYPED:
        return narrow
    shown = "".join(c for c in narrow if unicodedata.category(c) != "Cf")
    return _BETWEEN.sub("", shown).upper()


class CodeField(OneText, ABC):
    """Posts `{q}`; the value is a str in capitals without spaces, shown as people write it.

    Errors: `missing`, `repeated` and `format`.
    """

    mistakes: Mapping[str, str] = CODE_MISTAKES
    wrong: tuple[str, ...] = ("?", "x" * 300, "1" * 300, "\u0661\u0662\u0663", "\x00", "\U0001f600")
    """What is no such code whatever a designer set."""

    example = ""
    """One such code, for proofs to answer with."""

    def domain(self, question: Question) -> Words:
        """Whatever the type takes; proofs answer with its example."""

        def sample(_number: int) -> str:
            return self.sample_code(question)

        def takes(text: str) -> bool:
            return self.as_code(question, compact(text)) is not None

        return Words(1, LONGEST_TYPED, sample, takes, free=False)

    def sample_code(self, question: Question) -> str:
        """A code the question takes."""
        del question
        return self.example

    @abstractmethod
    def as_code(self, question: Question, typed: str) -> str | None:
        """The value for what was typed, already compact; None when it is no such code."""

    @abstractmethod
    def explain(self, question: Question) -> str:
        """What to do when it is no such code."""

    def called(self, question: Question) -> str:
        """What it is, in the middle of a sentence."""
        return about(question)

    def written(self, value: str) -> str:
        """The value as people write it."""
        return value

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> str | tuple[FieldError, ...] | None:
        """Read the code however it was typed."""
        del asking
        typed = read_code(question, raw, question.name, about(question))
        if isinstance(typed, FieldError):
            return (typed,)
        if not typed:
            return unanswered(question, question.name, f"Enter {self.called(question)}")
        code = self.as_code(question, typed)
        if code is None:
            said = question.say("format", self.explain(question))
            return (FieldError(question.name, said),)
        return code

    def as_raw(self, question: Question, value: str) -> dict[str, list[str]]:
        """The code as people write it."""
        return {question.name: [self.written(value)]}

    def show(self, question: Question, value: str) -> tuple[str, ...]:
        """The code as people write it."""
        del question
        return (self.written(value),)

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """What is no such code, nothing, and two at once."""
        posts = tuple({question.name: [text]} for text in self.wrong)
        twice = {question.name: ["1", "2"]}
        return (*posts, twice) if question.optional else ({}, *posts, twice)


def read_code(question: Question, raw: Raw, name: str, what: str) -> str | FieldError:
    """One input, compact; empty when nothing was typed. Says `repeated`."""
    typed = only_value(raw, name)
    return repeated(question, name, what) if typed is None else compact(typed)
