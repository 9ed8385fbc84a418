"""The one door to success: `settle` asks the provider, and writes down what is true.

The return page, the event job and the poller all come through here. The provider is asked
outside any transaction; then, in one transaction with the rows locked, state, ledger, receipt
number, snapshot and follow-up work are written together or not at all.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from portal.core.errors import Conflict, MoneyMismatch, PersonMustLook, ProviderRefused
from portal.database import Session, Transactions
from portal.payments.fulfilling import Fulfilment, fulfil
from portal.payments.payment import (
    LIVE,
    NOTHING_CAN_COME_AFTER,
    TRANSITIONS,
    Attempt,
    AttemptState,
    RequestStatus,
    Snapshot,
    Verdict,
    accept,
    move,
    next_check,
)
from portal.payments.provider import PaymentProvider
from portal.payments.records import (
    AttemptEventRow,
    AttemptRow,
    PaymentRequestRow,
    get_attempt,
    lock_attempt,
    read_attempt,
    request_status,
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Settlement:
    """How things stand after asking."""

    attempt_id: str
    request_id: str
    state: AttemptState
    status: RequestStatus
    paid: bool
    """The request is paid for (perhaps by another attempt): show "paid", never "pay again"."""
    problem: str = ""


def settle(
    transactions: Transactions,
    provider: PaymentProvider,
    attempt_id: str,
    *,
    now: datetime,
    fulfilment: Fulfilment,
) -> Settlement:
    """Find out how an attempt stands and write it down. Any number of callers, at any time.

    Raises:
        ProviderUnavailable: the provider did not answer; nothing changed, try again.
        ProviderRefused: the provider does not know the payment, or our key; a person must look.
        Missing: there is no such attempt.
    """
    attempt = read_for(transactions, provider, attempt_id)
    snapshot = _look(provider, attempt) if TRANSITIONS[attempt.state] else None
    return conclude(transactions, provider, attempt_id, snapshot, now=now, fulfilment=fulfilment)


def check_payment(
    transactions: Transactions,
    provider: PaymentProvider,
    attempt_id: str,
    *,
    now: datetime,
    fulfilment: Fulfilment,
) -> timedelta | None:
    """The job "check-payment": settle, close the page past its time, say when to ask again.

    Raises:
        ProviderUnavailable: try again.
        MoneyMismatch: the attempt is quarantined.
        PersonMustLook: it is still undecided after 30 days.
    """
    done = settle(transactions, provider, attempt_id, now=now, fulfilment=fulfilment)
    attempt = read_for(transactions, provider, attempt_id)
    overdue = done.state is AttemptState.OPEN and now >= attempt.expires_at
    if overdue or done.state in {AttemptState.EXPIRING, AttemptState.CANCELLING}:
        to = AttemptState.EXPIRING if overdue else done.state
        done = close_page(transactions, provider, attempt_id, to=to, now=now, fulfilment=fulfilment)
    if done.state is AttemptState.QUARANTINED:
        raise MoneyMismatch(done.problem)
    if done.state not in LIVE:
        return None
    pause = next_check(attempt, now)
    if pause is None:
        msg = f"payment attempt {attempt.reference} is still {done.state} after 30 days"
        raise PersonMustLook(msg)
    return pause


def close_page(  # one more than the deed it is part of
    transactions: Transactions,
    provider: PaymentProvider,
    attempt_id: str,
    *,
    to: AttemptState,
    now: datetime,
    fulfilment: Fulfilment,
) -> Settlement:
    """Make an attempt's page unpayable at the provider first, then say so here.

    The provider may answer that it has been paid: then it is settled like any other.

    Raises:
        ProviderUnavailable: the page may still be payable; the attempt stays as it is being
            closed, and the poller tries again.
    """
    with transactions.write() as session:
        _, row = lock_attempt(session, attempt_id)
        if to in TRANSITIONS[AttemptState(row.state)]:
            change(session, row, Verdict(to), cause="closing the page", now=now)
    attempt = read_for(transactions, provider, attempt_id)
    if attempt.state not in LIVE:
        snapshot = None
    elif attempt.provider_reference is not None:
        snapshot = provider.expire(attempt.provider_reference)
    else:
        snapshot = _expire_lost_page(transactions, provider, attempt_id, now)
    return conclude(transactions, provider, attempt_id, snapshot, now=now, fulfilment=fulfilment)


def _expire_lost_page(
    transactions: Transactions, provider: PaymentProvider, attempt_id: str, now: datetime
) -> Snapshot | None:
    """Ask with the same key once more: the answer names the page, if there is one."""
    with transactions.read() as session:
        row = get_attempt(session, attempt_id)
    try:
        redirect = provider.start(row.parameters, row.idempotency_key)
    except ProviderRefused:
        # The same key was never answered with a page, and never will be.
        with transactions.write() as session:
            _, row = lock_attempt(session, attempt_id)
            verdict = Verdict(AttemptState.FAILED, "the provider never opened a page")
            change(session, row, verdict, cause="closing the page", now=now)
        return None
    return provider.expire(redirect.provider_reference)


def read_for(transactions: Transactions, provider: PaymentProvider, attempt_id: str) -> Attempt:
    """Read an attempt, which must be this provider's."""
    with transactions.read() as session:
        attempt = read_attempt(get_attempt(session, attempt_id))
    if attempt.provider != provider.name:
        msg = f"{attempt.reference} was made with {attempt.provider}, not {provider.name}"
        raise Conflict(msg)
    return attempt


