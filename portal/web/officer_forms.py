"""Forms for the council's own officers (`audience: officer`): who is signed in may fill them."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from portal.accounts.permissions import Permission
from portal.submissions.records import find_draft
from portal.web.dependencies import house_of, visitor_of
from portal.web.front import Front
from portal.web.rendering import go_to
from portal.web.staff_door import SIGN_IN, demand, find_staff


class FormRoute(APIRoute):
    """Routes within a form: those of a form for officers ask who it is before anything is read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Costs a form for everybody one look into a mapping."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            form = request.path_params.get("form", "")
            house = house_of(request)
            served = house.definitions.library.forms.get(form)
            if served is None or not served.is_for_officers:
                return await inner(request)
            if not await house.in_thread(lambda: _is_admitted(house, request, form)):
                return go_to(f"{SIGN_IN}?then={quote(request.url.path)}")
            return await inner(request)

        return handle


def _is_admitted(house: Front, request: Request, form: str) -> bool:
    """Raises NotAllowed for somebody of the council who may not.

    What is typed on a page begun by somebody signed in is saved though they are signed out by
    then: it is only their own, and the next page asks. Nothing is sent that way.
    """
    found = find_staff(house, request)
    if found is not None:
        demand(found, Permission.FILL_OFFICER_FORMS)
        return True
    if request.method != "POST" or request.url.path.endswith("/check-answers"):
        return False
    asks = visitor_of(request)
    return find_draft(house.transactions, asks.session_hash, form) is not None
