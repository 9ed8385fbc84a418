"""The field type `email`: an e-mail address that a letter can be sent to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import idna

from portal.forms.fields.base import Asking, FieldError, FieldType, Keys, Question, Raw
from portal.forms.fields.domain import Words
from portal.forms.fields.one_text import OneText
from portal.forms.fields.text_rules import (
    TEXT_MISTAKES,
    read_text,
    unanswered,
    unstorable_samples,
)
from portal.forms.fields.wording import about

LONGEST = 254
"""Characters of an address in all (RFC 5321, 4.5.3.1.3, less the angle brackets)."""
_LONGEST_LOCAL = 64
_LOCAL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.IGNORECASE | re.ASCII
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z])(?:{_LABEL})(?<=[a-z0-9]{{2}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """What a designer chose for one e-mail question."""

    autocomplete: bool = True


class EmailField(OneText):
    """An e-mail address. Posts `{q}`; the value is a str with its domain small and in ASCII.

    A domain in another script is kept in punycode, which is what mail servers speak and what
    shows an officer a look-alike letter. Errors: those of every text, and `format`.
    """

    name = "email"
    keys: Mapping[str, str] = {
        "autocomplete": "no: it is somebody else's, so the browser offers nothing.",
    }
    mistakes: Mapping[str, str] = {**TEXT_MISTAKES, "format": "it is not an e-mail address"}

    def read(self, keys: Keys) -> EmailSettings:
        """Read whose address it is."""
        return EmailSettings(keys.flag("autocomplete", default=True))

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> str | tuple[FieldError, ...] | None:
        """Read an address of the form local@domain; whether it exists only a letter can tell."""
        del asking
        what = about(question)
        text = read_text(question, raw, question.name, about=what, most=LONGEST)
        if isinstance(text, FieldError):
            return (text,)
        if not text:
            return unanswered(question, question.name, f"Enter {what}")
        address = _as_address(text)
        if address is None:
            said = "Enter an email address in the correct format, like name@example.com"
            return (FieldError(question.name, question.say("format", said)),)
        return address

    def domain(self, question: Question) -> Words:
        """Every address."""
        del question
        shortest = len("a@b.uk")
        return Words(shortest, LONGEST, _sample, lambda text: _as_address(text) == text, free=False)

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """What is no address, and what cannot be stored."""
        wrong = (
            "name",
            "name@",
            "@example.com",
            "name@example",
            "a b@example.com",
            "a..b@example.com",
        )
        posts = tuple({question.name: [text]} for text in wrong)
        return (*unstorable_samples(question, question.name, LONGEST), *posts)


def _sample(number: int) -> str:
    return f"sample{number}@example.test"


def _as_address(text: str) -> str | None:
    local, at, domain = text.rpartition("@")
    if not at or len(local) > _LONGEST_LOCAL or not _LOCAL.fullmatch(local):
        return None
    ascii_domain = _as_ascii(domain)
    if not _DOMAIN.fullmatch(ascii_domain):
        return None
    address = f"{local}@{ascii_domain}"
    return address if len(address) <= LONGEST else None


def _as_ascii(domain: str) -> str:
    """The domain in small letters, and in punycode when it is not ASCII (RFC 5891); or empty."""
    if domain.isascii():
        return domain.lower()
    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except idna.IDNAError:
        return ""


FIELD: FieldType = EmailField()
