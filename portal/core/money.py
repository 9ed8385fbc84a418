"""Money is a whole number of pence; this module alone turns it to and from words.

Never float: `int(float("19.99") * 100)` is 1998.
"""

import re
from typing import NewType

Pence = NewType("Pence", int)
"""An amount of pounds sterling in whole pence. May be negative only in a ledger entry."""

LARGEST = Pence(10_000_000_00)
"""Ten million pounds: more than any fee, less than any overflow."""

# ASCII digits only: Decimal() would also take full-width digits, "1e9" and "NaN".
_POUNDS = re.compile(r"£?(?P<pounds>\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.(?P<pence>\d{2}))?", re.ASCII)


def parse_pounds(text: str) -> Pence | None:
    """Read "£1,234.50", "1234.50" or "45" as pence; None when it is not an amount of money.

    Spaces are ignored, as the GOV.UK Design System asks
    (https://design-system.service.gov.uk/components/text-input/).
    """
    match = _POUNDS.fullmatch(text.replace(" ", "").replace("\N{NO-BREAK SPACE}", ""))
    if match is None:
        return None
    amount = int(match["pounds"].replace(",", "")) * 100 + int(match["pence"] or 0)
    return Pence(amount) if amount <= LARGEST else None


def format_pounds(amount: int) -> str:
    """Write pence as "£1,234.50"; a negative amount as "-£5.00"."""
    pounds, pence = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}£{pounds:,}.{pence:02d}"
