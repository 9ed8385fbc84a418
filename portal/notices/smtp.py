"""Sends mail by SMTP. Nothing of smtplib leaves this module."""

import ipaddress
import smtplib
import socket
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as MAIL_POLICY
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit

from portal.core.errors import MailRefused, MailUnavailable, UnsafeSettings
from portal.notices.mailer import OutgoingMail, is_address

_STEP_SECONDS = 15.0
# A server that answers a line a minute must not hold a worker: the whole conversation ends here.
_LONGEST = timedelta(seconds=50)
_PERMANENT = 500


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, read from PORTAL_SMTP_URL."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    """TLS from the first byte (smtps://)."""
    starttls: bool
    """TLS asked for after the greeting, and insisted upon."""


def read_smtp_url(url: str) -> MailServer:
    """Read `smtp://user:password@host:587?starttls=1` or `smtps://user:password@host:465`.

    Raises UnsafeSettings with the cure; never repeats the address, which holds a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UnsafeSettings("PORTAL_SMTP_URL: the port must be a number") from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise UnsafeSettings(
            "PORTAL_SMTP_URL must look like smtp://user:password@host:587?starttls=1"
        )
    tls = parts.scheme == "smtps"
    starttls = parse_qs(parts.query).get("starttls", ["0"])[-1] in ("1", "true", "yes")
    if parts.username and not (tls or starttls or _is_loopback(parts.hostname)):
        raise UnsafeSettings("PORTAL_SMTP_URL: a password needs smtps:// or ?starttls=1")
    return MailServer(
        host=parts.hostname,
        port=port or (465 if tls else 587 if starttls else 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=tls,
        starttls=starttls,
    )


class SmtpMailer:
    """Fits `portal.notices.mailer.Mailer`: one connection for each mail."""

    def __init__(
        self,
        server: MailServer,
        *,
        sender: str,
        sender_name: str = "",
        longest: timedelta = _LONGEST,
    ) -> None:
        """Raises UnsafeSettings when the sender is not an e-mail address."""
        if not is_address(sender):
            raise UnsafeSettings("PORTAL_MAIL_FROM must be one e-mail address")
        self._server = server
        self._address = sender
        self.longest = longest
        self.sender = str(Address(sender_name, addr_spec=sender))

    def send(self, mail: OutgoingMail) -> None:
        """Hand the mail over. See `Mailer.send`."""
        message = write_mail(mail, sender=self.sender)
        with _in_our_words(), self._conversation() as smtp:
            smtp.send_message(message, self._address, [_ascii_domain(mail.to)])

    def check(self) -> None:
        """Greet the server and sign in."""
        with _in_our_words(), self._conversation() as smtp:
            smtp.noop()

    def _connect(self) -> smtplib.SMTP:
        host, port = self._server.host, self._server.port
        step = min(_STEP_SECONDS, self.longest.total_seconds())
        if self._server.tls:
            return smtplib.SMTP_SSL(host, port, timeout=step, context=ssl.create_default_context())
        return smtplib.SMTP(host, port, timeout=step)

    @contextmanager
    def _conversation(self) -> Generator[smtplib.SMTP]:
        with self._connect() as smtp, _deadline(smtp, self.longest):
            try:
                if self._server.starttls:
                    smtp.starttls(context=ssl.create_default_context())
                if self._server.user:
                    smtp.login(self._server.user, self._server.password)
            except smtplib.SMTPException as error:
                # Ours to mend, and none of the mail's fault: it waits until the setting is right.
                why = type(error).__name__
                raise MailUnavailable(f"the mail server would not let us in ({why})") from error
            yield smtp


def write_mail(mail: OutgoingMail, *, sender: str) -> EmailMessage:
    """The mail as it travels (RFC 5322), marked as sent by a machine (RFC 3834)."""
    message = EmailMessage(policy=MAIL_POLICY)
    message["From"] = sender
    message["To"] = _ascii_domain(mail.to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.written_at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.text)
    for attachment in mail.attachments:
        kind, _, subtype = attachment.media_type.partition("/")
        message.add_attachment(
            attachment.content, maintype=kind, subtype=subtype, filename=attachment.name
        )
    return message


@contextmanager
def _deadline(smtp: smtplib.SMTP, longest: timedelta) -> Generator[None]:
    def cut() -> None:
        if smtp.sock is not None:
            smtp.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(longest.total_seconds(), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def _in_our_words() -> Generator[None]:
    """Turn whatever goes wrong into MailUnavailable or MailRefused, without quoting addresses."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise _by_code(max(codes, default=0), "the recipient") from error
    except smtplib.SMTPConnectError as error:
        raise MailUnavailable(f"the mail server greeted us with {error.smtp_code}") from error
    except smtplib.SMTPResponseException as error:
        raise _by_code(error.smtp_code, "the mail") from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailRefused("the mail server cannot carry an address like this one") from error
    except (smtplib.SMTPException, OSError) as error:
        why = type(error).__name__
        raise MailUnavailable(f"the mail server did not answer ({why})") from error
    except ValueError as error:  # a header email.message itself will not write
        raise MailRefused("the mail could not be written") from error


def _by_code(code: int, what: str) -> MailUnavailable | MailRefused:
    """4xx is "later", 5xx is "never" (RFC 5321 section 4.2.1); -1 is a line gone dead."""
    if code >= _PERMANENT:
        return MailRefused(f"the mail server refused {what} for good ({code})")
    return MailUnavailable(f"the mail server said later to {what} ({code})")


def _ascii_domain(address: str) -> str:
    """Domains beyond ASCII travel in their xn-- form, which every server can carry (RFC 5891)."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise MailRefused("the recipient's domain cannot exist") from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
