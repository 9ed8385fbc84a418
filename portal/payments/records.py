"""The tables of money: requests, attempts, events and receipts, with their queries.

With `ledger_records`, all the SQL about payments. Locks are always taken in one order (request,
attempt, then runs of numbers), so that no two callers wait for each other.
"""

import hashlib
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import JSON, Column, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col, func, select

from portal.core.errors import Missing
from portal.core.money import Pence
from portal.database import UtcDateTime
from portal.payments.ledger_records import next_number
from portal.payments.payment import (
    LIVE,
    Attempt,
    AttemptState,
    PaymentRequest,
    RequestStatus,
    read_line,
    status_of,
)
from portal.payments.receipt import (
    Receipt,
    dump_receipt,
    receipt_number,
    receipt_series,
)

T = TypeVar("T")

_LIVE_SQL = "state IN ({})".format(", ".join(f"'{state}'" for state in sorted(LIVE)))


class PaymentRequestRow(SQLModel, table=True):
    """What is owed, and for what. Its status is derived from its attempts."""

    __tablename__ = "payment_request"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True, max_length=32)
    reference: str = Field(unique=True, max_length=40)
    owner: str = Field(index=True, max_length=64)
    owner_reference: str = Field(max_length=40)
    description: str
    payer_name: str
    payer_email: str
    amount: int
    lines: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    voided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AttemptRow(SQLModel, table=True):
    """One conversation with a provider; `parameters` is exactly what was, or will be, sent."""

    __tablename__ = "payment_attempt"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("request_id", "number"),
        UniqueConstraint("request_id", "nonce"),
        Index(
            "ix_payment_attempt_one_live",
            "request_id",
            unique=True,
            sqlite_where=text(_LIVE_SQL),
            postgresql_where=text(_LIVE_SQL),
        ),
    )

    id: str = Field(primary_key=True, max_length=32)
    request_id: str = Field(foreign_key="payment_request.id", max_length=32)
    number: int
    reference: str = Field(unique=True, max_length=48)
    nonce: str = Field(max_length=64)
    provider: str = Field(max_length=32)
    amount: int
    state: str = Field(max_length=16, index=True)
    late: bool = False
    parameters: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    idempotency_key: str = Field(unique=True, max_length=120)
    token_hash: str = Field(unique=True, max_length=64)
    provider_reference: str | None = Field(default=None, unique=True, max_length=255)
    payment_reference: str | None = Field(default=None, index=True, max_length=255)
    redirect_url: str | None = None
    method: str = ""
    problem: str = ""
    paid_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    concluded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AttemptEventRow(SQLModel, table=True):
    """One change of an attempt's state: what it was, what it is, and why."""

    __tablename__ = "payment_attempt_event"  # pyright: ignore[reportAssignmentType]

    id: int | None = Field(default=None, primary_key=True)
    attempt_id: str = Field(foreign_key="payment_attempt.id", index=True, max_length=32)
    from_state: str = Field(max_length=16)
    to_state: str = Field(max_length=16)
    cause: str
    snapshot_digest: str = Field(default="", max_length=16)
    at: datetime = Field(sa_type=UtcDateTime)


class ProviderEventRow(SQLModel, table=True):
    """One event from a provider, kept once. The ids are used; the body is never believed."""

    __tablename__ = "provider_event"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("provider", "account", "event_id"),)

    id: str = Field(primary_key=True, max_length=32)
    provider: str = Field(max_length=32)
    account: str = Field(max_length=64)
    event_id: str = Field(max_length=255)
    type: str = Field(max_length=80)
    api_version: str = Field(max_length=40)
    live: bool
    created_at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime)
    object_id: str = Field(max_length=255)
    provider_reference: str | None = Field(default=None, max_length=255)
    reference: str | None = Field(default=None, max_length=200)
    attempt_id: str | None = Field(default=None, max_length=200)
    body: bytes | None = Field(sa_column=Column(LargeBinary))
    status: str = Field(max_length=16, index=True)
    handled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ReceiptRow(SQLModel, table=True):
    """One receipt: its number, the snapshot it prints, and the file once it is drawn."""

    __tablename__ = "receipt"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True, max_length=32)
    number: str = Field(unique=True, max_length=40)
    request_id: str = Field(foreign_key="payment_request.id", index=True, max_length=32)
    attempt_id: str = Field(foreign_key="payment_attempt.id", unique=True, max_length=32)
    snapshot: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    token_hash: str = Field(unique=True, max_length=64)
    issued_at: datetime = Field(sa_type=UtcDateTime)
    pdf_path: str | None = None
    pdf_sha256: str | None = Field(default=None, max_length=64)


