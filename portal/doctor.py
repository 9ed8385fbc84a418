"""Named checks of a running house: what is wrong, and what to do about it."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.bootstrap import House
from portal.migrations.running import is_up_to_date

_LEAST_FREE_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one check."""

    name: str
    is_well: bool
    said: str
    """What is wrong and the cure; or how it stands."""


def check_readiness(house: House) -> list[Finding]:
    """What no page works without."""
    return [_check(name, ask) for name, ask in _needed(house).items()]


def _needed(house: House) -> Mapping[str, Callable[[], str]]:
    return {
        "database": lambda: _database(house),
        "definitions": lambda: _definitions(house),
        "disk": lambda: _disk(house.settings.data_dir),
    }


class Readiness:
    """The same, answered in time even when a database hangs: asked for every few seconds.

    A check that hangs is not begun again while it does, so that they do not pile up.
    """

    def __init__(
        self, checks: Mapping[str, Callable[[], str]], *, patience_seconds: float = 2.0
    ) -> None:
        self._checks = checks
        self._patience_seconds = patience_seconds
        self._lock = threading.Lock()
        self._asked: dict[str, _Asked] = {}

    @classmethod
    def of(cls, house: House) -> "Readiness":
        """The readiness of a house."""
        return cls(_needed(house))

    def check(self) -> list[Finding]:
        """Every check's finding; one that has not answered within the patience is not well."""
        with self._lock:
            asked = {name: self._ask(name, ask) for name, ask in self._checks.items()}
        until = time.monotonic() + self._patience_seconds
        for one in asked.values():
            one.thread.join(max(0.0, until - time.monotonic()))
        late = f"no answer within {self._patience_seconds:g} seconds"
        return [
            one.findings[0] if one.findings else Finding(name, is_well=False, said=late)
            for name, one in asked.items()
        ]

    def _ask(self, name: str, ask: Callable[[], str]) -> "_Asked":
        before = self._asked.get(name)
        if before is not None and before.thread.is_alive():
            return before
        findings: list[Finding] = []
        thread = threading.Thread(
            target=lambda: findings.append(_check(name, ask)), name=f"check-{name}", daemon=True
        )
        thread.start()
        self._asked[name] = _Asked(thread, findings)
        return self._asked[name]


@dataclass(frozen=True, slots=True)
class _Asked:
    thread: threading.Thread
    findings: list[Finding]


def check_everything(house: House, *, comes_along: frozenset[str] = frozenset()) -> list[Finding]:
    """Readiness, and everything the portal speaks to.

    `comes_along` are the checks of what `portal serve` brings itself, which need no asking.
    """
    outside = {
        "payment provider": lambda: _outside(house.provider.check, house.provider.name),
        "CRM": lambda: _outside(house.crm.check, house.crm.name),
        "mail": lambda: _outside(house.mailer.check, "the mail server"),
    }
    return [
        *check_readiness(house),
        _check("migrations", lambda: _migrations(house)),
        *(
            Finding(name, is_well=True, said="comes with `portal serve` in development")
            if name in comes_along
            else _check(name, ask, _CURES[name])
            for name, ask in outside.items()
        ),
        _check("PDF", _pdf),
        _check("parked work", lambda: _parked(house)),
    ]


_CURES = {
    "payment provider": "see PORTAL_PAYMENT_PROVIDER and the provider's own settings",
    "CRM": "see that the CRM runs, and PORTAL_CRM_URL and PORTAL_CRM_TOKEN",
    "mail": "see that the mail server runs, and PORTAL_SMTP_URL",
}


def check_port(host: str, port: int) -> Finding:
    """Whether the portal may listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            said = f"{host}:{port} cannot be listened on ({error.strerror}): stop what uses it"
            said += " (a portal that runs already does), or choose another with PORT="
            return Finding("port", is_well=False, said=said)
    return Finding("port", is_well=True, said=f"{port} is free")


def _check(name: str, ask: Callable[[], str], cure: str = "") -> Finding:
    try:
        return Finding(name, is_well=True, said=ask())
    except Exception as error:  # noqa: BLE001  # a check reports whatever is wrong
        said = str(error) or type(error).__name__
        return Finding(name, is_well=False, said=f"{said}: {cure}" if cure else said)


def _database(house: House) -> str:
    with house.transactions.connect_to_read() as connection:
        connection.exec_driver_sql("select 1")
        return connection.dialect.name


def _migrations(house: House) -> str:
    if not is_up_to_date(house.transactions.engine):
        msg = "the database is behind: run `portal migrate`"
        raise RuntimeError(msg)
    return "up to date"


def _definitions(house: House) -> str:
    forms = house.definitions.served()
    if not forms:
        msg = "no form can be served: run `portal check`"
        raise RuntimeError(msg)
    broken = {finding.file for finding in house.definitions.library.findings}
    return f"{len(forms)} forms" + (f"; broken: {', '.join(sorted(broken))}" if broken else "")


def _disk(folder: Path) -> str:
    free = shutil.disk_usage(folder).free
    if free < _LEAST_FREE_BYTES:
        msg = f"only {free // 1024 // 1024} MB are free in the data folder: make room"
        raise RuntimeError(msg)
    return f"{free // 1024 // 1024 // 1024} GB free"


def _outside(ask: Callable[[], None], name: str) -> str:
    ask()
    return f"{name} answers"


def _pdf() -> str:
    try:
        import weasyprint  # takes over a second
    except OSError as error:
        msg = (
            "Pango is missing: apt-get install libpango-1.0-0 libpangoft2-1.0-0, "
            "or on a Mac brew install pango"
        )
        raise RuntimeError(msg) from error
    return f"WeasyPrint {weasyprint.__version__}"


def _parked(house: House) -> str:
    parked = house.work.parked()
    if parked:
        msg = f"{len(parked)} jobs are parked; the first says: {parked[0].reason}"
        raise RuntimeError(msg)
    return "none"
