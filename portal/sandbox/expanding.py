"""Answers `expand[]` as Stripe does: ids replaced by the objects they name.

See https://docs.stripe.com/api/expanding_objects: at most four levels, `data.` for lists.
"""

from typing import cast

from portal.sandbox.errors import InvalidRequest
from portal.sandbox.money_objects import as_of
from portal.sandbox.objects import Json, page
from portal.sandbox.records import Records

_DEEPEST = 4
_IDS = {
    ("checkout.session", "payment_intent"),
    ("payment_intent", "latest_charge"),
    ("payment_intent", "payment_method"),
    ("charge", "balance_transaction"),
    ("charge", "payment_intent"),
    ("refund", "balance_transaction"),
    ("refund", "failure_balance_transaction"),
    ("refund", "charge"),
    ("refund", "payment_intent"),
    ("balance_transaction", "source"),
}
_LISTS = {
    ("checkout.session", "line_items"): ("item", "/v1/checkout/sessions/{id}/line_items"),
    ("charge", "refunds"): ("refund", "/v1/charges/{id}/refunds"),
}


def present(records: Records, stored: Json) -> Json:
    """Fill in what depends on the moment of asking."""
    if stored["object"] == "balance_transaction":
        return as_of(stored, records.now)
    if stored["object"] == "event":
        return {**stored, "pending_webhooks": records.undelivered(stored["id"])}
    return stored


def expand(records: Records, answer: Json, paths: list[str]) -> Json:
    """Expand an answer along every path.

    Raises:
        InvalidRequest: a path that leads nowhere.
    """
    for path in paths:
        steps = path.split(".")
        if len(steps) > _DEEPEST + (steps[0] == "data"):
            message = f"You cannot expand more than {_DEEPEST} levels of a property: {path}"
            raise InvalidRequest(message, param="expand")
        _walk(records, answer, steps)
    return answer


def _walk(records: Records, node: Json, steps: list[str]) -> None:
    if not steps:
        return
    step, rest = steps[0], steps[1:]
    if node["object"] == "list":
        if step != "data":
            raise _nowhere(step)
        for item in cast("list[Json]", node["data"]):
            _walk(records, item, rest)
        return
    below = _grow(records, node, step)
    if below is not None:
        _walk(records, below, rest)


def _grow(records: Records, node: Json, step: str) -> Json | None:
    """Put the object in the place of its id; None where there is none."""
    place = (node["object"], step)
    if place in _LISTS:
        if not isinstance(node.get(step), dict):
            kind, address = _LISTS[place]
            children = [present(records, child) for child in records.children(node["id"], kind)]
            url = address.format(id=node["id"])
            node[step] = page(children, url=url, has_more=False)
        return node[step]
    if place not in _IDS:
        raise _nowhere(step)
    if isinstance(node.get(step), str):
        found = records.find(node[step])
        node[step] = present(records, found) if found else None
    return node.get(step)


def _nowhere(step: str) -> InvalidRequest:
    return InvalidRequest(f"This property cannot be expanded ({step}).", param="expand")
