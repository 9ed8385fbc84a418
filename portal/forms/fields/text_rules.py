"""What text may be stored: which characters, how long, and what to say otherwise.

Every text a resident types goes through `read_text`. The rules: Unicode in form NFC, no control
characters, no bidirectional overrides (they make text read as something it is not: CVE-2021-42574),
no lone surrogates or noncharacters (they cannot be written to a database), no payment card number.
Every script and emoji are welcome. Lengths are characters (code points) after all that.
"""

import re
import unicodedata
from collections.abc import Mapping

from portal.forms.fields.base import FieldError, Keys, Question, Raw
from portal.forms.fields.card_numbers import has_card_number
from portal.forms.fields.wording import starting

LONGEST_INPUT = 100_000
"""Characters: nothing longer is even looked at."""
LONGEST_LINE = 200
"""Characters, where a designer sets no other limit."""
TEXT_MISTAKES: Mapping[str, str] = {
    "missing": "nothing was entered",
    "repeated": "the same input was sent more than once",
    "too_long": "it has more characters than allowed",
    "characters": "it has a control character, a text-direction override or a broken character",
    "card": "it has what looks like a payment card number",
}
"""The kinds of error any text may have, and when each is said."""

_MOST_ACCENTS = 30
"""On one letter, as Stream-Safe Text (UAX #15, section 13): normalising more takes minutes."""
_OVERRIDES = "\u202a-\u202e\u2066-\u2069"
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_BROKEN = f"\ud800-\udfff{_NONCHARACTERS}"
_UNSTORABLE = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_OVERRIDES}{_BROKEN}]")
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_SPACES = " \t\r\n\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_AT_THE_ENDS = _SPACES + _INVISIBLE


def only_value(raw: Raw, name: str) -> str | None:
    """What was posted under a name that takes one value: empty when nothing, None when several."""
    values = raw.get(name, ())
    if len(values) > 1:
        return None
    return values[0] if values else ""


def read_text(  # one input, what it is called, and what it may hold
    question: Question,
    raw: Raw,
    name: str,
    *,
    about: str,
    most: int = LONGEST_LINE,
    lines: bool = False,
) -> str | FieldError:
    """Read one input as text; empty when nothing was typed.

    `most` is in characters. With `lines`, tabs and line breaks are kept, each break as one LF.
    Says `repeated`, `too_long`, `characters` or `card`.
    """
    typed = only_value(raw, name)
    if typed is None:
        return repeated(question, name, about)
    if len(typed) > LONGEST_INPUT:
        return too_long(question, name, about, most)
    text = typed if _has_piled_accents(typed) else tidy(typed, lines=lines)
    if unstorable := name_unstorable(text, lines=lines):
        said = f"{starting(about)} must not contain characters we cannot store: remove {unstorable}"
        return FieldError(name, question.say("characters", said))
    if len(text) > most:
        return too_long(question, name, about, most)
    if has_card_number(text):
        said = f"{starting(about)} must not contain a payment card number: remove it"
        return FieldError(name, question.say("card", said))
    return text


def read_limit(keys: Keys, key: str, default: int | None, most: int) -> int | None:
    """A designer's limit on a text, from 1 to `most`; None when there is none."""
    limit = keys.whole_number(key, default)
    if limit is not None and not 1 <= limit <= most:
        keys.problem(key, f"{key} must be from 1 to {most:,}")
        return default
    return limit


def unanswered(question: Question, name: str, said: str) -> tuple[FieldError, ...] | None:
    """Nothing was entered: fine for an optional question, else the error `missing`."""
    return None if question.optional else (FieldError(name, question.say("missing", said)),)


def unstorable_samples(
    question: Question, name: str, most: int
) -> tuple[dict[str, list[str]], ...]:
    """Posts of one text input that must each be refused."""
    refused = ("Ann\u202eExample", "Ann\x00Example", "4242 4242 4242 4242", "x" * (most + 1))
    posts = tuple({name: [text]} for text in refused)
    twice = {name: ["one", "two"]}
    return (*posts, twice) if question.optional else ({}, *posts, twice)


def repeated(question: Question, name: str, about: str) -> FieldError:
    """Several values came where one belongs: none of them is taken."""
    said = f"{starting(about)} was sent more than once: enter it again"
    return FieldError(name, question.say("repeated", said))


def too_long(question: Question, name: str, about: str, most: int) -> FieldError:
    """The text has more than `most` characters."""
    said = f"{starting(about)} must be {most:,} characters or less"
    return FieldError(name, question.say("too_long", said))


def read_characters(raw: Raw, name: str) -> str | None:
    """Read an input whose type has a strict grammar of its own: a number, a part of a date.

    Spaces at the ends and invisible characters anywhere are dropped, because numbers copied from
    an address book are wrapped in them. None when several values came.
    """
    typed = only_value(raw, name)
    if typed is None:
        return None
    shown = (c for c in typed[: LONGEST_LINE * 2] if unicodedata.category(c) != "Cf")
    return "".join(shown).strip(_AT_THE_ENDS)


def tidy(text: str, *, lines: bool = False) -> str:
    """Text in NFC without space or invisible characters at its ends."""
    whole = _LINE_ENDS.sub("\n", text) if lines else text
    return unicodedata.normalize("NFC", whole).strip(_AT_THE_ENDS)


def name_unstorable(text: str, *, lines: bool = False) -> str:
    """The first character that cannot be stored, in words; empty when all can."""
    if _has_piled_accents(text):
        return "the piled-up accents"
    if not lines and (broken := re.search("[\t\n\r\u2028\u2029]", text)):
        return "the tab" if broken.group() == "\t" else "the line break"
    found = _UNSTORABLE.search(text)
    if found is None:
        return ""
    return f"the hidden character U+{ord(found.group()):04X}"


def _has_piled_accents(text: str) -> bool:
    piled = 0
    for character in text if not text.isascii() else "":
        piled = piled + 1 if unicodedata.combining(character) else 0
        if piled > _MOST_ACCENTS:
            return True
    return False
