"""Sending a form: seal the answers, ask for the money, release the submission when it is due.

`submit` and `payment_settled` promise all that follows (the case, the notice, the receipt) in
the very transaction that makes it true, so no crash can come between.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from portal.cases.routing import promise_case
from portal.core.dates import Today
from portal.core.errors import Conflict
from portal.core.money import Pence
from portal.core.references import Reference, new_reference
from portal.database import Transactions
from portal.forms.answers import dump_answers, load_answers
from portal.forms.definition import FormDefinition
from portal.forms.fees import Fee, calculate_fee
from portal.forms.fields import FIELD_TYPES
from portal.forms.journey import Journey, walk
from portal.payments.fulfilling import Fulfilment, PaidRequest
from portal.payments.payment import PaymentLine, PaymentRequest, VatTreatment
from portal.payments.provider import PaymentProvider
from portal.payments.records import find_request_of
from portal.payments.taking import cancel_live_attempt, request_payment, void_request
from portal.submissions.admitting import (
    may_be_sent_again,
    refuse_unless_admitted,
    unpaid_place_until,
)
from portal.submissions.appointments import (
    assign,
    book,
    has_appointments,
    keep_holds_within,
    unassign,
)
from portal.submissions.casework import case_of, with_warning
from portal.submissions.definitions import Definitions
from portal.submissions.diary import Diary
from portal.submissions.publication import Choice
from portal.submissions.records import (
    DraftRow,
    SubmissionRow,
    as_submission,
    latest_draft,
    lock_draft,
    lock_latest_draft,
    lock_submission,
    reference_is_taken,
    submission_of_draft,
)
from portal.submissions.submission import (
    Channel,
    DraftState,
    Submission,
    SubmissionStatus,
    delete_after,
)
from portal.work import Work

CONFIRM = "confirm"
"""The job that writes the confirmation; its ids are the submission's and the receipt's, if any."""
RENDER_RECEIPT = "render-receipt"
"""The job that draws a receipt; its id is the receipt's."""


@dataclass(frozen=True, slots=True)
class Submitting:
    """What sending a form needs from outside."""

    transactions: Transactions
    definitions: Definitions
    work: Work
    reference_prefix: str
    bank_holidays: frozenset[date]
    diary: Diary


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of pressing the button."""

    reference: Reference
    payment_token: str
    """Opens the pay page; empty when nothing is owed, or nothing more."""


def submit(
    house: Submitting,
    form: str,
    session_hash: str,
    *,
    today: Today,
    now: datetime,
    quoted: int | None = None,
    channel: Channel = Channel.ONLINE,
    language: str = "en",
) -> Sent | None:
    """Seal the browser's draft. Asked twice, it gives the same submission twice.

    None when there is no draft, or it is past its date or no longer complete. Raises Conflict
    when the fee is not the `quoted` one (pence; another tab may have changed an answer) or the
    draft must first be moved, told of or stopped because its form has changed, FeeUnknown when
    it cannot be worked out, ServiceClosed when it may not be sent any more, and SlotTaken when an
    appointment is not free any more: nothing is sealed then.
    """
    with house.transactions.write() as session:
        draft = lock_latest_draft(session, session_hash, form)
        if draft is None:
            return None
        if draft.state == DraftState.SUBMITTED:
            earlier = submission_of_draft(session, draft.id)
            return earlier and Sent(Reference(earlier.reference), _token_if_owed(earlier))
        course = house.definitions.course_within(session, form, draft.digest)
        if draft.change or course.choice is not Choice.PIN:
            msg = "the form has changed, and the resident has not been told yet"
            raise Conflict(msg)
        definition = house.definitions.by_digest(form, draft.digest).in_language(language)
        journey = walk(definition, load_answers(definition, draft.answers), today)
        if not journey.complete or draft.expires_at < now:
            return None
        fee = calculate_fee(definition, journey.scope, today)
        if quoted is not None and quoted != fee.total:
            msg = f"{quoted}p was quoted, but the fee is {fee.total}p"
            raise Conflict(msg)
        refuse_unless_admitted(session, house.definitions.opening(definition), draft, now)
        if has_appointments(definition):
            keep_holds_within(session, house.diary, draft.id, journey, now)
        row = _seal(
            house, session, draft, definition, journey, fee, channel=channel, today=today, now=now
        )
        assign(session, row, journey)
        draft.state = DraftState.SUBMITTED.value
        draft.resume_hash = None
        draft.updated_at = now
        if fee.lines:
            _ask_for(session, row, definition, journey, fee, now)
        else:
            release(house, session, row, None, today=today, now=now)
        return Sent(Reference(row.reference), row.payment_token)


def find_sent(house: Submitting, form: str, session_hash: str) -> Sent | None:
    """What became of the form this browser used last, if it was sent.

    For whoever pressed the button and lost the answer: reloading must not look like "nothing
    was sent", or they send it again.
    """
    with house.transactions.read() as session:
        draft = latest_draft(session, session_hash, form)
        if draft is None or draft.state != DraftState.SUBMITTED:
            return None
        earlier = submission_of_draft(session, draft.id)
        return earlier and Sent(Reference(earlier.reference), _token_if_owed(earlier))


def _token_if_owed(row: SubmissionRow) -> str:
    return row.payment_token if row.status == SubmissionStatus.AWAITING_PAYMENT else ""


def _seal(  # all that a submission is made of
    house: Submitting,
    session: Session,
    draft: DraftRow,
    definition: FormDefinition,
    journey: Journey,
    fee: Fee,
    *,
    channel: Channel,
    today: Today,
    now: datetime,
) -> SubmissionRow:
    """Only the answers on the route leave the draft."""
    row = SubmissionRow(
        id=secrets.token_hex(16),
        reference=_free_reference(session, house.reference_prefix),
        draft_id=draft.id,
        form=definition.form,
        digest=definition.digest,
        session_hash=draft.session_hash,
        answers=dump_answers(definition, journey.answers),
        fee=[
            {
                "name": line.name,
                "label": line.label,
                "amount": line.amount,
                "income_code": line.income_code,
                "vat": line.vat,
            }
            for line in fee.lines
        ],
        total=fee.total,
        channel=channel.value,
        status=SubmissionStatus.AWAITING_PAYMENT.value,
        email=_shown(definition, journey, "email"),
        language=definition.language,
        payment_token=secrets.token_urlsafe(24) if fee.lines else "",
        submitted_at=now,
        delete_after=delete_after(today.on, definition.keep_submission_days),
        place_until=unpaid_place_until(now),
    )
    session.add(row)
    session.flush()
    return row


def _free_reference(session: Session, prefix: str) -> Reference:
    reference = new_reference(prefix)
    while reference_is_taken(session, reference):
        reference = new_reference(prefix)
    return reference


def _shown(definition: FormDefinition, journey: Journey, part: str) -> str:
    """One of the case rule's customer answers, as text; empty when it was not given."""
    question = definition.question(definition.case.customer.get(part, ""))
    if question is None or question.name not in journey.values:
        return ""
    return ", ".join(FIELD_TYPES[question.type].show(question, journey.values[question.name]))


