"""The one door to a CRM over HTTP: deadlines, limits, and what a failure means.

Nothing of httpx2 leaves this module. A call ends within its deadline whatever the other side
does, follows no redirect, reads at most 1 MB and goes to the configured address only.
"""

import ipaddress
import json
import socket
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import cast
from urllib.parse import urlsplit

import httpcore2
import httpx2
from pydantic import JsonValue

from portal.cases.circuit import Circuit
from portal.core.errors import CrmRefused, CrmUnavailable, UnsafeSettings

_CONNECT_SECONDS = 5.0
_TOTAL_SECONDS = 20.0
_LARGEST_REPLY = 1024 * 1024
_LONGEST_WAIT = timedelta(days=1)
_LONGEST_QUOTE = 500
# Request timeout, conflict with a call still running, too early, too many requests
# (RFC 9110 section 15.5, RFC 8470, RFC 6585): the same call may succeed later.
_LATER = frozenset({408, 409, 425, 429})
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Upload:
    """A file within a multipart call."""

    field: str
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A call, ready to be made."""

    doing: str
    """What it is for, in an officer's words: "opening the case"."""
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: JsonValue = None
    form: Mapping[str, str] = field(default_factory=dict[str, str])
    upload: Upload | None = None
    total_seconds: float = _TOTAL_SECONDS


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that HTTP calls a success, or one the caller asked to see."""

    status: int
    body: JsonValue


class Caller:
    """Calls one CRM. Safe to share between threads; made once per process."""

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        refused_statuses: frozenset[int] = frozenset(),
        unwell_statuses: frozenset[int] = frozenset(),
        circuit: Circuit | None = None,
    ) -> None:
        """Raises UnsafeSettings when the address must not be called."""
        self._url = safe_address(url)
        self._refused, self._unwell = refused_statuses, unwell_statuses
        self._circuit = circuit or Circuit()
        self._client = httpx2.Client(
            headers={"Accept": "application/json", "Accept-Encoding": "identity", **headers},
            timeout=httpx2.Timeout(_TOTAL_SECONDS, connect=_CONNECT_SECONDS),
            follow_redirects=False,
            # A fresh connection for each call: the deadline can then cut exactly that one, and
            # no call is lost on a connection the other side had already closed.
            limits=httpx2.Limits(max_connections=16, max_keepalive_connections=0),
            trust_env=not _is_loopback(urlsplit(self._url).hostname or ""),
        )

    def call(self, outgoing: Outgoing, *, expected: frozenset[int] = frozenset()) -> Reply:
        """Make the call; statuses in `expected` are given back instead of raised.

        Raises CrmUnavailable when the same call may succeed later: no answer, 5xx, 408, 409,
        425, 429, or an answer that cannot be read (it may have been done: look before
        repeating). Raises CrmRefused for every other failure.
        """
        self._circuit.let_through()
        try:
            reply = self._reply_to(outgoing, expected)
        except CrmUnavailable as error:
            self._circuit.failed(error.after)
            raise
        except CrmRefused:
            self._circuit.succeeded()
            raise
        self._circuit.succeeded()
        return reply

    def _reply_to(self, outgoing: Outgoing, expected: frozenset[int]) -> Reply:
        status, headers, content = self._send(outgoing)
        if status not in expected:
            self._judge(outgoing, status, headers, content)
        try:
            body = json.loads(content) if content.strip() else None
        except (ValueError, RecursionError) as error:
            if status in expected:
                return Reply(status, None)
            msg = f"{outgoing.doing}: the CRM's answer ({status}) is not JSON"
            raise CrmUnavailable(msg) from error
        return Reply(status, body)

    def _send(self, outgoing: Outgoing) -> tuple[int, httpx2.Headers, bytes]:
        upload = outgoing.upload
        try:
            with (
                _deadline(outgoing.total_seconds) as (trace, cut),
                self._client.stream(
                    outgoing.method,
                    self._url + outgoing.path,
                    params=outgoing.query or None,
                    headers=outgoing.headers,
                    json=outgoing.body,
                    data=outgoing.form or None,
                    files={upload.field: (upload.name, upload.content, upload.media_type)}
                    if upload
                    else None,
                    extensions={"trace": trace},
                ) as response,
            ):
                return response.status_code, response.headers, _read(response, outgoing, cut)
        except httpx2.TransportError as error:
            # The vendor's words can hold addresses and headers: its kind is enough.
            why = type(error).__name__
            raise CrmUnavailable(f"{outgoing.doing}: the CRM did not answer ({why})") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            why = type(error).__name__
            raise CrmRefused(f"{outgoing.doing}: the call could not be made ({why})") from error

    def _judge(
        self, outgoing: Outgoing, status: int, headers: httpx2.Headers, content: bytes
    ) -> None:
        unwell = status in _LATER or status >= _SERVER_ERROR or status in self._unwell
        if unwell and status not in self._refused:
            later = CrmUnavailable(
                f"{outgoing.doing}: the CRM answered {status}", after=retry_after(headers)
            )
            later.add_note(quote_reply(content))
            raise later
        if not httpx2.codes.is_success(status):
            refused = CrmRefused(f"{outgoing.doing}: the CRM answered {status}")
            refused.add_note(quote_reply(content))
            raise refused


def quote_reply(content: bytes) -> str:
    """The CRM's own words for an officer: one line, printable, short."""
    words = " ".join(content[: _LONGEST_QUOTE * 4].decode("utf-8", "replace").split())
    return "".join(c for c in words if c.isprintable())[:_LONGEST_QUOTE]


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """How long we were asked to wait: seconds, or a date (RFC 9110 section 10.2.3).

    A date is measured from the answer's own Date, so that our clock does not matter; at most
    one day is believed.
    """
    words = headers.get("retry-after", "").strip()
    if words.isascii() and words.isdecimal():
        return min(timedelta(seconds=min(int(words[:9]), 10**8)), _LONGEST_WAIT)
    try:
        wait = parsedate_to_datetime(words) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return min(max(wait, timedelta()), _LONGEST_WAIT)


