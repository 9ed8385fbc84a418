"""Keeps strangers and oversized bodies out, and puts the security headers on every answer.

There is no sign-in here, so unless the settings say `public` only this machine is answered: a
caller whose address is loopback, who did not come through a proxy (it would look local), and who
asked for a local name (or a web page could reach us by pointing its own name at 127.0.0.1, the
attack called DNS rebinding).
"""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.crm.problems import Problem
from portal.crm.settings import CrmSettings

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
FILE_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""For what a stranger sent: even if a browser shows it, nothing in it runs or loads."""

_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: that makes browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_SLACK_BYTES = 64 * 1024
"""What a multipart body may hold besides the file."""
_JSON_BYTES = 4 * 1024 * 1024
_FORWARDED = ("forwarded", "x-forwarded-for")
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Gate:
    """ASGI middleware: who may come in, with how much, and what every answer carries."""

    def __init__(self, app: ASGIApp, *, settings: CrmSettings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a call in, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await _answer(send, refusal, scope["root_path"])
            return
        limit = self._most_bytes(Headers(scope=scope))
        await self._app(scope, _limited(receive, limit), _with_headers(send))

    def _refusal(self, scope: Scope) -> Problem | None:
        only_local = local_path(scope).startswith("/_faults") or not self._settings.public
        if only_local and not self._is_local(scope):
            return Problem(
                403, "refused",
                "This CRM has no sign-in, so it answers only this machine, asked for as localhost "
                "or 127.0.0.1. Start it with --public to let others in.",
            )  # fmt: skip
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        limit = self._most_bytes(headers)
        if length.isdecimal() and int(length) > limit:
            return Problem(413, "too-large", f"The body is over {limit} bytes.")
        return None

    def _is_local(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        client = scope.get("client")
        return (
            client is not None
            and _is_loopback(client[0])
            and not any(name in headers for name in _FORWARDED)
            and self._is_our_name(headers.get("host", ""))
        )

    def _is_our_name(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:  # an address of a kind that does not exist
            return False
        ours = urlsplit(self._settings.public_url or "").hostname
        return name is not None and (name in _LOCAL_NAMES or name == ours)

    def _most_bytes(self, headers: Headers) -> int:
        if headers.get("content-type", "").startswith("multipart/form-data"):
            return self._settings.max_attachment_bytes + _SLACK_BYTES
        return _JSON_BYTES


def local_path(scope: Scope) -> str:
    """The path asked for, without the one this CRM is mounted at."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "").rstrip("/"))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _limited(receive: Receive, limit: int) -> Receive:
    """Count what comes: a body sent in chunks declares no length."""
    came = 0

    async def counted() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > limit:
            raise HTTPException(413, f"The body is over {limit} bytes.")
        return message

    return counted


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sent


async def _answer(send: Send, refusal: Problem, root: str) -> None:
    body = refusal.as_bytes(root)
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        # The body was not read; what is left of it must not be taken for another call.
        (b"connection", b"close"),
    ]
    start = {"type": "http.response.start", "status": refusal.status, "headers": headers}
    await _with_headers(send)(start)
    await send({"type": "http.response.body", "body": body})
