"""What is owed and what became of it: lines, VAT, attempts, and the graph of their states.

Pure. The one place that knows the rules of money taking: which change of state is allowed,
what of a provider's word is believed, and when to ask again. Money is whole pence.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from portal.core.errors import Conflict
from portal.core.money import LARGEST, Pence

CURRENCY = "gbp"
SESSION_LIFE = timedelta(minutes=35)
"""How long a hosted page stays payable: the provider's least is 30 minutes, plus clock skew."""

NOTHING_CAN_COME_AFTER = timedelta(minutes=15)
"""A lost create that reaches the provider later than this is refused there: its `expires_at`,
frozen in the stored parameters, would be less than 30 minutes away (10 minutes with skew)."""


class VatTreatment(StrEnum):
    """How a line is taxed (VAT Act 1994; the council decides which)."""

    OUTSIDE_SCOPE = "outside-scope"
    EXEMPT = "exempt"
    ZERO = "zero"
    REDUCED = "reduced"
    STANDARD = "standard"


# https://www.gov.uk/vat-rates
VAT_RATES = {
    VatTreatment.OUTSIDE_SCOPE: Decimal(0),
    VatTreatment.EXEMPT: Decimal(0),
    VatTreatment.ZERO: Decimal(0),
    VatTreatment.REDUCED: Decimal("0.05"),
    VatTreatment.STANDARD: Decimal("0.20"),
}


def vat_within(gross: Pence, treatment: VatTreatment) -> Pence:
    """The VAT contained in an amount that includes it, in pence, halves up."""
    rate = VAT_RATES[treatment]
    vat = Decimal(gross) * rate / (1 + rate)
    return Pence(int(vat.quantize(Decimal(1), rounding=ROUND_HALF_UP)))


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One row of what is owed; the amount includes its VAT."""

    label: str
    amount: Pence
    vat: VatTreatment
    income_code: str

    def __post_init__(self) -> None:
        """Refuse what can never be charged.

        Raises:
            ValueError: the amount is negative or absurd, or a text is missing. Our own bug.
        """
        if not 0 <= self.amount <= LARGEST:
            msg = f"a payment line must be £0.00 or more, not {self.amount} pence"
            raise ValueError(msg)
        if not self.label or not self.income_code:
            msg = "a payment line needs a label and an income code"
            raise ValueError(msg)

    @property
    def vat_amount(self) -> Pence:
        """The VAT within the amount."""
        return vat_within(self.amount, self.vat)

    @property
    def net(self) -> Pence:
        """The amount without its VAT."""
        return Pence(self.amount - self.vat_amount)


def read_line(content: Mapping[str, Any]) -> PaymentLine:
    """Read a line back from the JSON it was kept as (`dataclasses.asdict`)."""
    return PaymentLine(
        label=content["label"],
        amount=Pence(content["amount"]),
        vat=VatTreatment(content["vat"]),
        income_code=content["income_code"],
    )


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """What is owed: frozen once made. To change it, void it and make another."""

    id: str
    reference: str
    owner: str
    """What it is for, as an id that this package does not look into."""
    owner_reference: str
    """What the payer quotes."""
    description: str
    payer_name: str
    payer_email: str
    lines: tuple[PaymentLine, ...]

    @property
    def amount(self) -> Pence:
        """What is owed in all, VAT included."""
        return Pence(sum(line.amount for line in self.lines))


class RequestStatus(StrEnum):
    """What a payment request comes to; derived from what was taken, never stored."""

    UNPAID = "unpaid"
    PART_PAID = "part_paid"
    PAID = "paid"
    OVERPAID = "overpaid"
    VOID = "void"


def status_of(owed: Pence, taken: tuple[Pence, ...], *, void: bool) -> RequestStatus:
    """Derive the status from the amounts of the attempts that succeeded.

    Money taken for a void request is all owed back. A request of £0.00 is paid once an
    attempt has said so.
    """
    if void:
        return RequestStatus.OVERPAID if sum(taken) else RequestStatus.VOID
    if not taken:
        return RequestStatus.UNPAID
    if sum(taken) == owed:
        return RequestStatus.PAID
    return RequestStatus.PART_PAID if sum(taken) < owed else RequestStatus.OVERPAID


class AttemptState(StrEnum):
    """Where one conversation with a provider stands."""

    SUBMITTING = "submitting"
    UNKNOWN = "unknown"
    """We asked for a page and lost the answer."""
    OPEN = "open"
    PROCESSING = "processing"
    """Authorised by a slow method; days may pass."""
    CANCELLING = "cancelling"
    EXPIRING = "expiring"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"
    REJECTED = "rejected"
    """The provider refused the call: our bug or wrong settings."""
    QUARANTINED = "quarantined"
    """What the provider holds is not what we asked for: held, never fulfilled."""


_S = AttemptState
_ASKED = frozenset(
    {_S.OPEN, _S.REJECTED, _S.FAILED, _S.PROCESSING, _S.EXPIRED, _S.CANCELLED, _S.SUCCEEDED}
)
# A payment that comes in late is still a payment.
_LATE = frozenset({_S.SUCCEEDED, _S.QUARANTINED})

TRANSITIONS: dict[AttemptState, frozenset[AttemptState]] = {
    _S.SUBMITTING: _ASKED | {_S.UNKNOWN, _S.CANCELLING, _S.QUARANTINED},
    _S.UNKNOWN: _ASKED | {_S.CANCELLING, _S.QUARANTINED},
    _S.OPEN: frozenset(
        {
            _S.CANCELLING,
            _S.EXPIRING,
            _S.EXPIRED,
            _S.PROCESSING,
            _S.FAILED,
            _S.SUCCEEDED,
            _S.QUARANTINED,
        }
    ),
    _S.PROCESSING: frozenset({_S.SUCCEEDED, _S.FAILED, _S.QUARANTINED}),
    _S.CANCELLING: frozenset(
        {_S.CANCELLED, _S.PROCESSING, _S.FAILED, _S.SUCCEEDED, _S.QUARANTINED}
    ),
    _S.EXPIRING: frozenset({_S.EXPIRED, _S.PROCESSING, _S.FAILED, _S.SUCCEEDED, _S.QUARANTINED}),
    _S.CANCELLED: _LATE,
    _S.EXPIRED: _LATE,
    _S.FAILED: _LATE,
    _S.REJECTED: _LATE,
    _S.SUCCEEDED: frozenset(),
    _S.QUARANTINED: frozenset(),
}
"""Every change of state there is. `succeeded` never goes back: money returned is a refund."""

LIVE = frozenset({_S.SUBMITTING, _S.UNKNOWN, _S.OPEN, _S.PROCESSING, _S.CANCELLING, _S.EXPIRING})
"""States in which a payer may still pay or have paid: at most one such attempt per request."""

CLOSED_UNPAID = frozenset({_S.CANCELLED, _S.EXPIRED, _S.FAILED, _S.REJECTED})
"""States that only a late success can leave."""


def move(state: AttemptState, to: AttemptState) -> AttemptState:
    """Go to another state.

    Raises:
        Conflict: the graph has no such edge; trying again does not help.
    """
    if to not in TRANSITIONS[state]:
        msg = f"a payment attempt cannot go from {state} to {to}"
        raise Conflict(msg)
    return to


@dataclass(frozen=True, slots=True)
class Attempt:
    """One conversation with one provider about one request."""

    id: str
    reference: str
    """Ours, told to the provider; unique per attempt."""
    request_id: str
    provider: str
    amount: Pence
    state: AttemptState
    created_at: datetime
    expires_at: datetime
    provider_reference: str | None = None
    redirect_url: str | None = None


class SnapshotState(StrEnum):
    """What a provider says of a payment, in our words."""

    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    EXPIRED = "expired"
    FAILED = "failed"
    STRANGE = "strange"
    """Something we never ask for; see the snapshot's `problem`."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A payment as the provider holds it at one moment."""

    state: SnapshotState
    reference: str
    """Our attempt reference, as the provider repeats it."""
    provider_reference: str
    amount: Pence
    currency: str
    live: bool
    """Whether it is real money."""
    received: Pence | None = None
    """What came in; None until it has."""
    payment_reference: str | None = None
    """The provider's own number of the payment, for a person to look up."""
    method: str = ""
    """How it was paid, in words: "Visa ending 4242"."""
    paid_at: datetime | None = None
    fee: Pence | None = None
    url: str | None = None
    problem: str = ""

    def digest(self) -> str:
        """A short fingerprint for the attempt's history."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a snapshot means for an attempt."""

    state: AttemptState
    problem: str = ""
    late: bool = False
    """Paid after we had given the attempt up."""


