"""What is counted of a running portal, in Prometheus' words. No personal data, nobody singled out.

Requests are counted by route template, never by address; payments by state, submissions by form.
What stands in the database is counted there, so that every process says the same and a restart
forgets nothing; it is counted at most once a minute.
"""

import platform
import threading
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, Final, TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from portal.bootstrap import House
from portal.payments.records import count_attempts
from portal.submissions.records import count_open_drafts, count_submissions

disable_created_metrics()  # a second series for each, which nothing reads
CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)
_COUNT_AGAIN_AFTER_SECONDS = 60.0

T = TypeVar("T")


class Observer:
    """Counts for one application; each has a registry of its own."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._counted_at = -_COUNT_AGAIN_AFTER_SECONDS
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._requests = Counter(
            "portal_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=registry,
        )
        self._durations = Histogram(
            "portal_http_request_duration_seconds",
            "From the request's head to the end of the answer.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=registry,
        )
        self._calls = Counter(
            "portal_outgoing_calls",
            "Calls to those we depend on: what became of them.",
            ("to", "call", "outcome"),
            registry=registry,
        )
        self._submissions = Gauge(
            "portal_submissions", "Submissions kept.", ("form",), registry=registry
        )
        self._payments = Gauge(
            "portal_payment_attempts", "Payment attempts.", ("state",), registry=registry
        )
        self._jobs = Gauge(
            "portal_jobs",
            "Jobs not yet done.",
            ("status",),
            registry=registry,
        )
        self._drafts = Gauge("portal_drafts_open", "Drafts not sent.", registry=registry)
        build = Gauge("portal_build_info", "What runs.", ("version", "python"), registry=registry)
        build.labels(version("portal"), platform.python_version()).set(1)

    def request_answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request. `route` is a template such as `/forms/{form}/{page}`."""
        method = method if method in _METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._durations.labels(method, route).observe(seconds)

    def watch(self, house: House) -> None:
        """Count what becomes of every call to the CRM and the payment providers."""
        house.crm = self._watched(house.crm, "crm")
        house.provider = self._watched(house.provider, "provider")
        house.providers = {
            name: house.provider if name == house.provider.name else provider
            for name, provider in house.providers.items()
        }

    def _watched(self, port: T, name: str) -> T:
        return _Watched(port, lambda call, outcome: self._calls.labels(name, call, outcome).inc())  # pyright: ignore[reportReturnType]  # stands in for it

    def text(self, house: House) -> bytes:
        """Everything counted, as Prometheus reads it."""
        with self._lock:
            if self._monotonic() - self._counted_at >= _COUNT_AGAIN_AFTER_SECONDS:
                self._take_stock(house)
                self._counted_at = self._monotonic()
        return generate_latest(self._registry)

    def _take_stock(self, house: House) -> None:
        with house.transactions.read() as session:
            _set(self._submissions, count_submissions(session))
            _set(self._payments, count_attempts(session))
            self._drafts.set(count_open_drafts(session))
        _set(self._jobs, house.work.counts())


def _set(gauge: Gauge, counts: Mapping[str, int]) -> None:
    gauge.clear()
    for label, count in counts.items():
        gauge.labels(label).set(count)


class _Watched:
    """Stands in for a port, and tells what became of each call: `ok`, or the error's name."""

    def __init__(self, port: object, tell: Callable[[str, str], None]) -> None:
        self._port = port
        self._tell = tell

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the port has
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*given: Any, **named: Any) -> Any:  # noqa: ANN401
            try:
                result = found(*given, **named)
            except Exception as error:
                self._tell(name, type(error).__name__)
                raise
            self._tell(name, "ok")
            return result

        return call
