"""Finds what looks like a payment card number in text, so that none is ever stored.

A card number in an answer would bring the whole portal into the scope of PCI DSS. Found are runs
of 13 to 19 digits that an issuer could have given out and that pass the Luhn check (ISO/IEC 7812-1,
annex B), also with spaces, hyphens or dots between the digits, and in any script's digits.
"""

import re
import unicodedata
from collections.abc import Iterator

SHORTEST, LONGEST = 13, 19
"""Digits."""

_BETWEEN = r"[ .\-_]{1,2}"
_RUN = re.compile(rf"\d+(?:{_BETWEEN}\d+)*", re.ASCII)
_GROUP = re.compile(r"\d+", re.ASCII)
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0|6|8|9)\d{12,17}"  # Diners Club
    r"|35\d{14,17}"  # JCB
    r"|5\d{12,18}|2[2-7]\d{14}"  # Mastercard, Maestro
    r"|6\d{12,18}",  # Discover, Maestro, UnionPay
    re.ASCII,
)


def has_card_number(text: str) -> bool:
    """Whether any part of the text looks like a card number."""
    return next(_found(text), None) is not None


def without_card_numbers(text: str, instead: str) -> str:
    """The text with every card-like run replaced; unchanged when there is none."""
    plain = _plain(text)
    spans = list(_found(text))
    for start, end in reversed(spans):
        plain = plain[:start] + instead + plain[end:]
    return plain if spans else text


def _found(text: str) -> Iterator[tuple[int, int]]:
    """Where card-like runs are in the plain text, from left to right, none overlapping."""
    if sum(map(str.isdecimal, text)) < SHORTEST:
        return
    for run in _RUN.finditer(_plain(text)):
        if run.end() - run.start() >= SHORTEST:
            yield from _cards(run)


def _plain(text: str) -> str:
    """The text with every digit an ASCII one, every dash a hyphen and no invisible characters."""
    seen = unicodedata.normalize("NFKC", text)
    shown = (c for c in seen if unicodedata.category(c) != "Cf")
    digits = (str(unicodedata.decimal(c)) if c.isdecimal() else c for c in shown)
    return _DASHES.sub("-", "".join(digits))


def _cards(run: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Card numbers among the groups of one run: they begin and end where a group does.

    Looking inside a group as well would find a card number in most long references.
    """
    groups = [(g.start() + run.start(), g.group()) for g in _GROUP.finditer(run.group())]
    first = 0
    while first < len(groups):
        last = _last_group(groups, first)
        if last is None:
            first += 1
            continue
        yield groups[first][0], groups[last][0] + len(groups[last][1])
        first = last + 1


def _last_group(groups: list[tuple[int, str]], first: int) -> int | None:
    digits = ""
    for at in range(first, len(groups)):
        digits += groups[at][1]
        if len(digits) > LONGEST:
            return None
        if len(digits) >= SHORTEST and _ISSUED.fullmatch(digits) and _passes_luhn(digits):
            return at
    return None


def _passes_luhn(digits: str) -> bool:
    doubled = (int(d) * 2 for d in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(d - 9 * (d > 9) for d in doubled)) % 10 == 0  # noqa: PLR2004  # a digit
