"""A form as a whole: the services, the start page, check answers, sending, saving for later."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal.core.dates import Today, council_day
from portal.core.errors import Conflict, SlotTaken
from portal.core.languages import day_in_words
from portal.forms.as_asked import as_asked
from portal.forms.definition import FormDefinition, Page
from portal.forms.fees import Fee, calculate_fee
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import Asking, FieldError, Question
from portal.forms.journey import Journey, Step, before
from portal.forms.opening import Standing
from portal.submissions.admitting import standings
from portal.submissions.appointments import has_appointments, keep_holds
from portal.submissions.filling import bring_answers, give_up_draft, save_for_later
from portal.submissions.records import find_draft
from portal.submissions.submission import Draft
from portal.submissions.submitting import Sent, find_sent, submit
from portal.web.dependencies import Asks, InHouse, PostedForm
from portal.web.journeys import (
    first_path,
    known_form,
    live_draft,
    next_path,
    settle,
    standing_for,
    walk_draft,
    way_on,
)
from portal.web.officer_forms import FormRoute
from portal.web.prefill_links import read_link
from portal.web.rendering import go_to
from portal.web.views import check_view, services_view, why_closed

router = APIRouter(include_in_schema=False, route_class=FormRoute)


@router.get("/")
def list_services(request: Request, house: InHouse, asks: Asks, q: str = "") -> Response:
    """Every service the council offers here, searchable."""
    language = house.council.in_language(asks.language).language
    forms = [
        form.in_language(language)
        for form in house.definitions.served().values()
        if not form.is_for_officers
    ]
    stood = standings(house.transactions, house.definitions, house.clock())
    view = services_view(forms, q[:200], stood, language)
    return house.pages.answer(request, "forms/services.html", view=view)


@router.get("/forms/{form}")
def show_start(request: Request, house: InHouse, asks: Asks, form: str, link: str = "") -> Response:
    """The start page: what it is, what to have ready, and the way back to a saved draft.

    With a `link` that brings answers its button posts them. Opening it changes nothing: mail
    scanners open links too.
    """
    definition = house.definitions.current(form).in_language(asks.language)
    draft = find_draft(house.transactions, asks.session_hash, form)
    resume = ""
    live = draft is not None and draft.expires_at >= house.clock()
    standing = standing_for(house, definition, draft if live else None)
    if standing is not Standing.OPEN:
        said, opens = why_closed(definition.opening, standing, definition.language)
        return house.pages.answer(
            request,
            "forms/closed.html",
            form=definition,
            said=said,
            opens=opens,
            has_draft=live,
            page_title=definition.title,
        )
    if draft is not None and live:
        resume = way_on(house, draft)
    return house.pages.answer(
        request,
        "forms/start.html",
        form=definition,
        resume=resume,
        first=f"/forms/{form}/{first_path(house, form)}",
        page_title=definition.title,
        fee=_known_fee(definition),
        brings=link if _brought(house, form, link) else "",
        link_failed=bool(link) and not _brought(house, form, link),
    )


def _brought(house: InHouse, form: str, link: str) -> Mapping[str, str]:
    return (read_link(house.signer, form, link, house.clock()) or {}) if link else {}


@router.post("/forms/{form}/start")
def begin_from_link(house: InHouse, asks: Asks, form: str, posted: PostedForm) -> Response:
    """Begin, or go on, with what a link brought; without it when the link does not hold."""
    brought = _brought(house, form, posted.one("link"))
    if not brought:
        return go_to(f"/forms/{form}")
    today, now = house.today(), house.clock()
    definition = house.definitions.current(form)
    bring_answers(house.filling, definition, brought, asks.session_hash, today=today, now=now)
    draft = live_draft(house, asks, form)
    if draft is None:
        return go_to(f"/forms/{form}")
    return go_to(next_path(form, walk_draft(house, draft, today)[1]))


@router.post("/forms/{form}/start-again")
def start_again(house: InHouse, asks: Asks, form: str, posted: PostedForm) -> Response:
    """Give up the draft in this browser and begin afresh."""
    del posted
    give_up_draft(house.filling, asks.session_hash, form)
    return go_to(f"/forms/{form}/{first_path(house, form)}")


@router.get("/forms/{form}/check-answers")
def check_answers(request: Request, house: InHouse, asks: Asks, form: str) -> Response:
    """All the answers, what it costs, and the button that sends it."""
    draft = live_draft(house, asks, form)
    if draft is None:
        sent = find_sent(house.submitting, form, asks.session_hash)
        return _after_sending(form, sent) if sent else go_to(f"/forms/{form}")
    settled = settle(house, asks, draft)
    if isinstance(settled, Response):
        return settled
    draft = settled
    definition, journey = walk_draft(house, draft, house.today(), asks.language)
    if not journey.complete:
        return go_to(next_path(form, journey))
    if has_appointments(definition):
        try:
            keep_holds(house.transactions, house.diary, draft.id, journey, house.clock())
        except SlotTaken as lost:
            return go_to(f"/forms/{form}/{lost.path}")
    return _show_check(request, house, definition, journey, draft)


@router.post("/forms/{form}/check-answers")
def send(request: Request, house: InHouse, asks: Asks, form: str, posted: PostedForm) -> Response:
    """Seal the answers. Twice is harmless: the same submission answers both times."""
    now, today = house.clock(), house.today()
    draft = live_draft(house, asks, form)
    if draft is not None:
        settled = settle(house, asks, draft)
        if isinstance(settled, Response):
            return settled
        draft = settled
        definition, journey = walk_draft(house, draft, today, asks.language)
        if not journey.complete:
            return go_to(next_path(form, journey))
        quoted = _quoted(house, draft, posted)
        if quoted != calculate_fee(definition, journey.scope, today).total:
            return _show_check(
                request, house, definition, journey, draft, status=409, fee_changed=True
            )
    else:
        quoted = None
    if not house.limits.allows("submit", "60/hour", asks.address):
        return house.pages.answer(request, "errors/too_many.html", status=429)
    try:
        sent = submit(
            house.submitting,
            form,
            asks.session_hash,
            today=today,
            now=now,
            quoted=quoted,
            language=asks.language,
        )
    except SlotTaken as lost:
        return go_to(f"/forms/{form}/{lost.path}")
    except Conflict:
        return go_to(f"/forms/{form}/check-answers")
    if sent is None:
        return go_to(f"/forms/{form}")
    return _after_sending(form, sent)


def _after_sending(form: str, sent: Sent) -> Response:
    if sent.payment_token:
        return go_to(f"/pay/{sent.payment_token}")
    return go_to(f"/forms/{form}/confirmation/{sent.reference}")


def _quoted(house: InHouse, draft: Draft, posted: PostedForm) -> int | None:
    """The total in pence that check answers showed; None when our signature is not on it."""
    total, _, signature = posted.one("quote").partition(".")
    quoted_for = f"quote:{draft.id}:{draft.digest}"
    return int(total) if house.signer.holds(quoted_for, total, signature) else None


@router.get("/forms/{form}/save")
def offer_to_save(request: Request, house: InHouse, asks: Asks, form: str) -> Response:
    """Ask where to send the link that opens the saved form."""
    draft = live_draft(house, asks, form)
    if draft is None:
        return go_to(f"/forms/{form}")
    return _show_save(request, house, draft, known_form(house, draft).in_language(asks.language))


def _show_save(  # the page, with what was typed
    request: Request,
    house: InHouse,
    draft: Draft,
    definition: FormDefinition,
    *,
    email: str = "",
    errors: Sequence[FieldError] = (),
) -> Response:
    return house.pages.answer(
        request,
        "forms/save.html",
        status=422 if errors else 200,
        form=definition,
        errors=errors,
        email=email,
        expires=day_in_words(council_day(draft.expires_at), definition.language),
    )


@router.post("/forms/{form}/save")
def save(request: Request, house: InHouse, asks: Asks, form: str, posted: PostedForm) -> Response:
    """Make the secret link: sent by e-mail when an address is given, and shown in any case."""
    draft = live_draft(house, asks, form)
    if draft is None:
        return go_to(f"/forms/{form}")
    definition = known_form(house, draft).in_language(asks.language)
    if posted.one("language") in definition.translations:
        request.state.language = posted.one("language")
        definition = definition.in_language(posted.one("language"))
        return _show_save(request, house, draft, definition, email=posted.one("email"))
    asking = Asking(house.today().on, house.filling.gazetteer, lambda _file: None)
    email = FIELD_TYPES["email"].parse(
        replace(_SAVE_TO, language=definition.language),
        {"email": posted.values.get("email", ())},
        asking,
    )
    if isinstance(email, tuple):
        wrong = cast("tuple[FieldError, ...]", email)
        typed = posted.one("email")
        return _show_save(request, house, draft, definition, email=typed, errors=wrong)
    email = str(email or "")
    if not _may_save(house, asks, email):
        return house.pages.answer(request, "errors/too_many.html", status=429)
    fact = email or house.new_code()
    token, expires = save_for_later(
        house.transactions, asks.session_hash, form, fact, house.clock()
    )
    query = "" if definition.language == "en" else f"?language={definition.language}"
    link = f"{house.settings.base_url}/resume/{token}{query}"
    if email:
        language = definition.language
        house.send_resume_link(
            email, definition.title, link, day_in_words(council_day(expires), language), language
        )
    return house.pages.answer(
        request,
        "forms/saved.html",
        form=definition,
        email=email,
        code="" if email else fact,
        link=link,
        expires=day_in_words(council_day(expires), definition.language),
    )


_SAVE_TO = Question("email", "Email address", "email", optional=True)


def _may_save(house: InHouse, asks: Asks, email: str) -> bool:
    """Whether one more link may be made: mail to strangers must not be sent through us."""
    return (
        house.limits.allows("save", "10/hour", asks.session_hash)
        and house.limits.allows("save", "60/hour", asks.address)
        and (not email or house.limits.allows("save-to", "5/hour", email.casefold()))
    )


def _show_check(
    request: Request,
    house: InHouse,
    definition: FormDefinition,
    journey: Journey,
    draft: Draft,
    *,
    status: int = 200,
    fee_changed: bool = False,
) -> Response:
    fee: Fee = calculate_fee(definition, journey.scope, house.today())
    total = str(fee.total)
    quote_field = f"{total}.{house.signer.sign(f'quote:{draft.id}:{draft.digest}', total)}"
    asked = _as_asked(definition, journey, house.today())
    view = check_view(definition, asked, journey, fee, quote_field, fee_changed=fee_changed)
    return house.pages.answer(
        request,
        "forms/check_answers.html",
        status=status,
        view=view,
        form=definition,
    )


def _as_asked(
    definition: FormDefinition, journey: Journey, today: Today
) -> list[tuple[Step, Page]]:
    """The pages of a journey that do not read the same whatever was answered, as they read."""
    return [
        (
            step,
            as_asked(
                definition, step.page, before(definition, journey.answers, step, today), today
            ),
        )
        for step in journey.steps
        if isinstance(step.page, Page) and not step.page.is_fixed
    ]


def _known_fee(definition: FormDefinition) -> str:
    """Whether to say on the start page that there is something to pay."""
    return "paid" if definition.fee else ""
