"""Paying: the pay page, the hosted page's way back, receipts, and the provider's events."""

import re
import secrets

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from portal.core.errors import (
    Conflict,
    Forged,
    Missing,
    ProviderRefused,
    ProviderUnavailable,
    ServiceClosed,
    SlotTaken,
)
from portal.core.money import format_pounds
from portal.database import Session
from portal.forms.definition import FormDefinition
from portal.forms.fields.appointment import slot_in_words
from portal.payments.hearing import receive_event
from portal.payments.payment import PaymentRequest, RequestStatus
from portal.payments.provider import PaymentProvider, ReturnUrls
from portal.payments.records import (
    find_attempt_by_token,
    find_live_attempt,
    find_receipt_by_token,
    find_request_by_token,
    lock_request,
    read_request,
    request_status,
)
from portal.payments.settling import settle
from portal.payments.taking import start_payment
from portal.submissions.admitting import keep_place
from portal.submissions.answers_copy import ask_for_copy, name_of
from portal.submissions.appointment_records import booked_of
from portal.submissions.appointments import keep_for_payment
from portal.submissions.records import (
    SubmissionRow,
    as_submission,
    lock_submission,
    submission_by_reference,
)
from portal.submissions.submission import Submission, SubmissionStatus
from portal.submissions.submitting import find_submission, reopen
from portal.web.dependencies import Asks, InHouse, PostedForm
from portal.web.rendering import go_to
from portal.web.security import script_free_policy
from portal.web.views import FeeRow

router = APIRouter(include_in_schema=False)
log = structlog.get_logger(__name__)

_MOST_EVENT_BYTES = 256 * 1024
_NONCE = re.compile(r"[A-Za-z0-9_-]{20,64}", re.ASCII)


@router.get("/pay/{token}")
def show_pay_page(request: Request, house: InHouse, asks: Asks, token: str) -> Response:
    """What is to be paid and the button that goes to the provider. No script on this page."""
    with house.transactions.read() as session:
        row = find_request_by_token(session, token)
        owed, status = read_request(row), request_status(session, row)
    submission = _own_submission(house, asks, owed.owner)
    if _is_paid_already(house, owed) or status in (RequestStatus.PAID, RequestStatus.OVERPAID):
        return go_to(f"/forms/{submission.form}/confirmation/{submission.reference}")
    if status is RequestStatus.VOID:
        return go_to(f"/forms/{submission.form}/check-answers")
    definition = _form_of(house, submission)
    return _pay_page(request, house, definition, token)


def _is_paid_already(house: InHouse, owed: PaymentRequest) -> bool:
    """Whether the provider says so now: who paid and never came back must not be asked again."""
    with house.transactions.read() as session:
        live = find_live_attempt(session, owed.id)
    if live is None:
        return False
    try:
        done = settle(
            house.transactions,
            house.provider_for(owed),
            live.id,
            now=house.clock(),
            fulfilment=house.fulfilment,
        )
    except (ProviderUnavailable, ProviderRefused) as error:
        log.warning("settle_on_look_failed", reference=owed.reference, reason=str(error))
        return False
    return done.paid


def _pay_page(
    request: Request,
    house: InHouse,
    definition: FormDefinition,
    token: str,
    *,
    problem: str = "",
    status: int = 200,
) -> Response:
    with house.transactions.read() as session:
        owed = read_request(find_request_by_token(session, token))
    return house.pages.answer(
        request,
        "payments/pay.html",
        status=status,
        policy=script_free_policy(house.provider.form_action_origins),
        form=definition,
        lines=[FeeRow(line.label, format_pounds(line.amount)) for line in owed.lines],
        total=format_pounds(owed.amount),
        reference=owed.owner_reference,
        action=f"/pay/{token}",
        nonce=secrets.token_urlsafe(24),
        problem=problem,
    )


