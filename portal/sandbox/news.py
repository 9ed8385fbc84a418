"""Tells what changed: writes an event, and the promise to post it, into the same transaction."""

from portal.sandbox.faults import Faults, Post
from portal.sandbox.objects import Json, event
from portal.sandbox.records import Records, new_id

_SETTLE_SECONDS = 0.4
"""How long news is held back so that it can be posted in the wrong order."""


def tell(records: Records, type_: str, object_: Json) -> None:
    """Write down that something happened to an object, as it stands now."""
    news = event(
        id_=new_id("evt_1"), now=records.now, type_=type_, object_=object_, request=records.request
    )
    records.add(news, parent=object_["id"])
    if records.listening:
        promise(records, news["id"], records.faults())


def promise(records: Records, event_id: str, faults: Faults) -> None:
    """Promise to post an event, as the faults of the moment allow."""
    state = "failed" if faults.webhooks is Post.DROP else "pending"
    copies = faults.times if faults.webhooks is Post.DUPLICATE else 1
    wait = {Post.DELAY: faults.delay_seconds, Post.REVERSE: _SETTLE_SECONDS}
    due = records.now + wait.get(faults.webhooks, 0)
    records.promise(event_id, state=state, copies=copies, due=due)
