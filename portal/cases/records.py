"""The rows of handing over, and their queries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from sqlalchemy import JSON, Column, Text, delete, func, or_, update
from sqlmodel import Field, Session, SQLModel, col, select

from portal.cases.case import Case, CaseState, to_json
from portal.core.errors import Missing
from portal.database import UtcDateTime


class CaseRow(SQLModel, table=True):
    """One submission on its way to the CRM. Holds personal data: deleted with the submission."""

    __tablename__ = "crm_case"  # pyright: ignore[reportAssignmentType]

    submission_id: str = Field(primary_key=True)
    reference: str = Field(unique=True)
    published: dict[str, JsonValue] = Field(sa_column=Column(JSON, nullable=False))
    """The published case, frozen: what is sent is what was decided, however late."""
    state: str = Field(index=True)
    crm: str = ""
    """The name of the CRM it was, or is being, opened in."""
    case_id: str = ""
    """The CRM's number; empty until it is known to exist."""
    case_url: str = ""
    attempts: int = 0
    last_error: str = Field(default="", sa_column=Column(Text, nullable=False))
    """Why it waits or is parked, with the CRM's own words: never to be logged."""
    requested_at: datetime = Field(sa_type=UtcDateTime)
    create_sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Written before the CRM is asked to open the case: from then on it may exist."""
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    verified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    claim: str = ""
    """The worker that has it in hand, or last had it."""
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    status_raw: str = ""
    """The CRM's own word for how the work stands."""
    progress: str = ""
    """Ours; empty when the mapping does not know the CRM's word."""
    status_read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CaseAttachmentRow(SQLModel, table=True):
    """A file the CRM is known to hold."""

    __tablename__ = "crm_case_attachment"  # pyright: ignore[reportAssignmentType]

    submission_id: str = Field(primary_key=True, foreign_key="crm_case.submission_id")
    file: str = Field(primary_key=True)
    crm_id: str
    attached_at: datetime = Field(sa_type=UtcDateTime)


def record_case(session: Session, submission_id: str, case: Case, now: datetime) -> None:
    """Freeze the case of a submission. Does nothing when it is there already."""
    if session.get(CaseRow, submission_id) is not None:
        return
    session.add(
        CaseRow(
            submission_id=submission_id,
            reference=case.reference,
            published=to_json(case),
            state=CaseState.WAITING,
            requested_at=now,
        )
    )
    session.flush()


def read_case_row(session: Session, submission_id: str) -> CaseRow:
    """The row as it is now. Raises Missing."""
    row = session.get(CaseRow, submission_id, populate_existing=True)
    if row is None:
        raise Missing(f"no case is recorded for submission {submission_id}")
    return row


def find_case_row(session: Session, reference: str) -> CaseRow | None:
    """The row of a reference."""
    return session.exec(select(CaseRow).where(col(CaseRow.reference) == reference)).one_or_none()


def parked_cases(session: Session, *, limit: int = 200) -> Sequence[CaseRow]:
    """Cases a person must look at, oldest first."""
    return session.exec(
        select(CaseRow)
        .where(col(CaseRow.state) == CaseState.PARKED)
        .order_by(col(CaseRow.requested_at))
        .limit(limit)
    ).all()


def count_cases(session: Session) -> dict[CaseState, int]:
    """How many cases stand in each state."""
    state = col(CaseRow.state)
    return {
        CaseState(name): count
        for name, count in session.exec(select(state, func.count()).group_by(state))
    }


def claim_case(
    session: Session,
    submission_id: str,
    *,
    claim: str,
    now: datetime,
    until: datetime,
    latest: datetime,
) -> bool:
    """Take the case in hand, unless another worker has it and its time is not up.

    No claim made by a clock like ours ends after `latest`: one that does was made before the
    clock was put back, and would hold for as long as it was wrong.
    """
    taken = session.exec(
        update(CaseRow)
        .where(
            col(CaseRow.submission_id) == submission_id,
            col(CaseRow.state) != CaseState.COMPLETE,
            or_(
                col(CaseRow.claimed_until).is_(None),
                col(CaseRow.claimed_until) < now,
                col(CaseRow.claimed_until) > latest,
            ),
        )
        .values(claim=claim, claimed_until=until, attempts=CaseRow.attempts + 1)
        .returning(col(CaseRow.submission_id))
    )
    return taken.one_or_none() is not None


def write_claimed(session: Session, submission_id: str, claim: str, **values: Any) -> bool:  # noqa: ANN401  # columns of several types
    """Write to the row only while the claim is ours; False when another worker took it."""
    written = session.exec(
        update(CaseRow)
        .where(col(CaseRow.submission_id) == submission_id, col(CaseRow.claim) == claim)
        .values(**values)
        .returning(col(CaseRow.submission_id))
    )
    return written.one_or_none() is not None


def attached_files(session: Session, submission_id: str) -> frozenset[str]:
    """The ids of the files the CRM is known to hold."""
    mine = col(CaseAttachmentRow.submission_id) == submission_id
    return frozenset(session.exec(select(col(CaseAttachmentRow.file)).where(mine)))


def record_attachment(
    session: Session, submission_id: str, file: str, *, crm_id: str, now: datetime
) -> None:
    """Remember that the CRM holds the file; harmless when it is remembered already."""
    session.merge(
        CaseAttachmentRow(submission_id=submission_id, file=file, crm_id=crm_id, attached_at=now)
    )


def delete_case(session: Session, submission_id: str) -> None:
    """Forget a case and its files, when the submission's time is up."""
    files = col(CaseAttachmentRow.submission_id) == submission_id
    session.exec(delete(CaseAttachmentRow).where(files))
    session.exec(delete(CaseRow).where(col(CaseRow.submission_id) == submission_id))
