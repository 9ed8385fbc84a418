"""Runs the real sandbox payment service on a free port, for tests that speak HTTP to it."""

import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import stripe
import uvicorn

from portal.sandbox.app import create_app
from portal.sandbox.settings import SandboxSettings

API_KEY = "sk_test_portal_sandbox"
WEBHOOK_SECRET = "whsec_portal_sandbox"
_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class SandboxServer:
    """A running sandbox, and the ways to speak to it."""

    url: str
    api_key: str
    webhook_secret: str
    control: httpx2.Client
    """A client of the service's own address: `control.post("/_sandbox/reset")`, the pages too."""

    def stripe_client(self, *, retries: int = 0, timeout: float = 10.0) -> stripe.StripeClient:
        """The real SDK, pointed here."""
        return stripe.StripeClient(
            self.api_key,
            max_network_retries=retries,
            http_client=stripe.RequestsClient(timeout=timeout),
            base_addresses={"api": self.url},
        )

    def set_faults(self, **faults: Any) -> None:
        """Set what goes wrong: `webhooks=`, `times=`, `delay_seconds=`, `next_response=`."""
        self.control.post("/_sandbox/faults", json=faults).raise_for_status()

    def lift_faults(self) -> None:
        """Let everything go right again."""
        self.control.delete("/_sandbox/faults").raise_for_status()

    def advance(self, seconds: int) -> None:
        """Move the sandbox's clock forward."""
        body = {"advance_seconds": seconds}
        self.control.post("/_sandbox/clock", json=body).raise_for_status()

    def pay(self, session_id: str, **how: Any) -> dict[str, Any]:
        """Pay without the page: `card=`, `method="wallet"|"paypal"`, `authenticate=True|False`."""
        answer = self.control.post(f"/_sandbox/sessions/{session_id}/pay", json=how)
        return answer.raise_for_status().json()

    def state(self) -> dict[str, Any]:
        """Count what there is, under `charge.succeeded`, `refund.pending`, `webhooks` and so on."""
        return self.control.get("/_sandbox/state").raise_for_status().json()

    def count(self, kind: str) -> int:
        """Count one kind, as `charge.succeeded` or `checkout.session.open`."""
        return self.state().get(kind, 0)

    def wait_until_posted(self) -> None:
        """Wait until nothing is left to be posted (not while the receiver refuses)."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self.state()["webhooks"]["pending"]:
            assert time.monotonic() < deadline, "events are still waiting to be posted"
            time.sleep(0.02)


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_sandbox(
    data_dir: Path, webhook_url: str | None = None, *, port: int | None = None
) -> Generator[SandboxServer]:
    """Serve a sandbox from a thread until the block ends; its state stays in `data_dir`."""
    settings = SandboxSettings(
        data_dir=data_dir,
        api_key=API_KEY,
        webhook_secret=WEBHOOK_SECRET,
        webhook_url=webhook_url,
    )
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    with (
        serving(create_app(settings), port),
        httpx2.Client(base_url=url, timeout=30, trust_env=False) as control,
    ):
        yield SandboxServer(url, API_KEY, WEBHOOK_SECRET, control)


@contextmanager
def serving(app: Any, port: int) -> Generator[None]:
    """Serve any ASGI application from a thread until the block ends."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline, "the server did not start in time"
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(_PATIENCE_SECONDS)
