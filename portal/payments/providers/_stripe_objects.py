"""Turns Stripe's sessions and events, as plain dicts, into our words, and lines into theirs. Pure.

https://docs.stripe.com/api/checkout/sessions/object and /payment_intents/object. Absent and
null fields are one to us, so every look is a `get`.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from portal.core.money import Pence
from portal.payments.payment import CURRENCY, PaymentLine, Snapshot, SnapshotState
from portal.payments.provider import EventHint

# https://docs.stripe.com/api/events/types: what can change a payment's state.
EVENT_TYPES = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "payment_intent.processing",
)

_WALLETS = {"apple_pay": "Apple Pay", "google_pay": "Google Pay", "link": "Link"}
_METHODS = {"paypal": "PayPal", "pay_by_bank": "Pay by Bank", "bacs_debit": "Bacs Direct Debit"}
_BRANDS = {"amex": "American Express", "jcb": "JCB", "unionpay": "UnionPay"}


def read_session(session: Mapping[str, Any]) -> Snapshot:
    """Say what a Checkout Session, its intent and charge expanded, amounts to."""
    intent = _part(session, "payment_intent")
    charge = _part(intent, "latest_charge")
    fee = _part(charge, "balance_transaction").get("fee")
    state, problem = _state(session, intent)
    return Snapshot(
        state=state,
        problem=problem,
        reference=session.get("client_reference_id") or "",
        provider_reference=session["id"],
        amount=Pence(session.get("amount_total") or 0),
        currency=session.get("currency") or "",
        live=bool(session.get("livemode")),
        received=Pence(intent["amount_received"]) if intent else None,
        payment_reference=intent.get("id"),
        method=_method(_part(charge, "payment_method_details")),
        paid_at=datetime.fromtimestamp(charge["created"], UTC) if charge.get("paid") else None,
        fee=None if fee is None else Pence(fee),
        url=session.get("url"),
    )


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An expanded part; empty when it is absent or only an id."""
    part = whole.get(name)
    return cast("Mapping[str, Any]", part) if isinstance(part, Mapping) else {}


_STATES: dict[tuple[str, ...], SnapshotState] = {
    # session status, payment status, intent status
    ("complete", "paid", "succeeded"): SnapshotState.PAID,
    ("complete", "unpaid", "processing"): SnapshotState.PROCESSING,
    ("complete", "unpaid", "requires_action"): SnapshotState.PROCESSING,
    ("complete", "unpaid", "canceled"): SnapshotState.FAILED,
    ("complete", "unpaid", "requires_payment_method"): SnapshotState.FAILED,
}


def _state(session: Mapping[str, Any], intent: Mapping[str, Any]) -> tuple[SnapshotState, str]:
    """What it comes to; a combination we do not know is strange, and says which."""
    if session.get("mode") != "payment":
        return SnapshotState.STRANGE, f"the session's mode is {session.get('mode')!r}"
    status = str(session.get("status"))
    if status in {"open", "expired"}:
        return SnapshotState(status), ""
    combination = (status, str(session.get("payment_status")), str(intent.get("status")))
    state = _STATES.get(combination, SnapshotState.STRANGE)
    known = state is not SnapshotState.STRANGE
    return state, "" if known else "session {}, payment {}, intent {}".format(*combination)


def _method(details: Mapping[str, Any]) -> str:
    """How it was paid, in words: "Visa ending 4242", "Apple Pay (Visa ending 4242)"."""
    kind = str(details.get("type") or "")
    if kind != "card":
        return _METHODS.get(kind, kind.replace("_", " ").capitalize())
    card = _part(details, "card")
    brand = str(card.get("brand") or "card")
    words = f"{_BRANDS.get(brand, brand.capitalize())} ending {card.get('last4')}"
    wallet = _part(card, "wallet").get("type")
    return f"{_WALLETS.get(wallet, str(wallet).replace('_', ' '))} ({words})" if wallet else words


def read_hint(event: object, raw: bytes | None = None) -> EventHint:
    """Read the ids in an event.

    Raises:
        ValueError: it is not an event of the kind we subscribe to (a v2 "thin" event, say).
    """
    event = cast("Mapping[str, Any]", event) if isinstance(event, Mapping) else {}
    thing = _part(_part(event, "data"), "object")
    if event.get("object") != "event" or not thing:
        msg = "not a v1 event with its object"
        raise ValueError(msg)
    notes = _part(thing, "metadata")
    is_session = thing.get("object") == "checkout.session"
    return EventHint(
        event_id=str(event.get("id") or ""),
        type=str(event.get("type") or ""),
        created=datetime.fromtimestamp(int(event.get("created") or 0), UTC),
        live=bool(event.get("livemode")),
        api_version=str(event.get("api_version") or ""),
        object_id=str(thing.get("id") or ""),
        raw=raw if raw is not None else json.dumps(event, sort_keys=True).encode(),
        account=str(event.get("account") or ""),
        provider_reference=str(thing["id"]) if is_session else None,
        reference=thing.get("client_reference_id") if is_session else None,
        attempt_id=notes.get("attempt_id"),
    )


def line_item(line: PaymentLine) -> dict[str, Any]:
    """Write one fee line as a line of a session, its price made for the occasion."""
    return {
        "quantity": 1,
        "price_data": {
            "currency": CURRENCY,
            "unit_amount": int(line.amount),
            "tax_behavior": "inclusive",
            "product_data": {
                "name": line.label[:250],
                "metadata": {"income_code": line.income_code},
            },
        },
    }
