"""Hearing from the provider: events are verified, kept once, and then only pointed at.

An event's body is never believed. It says which attempt to ask about, and `settle` asks; so
lost, doubled, late and disordered events all come to the same.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

import structlog

from portal.core.errors import PersonMustLook, TryAgain
from portal.database import Session, Transactions
from portal.payments.fulfilling import Fulfilment
from portal.payments.payment import Attempt, AttemptState
from portal.payments.provider import EventHint, PaymentProvider
from portal.payments.records import (
    ProviderEventRow,
    add_event_once,
    find_hinted_attempt,
    get_event,
    read_attempt,
)
from portal.payments.settling import conclude, settle
from portal.work import Work

PROVIDER_EVENT = "provider-event"
"""The job that acts on an event; its id is the row's."""

_WAITING, _HANDLED, _IGNORED, _QUARANTINED = "waiting", "handled", "ignored", "quarantined"

log = structlog.get_logger(__name__)


def receive_event(  # what came in, and who it is for
    session: Session,
    work: Work,
    provider: PaymentProvider,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
) -> None:
    """Verify an event, keep it once and promise to act on it: commit, then answer 200.

    One for the other mode (a test event to a live service) is kept and held, without effect.

    Raises:
        Forged: the signature does not hold or is not fresh; nothing is kept. Answer 400.
    """
    keep_events(session, work, provider, provider.read_event(headers, body, now=now), now=now)


def collect_missed_events(
    transactions: Transactions,
    work: Work,
    provider: PaymentProvider,
    *,
    since: datetime,
    now: datetime,
) -> int:
    """Ask the provider for what it could not deliver; says how many were new.

    Raises:
        ProviderUnavailable: try again.
    """
    hints = list(provider.list_events(since))
    with transactions.write() as session:
        return keep_events(session, work, provider, hints, now=now)


def keep_events(
    session: Session,
    work: Work,
    provider: PaymentProvider,
    hints: Iterable[EventHint],
    *,
    now: datetime,
) -> int:
    """Keep verified events, each once, and promise to act on the new ones."""
    new = 0
    for hint in hints:
        row = _event_row(provider, hint, now)
        if not add_event_once(session, row):
            continue
        new += 1
        if row.status == _WAITING:
            work.enqueue(session, PROVIDER_EVENT, row.id)
        else:
            log.info("provider_event_set_aside", event_id=row.event_id, status=row.status)
    return new


def _event_row(provider: PaymentProvider, hint: EventHint, now: datetime) -> ProviderEventRow:
    return ProviderEventRow(
        id=secrets.token_hex(16),
        provider=provider.name,
        account=hint.account,
        event_id=hint.event_id,
        type=hint.type,
        api_version=hint.api_version,
        live=hint.live,
        created_at=hint.created,
        received_at=now,
        object_id=hint.object_id,
        provider_reference=hint.provider_reference,
        reference=hint.reference,
        attempt_id=hint.attempt_id,
        body=hint.raw,
        status=_first_status(provider, hint),
    )


def _first_status(provider: PaymentProvider, hint: EventHint) -> str:
    if hint.live != provider.live:
        return _QUARANTINED
    return _WAITING if hint.concerns_us else _IGNORED


def handle_event(
    transactions: Transactions,
    provider: PaymentProvider,
    event_row_id: str,
    *,
    now: datetime,
    fulfilment: Fulfilment,
) -> None:
    """The job "provider-event": ask about the attempt an event points at.

    Raises:
        TryAgain: we know no such attempt (yet: the event may have overtaken our own commit),
            or the provider does not answer.
        PersonMustLook: the provider holds a second page for an attempt: money may be there.
    """
    with transactions.read() as session:
        event = get_event(session, event_row_id)
        row = find_hinted_attempt(session, event)
        attempt = None if row is None else read_attempt(row)
    if event.status != _WAITING:
        return
    if attempt is None:
        msg = f"no attempt of ours fits event {event.event_id}; nothing was made of it"
        raise TryAgain(msg)
    _ask(transactions, provider, event, attempt, now=now, fulfilment=fulfilment)
    with transactions.write() as session:
        event = get_event(session, event_row_id)
        event.status, event.handled_at = _HANDLED, now
        session.add(event)


def _ask(  # as handle_event
    transactions: Transactions,
    provider: PaymentProvider,
    event: ProviderEventRow,
    attempt: Attempt,
    *,
    now: datetime,
    fulfilment: Fulfilment,
) -> None:
    page = event.provider_reference
    if page is None or page == attempt.provider_reference:
        done = settle(transactions, provider, attempt.id, now=now, fulfilment=fulfilment)
    elif attempt.provider_reference is None:
        # It has overtaken our own commit, or we lost the answer: adopt the page it names.
        done = conclude(
            transactions,
            provider,
            attempt.id,
            provider.fetch(page),
            now=now,
            fulfilment=fulfilment,
        )
    else:
        msg = f"{attempt.reference} has a second page at the provider: {page}"
        raise PersonMustLook(msg)
    if done.state is AttemptState.QUARANTINED:
        log.warning("payment_quarantined", reference=attempt.reference, problem=done.problem)