_MEANS = {
    SnapshotState.OPEN: _S.OPEN,
    SnapshotState.PROCESSING: _S.PROCESSING,
    SnapshotState.PAID: _S.SUCCEEDED,
    SnapshotState.EXPIRED: _S.EXPIRED,
    SnapshotState.FAILED: _S.FAILED,
}


def accept(attempt: Attempt, snapshot: Snapshot, *, live: bool) -> Verdict:
    """Judge what the provider says: believed only when it is our reference, amount and mode.

    Anything else is quarantined, paid or not: when money is unclear, stop. An attempt that has
    succeeded, or is held already, stays as it is.
    """
    if not TRANSITIONS[attempt.state]:
        return Verdict(attempt.state)
    problem = _disagreement(attempt, snapshot, live=live)
    if problem:
        return Verdict(_S.QUARANTINED, problem)
    to = _MEANS[snapshot.state]
    if to is _S.EXPIRED and attempt.state is _S.CANCELLING:
        to = _S.CANCELLED
    if to not in TRANSITIONS[attempt.state]:
        return Verdict(attempt.state)
    return Verdict(to, late=to is _S.SUCCEEDED and attempt.state in CLOSED_UNPAID)


def _disagreement(attempt: Attempt, snapshot: Snapshot, *, live: bool) -> str:
    """Say in words what of the provider's answer is not ours; empty when all of it is."""
    if snapshot.state is SnapshotState.STRANGE:
        return snapshot.problem or "the provider's answer is not one we know"
    wrong = [
        f"{what} is {theirs!r} at the provider and {ours!r} here"
        for what, theirs, ours in (
            ("reference", snapshot.reference, attempt.reference),
            ("currency", snapshot.currency, CURRENCY),
            ("amount", snapshot.amount, attempt.amount),
            ("live mode", snapshot.live, live),
        )
        if theirs != ours
    ]
    if snapshot.state is SnapshotState.PAID and snapshot.received != attempt.amount:
        wrong.append(f"{snapshot.received} pence came in of {attempt.amount} owed")
    return "; ".join(wrong)


_DAY = timedelta(days=1)
_CHECK_AT = (
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    _DAY,
)
_WATCH_FOR = timedelta(days=30)


def next_check(attempt: Attempt, now: datetime) -> timedelta | None:
    """How long to wait before asking the provider again; None after 30 days.

    At 2, 5 and 15 minutes, 1, 6 and 24 hours after the attempt began, then daily; and at the
    moment its page expires, so that what it holds back (a booking) is let go promptly.
    """
    age = now - attempt.created_at
    if age >= _WATCH_FOR:
        return None
    life = attempt.expires_at - attempt.created_at
    coming = [at for at in (*_CHECK_AT, life) if at > age]
    return min(coming, default=_DAY * (age // _DAY + 1)) - age
