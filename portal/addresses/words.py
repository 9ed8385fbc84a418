"""How people write addresses and how we compare them: folding, postcodes, near misses. Pure.

Everything searched is a row of words of a-z and 0-9, one space between; both sides of every
comparison are folded by `fold`, so nothing a person types can reach a query as syntax.
"""

import re
import unicodedata
from dataclasses import dataclass

LONGEST_SEARCH = 200
"""Characters. Nobody's address is longer, so nothing longer is looked for."""
MOST_WORDS = 10

_APOSTROPHES = re.compile("['\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}`]")
_NOT_WORD = re.compile("[^a-z0-9]+")
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "\N{LATIN SMALL LETTER DOTLESS I}": "i"}
)
"""Letters with a stroke or joined, which do not come apart into a plain letter and an accent."""
_DIGITS = re.compile("[0-9]+")
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")
_OUTWARD = re.compile("[A-Z]{1,2}[0-9][A-Z0-9]?")
_INWARD_START = re.compile("[0-9][A-Z]?")
_POSTCODE_INSIDE = re.compile(r"\b([a-z]{1,2}[0-9][a-z0-9]?) ?([0-9][a-z]{2})\b")

SHORT_FORMS = {
    "apt": ("apartment", "flat"),
    "av": ("avenue",),
    "ave": ("avenue",),
    "blvd": ("boulevard",),
    "bldg": ("building",),
    "cl": ("close",),
    "cott": ("cottage",),
    "cres": ("crescent",),
    "ct": ("court",),
    "dr": ("drive",),
    "fm": ("farm",),
    "gdns": ("gardens",),
    "gr": ("grove",),
    "gt": ("great",),
    "hse": ("house",),
    "ln": ("lane",),
    "lt": ("little",),
    "mt": ("mount",),
    "nth": ("north",),
    "pk": ("park",),
    "pl": ("place",),
    "rd": ("road",),
    "rds": ("roads",),
    "saint": ("st",),
    "sq": ("square",),
    "st": ("street", "saint"),
    "sth": ("south",),
    "str": ("street",),
    "ter": ("terrace",),
    "terr": ("terrace",),
}
"""What people write short, and what the gazetteer may say instead."""


def fold(text: str) -> str:
    """Reduce text to plain words: "Café d'Or, 14-18" becomes "cafe dor 14 18"."""
    plain = _APOSTROPHES.sub("", text)
    if not plain.isascii():
        apart = unicodedata.normalize("NFKD", plain)
        plain = (
            "".join(c for c in apart if not unicodedata.combining(c)).casefold().translate(_LETTERS)
        )
    return _NOT_WORD.sub(" ", plain.lower()).strip()


def searched_words(text: str) -> tuple[str, ...]:
    """The words of a search; none when the text is longer than any address."""
    if len(text) > LONGEST_SEARCH:
        return ()
    words = _POSTCODE_INSIDE.sub(r"\1 \2", fold(text)).split()
    return tuple(dict.fromkeys(words)) if len(words) <= MOST_WORDS else ()


def natural(text: str) -> str:
    """A key that sorts as people count: "flat 2" before "flat 10"."""
    return _DIGITS.sub(lambda digits: digits[0].zfill(6), fold(text))


def tidy_postcode(text: str) -> str:
    """Write a postcode the usual way, "ZZ1 1AA"; other text only in capitals."""
    capitals = "".join(text.upper().split())
    whole = _POSTCODE.fullmatch(capitals)
    return f"{whole[1]} {whole[2]}" if whole else " ".join(text.upper().split())


def read_postcode(text: str) -> tuple[str, ...]:
    """How postcodes meant by this text begin; none when it is no postcode nor the start of one.

    A whole postcode begins only like itself. "ZZ11" may be the district ZZ11 or the start of
    ZZ1 1AA, so it gives two.
    """
    parts = text.upper().split()
    whole = _POSTCODE.fullmatch("".join(parts))
    if whole:
        return (f"{whole[1]} {whole[2]}",)
    if len(parts) == 1:
        halves = [(parts[0][:cut], parts[0][cut:]) for cut in range(len(parts[0]), 1, -1)]
    else:
        halves = [(parts[0], parts[1])] if len(parts) == 2 else []  # noqa: PLR2004  # two halves
    return tuple(
        f"{outward} {inward}"
        for outward, inward in halves
        if _OUTWARD.fullmatch(outward) and (not inward or _INWARD_START.fullmatch(inward))
    )


def is_number(word: str) -> bool:
    """Whether the word is a house number: digits, perhaps with one letter."""
    return re.fullmatch("[0-9]+[a-z]?", word) is not None


def one_slip_apart(typed: str, word: str) -> bool:
    """Whether one letter was added, left out, replaced or swapped with its neighbour."""
    if typed == word or abs(len(typed) - len(word)) > 1:
        return typed == word
    head = 0
    while head < min(len(typed), len(word)) and typed[head] == word[head]:
        head += 1
    rest, other = typed[head:], word[head:]
    return (
        rest[1:] == other[1:]
        or rest[1:] == other
        or rest == other[1:]
        or (rest[:2] == other[1::-1] and rest[2:] == other[2:])
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """One word looked for: any of these, the `starts` ones also as the beginning of a word."""

    words: tuple[str, ...]
    starts: tuple[str, ...] = ()


def wanted(words: tuple[str, ...]) -> tuple[Wanted, ...]:
    """What to look for: every word or its long forms; the last may be still half typed.

    A house number is never taken for half of another: 1 is not 10.
    """
    return tuple(
        _want(word, half_typed=place == len(words) - 1 and not is_number(word))
        for place, word in enumerate(words)
    )


def _want(word: str, *, half_typed: bool) -> Wanted:
    forms = (word, *SHORT_FORMS.get(word, ()))
    return Wanted(forms, (word,) if half_typed else ())
