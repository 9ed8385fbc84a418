"""The migration makes what the rows say, on both databases."""

from sqlalchemy import Connection, Engine, inspect, text
from sqlmodel import SQLModel

from portal.addresses.local import LocalGazetteer
from portal.addresses.seeding import seed_gazetteer
from portal.database import Transactions, open_engine
from portal.migrations.running import migrate
from tests.addresses.conftest import NOW


def _shape(connection: Connection) -> dict[str, object]:
    """Tables with their columns, keys and indexes, and what makes the search."""
    look = inspect(connection)
    shape: dict[str, object] = {}
    for table in sorted(SQLModel.metadata.tables):
        if not table.startswith("gazetteer_"):
            continue
        columns = {c["name"]: (str(c["type"]), c["nullable"]) for c in look.get_columns(table)}
        key = look.get_pk_constraint(table)
        shape[table] = (columns, key["name"], key["constrained_columns"])
    if connection.dialect.name == "sqlite":
        query = (
            "select name, sql from sqlite_master"
            " where tbl_name like 'gazetteer_%' and type in ('index', 'trigger')"
        )
    else:
        query = "select indexname, indexdef from pg_indexes where tablename like 'gazetteer_%'"
    shape["made"] = {row[0]: row[1] for row in connection.execute(text(query))}
    return shape


def test_a_migrated_database_is_the_one_the_rows_describe(database_url: str) -> None:
    engine = open_engine(database_url)
    migrate(engine, database_url)
    with engine.begin() as connection:
        migrated = _shape(connection)
        tables = [
            table
            for name, table in SQLModel.metadata.tables.items()
            if name.startswith("gazetteer_")
        ]
        SQLModel.metadata.drop_all(connection, tables=tables)
        SQLModel.metadata.create_all(connection, tables=tables)
        assert _shape(connection) == migrated
    engine.dispose()


def test_a_migrated_database_can_be_searched(database_url: str) -> None:
    engine = open_engine(database_url)
    migrate(engine, database_url)
    transactions = Transactions(engine)
    seed_gazetteer(transactions, count=40, now=NOW, progress=lambda _done: None)
    assert LocalGazetteer(transactions).search("high street harrowmere")
    engine.dispose()


def test_the_tables_can_be_dropped_and_made_again(engine: Engine) -> None:
    with engine.begin() as connection:
        SQLModel.metadata.drop_all(connection)
        SQLModel.metadata.create_all(connection)
        assert "gazetteer_property" in inspect(connection).get_table_names()
