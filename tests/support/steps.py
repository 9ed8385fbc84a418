"""Takes every migration on an empty database and compares tables with what the code believes in."""

from collections.abc import Sequence
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from portal.database import open_engine
from portal.migrations.running import alembic_config
from portal.migrations.tables import METADATA


def check_tables(url: str, tables: Sequence[str], *, made_by: str, before: str) -> None:
    """Compare these tables, then go back: the step `before` knows none that `made_by` makes."""

    def include(thing: Any, name: str | None, kind: str, _reflected: bool, _to: object) -> bool:
        table = name if kind == "table" else thing.table.name
        return table in tables

    engine = open_engine(url)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), made_by)
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": include}
        )
        assert compare_metadata(context, METADATA) == []
        command.downgrade(alembic_config(connection), before)
        assert not {"staff", "proposal"} & set(inspect(connection).get_table_names())
        command.upgrade(alembic_config(connection), made_by)
    engine.dispose()
