"""The hosted page a payer sees: pay, ask the bank, and what to do when it is too late.

Plain HTML: no script, nothing from elsewhere. It must not be mistaken for a real payment page,
hence the banner on each.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from portal.sandbox.calls import House
from portal.sandbox.card_form import Mistake, read_card_form
from portal.sandbox.cards import CARDS, find_card
from portal.sandbox.errors import ApiError
from portal.sandbox.objects import Json, origin_of
from portal.sandbox.passing_time import let_time_pass
from portal.sandbox.taking import Outcome, Payer, State, answer_bank, attempt

router = APIRouter(prefix="/c")

_TEMPLATES = Path(__file__).with_name("templates")
_KEPT = ("email", "name", "postcode")
"""The answers put back after a mistake: never the card's."""


def _pounds(pence: int) -> str:
    return f"£{pence // 100:,}.{pence % 100:02d}"


_environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters["pounds"] = _pounds


def _house(request: Request) -> House:
    return request.app.state.house


InHouse = Annotated[House, Depends(_house)]


async def _typed(request: Request) -> dict[str, str]:
    """Read the posted form."""
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


Typed = Annotated[dict[str, str], Depends(_typed)]


@router.get("/pay.css")
def style() -> FileResponse:
    """The pages' one style sheet."""
    return FileResponse(_TEMPLATES / "pay.css", headers={"Cache-Control": "max-age=300"})


@router.get("/pay/{id_}")
def show_pay_page(house: InHouse, id_: str) -> Response:
    """Show what is to be paid and how, or why it cannot be."""
    found = _find(house, id_)
    if found is None:
        return _not_found(house)
    session, lines = found
    if session["status"] != "open":
        return _closed(house, session)
    return _pay_page(house, session, lines)


@router.post("/pay/{id_}")
def pay(house: InHouse, id_: str, typed: Typed) -> Response:
    """Try to pay; a second press of the button finds the session paid and goes the same way."""
    found = _find(house, id_)
    if found is None:
        return _not_found(house)
    session, lines = found
    payer = _payer(house, session, typed)
    if isinstance(payer, list):
        return _pay_page(house, session, lines, mistakes=payer, typed=typed)
    with house.store.transaction() as records:
        outcome = attempt(records, id_, payer)
    house.courier.wake()
    if outcome.state is State.ASK_THE_BANK:
        return RedirectResponse(f"/c/pay/{id_}/authenticate", 303)
    if outcome.state is State.DECLINED:
        mistakes = [Mistake("card_number", f"{outcome.message} Try again or use another card.")]
        return _pay_page(house, session, lines, mistakes=mistakes, typed=typed)
    return _onward(house, outcome)


def _payer(house: House, session: Json, typed: dict[str, str]) -> Payer | list[Mistake]:
    """Who pays, and with what; the look-alike buttons need no card form."""
    email = session["customer_email"]
    if typed.get("method") == "paypal":
        return Payer(card=None, email=email or "payer@example.com", name="Test Payer")
    if typed.get("method") == "wallet":
        card = find_card(CARDS[0].number)
        return Payer(card, email or "payer@example.com", "Test Payer", wallet="apple_pay")
    today = datetime.fromtimestamp(house.store.time(), UTC)
    return read_card_form(typed, known_email=email, month=(today.year, today.month))


@router.get("/pay/{id_}/authenticate")
def show_bank_page(house: InHouse, id_: str) -> Response:
    """Show the payer's bank asking (3-D Secure)."""
    found = _find(house, id_)
    if found is None:
        return _not_found(house)
    session, _ = found
    if session["status"] != "open":
        return _closed(house, session)
    return _page(house, "authenticate.html", session=session)


@router.post("/pay/{id_}/authenticate")
def answer_bank_page(house: InHouse, id_: str, typed: Typed) -> Response:
    """Take the payer's answer to their bank."""
    found = _find(house, id_)
    if found is None:
        return _not_found(house)
    session, lines = found
    with house.store.transaction() as records:
        outcome = answer_bank(records, id_, passed=typed.get("answer") == "complete")
    house.courier.wake()
    if outcome.state is State.DECLINED:
        mistakes = [Mistake("card_number", outcome.message)]
        return _pay_page(house, session, lines, mistakes=mistakes, typed=typed)
    if outcome.session["status"] == "open":
        # Nobody was being asked: the payer came here by the back button.
        return RedirectResponse(f"/c/pay/{id_}", 303)
    return _onward(house, outcome)


def _onward(house: House, outcome: Outcome) -> Response:
    """Send a paid payer back to the council; tell anyone else that it is too late."""
    session = outcome.session
    if session["status"] != "complete":
        return _closed(house, session)
    return RedirectResponse(_back_to_council(session), 303)


def _back_to_council(session: Json) -> str:
    return session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])


def _find(house: House, id_: str) -> tuple[Json, list[Json]] | None:
    with house.store.transaction() as records:
        let_time_pass(records)
        try:
            session = records.get("checkout.session", id_)
        except ApiError:
            return None
        return session, records.children(id_, "item")


def _pay_page(
    house: House,
    session: Json,
    lines: list[Json],
    *,
    mistakes: list[Mistake] | None = None,
    typed: dict[str, str] | None = None,
) -> HTMLResponse:
    """Show the form; 422 when there is something to put right, with what may be kept."""
    kept = {name: (typed or {}).get(name, "") for name in _KEPT}
    return _page(
        house,
        "pay.html",
        status=422 if mistakes else 200,
        session=session,
        lines=lines,
        cards=CARDS,
        kept=kept,
        mistakes={mistake.field: mistake.message for mistake in mistakes or []},
    )


def _closed(house: House, session: Json) -> HTMLResponse:
    paid = session["status"] == "complete"
    back = _back_to_council(session) if paid else session["cancel_url"]
    return _page(house, "closed.html", status=200 if paid else 410, session=session, back=back)


def _not_found(house: House) -> HTMLResponse:
    return _page(house, "closed.html", status=404, session=None, back=None)


def _page(
    house: House, template: str, *, status: int = 200, session: Json | None, **facts: object
) -> HTMLResponse:
    merchant = house.settings.merchant_name
    body = _environment.get_template(template).render(session=session, merchant=merchant, **facts)
    return HTMLResponse(body, status, _headers(session))


def _headers(session: Json | None) -> dict[str, str]:
    """Allow nothing but our own style, and the form's way back to the council.

    Chromium applies `form-action` to the redirect that follows a post.
    """
    back = f" {origin_of(session['success_url'])}" if session else ""
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'self'; img-src data:; form-action 'self'{back}; "
            "frame-ancestors 'none'; base-uri 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
