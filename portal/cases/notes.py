"""Notes for cases: what a resident did after the case was handed over, told to the CRM once.

A note is written down in the transaction that makes it true, and carried to the CRM afterwards.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Column, Text
from sqlmodel import Field, Session, SQLModel

from portal.cases.crm import CaseReference, Crm
from portal.cases.records import read_case_row
from portal.core.errors import CrmRefused, Missing
from portal.database import Transactions, UtcDateTime
from portal.work import Work

ADD_NOTE = "add-note"
"""The job's name. Its one id is the note's."""
_LOOK_AGAIN = timedelta(minutes=2)


class CaseNoteRow(SQLModel, table=True):
    """A note on its way to a case. May hold personal data: deleted with the submission."""

    __tablename__ = "case_note"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True)
    submission_id: str = Field(index=True)
    text: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def promise_note(
    session: Session, work: Work, submission_id: str, text: str, *, now: datetime
) -> None:
    """Write a note down and promise to carry it, both or neither."""
    row = CaseNoteRow(
        id=secrets.token_hex(16), submission_id=submission_id, text=text, created_at=now
    )
    session.add(row)
    session.flush()
    work.enqueue(session, ADD_NOTE, row.id)


def add_note(
    transactions: Transactions, crm: Crm, note_id: str, *, clock: Callable[[], datetime]
) -> timedelta | None:
    """Carry one note to its case. None when it is done; how long to wait while there is no case.

    Raises CrmUnavailable (trying again helps, and is harmless where the CRM knows the note's key)
    or CrmRefused: the note is parked, and a person must tell the team.
    """
    with transactions.read() as session:
        row = session.get(CaseNoteRow, note_id)
        if row is None:
            raise Missing(note_id)
        case = read_case_row(session, row.submission_id)
        text, sent = row.text, row.sent_at
    if sent is not None:
        return None
    if not case.case_id:
        return _LOOK_AGAIN
    if case.crm != crm.name:
        raise CrmRefused(
            f"case {case.case_id} is in {case.crm}, and the portal now uses {crm.name}: "
            "add the note by hand"
        )
    crm.add_note(CaseReference(case.case_id, case.case_url), text, key=note_id)
    with transactions.write() as session:
        row = session.get(CaseNoteRow, note_id)
        if row is not None:
            row.sent_at = clock()
    return None