def hash_token(token: str) -> str:
    """How a secret link is kept: nobody who reads the table can follow it."""
    return hashlib.sha256(token.encode()).hexdigest()


def add_request(
    session: Session, request: PaymentRequest, *, token: str, now: datetime
) -> PaymentRequestRow:
    """Keep what is owed."""
    row = PaymentRequestRow(
        id=request.id,
        reference=request.reference,
        owner=request.owner,
        owner_reference=request.owner_reference,
        description=request.description,
        payer_name=request.payer_name,
        payer_email=request.payer_email,
        amount=request.amount,
        lines=[asdict(line) for line in request.lines],
        token_hash=hash_token(token),
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def read_request(row: PaymentRequestRow) -> PaymentRequest:
    """The request a row holds."""
    return PaymentRequest(
        id=row.id,
        reference=row.reference,
        owner=row.owner,
        owner_reference=row.owner_reference,
        description=row.description,
        payer_name=row.payer_name,
        payer_email=row.payer_email,
        lines=tuple(read_line(line) for line in row.lines),
    )


def read_attempt(row: AttemptRow) -> Attempt:
    """The attempt a row holds."""
    return Attempt(
        id=row.id,
        reference=row.reference,
        request_id=row.request_id,
        provider=row.provider,
        amount=Pence(row.amount),
        state=AttemptState(row.state),
        created_at=row.created_at,
        expires_at=row.expires_at,
        provider_reference=row.provider_reference,
        redirect_url=row.redirect_url,
    )


def lock_request(session: Session, request_id: str) -> PaymentRequestRow:
    """Read a request and hold it until the transaction ends.

    Raises:
        Missing: there is none with that id.
    """
    statement = select(PaymentRequestRow).where(col(PaymentRequestRow.id) == request_id)
    row = session.exec(
        statement.with_for_update(), execution_options={"populate_existing": True}
    ).first()
    return _present(row, "payment request")


def lock_attempt(session: Session, attempt_id: str) -> tuple[PaymentRequestRow, AttemptRow]:
    """Read an attempt and its request as they are now, and hold both.

    Raises:
        Missing: there is none with that id.
    """
    request = lock_request(session, get_attempt(session, attempt_id).request_id)
    statement = select(AttemptRow).where(col(AttemptRow.id) == attempt_id)
    row = session.exec(
        statement.with_for_update(), execution_options={"populate_existing": True}
    ).one()
    return request, row


def get_attempt(session: Session, attempt_id: str) -> AttemptRow:
    """Read an attempt; `Missing` when there is none."""
    return _present(session.get(AttemptRow, attempt_id), "payment attempt")


def get_event(session: Session, event_row_id: str) -> ProviderEventRow:
    """Read an event; `Missing` when there is none."""
    return _present(session.get(ProviderEventRow, event_row_id), "provider event")


def _present(row: T | None, noun: str) -> T:
    if row is None:
        msg = f"there is no such {noun}"
        raise Missing(msg)
    return row


def find_live_attempt(session: Session, request_id: str) -> AttemptRow | None:
    """The one attempt of a request that may still be paid, if there is one."""
    return session.exec(
        select(AttemptRow).where(
            col(AttemptRow.request_id) == request_id, col(AttemptRow.state).in_(LIVE)
        )
    ).first()


def list_attempts(session: Session, request_id: str) -> list[AttemptRow]:
    """Every attempt of a request, first to last."""
    statement = select(AttemptRow).where(col(AttemptRow.request_id) == request_id)
    return list(session.exec(statement.order_by(col(AttemptRow.number))))


def count_attempts(session: Session) -> dict[str, int]:
    """How many attempts stand in each state."""
    statement = select(col(AttemptRow.state), func.count()).group_by(col(AttemptRow.state))
    return {str(state): count for state, count in session.exec(statement)}


def amounts_taken(session: Session, request_id: str) -> tuple[Pence, ...]:
    """What each successful attempt of a request brought, in pence."""
    statement = select(AttemptRow.amount).where(
        col(AttemptRow.request_id) == request_id,
        col(AttemptRow.state) == AttemptState.SUCCEEDED,
    )
    return tuple(Pence(amount) for amount in session.exec(statement))


def request_status(session: Session, row: PaymentRequestRow) -> RequestStatus:
    """Derive what a request comes to."""
    taken = amounts_taken(session, row.id)
    return status_of(Pence(row.amount), taken, void=row.voided_at is not None)


def find_request_by_token(session: Session, token: str) -> PaymentRequestRow:
    """The request behind a secret link; `Missing` when there is none."""
    found = col(PaymentRequestRow.token_hash) == hash_token(token)
    return _present(session.exec(select(PaymentRequestRow).where(found)).first(), "payment request")


def find_request_of(session: Session, owner: str) -> PaymentRequestRow | None:
    """The request made last for an owner, unless it is void."""
    statement = select(PaymentRequestRow).where(
        col(PaymentRequestRow.owner) == owner, col(PaymentRequestRow.voided_at).is_(None)
    )
    return session.exec(statement.order_by(col(PaymentRequestRow.created_at).desc())).first()


def find_attempt_by_token(
    session: Session, token: str, *, session_id: str | None = None
) -> AttemptRow:
    """The attempt behind a return address.

    Raises:
        Missing: there is none, or the provider's session in the address is another one's.
    """
    found = col(AttemptRow.token_hash) == hash_token(token)
    row = _present(session.exec(select(AttemptRow).where(found)).first(), "payment attempt")
    if session_id and row.provider_reference and session_id != row.provider_reference:
        return _present(None, "payment attempt")
    return row


def find_hinted_attempt(session: Session, event: ProviderEventRow) -> AttemptRow | None:
    """The attempt an event is about: by the provider's number, by our reference, by our id."""
    for column, value in (
        (col(AttemptRow.provider_reference), event.provider_reference),
        (col(AttemptRow.reference), event.reference),
        (col(AttemptRow.id), event.attempt_id),
    ):
        if value is None:
            continue
        mine = col(AttemptRow.provider) == event.provider
        row = session.exec(select(AttemptRow).where(column == value, mine)).first()
        if row is not None:
            return row
    return None


def add_event_once(session: Session, row: ProviderEventRow) -> bool:
    """Keep an event unless we have it; says whether it was new."""
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    new = insert(ProviderEventRow).values(**row.model_dump()).on_conflict_do_nothing()
    # RETURNING, not rowcount: psycopg does not count here.
    statement = new.returning(col(ProviderEventRow.id))
    return session.connection().execute(statement).first() is not None


def next_receipt_number(session: Session, council_series: str, day: date) -> str:
    """Take the next number of the council's run for that financial year."""
    series = receipt_series(council_series, day)
    return receipt_number(series, next_number(session, f"receipt:{series}"))


def add_receipt(  # a snapshot and what it hangs on
    session: Session, receipt: Receipt, *, row_id: str, request_id: str, attempt_id: str, token: str
) -> ReceiptRow:
    """Keep a receipt's snapshot."""
    row = ReceiptRow(
        id=row_id,
        number=receipt.number,
        request_id=request_id,
        attempt_id=attempt_id,
        snapshot=dump_receipt(receipt),
        token_hash=hash_token(token),
        issued_at=receipt.issued_at,
    )
    session.add(row)
    session.flush()
    return row


def get_receipt(session: Session, receipt_id: str) -> ReceiptRow:
    """Read a receipt; `Missing` when there is none."""
    return _present(session.get(ReceiptRow, receipt_id), "receipt")


def find_receipt_by_token(session: Session, token: str) -> ReceiptRow:
    """The receipt behind a secret link; `Missing` when there is none."""
    found = col(ReceiptRow.token_hash) == hash_token(token)
    return _present(session.exec(select(ReceiptRow).where(found)).first(), "receipt")


def list_receipts(session: Session, request_id: str) -> list[ReceiptRow]:
    """Every receipt of a request, first to last."""
    statement = select(ReceiptRow).where(col(ReceiptRow.request_id) == request_id)
    return list(session.exec(statement.order_by(col(ReceiptRow.number))))