@router.post("/pay/{token}")
def pay(request: Request, house: InHouse, asks: Asks, token: str, posted: PostedForm) -> Response:
    """Go to the provider's page. Pressed twice, it is the same page."""
    with house.transactions.read() as session:
        row = find_request_by_token(session, token)
        owed = read_request(row)
    submission = _own_submission(house, asks, owed.owner)
    definition = _form_of(house, submission)
    nonce = posted.one("nonce")
    if not _NONCE.fullmatch(nonce):
        return go_to(f"/pay/{token}")
    if not house.limits.allows("pay", "30/hour", token) or not house.limits.allows(
        "pay", "120/hour", asks.address
    ):
        return house.pages.answer(request, "errors/too_many.html", status=429)
    keep_place(house.transactions, house.definitions, submission.id, house.clock())
    try:
        keep_for_payment(
            house.transactions, house.diary, house.definitions, submission.id, house.clock()
        )
    except SlotTaken as lost:
        return _choose_another(house, owed, submission, lost.path)
    provider = house.provider_for(owed)

    def urls(attempt_token: str) -> ReturnUrls:
        base = house.settings.base_url
        return ReturnUrls(
            success=f"{base}/pay/return/{attempt_token}?session_id={{CHECKOUT_SESSION_ID}}",
            cancel=f"{base}/pay/{token}",
        )

    try:
        redirect = start_payment(
            house.transactions,
            house.work,
            provider,
            owed.id,
            urls=urls,
            nonce=nonce,
            now=house.clock(),
            new_token=lambda: secrets.token_urlsafe(24),
        )
    except Conflict as error:
        log.info("pay_conflict", reference=owed.reference, reason=str(error))
        return go_to(f"/forms/{submission.form}/confirmation/{submission.reference}")
    except ProviderUnavailable:
        problem = house.pages.say("pay_unavailable", definition.language)
        return _pay_page(request, house, definition, token, problem=problem, status=503)
    except ProviderRefused as error:
        # No traceback: the reason is enough, and the refusal is no bug here.
        log.error("payment_refused", reference=owed.reference, reason=str(error))  # noqa: TRY400
        problem = house.pages.say("pay_refused", definition.language)
        return _pay_page(request, house, definition, token, problem=problem, status=502)
    return go_to(redirect.url)


def _choose_another(
    house: InHouse, owed: PaymentRequest, submission: Submission, path: str
) -> Response:
    """The appointment is gone and nothing is paid: back to the page where another is chosen."""
    reopened = _reopen(house, owed, submission)
    if reopened is None:
        raise ServiceClosed(submission.form)
    if not reopened:
        return go_to(f"/forms/{submission.form}/confirmation/{submission.reference}")
    return go_to(f"/forms/{submission.form}/{path}")


@router.post("/pay/{token}/change")
def change_answers(house: InHouse, asks: Asks, token: str, posted: PostedForm) -> Response:
    """Go back to the answers before paying: the provider's page is closed first."""
    del posted
    with house.transactions.read() as session:
        owed = read_request(find_request_by_token(session, token))
    submission = _own_submission(house, asks, owed.owner)
    reopened = _reopen(house, owed, submission)
    if reopened is None:
        return go_to(f"/pay/{token}")
    if not reopened:
        return go_to(f"/forms/{submission.form}/confirmation/{submission.reference}")
    return go_to(f"/forms/{submission.form}/check-answers")


def _reopen(house: InHouse, owed: PaymentRequest, submission: Submission) -> bool | None:
    """Open the form again before it is paid; False when it is paid, None when that failed."""
    try:
        return reopen(
            house.submitting,
            house.provider_for(owed),
            submission,
            fulfilment=house.fulfilment,
            now=house.clock(),
        )
    except (ProviderUnavailable, Conflict) as error:
        log.info("reopen_failed", reference=submission.reference, reason=str(error))
        return None


