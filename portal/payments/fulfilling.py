"""What a payment brings about, in the transaction that settles it: ledger, receipt, promises.

Called once per successful attempt, with the request and the attempt locked.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from portal.core.dates import council_day
from portal.core.money import Pence
from portal.database import Session
from portal.payments.ledger import OVERPAYMENTS, Posting, post_overpayment, post_payment
from portal.payments.ledger_records import append
from portal.payments.payment import PaymentLine, PaymentRequest, VatTreatment
from portal.payments.receipt import CouncilDetails, Receipt
from portal.payments.records import (
    AttemptRow,
    PaymentRequestRow,
    add_receipt,
    amounts_taken,
    next_receipt_number,
    read_request,
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PaidRequest:
    """What whoever fulfils a request is told, once, in the transaction that settles it."""

    request: PaymentRequest
    attempt_id: str
    paid_at: datetime
    method: str
    provider_reference: str
    """The provider's own number of the payment."""
    receipt_id: str
    receipt_number: str
    receipt_token: str
    late: bool
    """Paid after the attempt had been given up."""


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """What the rest of the house brings to a payment."""

    council: CouncilDetails
    """Printed on the receipt."""
    on_paid: Callable[[Session, PaidRequest], None]
    """Promises the follow-up work, in the settling transaction. No network, no clock."""
    receipt_token: Callable[[str], str]
    """The secret word of a receipt's address, from its id (see `receipt.receipt_token`)."""


def fulfil(
    session: Session,
    request_row: PaymentRequestRow,
    row: AttemptRow,
    fulfilment: Fulfilment,
    now: datetime,
) -> None:
    """Book the money, number the receipt, and promise the rest: once per successful attempt."""
    request = read_request(request_row)
    owed = len(amounts_taken(session, request.id)) == 1 and request_row.voided_at is None
    posting = _posting(request, row, now, owed=owed)
    if posting.entries:
        append(session, posting)
    number = next_receipt_number(session, fulfilment.council.series, council_day(now))
    receipt = _receipt(request, row, number, fulfilment.council, now=now, owed=owed)
    receipt_id = secrets.token_hex(16)
    token = fulfilment.receipt_token(receipt_id)
    add_receipt(
        session, receipt, row_id=receipt_id, request_id=request.id, attempt_id=row.id, token=token
    )
    if not owed:
        log.warning("payment_overpaid", reference=request.reference, attempt=row.reference)
        return
    paid = PaidRequest(
        request=request,
        attempt_id=row.id,
        paid_at=row.paid_at or now,
        method=receipt.method,
        provider_reference=receipt.provider_reference,
        receipt_id=receipt_id,
        receipt_number=number,
        receipt_token=token,
        late=row.late,
    )
    fulfilment.on_paid(session, paid)


def _posting(request: PaymentRequest, row: AttemptRow, now: datetime, *, owed: bool) -> Posting:
    if owed:
        return post_payment(row.id, row.provider, request.lines, now)
    return post_overpayment(row.id, row.provider, Pence(row.amount), now)


def _receipt(  # everything a receipt says
    request: PaymentRequest,
    row: AttemptRow,
    number: str,
    council: CouncilDetails,
    *,
    now: datetime,
    owed: bool,
) -> Receipt:
    returned = PaymentLine(
        "Paid but not owed: held to be refunded",
        Pence(row.amount),
        VatTreatment.OUTSIDE_SCOPE,
        OVERPAYMENTS,
    )
    return Receipt(
        number=number,
        issued_at=now,
        paid_on=council_day(row.paid_at or now),
        request_reference=request.reference,
        owner_reference=request.owner_reference,
        attempt_reference=row.reference,
        description=request.description,
        payer_name=request.payer_name,
        payer_email=request.payer_email,
        lines=request.lines if owed else (returned,),
        method=row.method,
        provider=row.provider,
        provider_reference=row.payment_reference or row.provider_reference or "",
        council=council,
        overpayment=not owed,
    )
