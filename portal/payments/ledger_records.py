"""The ledger's tables, the triggers that guard them, and the runs of numbers without gaps.

Rows are only ever added: UPDATE and DELETE are refused by trigger on both databases, so that
not even our own code can rewrite the book. The migration creates the same triggers.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from sqlalchemy import DDL, UniqueConstraint, event, text
from sqlmodel import Field, Session, SQLModel, col, select

from portal.core.money import Pence
from portal.database import UtcDateTime
from portal.payments.ledger import GENESIS, Entry, Posting, Sealed, seal

_RUN = "ledger"


class CounterRow(SQLModel, table=True):
    """A run of numbers without gaps; its row is the lock of the run."""

    __tablename__ = "payment_counter"  # pyright: ignore[reportAssignmentType]

    name: str = Field(primary_key=True, max_length=60)
    value: int


class LedgerTransactionRow(SQLModel, table=True):
    """One movement in the council's book, chained to the one before it."""

    __tablename__ = "ledger_transaction"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("source_type", "source_id", "kind"),)

    sequence: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    source_type: str = Field(max_length=32)
    source_id: str = Field(max_length=64)
    kind: str = Field(max_length=32)
    at: datetime = Field(sa_type=UtcDateTime)
    prev_hash: str = Field(max_length=64)
    hash: str = Field(unique=True, max_length=64)


class LedgerEntryRow(SQLModel, table=True):
    """One side of a movement: positive is a debit, negative a credit, in pence."""

    __tablename__ = "ledger_entry"  # pyright: ignore[reportAssignmentType]

    sequence: int = Field(primary_key=True, foreign_key="ledger_transaction.sequence")
    position: int = Field(primary_key=True)
    account: str = Field(max_length=120, index=True)
    amount: int


def next_number(session: Session, run: str) -> int:
    """Take the next number of a run: 1, 2, 3… It is given back when the transaction fails.

    Holds the run's lock until the transaction ends, so take it late.
    """
    statement = text(
        "INSERT INTO payment_counter (name, value) VALUES (:run, 1)"
        " ON CONFLICT (name) DO UPDATE SET value = payment_counter.value + 1 RETURNING value"
    )
    return session.connection().execute(statement, {"run": run}).scalar_one()


def append(session: Session, posting: Posting) -> Sealed:
    """Add a transaction at the end of the book.

    Raises:
        IntegrityError: it is in the book already (same source and kind).
    """
    sequence = next_number(session, _RUN)
    before = session.get(LedgerTransactionRow, sequence - 1)
    sealed = seal(posting, sequence=sequence, prev_hash=before.hash if before else GENESIS)
    session.add(
        LedgerTransactionRow(
            sequence=sequence,
            source_type=posting.source_type,
            source_id=posting.source_id,
            kind=posting.kind,
            at=posting.at,
            prev_hash=sealed.prev_hash,
            hash=sealed.hash,
        )
    )
    session.flush()
    for position, entry in enumerate(posting.entries):
        row = LedgerEntryRow(
            sequence=sequence, position=position, account=entry.account, amount=entry.amount
        )
        session.add(row)
    session.flush()
    return sealed


def read_ledger(session: Session) -> Iterator[Sealed]:
    """Read the whole book in order, as it is stored: `first_broken` says whether it is intact."""
    entries = session.exec(
        select(LedgerEntryRow).order_by(col(LedgerEntryRow.sequence), col(LedgerEntryRow.position))
    )
    by_sequence = {
        sequence: tuple(Entry(row.account, Pence(row.amount)) for row in rows)
        for sequence, rows in groupby(entries, key=lambda row: row.sequence)
    }
    rows = session.exec(select(LedgerTransactionRow).order_by(col(LedgerTransactionRow.sequence)))
    for row in rows:
        posting = Posting(
            row.source_type, row.source_id, row.kind, row.at, by_sequence.get(row.sequence, ())
        )
        yield Sealed(row.sequence, posting, row.prev_hash, row.hash)


GUARDED = ("ledger_transaction", "ledger_entry")


def _guard() -> None:
    """Create the triggers wherever the tables are created."""
    function = DDL(
        "CREATE OR REPLACE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION 'the ledger is never changed, only added to'; END $$"
    )
    for name in GUARDED:
        table = SQLModel.metadata.tables[name]
        event.listen(table, "after_create", function.execute_if(dialect="postgresql"))
        on_postgres = DDL(
            f"CREATE TRIGGER {name}_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()"
        )
        event.listen(table, "after_create", on_postgres.execute_if(dialect="postgresql"))
        for deed in ("UPDATE", "DELETE"):
            on_sqlite = DDL(
                f"CREATE TRIGGER {name}_no_{deed.lower()} BEFORE {deed} ON {name} BEGIN"
                " SELECT RAISE(ABORT, 'the ledger is never changed, only added to'); END"
            )
            event.listen(table, "after_create", on_sqlite.execute_if(dialect="sqlite"))


_guard()
