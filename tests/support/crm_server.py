"""Runs the real reference CRM on a free port, for tests that speak HTTP to it."""

import hashlib
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from portal.crm.app import create_app
from portal.crm.settings import CrmSettings

TOKEN = "crm-token-for-tests"
_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class CrmServer:
    """A running CRM, and the ways to speak to it."""

    url: str
    """Its address without a slash; the API is at `{url}/api/v1`."""
    token: str
    data_dir: Path
    api: httpx2.Client
    """A client of `{url}/api/v1/` that sends the token."""
    browser: httpx2.Client
    """A client of `{url}` as an officer's browser: no token; says where forms come from."""

    def break_next(self, kind: str, **how: Any) -> None:
        """Let calls go wrong: a `kind` of portal.crm.faults; with `times=`, `route=`, `field=`."""
        self.browser.post("/_faults", json={"kind": kind, **how}).raise_for_status()

    def lift_faults(self) -> None:
        """Let everything go right again."""
        self.browser.delete("/_faults").raise_for_status()

    def cases(self, **wanted: str) -> list[dict[str, Any]]:
        """Every case there is, in full, found by `external_reference=`, `queue=` or `status=`."""
        found: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        while True:
            page = self.api.get("cases", params={**wanted, **after, "limit": "200"})
            listed = page.raise_for_status().json()
            found += [self.case(case["id"]) for case in listed["cases"]]
            if listed["next"] is None:
                return found
            after = {"after": listed["next"]}

    def case(self, case_id: str) -> dict[str, Any]:
        """One case in full."""
        return self.api.get(f"cases/{case_id}").raise_for_status().json()

    def attach(self, case_id: str, content: bytes, **label: str) -> httpx2.Response:
        """Attach a file; `name=`, `media_type=`, `question=` and a false `sha256=` may be given."""
        name = label.get("name", "plan.pdf")
        media_type = label.get("media_type", "application/pdf")
        digest = label.get("sha256", hashlib.sha256(content).hexdigest())
        return self.api.post(
            f"cases/{case_id}/attachments",
            files={"file": (name, content, media_type)},
            data={"sha256": digest, "question": label.get("question", "plan")},
        )


@contextmanager
def running_crm(
    data_dir: Path, *, faults: bool = True, host: str = "127.0.0.1", **settings: Any
) -> Generator[CrmServer]:
    """Serve a CRM from a thread until the block ends; its cases stay in `data_dir`.

    `host` is what it listens on; `settings` are more of `CrmSettings`.
    """
    app = create_app(CrmSettings(data_dir=data_dir, token=TOKEN, faults=faults, **settings))
    with serving(app, host=host) as url, speaking_to(url, data_dir) as server:
        yield server


@contextmanager
def speaking_to(url: str, data_dir: Path, token: str = TOKEN) -> Generator[CrmServer]:
    """Open clients of a CRM that runs already."""
    bearer = {"Authorization": f"Bearer {token}"}
    scheme, _, host = url.partition("://")
    origin = f"{scheme}://{host.partition('/')[0]}"
    with (
        httpx2.Client(
            base_url=f"{url}/api/v1/", headers=bearer, timeout=30, trust_env=False
        ) as api,
        httpx2.Client(
            base_url=url, headers={"Origin": origin}, timeout=30, trust_env=False
        ) as browser,
    ):
        yield CrmServer(url, token, data_dir, api, browser)


@contextmanager
def serving(app: Any, *, host: str = "127.0.0.1") -> Generator[str]:
    """Serve any ASGI application from a thread until the block ends; gives its address.

    The listening socket is made here, so no other process can take the port in between.
    """
    config = uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=1,
        proxy_headers=False,
    )
    server = uvicorn.Server(config)
    with socket.socket() as listener:
        listener.bind((host, 0))
        port = listener.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(_PATIENCE_SECONDS)
