"""Takes (no) money: opens a session, lets a payer try, asks the bank, expires.

Every function works inside the caller's transaction, and tells the news of what it changed.
"""

from dataclasses import dataclass
from enum import StrEnum

from portal.sandbox.booking import book
from portal.sandbox.cards import Card, Conduct
from portal.sandbox.errors import ApiError, InvalidRequest
from portal.sandbox.money_objects import charge, three_d_secure
from portal.sandbox.news import tell
from portal.sandbox.objects import (
    Json,
    amount_of,
    billing_details,
    card_details,
    customer_details,
    line_item,
    payment_intent,
    payment_method,
    session,
)
from portal.sandbox.records import Records, new_id

SMALLEST_PENCE = 30
LARGEST_PENCE = 999_999_99
SHORTEST_SECONDS = 30 * 60
LONGEST_SECONDS = 24 * 60 * 60

_METHODS = ("card", "paypal")
_DATA = "sandbox.intent_data"


class State(StrEnum):
    """Where an attempt to pay has led."""

    PAID = "paid"
    DECLINED = "declined"
    ASK_THE_BANK = "ask_the_bank"
    CLOSED = "closed"
    """Expired, or paid before: nothing was done."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt; `message` is for the payer."""

    state: State
    session: Json
    message: str = ""


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, and with what. `card` is None for PayPal."""

    card: Card | None
    email: str | None = None
    name: str | None = None
    postcode: str | None = None
    expiry: tuple[int, int] = (12, 2034)
    wallet: str | None = None


def open_session(records: Records, parameters: Json, *, public_url: str) -> Json:
    """Open a Checkout Session.

    Raises:
        InvalidRequest: the amount, the expiry or the ways to pay are not possible.
    """
    _check_amount(amount_of(parameters["line_items"]))
    expires_at = parameters.setdefault("expires_at", records.now + LONGEST_SECONDS)
    _check_expiry(expires_at - records.now)
    id_ = new_id("cs_test_", 58)
    opened = session(
        id_=id_,
        now=records.now,
        url=f"{public_url.rstrip('/')}/c/pay/{id_}",
        parameters=parameters,
        method_types=_method_types(parameters),
    )
    records.add(opened)
    for line in parameters["line_items"]:
        records.add(_new_line(line, records.now), parent=id_)
    data = parameters.get("payment_intent_data", {})
    records.add({**data, "id": new_id("data_"), "object": _DATA}, parent=id_)
    return opened


def _new_line(line: Json, now: int) -> Json:
    return line_item(
        id_=new_id("li_1"),
        price_id=new_id("price_1"),
        product_id=new_id("prod_", 14),
        now=now,
        line=line,
    )


def _check_amount(total: int) -> None:
    if total < SMALLEST_PENCE:
        message = "The Checkout Session's total amount due must add up to at least £0.30 gbp"
        raise InvalidRequest(message, code="amount_too_small", param="line_items")
    if total > LARGEST_PENCE:
        message = "The Checkout Session's total amount due must be no more than £999,999.99"
        raise InvalidRequest(message, code="amount_too_large", param="line_items")


def _check_expiry(seconds: int) -> None:
    if seconds < SHORTEST_SECONDS:
        message = (
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        )
        raise InvalidRequest(message, param="expires_at")
    if seconds > LONGEST_SECONDS:
        message = (
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
        )
        raise InvalidRequest(message, param="expires_at")


def _method_types(parameters: Json) -> list[str]:
    allowed = parameters.get("allowed_payment_method_types", _METHODS)
    excluded = parameters.get("excluded_payment_method_types", ())
    types = [type_ for type_ in _METHODS if type_ in allowed and type_ not in excluded]
    if not types:
        raise InvalidRequest("No valid payment method types for this Checkout Session.")
    return types


def attempt(records: Records, session_id: str, payer: Payer) -> Outcome:
    """Try to pay. A declined card leaves the session open; a paid session stays paid once."""
    current = records.get("checkout.session", session_id)
    if current["status"] != "open":
        return Outcome(State.CLOSED, current)
    kind = "card" if payer.card else "paypal"
    if kind not in current["payment_method_types"]:
        return Outcome(State.DECLINED, current, "This way to pay is not offered here.")
    intent = _intent_of(records, current)
    method = _new_method(records, payer, payer.email or current["customer_email"])
    intent.update(payment_method=method["id"], next_action=None)
    if payer.card is not None and payer.card.conduct is Conduct.DECLINED:
        return _decline(records, current, intent, method, payer.card)
    if payer.card is not None and payer.card.conduct is Conduct.ASKS:
        intent.update(status="requires_action", last_payment_error=None)
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
        records.save(intent)
        return Outcome(State.ASK_THE_BANK, current)
    return _take(records, current, intent, method)


def answer_bank(records: Records, session_id: str, *, passed: bool) -> Outcome:
    """Go on after the payer's bank has answered (3-D Secure)."""
    current = records.get("checkout.session", session_id)
    intent = records.find(current["payment_intent"] or "")
    if current["status"] != "open" or intent is None or intent["status"] != "requires_action":
        return Outcome(State.CLOSED, current)
    method = records.get("payment_method", intent["payment_method"])
    intent["next_action"] = None
    if passed:
        return _take(records, current, intent, method, asked=True)
    message = "We are unable to authenticate your payment method. Try again or use another card."
    error = {
        "type": "invalid_request_error",
        "code": "payment_intent_authentication_failure",
        "message": message,
        "payment_method": method,
    }
    intent.update(status="requires_payment_method", payment_method=None, last_payment_error=error)
    records.save(intent)
    tell(records, "payment_intent.payment_failed", intent)
    return Outcome(State.DECLINED, current, message)


