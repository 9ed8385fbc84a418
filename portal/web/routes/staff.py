"""Signing in and out at /staff, the page behind a one-time link, and who may sign in."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup

from portal.accounts.permissions import ABOUT, ROLES, Permission, permissions_of
from portal.accounts.secrets import picture_for_authenticator
from portal.accounts.signing_in import (
    SignedIn,
    become,
    complete_account,
    demo_staff,
    end_session,
    find_signed_in,
    list_staff,
    sessions_of,
    sign_in,
    welcome,
)
from portal.accounts.staff import SHORTEST_PASSWORD
from portal.core.dates import council_day, in_words
from portal.core.errors import Missing
from portal.forms.fields.base import FieldError
from portal.web.dependencies import Asks, InHouse, PostedForm
from portal.web.rendering import go_to
from portal.web.staff_door import (
    Signed,
    demand,
    is_this_machine,
    let_in,
    let_out,
    staff_route,
    staff_token_of,
    way_back,
)

router = APIRouter(include_in_schema=False)
inside = APIRouter(include_in_schema=False, route_class=staff_route())
demo_router = APIRouter(include_in_schema=False)
"""Not in production."""

_WRONG = "The e-mail address, password or code is not right"
_LONGEST = 400


@router.get("/staff/sign-in")
def ask(request: Request, house: InHouse, asks: Asks) -> Response:
    """The way in. In development one press is enough, at the machine itself."""
    return _ask(request, house, asks.address, then=request.query_params.get("then", ""))


def _ask(
    request: Request,
    house: InHouse,
    address: str,
    *,
    then: str,
    email: str = "",
    error: str = "",
    status: int = 200,
) -> Response:
    offers_demo = not house.settings.is_production and is_this_machine(address)
    return house.pages.answer(
        request,
        "staff/sign_in.html",
        status=status,
        page_title="Sign in",
        then=way_back(then),
        email=email,
        errors=(FieldError("email", error),) if error else (),
        has_error=bool(error),
        demo=demo_staff(house.transactions) if offers_demo else (),
    )


@router.post("/staff/sign-in")
def come_in(request: Request, house: InHouse, asks: Asks, posted: PostedForm) -> Response:
    """Begin a session when everything is right; else say that something is not, and not what."""
    email = posted.one("email").strip()[:_LONGEST]
    if not _allowed(house, email.casefold(), asks.address):
        return _too_many(request, house)
    signed_in = sign_in(
        house.transactions,
        email,
        posted.one("password")[:_LONGEST],
        posted.one("code")[:_LONGEST],
        browser=request.headers.get("user-agent", ""),
        now=house.clock(),
    )
    then = posted.one("then")
    if signed_in is None:
        return _ask(request, house, asks.address, then=then, email=email, error=_WRONG, status=422)
    return _begin(request, house, signed_in, then)


def _allowed(house: InHouse, email: str, address: str) -> bool:
    """Limits that a guesser meets long before the account's owner does, from another address."""
    allows = house.limits.allows
    return (
        allows("staff-sign-in", "10/15minute", email, address)
        and allows("staff-sign-in-from", "60/hour", address)
        and allows("staff-sign-in-of", "200/hour", email)
    )


def _too_many(request: Request, house: InHouse) -> Response:
    return house.pages.answer(
        request, "errors/too_many.html", status=429, page_title="Too many tries"
    )


def _begin(request: Request, house: InHouse, signed_in: SignedIn, then: str) -> Response:
    """The session this browser had is over, whoever's it was."""
    before = find_signed_in(
        house.transactions, staff_token_of(house, request), now=house.clock(), demo=True
    )
    if before is not None:
        end_session(house.transactions, before.staff.id, before.session_number)
    return let_in(house, signed_in, way_back(then))


@demo_router.post("/staff/sign-in/demo")
def come_in_as_demo(request: Request, house: InHouse, asks: Asks, posted: PostedForm) -> Response:
    """In development, at the machine itself: become one of the people the seed makes."""
    if house.settings.is_production or not is_this_machine(asks.address):
        raise Missing("demo")
    browser = request.headers.get("user-agent", "")
    signed_in = become(house.transactions, posted.one("email"), browser=browser, now=house.clock())
    if signed_in is None:
        raise Missing("demo")
    return _begin(request, house, signed_in, posted.one("then"))