@router.get("/pay/return/{attempt_token}")
def come_back(request: Request, house: InHouse, asks: Asks, attempt_token: str) -> Response:
    """The payer is back. The address proves nothing: the provider is asked.

    In any browser, for a payer may come back in another; but only the one that sent the form is
    told more than that there is nothing to do here.
    """
    session_id = request.query_params.get("session_id", "")
    with house.transactions.read() as session:
        attempt = find_attempt_by_token(session, attempt_token, session_id=session_id or None)
        owed = read_request(lock_request(session, attempt.request_id))
    submission = _submission(house, owed.owner)
    try:
        done = settle(
            house.transactions,
            house.provider_for(owed),
            attempt.id,
            now=house.clock(),
            fulfilment=house.fulfilment,
        )
    except (ProviderUnavailable, ProviderRefused) as error:
        log.warning("settle_on_return_failed", reference=owed.reference, reason=str(error))
        _own_submission(house, asks, submission.id)
        return _still_confirming(request, house, submission)
    _own_submission(house, asks, submission.id)
    if done.paid:
        return go_to(f"/forms/{submission.form}/confirmation/{submission.reference}")
    return _not_taken(request, house, submission, str(done.state))


def _still_confirming(request: Request, house: InHouse, submission: Submission) -> Response:
    definition = _form_of(house, submission)
    return house.pages.answer(
        request,
        "payments/confirming.html",
        policy=script_free_policy(),
        form=definition,
        reference=submission.reference,
    )


def _not_taken(request: Request, house: InHouse, submission: Submission, state: str) -> Response:
    if state in ("processing", "quarantined"):
        return _still_confirming(request, house, submission)
    definition = _form_of(house, submission)
    with house.transactions.read() as session:
        row = lock_submission(session, submission.id)
        token = row.payment_token if row else ""
    return house.pages.answer(
        request,
        "payments/not_taken.html",
        policy=script_free_policy(),
        form=definition,
        pay=f"/pay/{token}",
        reference=submission.reference,
    )


@router.get("/forms/{form}/confirmation/{reference}")
def show_confirmation(
    request: Request, house: InHouse, asks: Asks, form: str, reference: str
) -> Response:
    """It is sent: the reference, what happens next, the receipt. In the browser that sent it."""
    with house.transactions.read() as session:
        row = _sent_here(session, asks, form, reference)
        paying = row.status == SubmissionStatus.AWAITING_PAYMENT
        receipts = [] if paying else house.receipts_of(session, row.id)
        booked = booked_of(session, row.id)
    if row.status == SubmissionStatus.REOPENED:
        return go_to(f"/forms/{form}/check-answers")
    if paying:
        return _confirm_waiting(request, house, row.payment_token)
    definition = _form_of(house, as_submission(row))
    return house.pages.answer(
        request,
        "forms/confirmation.html",
        policy=script_free_policy(),
        form=definition,
        reference=row.reference,
        email=row.email,
        receipts=receipts,
        copy=f"/forms/{form}/confirmation/{reference}/answers.pdf",
        appointments=[
            (slot_in_words(each.slot, row.language), f"/appointments/{house.diary.token(each.id)}")
            for each in booked
        ],
        total=format_pounds(row.total) if row.total else "",
    )


def _sent_here(session: Session, asks: Asks, form: str, reference: str) -> SubmissionRow:
    """A submission this browser sent. Raises Missing for any other."""
    row = submission_by_reference(session, reference)
    if (
        row is None
        or row.form != form
        or not secrets.compare_digest(row.session_hash, asks.session_hash)
    ):
        raise Missing(reference)
    return row


@router.get("/forms/{form}/confirmation/{reference}/answers.pdf")
def download_answers(
    request: Request, house: InHouse, asks: Asks, form: str, reference: str
) -> Response:
    """A copy of what was sent, as a PDF; while it is being drawn, a page that says so.

    In the browser that sent it. It is drawn by the worker, since that takes a while.
    """
    with house.transactions.read() as session:
        row = _sent_here(session, asks, form, reference)
        if row.status in (SubmissionStatus.AWAITING_PAYMENT, SubmissionStatus.REOPENED):
            raise Missing(reference)
    name = name_of(row.reference)
    content = house.copying.files.read(f"{name}.pdf")
    if content is not None:
        return _pdf(content, name)
    with house.transactions.write() as session:
        ask_for_copy(house.copying, session, row.id, house.clock())
    return house.pages.answer(
        request,
        "forms/answers_soon.html",
        status=202,
        policy=script_free_policy(),
        form=_form_of(house, as_submission(row)),
    )