def _intent_of(records: Records, current: Json) -> Json:
    """The session's intent, made at its first attempt as Stripe does."""
    if current["payment_intent"] is not None:
        return records.get("payment_intent", current["payment_intent"])
    data = records.children(current["id"], _DATA)[0]
    intent = payment_intent(id_=new_id("pi_3"), now=records.now, session=current, data=data)
    records.add(intent, parent=current["id"])
    current["payment_intent"] = intent["id"]
    records.save(current)
    return intent


def _new_method(records: Records, payer: Payer, email: str | None) -> Json:
    card = payer.card and card_details(payer.card, expiry=payer.expiry, wallet=payer.wallet)
    method = payment_method(
        id_=new_id("pm_1"),
        now=records.now,
        kind="card" if card else "paypal",
        card=card,
        billing=billing_details(email, payer.name, payer.postcode),
    )
    records.add(method)
    return method


def _decline(records: Records, current: Json, intent: Json, method: Json, card: Card) -> Outcome:
    failed = charge(id_=new_id("ch_3"), now=records.now, intent=intent, method=method, refused=card)
    records.add(failed, parent=intent["id"])
    error = {
        "type": "card_error",
        "code": card.code,
        "decline_code": card.decline_code,
        "message": card.message,
        "charge": failed["id"],
        "payment_method": method,
    }
    intent.update(status="requires_payment_method", payment_method=None)
    intent.update(last_payment_error=error, latest_charge=failed["id"])
    records.save(intent)
    tell(records, "payment_intent.payment_failed", intent)
    return Outcome(State.DECLINED, current, card.message)


def _take(
    records: Records, current: Json, intent: Json, method: Json, *, asked: bool = False
) -> Outcome:
    kind = method["type"]
    prefix = "ch_3" if kind == "card" else "py_3"
    taken = charge(id_=new_id(prefix), now=records.now, intent=intent, method=method, refused=None)
    if asked:
        taken["payment_method_details"]["card"]["three_d_secure"] = three_d_secure(passed=True)
    row_type = "charge" if kind == "card" else "payment"
    taken["balance_transaction"] = book(records, taken, row_type)
    records.add(taken, parent=intent["id"])
    intent.update(status="succeeded", amount_received=intent["amount"])
    intent.update(latest_charge=taken["id"], last_payment_error=None)
    records.save(intent)
    current.update(status="complete", payment_status="paid", url=None)
    current["customer_details"] = customer_details(method["billing_details"])
    records.save(current)
    tell(records, "payment_intent.succeeded", intent)
    tell(records, "checkout.session.completed", current)
    return Outcome(State.PAID, current)


def expire_session(records: Records, current: Json) -> Json:
    """Close an open session for good.

    Raises:
        ApiError: it is not open; fetch it, for it may be paid (F05).
    """
    if current["status"] != "open":
        raise ApiError(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of {current['status']}."
        )
    current.update(status="expired", url=None)
    records.save(current)
    if current["payment_intent"] is not None:
        intent = records.get("payment_intent", current["payment_intent"])
        intent.update(status="canceled", canceled_at=records.now, next_action=None)
        intent["cancellation_reason"] = "automatic"
        records.save(intent)
    tell(records, "checkout.session.expired", current)
    return current


def expire_overdue(records: Records) -> None:
    """Expire every open session whose time is up."""
    for overdue in records.overdue_sessions():
        expire_session(records, overdue)
