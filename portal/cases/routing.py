"""Hands a submission over to the CRM: one case, with every file, however often it is tried.

Every step is written down before the next begins, and each can be repeated: a crash at any line
leaves a row from which the next attempt resumes. Before anything is created the CRM is asked
whether it has the case, and creating carries our reference as idempotency key.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from portal.cases.case import Case, CaseAttachment, CaseState, differences, parse_case
from portal.cases.crm import CaseReference, CaseStatus, Crm
from portal.cases.records import (
    CaseRow,
    attached_files,
    claim_case,
    read_case_row,
    record_attachment,
    record_case,
    write_claimed,
)
from portal.core.errors import CrmRefused, CrmUnavailable, PortalError, TryAgain
from portal.database import Transactions
from portal.work import Work

HAND_OVER = "hand-over"
"""The job's name. Its one id is the submission's."""


def _claim_for(longest: timedelta) -> timedelta:
    """Longer than the call it is for can take, so that a claim ends only when its worker died."""
    return longest * 1.5 + timedelta(seconds=5)


Clock = Callable[[], datetime]
LoadContent = Callable[[str], bytes]
"""Gives a file's content by its id. Raises FileNotFoundError when it is gone."""


def promise_case(
    session: Session, work: Work, submission_id: str, case: Case, *, now: datetime
) -> None:
    """Freeze the case and promise its hand-over, both or neither. Safe to repeat."""
    record_case(session, submission_id, case, now)
    work.enqueue(session, HAND_OVER, submission_id)


def open_case(
    transactions: Transactions,
    crm: Crm,
    submission_id: str,
    *,
    clock: Clock,
    load_content: LoadContent,
) -> timedelta | None:
    """Hand one submission over. None when it is done; a length of time when another has it.

    Raises CrmUnavailable (trying again helps, the row says why it waits), CrmRefused (the case
    is parked and the row says why; a retry resumes where it stopped) or Missing (no such case).
    """
    claimed = _claim(transactions, crm, submission_id, clock)
    if not isinstance(claimed, _Claim):
        return claimed
    try:
        _hand_over(claimed, crm, load_content)
    except _Overtaken:
        return _claim_for(crm.longest_call)
    except TryAgain as error:
        claimed.let_go(last_error=in_full(error))
        raise
    except PortalError as error:
        claimed.let_go(state=CaseState.PARKED, last_error=in_full(error))
        raise
    return None


def refresh_status(
    transactions: Transactions, crm: Crm, submission_id: str, *, clock: Clock
) -> CaseStatus | None:
    """Ask how the case stands and write it down; None while the CRM has no case.

    Raises CrmUnavailable (try again) or CrmRefused.
    """
    with transactions.read() as session:
        row = read_case_row(session, submission_id)
    if not row.case_id or row.crm != crm.name:
        return None
    status = crm.get_status(CaseReference(row.case_id, row.case_url))
    with transactions.write() as session:
        row = read_case_row(session, submission_id)
        row.status_raw, row.progress = status.raw, status.progress or ""
        row.status_read_at = clock()
    return status


def in_full(error: Exception) -> str:
    """The reason with the CRM's own words: for the row and an officer's eyes, never for a log."""
    return ". ".join((str(error), *(note for note in getattr(error, "__notes__", ()) if note)))


