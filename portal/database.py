"""The database: one engine for SQLite and PostgreSQL, and transactions that lose nothing.

SQLite: WAL with `synchronous=FULL` (NORMAL loses acknowledged rows in a power cut), `BEGIN
IMMEDIATE` for writes so that no update is lost, `BEGIN` for reads, and one in-process lock
around writes because SQLite's own busy handler is unfair. Decision record 0004.
"""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    create_engine,
    event,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

T = TypeVar("T")

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored in UTC and always read back with its zone (SQLite drops it)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone: it would be stored an hour wrong in summer."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a stored moment needs a time zone"
            raise ValueError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def metadata() -> MetaData:
    """Every table of ours (import `portal.migrations.tables` first to have them all)."""
    return SQLModel.metadata


def open_engine(url: str) -> Engine:
    """Make the engine for a database URL (`sqlite:///…` or `postgresql://…`)."""
    if not url.startswith("sqlite"):
        return create_engine(
            url.replace("postgresql://", "postgresql+psycopg://", 1),
            pool_size=10,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 10},
        )
    engine = create_engine(url, pool_size=10, max_overflow=0, connect_args={"timeout": 30})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


class DatabaseUnreachable(RuntimeError):
    """The database does not answer; says what to do. Trying again may help."""


def reach(engine: Engine) -> None:
    """See that the database answers.

    Raises DatabaseUnreachable with the cure.
    """
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("select 1")
    except DBAPIError as error:
        if engine.dialect.name == "sqlite":
            cure = "see that its folder is there and can be written to"
        else:
            cure = "see that PostgreSQL runs there and lets this user in"
        said = next(iter(str(error.orig).splitlines()), type(error).__name__)
        msg = (
            f"the database {engine.url.render_as_string(hide_password=True)} does not answer "
            f"({said}): {cure}, or correct PORTAL_DATABASE_URL"
        )
        raise DatabaseUnreachable(msg) from error


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401  # sqlite3 driver
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=30000",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    begin = connection.get_execution_options().get("sqlite_begin", "BEGIN IMMEDIATE")
    connection.exec_driver_sql(begin)


class Transactions:
    """Opens short transactions. Never call the outside while one is open."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reading = engine.execution_options(sqlite_begin="BEGIN")
        self._write_lock = threading.Lock() if engine.dialect.name == "sqlite" else None

    @contextmanager
    def write(self) -> Generator[Session]:
        """A transaction that may write: committed at the end, rolled back on any exception."""
        if self._write_lock is None:
            with self._session(self.engine) as session:
                yield session
            return
        with self._write_lock, self._session(self.engine) as session:
            yield session

    @contextmanager
    def read(self) -> Generator[Session]:
        """A transaction that only reads; on SQLite it does not wait for a writer."""
        with self._session(self._reading, commit=False) as session:
            yield session

    @contextmanager
    def connect_to_read(self) -> Generator[Connection]:
        """A bare connection to read with, for the paths where every half millisecond counts."""
        with self._reading.connect() as connection:
            yield connection

    @contextmanager
    def _session(self, engine: Engine, *, commit: bool = True) -> Generator[Session]:
        with Session(engine, expire_on_commit=False) as session:
            try:
                yield session
            except BaseException:
                session.rollback()
                raise
            if commit:
                session.commit()

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


class Lookup:
    """A statement that reads one row, run by the driver itself, for what every page asks.

    SQLAlchemy writes the statement once; running it through its own connection and result costs
    six times what the driver takes. Values come back as the driver has them.
    """

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, SQLCompiler] = {}

    def first(self, transactions: Transactions, **values: object) -> tuple[Any, ...] | None:
        """The first row for these values of the statement's parameters; None when there is none."""
        compiled = self._compiled_for(transactions.engine.dialect)
        named = compiled.construct_params(values)
        order = compiled.positiontup
        given = named if order is None else tuple(named[name] for name in order)
        connection = transactions.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(str(compiled), given)
            return cursor.fetchone()
        finally:
            connection.close()

    def _compiled_for(self, dialect: Dialect) -> SQLCompiler:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = dialect.statement_compiler(dialect, self._statement)
            self._compiled[dialect.name] = compiled
        return compiled


def moment_of(stored: str | datetime) -> datetime:
    """A stored moment as a driver gives it: SQLite's is text without its zone, UTC."""
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def run_in(transactions: Transactions, work: Callable[[Session], T]) -> T:
    """Run one piece of work in a write transaction of its own."""
    with transactions.write() as session:
        return work(session)
