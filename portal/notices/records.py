"""The rows of notices, and their queries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Text, delete, or_, update
from sqlmodel import Field, Session, SQLModel, col, select

from portal.core.errors import Missing
from portal.database import UtcDateTime


class NoticeState(StrEnum):
    """queued → sent or refused. A refused one a person may queue again."""

    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"


class NoticeRow(SQLModel, table=True):
    """A message to somebody. Holds an address: deleted with the submission."""

    __tablename__ = "notice"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True)
    submission_id: str = Field(index=True)
    kind: str
    to: str = Field(sa_column=Column("to_address", Text, nullable=False))
    subject: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    attachments: list[dict[str, str]] = Field(sa_column=Column(JSON, nullable=False))
    """References, as the caller's `load_attachment` understands them."""
    state: str = Field(index=True)
    message_id: str
    """Fixed from the start: a mail sent twice because of a crash is the same mail."""
    attempts: int = 0
    last_error: str = Field(default="", sa_column=Column(Text, nullable=False))
    queued_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    claim: str = ""
    """The worker that has it in hand, or last had it."""
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


def add_notice(session: Session, row: NoticeRow) -> bool:
    """Store a notice; False when it is there already."""
    if session.get(NoticeRow, row.id) is not None:
        return False
    session.add(row)
    session.flush()
    return True


def read_notice(session: Session, notice_id: str) -> NoticeRow:
    """The row as it is now. Raises Missing."""
    row = session.get(NoticeRow, notice_id, populate_existing=True)
    if row is None:
        raise Missing(f"there is no notice {notice_id}")
    return row


def notices_of(session: Session, submission_id: str) -> Sequence[NoticeRow]:
    """Everything we told about a submission, oldest first."""
    return session.exec(
        select(NoticeRow)
        .where(col(NoticeRow.submission_id) == submission_id)
        .order_by(col(NoticeRow.queued_at), col(NoticeRow.id))
    ).all()


def refused_notices(session: Session, *, limit: int = 200) -> Sequence[NoticeRow]:
    """Messages that reached nobody, oldest first."""
    return session.exec(
        select(NoticeRow)
        .where(col(NoticeRow.state) == NoticeState.REFUSED)
        .order_by(col(NoticeRow.queued_at))
        .limit(limit)
    ).all()


def claim_notice(
    session: Session, notice_id: str, *, claim: str, now: datetime, until: datetime
) -> bool:
    """Take an unsent notice in hand, unless another worker has it and its time is not up.

    Every claim is as long as this one: one that ends later was made before the clock was put
    back, and would hold for as long as it was wrong.
    """
    taken = session.exec(
        update(NoticeRow)
        .where(
            col(NoticeRow.id) == notice_id,
            col(NoticeRow.state) != NoticeState.SENT,
            or_(
                col(NoticeRow.claimed_until).is_(None),
                col(NoticeRow.claimed_until) < now,
                col(NoticeRow.claimed_until) > until,
            ),
        )
        .values(claim=claim, claimed_until=until, attempts=NoticeRow.attempts + 1)
        .returning(col(NoticeRow.id))
    )
    return taken.one_or_none() is not None


def write_claimed(session: Session, notice_id: str, claim: str, values: Mapping[str, Any]) -> bool:
    """Write the outcome only while the claim is ours; False when another worker took it."""
    written = session.exec(
        update(NoticeRow)
        .where(col(NoticeRow.id) == notice_id, col(NoticeRow.claim) == claim)
        .values(**values)
        .returning(col(NoticeRow.id))
    )
    return written.one_or_none() is not None


def delete_notices(session: Session, submission_id: str) -> None:
    """Forget what was told about a submission, when its time is up."""
    session.exec(delete(NoticeRow).where(col(NoticeRow.submission_id) == submission_id))
