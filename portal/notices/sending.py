"""Queues notices in the caller's transaction and sends each of them once.

Twice only when the mail server has taken it and we do not come to know: its OK is lost, or the
process is killed before writing it down. That is once more for each such accident, never more,
and the repeat carries the same Message-ID, by which mail programs know it.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from portal.core.errors import MailRefused, PortalError, TryAgain
from portal.database import Transactions
from portal.notices.mailer import LoadAttachment, Mailer, OutgoingMail
from portal.notices.messages import NoticeKind
from portal.notices.records import (
    NoticeRow,
    NoticeState,
    add_notice,
    claim_notice,
    read_notice,
    write_claimed,
)
from portal.work import Work

SEND_NOTICE = "send-notice"
"""The job's name. Its one id is the notice's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message ready to be queued."""

    id: str
    """Chosen by the caller; see `notice_id`."""
    submission_id: str
    kind: NoticeKind
    to: str
    subject: str
    text: str
    attachments: tuple[Mapping[str, str], ...] = ()
    """References, as the `load_attachment` given to `send_notice` understands them."""


def notice_id(submission_id: str, kind: NoticeKind, occasion: str = "") -> str:
    """The id for telling this once: the same occasion, the same id, and so one notice."""
    return hashlib.sha256(f"{submission_id}\n{kind}\n{occasion}".encode()).hexdigest()[:32]


def queue_notice(
    session: Session, work: Work, notice: Notice, *, sender: str, now: datetime
) -> None:
    """Store the notice and promise to send it, in the caller's transaction. Safe to repeat.

    The sender's domain ends the Message-ID. A bad address does not fail the caller: it is
    refused when it is sent, where a person will see it.
    """
    domain = sender.rpartition("@")[2]
    add_notice(
        session,
        NoticeRow(
            id=notice.id,
            submission_id=notice.submission_id,
            kind=notice.kind,
            to=notice.to,
            subject=notice.subject,
            text=notice.text,
            attachments=[dict(reference) for reference in notice.attachments],
            state=NoticeState.QUEUED,
            message_id=f"<{notice.id}@{domain}>",
            queued_at=now,
        ),
    )
    work.enqueue(session, SEND_NOTICE, notice.id)


def send_notice(
    transactions: Transactions,
    mailer: Mailer,
    notice: str,
    *,
    clock: Callable[[], datetime],
    load_attachment: LoadAttachment,
) -> timedelta | None:
    """Send one notice by its id. None when it is sent; a length of time when another has it.

    Raises MailUnavailable (trying again helps), MailRefused (it does not: the row is marked) or
    Missing.
    """
    claim, now = secrets.token_hex(16), clock()
    # Longer than finding the server and speaking to it: it ends only when its worker died.
    until = now + mailer.longest * 2
    with transactions.write() as session:
        row = read_notice(session, notice)
        if row.state == NoticeState.SENT:
            return None
        if not claim_notice(session, notice, claim=claim, now=now, until=until):
            return max((row.claimed_until or now) - now, timedelta()) + timedelta(seconds=1)
    try:
        mailer.send(_mail(row, load_attachment))
    except TryAgain as error:
        _write(transactions, notice, claim, last_error=str(error))
        raise
    except PortalError as error:
        _write(transactions, notice, claim, state=NoticeState.REFUSED, last_error=str(error))
        raise
    _write(transactions, notice, claim, state=NoticeState.SENT, sent_at=clock(), last_error="")
    return None


def _mail(row: NoticeRow, load_attachment: LoadAttachment) -> OutgoingMail:
    try:
        attachments = tuple(load_attachment(reference) for reference in row.attachments)
    except FileNotFoundError as error:
        raise MailRefused("a file that belongs to the mail is gone") from error
    return OutgoingMail(
        message_id=row.message_id,
        to=row.to,
        subject=row.subject,
        text=row.text,
        written_at=row.queued_at,
        attachments=attachments,
    )


def _write(transactions: Transactions, notice: str, claim: str, **values: str | datetime) -> None:
    with transactions.write() as session:
        write_claimed(session, notice, claim, {**values, "claimed_until": None})
