"""Runs the migrations: ours with Alembic, then the durable engine's own."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from portal.work import migrate_engine_tables

_LOCK = 0x706F7275  # one migration at a time on PostgreSQL; SQLite has BEGIN IMMEDIATE


def migrate(engine: Engine, url: str) -> None:
    """Bring the database at this URL up to date. Safe to run again, and by several at once."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("set local lock_timeout = '60s'"))
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.upgrade(alembic_config(connection), "head")
    migrate_engine_tables(url)


def is_up_to_date(engine: Engine) -> bool:
    """Whether every step of ours has been taken."""
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        head = ScriptDirectory.from_config(alembic_config(connection)).get_current_head()
    return current == head


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration without an alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config
