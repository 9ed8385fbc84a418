"""Reads what a payer typed into the card form. Pure; a mistake is a value, not an exception.

Nothing typed into the card number, expiry or security code is ever put back on the page.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from portal.sandbox.cards import find_card
from portal.sandbox.taking import Payer

_ORDER = ("email", "card_number", "expiry", "security_code", "name", "postcode")
"""The fields as they stand on the page, and so in the list of mistakes."""
_NO_CARD = "Enter a card number"
_NOT_A_TEST_CARD = "This is a test service: use a test card"
_DECEMBER = 12
_EXPIRY = re.compile(r"(?P<month>\d{1,2})\s*[/\- ]\s*(?:20)?(?P<year>\d{2})", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PLAIN = {
    "email": (_EMAIL, "Enter an email address, like name@example.com"),
    "security_code": (re.compile(r"\d{3,4}", re.ASCII), "Enter the 3 digits, like 123"),
    "name": (re.compile(r".{1,200}"), "Enter the name on the card"),
    "postcode": (re.compile(r".{1,12}"), "Enter a postcode, like SW1A 1AA"),
}
"""The fields whose shape is all there is to check."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to put right: which field, and how."""

    field: str
    message: str


def read_card_form(
    typed: Mapping[str, str], *, known_email: str | None, month: tuple[int, int]
) -> Payer | list[Mistake]:
    """Read the form; `month` is the present (year, month), in which a card may still expire."""
    given = {name: value.strip() for name, value in typed.items()}
    given["email"] = known_email or given.get("email", "")
    card = find_card(given.get("card_number", ""))
    expiry = _read_expiry(given.get("expiry", ""))
    mistakes = [
        Mistake(field, message)
        for field, (shape, message) in _PLAIN.items()
        if shape.fullmatch(given.get(field, "")) is None
    ]
    if card is None:
        empty = not given.get("card_number")
        mistakes.append(Mistake("card_number", _NO_CARD if empty else _NOT_A_TEST_CARD))
    if expiry is None or (expiry[1], expiry[0]) < month:
        mistakes.append(Mistake("expiry", "Enter an expiry date in the future, like 12/34"))
    if mistakes or card is None or expiry is None:
        return sorted(mistakes, key=lambda mistake: _ORDER.index(mistake.field))
    return Payer(card, given["email"], given["name"], given["postcode"], expiry)


def _read_expiry(typed: str) -> tuple[int, int] | None:
    """Month and year of "12/34", "12 / 2034", "1-34" or "1234"; None when it is neither."""
    digits = typed.strip()
    if re.fullmatch(r"\d{4}", digits, re.ASCII):
        digits = f"{digits[:2]}/{digits[2:]}"
    match = _EXPIRY.fullmatch(digits)
    if match is None or not 1 <= int(match["month"]) <= _DECEMBER:
        return None
    return int(match["month"]), 2000 + int(match["year"])
