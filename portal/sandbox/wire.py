"""Breaks the wire on request: the faults that strike a call before or after it is done."""

import asyncio
import json

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.sandbox.errors import ApiError
from portal.sandbox.faults import NextResponse, Wire
from portal.sandbox.store import Store

_ANSWERS = {
    Wire.HTTP_500: ApiError("An unknown error occurred", status=500, type_="api_error"),
    Wire.HTTP_429: ApiError("Too many requests. Slow down.", status=429, code="rate_limit"),
}
_STRIKE_LATER = {Wire.SLOW, Wire.STORED_500}


class FaultyWire:
    """ASGI middleware: meets each API call with the fault set for it, if any."""

    def __init__(self, app: ASGIApp, *, store: Store) -> None:
        self._app = app
        self._store = store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, or break it as the control API asked."""
        fault = self._take_fault(scope) if scope["type"] == "http" else None
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.action is Wire.TIMEOUT:
            await asyncio.sleep(fault.seconds)
            await _break(receive, send)
        elif fault.action is Wire.DROP_REPLY:
            await self._app(scope, receive, _say_nothing)
            await _break(receive, send)
        else:
            await _answer(send, _ANSWERS[fault.action])

    def _take_fault(self, scope: Scope) -> NextResponse | None:
        if not scope["path"].startswith("/v1/"):
            return None
        with self._store.transaction() as records:
            faults = records.faults()
            fault = faults.strikes(scope["method"], scope["path"])
            if fault is None or fault.action in _STRIKE_LATER:
                return None
            records.set_faults(faults.spent())
        return fault


async def _say_nothing(message: Message) -> None:
    del message


async def _break(receive: Receive, send: Send) -> None:
    """Cut the connection without a word.

    ASGI has no message for it, but uvicorn's `receive` belongs to the object that holds the
    connection. Under another server, promise a byte and never send it: it must then hang up.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
        # Let the server notice, or it would try to answer 500.
        await asyncio.sleep(0.01)
        return
    headers = [(b"content-length", b"1"), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 500, "headers": headers})


async def _answer(send: Send, refusal: ApiError) -> None:
    body = json.dumps(refusal.body()).encode()
    headers = [(b"content-type", b"application/json"), (b"request-id", b"req_sandboxfault")]
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
