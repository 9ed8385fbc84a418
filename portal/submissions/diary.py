"""The council's diary: its calendars as their file stands now, read again whenever it changes.

In production too: to close a day because of snow must need no restart. A calendar with a slip in
it stays as it was last good.
"""

import hashlib
import hmac
import threading
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import structlog

from portal.forms.calendar_parsing import CALENDARS_FILE, parse_calendars
from portal.forms.calendars import Calendar
from portal.forms.library import read_text

log = structlog.get_logger(__name__)


def hash_of(token: str) -> str:
    """How the secret word of an appointment is stored: it cannot be guessed, a fast hash does."""
    return hashlib.sha256(token.encode()).hexdigest()


class Diary:
    """The calendars, the days nobody works, and the secret words of appointments' addresses."""

    def __init__(self, folder: Path, bank_holidays: frozenset[date], key: bytes) -> None:
        self.bank_holidays = bank_holidays
        self._file = folder / CALENDARS_FILE
        self._key = key
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._calendars: Mapping[str, Calendar] = {}

    def calendars(self) -> Mapping[str, Calendar]:
        """Every calendar, by name."""
        stamp = self._stamp()
        if stamp != self._seen:
            with self._lock:
                if stamp != self._seen:
                    self._calendars = self._read()
                    self._seen = stamp
        return self._calendars

    def calendar(self, name: str) -> Calendar | None:
        """One calendar; None when the file has none of that name."""
        return self.calendars().get(name)

    def token(self, appointment_id: str) -> str:
        """The secret word of an appointment's address: whoever has it may move or cancel it."""
        message = f"appointment:{appointment_id}".encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()[:40]

    def _stamp(self) -> tuple[int, int]:
        try:
            stat = self._file.stat()
        except OSError:
            return (0, 0)
        return stat.st_size, stat.st_mtime_ns

    def _read(self) -> Mapping[str, Calendar]:
        try:
            text = read_text(self._file) if self._file.is_file() else ""
        except OSError as error:
            log.warning("calendars_not_read", reason=error.strerror)
            return self._calendars
        found = parse_calendars(text)
        for finding in found.findings:
            log.warning("calendar_broken", finding=str(finding))
        if found.findings and not found.names:
            return self._calendars
        last_good = {name: self._calendars[name] for name in found.names if name in self._calendars}
        return {**last_good, **found.by_name}
