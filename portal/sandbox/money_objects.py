"""The shape of the objects that say money moved: charge, refund, balance transaction, balance.

Pure, as `objects` is; amounts are pence and `now` is seconds since 1970.
"""

from collections.abc import Iterable
from typing import Any

from portal.sandbox.cards import Card
from portal.sandbox.objects import SETTLEMENT_SECONDS, Json, fee_of


def charge(*, id_: str, now: int, intent: Json, method: Json, refused: Card | None) -> Json:
    """Build one try at taking the money: succeeded, or failed as the `refused` card does."""
    taken = 0 if refused else intent["amount"]
    return {
        "id": id_,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": taken,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": _descriptor(intent["statement_descriptor_suffix"]),
        "captured": refused is None,
        "created": now,
        "currency": intent["currency"],
        "customer": None,
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": refused.code if refused else None,
        "failure_message": refused.message if refused else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "on_behalf_of": None,
        "outcome": _outcome(refused),
        "paid": refused is None,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _method_details(method, intent["amount"]),
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "failed" if refused else "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }


def _descriptor(suffix: str | None) -> str:
    return f"SANDBOX* {suffix}"[:22] if suffix else "SANDBOX"


def _outcome(refused: Card | None) -> Json:
    return {
        "advice_code": "try_again_later" if refused else None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if refused else "approved_by_network",
        "reason": refused.decline_code if refused else None,
        "risk_level": "normal",
        "risk_score": 10,
        "seller_message": "The bank declined." if refused else "Payment complete.",
        "type": "issuer_declined" if refused else "authorized",
    }


def _method_details(method: Json, amount: int) -> Json:
    if method["type"] == "card":
        return {"type": "card", "card": {**method["card"], **_authorisation(amount, method)}}
    paypal = {
        "country": "GB",
        "payer_email": method["billing_details"]["email"],
        "payer_id": "SANDBOXPAYER",
        "payer_name": method["billing_details"]["name"],
        "seller_protection": {"dispute_categories": None, "status": "not_eligible"},
        "transaction_id": method["id"].removeprefix("pm_").upper()[:17],
    }
    return {"type": "paypal", "paypal": paypal}


def _authorisation(amount: int, method: Json) -> Json:
    return {
        "amount_authorized": amount,
        "authorization_code": method["id"][-6:].upper(),
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": method["card"]["brand"],
        "network_token": {"used": False},
        "network_transaction_id": method["id"].removeprefix("pm_")[:15],
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": None,
    }


def three_d_secure(*, passed: bool) -> Json:
    """Say how the payer's bank answered."""
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05" if passed else None,
        "exemption_indicator": None,
        "result": "authenticated" if passed else "failed",
        "result_reason": None if passed else "rejected",
        "transaction_id": None,
        "version": "2.2.0",
    }


def refund(*, id_: str, now: int, charge: Json, data: Json, later: bool) -> Json:
    """Build money going back: succeeded at once, or pending when the bank takes its time."""
    kind = charge["payment_method_details"]["type"]
    card = {
        "reference_status": "pending",
        "reference_type": "acquirer_reference_number",
        "type": "refund",
    }
    answer: Json = {
        "id": id_,
        "object": "refund",
        "amount": data["amount"],
        "balance_transaction": None,
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "destination_details": {"type": kind, kind: card if kind == "card" else {}},
        "metadata": data.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "reason": data.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending" if later else "succeeded",
        "transfer_reversal": None,
    }
    if later:
        answer["pending_reason"] = "processing"
    return answer


def balance_transaction(*, id_: str, now: int, source: Json, type_: str, kind: str) -> Json:
    """Build the row of the provider's own ledger for a charge, a refund or a refund returned."""
    amount = source["amount"] * (-1 if type_ in {"refund", "payment_refund"} else 1)
    fee = fee_of(amount, kind) if type_ in {"charge", "payment"} else 0
    return {
        "id": id_,
        "object": "balance_transaction",
        "amount": amount,
        "available_on": now + SETTLEMENT_SECONDS,
        "balance_type": "payments",
        "created": now,
        "currency": source["currency"],
        "description": source.get("description"),
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [_fee_detail(fee, source["currency"])] if fee else [],
        "net": amount - fee,
        "reporting_category": _REPORTED_AS[type_],
        "source": source["id"],
        "status": "pending",
        "type": type_,
    }


_REPORTED_AS = {
    "charge": "charge",
    "payment": "charge",
    "refund": "refund",
    "payment_refund": "refund",
    "refund_failure": "refund_failure",
}


def _fee_detail(fee: int, currency: str) -> Json:
    return {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Sandbox processing fees",
        "type": "stripe_fee",
    }


def as_of(transaction: Json, now: int) -> Json:
    """Say whether a row's money is available yet."""
    ready = transaction["available_on"] <= now
    return {**transaction, "status": "available" if ready else "pending"}


def balance(transactions: Iterable[Json], *, now: int) -> Json:
    """Add up the provider's ledger: what is available now and what is pending."""
    sums = {"available": 0, "pending": 0}
    for row in transactions:
        sums[as_of(row, now)["status"]] += row["net"]

    def pot(amount: int) -> list[dict[str, Any]]:
        return [{"amount": amount, "currency": "gbp", "source_types": {"card": amount}}]

    return {
        "object": "balance",
        "available": pot(sums["available"]),
        "livemode": False,
        "pending": pot(sums["pending"]),
        "refund_and_dispute_prefunding": {"available": pot(0), "pending": pot(0)},
    }
