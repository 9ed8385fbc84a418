"""A circuit: after several failures in a row, nobody knocks for a while.

One per process and CRM. It spares a CRM that is down from a thousand waiting cases, and the
worker from waiting twenty seconds for each of them.
"""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from portal.core.errors import CrmUnavailable

_FAILURES = 5
_PAUSE = timedelta(seconds=30)


class Circuit:
    """Counts failures in a row. Safe to share between threads."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_until = 0.0

    def let_through(self) -> None:
        """Raise CrmUnavailable, saying how long to wait, while nobody should knock."""
        with self._lock:
            left = self._closed_until - self._monotonic()
        if left > 0:
            raise CrmUnavailable(
                "the CRM is resting after failing several times in a row",
                after=timedelta(seconds=left),
            )

    def succeeded(self) -> None:
        """It answered, be it with a refusal: it is alive."""
        with self._lock:
            self._failures = 0

    def failed(self, after: timedelta | None = None) -> None:
        """It failed; `after` is how long it asked everybody to stay away, if it did."""
        with self._lock:
            self._failures += 1
            # Not reset by the pause: one failed try after it and the pause begins again.
            pause = _PAUSE if self._failures >= _FAILURES else timedelta()
            wait = max(pause, after or timedelta()).total_seconds()
            self._closed_until = max(self._closed_until, self._monotonic() + wait)
