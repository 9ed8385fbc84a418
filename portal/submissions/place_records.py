"""The queries about places of a limited number."""

# pyright: reportDeprecated=false
# SQLModel would have `exec`, which takes only its own select; these are SQLAlchemy's statements.

from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlmodel import Session, col

from portal.payments.payment import LIVE
from portal.payments.records import AttemptRow, PaymentRequestRow
from portal.submissions.records import DraftRow, SubmissionRow
from portal.submissions.submission import SubmissionStatus


def queue_for_places(session: Session, name: str) -> None:
    """Wait for whoever is about to take a place of the same kind, until their transaction ends.

    On SQLite every writer waits for every other already.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = func.hashtextextended(f"places:{name}", 0)
        session.execute(select(func.pg_advisory_xact_lock(key)))


def count_places(session: Session, form: str, now: datetime, *, but: str = "") -> int:
    """How many places of a form are taken, that of the submission `but` left out."""
    status = col(SubmissionRow.status)
    unpaid = status == SubmissionStatus.AWAITING_PAYMENT.value
    kept = or_(col(SubmissionRow.place_until) > now, _may_still_be_paid())
    sent = status.in_((SubmissionStatus.RECEIVED.value, SubmissionStatus.HANDED_OVER.value))
    statement = (
        select(func.count())
        .select_from(SubmissionRow)
        .where(
            col(SubmissionRow.form) == form,
            col(SubmissionRow.id) != but,
            or_(sent, and_(unpaid, kept)),
        )
    )
    return session.execute(statement).scalar_one()


def _may_still_be_paid():  # noqa: ANN202  # a clause
    return exists(
        select(col(AttemptRow.id))
        .join(PaymentRequestRow, col(PaymentRequestRow.id) == col(AttemptRow.request_id))
        .where(
            col(PaymentRequestRow.owner) == col(SubmissionRow.id),
            col(AttemptRow.state).in_(sorted(LIVE)),
        )
    )


def begun_at(session: Session, draft_id: str) -> datetime | None:
    """When a draft was begun."""
    statement = select(col(DraftRow.created_at)).where(col(DraftRow.id) == draft_id)
    return session.execute(statement).scalar_one_or_none()
