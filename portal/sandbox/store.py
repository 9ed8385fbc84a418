"""The sandbox's own SQLite file, and transactions on it.

One connection behind one lock: a stand-in needs correctness, not speed. A transaction holds an
object's change and the news of it together, so that a kill loses both or neither.
"""

import sqlite3
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from portal.sandbox.records import Records

_TABLES = """
CREATE TABLE IF NOT EXISTS object (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    parent TEXT, created INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS object_by_kind ON object (kind, seq);
CREATE INDEX IF NOT EXISTS object_by_parent ON object (parent, kind);
CREATE INDEX IF NOT EXISTS open_session ON object (json_extract(body, '$.expires_at'))
    WHERE kind = 'checkout.session' AND json_extract(body, '$.status') = 'open';
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, call TEXT NOT NULL, digest TEXT NOT NULL, created INTEGER NOT NULL,
    request_id TEXT NOT NULL, status INTEGER, body TEXT);
CREATE TABLE IF NOT EXISTS delivery (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, state TEXT NOT NULL,
    copies INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (due) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS delivery_event ON delivery (event_id);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Store:
    """The file, and transactions on it. Safe for any number of threads."""

    def __init__(self, data_dir: Path, *, listening: bool) -> None:
        """Open or create the file, and forget calls that died half-way."""
        data_dir.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._listening = listening
        self._sql = sqlite3.connect(
            data_dir / "sandbox.sqlite", check_same_thread=False, isolation_level=None
        )
        self._sql.execute("PRAGMA journal_mode = WAL")
        # Survives our own kill -9; a power cut may lose the last rows, as no money is in them.
        self._sql.execute("PRAGMA synchronous = NORMAL")
        self._sql.executescript(_TABLES)
        self._sql.execute("DELETE FROM idempotency WHERE status IS NULL")

    @contextmanager
    def transaction(self) -> Generator[Records]:
        """Do everything inside, or nothing."""
        with self._lock:
            self._sql.execute("BEGIN IMMEDIATE")
            try:
                yield Records(self._sql, now=int(self._time()), listening=self._listening)
            except BaseException:
                self._sql.execute("ROLLBACK")
                raise
            self._sql.execute("COMMIT")

    def time(self) -> float:
        """The sandbox's time in seconds since 1970, to the fraction."""
        with self._lock:
            return self._time()

    def _time(self) -> float:
        row = self._sql.execute("SELECT value FROM setting WHERE name = 'advanced'").fetchone()
        return time.time() + (int(row[0]) if row else 0)

    def empty(self) -> None:
        """Forget everything, the advanced clock included."""
        with self.transaction():
            for table in ("object", "idempotency", "delivery", "setting"):
                self._sql.execute(f"DELETE FROM {table}")  # noqa: S608 - our own four names

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._sql.close()