def _look(provider: PaymentProvider, attempt: Attempt) -> Snapshot | None:
    if attempt.provider_reference is not None:
        return provider.fetch(attempt.provider_reference)
    return provider.find(attempt.reference, attempt.created_at)


def conclude(  # the facts of one settlement
    transactions: Transactions,
    provider: PaymentProvider,
    attempt_id: str,
    snapshot: Snapshot | None,
    *,
    now: datetime,
    fulfilment: Fulfilment,
) -> Settlement:
    """Write down what a snapshot means, in one transaction. None: the provider has nothing."""
    with transactions.write() as session:
        request, row = lock_attempt(session, attempt_id)
        verdict = _judge(row, snapshot, live=provider.live, now=now)
        if snapshot is not None:
            _adopt(row, snapshot)
        if verdict.state != row.state:
            digest = snapshot.digest() if snapshot else ""
            change(session, row, verdict, cause="asked the provider", now=now, digest=digest)
            if verdict.state is AttemptState.SUCCEEDED:
                fulfil(session, request, row, fulfilment, now)
        return _standing(session, request, row)


def _judge(row: AttemptRow, snapshot: Snapshot | None, *, live: bool, now: datetime) -> Verdict:
    attempt = read_attempt(row)
    if snapshot is not None:
        return accept(attempt, snapshot, live=live)
    lost = attempt.state in LIVE and attempt.provider_reference is None
    if lost and now - attempt.created_at > NOTHING_CAN_COME_AFTER:
        return Verdict(AttemptState.FAILED, "the provider never opened a page")
    return Verdict(attempt.state)


def _adopt(row: AttemptRow, snapshot: Snapshot) -> None:
    """Remember the provider's numbers; a page found after a lost answer becomes ours here."""
    row.provider_reference = row.provider_reference or snapshot.provider_reference
    row.redirect_url = row.redirect_url or snapshot.url
    row.payment_reference = snapshot.payment_reference or row.payment_reference
    row.method = snapshot.method or row.method
    row.paid_at = snapshot.paid_at or row.paid_at


def change(  # one row of history
    session: Session,
    row: AttemptRow,
    verdict: Verdict,
    *,
    cause: str,
    now: datetime,
    digest: str = "",
) -> None:
    """Move a locked attempt along the graph, and add the move to its history.

    Raises:
        Conflict: the graph has no such edge.
    """
    before = AttemptState(row.state)
    row.state = move(before, verdict.state)
    row.problem, row.late = verdict.problem, verdict.late
    row.concluded_at = None if row.state in LIVE else now
    event = AttemptEventRow(
        attempt_id=row.id,
        from_state=before,
        to_state=verdict.state,
        cause=f"{cause}: {verdict.problem}" if verdict.problem else cause,
        snapshot_digest=digest,
        at=now,
    )
    session.add_all((row, event))
    session.flush()
    log.info("payment_attempt", reference=row.reference, before=before, after=verdict.state)


def _standing(session: Session, request: PaymentRequestRow, row: AttemptRow) -> Settlement:
    status = request_status(session, request)
    paid = request.voided_at is None and status in {RequestStatus.PAID, RequestStatus.OVERPAID}
    return Settlement(row.id, request.id, AttemptState(row.state), status, paid, row.problem)
