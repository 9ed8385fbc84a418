"""Posts events to the webhook address, signed as Stripe signs, until they are taken.

One background thread; what is owed is in the store, so a restart goes on where it stopped.
Signature scheme: https://docs.stripe.com/webhooks/signature (HMAC-SHA256 of `t.body`).
"""

import hashlib
import hmac
import json
import sqlite3
import threading
import time

import httpx2

from portal.sandbox.faults import Post
from portal.sandbox.passing_time import let_time_pass
from portal.sandbox.records import Delivery
from portal.sandbox.settings import SandboxSettings
from portal.sandbox.store import Store

PAUSES_SECONDS = (1, 5, 30, 120, 600, 3600, *[21_600] * 11)
"""How long to wait after each failed try: three days in all, as Stripe does."""

_TIMEOUT_SECONDS = 10.0
_LONGEST_SLEEP_SECONDS = 1.0
_STOP_SECONDS = 3.0


def sign(body: bytes, *, secret: str, at: int) -> str:
    """Make the `Stripe-Signature` header; `at` in seconds since 1970."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class Courier:
    """The background thread."""

    def __init__(self, store: Store, settings: SandboxSettings) -> None:
        self._store = store
        self._settings = settings
        self._news = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="courier", daemon=True)

    def start(self) -> None:
        """Begin posting."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the posting in hand, if it is quick; what is left waits in the store."""
        self._stopping = True
        self._news.set()
        self._thread.join(timeout=_STOP_SECONDS)

    def wake(self) -> None:
        """Say that there may be something to post."""
        self._news.set()

    def _work(self) -> None:
        with httpx2.Client(timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
            while not self._stopping:
                self._news.clear()
                try:
                    pause = self._round(client)
                except sqlite3.Error:
                    # A full disk, or the file closed under a slow posting as we stop: nothing
                    # is lost, the promise is still there.
                    pause = _LONGEST_SLEEP_SECONDS
                self._news.wait(pause)

    def _round(self, client: httpx2.Client) -> float:
        """Post everything that is due; answers how long to sleep, in seconds."""
        now = self._store.time()
        with self._store.transaction() as records:
            let_time_pass(records)
            faults = records.faults()
            reverse = faults.webhooks is Post.REVERSE
            due = records.due_deliveries(now, newest_first=reverse)
            due = [_as_of_now(records.undelivered(one.event["id"]), one) for one in due]
        for delivery in due:
            if self._stopping:
                break
            self._post(client, delivery, forge=faults.webhooks is Post.FORGE)
        with self._store.transaction() as records:
            next_due = records.next_due()
        if next_due is None:
            return _LONGEST_SLEEP_SECONDS
        return min(max(next_due - self._store.time(), 0.01), _LONGEST_SLEEP_SECONDS)

    def _post(self, client: httpx2.Client, delivery: Delivery, *, forge: bool) -> None:
        body = json.dumps(delivery.event, indent=2).encode()
        # Every copy is posted, even after one was refused.
        answers = [self._send(client, body, forge=forge) for _ in range(delivery.copies)]
        taken = all(answers)
        tries = delivery.tries + 1
        over = tries > len(PAUSES_SECONDS)
        state = "delivered" if taken else "failed" if over else "pending"
        pause = 0 if taken or over else PAUSES_SECONDS[tries - 1]
        with self._store.transaction() as records:
            due = records.now + pause
            records.note_delivery(delivery.seq, state=state, tries=tries, due=due)

    def _send(self, client: httpx2.Client, body: bytes, *, forge: bool) -> bool:
        """Post once; a receiver takes an event by answering 2xx within ten seconds."""
        secret = "forged" if forge else self._settings.webhook_secret
        # The receiver compares with the real time, even when ours was advanced.
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": sign(body, secret=secret, at=int(time.time())),
            "User-Agent": "portal-sandbox/1.0",
        }
        try:
            answer = client.post(self._settings.webhook_url or "", content=body, headers=headers)
        except httpx2.HTTPError:
            return False
        return answer.is_success


def _as_of_now(owed: int, delivery: Delivery) -> Delivery:
    event = {**delivery.event, "pending_webhooks": owed}
    return Delivery(delivery.seq, event, delivery.copies, delivery.tries)
