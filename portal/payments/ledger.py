"""The council's own book of payments: double entry, appended to, chained by hash.

Pure. A positive entry is a debit, a negative one a credit, in pence; a transaction's entries
sum to zero. Each transaction's hash covers the one before it, so a row edited behind our back
shows, and where.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from portal.core.money import Pence
from portal.payments.payment import PaymentLine

GENESIS = "0" * 64
"""What the first transaction follows."""

OVERPAYMENTS = "overpayments"
VAT_OUTPUT = "vat_output"


@dataclass(frozen=True, slots=True)
class Entry:
    """One side of a movement: positive is a debit, negative a credit, in pence."""

    account: str
    amount: Pence


@dataclass(frozen=True, slots=True)
class Posting:
    """A transaction before it takes its place in the chain."""

    source_type: str
    source_id: str
    kind: str
    at: datetime
    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        """Refuse a transaction that creates or loses money.

        Raises:
            ValueError: the entries do not sum to zero. Our own bug.
        """
        if sum(entry.amount for entry in self.entries) != 0:
            msg = f"the entries of {self.kind} {self.source_id} do not sum to zero"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A transaction in its place: what the book holds."""

    sequence: int
    posting: Posting
    prev_hash: str
    hash: str


def clearing(provider: str) -> str:
    """The account of what a provider holds for us until it pays out."""
    return f"psp:{provider}:clearing"


def income(code: str) -> str:
    """The account of what was earned under an income code."""
    return f"income:{code}"


def post_payment(
    attempt_id: str, provider: str, lines: Sequence[PaymentLine], at: datetime
) -> Posting:
    """Book a payment: debit the provider's clearing account, credit income and output VAT."""
    earned: Counter[str] = Counter()
    for line in lines:
        earned[income(line.income_code)] += line.net
        earned[VAT_OUTPUT] += line.vat_amount
    return _post(attempt_id, provider, earned, "payment", at)


def post_overpayment(attempt_id: str, provider: str, amount: Pence, at: datetime) -> Posting:
    """Book money that was not owed: it stands to the payer's credit until it is refunded."""
    return _post(attempt_id, provider, Counter({OVERPAYMENTS: amount}), "overpayment", at)


def _post(attempt_id: str, provider: str, earned: Counter[str], kind: str, at: datetime) -> Posting:
    entries = (
        Entry(clearing(provider), Pence(earned.total())),
        *(Entry(account, Pence(-amount)) for account, amount in sorted(earned.items())),
    )
    moved = tuple(entry for entry in entries if entry.amount)
    return Posting("attempt", attempt_id, kind, at, moved)


def seal(posting: Posting, *, sequence: int, prev_hash: str) -> Sealed:
    """Give a transaction its place in the chain."""
    return Sealed(sequence, posting, prev_hash, _hash(posting, sequence, prev_hash))


def first_broken(chain: Iterable[Sealed]) -> int | None:
    """The sequence number of the first transaction that was altered, moved or removed.

    None when the whole chain, given in order from its start, holds.
    """
    expected, prev = 1, GENESIS
    for link in chain:
        intact = link.hash == _hash(link.posting, link.sequence, link.prev_hash)
        if link.sequence != expected or link.prev_hash != prev or not intact:
            return expected
        expected, prev = expected + 1, link.hash
    return None


def balances(postings: Iterable[Posting]) -> dict[str, Pence]:
    """Add up each account."""
    totals: Counter[str] = Counter()
    for posting in postings:
        for entry in posting.entries:
            totals[entry.account] += entry.amount
    return {account: Pence(amount) for account, amount in totals.items()}


def _hash(posting: Posting, sequence: int, prev_hash: str) -> str:
    content = [
        sequence,
        prev_hash,
        posting.source_type,
        posting.source_id,
        posting.kind,
        posting.at.astimezone(UTC).isoformat(timespec="microseconds"),
        [[entry.account, entry.amount] for entry in posting.entries],
    ]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
