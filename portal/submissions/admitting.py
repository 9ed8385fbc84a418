"""Admitting: a service with an opening window or a limited number of places lets nobody in when
it is closed or full. A place is taken when a form is sent; while it is not paid for it is kept
for a day, and as long as a payment of it may still come in."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import Session

from portal.core.errors import ServiceClosed
from portal.database import Transactions
from portal.forms.opening import Opening, Standing
from portal.submissions.definitions import Definitions
from portal.submissions.place_records import begun_at, count_places, queue_for_places
from portal.submissions.records import DraftRow, lock_submission
from portal.submissions.submission import Submission, SubmissionStatus

UNPAID_PLACE_LASTS = timedelta(hours=24)


def unpaid_place_until(now: datetime) -> datetime:
    """How long a place taken or asked for again now is kept without a payment."""
    return now + UNPAID_PLACE_LASTS


def how_it_stands(
    transactions: Transactions, opening: Opening, form: str, now: datetime, draft_id: str = ""
) -> Standing:
    """How a service stands for a draft; for a visitor without one when `draft_id` is empty."""
    with transactions.read() as session:
        taken = count_places(session, form, now) if opening.at_most is not None else 0
        begun = begun_at(session, draft_id) if draft_id else None
        if begun is None:
            return opening.standing(now, taken)
        return opening.standing_of_draft(begun, now, taken)


def standings(
    transactions: Transactions, definitions: Definitions, now: datetime
) -> Mapping[str, Standing]:
    """How every service stands that is not always open, by form."""
    return {
        form: how_it_stands(transactions, definition.opening, form, now)
        for form, definition in definitions.served().items()
        if definition.opening.is_limited
    }


def refuse_unless_open(session: Session, opening: Opening, form: str, now: datetime) -> None:
    """Raises ServiceClosed when nobody can begin now."""
    if opening.is_limited:
        taken = count_places(session, form, now) if opening.at_most is not None else 0
        if opening.standing(now, taken) is not Standing.OPEN:
            raise ServiceClosed(form)


def refuse_unless_admitted(
    session: Session, opening: Opening, draft: DraftRow, now: datetime
) -> None:
    """Raises ServiceClosed when the draft may not be sent now.

    Of many at once each waits here for the one before: none counts places while another takes
    the last. The caller takes the place in the same transaction.
    """
    if not opening.is_limited:
        return
    taken = 0
    if opening.at_most is not None:
        queue_for_places(session, draft.form)
        taken = count_places(session, draft.form, now)
    if opening.standing_of_draft(draft.created_at, now, taken) is not Standing.OPEN:
        raise ServiceClosed(draft.form)


def keep_place(
    transactions: Transactions, definitions: Definitions, submission_id: str, now: datetime
) -> None:
    """Whoever goes to pay keeps the place, or takes one again that was given back.

    Raises ServiceClosed when another has it: then no payment may be begun.
    """
    with transactions.write() as session:
        row = lock_submission(session, submission_id)
        if row is None or row.status != SubmissionStatus.AWAITING_PAYMENT:
            return
        opening = definitions.opening(definitions.by_digest(row.form, row.digest))
        if opening.at_most is None:
            return
        queue_for_places(session, row.form)
        if count_places(session, row.form, now, but=row.id) >= opening.at_most:
            raise ServiceClosed(row.form)
        row.place_until = unpaid_place_until(now)


def may_be_sent_again(
    session: Session, opening: Opening, submission: Submission, now: datetime
) -> bool:
    """Whether an unpaid form could still be sent after a change: else it is not opened again."""
    if not opening.is_limited:
        return True
    taken = count_places(session, submission.form, now, but=submission.id)
    begun = begun_at(session, submission.draft_id)
    return begun is None or opening.standing_of_draft(begun, now, taken) is Standing.OPEN
