"""A real mail server that misbehaves when told to."""

import asyncio
import socket
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class MailPeer:
    """Where to send, what arrived, and what the next mails are told."""

    url: str = ""
    received: list[Envelope] = field(default_factory=list[Envelope])
    say_to_recipient: list[str] = field(default_factory=list[str])
    say_to_mail: list[str] = field(default_factory=list[str])
    """"drop" cuts the line; anything else is the server's answer."""
    smtputf8: list[bool] = field(default_factory=list[bool])

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name for it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if self.say_to_recipient:
            return self.say_to_recipient.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del session
        answer = self.say_to_mail.pop(0) if self.say_to_mail else "250 OK"
        if answer == "drop":
            _cut(server)
            return "250 never seen"
        if answer.startswith("250"):
            self.smtputf8.append(bool(envelope.smtp_utf8))
            self.received.append(envelope)
        if answer == "250 then drop":
            _cut(server)
        return answer


def _cut(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mail_peer(port: int | None = None) -> Generator[MailPeer]:
    """Run the server on the loopback interface."""
    peer = MailPeer()
    controller = Controller(peer, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    peer.url = f"smtp://127.0.0.1:{controller.port}"
    try:
        yield peer
    finally:
        controller.stop()
