"""The bank holidays of England and Wales, from a list that ships with a package: no network."""

from datetime import date
from functools import cache
from typing import Any


@cache
def bank_holidays() -> frozenset[date]:
    """Every bank holiday known, 2012 to the end of the list the package ships.

    Working days beyond its end count as if there were none: update the package each year
    (https://www.gov.uk/bank-holidays).
    """
    # It brings an HTTP client along, which takes a moment to import and is never used.
    from govuk_bank_holidays.bank_holidays import BankHolidays  # noqa: PLC0415

    kept: Any = BankHolidays(use_cached_holidays=True)
    listed: list[dict[str, Any]] = kept.get_holidays(BankHolidays.ENGLAND_AND_WALES)
    return frozenset(day for holiday in listed if isinstance(day := holiday["date"], date))
