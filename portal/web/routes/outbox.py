"""The development mailbox: what the portal sent, readable in the browser. Not in production."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal.core.errors import Missing
from portal.notices.mailbox import list_messages, read_message
from portal.web.dependencies import InHouse

router = APIRouter(include_in_schema=False)


@router.get("/staff/outbox")
def show_outbox(request: Request, house: InHouse) -> Response:
    """Every message, newest first; and the work that waits or is parked."""
    folder = house.settings.data_dir / "mailbox"
    return house.pages.answer(
        request,
        "staff/outbox.html",
        messages=list_messages(folder),
        jobs=house.work.waiting(limit=50),
        page_title="Outbox",
    )


@router.get("/staff/outbox/{name}")
def show_message(request: Request, house: InHouse, name: str) -> Response:
    """One message."""
    try:
        message = read_message(house.settings.data_dir / "mailbox", name)
    except (FileNotFoundError, ValueError) as error:
        raise Missing(name) from error
    return house.pages.answer(
        request, "staff/message.html", message=message, page_title=message.stored.subject
    )
