"""Filling an empty gazetteer with the invented district, for a demonstration."""

from collections.abc import Callable
from datetime import datetime

from portal.addresses.importing import import_gazetteer
from portal.addresses.records import latest_supply
from portal.addresses.synthetic import FULL_COUNT, generate
from portal.database import Transactions

_RECORDS_PER_PROPERTY = 2


def seed_gazetteer(
    transactions: Transactions,
    *,
    count: int = FULL_COUNT,
    again: bool = False,
    now: datetime,
    progress: Callable[[int], None],
) -> int:
    """Load the invented district and say how many live addresses it has.

    Does nothing and gives 0 when a gazetteer is loaded already, unless `again`: a council's own
    addresses are never replaced by invented ones unasked. `progress` counts up to `count`.
    """
    if not again and has_gazetteer(transactions):
        return 0

    def by_property(lines: int) -> None:
        progress(min(count, lines // _RECORDS_PER_PROPERTY))

    return import_gazetteer(transactions, generate(count), progress=by_property, now=now).live


def has_gazetteer(transactions: Transactions) -> bool:
    """Whether any gazetteer was ever loaded."""
    with transactions.read() as session:
        return latest_supply(session) is not None
