"""The portal as in production, and beside it a bare FastAPI route, in one process.

`python -m tests.bench.server PORT FOLDER`. The bare route answers with whatever page it was given
last; `/bench/cpu` tells the CPU time of the whole process so far, in nanoseconds.
"""

import os
import sys
import time
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse

from portal.app import create_app
from portal.bootstrap import build_house
from portal.settings import Environment, read_settings
from tests.support.portal_house import FORMS, prepare


def bare_app() -> FastAPI:
    """What no portal built on FastAPI can be cheaper than."""
    app, kept = FastAPI(openapi_url=None, docs_url=None, redoc_url=None), {"page": ""}

    @app.post("/bench/keep")
    async def keep(request: Request) -> None:
        kept["page"] = (await request.body()).decode()

    @app.get("/bench/cpu")
    async def cpu() -> JSONResponse:
        return JSONResponse(time.process_time_ns())

    @app.get("/bench/{form}/{page}")
    @app.post("/bench/{form}/{page}")
    def page(form: str, page: str) -> HTMLResponse:
        return HTMLResponse(kept["page"])

    return app


def main() -> None:
    """Serve until told to stop."""
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    url = f"sqlite:///{folder / 'portal.db'}"
    prepare(url)
    os.environ.update(PORTAL_STRIPE_API_KEY="rk_test_x", PORTAL_STRIPE_WEBHOOK_SECRET="whsec_x")
    settings = read_settings(
        base_url=f"http://127.0.0.1:{port}",
        database_url=url,
        data_dir=folder,
        forms=FORMS,
        payment_provider="stripe",
        crm_url="http://127.0.0.1:9",
        smtp_url="smtp://127.0.0.1:9",
    )
    settings.environment = Environment.PRODUCTION  # without TLS, which the generator does not speak
    portal, bare = create_app(build_house(settings)), bare_app()

    async def either(scope: Any, receive: Any, send: Any) -> None:
        is_bare = scope["type"] == "http" and scope["path"].startswith("/bench/")
        await (bare if is_bare else portal)(scope, receive, send)

    uvicorn.run(either, port=port, access_log=False, log_level="warning", server_header=False)


if __name__ == "__main__":
    main()