class _Overtaken(Exception):
    """Our claim ran out and another worker has the case: nothing more may be written or sent."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """A case in hand. Every write through it fails once another worker has taken over."""

    transactions: Transactions
    submission_id: str
    token: str
    clock: Clock
    row: CaseRow

    def renew(self, longest: timedelta) -> None:
        """Say that we are still at it, before each call to the outside; `longest` it may take."""
        self.write(claimed_until=self.clock() + _claim_for(longest))

    def write(self, **values: Any) -> None:  # noqa: ANN401  # columns of several types
        """Write the outcome of a step."""
        with self.transactions.write() as session:
            if not write_claimed(session, self.submission_id, self.token, **values):
                raise _Overtaken

    def let_go(self, **values: Any) -> None:  # noqa: ANN401
        """Write the last outcome and let others try; nothing when another has it already."""
        with self.transactions.write() as session:
            write_claimed(session, self.submission_id, self.token, claimed_until=None, **values)


def _claim(
    transactions: Transactions, crm: Crm, submission_id: str, clock: Clock
) -> _Claim | timedelta | None:
    token, now = secrets.token_hex(16), clock()
    until, latest = (now + _claim_for(long) for long in (crm.longest_call, crm.longest_attach))
    with transactions.write() as session:
        row = read_case_row(session, submission_id)
        if row.state == CaseState.COMPLETE:
            return None
        if not claim_case(session, submission_id, claim=token, now=now, until=until, latest=latest):
            left = (row.claimed_until or now) - now
            return max(left, timedelta()) + timedelta(seconds=1)
        row = read_case_row(session, submission_id)
        if row.state == CaseState.PARKED:
            row.state = CaseState.OPENED if row.case_id else CaseState.WAITING
    return _Claim(transactions, submission_id, token, clock, row)


def _hand_over(claimed: _Claim, crm: Crm, load_content: LoadContent) -> None:
    row, case = claimed.row, _published_case(claimed.row)
    _refuse_another_crm(row, crm)
    opened = CaseReference(row.case_id, row.case_url) if row.case_id else None
    opened = opened or _open(claimed, crm, case)
    if row.verified_at is None:
        _verify(claimed, crm, opened)
    for attachment in _still_to_attach(claimed, case):
        _attach(claimed, crm, opened, attachment, load_content)
    now = claimed.clock()
    claimed.write(state=CaseState.COMPLETE, completed_at=now, claimed_until=None, last_error="")


def _published_case(row: CaseRow) -> Case:
    try:
        return parse_case(row.published)
    except ValueError as error:
        raise CrmRefused(str(error)) from error


def _refuse_another_crm(row: CaseRow, crm: Crm) -> None:
    if row.case_id and row.crm != crm.name:
        raise CrmRefused(
            f"case {row.case_id} was opened in {row.crm} but not finished there, and the portal "
            f"now uses {crm.name}: finish it by hand"
        )


def _open(claimed: _Claim, crm: Crm, case: Case) -> CaseReference:
    claimed.renew(crm.longest_call)
    opened = crm.find_case(case.reference)
    if opened is None:
        _let_search_settle(claimed, crm)
        now = claimed.clock()
        claimed.write(
            create_sent_at=now, crm=crm.name, claimed_until=now + _claim_for(crm.longest_call)
        )
        opened = crm.create_case(case, key=case.reference)
    claimed.write(
        state=CaseState.OPENED,
        crm=crm.name,
        case_id=opened.id,
        case_url=opened.url,
        opened_at=claimed.clock(),
        last_error="",
    )
    return opened


def _let_search_settle(claimed: _Claim, crm: Crm) -> None:
    """After a create whose answer was lost, a search that lags must not make a second case."""
    sent = claimed.row.create_sent_at
    if sent is None or claimed.row.crm != crm.name:
        return
    left = sent + crm.settles_in - claimed.clock()
    if left > timedelta():
        raise CrmUnavailable("waiting for the CRM's search to show what was opened", after=left)


def _verify(claimed: _Claim, crm: Crm, opened: CaseReference) -> None:
    """Read the case back: real CRMs drop a field and say 201."""
    claimed.renew(crm.longest_call)
    held = crm.read_back(opened)
    if wrong := differences(claimed.row.published, held):
        raise CrmRefused(
            f"the CRM stored case {opened.id} but not as it was sent: {', '.join(wrong)}"
        )
    claimed.write(verified_at=claimed.clock())


def _still_to_attach(claimed: _Claim, case: Case) -> tuple[CaseAttachment, ...]:
    with claimed.transactions.read() as session:
        attached = attached_files(session, claimed.submission_id)
    return tuple(a for a in case.attachments if a.file not in attached)


def _attach(
    claimed: _Claim,
    crm: Crm,
    opened: CaseReference,
    attachment: CaseAttachment,
    load_content: LoadContent,
) -> None:
    claimed.renew(crm.longest_attach)
    crm_id = crm.attach(opened, attachment, lambda: _content(attachment, load_content))
    with claimed.transactions.write() as session:
        record_attachment(
            session,
            claimed.submission_id,
            attachment.file,
            crm_id=crm_id,
            now=claimed.clock(),
        )


def _content(attachment: CaseAttachment, load_content: LoadContent) -> bytes:
    """The file as it was submitted, or not at all."""
    try:
        content = load_content(attachment.file)
    except FileNotFoundError as error:
        raise CrmRefused(f"file {attachment.file} is gone from the portal's disk") from error
    if hashlib.sha256(content).hexdigest() != attachment.sha256:
        raise CrmRefused(f"file {attachment.file} is not what was submitted")
    return content
