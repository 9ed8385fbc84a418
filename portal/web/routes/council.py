"""The council's standing pages: accessibility, privacy."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal.web.dependencies import InHouse

router = APIRouter(include_in_schema=False)


@router.get("/accessibility")
def show_accessibility(request: Request, house: InHouse) -> Response:
    """The accessibility statement."""
    return house.pages.answer(
        request, "council/text.html", text=house.council.accessibility, page_title="Accessibility"
    )


@router.get("/privacy")
def show_privacy(request: Request, house: InHouse) -> Response:
    """The privacy notice, cookies included."""
    return house.pages.answer(
        request, "council/text.html", text=house.council.privacy, page_title="Privacy and cookies"
    )
