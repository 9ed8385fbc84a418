"""Runs the migrations: ours with Alembic, then the durable engine's own.

Alembic is imported only when there is something to do: it costs a quarter of a second, and a
start asks no more than whether the database is up to date.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from portal.work import migrate_engine_tables

if TYPE_CHECKING:
    from alembic.config import Config

_HERE = Path(__file__).parent
_LOCK = 0x706F7275  # one migration at a time on PostgreSQL; SQLite has BEGIN IMMEDIATE


def migrate(engine: Engine, url: str) -> None:
    """Bring the database at this URL up to date. Safe to run again, and by several at once."""
    from alembic import command  # noqa: PLC0415  # see above

    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("set local lock_timeout = '60s'"))
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.upgrade(alembic_config(connection), "head")
    migrate_engine_tables(url)


def is_up_to_date(engine: Engine) -> bool:
    """Whether every step of ours has been taken."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return connection.scalar(text("select version_num from alembic_version")) == newest_step()


def newest_step() -> str:
    """The number of the newest step: each file begins with its own."""
    return max(path.name for path in (_HERE / "versions").glob("[0-9]*.py")).partition("_")[0]


def alembic_config(connection: Connection) -> "Config":
    """Alembic's configuration without an alembic.ini."""
    from alembic.config import Config  # noqa: PLC0415  # see above

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    return config
