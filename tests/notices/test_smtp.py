import email
import email.policy
import socket
import threading
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import Envelope
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import MailRefused, MailUnavailable, UnsafeSettings
from portal.notices.mailer import MailAttachment, OutgoingMail, is_address
from portal.notices.smtp import MailServer, SmtpMailer, read_smtp_url, write_mail
from tests.notices.mail_server import free_port, mail_peer

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40


def a_mail(to: str = "sian@example.org", **changes: object) -> OutgoingMail:
    facts = {
        "message_id": "<n1@council.example>",
        "subject": "Derbynneb £300.00 (HM-1)",
        "text": "Annwyl Siân,\n\nTŷ Gwyn\n.\nfrom here\n",
        "written_at": NOON,
        **changes,
    }
    return OutgoingMail(to=to, **facts)  # pyright: ignore[reportArgumentType]


def mailer(url: str, name: str = "") -> SmtpMailer:
    return SmtpMailer(read_smtp_url(url), sender="forms@council.example", sender_name=name)


def opened(envelope: Envelope) -> EmailMessage:
    return email.message_from_bytes(envelope.original_content or b"", policy=email.policy.default)


def test_a_mail_arrives_whole_with_its_welsh_letters_and_its_pdf():
    receipt = MailAttachment("Derbynneb tŷ.pdf", "application/pdf", PDF)
    with mail_peer() as peer:
        mailer(peer.url, "Council").send(a_mail(attachments=(receipt,)))

    message = opened(peer.received[0])
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == "Annwyl Siân,\n\nTŷ Gwyn\n.\nfrom here\n"
    assert message["Subject"] == "Derbynneb £300.00 (HM-1)"
    assert message["From"] == "Council <forms@council.example>"
    assert message["To"] == "sian@example.org"
    assert message["Message-ID"] == "<n1@council.example>"
    assert message["Date"] == "Tue, 24 Nov 2026 12:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "Derbynneb tŷ.pdf"
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_content() == PDF


def test_a_name_of_the_council_in_welsh_is_shown():
    message = write_mail(a_mail(), sender=mailer("smtp://127.0.0.1", "Cyngor Tŷ Ddewi").sender)

    parsed = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert parsed["From"] == "Cyngor Tŷ Ddewi <forms@council.example>"


def test_a_domain_beyond_ascii_travels_in_its_ascii_form():
    with mail_peer() as peer:
        mailer(peer.url).send(a_mail("post@tŷ.example"))

    assert peer.received[0].rcpt_tos == ["post@xn--t-oma.example"] or "xn--" in str(
        peer.received[0].rcpt_tos[0]
    )


def test_an_address_beyond_ascii_is_carried_by_a_server_that_can():
    with mail_peer() as peer:
        mailer(peer.url).send(a_mail("siân@example.org"))

    assert peer.received[0].rcpt_tos == ["siân@example.org"]
    assert peer.smtputf8 == [True]


def test_a_server_that_is_down_is_tried_again_later():
    with pytest.raises(MailUnavailable):
        mailer(f"smtp://127.0.0.1:{free_port()}").send(a_mail())


@pytest.mark.parametrize("code", ["421", "450", "451", "452"])
def test_a_server_that_says_later_is_tried_again(code: str):
    with mail_peer() as peer:
        peer.say_to_recipient = [f"{code} greylisted, come back"]
        with pytest.raises(MailUnavailable, match=code):
            mailer(peer.url).send(a_mail())
        mailer(peer.url).send(a_mail())

    assert len(peer.received) == 1


@pytest.mark.parametrize("code", ["550", "551", "553", "554"])
def test_an_address_that_does_not_exist_is_refused_without_repeating_it(code: str):
    with mail_peer() as peer:
        peer.say_to_recipient = [f"{code} no sian@example.org here"]
        with pytest.raises(MailRefused, match=code) as refused:
            mailer(peer.url).send(a_mail())

    assert "sian" not in str(refused.value)
    assert peer.received == []


@pytest.mark.parametrize(
    ("answer", "error"), [("451 disk full", MailUnavailable), ("554 spam", MailRefused)]
)
def test_the_answer_to_the_mail_itself_counts_as_well(
    answer: str, error: type[MailUnavailable | MailRefused]
):
    with mail_peer() as peer:
        peer.say_to_mail = [answer]
        with pytest.raises(error):
            mailer(peer.url).send(a_mail())


def test_a_line_that_dies_in_mid_mail_is_tried_again():
    with mail_peer() as peer:
        peer.say_to_mail = ["drop"]
        with pytest.raises(MailUnavailable):
            mailer(peer.url).send(a_mail())

    assert peer.received == []


