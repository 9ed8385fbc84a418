"""Asking for money: the request, the payer's click, and calling it off.

Each deed writes its intent, commits, speaks to the provider with a stable key and the stored
parameters, and writes the outcome; so a crash at any line leaves something that can be resumed.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.core.errors import Conflict, ProviderRefused, ProviderUnavailable
from portal.database import Session, Transactions
from portal.payments.fulfilling import Fulfilment
from portal.payments.payment import (
    SESSION_LIFE,
    Attempt,
    AttemptState,
    PaymentRequest,
    RequestStatus,
    SnapshotState,
    Verdict,
    accept,
)
from portal.payments.provider import PaymentProvider, Redirect, ReturnUrls
from portal.payments.records import (
    AttemptRow,
    PaymentRequestRow,
    add_request,
    amounts_taken,
    find_live_attempt,
    hash_token,
    list_attempts,
    lock_attempt,
    lock_request,
    read_attempt,
    read_request,
    request_status,
)
from portal.payments.settling import Settlement, change, close_page
from portal.work import Work

CHECK_PAYMENT = "check-payment"
"""The job that asks after an attempt; its id is the attempt's."""

_FIRST_CHECK = timedelta(minutes=2)
_STILL_WORTH_OPENING = timedelta(minutes=1)
_TRIES = 3
_SUBMITTED = frozenset({AttemptState.SUBMITTING, AttemptState.UNKNOWN})


def request_payment(
    session: Session, *, request: PaymentRequest, token: str, now: datetime
) -> PaymentRequestRow:
    """Write down what is owed, in the caller's transaction. `token` is its secret link's word.

    Raises:
        IntegrityError: the reference is taken; the caller makes another and tries again.
    """
    return add_request(session, request, token=token, now=now)


def start_payment(  # one click, with all it carries
    transactions: Transactions,
    work: Work,
    provider: PaymentProvider,
    request_id: str,
    *,
    urls: Callable[[str], ReturnUrls],
    nonce: str,
    now: datetime,
    new_token: Callable[[], str],
) -> Redirect:
    """The payer pressed "Pay now": give the address of the one page to pay on.

    A double click, a second tab and the back button all get the same page. `urls` makes the
    return addresses from the attempt's secret word, which `new_token` makes; `nonce` was drawn
    into the pay page.

    Raises:
        ProviderUnavailable: the page may have been opened; press again, it will not be twice.
        ProviderRefused: the provider will not open one; a person must look.
        Conflict: paid already, being confirmed or called off: show how it stands instead.
        Missing: there is no such request.
    """
    click = _Click(provider, urls, nonce, now, new_token)
    for _ in range(_TRIES):
        with transactions.write() as session:
            row = _reserve(session, work, request_id, click)
        if row.state == AttemptState.OPEN:
            if row.redirect_url and row.expires_at > now + _STILL_WORTH_OPENING:
                return _redirect(row)
            _let_expire(transactions, provider, row, now)
            continue
        try:
            return _submit(transactions, provider, row, now)
        except ProviderRefused:
            if row.created_at == now:
                raise
            # An old attempt whose answer was lost: it was never opened, and now never will be.
    msg = "the payment page could not be opened; try again"
    raise ProviderUnavailable(msg)


def cancel_live_attempt(
    transactions: Transactions,
    provider: PaymentProvider,
    request_id: str,
    *,
    now: datetime,
    fulfilment: Fulfilment,
) -> Settlement | None:
    """Call off the attempt that may still be paid; None when there is none.

    The page is closed at the provider first. When it turns out to have been paid in the
    instant before, it is settled and the answer says so.

    Raises:
        ProviderUnavailable: it may still be payable; the poller goes on trying.
    """
    with transactions.read() as session:
        row = find_live_attempt(session, request_id)
    if row is None:
        return None
    return close_page(
        transactions,
        provider,
        row.id,
        to=AttemptState.CANCELLING,
        now=now,
        fulfilment=fulfilment,
    )


def void_request(session: Session, request_id: str, *, now: datetime) -> None:
    """Withdraw what was owed; call off its live attempt first. Again is no harm.

    Raises:
        Conflict: it has been paid, or may still be.
    """
    row = lock_request(session, request_id)
    if find_live_attempt(session, request_id) is not None:
        msg = f"{row.reference} may still be paid: call off its payment page first"
        raise Conflict(msg)
    if amounts_taken(session, request_id):
        msg = f"{row.reference} has been paid: refund it instead"
        raise Conflict(msg)
    row.voided_at = row.voided_at or now
    session.add(row)


@dataclass(frozen=True, slots=True)
class _Click:
    """One press of "Pay now", with what came with it."""

    provider: PaymentProvider
    urls: Callable[[str], ReturnUrls]
    nonce: str
    now: datetime
    new_token: Callable[[], str]


