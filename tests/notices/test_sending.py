"""The promises of sending, kept against a real mail server."""

import email
import email.policy
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from portal.core.errors import MailRefused, MailUnavailable, Missing
from portal.database import Transactions
from portal.notices.mailer import MailAttachment
from portal.notices.messages import NoticeKind
from portal.notices.records import (
    NoticeRow,
    NoticeState,
    claim_notice,
    delete_notices,
    notices_of,
    read_notice,
    refused_notices,
)
from portal.notices.sending import SEND_NOTICE, Notice, notice_id, queue_notice, send_notice
from portal.notices.smtp import SmtpMailer, read_smtp_url
from portal.work import Work, migrate_engine_tables
from tests.notices.mail_server import MailPeer, free_port, mail_peer

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SENDER = "forms@council.example"


class Now:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        return self.moment


class Killed(BaseException):
    """The process dies here."""


@pytest.fixture
def work(database_url: str, engine: Engine):
    migrate_engine_tables(database_url)
    work = Work(engine)
    yield work
    work.close()


def a_notice(**changes: object) -> Notice:
    facts: dict[str, object] = {
        "id": notice_id("s1", NoticeKind.PAYMENT_RECEIVED),
        "submission_id": "s1",
        "kind": NoticeKind.PAYMENT_RECEIVED,
        "to": "sian@example.org",
        "subject": "Receipt R-000017 (HM-1)",
        "text": "Annwyl Siân,\n\nDiolch.\n",
        "attachments": ({"receipt": "R-000017", "name": "receipt.pdf"},),
        **changes,
    }
    return Notice(**facts)  # pyright: ignore[reportArgumentType]


def load_receipt(reference: Mapping[str, str]) -> MailAttachment:
    assert reference["receipt"] == "R-000017"
    return MailAttachment(reference["name"], "application/pdf", b"%PDF-1.7 receipt")


def queue(transactions: Transactions, work: Work, notice: Notice) -> str:
    with transactions.write() as session:
        queue_notice(session, work, notice, sender=SENDER, now=NOON)
    return notice.id


def send(
    transactions: Transactions,
    url: str,
    notice: str,
    clock: Now | None = None,
    load: object = load_receipt,
) -> timedelta | None:
    mailer = SmtpMailer(read_smtp_url(url), sender=SENDER)
    return send_notice(
        transactions,
        mailer,
        notice,
        clock=clock or Now(),
        load_attachment=load,  # pyright: ignore[reportArgumentType]
    )


def row_of(transactions: Transactions, notice: str) -> NoticeRow:
    with transactions.read() as session:
        return read_notice(session, notice)


def message_ids(peer: MailPeer) -> list[str]:
    return [
        str(
            email.message_from_bytes(e.original_content or b"", policy=email.policy.default)[
                "Message-ID"
            ]
        )
        for e in peer.received
    ]


def test_a_notice_is_queued_with_its_job_or_not_at_all(transactions: Transactions, work: Work):
    with suppress(Killed), transactions.write() as session:
        queue_notice(session, work, a_notice(), sender=SENDER, now=NOON)
        raise Killed
    nothing = work.waiting()
    notice = queue(transactions, work, a_notice())
    queue(transactions, work, a_notice(text="another text"))

    assert nothing == []
    assert [(job.job, job.ids) for job in work.waiting()] == [(SEND_NOTICE, (notice,))]
    assert "Diolch" in row_of(transactions, notice).text


def test_a_notice_is_sent_once_however_often_it_is_asked_for(
    transactions: Transactions, work: Work
):
    notice = queue(transactions, work, a_notice())
    with mail_peer() as peer:
        assert send(transactions, peer.url, notice) is None
        assert send(transactions, peer.url, notice) is None

    row = row_of(transactions, notice)
    assert (row.state, row.sent_at, row.attempts) == (NoticeState.SENT, NOON, 1)
    (envelope,) = peer.received
    assert b"receipt.pdf" in (envelope.original_content or b"")


def test_twenty_at_once_send_it_once(transactions: Transactions, work: Work):
    notice = queue(transactions, work, a_notice())
    barrier = threading.Barrier(20)
    with mail_peer() as peer:

        def attempt(_: int) -> timedelta | None:
            barrier.wait()
            return send(transactions, peer.url, notice)

        with ThreadPoolExecutor(20) as pool:
            outcomes = list(pool.map(attempt, range(20)))

    assert len(peer.received) == 1
    assert all(wait is None or wait > timedelta() for wait in outcomes)


def test_a_mail_server_that_is_down_and_comes_back_gets_the_notice(
    transactions: Transactions, work: Work
):
    notice, port = queue(transactions, work, a_notice()), free_port()
    with pytest.raises(MailUnavailable):
        send(transactions, f"smtp://127.0.0.1:{port}", notice)
    waiting = row_of(transactions, notice)

    with mail_peer(port) as peer:
        send(transactions, peer.url, notice)

    assert waiting.state == NoticeState.QUEUED
    assert "did not answer" in waiting.last_error
    assert row_of(transactions, notice).last_error == ""
    assert len(peer.received) == 1


