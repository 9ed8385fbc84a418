"""The field type `phone`: a telephone number that can be rung, by the numbering plans."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from portal.forms.fields.base import Asking, FieldError, FieldType, Json, Keys, Question, Raw
from portal.forms.fields.domain import Words
from portal.forms.fields.one_text import OneText
from portal.forms.fields.stored import load_text
from portal.forms.fields.text_rules import read_characters, repeated, unanswered
from portal.forms.fields.wording import about

_TYPED = re.compile(
    r"(?P<number>\+?[\d\s().\-/]{3,40}?)\s*(?:(?:ext(?:ension)?\.?|x|#)\s*(?P<extension>\d{1,7}))?",
    re.ASCII | re.IGNORECASE,
)
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_STORED = re.compile(r"(?P<number>\+\d{5,15})(?:;ext=(?P<extension>\d{1,7}))?", re.ASCII)
# Set aside by Ofcom for drama, so that no real person is rung: the ones to give as an example
# (https://www.ofcom.org.uk/phones-and-broadband/phone-numbers/numbers-for-drama).
_FOR_DRAMA = re.compile(r"\+44(?:1632960|7700900)\d{3}", re.ASCII)
_UNITED_KINGDOM = 44


@dataclass(frozen=True, slots=True)
class PhoneSettings:
    """What a designer chose for one telephone question."""

    autocomplete: bool = True


class PhoneField(OneText):
    """A telephone number. Posts `{q}`; the value is a str in E.164, `;ext=` after it (RFC 3966).

    UK numbers are typed with or without +44, others with + or 00. Errors: `missing`, `repeated`
    and `format`.
    """

    name = "phone"
    keys: Mapping[str, str] = {
        "autocomplete": "no: it is somebody else's, so the browser offers nothing.",
    }
    mistakes: Mapping[str, str] = {
        "missing": "nothing was entered",
        "repeated": "the same input was sent more than once",
        "format": "it is not a telephone number in use",
    }

    def read(self, keys: Keys) -> PhoneSettings:
        """Read whose number it is."""
        return PhoneSettings(keys.flag("autocomplete", default=True))

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> str | tuple[FieldError, ...] | None:
        """Read a number as people write it."""
        del asking
        what = about(question)
        typed = read_characters(raw, question.name)
        if typed is None:
            return (repeated(question, question.name, what),)
        if not typed:
            return unanswered(question, question.name, f"Enter {what}")
        number = _as_number(typed)
        if number is None:
            said = "Enter a phone number, like 01632 960 001, 07700 900 982 or +44 808 157 0192"
            return (FieldError(question.name, question.say("format", said)),)
        return number

    def as_raw(self, question: Question, value: str) -> dict[str, list[str]]:
        """The number as people write it."""
        return {question.name: [_in_groups(value)]}

    def show(self, question: Question, value: str) -> tuple[str, ...]:
        """The number as people write it: national for the UK, with + for elsewhere."""
        del question
        return (_in_groups(value),)

    def load(self, stored: Json) -> str:
        """The number back. Raises ValueError."""
        text = load_text(stored)
        if not _STORED.fullmatch(text):
            msg = "a stored telephone number is not in E.164"
            raise ValueError(msg)
        return text

    def domain(self, question: Question) -> Words:
        """Every number, in E.164."""
        del question
        most = len("+123456789012345;ext=1234567")
        return Words(4, most, _sample, lambda text: _STORED.fullmatch(text) is not None, free=False)

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """Too short, too long, letters, and digits of another script."""
        wrong = (
            "0",
            "12345",
            "0" * 30,
            "0800 CALL NOW",
            "not a number",
            "\uff10\uff17\uff17\uff10\uff10 \uff19\uff10\uff10\uff19\uff18\uff12",
        )
        posts = tuple({question.name: [text]} for text in wrong)
        twice = {question.name: ["01632 960001", "01632 960002"]}
        return (*posts, twice) if question.optional else ({}, *posts, twice)


def _sample(number: int) -> str:
    return f"+441632960{number % 1000:03d}"


def _as_number(typed: str) -> str | None:
    match = _TYPED.fullmatch(_DASHES.sub("-", typed))
    if match is None:
        return None
    try:
        number = phonenumbers.parse(match["number"], "GB")
    except NumberParseException:
        return None
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if not (phonenumbers.is_valid_number(number) or _FOR_DRAMA.fullmatch(e164)):
        return None
    return f"{e164};ext={match['extension']}" if match["extension"] else e164


def _in_groups(value: str) -> str:
    e164, _, extension = value.partition(";ext=")
    number: PhoneNumber = phonenumbers.parse(e164, None)
    ours = number.country_code == _UNITED_KINGDOM
    style = PhoneNumberFormat.NATIONAL if ours else PhoneNumberFormat.INTERNATIONAL
    groups = phonenumbers.format_number(number, style)
    return f"{groups} ext {extension}" if extension else groups


FIELD: FieldType = PhoneField()
