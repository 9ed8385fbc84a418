"""Runs one migration by itself and compares what it makes with what the code believes in."""

from collections.abc import Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import MetaData, inspect
from sqlmodel import SQLModel

from portal.database import open_engine


def check_step(url: str, name: str, root: Path, tables: Sequence[str]) -> None:
    """Make these tables, compare, and take them back, on an empty database."""
    path = root / "portal" / "migrations" / "versions" / f"{name}.py"
    spec = spec_from_file_location(f"step_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    step = module_from_spec(spec)
    spec.loader.exec_module(step)
    ours = MetaData(naming_convention=SQLModel.metadata.naming_convention)
    for table in tables:
        SQLModel.metadata.tables[table].to_metadata(ours)
    engine = open_engine(url)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        with Operations.context(context):
            step.upgrade()
        assert compare_metadata(context, ours) == []
        with Operations.context(context):
            step.downgrade()
        assert inspect(connection).get_table_names() == []
    engine.dispose()
