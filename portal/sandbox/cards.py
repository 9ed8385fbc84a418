"""Stripe's published test cards and what each does (https://docs.stripe.com/testing).

No other number is accepted, and only the last four digits are ever kept.
"""

from dataclasses import dataclass
from enum import StrEnum


class Conduct(StrEnum):
    """What happens when the card is used."""

    PAYS = "pays"
    DECLINED = "declined"
    ASKS = "asks the bank (3-D Secure)"


@dataclass(frozen=True, slots=True)
class Card:
    """One test card."""

    number: str
    brand: str
    does: str
    """In a payer's words, for the list on the page."""
    conduct: Conduct = Conduct.PAYS
    code: str = ""
    """Stripe's error code, when declined."""
    decline_code: str = ""
    message: str = ""

    @property
    def last4(self) -> str:
        """The only digits that are kept."""
        return self.number[-4:]


_DECLINED = "Your card was declined."

CARDS = (
    Card("4242424242424242", "visa", "pays"),
    Card("5555555555554444", "mastercard", "pays"),
    Card(
        "4000000000000002",
        "visa",
        "is declined",
        Conduct.DECLINED,
        "card_declined",
        "generic_decline",
        _DECLINED,
    ),
    Card(
        "4000000000009995",
        "visa",
        "is declined: not enough money",
        Conduct.DECLINED,
        "card_declined",
        "insufficient_funds",
        "Your card has insufficient funds.",
    ),
    Card(
        "4000000000000069",
        "visa",
        "is declined: expired",
        Conduct.DECLINED,
        "expired_card",
        "expired_card",
        "Your card has expired.",
    ),
    Card(
        "4000000000000127",
        "visa",
        "is declined: wrong security code",
        Conduct.DECLINED,
        "incorrect_cvc",
        "incorrect_cvc",
        "Your card's security code is incorrect.",
    ),
    Card("4000002500003155", "visa", "asks the bank first (3-D Secure)", Conduct.ASKS),
    Card("4000000000003220", "visa", "asks the bank first (3-D Secure)", Conduct.ASKS),
    Card("4000002760003184", "visa", "asks the bank first (3-D Secure)", Conduct.ASKS),
    Card("4000000000007726", "visa", "pays; a refund takes a while"),
    Card("4000000000005126", "visa", "pays; a refund fails later"),
)

REFUNDS_LATER = "7726"
"""Last four digits of the card whose refunds stay pending for a while, then succeed."""

REFUND_FAILS_LATER = "5126"
"""Last four digits of the card whose refunds succeed and are then returned by the bank."""

_BY_NUMBER = {card.number: card for card in CARDS}


def find_card(typed: str) -> Card | None:
    """Look up what was typed, spaces and hyphens ignored; None when it is not a test card."""
    return _BY_NUMBER.get(typed.replace(" ", "").replace("-", ""))