def safe_address(url: str) -> str:
    """The base address without its last slash. Raises UnsafeSettings with the cure.

    TLS always, except to this same machine; the certificate's name then makes sure that no
    change of DNS leads elsewhere. Link-local addresses are where clouds keep credentials.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        msg = "PORTAL_CRM_URL must look like https://crm.example.gov.uk/api"
    elif parts.username or parts.password:
        msg = "PORTAL_CRM_URL must not hold a password: put it in PORTAL_CRM_TOKEN"
    elif parts.scheme == "http" and not _is_loopback(host):
        msg = "PORTAL_CRM_URL must begin with https:// unless the CRM is on this machine"
    elif _is_forbidden(host):
        msg = "PORTAL_CRM_URL must not be a link-local, multicast or unspecified address"
    else:
        return url.rstrip("/")
    raise UnsafeSettings(msg)


def _is_loopback(host: str) -> bool:
    address = _as_address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _is_forbidden(host: str) -> bool:
    address = _as_address(host)
    if address is None:
        # 2130706433 and 0x7f.1 are addresses too, to some resolvers.
        return host.replace(".", "").isdecimal() or host.startswith("0x")
    return address.is_link_local or address.is_multicast or address.is_unspecified


def _as_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _read(response: httpx2.Response, outgoing: Outgoing, cut: threading.Event) -> bytes:
    content = bytearray()
    for chunk in response.iter_raw():
        content += chunk
        if len(content) > _LARGEST_REPLY:
            raise CrmUnavailable(f"{outgoing.doing}: the CRM's answer is over 1 MB")
    if cut.is_set():  # a body without a length ends quietly when its connection is cut
        raise CrmUnavailable(f"{outgoing.doing}: the CRM's answer took too long")
    return bytes(content)


class _Wire:
    """Knows the connection of the call in hand, so that a timer can cut it."""

    def __init__(self) -> None:
        self.cut = threading.Event()
        self._socket: socket.socket | None = None

    def trace(self, event: str, info: Mapping[str, object]) -> None:
        """Told by httpx2 what happens; the last stream opened is the one in use."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            stream = cast("httpcore2.NetworkStream", info["return_value"])
            self._socket = stream.get_extra_info("socket")
            if self.cut.is_set():
                self.snap()

    def snap(self) -> None:
        """Cut the connection: whoever waits on it sees it end."""
        self.cut.set()
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # closed already


@contextmanager
def _deadline(seconds: float) -> Generator[tuple[object, threading.Event]]:
    """Cut the connection when the time is up.

    Per-read timeouts alone let a peer that sends a byte at a time hold a worker for hours.
    """
    wire = _Wire()
    timer = threading.Timer(seconds, wire.snap)
    timer.daemon = True
    timer.start()
    try:
        yield wire.trace, wire.cut
    finally:
        timer.cancel()
