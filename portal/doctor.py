"""Named checks of a running house: what is wrong, and what to do about it."""

import shutil
from collections.abc import Callable
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
    """What no page works without: quick enough to ask every few seconds."""
    return [
        _check("database", lambda: _database(house)),
        _check("definitions", lambda: _definitions(house)),
        _check("disk", lambda: _disk(house.settings.data_dir)),
    ]


def check_everything(house: House) -> list[Finding]:
    """Readiness, and everything the portal speaks to."""
    return [
        *check_readiness(house),
        _check("migrations", lambda: _migrations(house)),
        _check("payment provider", lambda: _outside(house.provider.check, house.provider.name)),
        _check("CRM", lambda: _outside(house.crm.check, house.crm.name)),
        _check("mail", lambda: _outside(house.mailer.check, "the mail server")),
        _check("PDF", _pdf),
        _check("parked work", lambda: _parked(house)),
    ]


def _check(name: str, ask: Callable[[], str]) -> Finding:
    try:
        return Finding(name, is_well=True, said=ask())
    except Exception as error:  # noqa: BLE001  # a check reports whatever is wrong
        return Finding(name, is_well=False, said=str(error) or type(error).__name__)


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
        msg = "Pango is missing: apt-get install libpango-1.0-0 libpangoft2-1.0-0"
        raise RuntimeError(msg) from error
    return f"WeasyPrint {weasyprint.__version__}"


def _parked(house: House) -> str:
    parked = house.work.parked()
    if parked:
        msg = f"{len(parked)} jobs are parked; the first says: {parked[0].reason}"
        raise RuntimeError(msg)
    return "none"
