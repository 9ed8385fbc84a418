"""The development mailbox: a real mail server on this machine that keeps mail as files.

Nothing leaves the machine. The page `/staff/outbox` lists the folder; the files are ordinary
.eml files that any mail program opens.
"""

import email
import email.policy
import hashlib
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from portal.core.errors import Missing

_HOST = "127.0.0.1"
_NAME = re.compile(r"[0-9a-f]{32}\.eml")
_TRIES = 5


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A mail in the list."""

    name: str
    to: str
    subject: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenedMail:
    """A mail, opened."""

    stored: StoredMail
    text: str
    attachments: tuple[str, ...]
    """The names of its files."""


class Mailbox:
    """Receives on a free port of the loopback interface and stores into the folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._handler = _Keep(folder)
        self._controller: Controller | None = None

    def start(self) -> str:
        """Begin to receive; gives the address for PORTAL_SMTP_URL. Raises OSError."""
        for tries_left in reversed(range(_TRIES)):
            controller = Controller(
                self._handler, hostname=_HOST, port=_free_port(), enable_SMTPUTF8=True
            )
            try:
                controller.start()
            except OSError:  # another process was quicker to take the port
                if not tries_left:
                    raise
                continue
            self._controller = controller
            return f"smtp://{_HOST}:{controller.port}"
        raise AssertionError

    def stop(self) -> None:
        """Stop receiving; what is stored stays."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


class _Keep:
    """Stores each mail, whole or not at all; a repeat by Message-ID replaces itself."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name for it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del server, session
        content = envelope.original_content or b""
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        message_id = str(parsed["Message-ID"] or "").encode() or content
        place = self._folder / f"{hashlib.sha256(message_id).hexdigest()[:32]}.eml"
        partial = place.with_suffix(".part")
        partial.write_bytes(content)
        partial.rename(place)
        return "250 Message accepted for delivery"


def list_messages(folder: Path) -> list[StoredMail]:
    """Every mail, newest first."""
    paths = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [_stored(path.name, _parse(path)) for path in paths if _NAME.fullmatch(path.name)]


def read_message(folder: Path, name: str) -> OpenedMail:
    """One mail by the name it is listed under. Raises Missing."""
    path = folder / name
    if not _NAME.fullmatch(name) or not path.is_file():
        raise Missing("there is no such mail")
    message = _parse(path)
    body = message.get_body(preferencelist=("plain",))
    text = str(body.get_content()) if body is not None else ""
    return OpenedMail(_stored(name, message), text, tuple(_file_names(message)))


def _parse(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def _stored(name: str, message: EmailMessage) -> StoredMail:
    sent_at = None
    with suppress(ValueError, TypeError):
        sent_at = parsedate_to_datetime(str(message["Date"]))
    return StoredMail(name, str(message["To"] or ""), str(message["Subject"] or ""), sent_at)


def _file_names(message: EmailMessage) -> Iterator[str]:
    for part in message.iter_attachments():
        yield part.get_filename() or "file"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])
