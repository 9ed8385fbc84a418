"""Filling in a form: start, pages, check answers, save for later."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal.core.dates import Today, in_words
from portal.core.errors import Conflict, DraftExpired, Missing
from portal.forms.answers import Answers, load_answers
from portal.forms.definition import FormDefinition, Page
from portal.forms.fees import Fee, calculate_fee
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import Asking, FieldError, Question, Raw, StoredFile
from portal.forms.journey import Journey, Refused, first_input, walk
from portal.submissions.filling import (
    attach_upload,
    begin_draft,
    find_files,
    give_up_draft,
    save_for_later,
    save_page,
)
from portal.submissions.records import DraftFileRow, find_draft
from portal.submissions.submission import Draft
from portal.submissions.submitting import submit
from portal.web.dependencies import (
    Asks,
    InHouse,
    PostedForm,
    PostedPage,
    house_of,
    visitor_of,
)
from portal.web.rendering import go_to
from portal.web.uploads import take_upload
from portal.web.views import check_view, page_view, services_view

router = APIRouter(include_in_schema=False)

_TOO_OFTEN = "You have uploaded too many files. Wait an hour and try again. Your answers are kept"
_TOO_LONG = "What you sent is too large to read. Shorten your answer, or choose a smaller file"


@router.get("/")
def list_services(request: Request, house: InHouse, q: str = "") -> Response:
    """Every service the council offers here, searchable."""
    forms = list(house.definitions.served().values())
    return house.pages.answer(
        request, "forms/services.html", view=services_view(forms, q[:200]), page_title="Services"
    )


@router.get("/forms/{form}")
def show_start(request: Request, house: InHouse, asks: Asks, form: str) -> Response:
    """The start page: what it is, what to have ready, and the way back to a saved draft."""
    definition = house.definitions.current(form)
    draft = find_draft(house.transactions, asks.session_hash, form)
    resume = ""
    if draft is not None and draft.expires_at >= house.clock():
        _, journey = _walk(house, draft, house.today())
        resume = _next_path(form, journey)
    return house.pages.answer(
        request,
        "forms/start.html",
        form=definition,
        resume=resume,
        first=f"/forms/{form}/{definition.pages[0].name}",
        page_title=definition.title,
        fee=_known_fee(definition),
    )


@router.post("/forms/{form}/start-again")
def start_again(house: InHouse, asks: Asks, form: str, posted: PostedForm) -> Response:
    """Give up the draft in this browser and begin afresh."""
    del posted
    give_up_draft(house.filling, asks.session_hash, form)
    return go_to(f"/forms/{form}/{house.definitions.current(form).pages[0].name}")


@router.get("/forms/{form}/check-answers")
def check_answers(request: Request, house: InHouse, asks: Asks, form: str) -> Response:
    """All the answers, what it costs, and the button that sends it."""
    draft = _live_draft(house, asks, form)
    if draft is None:
        return go_to(f"/forms/{form}")
    definition, journey = _walk(house, draft, house.today())
    if not journey.complete:
        return go_to(_next_path(form, journey))
    return _show_check(request, house, definition, journey, draft)


@router.post("/forms/{form}/check-answers")
def send(request: Request, house: InHouse, asks: Asks, form: str, posted: PostedForm) -> Response:
    """Seal the answers. Twice is harmless: the same submission answers both times."""
    now, today = house.clock(), house.today()
    draft = _live_draft(house, asks, form)
    if draft is not None:
        definition, journey = _walk(house, draft, today)
        if not journey.complete:
            return go_to(_next_path(form, journey))
        quoted = _quoted(house, draft, posted)
        if quoted != calculate_fee(definition, journey.scope, today).total:
            return _show_check(
                request, house, definition, journey, draft, status=409, fee_changed=True
            )
    else:
        quoted = None
    if not house.limits.allows("submit", "60/hour", asks.address):
        return house.pages.answer(
            request, "errors/too_many.html", status=429, page_title="Too many tries"
        )
    try:
        sent = submit(
            house.submitting, form, asks.session_hash, today=today, now=now, quoted=quoted
        )
    except Conflict:
        return go_to(f"/forms/{form}/check-answers")
    if sent is None:
        return go_to(f"/forms/{form}")
    if sent.payment_token:
        return go_to(f"/pay/{sent.payment_token}")
    return go_to(f"/forms/{form}/confirmation/{sent.reference}")


def _quoted(house: InHouse, draft: Draft, posted: PostedForm) -> int | None:
    """The total in pence that check answers showed; None when our signature is not on it."""
    total, _, signature = posted.one("quote").partition(".")
    return int(total) if house.signer.holds(f"quote:{draft.id}", total, signature) else None


@router.get("/forms/{form}/save")
def offer_to_save(request: Request, house: InHouse, asks: Asks, form: str) -> Response:
    """Ask where to send the link that opens the saved form."""
    draft = _live_draft(house, asks, form)
    if draft is None:
        return go_to(f"/forms/{form}")
    definition = house.definitions.by_digest(form, draft.digest)
    return house.pages.answer(
        request,
        "forms/save.html",
        form=definition,
        errors=(),
        email="",
        expires=in_words(draft.expires_at.date()),
        page_title="Save and come back later",
    )


@router.post("/forms/{form}/save")
def save(request: Request, house: InHouse, asks: Asks, form: str, posted: PostedForm) -> Response:
    """Make the secret link: sent by e-mail when an address is given, and shown in any case."""
    draft = _live_draft(house, asks, form)
    if draft is None:
        return go_to(f"/forms/{form}")
    definition = house.definitions.by_digest(form, draft.digest)
    asking = Asking(house.today().on, house.filling.gazetteer, lambda _file: None)
    email = FIELD_TYPES["email"].parse(_SAVE_TO, {"email": posted.values.get("email", ())}, asking)
    if isinstance(email, tuple):
        return house.pages.answer(
            request,
            "forms/save.html",
            status=422,
            form=definition,
            errors=email,
            email=posted.one("email"),
            expires=in_words(draft.expires_at.date()),
            page_title="Save and come back later",
        )
    email = str(email or "")
    if not _may_save(house, asks, email):
        return house.pages.answer(
            request, "errors/too_many.html", status=429, page_title="Too many tries"
        )
    fact = email or house.new_code()
    token, expires = save_for_later(
        house.transactions, asks.session_hash, form, fact, house.clock()
    )
    link = f"{house.settings.base_url}/resume/{token}"
    if email:
        house.send_resume_link(email, definition.title, link, in_words(expires.date()))
    return house.pages.answer(
        request,
        "forms/saved.html",
        form=definition,
        email=email,
        code="" if email else fact,
        link=link,
        expires=in_words(expires.date()),
        page_title="Your answers are saved",
    )


_SAVE_TO = Question("email", "Email address", "email", optional=True)


def _may_save(house: InHouse, asks: Asks, email: str) -> bool:
    """Whether one more link may be made: mail to strangers must not be sent through us."""
    return (
        house.limits.allows("save", "10/hour", asks.session_hash)
        and house.limits.allows("save", "60/hour", asks.address)
        and (not email or house.limits.allows("save-to", "5/hour", email.casefold()))
    )


@router.get("/forms/{form}/{page}")
def show_page(request: Request, form: str, page: str, change: str = "") -> Response:
    """One page, with the answers given before."""
    # Asked for more than all else: FastAPI takes as long to inject these two as the draft takes.
    house, asks = house_of(request), visitor_of(request)
    draft = _live_draft(house, asks, form, page)
    if draft is None:
        definition = house.definitions.current(form)
        journey = walk(definition, Answers(), house.today())
    else:
        definition, journey = _walk(house, draft, house.today())
    found = definition.page(page)
    if found is None:
        raise Missing(page)
    if not journey.can_visit(page):
        return go_to(_next_path(form, journey) if draft else f"/forms/{form}")
    if found.is_exit:
        return _show_exit(request, house, definition, found, journey)
    errors = journey.errors if journey.next_page is found else ()
    return _show_page(
        request,
        house,
        definition,
        found,
        journey,
        errors=errors,
        draft=draft,
        returns_to_check=bool(change),
        status=200,
    )


@router.post("/forms/{form}/{page}")
def answer(  # one return for each thing a resident may have done
    request: Request, house: InHouse, asks: Asks, form: str, page: str, posted: PostedPage
) -> Response:
    """Save a page and go on to the next; or show it again with what is wrong, losing nothing."""
    today, now = house.today(), house.clock()
    draft = _live_draft(house, asks, form, page)
    definition, journey = (
        _walk(house, draft, today)
        if draft
        else (found := house.definitions.current(form), walk(found, Answers(), today))
    )
    asked = definition.page(page)
    if asked is None:
        raise Missing(page)
    if not journey.can_visit(page) or asked.is_exit:
        return go_to(_next_path(form, journey) if draft else f"/forms/{form}")
    to_check = posted.one("return") == "check-answers"
    if posted.too_large:
        asking = [q for q in asked.questions if FIELD_TYPES[q.type].asks]
        if not asking:
            return go_to(f"/forms/{form}/{page}")
        question = next((q for q in asking if q.type == "file"), asking[0])
        errors = (FieldError(first_input(question), _TOO_LONG),)
        return _show_page(
            request,
            house,
            definition,
            asked,
            journey,
            errors=errors,
            draft=draft,
            returns_to_check=to_check,
        )
    raw, upload_errors, stay = _take_files(house, asks, definition, asked, posted)
    if upload_errors or stay:
        draft = _live_draft(house, asks, form, page)
        return _show_page(
            request,
            house,
            definition,
            asked,
            journey,
            raw=raw,
            errors=upload_errors,
            draft=draft,
            returns_to_check=to_check,
            status=422 if upload_errors else 200,
        )
    outcome = save_page(
        house.filling, definition, asked, raw, session_hash=asks.session_hash, today=today, now=now
    )
    if isinstance(outcome, Refused):
        errors = (*outcome.errors, *_unchosen(outcome, raw))
        return _show_page(
            request,
            house,
            definition,
            asked,
            journey,
            raw=raw,
            errors=errors,
            outcome=outcome,
            draft=draft,
            returns_to_check=to_check,
            status=422 if errors else 200,
        )
    after = walk(definition, outcome.answers, today)
    answered = go_to(_path_after(form, after, asked, to_check=to_check))
    house.pages.remember(request, answered)
    return answered


def _unchosen(outcome: Refused, raw: Mapping[str, Sequence[str]]) -> list[FieldError]:
    """Matches were on the screen and "Continue" was pressed without choosing one."""
    return [
        FieldError(name, "Select one of the matches, or search again")
        for name in outcome.unfinished
        if f"{name}-matches" in raw and not any(f"{name}{b}" in raw for b in ("-find", "-manual"))
    ]


def _path_after(form: str, journey: Journey, page: Page, *, to_check: bool) -> str:
    """Where to go from an answered page.

    A changed answer goes straight back to check answers, unless it opened a new question.
    """
    if to_check:
        return _next_path(form, journey)
    names = [p.name for p in journey.pages]
    following = names.index(page.name) + 1
    if following < len(names):
        return f"/forms/{form}/{names[following]}"
    return _next_path(form, journey)


def _next_path(form: str, journey: Journey) -> str:
    if journey.exit_page is not None:
        return f"/forms/{form}/{journey.exit_page.name}"
    if journey.next_page is not None:
        return f"/forms/{form}/{journey.next_page.name}"
    return f"/forms/{form}/check-answers"


def _live_draft(house: InHouse, asks: Asks, form: str, page: str = "") -> Draft | None:
    """The browser's open draft. Raises DraftExpired when it is past its date.

    On the first `page` an expired draft counts as none, so that one can begin again.
    """
    draft = find_draft(house.transactions, asks.session_hash, form)
    if draft is None or draft.expires_at >= house.clock():
        return draft
    if page == house.definitions.current(form).pages[0].name:
        return None
    raise DraftExpired(form)


def _walk(house: InHouse, draft: Draft, today: Today) -> tuple[FormDefinition, Journey]:
    definition = house.definitions.by_digest(draft.form, draft.digest)
    return definition, walk(definition, load_answers(definition, draft.answers), today)


def _show_page(  # all that one page may have to show
    request: Request,
    house: InHouse,
    definition: FormDefinition,
    page: Page,
    journey: Journey,
    *,
    draft: Draft | None,
    raw: Raw | None = None,
    errors: Sequence[FieldError] = (),
    outcome: Refused | None = None,
    returns_to_check: bool = False,
    status: int = 422,
) -> Response:
    view = page_view(
        definition,
        page,
        journey,
        raw=raw,
        errors=errors,
        unfinished=outcome.unfinished if outcome else None,
        files=_stored(house, draft, page, raw, journey),
        returns_to_check=returns_to_check,
    )
    return house.pages.answer(
        request,
        "forms/page.html",
        status=status,
        view=view,
        form=definition,
        page_title=page.title,
        has_errors=bool(errors),
    )


def _show_exit(
    request: Request, house: InHouse, definition: FormDefinition, page: Page, journey: Journey
) -> Response:
    view = page_view(definition, page, journey)
    return house.pages.answer(
        request, "forms/exit.html", view=view, form=definition, page_title=page.title
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
    quote_field = f"{total}.{house.signer.sign(f'quote:{draft.id}', total)}"
    view = check_view(definition, journey, fee, quote_field, fee_changed=fee_changed)
    return house.pages.answer(
        request,
        "forms/check_answers.html",
        status=status,
        view=view,
        form=definition,
        page_title="Check your answers",
    )


def _take_files(
    house: InHouse, asks: Asks, definition: FormDefinition, page: Page, posted: PostedPage
) -> tuple[Mapping[str, Sequence[str]], tuple[FieldError, ...], bool]:
    """Store the page's uploads with the draft; their ids join what was posted.

    Returns the values, what is wrong with the files, and whether to show the page again (a file
    was taken away, or the "Upload" button was pressed).
    """
    raw = {name: list(values) for name, values in posted.values.items()}
    errors: list[FieldError] = []
    stay = False
    for question in (q for q in page.questions if q.type == "file"):
        removed = raw.pop(f"{question.name}-remove", [])
        ids = [i for i in raw.get(question.name, []) if i and i not in removed]
        stay = stay or bool(removed) or f"{question.name}-upload" in raw
        for upload in posted.uploads.get(question.name, ()):
            if not _may_upload(house, asks):
                errors.append(FieldError(question.name, _TOO_OFTEN))
                break
            taken = take_upload(house.attachments, question, upload, house.clock())
            if isinstance(taken, FieldError):
                errors.append(taken)
                continue
            ids.append(_attach(house, asks.session_hash, definition, taken))
        raw[question.name] = ids
        raw.pop(f"{question.name}-upload", None)
    return raw, tuple(errors), stay


def _may_upload(house: InHouse, asks: Asks) -> bool:
    """Whether one more file may be stored: libraries share an address, so it may do more."""
    return house.limits.allows("upload", "60/hour", asks.session_hash) and house.limits.allows(
        "upload", "600/hour", asks.address
    )


def _attach(
    house: InHouse, session_hash: str, definition: FormDefinition, row: DraftFileRow
) -> str:
    draft_id = begin_draft(house.filling, definition, session_hash, house.clock())
    attach_upload(house.transactions, draft_id, row)
    return row.id


def _stored(
    house: InHouse, draft: Draft | None, page: Page, raw: Raw | None, journey: Journey
) -> dict[str, tuple[StoredFile, ...]]:
    stored: dict[str, tuple[StoredFile, ...]] = {}
    for question in (q for q in page.questions if q.type == "file"):
        if raw is None:
            stored[question.name] = tuple(journey.values.get(question.name, ()))
        elif draft is not None:
            stored[question.name] = find_files(
                house.transactions, draft.id, raw.get(question.name, ())
            )
    return stored


def _known_fee(definition: FormDefinition) -> str:
    """Whether to say on the start page that there is something to pay."""
    return "paid" if definition.fee else ""
