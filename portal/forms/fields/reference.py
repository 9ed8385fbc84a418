"""The field type `reference`: a number from a bill or letter, with the rule that tells a typo.

Council tax, business rates, rent, parking tickets, invoices: each system has its own shape and
check digit, so a council writes both in YAML. The question names are the designer's own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from portal.core.shapes import is_list
from portal.forms.fields.base import Asking, FieldError, FieldType, Keys, Question, Raw
from portal.forms.fields.card_numbers import has_card_number
from portal.forms.fields.check_digits import RULES, passes
from portal.forms.fields.codes import CODE_MISTAKES, CodeField, compact
from portal.forms.fields.domain import matching_text
from portal.forms.fields.patterns import read_pattern
from portal.forms.fields.wording import about

_LONGEST = 30
_ANY = re.compile(r"(?=.*\d)[A-Z0-9/]{3,30}", re.ASCII)
_MOST_WEIGHTS = _LONGEST - 1


@dataclass(frozen=True, slots=True)
class ReferenceSettings:
    """What a designer knows of the system that gives the reference out."""

    pattern: re.Pattern[str] = _ANY
    check_digit: str = ""
    """One of the `RULES`; empty when there is none."""
    weights: tuple[int, ...] = ()
    looks_like: str = ""
    """An example, as it stands on the bill."""


_MOST_TRIED = 2_000
"""Texts made from the pattern in search of one with the right check digit."""


class ReferenceField(CodeField):
    """A reference. Posts `{q}`; the value is a str in capitals without spaces and dashes.

    Errors: `missing`, `repeated`, `format`, `check_digit` and `card`.
    """

    name = "reference"
    keys: Mapping[str, str] = {
        "pattern": "A regular expression for the whole of it, in capitals without spaces, "
        "dashes and dots: [0-9]{8}.",
        "check_digit": f"The rule its last figure follows: {', '.join(RULES)}.",
        "weights": "For mod-11: a number for each figure before the last, from the left.",
        "looks_like": "An example as it stands on the bill; it must pass the rules itself.",
    }
    mistakes: Mapping[str, str] = {
        **CODE_MISTAKES,
        "check_digit": "one of its figures is mistyped: the check digit does not fit",
        "card": "it is a payment card number",
    }
    wrong = (*CodeField.wrong, "4242 4242 4242 4242", "A B")

    def read(self, keys: Keys) -> ReferenceSettings:
        """Read the rules, and try them on the designer's own example."""
        rule = keys.one_of("check_digit", ("", *RULES), "")
        weights = _weights(keys, rule)
        if rule == "mod-11" and not weights:
            keys.problem(
                "check_digit",
                "mod-11 needs weights",
                "Write them like weights: [7, 6, 5, 4, 3, 2].",
            )
            rule = ""
        pattern = read_pattern(keys) or _ANY
        settings = ReferenceSettings(pattern, rule, weights, keys.text("looks_like").strip())
        if settings.looks_like and not _fits(settings, compact(settings.looks_like)):
            keys.problem(
                "looks_like",
                f"{settings.looks_like} does not pass the pattern and check digit itself",
                "Take a real-looking example with the right check digit.",
            )
        return settings

    def as_code(self, question: Question, typed: str) -> str | None:
        """A reference of the right shape; its check digit is looked at afterwards."""
        settings: ReferenceSettings = question.settings
        fits = len(typed) <= _LONGEST and typed.isascii() and typed.isprintable()
        return typed if fits and settings.pattern.fullmatch(typed) else None

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> str | tuple[FieldError, ...] | None:
        """Read the reference, then see whether its check digit fits."""
        code = super().parse(question, raw, asking)
        if not isinstance(code, str):
            return code
        if has_card_number(code):
            said = "Enter the reference on the bill, not a payment card number"
            return (FieldError(question.name, question.say("card", said)),)
        if not _checks(question.settings, code):
            said = f"Check {about(question)}: one of its figures does not fit the others"
            return (FieldError(question.name, question.say("check_digit", said)),)
        return code

    def explain(self, question: Question) -> str:
        """By the designer's example."""
        settings: ReferenceSettings = question.settings
        if settings.looks_like:
            return f"Enter {about(question)} in the correct format, like {settings.looks_like}"
        return f"Enter {about(question)} in the correct format"

    def sample_code(self, question: Question) -> str:
        """The designer's own example, or one made from the pattern."""
        settings: ReferenceSettings = question.settings
        made = (matching_text(settings.pattern, number) for number in range(_MOST_TRIED))
        fitting = (text for text in made if self.as_code(question, compact(text)) is not None)
        return compact(settings.looks_like) or next(fitting, "")

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """What is no such reference, and the example with another check digit."""
        settings: ReferenceSettings = question.settings
        posts = super().sample_mistakes(question)
        if not settings.check_digit or not settings.looks_like:
            return posts
        good = compact(settings.looks_like)
        slip = f"{good[:-1]}{'1' if good[-1] == '0' else '0'}"
        return (*posts, {question.name: [slip]})


def _fits(settings: ReferenceSettings, code: str) -> bool:
    return bool(settings.pattern.fullmatch(code)) and _checks(settings, code)


def _checks(settings: ReferenceSettings, code: str) -> bool:
    return not settings.check_digit or passes(settings.check_digit, code, settings.weights)


def _weights(keys: Keys, rule: str) -> tuple[int, ...]:
    written = keys.raw.get("weights")
    if written is None:
        return ()
    if rule != "mod-11":
        keys.problem("weights", "only mod-11 has weights", "Remove them.")
        return ()
    listed = written if is_list(written) else []
    numbers = [str(each) for each in listed]
    if not 1 <= len(numbers) <= _MOST_WEIGHTS or not all(
        re.fullmatch(r"\d{1,2}", each, re.ASCII) for each in numbers
    ):
        keys.problem(
            "weights",
            "weights must be a list of whole numbers up to 99",
            "Like [7, 6, 5, 4, 3, 2].",
        )
        return ()
    return tuple(map(int, numbers))


FIELD: FieldType = ReferenceField()
