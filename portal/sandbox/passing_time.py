"""Lets time pass: whatever falls due by the clock alone, in one place."""

from portal.sandbox.records import Records
from portal.sandbox.refunding import finish_due
from portal.sandbox.taking import expire_overdue


def let_time_pass(records: Records) -> None:
    """Expire what is over, and let slow banks finish."""
    expire_overdue(records)
    finish_due(records)