def test_a_greylisted_notice_arrives_at_the_second_try(transactions: Transactions, work: Work):
    notice = queue(transactions, work, a_notice())
    with mail_peer() as peer:
        peer.say_to_recipient = ["451 come back later"]
        with pytest.raises(MailUnavailable, match="451"):
            send(transactions, peer.url, notice)
        send(transactions, peer.url, notice)

    assert len(peer.received) == 1
    assert row_of(transactions, notice).attempts == 2


def test_a_refused_notice_says_why_and_may_be_tried_again_by_a_person(
    transactions: Transactions, work: Work
):
    notice = queue(transactions, work, a_notice())
    with mail_peer() as peer:
        peer.say_to_recipient = ["550 nobody of that name"]
        with pytest.raises(MailRefused, match="550"):
            send(transactions, peer.url, notice)
        with transactions.read() as session:
            (refused,) = refused_notices(session)
        send(transactions, peer.url, notice)

    assert refused.id == notice
    assert "550" in refused.last_error
    assert row_of(transactions, notice).state == NoticeState.SENT


def test_a_kill_between_the_servers_ok_and_our_note_repeats_the_same_message_id(
    transactions: Transactions, work: Work
):
    notice, now, readings = queue(transactions, work, a_notice()), Now(), [0]

    class Doomed(Now):
        def __call__(self) -> datetime:
            readings[0] += 1
            if readings[0] > 1:
                raise Killed
            return NOON

    with mail_peer() as peer:
        with pytest.raises(Killed):
            send(transactions, peer.url, notice, Doomed())
        busy = send(transactions, peer.url, notice, now)
        assert busy is not None
        now.moment += busy
        assert send(transactions, peer.url, notice, now) is None

    assert message_ids(peer) == [f"<{notice}@council.example>"] * 2


def test_a_line_cut_after_the_servers_ok_counts_as_sent(transactions: Transactions, work: Work):
    notice = queue(transactions, work, a_notice())
    with mail_peer() as peer:
        peer.say_to_mail = ["drop"]
        with pytest.raises(MailUnavailable):
            send(transactions, peer.url, notice)
        send(transactions, peer.url, notice)

    assert len(peer.received) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"to": "a@example.org\r\nBcc: b@example.org"},
        {"to": "a@example.org, b@example.org"},
        {"to": ""},
        {"subject": "Hello\r\nBcc: b@example.org"},
    ],
)
def test_an_injection_does_not_fail_the_submission_and_is_never_sent(
    transactions: Transactions, work: Work, change: dict[str, object]
):
    notice = queue(transactions, work, a_notice(**change))
    with mail_peer() as peer, pytest.raises(MailRefused):
        send(transactions, peer.url, notice)

    assert peer.received == []
    assert row_of(transactions, notice).state == NoticeState.REFUSED


def test_a_receipt_not_made_yet_is_waited_for_and_one_that_is_gone_is_refused(
    transactions: Transactions, work: Work
):
    def not_yet(_: Mapping[str, str]) -> MailAttachment:
        raise MailUnavailable("the receipt is still being made")

    def gone(_: Mapping[str, str]) -> MailAttachment:
        raise FileNotFoundError

    notice = queue(transactions, work, a_notice())
    with mail_peer() as peer:
        with pytest.raises(MailUnavailable):
            send(transactions, peer.url, notice, load=not_yet)
        waiting = row_of(transactions, notice).state
        with pytest.raises(MailRefused, match="gone"):
            send(transactions, peer.url, notice, load=gone)

    assert waiting == NoticeState.QUEUED
    assert peer.received == []


def test_an_unknown_notice_is_missing(transactions: Transactions):
    with pytest.raises(Missing):
        send(transactions, "smtp://127.0.0.1", "nothing")


def test_what_was_told_about_a_submission_is_listed_and_forgotten(
    transactions: Transactions, work: Work
):
    first = queue(transactions, work, a_notice())
    second = queue(
        transactions,
        work,
        a_notice(
            id=notice_id("s1", NoticeKind.STATUS_CHANGED, "closed"), kind=NoticeKind.STATUS_CHANGED
        ),
    )
    other = queue(
        transactions, work, a_notice(id=notice_id("s2", NoticeKind.REFUND_MADE), submission_id="s2")
    )
    with transactions.read() as session:
        told = {row.id for row in notices_of(session, "s1")}

    with transactions.write() as session:
        delete_notices(session, "s1")

    assert told == {first, second}
    with transactions.read() as session:
        assert list(notices_of(session, "s1")) == []
        assert [row.id for row in notices_of(session, "s2")] == [other]


def test_the_same_occasion_has_the_same_id_and_another_has_not():
    kind = NoticeKind.STATUS_CHANGED
    ids = {
        notice_id("s1", kind, "closed"),
        notice_id("s1", kind, "in progress"),
        notice_id("s2", kind),
    }

    assert len(ids) == 3
    assert notice_id("s1", kind, "closed") in ids


def test_a_claim_made_by_a_clock_that_was_wrong_holds_no_mail_up(
    transactions: Transactions, work: Work
):
    """The worker died, and the clock that dated its claim was a year fast."""
    notice = queue(transactions, work, a_notice())
    next_year = Now()() + timedelta(days=365)
    with transactions.write() as session:
        until = next_year + timedelta(seconds=100)
        assert claim_notice(session, notice, claim="dead", now=next_year, until=until)
    with mail_peer() as peer:
        assert send(transactions, peer.url, notice) is None
    assert len(peer.received) == 1
