"""The CRM's own SQLite file, transactions on it, and the one clock.

One connection behind one lock. What was answered is on the disk: WAL with synchronous = FULL, so
neither a kill -9 nor a power cut takes back a case that a caller was told of.
"""

import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from portal.crm.records import Records

_TABLES = """
CREATE TABLE IF NOT EXISTS queue (
    slug TEXT PRIMARY KEY, name TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS crm_case (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, external_reference TEXT NOT NULL,
    queue TEXT NOT NULL REFERENCES queue, status TEXT NOT NULL, target_date TEXT,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, searched TEXT NOT NULL,
    content TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS case_by_reference ON crm_case (external_reference, seq);
CREATE INDEX IF NOT EXISTS case_by_queue ON crm_case (queue, status, seq);
CREATE INDEX IF NOT EXISTS case_by_change ON crm_case (updated_at);
CREATE TABLE IF NOT EXISTS attachment (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, case_seq INTEGER NOT NULL REFERENCES crm_case,
    question TEXT NOT NULL, file_name TEXT NOT NULL, media_type TEXT NOT NULL,
    size INTEGER NOT NULL, sha256 TEXT NOT NULL, has_thumbnail INTEGER NOT NULL,
    created_at TEXT NOT NULL, UNIQUE (case_seq, sha256, question));
CREATE TABLE IF NOT EXISTS note (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, case_seq INTEGER NOT NULL REFERENCES crm_case,
    text TEXT NOT NULL, author TEXT NOT NULL, public INTEGER NOT NULL, created_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS note_by_case ON note (case_seq, seq);
CREATE TABLE IF NOT EXISTS event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, case_seq INTEGER NOT NULL REFERENCES crm_case,
    deed TEXT NOT NULL, done_by TEXT NOT NULL, at TEXT NOT NULL, detail TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS event_by_case ON event (case_seq, seq);
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, call TEXT NOT NULL, digest TEXT NOT NULL, answer TEXT NOT NULL,
    created_at TEXT NOT NULL);
"""


class Store:
    """The file, and transactions on it. Safe for any number of threads."""

    def __init__(self, data_dir: Path) -> None:
        """Open or create the file."""
        data_dir.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._sql = sqlite3.connect(
            data_dir / "crm.sqlite", check_same_thread=False, isolation_level=None, timeout=30
        )
        self._sql.row_factory = sqlite3.Row
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self._sql.execute(f"PRAGMA {pragma}")
        self._sql.executescript(_TABLES)

    @contextmanager
    def transaction(self) -> Generator[Records]:
        """Do everything inside, or nothing."""
        with self._lock:
            self._sql.execute("BEGIN IMMEDIATE")
            try:
                yield Records(self._sql, now=self.now())
                self._sql.execute("COMMIT")
            except BaseException:
                if self._sql.in_transaction:
                    self._sql.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Generator[Records]:
        """Read one state of everything; takes no write lock."""
        with self._lock:
            self._sql.execute("BEGIN")
            try:
                yield Records(self._sql, now=self.now())
            finally:
                self._sql.execute("ROLLBACK")

    @staticmethod
    def now() -> datetime:
        """The time; this CRM reads the clock here only."""
        return datetime.now(UTC)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._sql.close()
