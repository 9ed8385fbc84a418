"""The book: balanced, chained, and never rewritten."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from portal.core.money import Pence
from portal.database import Transactions
from portal.payments.ledger import (
    GENESIS,
    Entry,
    Posting,
    Sealed,
    balances,
    first_broken,
    post_overpayment,
    post_payment,
    seal,
)
from portal.payments.ledger_records import GUARDED, append, next_number, read_ledger
from portal.payments.payment import PaymentLine, VatTreatment
from tests.payments.council import at_once

AT = datetime(2026, 11, 24, 9, 30, 0, 123456, tzinfo=UTC)
LINES = st.lists(
    st.builds(
        PaymentLine,
        label=st.just("x"),
        amount=st.integers(0, 10_000_00).map(Pence),
        vat=st.sampled_from(VatTreatment),
        income_code=st.sampled_from(["4410", "4412", "5500"]),
    ),
    min_size=1,
    max_size=12,
)


def a_posting(n: int = 1) -> Posting:
    return post_overpayment(f"attempt-{n}", "stripe", Pence(45_00 + n), AT)


def a_chain(length: int) -> list[Sealed]:
    chain: list[Sealed] = []
    prev = GENESIS
    for n in range(1, length + 1):
        chain.append(seal(a_posting(n), sequence=n, prev_hash=prev))
        prev = chain[-1].hash
    return chain


@given(LINES)
def test_every_payment_balances_and_no_penny_is_lost(lines) -> None:
    posting = post_payment("a1", "stripe", lines, AT)

    total = balances([posting])
    gross = sum(line.amount for line in lines)
    assert sum(total.values()) == 0
    assert total.get("psp:stripe:clearing", 0) == gross
    assert total.get("vat_output", 0) == -sum(line.vat_amount for line in lines)
    assert all(entry.amount for entry in posting.entries)


def test_a_transaction_that_makes_money_is_refused() -> None:
    with pytest.raises(ValueError, match="sum to zero"):
        Posting("attempt", "a1", "payment", AT, (Entry("bank:1", Pence(1)),))


def test_an_untouched_chain_holds() -> None:
    assert first_broken(a_chain(20)) is None
    assert first_broken([]) is None


@given(st.integers(1, 12), st.sampled_from(["amount", "account", "moment", "gone", "swapped"]))
def test_any_later_change_shows_and_where(place: int, change: str) -> None:
    chain = a_chain(12)
    link = chain[place - 1]
    first, *others = link.posting.entries
    if change == "gone" and place < 12:
        del chain[place - 1]
    elif change == "swapped" and place < 12:
        chain[place - 1], chain[place] = chain[place], chain[place - 1]
    elif change == "moment":
        altered = replace(link.posting, at=AT.replace(microsecond=1))
        chain[place - 1] = replace(link, posting=altered)
    else:
        other = replace(first, account="psp:other:clearing")
        altered = replace(link.posting, entries=(other, *others))
        chain[place - 1] = replace(link, posting=altered)

    assert first_broken(chain) == place


def test_what_is_stored_is_what_was_sealed(transactions: Transactions) -> None:
    with transactions.write() as session:
        sealed = [append(session, a_posting(n)) for n in range(1, 4)]

    with transactions.read() as session:
        stored = list(read_ledger(session))
    assert stored == sealed
    assert first_broken(stored) is None


def test_the_same_payment_cannot_be_booked_twice(transactions: Transactions) -> None:
    with transactions.write() as session:
        append(session, a_posting())

    with pytest.raises(IntegrityError), transactions.write() as session:
        append(session, a_posting())

    with transactions.write() as session:
        assert append(session, a_posting(2)).sequence == 2


@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize("deed", ["UPDATE {} SET sequence = 99", "DELETE FROM {}"])
def test_f53_the_database_refuses_to_rewrite_the_book(
    transactions: Transactions, table: str, deed: str
) -> None:
    with transactions.write() as session:
        append(session, a_posting())

    with (
        pytest.raises(DBAPIError, match="never changed, only added to"),
        transactions.write() as session,
    ):
        session.connection().execute(text(deed.format(table)))

    with transactions.read() as session:
        assert len(list(read_ledger(session))) == 1


def test_numbers_are_given_without_gaps_under_eight_threads(transactions: Transactions) -> None:
    given_out: list[int] = []

    def take() -> None:
        for _ in range(4):
            with transactions.write() as session:
                given_out.append(next_number(session, "receipt:R2627-HM"))
            with pytest.raises(ZeroDivisionError), transactions.write() as session:
                _ = next_number(session, "receipt:R2627-HM") / 0

    at_once(8, take)

    assert sorted(given_out) == list(range(1, 33))


def test_appending_from_many_threads_keeps_one_chain(transactions: Transactions) -> None:
    numbers = list(range(1, 25))

    def add() -> None:
        for _ in range(3):
            with transactions.write() as session:
                append(session, a_posting(numbers.pop()))

    at_once(8, add)

    with transactions.read() as session:
        stored = list(read_ledger(session))
    assert len(stored) == 24
    assert first_broken(stored) is None
