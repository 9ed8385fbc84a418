"""Tells how long each request took, by the template of its route."""

import time
from collections.abc import Callable, MutableMapping
from typing import Any

from portal.web.security import App, Receive, Scope, Send

Answered = Callable[[str, str, int, float], None]
"""Takes method, route template, status and seconds."""


class Counted:
    """Tells of every answer once it is sent."""

    def __init__(self, app: App, answered: Answered) -> None:
        self._app = app
        self._answered = answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and tell what became of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, begun = 500, time.perf_counter()

        async def send_and_see(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_see)
        finally:
            seconds = time.perf_counter() - begun
            self._answered(scope["method"], route_of(scope), status, seconds)


def route_of(scope: Scope) -> str:
    """The template a request was routed by; never its path, which may hold a reference or a token.

    A mounted application without routes of its own counts as one; what no route takes, as "none".
    """
    mounted = scope.get("root_path", "")
    return mounted + getattr(scope.get("route"), "path", "" if mounted else "none")
