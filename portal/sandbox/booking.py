"""Writes the provider's own ledger: one balance transaction for each movement of money."""

from portal.sandbox.money_objects import balance_transaction
from portal.sandbox.objects import Json
from portal.sandbox.records import Records, new_id


def book(records: Records, source: Json, row_type: str) -> str:
    """Book a movement caused by `source`; answers the row's id."""
    kind = "card" if row_type == "charge" else "paypal"
    row = balance_transaction(
        id_=new_id("txn_3"), now=records.now, source=source, type_=row_type, kind=kind
    )
    records.add(row, parent=source["id"])
    return row["id"]
