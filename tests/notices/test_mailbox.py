import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portal.core.errors import Missing
from portal.notices.mailbox import Mailbox, list_messages, read_message
from portal.notices.mailer import MailAttachment, OutgoingMail
from portal.notices.smtp import SmtpMailer, read_smtp_url

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def mailbox(tmp_path: Path):
    box = Mailbox(tmp_path / "outbox")
    yield SmtpMailer(read_smtp_url(box.start()), sender="forms@council.example")
    box.stop()


def a_mail(number: int = 1, text: str = "Tŷ Gwyn\n") -> OutgoingMail:
    return OutgoingMail(
        message_id=f"<n{number}@council.example>",
        to="siân@example.org",
        subject=f"Derbynneb {number} – £300.00",
        text=text,
        written_at=NOON + timedelta(minutes=number),
        attachments=(
            MailAttachment("derbynneb tŷ.pdf", "application/pdf", b"%PDF" + b"\r\n.\r\n"),
        ),
    )


def test_what_the_portal_sends_in_development_can_be_read(mailbox: SmtpMailer, tmp_path: Path):
    mailbox.send(a_mail())

    (listed,) = list_messages(tmp_path / "outbox")
    mail = read_message(tmp_path / "outbox", listed.name)
    assert listed.to == "siân@example.org"
    assert listed.subject == "Derbynneb 1 – £300.00"
    assert listed.sent_at == NOON + timedelta(minutes=1)
    assert mail.stored == listed
    assert mail.text.strip() == "Tŷ Gwyn"
    assert mail.attachments == ("derbynneb tŷ.pdf",)


def test_the_newest_is_listed_first(mailbox: SmtpMailer, tmp_path: Path):
    for number in (1, 2, 3):
        mailbox.send(a_mail(number))

    subjects = [mail.subject for mail in list_messages(tmp_path / "outbox")]

    assert [subject.split()[1] for subject in subjects] == ["3", "2", "1"]


def test_the_same_mail_twice_is_listed_once(mailbox: SmtpMailer, tmp_path: Path):
    mailbox.send(a_mail())
    mailbox.send(a_mail())

    assert len(list_messages(tmp_path / "outbox")) == 1


def test_mail_is_still_there_after_a_restart(tmp_path: Path):
    for number in (1, 2):
        box = Mailbox(tmp_path)
        SmtpMailer(read_smtp_url(box.start()), sender="a@council.example").send(a_mail(number))
        box.stop()

    assert len(list_messages(tmp_path)) == 2


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "0" * 32 + ".eml",
        "",
        "x.eml",
        "0" * 32 + ".eml/..",
        "\x00.eml",
        "A" * 32 + ".eml",
    ],
)
def test_nothing_but_a_stored_mail_can_be_opened(tmp_path: Path, name: str):
    with pytest.raises(Missing):
        read_message(tmp_path, name)


def test_a_mail_without_any_headers_can_still_be_listed(tmp_path: Path):
    (tmp_path / ("a" * 32 + ".eml")).write_bytes(b"\r\n\xff\xfe")
    (tmp_path / "notes.txt").write_text("not a mail")

    (listed,) = list_messages(tmp_path)

    assert (listed.to, listed.subject, listed.sent_at) == ("", "", None)
    assert read_message(tmp_path, listed.name).attachments == ()


def test_the_mailbox_listens_to_this_machine_only(tmp_path: Path):
    box = Mailbox(tmp_path)
    server = read_smtp_url(box.start())

    assert server.host == "127.0.0.1"
    with socket.create_connection((server.host, server.port), 2) as line:
        line.sendall(b"QUIT\r\n")
        while line.recv(1024):
            pass
    box.stop()
    with pytest.raises(OSError, match=r"refused"):
        socket.create_connection((server.host, server.port), 2)
    box.stop()