@pytest.mark.parametrize("greeting", [b"", b"554 go away\r\n", b"421 busy\r\n", b"\xff\xfe\r\n"])
def test_a_server_that_will_not_talk_to_us_makes_the_mail_wait(greeting: bytes):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(greeting)

        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(MailUnavailable):
            mailer(f"smtp://127.0.0.1:{listener.getsockname()[1]}").send(a_mail())
        thread.join()


def test_a_server_without_the_tls_we_insist_on_gets_no_mail():
    with mail_peer() as peer, pytest.raises(MailUnavailable, match="not let us in"):
        mailer(f"{peer.url}?starttls=1").send(a_mail())

    assert peer.received == []


def test_a_password_the_server_does_not_take_makes_the_mail_wait():
    with mail_peer() as peer, pytest.raises(MailUnavailable, match="not let us in"):
        mailer(peer.url.replace("//", "//portal:wrong@")).send(a_mail())


def test_checking_sends_nothing():
    with mail_peer() as peer:
        mailer(peer.url).check()

    assert peer.received == []
    with pytest.raises(MailUnavailable):
        mailer(peer.url).check()


@pytest.mark.parametrize(
    "to",
    [
        "a@example.org\r\nBcc: b@example.org",
        "a@example.org\nBcc: b@example.org",
        "a@example.org, b@example.org",
        "a@example.org;b@example.org",
        "Bob <a@example.org>",
        "a@example.org b@example.org",
        '"a b"@example.org',
        "a@b@example.org",
        "@example.org",
        "a@",
        "a",
        "",
        ".a@example.org",
        "a..b@example.org",
        "a@example..org",
        "a@-example.org",
        "a@[127.0.0.1]",
        "a\x00@example.org",
        "a@example.org\u2028",
        "a" * 65 + "@example.org",
        "a@" + "b" * 250 + ".org",
    ],
)
def test_what_is_not_one_plain_address_never_leaves(to: str):
    with pytest.raises(MailRefused):
        a_mail(to)


@pytest.mark.parametrize(
    "to", ["o'brien+forms@example.org", "siân@tŷ.cymru", "a@localhost", "x_y-z@sub.example.co.uk"]
)
def test_real_addresses_are_taken(to: str):
    assert is_address(to)


@pytest.mark.parametrize("header", ["subject", "message_id"])
@pytest.mark.parametrize(
    "bad", ["\r\nBcc: b@example.org", "\nX: y", "\rX: y", "\x00", "\u2028X: y"]
)
def test_a_header_with_a_line_break_never_leaves(header: str, bad: str):
    with pytest.raises(MailRefused):
        a_mail(**{header: f"<x{bad}>"})


@given(to=st.text(max_size=60), subject=st.text(max_size=60), name=st.text(max_size=60))
def test_nothing_typed_anywhere_adds_a_header_or_a_recipient(to: str, subject: str, name: str):
    attachment = MailAttachment(name, "application/pdf", b"%PDF")
    try:
        mail = a_mail(to, subject=subject, attachments=(attachment,))
        raw = write_mail(mail, sender="forms@council.example").as_bytes()
    except (MailRefused, ValueError):
        return

    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert sorted(message.keys()) == sorted(
        [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "X-Auto-Response-Suppress",
            "MIME-Version",
            "Content-Type",
        ]
    )


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (
            "smtp://u%40x:p%2Fw@mail.example:587?starttls=1",
            MailServer("mail.example", 587, "u@x", "p/w", tls=False, starttls=True),
        ),
        ("smtps://mail.example", MailServer("mail.example", 465, "", "", tls=True, starttls=False)),
        ("smtp://127.0.0.1:25", MailServer("127.0.0.1", 25, "", "", tls=False, starttls=False)),
    ],
)
def test_the_address_of_a_mail_server_is_read(url: str, server: MailServer):
    assert read_smtp_url(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example:25",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:port",
        "smtp://u:hunter2@mail.example",
    ],
)
def test_an_unsafe_or_unreadable_mail_server_stops_the_start(url: str):
    with pytest.raises(UnsafeSettings, match="PORTAL_SMTP_URL") as unsafe:
        read_smtp_url(url)
    assert "hunter2" not in str(unsafe.value)


def test_a_sender_that_is_no_address_stops_the_start():
    with pytest.raises(UnsafeSettings, match="PORTAL_MAIL_FROM"):
        SmtpMailer(read_smtp_url("smtp://127.0.0.1"), sender="The Council")
