"""A council that takes money, and what a test wants to ask it. Nothing here is a stand-in."""

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from sqlmodel import select

from portal.core.money import Pence
from portal.core.references import new_reference
from portal.database import Session, Transactions
from portal.payments.fulfilling import Fulfilment, PaidRequest
from portal.payments.hearing import PROVIDER_EVENT, handle_event, receive_event
from portal.payments.ledger_records import LedgerTransactionRow
from portal.payments.payment import PaymentLine, PaymentRequest, VatTreatment
from portal.payments.provider import PaymentProvider, Redirect, ReturnUrls
from portal.payments.receipt import CouncilDetails, receipt_token
from portal.payments.records import (
    AttemptRow,
    ProviderEventRow,
    ReceiptRow,
    get_attempt,
    list_attempts,
    list_receipts,
)
from portal.payments.settling import Settlement, settle
from portal.payments.taking import request_payment, start_payment
from portal.work import Work

T = TypeVar("T")

COUNCIL = CouncilDetails(
    name="Hartwell and Marlow District Council",
    address=("Council Offices", "High Street", "Hartwell", "HM1 2AB"),
    phone="01234 567890",
    email="payments@hartwell.example",
    website="www.hartwell.example",
    vat_number="GB 123 4567 89",
    series="HM",
)


def now() -> datetime:
    """The sandbox keeps real time, so these tests do too."""
    return datetime.now(UTC)


def a_line(amount: int = 45_00, vat: VatTreatment = VatTreatment.OUTSIDE_SCOPE) -> PaymentLine:
    return PaymentLine("Change a house name", Pence(amount), vat, "4410-SNN")


def a_request(*lines: PaymentLine) -> PaymentRequest:
    return PaymentRequest(
        id=secrets.token_hex(16),
        reference=new_reference("PAY"),
        owner=secrets.token_hex(16),
        owner_reference=new_reference("HM"),
        description="Name or number a street",
        payer_name="Siân Example",
        payer_email="sian@example.org",
        lines=lines or (a_line(), a_line(24_00, VatTreatment.STANDARD)),
    )


def urls(token: str) -> ReturnUrls:
    base = f"http://127.0.0.1:8000/pay/return/{token}"
    return ReturnUrls(f"{base}?session_id={{CHECKOUT_SESSION_ID}}", f"{base}?cancelled=1")


def at_once(count: int, deed: Callable[[], T]) -> list[T]:
    """Do the same thing from many threads at the very same moment."""
    barrier = threading.Barrier(count)

    def go(_: int) -> T:
        barrier.wait()
        return deed()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(go, range(count)))


@dataclass
class Council:
    """The payments of one council, and what a test wants to know about them."""

    transactions: Transactions
    work: Work
    provider: PaymentProvider
    paid: list[PaidRequest] = field(default_factory=list)

    @property
    def fulfilment(self) -> Fulfilment:
        return Fulfilment(
            council=COUNCIL,
            on_paid=self._on_paid,
            receipt_token=lambda receipt_id: receipt_token(b"k" * 32, receipt_id),
        )

    def _on_paid(self, session: Session, paid: PaidRequest) -> None:
        self.work.enqueue(session, "hand-over", paid.request.owner)
        self.paid.append(paid)

    def owe(self, *lines: PaymentLine, at: datetime | None = None) -> PaymentRequest:
        request = a_request(*lines)
        with self.transactions.write() as session:
            token = secrets.token_urlsafe(16)
            request_payment(session, request=request, token=token, now=at or now())
        return request

    def press_pay(
        self, request: PaymentRequest, *, nonce: str = "", at: datetime | None = None
    ) -> Redirect:
        return start_payment(
            self.transactions,
            self.work,
            self.provider,
            request.id,
            urls=urls,
            nonce=nonce or secrets.token_hex(8),
            now=at or now(),
            new_token=lambda: secrets.token_urlsafe(16),
        )

    def settle(self, attempt_id: str, *, at: datetime | None = None) -> Settlement:
        return settle(
            self.transactions,
            self.provider,
            attempt_id,
            now=at or now(),
            fulfilment=self.fulfilment,
        )

    def hear(self, headers: dict[str, str], body: bytes) -> None:
        with self.transactions.write() as session:
            receive_event(session, self.work, self.provider, headers, body, now=now())

    def handle(self, event_row_id: str) -> None:
        handle_event(
            self.transactions,
            self.provider,
            event_row_id,
            now=now(),
            fulfilment=self.fulfilment,
        )

    def handle_waiting_events(self) -> None:
        for job in self.work.waiting():
            if job.job == PROVIDER_EVENT:
                self.handle(job.ids[0])

    def attempts(self, request: PaymentRequest) -> list[AttemptRow]:
        with self.transactions.read() as session:
            return list_attempts(session, request.id)

    def attempt(self, request: PaymentRequest) -> AttemptRow:
        (only,) = self.attempts(request)
        return only

    def attempt_now(self, attempt_id: str) -> AttemptRow:
        with self.transactions.read() as session:
            return get_attempt(session, attempt_id)

    def receipts(self, request: PaymentRequest) -> list[ReceiptRow]:
        with self.transactions.read() as session:
            return list_receipts(session, request.id)

    def rows(self, table: type[T]) -> list[T]:
        with self.transactions.read() as session:
            return list(session.exec(select(table)).all())

    def ledger(self) -> list[LedgerTransactionRow]:
        return self.rows(LedgerTransactionRow)

    def events(self) -> list[ProviderEventRow]:
        return self.rows(ProviderEventRow)

    def promised(self, job: str) -> int:
        return sum(1 for waiting in self.work.waiting() if waiting.job == job)
