"""The council's standing pages: accessibility, privacy."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal.web.dependencies import Asks, InHouse

router = APIRouter(include_in_schema=False)


@router.get("/accessibility")
def show_accessibility(request: Request, house: InHouse, asks: Asks) -> Response:
    """The accessibility statement."""
    return _statement(request, house, asks, "accessibility")


@router.get("/privacy")
def show_privacy(request: Request, house: InHouse, asks: Asks) -> Response:
    """The privacy notice, cookies included."""
    return _statement(request, house, asks, "privacy")


def _statement(request: Request, house: InHouse, asks: Asks, name: str) -> Response:
    council = house.council.in_language(asks.language)
    return house.pages.answer(
        request,
        "council/text.html",
        text=getattr(council, name),
        page_title=house.pages.say(f"{name}_title", council.language),
    )
