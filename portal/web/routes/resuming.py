"""Coming back to a saved form by its secret link."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal.forms.fields.base import FieldError
from portal.submissions.filling import resume_draft
from portal.web.dependencies import Asks, InHouse, PostedForm
from portal.web.rendering import go_to

router = APIRouter(include_in_schema=False)


@router.get("/resume/{token}")
def ask_second_fact(request: Request, house: InHouse, asks: Asks, token: str) -> Response:
    """Ask for the second fact. Opening the link changes nothing: mail scanners open links too."""
    del asks
    return _ask(request, house, token)


@router.post("/resume/{token}")
def resume(
    request: Request, house: InHouse, asks: Asks, token: str, posted: PostedForm
) -> Response:
    """Open the saved form in this browser."""
    fact = posted.one("fact").strip()[:254]
    if posted.one("language") in house.council.languages:
        request.state.language = posted.one("language")
        return _ask(request, house, token, fact=fact)
    if not house.limits.allows("resume", "30/hour", asks.address):
        return house.pages.answer(request, "errors/too_many.html", status=429)
    form = resume_draft(house.transactions, token, fact, asks.session_hash, house.clock())
    if form is None:
        language = house.council.in_language(asks.language).language
        message = house.pages.say("resume_wrong" if fact else "resume_missing", language)
        return _ask(
            request, house, token, errors=(FieldError("fact", message),), fact=fact, status=422
        )
    answered = go_to(f"/forms/{form}")
    house.pages.remember(request, answered)
    return answered


def _ask(
    request: Request,
    house: InHouse,
    token: str,
    *,
    errors: tuple[FieldError, ...] = (),
    fact: str = "",
    status: int = 200,
) -> Response:
    return house.pages.answer(
        request,
        "forms/resume.html",
        status=status,
        action=f"/resume/{token}",
        errors=errors,
        fact=fact,
        has_errors=bool(errors),
    )
