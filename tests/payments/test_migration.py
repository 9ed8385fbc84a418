"""The migration makes exactly the tables the code believes in, guards included."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, MetaData, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

import portal.migrations
import portal.payments.records  # its tables
from portal.database import Transactions, open_engine
from portal.payments.ledger_records import append
from tests.payments.test_ledger import a_posting

TABLES = (
    "ledger_entry",
    "ledger_transaction",
    "payment_attempt",
    "payment_attempt_event",
    "payment_counter",
    "payment_request",
    "provider_event",
    "receipt",
)


def the_step() -> ModuleType:
    path = Path(portal.migrations.__file__).parent / "versions" / "0002_payments.py"
    spec = spec_from_file_location("step_0002", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def our_tables() -> MetaData:
    assert portal.payments.records.AttemptRow.__tablename__ in TABLES
    ours = MetaData(naming_convention=SQLModel.metadata.naming_convention)
    for name in TABLES:
        SQLModel.metadata.tables[name].to_metadata(ours)
    return ours


def run(connection: Connection, deed: str) -> MigrationContext:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    with Operations.context(context):
        getattr(the_step(), deed)()
    return context


def test_the_step_makes_what_the_code_believes_in(database_url: str) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        context = run(connection, "upgrade")

        assert compare_metadata(context, our_tables()) == []
    engine.dispose()


def test_the_step_guards_the_ledger_and_the_one_live_attempt(database_url: str) -> None:
    engine = open_engine(database_url)
    transactions = Transactions(engine)
    with engine.begin() as connection:
        run(connection, "upgrade")
        indexes = inspect(connection).get_indexes("payment_attempt")
    with transactions.write() as session:
        append(session, a_posting())

    assert any(index["name"] == "ix_payment_attempt_one_live" for index in indexes)
    for deed in ("UPDATE ledger_entry SET amount = 0", "DELETE FROM ledger_transaction"):
        with pytest.raises(DBAPIError, match="never changed"), transactions.write() as session:
            session.connection().execute(text(deed))
    engine.dispose()


def test_the_step_can_be_taken_back(database_url: str) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        run(connection, "upgrade")
        run(connection, "downgrade")

        assert inspect(connection).get_table_names() == []
    engine.dispose()
