"""Gives money back: a refund at once, one that takes a while, one the payer's bank returns.

Never more than is left of the charge, however many ask at once: every function works inside the
caller's transaction, and transactions are one at a time.
"""

from typing import Any

from portal.sandbox.booking import book
from portal.sandbox.cards import REFUND_FAILS_LATER, REFUNDS_LATER
from portal.sandbox.errors import ApiError, InvalidRequest
from portal.sandbox.money_objects import refund
from portal.sandbox.news import tell
from portal.sandbox.objects import Json
from portal.sandbox.records import Records, new_id

BANK_SECONDS = 30
"""How long a slow refund takes, in the sandbox's time."""

_PROMISE = "sandbox.promise"


def give_back(records: Records, parameters: Json) -> Json:
    """Refund all that is left of a charge, or the amount asked.

    Raises:
        ApiError: nothing was taken, or less is left than is asked for.
    """
    taken = _charge_to_refund(records, parameters)
    left = taken["amount_captured"] - taken["amount_refunded"]
    amount = parameters.get("amount", left)
    if left == 0:
        message = f"Charge {taken['id']} has already been refunded."
        raise ApiError(message, code="charge_already_refunded")
    if amount > left:
        raise ApiError(
            f"Refund amount ({_pounds(amount)}) is greater than "
            f"unrefunded amount on charge ({_pounds(left)})",
            param="amount",
        )
    last4 = taken["payment_method_details"].get("card", {}).get("last4")
    returned = refund(
        id_=new_id("re_3"),
        now=records.now,
        charge=taken,
        data={**parameters, "amount": amount},
        later=last4 == REFUNDS_LATER,
    )
    returned["balance_transaction"] = book(records, returned, _refund_row(taken))
    records.add(returned, parent=taken["id"])
    _note_refunded(records, taken, amount)
    if last4 in _LATER:
        _promise_later(records, returned["id"], _LATER[last4])
    tell(records, "refund.created", returned)
    tell(records, "charge.refunded", taken)
    return returned


_LATER = {REFUNDS_LATER: "succeeded", REFUND_FAILS_LATER: "failed"}


def _pounds(pence: int) -> str:
    return f"£{pence // 100:,}.{pence % 100:02d}"


def _refund_row(taken: Json) -> str:
    card = taken["payment_method_details"]["type"] == "card"
    return "refund" if card else "payment_refund"


def _charge_to_refund(records: Records, parameters: Json) -> Json:
    if "charge" in parameters:
        found = records.get("charge", parameters["charge"], param="charge")
    elif "payment_intent" in parameters:
        wanted = parameters["payment_intent"]
        intent = records.get("payment_intent", wanted, param="payment_intent")
        found = records.find(intent["latest_charge"] or "")
    else:
        message = "One of the following params should be provided: payment_intent or charge."
        raise InvalidRequest(message, code="parameter_missing", param="payment_intent")
    if found is None or found["status"] != "succeeded":
        raise ApiError("This PaymentIntent does not have a successful charge to refund.")
    return found


def _note_refunded(records: Records, taken: Json, amount: int) -> None:
    taken["amount_refunded"] += amount
    taken["refunded"] = taken["amount_refunded"] == taken["amount_captured"]
    records.save(taken)


def _promise_later(records: Records, refund_id: str, status: str) -> None:
    due = records.now + BANK_SECONDS
    promise: dict[str, Any] = {"refund": refund_id, "becomes": status, "due": due}
    records.add({"id": new_id("promise_"), "object": _PROMISE, **promise})


def finish_due(records: Records) -> None:
    """Let the banks finish what they were slow about."""
    for promise in records.every(_PROMISE):
        if promise["due"] <= records.now:
            records.remove(promise["id"])
            finish_refund(records, promise["refund"], status=promise["becomes"])


def finish_refund(records: Records, refund_id: str, *, status: str) -> Json:
    """Let a refund succeed, or come back from the payer's bank (`failed`)."""
    returned = records.get("refund", refund_id)
    if returned["status"] in {status, "failed"}:
        return returned
    returned["status"] = status
    returned.pop("pending_reason", None)
    if status == "failed":
        returned["failure_reason"] = "expired_or_canceled_card"
        returned["failure_balance_transaction"] = book(records, returned, "refund_failure")
        _note_refunded(records, records.get("charge", returned["charge"]), -returned["amount"])
    records.save(returned)
    tell(records, "refund.updated", returned)
    if status == "failed":
        tell(records, "refund.failed", returned)
    return returned