def _reserve(session: Session, work: Work, request_id: str, click: _Click) -> AttemptRow:
    """The attempt to go on with: the live one, or a new one with all it will send."""
    request = lock_request(session, request_id)
    _refuse_unless_payable(session, request)
    live = find_live_attempt(session, request_id)
    if live is not None:
        return _resumable(live, click.provider)
    row = _new_attempt(session, read_request(request), click)
    session.add(row)
    session.flush()
    work.enqueue(session, CHECK_PAYMENT, row.id, after=_FIRST_CHECK)
    return row


def _refuse_unless_payable(session: Session, request: PaymentRequestRow) -> None:
    status = request_status(session, request)
    if status is not RequestStatus.UNPAID:
        msg = f"{request.reference} is {status}: there is nothing to pay"
        raise Conflict(msg)
    states = {attempt.state for attempt in list_attempts(session, request.id)}
    if AttemptState.QUARANTINED in states:
        msg = f"a payment for {request.reference} is being looked into"
        raise Conflict(msg)


def _resumable(live: AttemptRow, provider: PaymentProvider) -> AttemptRow:
    if live.provider != provider.name:
        msg = f"{live.reference} was begun with {live.provider}: call it off first"
        raise Conflict(msg)
    if live.state not in _SUBMITTED | {AttemptState.OPEN}:
        msg = f"{live.reference} is {live.state}: wait for the provider"
        raise Conflict(msg)
    return live


def _new_attempt(session: Session, request: PaymentRequest, click: _Click) -> AttemptRow:
    before = list_attempts(session, request.id)
    number = len(before) + 1
    attempt = Attempt(
        id=secrets.token_hex(16),
        reference=f"{request.reference}-{number}",
        request_id=request.id,
        provider=click.provider.name,
        amount=request.amount,
        state=AttemptState.SUBMITTING,
        created_at=click.now,
        expires_at=(click.now + SESSION_LIFE).replace(microsecond=0),
    )
    # The nonce of a page that ended (an old tab, the back button) may open a fresh one.
    used = click.nonce in {attempt.nonce for attempt in before}
    token = click.new_token()
    return AttemptRow(
        id=attempt.id,
        request_id=attempt.request_id,
        number=number,
        reference=attempt.reference,
        nonce=f"{click.nonce[:56]}#{number}" if used else click.nonce,
        provider=attempt.provider,
        amount=attempt.amount,
        state=attempt.state,
        parameters=click.provider.prepare(request, attempt, click.urls(token)),
        idempotency_key=f"{click.provider.environment}:{attempt.id}:create:0",
        token_hash=hash_token(token),
        created_at=attempt.created_at,
        expires_at=attempt.expires_at,
    )


def _submit(
    transactions: Transactions, provider: PaymentProvider, row: AttemptRow, now: datetime
) -> Redirect:
    """Make the call, or make it again: same key, same parameters."""
    try:
        redirect = provider.start(row.parameters, row.idempotency_key)
    except ProviderUnavailable as error:
        return _unless_open(transactions, row.id, AttemptState.UNKNOWN, error, now)
    except ProviderRefused as error:
        return _unless_open(transactions, row.id, AttemptState.REJECTED, error, now)
    with transactions.write() as session:
        _, row = lock_attempt(session, row.id)
        row.provider_reference = row.provider_reference or redirect.provider_reference
        row.redirect_url = row.redirect_url or redirect.url
        session.add(row)
        if row.state in _SUBMITTED:
            change(session, row, Verdict(AttemptState.OPEN), cause="page opened", now=now)
    if row.state != AttemptState.OPEN:
        msg = f"{row.reference} is {row.state}: there is nothing to pay on"
        raise Conflict(msg)
    return _redirect(row)


def _unless_open(
    transactions: Transactions,
    attempt_id: str,
    to: AttemptState,
    error: ProviderUnavailable | ProviderRefused,
    now: datetime,
) -> Redirect:
    """Write down that the call failed, unless another click's call has got the page meanwhile."""
    with transactions.write() as session:
        _, row = lock_attempt(session, attempt_id)
        if row.state in _SUBMITTED and row.state != to:
            change(session, row, Verdict(to, str(error)), cause="opening the page", now=now)
    if row.state == AttemptState.OPEN:
        return _redirect(row)
    raise error


def _redirect(row: AttemptRow) -> Redirect:
    return Redirect(row.redirect_url or "", row.provider_reference or "", row.expires_at)


def _let_expire(
    transactions: Transactions, provider: PaymentProvider, row: AttemptRow, now: datetime
) -> None:
    """Close a page that is past its time, before another is opened.

    Raises:
        Conflict: it was paid after all: the return page settles it.
    """
    snapshot = provider.expire(row.provider_reference or "")
    if snapshot.state is not SnapshotState.EXPIRED:
        msg = f"{row.reference} is {snapshot.state} at the provider: it is being confirmed"
        raise Conflict(msg)
    with transactions.write() as session:
        _, row = lock_attempt(session, row.id)
        verdict = accept(read_attempt(row), snapshot, live=provider.live)
        if verdict.state != row.state:
            change(session, row, verdict, cause="expired", now=now)
