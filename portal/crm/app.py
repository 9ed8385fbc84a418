"""Puts the CRM together: routes, the shape of errors, the gate, the faulty wire."""

import contextlib
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from portal.crm import api, control, documentation, screens
from portal.crm.faults import Faults
from portal.crm.files import Files
from portal.crm.gate import Gate, local_path
from portal.crm.office import InOffice, Office
from portal.crm.problems import Problem, kind_of
from portal.crm.settings import CrmSettings
from portal.crm.shapes import Health
from portal.crm.store import Store
from portal.crm.wire import FaultyWire

_MACHINES = ("/api/", "/_faults", "/healthz", "/openapi.json")


def create_app(settings: CrmSettings) -> FastAPI:
    """Make the CRM; its store opens now, so that it also works mounted in another application.

    Run alone, it closes its store at the end; whoever mounts it calls `close_crm`. Raises
    ValueError when the token is empty.
    """
    if not settings.token:
        raise ValueError("The CRM needs a token: an empty one lets everybody in.")
    office = Office(settings, Store(settings.data_dir), Files(settings.data_dir), Faults())

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        yield
        office.store.close()

    app = FastAPI(
        title="Reference CRM",
        version="1",
        description="Cases for a council: what its in-house CRM would offer.",
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
        lifespan=lifespan,
    )
    app.state.office = office
    app.add_middleware(Gate, settings=settings)
    if settings.faults:
        app.add_middleware(FaultyWire, faults=office.faults)
        app.include_router(control.router)
    for kind in (Problem, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, _refuse)
    app.add_api_route("/healthz", _healthz)
    for part in (api, documentation, screens):
        app.include_router(part.router)
    return app


def close_crm(app: FastAPI) -> None:
    """Close the store of a CRM that was mounted in another application."""
    office: Office = app.state.office
    office.store.close()


def _healthz(office: InOffice) -> Health:
    """Say whether the store can be read."""
    with office.store.reading() as records:
        records.queues()
    return Health(status="ok")


def _refuse(request: Request, error: Exception) -> Response:
    """Answer a refusal: problem details to machines, a page to people."""
    problem = _problem(error)
    root = request.scope["root_path"]
    if not local_path(request.scope).startswith(_MACHINES):
        return screens.problem_page(request, problem)
    return Response(
        problem.as_bytes(root),
        problem.status,
        problem.headers,
        media_type="application/problem+json",
    )


def _problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _mistakes(error.errors())
    if isinstance(error, HTTPException):
        headers = dict(error.headers or {})
        return Problem(error.status_code, kind_of(error.status_code), error.detail, headers=headers)
    return Problem(500, "broken", "Something broke here. Try again.")


def _mistakes(found: Sequence[Any]) -> Problem:
    """Name each wrong field, never its value: values are people's own."""
    errors: list[dict[str, str]] = []
    for mistake in found:
        place = ".".join(str(part) for part in mistake["loc"] if part != "body")
        errors.append({"field": place or "body", "message": mistake["msg"]})
    detail = "; ".join(f"{error['field']}: {error['message']}" for error in errors[:5])
    return Problem(422, "invalid", detail, errors=errors)
