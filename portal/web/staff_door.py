"""The door for staff: who is signed in, what they may do, and where everybody else is sent."""

import ipaddress
import re
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute

from portal.accounts.permissions import Permission
from portal.accounts.signing_in import SignedIn, find_signed_in
from portal.core.errors import NotAllowed
from portal.web.dependencies import house_of, visitor_of
from portal.web.front import Front
from portal.web.rendering import go_to
from portal.web.security import staff_cookie_name

SIGN_IN = "/staff/sign-in"
_OURS = re.compile(r"/(?:staff|design|forms)(?:/[A-Za-z0-9_.~-]+)*")
_LONGEST_TOKEN = 100
WATCHES = "/state"
"""How addresses end that a page asks for by itself: they keep nobody signed in."""


def staff_route(permission: Permission | None = None) -> type[APIRoute]:
    """Routes for who is signed in and has the permission; everybody else is told the way."""

    class StaffRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            """Ask who it is before anything else is read."""
            inner = super().get_route_handler()

            async def handle(request: Request) -> Response:
                house = house_of(request)
                found = await house.in_thread(partial(find_staff, house, request))
                if found is None:
                    return _shown_the_way(house, request)
                visitor = replace(visitor_of(request), staff_token=found.token)
                token = house.signer.csrf_token(visitor.csrf_subject)
                request.state.visitor = replace(visitor, csrf_token=token)
                request.state.signed_in = found
                if permission is not None:
                    demand(found, permission)
                return await inner(request)

            return handle

    return StaffRoute


async def _signed_in(request: Request) -> SignedIn:
    return request.state.signed_in


Signed = Annotated[SignedIn, Depends(_signed_in)]
"""Who is signed in, for routes behind the door."""


def demand(signed_in: SignedIn, permission: Permission) -> None:
    """Go on only when they may. Raises NotAllowed."""
    if not signed_in.staff.may(permission):
        raise NotAllowed(permission.value)


def staff_token_of(house: Front, request: Request) -> str:
    """What the cookie of a session of staff holds; empty when there is none."""
    token = request.cookies.get(staff_cookie_name(is_secure=house.settings.is_secure), "")
    return token if len(token) <= _LONGEST_TOKEN else ""


def find_staff(house: Front, request: Request) -> SignedIn | None:
    """Who is signed in with this browser; None when nobody is. Asks the database: in a thread."""
    token = staff_token_of(house, request)
    if not token:
        return None
    return find_signed_in(
        house.transactions,
        token,
        now=house.clock(),
        demo=not house.settings.is_production,
        keep=not request.url.path.endswith(WATCHES),
    )


def let_in(house: Front, signed_in: SignedIn, path: str) -> Response:
    """Give the browser its session and go on. The cookie lasts until the browser is closed."""
    answer = go_to(path)
    answer.set_cookie(
        staff_cookie_name(is_secure=house.settings.is_secure),
        signed_in.token,
        path="/",
        secure=house.settings.is_secure,
        httponly=True,
        samesite="lax",
    )
    return answer


def let_out(house: Front) -> Response:
    """Take the cookie away and go to the way in."""
    answer = go_to(SIGN_IN)
    is_secure = house.settings.is_secure
    answer.delete_cookie(
        staff_cookie_name(is_secure=is_secure),
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )
    return answer


def way_back(written: str) -> str:
    """Where to go after signing in: a page of ours for staff, or the first of them."""
    return written if _OURS.fullmatch(written) and len(written) < 200 else "/staff"  # noqa: PLR2004


def _shown_the_way(house: Front, request: Request) -> Response:
    if request.headers.get("accept", "").startswith("application/json"):
        error = "You are signed out. Sign in in another tab, then go on here: nothing is lost."
        return JSONResponse({"error": error}, status_code=401)
    if request.method in ("GET", "HEAD"):
        return go_to(f"{SIGN_IN}?then={quote(way_back(request.url.path))}")
    return house.pages.answer(
        request, "staff/signed_out.html", status=401, page_title="You are signed out"
    )


def is_this_machine(address: str) -> bool:
    """Whether a network address is the machine's own."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
