"""Puts the web together: routers, middleware, static files, and which error shows which page."""

import contextlib
import uuid
from collections.abc import AsyncGenerator, Callable
from typing import Any

import structlog
from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from portal.bootstrap import House
from portal.core.errors import DraftExpired, Forged, Missing, NotAllowed, PortalError, ServiceClosed
from portal.web.counting import Counted
from portal.web.front import Front
from portal.web.rendering import go_to
from portal.web.routes import (
    appointments,
    changing,
    council,
    design,
    filling,
    forms,
    health,
    outbox,
    payments,
    publishing,
    resuming,
    staff,
    tasks,
    trying,
)
from portal.web.security import CleanAddresses, KnownHosts, SecurityHeaders

log = structlog.get_logger(__name__)

_PAGES: dict[type[Exception], tuple[int, str, str]] = {
    Missing: (404, "errors/not_found.html", "Page not found"),
    DraftExpired: (410, "errors/expired.html", "Your saved form has expired"),
    Forged: (403, "errors/forged.html", "This page has gone stale"),
    NotAllowed: (403, "staff/not_allowed.html", "You cannot do this"),
}


class _Guarded(FastAPI):
    """FastAPI with the guards around everything, its own answer to a failure of ours included."""

    def build_middleware_stack(self) -> ASGIApp:
        """The guards, from the inside out. Middleware added the usual way is inside the rest."""
        settings = self.state.house.settings
        also = () if settings.is_production else _HOSTS_IN_DEVELOPMENT
        clean = CleanAddresses(super().build_middleware_stack())
        counted = Counted(clean, self.state.house.observer.request_answered)
        known = KnownHosts(counted, base_url=settings.base_url, also=also)
        return SecurityHeaders(known, is_secure=settings.is_secure)


# FastAPI's own would put the messages of exceptions, which may hold an answer, into log records,
# and costs every request a tenth of a millisecond. What is counted is in `portal.observing`.
_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
_HOSTS_IN_DEVELOPMENT = ("127.0.0.1", "localhost", "[::1]", "testserver")


def create_app(
    house: House,
    *,
    on_start: Callable[[], None] = lambda: None,
    on_stop: Callable[[], None] = lambda: None,
    also: dict[str, Any] | None = None,
) -> FastAPI:
    """Make the portal's web application; `also` are applications mounted beside it, by path."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        # In threads: starting and stopping the worker takes a while, and the loop must turn.
        await to_thread.run_sync(on_start)
        yield
        await to_thread.run_sync(on_stop)

    app = _Guarded(
        title="Portal",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
    )
    app.state.house = Front(house)
    for path, other in (also or {}).items():
        app.mount(path, other)
    app.mount("/static", app.state.house.static)
    # Each router's patterns are tried in turn. `filling` takes every address within a form that the
    # ones before it did not; after it in the order in which they are asked for most.
    routers = [forms.router, payments.router, changing.router, tasks.router, filling.router]
    routers += [health.router, council.router, resuming.router, appointments.router]
    if not house.settings.is_production:
        routers += [outbox.router, staff.demo_router]
    routers += [
        staff.router,
        appointments.officers,
        publishing.router,
        design.router,
        trying.router,
    ]
    for router in routers:
        app.include_router(router)
    for error in (*_PAGES, HTTPException, PortalError, Exception):
        app.add_exception_handler(error, _show_error)
    return app


def _show_error(request: Request, error: Exception) -> Response:
    """The page for an error: what happened, what became of the answers, whom to ring."""
    if isinstance(error, ServiceClosed):
        return go_to(f"/forms/{error}")  # the start page says why
    status, template, title = _page_for(error)
    incident = ""
    if status >= 500:  # noqa: PLR2004  # our fault, not theirs
        incident = uuid.uuid4().hex[:8].upper()
        # No traceback in the log line's text: it could hold an answer.
        log.error(
            "request_failed",
            incident=incident,
            error=type(error).__name__,
            where=_where(error),
            path_template=_route_of(request),
        )
    if _wants_machine_words(request):
        return PlainTextResponse(f"{title}\n", status_code=status)
    front: Front = request.app.state.house
    try:
        return front.pages.answer(
            request, template, status=status, page_title=title, incident=incident
        )
    except Exception:  # noqa: BLE001  # the error page itself must not fail
        return HTMLResponse(_PLAIN, status_code=status)


_PLAIN = (
    "<!doctype html><html lang=en><title>Sorry, there is a problem</title>"
    "<h1>Sorry, there is a problem with this service</h1><p>Try again later.</p>"
    "<div lang=cy><h2>Mae’n ddrwg gennym, mae problem gyda’r gwasanaeth hwn</h2>"
    "<p>Rhowch gynnig arall arni’n nes ymlaen.</p></div></html>"
)


def _page_for(error: Exception) -> tuple[int, str, str]:
    for kind, page in _PAGES.items():
        if isinstance(error, kind):
            return page
    if isinstance(error, HTTPException) and error.status_code == 404:  # noqa: PLR2004
        return _PAGES[Missing]
    if isinstance(error, HTTPException) and error.status_code < 500:  # noqa: PLR2004
        return error.status_code, "errors/not_found.html", "Page not found"
    return 500, "errors/problem.html", "Sorry, there is a problem"


def _where(error: Exception) -> str:
    trace, last = error.__traceback__, ""
    while trace is not None:
        code = trace.tb_frame.f_code
        last = f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}"
        trace = trace.tb_next
    return last


def _route_of(request: Request) -> str:
    return getattr(request.scope.get("route"), "path", "")


def _wants_machine_words(request: Request) -> bool:
    return request.url.path.startswith(
        ("/webhooks/", "/static/", "/healthz", "/readyz", "/metrics")
    )
