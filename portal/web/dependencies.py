"""From a request to what a route needs: the house, the visitor, the posted form."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from portal.core.errors import Forged
from portal.web.front import Front
from portal.web.posting import Posted, read_posted
from portal.web.rendering import chosen_language
from portal.web.security import (
    CSRF_FIELD,
    cookie_name,
    hash_session,
    is_same_origin,
    new_session_token,
)

_LONGEST_TOKEN = 200


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser. No account, no name: a random token in a cookie."""

    token: str
    session_hash: str
    csrf_token: str
    is_new: bool
    address: str
    """The network address, for limits only; never stored."""
    language: str = "en"
    """The language chosen in this browser."""
    staff_token: str = ""
    """The session of a member of staff, on pages that ask for one: their forms' tokens are bound
    to it, so that none outlives it."""

    @property
    def csrf_subject(self) -> str:
        """What the token of this browser's forms is signed for."""
        return f"{self.token}.{self.staff_token}" if self.staff_token else self.token


async def house(request: Request) -> Front:
    """Everything the portal is made of. Async, like `visitor`: a thread costs more than they do."""
    return house_of(request)


def house_of(request: Request) -> Front:
    """The same, for who holds the request."""
    return request.app.state.house


async def visitor(request: Request) -> Visitor:
    """The browser that asks; a new one is given a session with its answer."""
    return visitor_of(request)


def visitor_of(request: Request) -> Visitor:
    """The same, worked out once a request."""
    found = getattr(request.state, "visitor", None)
    if found is not None:
        return found
    made_of: Front = request.app.state.house
    token = request.cookies.get(cookie_name(is_secure=made_of.settings.is_secure), "")
    is_new = not 20 < len(token) < _LONGEST_TOKEN  # noqa: PLR2004  # ours are 43 characters
    if is_new:
        token = new_session_token()
    found = Visitor(
        token=token,
        session_hash=hash_session(token),
        csrf_token=made_of.signer.csrf_token(token),
        is_new=is_new,
        address=client_address(request, made_of.settings.trusted_proxy),
        language=chosen_language(request),
    )
    request.state.visitor = found
    return found


def client_address(request: Request, trusted_proxy: str) -> str:
    """Where the request comes from; `X-Forwarded-For` is believed from the named proxy only."""
    peer = request.client.host if request.client else ""
    if trusted_proxy and peer == trusted_proxy:
        return request.headers.get("x-forwarded-for", peer).rpartition(",")[2].strip() or peer
    return peer


async def posted_page(request: Request) -> AsyncIterator[Posted]:
    """The posted form, once it is sure that our own page sent it. Raises Forged otherwise.

    A form too large to read comes without its token, so nothing may be changed for it: only a
    page that can say "too large" takes this one; all others take `posted`.
    """
    asks = visitor_of(request)
    made_of: Front = request.app.state.house
    if not is_same_origin(request.headers, made_of.settings.base_url):
        msg = "the form was not sent from a page of ours"
        raise Forged(msg)
    async with read_posted(request) as form:
        if not form.too_large and not made_of.signer.holds(
            "csrf", asks.csrf_subject, form.one(CSRF_FIELD)
        ):
            msg = "the form's token is not this session's"
            raise Forged(msg)
        yield form


async def posted(form: Annotated[Posted, Depends(posted_page)]) -> Posted:
    """The same where nothing large is ever sent: what cannot be read is refused."""
    if form.too_large:
        msg = "the form's token could not be read"
        raise Forged(msg)
    return form


InHouse = Annotated[Front, Depends(house)]
Asks = Annotated[Visitor, Depends(visitor)]
PostedForm = Annotated[Posted, Depends(posted)]
PostedPage = Annotated[Posted, Depends(posted_page)]
