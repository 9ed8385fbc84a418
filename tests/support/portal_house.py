"""A whole portal in this process, on either database, with real neighbours reached over HTTP."""

import atexit
import os
import shutil
import tempfile
import threading
import uuid
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, func, inspect, select, text
from sqlmodel import SQLModel
from starlette.testclient import TestClient

from portal.accounts.signing_in import seed_demo_staff
from portal.addresses.seeding import seed_gazetteer
from portal.app import create_app
from portal.bootstrap import House, build_house
from portal.database import Transactions, open_engine
from portal.migrations.running import migrate
from portal.settings import read_settings
from tests.notices.mail_server import MailPeer
from tests.support.crm_server import CrmServer
from tests.support.resident import Resident
from tests.support.sandbox_server import SandboxServer

BASE_URL = "http://testserver"
FORMS = Path(__file__).parent.parent.parent / "form_definitions"
SECRET_KEY = "k" * 48


def prepare(url: str) -> None:
    """Migrate an empty database and load a small gazetteer."""
    engine = open_engine(url)
    migrate(engine, url)
    transactions = Transactions(engine)
    seed_demo_staff(transactions, now=datetime.now(UTC))
    seed_gazetteer(transactions, count=60, now=datetime.now(UTC), progress=lambda _done: None)
    engine.dispose()


@dataclass
class SteeredClock:
    """The real time, moved forward by the test."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    @contextmanager
    def on(self, day: date | None) -> Generator[None]:
        """Let it be noon of that day for a while; nothing changes when there is none."""
        before = self.ahead
        if day is not None:
            self.ahead = datetime.combine(day, time(12), tzinfo=UTC) - datetime.now(UTC)
        try:
            yield
        finally:
            self.ahead = before


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Whom the portal speaks to."""

    sandbox: SandboxServer
    crm: CrmServer
    mail: MailPeer


@dataclass
class Portal:
    """A portal, and what a test wants to know about it."""

    house: House
    clock: SteeredClock
    neighbours: Neighbours
    app: Any
    count: Iterator[int] = field(default_factory=lambda: iter(range(2, 250 * 250)))

    def resident(self, **headers: str) -> Resident:
        """A person with a browser and a network address of their own."""
        number = next(self.count)
        client = TestClient(
            self.app,
            base_url=BASE_URL,
            headers={"sec-fetch-site": "same-origin", **headers},
            raise_server_exceptions=False,
            follow_redirects=False,
            client=(f"10.0.{number // 250}.{number % 250}", 40000),
        )
        return Resident(client, self.house)

    @property
    def engine(self) -> Engine:
        return self.house.transactions.engine

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Every row of a table, oldest first where it says when it was made."""
        with self.house.transactions.connect_to_read() as connection:
            columns = SQLModel.metadata.tables[table]
            made = [columns.c[n] for n in ("created_at", "submitted_at") if n in columns.c]
            found = connection.execute(select(columns).order_by(*made)).mappings()
            return [dict(row) for row in found]

    def counts(self) -> Mapping[str, int]:
        """How many rows each of our tables has."""
        tables = [SQLModel.metadata.tables[name] for name in _own_tables(self.engine)]
        with self.house.transactions.connect_to_read() as connection:
            return {
                table.name: connection.scalar(select(func.count()).select_from(table)) or 0
                for table in tables
            }

    def everything(self) -> Mapping[str, Any]:
        """The whole content of the database and the uploads: equal when nothing has changed."""
        files = (self.house.settings.data_dir / "attachments").rglob("*")
        content: dict[str, Any] = {
            name: sorted(repr(sorted(row.items())) for row in self.rows(name))
            for name in _own_tables(self.engine)
        }
        content["files"] = sorted(str(path) for path in files)
        content["promised"] = sorted(job.key for job in self.house.work.waiting())
        return content

    def do_the_work(self, *jobs: str) -> None:
        """Do every promised job once, in this thread (all of them, or only those named)."""
        done: set[tuple[str, ...]] = set()
        for _round in range(3):
            for job in sorted(self.house.work.waiting(), key=lambda one: one.since):
                deed = (job.job, *job.ids)
                if deed in done or (jobs and job.job not in jobs):
                    continue
                done.add(deed)
                self.house.handlers[job.job](*job.ids)


def _own_tables(engine: Engine) -> list[str]:
    # The gazetteer is large and nothing a resident does can reach it.
    known = set(inspect(engine).get_table_names()) & set(SQLModel.metadata.tables)
    return sorted(name for name in known if "address" not in name and "gazetteer" not in name)


@cache
def _compiled_templates() -> Path:
    """Where the compiled templates of every portal of this process are: they are all the same."""
    folder = Path(tempfile.mkdtemp(prefix="portal-templates-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@contextmanager
def open_portal(
    url: str,
    data_dir: Path,
    neighbours: Neighbours,
    *,
    forms: Path = FORMS,
    base_url: str = BASE_URL,
    **more: Any,
) -> Generator[Portal]:
    """Build a house on a prepared database; its neighbours are told to it as settings."""
    os.environ.update(
        PORTAL_SANDBOX_API_BASE=neighbours.sandbox.url,
        PORTAL_SANDBOX_API_KEY=neighbours.sandbox.api_key,
        PORTAL_SANDBOX_WEBHOOK_SECRET=neighbours.sandbox.webhook_secret,
    )
    settings = read_settings(
        base_url=base_url,
        secret_key=SECRET_KEY,
        database_url=url,
        data_dir=data_dir,
        forms=forms,
        crm_url=neighbours.crm.url,
        crm_token=neighbours.crm.token,
        smtp_url=neighbours.mail.url,
        **more,
    )
    templates = data_dir / "templates"
    if not templates.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        templates.symlink_to(_compiled_templates(), target_is_directory=True)
    clock = SteeredClock()
    house = build_house(settings, clock)
    try:
        yield Portal(house, clock, neighbours, create_app(house))
    finally:
        house.close()


class PreparedDatabases:
    """Copies of one prepared database of each kind: migrating anew for each test takes seconds."""

    def __init__(self, folder: Path, postgres: Callable[[], str]) -> None:
        self._folder = folder
        self._postgres = postgres
        self._lock = threading.Lock()
        self._made = 0

    def copy(self, kind: str) -> str:
        """The address of a fresh copy."""
        with self._lock:
            self._made += 1
            return self._of_sqlite() if kind == "sqlite" else self._of_postgres()

    def _of_sqlite(self) -> str:
        template = self._folder / "template.db"
        if not template.exists():
            prepare(f"sqlite:///{template}")
        copy = self._folder / f"portal{self._made}.db"
        source = create_engine(f"sqlite:///{template}")
        with source.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        source.dispose()
        shutil.copy(template, copy)
        return f"sqlite:///{copy}"

    def _of_postgres(self) -> str:
        server = self._postgres()
        with _administering(server) as run:
            if not run("select count(*) from pg_database where datname = 'portal_template'"):
                run("create database portal_template")
                prepare(server.replace("/postgres?", "/portal_template?", 1))
            name = f"portal_copy_{uuid.uuid4().hex[:12]}"
            run(f"create database {name} template portal_template")
        return server.replace("/postgres?", f"/{name}?", 1)


@contextmanager
def _administering(server: str) -> Generator[Callable[[str], Any]]:
    engine = create_engine(
        server.replace("postgresql://", "postgresql+psycopg://", 1), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:

        def run(statement: str) -> Any:
            result = connection.execute(text(statement))
            return result.scalar() if result.returns_rows else None

        yield run
    engine.dispose()
