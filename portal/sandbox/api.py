"""The routes of Stripe's API that the portal uses, under /v1."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from portal.sandbox.bracket_form import Form
from portal.sandbox.calls import Call, Deed, read_call
from portal.sandbox.errors import ApiError
from portal.sandbox.money_objects import balance
from portal.sandbox.objects import Json, page
from portal.sandbox.parameters import (
    Reader,
    array,
    boolean,
    choice,
    group,
    read_parameters,
    text,
    whole,
)
from portal.sandbox.records import Records, Wanted
from portal.sandbox.refunding import give_back
from portal.sandbox.session_parameters import (
    CREATE_REFUND,
    CREATE_SESSION,
    CREATE_SESSION_REQUIRED,
)
from portal.sandbox.taking import expire_session, open_session

router = APIRouter(prefix="/v1")

Asked = Annotated[Call, Depends(read_call)]

_DEFAULT_LIMIT = 10
_RANGE = group({name: whole(at_least=0) for name in ("gt", "gte", "lt", "lte")})


def _created(raw: object, name: str) -> dict[str, int]:
    """`created=1700000000`, or a range of them."""
    if isinstance(raw, dict):
        return _RANGE(raw, name)
    return {"eq": whole(at_least=0)(raw, name)}


_PAGING: dict[str, Reader] = {
    "created": _created,
    "limit": whole(at_least=1, at_most=100),
    "starting_after": text(),
}


def _list(
    records: Records, form: Form, *, kind: str, path: str, filters: dict[str, Reader]
) -> Json:
    """List one kind, newest first; one row more than asked tells whether more follow."""
    asked = read_parameters(form, {**_PAGING, **filters})
    limit = asked.get("limit", _DEFAULT_LIMIT)
    wanted = Wanted(
        equal=_equal(asked, filters),
        created=asked.get("created", {}),
        top=limit + 1,
        after=asked.get("starting_after"),
        delivered=asked.get("delivery_success"),
    )
    found = records.select(kind, wanted)
    return page(found[:limit], url=path, has_more=len(found) > limit)


def _equal(asked: Form, filters: dict[str, Reader]) -> dict[str, list[str]]:
    """Turn the filters on fields into field → accepted values; `types` is a list of `type`."""
    equal: dict[str, list[str]] = {}
    for name in filters.keys() & asked.keys() - {"delivery_success"}:
        value = asked[name]
        field = "type" if name == "types" else name
        equal[field] = cast("list[str]", value) if isinstance(value, list) else [value]
    return equal


@router.post("/checkout/sessions")
def create_session(call: Asked) -> Response:
    """Open a session; its `url` is where the payer goes."""

    def deed(records: Records, form: Form) -> Json:
        asked = read_parameters(form, CREATE_SESSION, required=CREATE_SESSION_REQUIRED)
        return open_session(records, asked, public_url=call.public_url)

    return call.act(deed)


@router.get("/checkout/sessions")
def list_sessions(call: Asked) -> Response:
    """List sessions."""
    filters: dict[str, Reader] = {
        "status": choice("open", "complete", "expired"),
        "payment_intent": text(),
    }
    return call.look(
        lambda records, form: _list(
            records, form, kind="checkout.session", path=call.path, filters=filters
        )
    )


@router.get("/checkout/sessions/{id_}")
def retrieve_session(call: Asked, id_: str) -> Response:
    """Fetch one session."""
    return call.look(_fetch("checkout.session", id_))


@router.post("/checkout/sessions/{id_}/expire")
def expire(call: Asked, id_: str) -> Response:
    """Close an open session."""

    def deed(records: Records, form: Form) -> Json:
        read_parameters(form, {})
        return expire_session(records, records.get("checkout.session", id_, param="session"))

    return call.act(deed)


@router.get("/checkout/sessions/{id_}/line_items")
def list_line_items(call: Asked, id_: str) -> Response:
    """List what is being paid for, first line first."""

    def deed(records: Records, form: Form) -> Json:
        asked = read_parameters(form, {"limit": _PAGING["limit"], "starting_after": text()})
        records.get("checkout.session", id_, param="session")
        lines = records.children(id_, "item")
        ids = [line["id"] for line in lines]
        after = asked.get("starting_after")
        rest = lines[ids.index(after) + 1 :] if after in ids else lines
        limit = asked.get("limit", _DEFAULT_LIMIT)
        return page(rest[:limit], url=call.path, has_more=len(rest) > limit)

    return call.look(deed)


def _fetch(kind: str, id_: str) -> Deed:
    def deed(records: Records, form: Form) -> Json:
        read_parameters(form, {})
        return records.get(kind, id_)

    return deed


@router.get("/payment_intents")
def list_payment_intents(call: Asked) -> Response:
    """List intents; one exists from a session's first attempt to pay."""
    return call.look(
        lambda records, form: _list(
            records, form, kind="payment_intent", path=call.path, filters={}
        )
    )


@router.get("/payment_intents/{id_}")
def retrieve_payment_intent(call: Asked, id_: str) -> Response:
    """Fetch one intent."""
    return call.look(_fetch("payment_intent", id_))


@router.get("/charges/{id_}")
def retrieve_charge(call: Asked, id_: str) -> Response:
    """Fetch one charge."""
    return call.look(_fetch("charge", id_))


@router.post("/refunds")
def create_refund(call: Asked) -> Response:
    """Give money back."""
    return call.act(lambda records, form: give_back(records, read_parameters(form, CREATE_REFUND)))


@router.get("/refunds")
def list_refunds(call: Asked) -> Response:
    """List refunds."""
    filters: dict[str, Reader] = {"charge": text(), "payment_intent": text()}
    return call.look(
        lambda records, form: _list(records, form, kind="refund", path=call.path, filters=filters)
    )


@router.get("/refunds/{id_}")
def retrieve_refund(call: Asked, id_: str) -> Response:
    """Fetch one refund."""
    return call.look(_fetch("refund", id_))


@router.get("/balance_transactions")
def list_balance_transactions(call: Asked) -> Response:
    """List the provider's ledger."""
    filters: dict[str, Reader] = {
        "currency": choice("gbp"),
        "source": text(),
        "type": text(),
    }
    return call.look(
        lambda records, form: _list(
            records, form, kind="balance_transaction", path=call.path, filters=filters
        )
    )


@router.get("/balance_transactions/{id_}")
def retrieve_balance_transaction(call: Asked, id_: str) -> Response:
    """Fetch one row of the provider's ledger."""
    return call.look(_fetch("balance_transaction", id_))


@router.get("/balance")
def retrieve_balance(call: Asked) -> Response:
    """Add up the provider's ledger."""

    def deed(records: Records, form: Form) -> Json:
        read_parameters(form, {})
        return balance(records.every("balance_transaction"), now=records.now)

    return call.look(deed)


@router.get("/events")
def list_events(call: Asked) -> Response:
    """List the news, also of what was never delivered."""
    filters: dict[str, Reader] = {
        "type": text(),
        "types": array(text(), at_most=20),
        "delivery_success": boolean,
    }
    return call.look(
        lambda records, form: _list(records, form, kind="event", path=call.path, filters=filters)
    )


@router.get("/events/{id_}")
def retrieve_event(call: Asked, id_: str) -> Response:
    """Fetch one piece of news."""
    return call.look(_fetch("event", id_))


@router.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE"], include_in_schema=False)
def refuse_unknown(call: Asked, path: str) -> Response:
    """Refuse a route we do not have, as Stripe words it."""
    message = f"Unrecognized request URL ({call.method}: /v1/{path})."
    raise ApiError(message, status=404)