@router.get("/staff/welcome/{token}")
def show_welcome(request: Request, house: InHouse, asks: Asks, token: str) -> Response:
    """The page behind a one-time link. Opening it changes nothing: mail scanners open links."""
    if not house.limits.allows("staff-welcome", "30/hour", asks.address):
        return _too_many(request, house)
    return _show_welcome(request, house, token, {})


def _show_welcome(
    request: Request, house: InHouse, token: str, problems: dict[str, str]
) -> Response:
    shown = welcome(house.transactions, token, now=house.clock())
    secret = shown.second_factor
    picture = picture_for_authenticator(secret, shown.staff.email, house.council.name)
    return house.pages.answer(
        request,
        "staff/welcome.html",
        status=422 if problems else 200,
        page_title="Set up your account",
        staff=shown.staff,
        picture=Markup(picture),  # noqa: S704  # drawn by us; no text of anybody's is in it
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        shortest=SHORTEST_PASSWORD,
        problems=problems,
        errors=tuple(FieldError(name, message) for name, message in problems.items()),
        has_error=bool(problems),
    )


@router.post("/staff/welcome/{token}")
def complete(
    request: Request, house: InHouse, asks: Asks, token: str, posted: PostedForm
) -> Response:
    """Take the password and the first code, and go in."""
    if not house.limits.allows("staff-welcome", "30/hour", asks.address):
        return _too_many(request, house)
    done = complete_account(
        house.transactions,
        token,
        password=posted.one("password")[:_LONGEST],
        code=posted.one("code")[:_LONGEST],
        browser=request.headers.get("user-agent", ""),
        now=house.clock(),
    )
    if isinstance(done, dict):
        return _show_welcome(request, house, token, done)
    return _begin(request, house, done, "")


@inside.get("/staff")
def show_myself(request: Request, house: InHouse, signed: Signed) -> Response:
    """Who one is, what one may do, and where one is signed in."""
    staff, now = signed.staff, house.clock()
    sessions = sessions_of(house.transactions, staff.id, now=now)
    return house.pages.answer(
        request,
        "staff/home.html",
        page_title=staff.name,
        staff=staff,
        may=[ABOUT[each] for each in Permission if staff.may(each)],
        sees_forms=staff.may(Permission.READ_FORMS),
        sees_staff=staff.may(Permission.READ_STAFF),
        helps=staff.may(Permission.HELP_RESIDENTS),
        forms=[
            form
            for form in house.definitions.served().values()
            if form.is_for_officers and staff.may(Permission.FILL_OFFICER_FORMS)
        ],
        sessions=[
            (one, in_words(council_day(one.started_at)), one.number == signed.session_number)
            for one in sessions
        ],
    )


@inside.post("/staff/sign-out")
def go_out(house: InHouse, signed: Signed, posted: PostedForm) -> Response:
    """End this session, another of one's own (`session`), or all of them."""
    which = posted.one("session")
    if which.isascii() and which.isdigit() and int(which[:18]) != signed.session_number:
        end_session(house.transactions, signed.staff.id, int(which[:18]))
        return go_to("/staff")
    number = None if which == "all" else signed.session_number
    end_session(house.transactions, signed.staff.id, number)
    return let_out(house)


@inside.get("/staff/people")
def show_people(request: Request, house: InHouse, signed: Signed) -> Response:
    """Who may sign in, and as what."""
    demand(signed, Permission.READ_STAFF)
    people = [
        (who, in_words(council_day(seen)) if seen else "Never")
        for who, seen in list_staff(house.transactions)
    ]
    table = [
        (
            role.value,
            "; ".join(ABOUT[each] for each in Permission if each in permissions_of([role])),
        )
        for role in ROLES
    ]
    return house.pages.answer(
        request, "staff/people.html", page_title="People", people=people, table=table
    )


router.include_router(inside)
