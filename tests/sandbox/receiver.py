"""A council's webhook endpoint in miniature: verifies with the real SDK, and remembers."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import stripe
from fastapi import FastAPI, Request
from fastapi.responses import Response

from tests.support.sandbox_server import WEBHOOK_SECRET, free_port, serving

_PATIENCE_SECONDS = 30.0


@dataclass(slots=True)
class Receiver:
    """What arrived. `refusals` is how many postings are still to be turned away with a 503."""

    url: str
    taken: list[dict[str, Any]] = field(default_factory=list)
    forged: int = 0
    refusals: int = 0
    turned_away: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def types(self) -> list[str]:
        """The kinds of event taken, in order of arrival."""
        return [event["type"] for event in self.taken]

    def wait_for(self, number: int) -> list[str]:
        """Wait until that many events have arrived."""
        self._wait(lambda: len(self.taken) >= number, "arrived")
        return self.types()

    def wait_until_turned_away(self, number: int) -> None:
        """Wait until that many postings have been refused."""
        self._wait(lambda: self.turned_away >= number, "were refused")

    def wait_until_forged(self, number: int) -> None:
        """Wait until that many postings with a false signature have come."""
        self._wait(lambda: self.forged >= number, "were forged")

    def _wait(self, seen: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not seen():
            assert time.monotonic() < deadline, f"too few {what}; taken: {self.types()}"
            time.sleep(0.01)


@contextmanager
def running_receiver() -> Generator[Receiver]:
    """Serve a receiver until the block ends."""
    port = free_port()
    receiver = Receiver(f"http://127.0.0.1:{port}/webhooks/stripe")
    app = FastAPI()

    @app.post("/webhooks/stripe")
    async def take(request: Request) -> Response:
        body = await request.body()
        try:
            event = stripe.Webhook.construct_event(
                body, request.headers["stripe-signature"], WEBHOOK_SECRET
            )
        except stripe.SignatureVerificationError:
            receiver.forged += 1
            return Response(status_code=400)
        with receiver.lock:
            if receiver.refusals:
                receiver.refusals -= 1
                receiver.turned_away += 1
                return Response(status_code=503)
            receiver.taken.append(event.to_dict())
        return Response(status_code=200)

    with serving(app, port):
        yield receiver