def _pdf(content: bytes, name: str) -> Response:
    headers = {
        "content-disposition": f'attachment; filename="{name}.pdf"',
        "content-security-policy": "sandbox; default-src 'none'",
    }
    return Response(content, media_type="application/pdf", headers=headers)


def _confirm_waiting(request: Request, house: InHouse, token: str) -> Response:
    """Sent but not known to be paid: on to the pay page, or wait for the provider."""
    with house.transactions.read() as session:
        row = find_request_by_token(session, token)
        owed = read_request(row)
        held = house.is_being_confirmed(session, owed.id)
    submission = _submission(house, owed.owner)
    if _is_paid_already(house, owed):
        return go_to(f"/forms/{submission.form}/confirmation/{submission.reference}")
    if not held:
        return go_to(f"/pay/{token}")
    return _still_confirming(request, house, submission)


@router.get("/receipts/{token}.pdf")
def download_receipt(request: Request, house: InHouse, token: str) -> Response:
    """The receipt as a PDF; while it is being drawn, a page that says so and looks again."""
    with house.transactions.read() as session:
        row = find_receipt_by_token(session, token)
        number, drawn = row.number, row.pdf_path
    content = house.receipt_files.read(drawn) if drawn else None
    if content is None:
        return house.pages.answer(
            request,
            "payments/receipt_soon.html",
            status=202,
            policy=script_free_policy(),
            number=number,
        )
    return _pdf(content, f"receipt-{number}")


@router.get("/receipts/{token}")
def verify_receipt(request: Request, house: InHouse, asks: Asks, token: str) -> Response:
    """Behind the QR code: the receipt is ours, and this is what it says."""
    with house.transactions.read() as session:
        row = find_receipt_by_token(session, token)
    return house.pages.answer(
        request,
        "payments/receipt.html",
        policy=script_free_policy(),
        receipt=house.receipt_facts(row, house.council.in_language(asks.language).language),
        download=f"/receipts/{token}.pdf",
    )


@router.post("/webhooks/{provider}")
async def hear_event(request: Request, provider: str) -> Response:
    """Keep a provider's event, then answer; it is acted on afterwards."""
    house = request.app.state.house
    spoken: PaymentProvider | None = house.providers.get(provider)
    if spoken is None:
        raise Missing(provider)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_EVENT_BYTES:
            return PlainTextResponse("too large\n", status_code=413)
    return await house.in_thread(lambda: _keep_event(house, spoken, dict(request.headers), body))


def _keep_event(
    house: InHouse, provider: PaymentProvider, headers: dict[str, str], body: bytes
) -> Response:
    try:
        with house.transactions.write() as session:
            receive_event(session, house.work, provider, headers, body, now=house.clock())
    except Forged as error:
        log.warning("forged_event", provider=provider.name, reason=str(error))
        return PlainTextResponse("refused\n", status_code=400)
    return PlainTextResponse("kept\n")


def _submission(house: InHouse, submission_id: str) -> Submission:
    found = find_submission(
        house.transactions, lambda session: lock_submission(session, submission_id)
    )
    if found is None:
        raise Missing(submission_id)
    return found


def _own_submission(house: InHouse, asks: Asks, submission_id: str) -> Submission:
    """The submission, in the browser that sent it. Raises Missing in any other."""
    with house.transactions.read() as session:
        row = lock_submission(session, submission_id)
        if row is None or not secrets.compare_digest(row.session_hash, asks.session_hash):
            raise Missing(submission_id)
        return as_submission(row)


def _form_of(house: InHouse, submission: Submission) -> FormDefinition:
    """The very form that was filled, in the language it was sent in."""
    definition = house.definitions.by_digest(submission.form, submission.digest)
    return definition.in_language(submission.language)
