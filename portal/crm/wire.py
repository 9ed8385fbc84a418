"""Breaks the wire on request: the faults that strike a call before or after it is done."""

import asyncio
import json

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.crm.faults import Fault, Faults, Kind
from portal.crm.gate import local_path
from portal.crm.problems import Problem

_SPARED = ("/_faults", "/healthz")
_BROKEN = Problem(500, "broken", "Something broke here. Try again.")
_ERROR_IN_200 = {"success": False, "error": {"code": "E1042", "message": "Case was not saved."}}


class FaultyWire:
    """ASGI middleware: meets each call with the fault set for it, if any."""

    def __init__(self, app: ASGIApp, *, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on, or let it meet its fault."""
        fault = self._take_fault(scope) if scope["type"] == "http" else None
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.kind is Kind.DROP_FIELD:
            await self._app({**scope, "crm.dropped": fault.field}, receive, send)
        else:
            await self._strike(fault, scope, receive, send)

    def _take_fault(self, scope: Scope) -> Fault | None:
        path = local_path(scope)
        return None if path.startswith(_SPARED) else self._faults.take(scope["method"], path)

    async def _strike(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.kind in {Kind.ERROR_AFTER, Kind.TIMEOUT_AFTER, Kind.CLOSE_AFTER}:
            await self._app(scope, receive, _say_nothing)
        if fault.kind in {Kind.TIMEOUT_BEFORE, Kind.TIMEOUT_AFTER}:
            await asyncio.sleep(fault.seconds)
        answer = _answer_of(fault, scope["root_path"])
        if answer is None:
            await _break(receive, send)
            return
        status, body, headers = answer
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _answer_of(fault: Fault, root: str) -> tuple[int, bytes, list[tuple[bytes, bytes]]] | None:
    """What is said to a struck call; None when the connection just breaks."""
    wait: list[tuple[bytes, bytes]] = []
    match fault.kind:
        case Kind.ERROR_BEFORE | Kind.ERROR_AFTER:
            status, body, kind = 500, _BROKEN.as_bytes(root), b"application/problem+json"
        case Kind.TOO_MANY:
            refusal = Problem(429, "too-many", "Too many calls. Slow down.")
            status, body, kind = 429, refusal.as_bytes(root), b"application/problem+json"
            wait = [(b"retry-after", str(fault.retry_after).encode())]
        case Kind.ERROR_IN_200:
            status, body, kind = 200, json.dumps(_ERROR_IN_200).encode(), b"application/json"
        case _:
            return None
    length = str(len(body)).encode()
    return status, body, [(b"content-type", kind), (b"content-length", length), *wait]


async def _say_nothing(message: Message) -> None:
    del message


async def _break(receive: Receive, send: Send) -> None:
    """Cut the connection without a word.

    ASGI has no message for it, but uvicorn's `receive` belongs to the object that holds the
    connection. Elsewhere, promise a byte and never send it: the server must then hang up.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
        # Let the server notice, or it would try to answer 500.
        await asyncio.sleep(0.01)
        return
    headers = [(b"content-length", b"1"), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
