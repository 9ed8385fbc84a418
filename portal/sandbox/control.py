"""The control API under /_sandbox: sets faults, moves the clock, pays without the page, counts.

For tests and demonstrations; nothing of the kind exists at Stripe, so no adapter may use it.
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from portal.sandbox.calls import House
from portal.sandbox.cards import Card, find_card
from portal.sandbox.faults import Faults
from portal.sandbox.news import promise
from portal.sandbox.passing_time import let_time_pass
from portal.sandbox.refunding import finish_refund
from portal.sandbox.taking import Outcome, Payer, State, answer_bank, attempt

router = APIRouter(prefix="/_sandbox")


def _house(request: Request) -> House:
    return request.app.state.house


InHouse = Annotated[House, Depends(_house)]


class Advance(BaseModel):
    """How far to move the clock forward."""

    model_config = ConfigDict(extra="forbid")

    advance_seconds: int = Field(ge=0, le=400 * 24 * 60 * 60)


class Pay(BaseModel):
    """How to pay a session without its page."""

    model_config = ConfigDict(extra="forbid")

    card: str = "4242424242424242"
    method: Literal["card", "wallet", "paypal"] = "card"
    email: str | None = None
    name: str = "Test Payer"
    postcode: str = "SW1A 1AA"
    authenticate: bool | None = None
    """With a 3-D Secure card: whether the bank says yes; None leaves it waiting."""


class Become(BaseModel):
    """What a refund's bank says in the end."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["succeeded", "failed"]


@router.post("/faults")
def set_faults(house: InHouse, faults: Faults) -> Faults:
    """Replace the faults in force."""
    with house.store.transaction() as records:
        records.set_faults(faults)
    house.courier.wake()
    return faults


@router.delete("/faults")
def lift_faults(house: InHouse) -> Faults:
    """Let everything go right again; what was dropped stays lost."""
    return set_faults(house, Faults())


@router.post("/clock")
def move_clock(house: InHouse, asked: Advance) -> dict[str, int]:
    """Move the sandbox's clock forward; whatever falls due is done before this answers."""
    with house.store.transaction() as records:
        now = records.advance(asked.advance_seconds)
        let_time_pass(records)
    house.courier.wake()
    return {"now": now}


@router.post("/sessions/{id_}/pay")
def pay_session(house: InHouse, id_: str, asked: Pay) -> dict[str, Any]:
    """Pay as the page would; answers where the attempt has led."""
    payer = Payer(
        card=None if asked.method == "paypal" else _card(asked),
        email=asked.email,
        name=asked.name,
        postcode=asked.postcode,
        wallet="apple_pay" if asked.method == "wallet" else None,
    )
    with house.store.transaction() as records:
        let_time_pass(records)
        outcome = attempt(records, id_, payer)
        if outcome.state is State.ASK_THE_BANK and asked.authenticate is not None:
            outcome = answer_bank(records, id_, passed=asked.authenticate)
    house.courier.wake()
    return _described(outcome)


def _card(asked: Pay) -> Card:
    card = find_card(asked.card)
    if card is None:
        raise HTTPException(422, "This is a test service: use a test card.")
    return card


def _described(outcome: Outcome) -> dict[str, Any]:
    return {
        "state": outcome.state,
        "message": outcome.message,
        "session": outcome.session["id"],
        "payment_intent": outcome.session["payment_intent"],
        "payment_status": outcome.session["payment_status"],
    }


@router.post("/refunds/{id_}/become")
def settle_refund(house: InHouse, id_: str, asked: Become) -> dict[str, Any]:
    """Let a refund succeed, or come back from the payer's bank."""
    with house.store.transaction() as records:
        refund = finish_refund(records, id_, status=asked.status)
    house.courier.wake()
    return refund


@router.post("/events/{id_}/resend")
def resend_event(house: InHouse, id_: str) -> dict[str, str]:
    """Post an event once more, as the Stripe dashboard can."""
    with house.store.transaction() as records:
        promise(records, records.get("event", id_)["id"], records.faults())
    house.courier.wake()
    return {"resent": id_}


@router.patch("/objects/{id_}")
def falsify(house: InHouse, id_: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Overwrite fields of an object, so that the provider lies about it (F37); no news is told."""
    with house.store.transaction() as records:
        found = records.find(id_)
        if found is None:
            raise HTTPException(404, "No such object.")
        found |= {name: value for name, value in fields.items() if name not in {"id", "object"}}
        records.save(found)
    return found


@router.get("/state")
def show_state(house: InHouse) -> dict[str, Any]:
    """Count what there is, by kind and status; everything is the result of real calls."""
    with house.store.transaction() as records:
        let_time_pass(records)
        return {
            "now": records.now,
            "faults": records.faults().model_dump(),
            "webhooks": records.delivery_counts(),
            **records.counts(),
        }


@router.post("/reset")
def reset(house: InHouse) -> dict[str, bool]:
    """Forget everything."""
    house.store.empty()
    return {"reset": True}
