"""Puts the sandbox together: routes, error shapes, the faulty wire and the courier."""

import contextlib
from collections.abc import AsyncGenerator
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from portal.sandbox import api, control, pages
from portal.sandbox.calls import House
from portal.sandbox.delivery import Courier
from portal.sandbox.errors import ApiError, Conflict
from portal.sandbox.settings import SandboxSettings
from portal.sandbox.store import Store
from portal.sandbox.wire import FaultyWire


def create_app(settings: SandboxSettings) -> FastAPI:
    """Make the service; its store opens now, its courier runs while the application does."""
    store = Store(settings.data_dir, listening=settings.webhook_url is not None)
    house = House(settings=settings, store=store, courier=Courier(store, settings))

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        house.courier.start()
        yield
        house.courier.stop()
        store.close()

    app = FastAPI(
        title="Sandbox payment service",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.house = house
    app.add_middleware(FaultyWire, store=store)
    app.add_exception_handler(ApiError, _refuse)
    for part in (api, control, pages):
        app.include_router(part.router)
    return app


def _refuse(request: Request, error: Exception) -> JSONResponse:
    """Answer a refusal in Stripe's shape."""
    if not isinstance(error, ApiError):
        raise error
    headers = {"Request-Id": getattr(request.state, "request_id", "req_none")}
    if isinstance(error, Conflict) and error.status == HTTPStatus.CONFLICT:
        headers["Stripe-Should-Retry"] = "true"
    return JSONResponse(error.body(), error.status, headers)