def _ask_for(
    session: Session,
    row: SubmissionRow,
    definition: FormDefinition,
    journey: Journey,
    fee: Fee,
    now: datetime,
) -> None:
    request = PaymentRequest(
        id=secrets.token_hex(16),
        reference=new_reference("PAY"),
        owner=row.id,
        owner_reference=row.reference,
        description=f"{definition.title}, {row.reference}",
        payer_name=_shown(definition, journey, "name"),
        payer_email=row.email,
        lines=tuple(
            PaymentLine(line.label, Pence(line.amount), VatTreatment(line.vat), line.income_code)
            for line in fee.lines
        ),
    )
    request_payment(session, request=request, token=row.payment_token, now=now)


def payment_settled(
    house: Submitting, session: Session, paid: PaidRequest, *, today: Today
) -> None:
    """The money is in: release the submission and draw the receipt, in the same transaction."""
    house.work.enqueue(session, RENDER_RECEIPT, paid.receipt_id)
    row = lock_submission(session, paid.request.owner)
    if row is None or row.status != SubmissionStatus.AWAITING_PAYMENT:
        return
    release(house, session, row, paid, today=today, now=paid.paid_at)


def release(  # what was sent, what was paid, and when
    house: Submitting,
    session: Session,
    row: SubmissionRow,
    paid: PaidRequest | None,
    *,
    today: Today,
    now: datetime,
) -> None:
    """The submission is ours to deal with now: book what it chose, freeze its case, promise it and
    the confirmation."""
    row.status = SubmissionStatus.RECEIVED.value
    row.received_at = now
    session.add(row)
    definition = house.definitions.by_digest(row.form, row.digest)
    over = book(session, house.diary, row, definition, now)
    case = with_warning(case_of(as_submission(row), definition, paid, today), over)
    promise_case(session, house.work, row.id, case, now=now)
    house.work.enqueue(session, CONFIRM, row.id, *((paid.receipt_id,) if paid else ()))


def reopen(  # going back touches the provider and the draft
    house: Submitting,
    provider: PaymentProvider,
    submission: Submission,
    *,
    fulfilment: Fulfilment,
    now: datetime,
) -> bool:
    """Go back to change answers before paying: the payment page is closed first.

    False when it turned out to be paid: the submission stands as it was sent. Raises
    ProviderUnavailable when the provider does not answer (try again), and Conflict when the
    submission is past going back.
    """
    with house.transactions.read() as session:
        request = find_request_of(session, submission.id)
        definition = house.definitions.by_digest(submission.form, submission.digest)
        opening = house.definitions.opening(definition)
        if not may_be_sent_again(session, opening, submission, now):
            msg = f"{submission.reference} could not be sent again: the service is closed or full"
            raise Conflict(msg)
    if request is None:
        msg = f"{submission.reference} asks for no payment"
        raise Conflict(msg)
    settlement = cancel_live_attempt(
        house.transactions, provider, request.id, now=now, fulfilment=fulfilment
    )
    if settlement is not None and settlement.paid:
        return False
    with house.transactions.write() as session:
        row = lock_submission(session, submission.id)
        draft = lock_draft(session, submission.draft_id)
        if row is None or draft is None or row.status != SubmissionStatus.AWAITING_PAYMENT:
            return False
        void_request(session, request.id, now=now)
        row.status = SubmissionStatus.REOPENED.value
        row.payment_token = ""
        unassign(session, row)
        draft.state = DraftState.OPEN.value
        draft.expires_at = now + definition.keep_draft
        draft.updated_at = now
    return True


def find_submission(
    transactions: Transactions, find: Callable[[Session], SubmissionRow | None]
) -> Submission | None:
    """A submission as a frozen value."""
    with transactions.read() as session:
        row = find(session)
        return as_submission(row) if row else None
