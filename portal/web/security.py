"""Keeps strangers out: session cookies, CSRF tokens, security headers, limits on requests."""

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CSRF_FIELD = "csrf_token"
_SESSION_BYTES = 32

# docs: OWASP ASVS 5.0 3.4; the reasons are in docs/decisions/0009.
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    # Not no-referrer: that makes browsers send `Origin: null` with our own forms.
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(self), payment=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_DEFAULT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


FRAMING_POLICY = f"{_DEFAULT_POLICY}; frame-src 'self'"
"""Of the workbench, which shows previews in a frame."""
FRAMED_POLICY = _DEFAULT_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
"""Of previews, which the workbench may frame: no page of a resident's may be."""


def script_free_policy(form_action_origins: tuple[str, ...] = ()) -> str:
    """The policy of pages with no script: pay, return and receipt pages.

    Chromium enforces form-action on the redirect to the provider, so its origin is named.
    """
    targets = " ".join(("'self'", *form_action_origins))
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        f"form-action {targets}; frame-ancestors 'none'; base-uri 'none'"
    )


class SecurityHeaders:
    """Adds the security headers to every answer, errors and fragments included."""

    def __init__(self, app: App, *, is_secure: bool) -> None:
        self._app = app
        self._headers = [*_HEADERS]
        if is_secure:
            self._headers.append(
                (b"strict-transport-security", b"max-age=63072000; includeSubDomains")
            )
        self._policy = (b"content-security-policy", _DEFAULT_POLICY.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers: list[tuple[bytes, bytes]] = list(message["headers"])
                names = {name for name, _ in headers}
                headers += [header for header in self._headers if header[0] not in names]
                if b"content-security-policy" not in names:
                    headers.append(self._policy)
                if b"cache-control" not in names:
                    headers.append((b"cache-control", b"no-store"))
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_with_headers)


_FOR_MACHINES = frozenset(("/healthz", "/readyz", "/metrics"))
"""Asked for by address, by what watches over the portal; nothing there depends on the host."""


class KnownHosts:
    """Refuses requests for a host we are not: links we make use the configured address only."""

    def __init__(self, app: App, *, base_url: str, also: tuple[str, ...] = ()) -> None:
        self._app = app
        name = urlsplit(base_url).hostname or ""
        self._allowed = frozenset({name.encode(), *(host.encode() for host in also)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if its Host is ours."""
        if (
            scope["type"] == "http"
            and scope["path"] not in _FOR_MACHINES
            and not self._is_known(scope["headers"])
        ):
            await _refuse(send, b"This is not a host of this portal.\n")
            return
        await self._app(scope, receive, send)

    def _is_known(self, headers: list[tuple[bytes, bytes]]) -> bool:
        hosts = [value for name, value in headers if name == b"host"]
        if len(hosts) != 1:
            return False
        host = hosts[0].lower()
        return (
            host if host.startswith(b"[") else host.rpartition(b":")[0] or host
        ) in self._allowed


class CleanAddresses:
    """Refuses an address with a NUL in it: no database takes one, and no link of ours has one."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if its address is clean."""
        if scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            await _refuse(send, b"This address cannot be read.\n")
            return
        await self._app(scope, receive, send)


async def _refuse(send: Send, words: bytes) -> None:
    plain = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 400, "headers": plain})
    await send({"type": "http.response.body", "body": words})


def new_session_token() -> str:
    """A fresh session: 256 random bits, kept only in the browser."""
    return secrets.token_urlsafe(_SESSION_BYTES)


def hash_session(token: str) -> str:
    """How a session is stored with a draft."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def cookie_name(*, is_secure: bool) -> str:
    """`__Host-` binds the cookie to this host and TLS; a plain name without TLS, where browsers
    other than Chromium would not send it back."""
    return "__Host-portal-session" if is_secure else "portal-session"


def staff_cookie_name(*, is_secure: bool) -> str:
    """The same for the sessions of staff, which are sessions of their own."""
    return "__Host-portal-staff" if is_secure else "portal-staff"


class Signer:
    """Signs short texts for one purpose each, with the portal's secret key."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def csrf_token(self, session_token: str) -> str:
        """The token every form of one session carries."""
        return self.sign("csrf", session_token)

    def sign(self, purpose: str, text: str) -> str:
        """A signature of 160 bits, in hexadecimal."""
        message = f"{purpose}\x00{text}".encode("utf-8", "surrogatepass")
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()[:40]

    def holds(self, purpose: str, text: str, signature: str) -> bool:
        """Whether we signed this text for this purpose."""
        wanted, got = self.sign(purpose, text).encode(), signature.encode("utf-8", "surrogatepass")
        return hmac.compare_digest(wanted, got)


def is_same_origin(headers: Any, base_url: str) -> bool:  # noqa: ANN401  # starlette's Headers
    """Whether a POST comes from our own pages, as far as the browser says.

    `Sec-Fetch-Site` is believed first; older browsers send only `Origin`, and some clients
    neither: the token decides then.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None or origin == "null":
        return True
    return urlsplit(str(origin)).netloc in (urlsplit(base_url).netloc, headers.get("host", ""))


class Limits:
    """How often one visitor may do a thing. In memory: a restart forgives."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._items: dict[str, RateLimitItem] = {}

    def allows(self, deed: str, rate: str, *keys: str) -> bool:
        """Count one more; False when it is one too many. `rate` is like "20/hour"."""
        item = self._items.setdefault(rate, parse(rate))
        return self._limiter.hit(item, deed, *keys)
