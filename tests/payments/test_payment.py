"""The rules of taking money, by law and by property."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import Conflict
from portal.core.money import LARGEST, Pence
from portal.payments.payment import (
    CLOSED_UNPAID,
    LIVE,
    TRANSITIONS,
    VAT_RATES,
    Attempt,
    AttemptState,
    PaymentLine,
    RequestStatus,
    Snapshot,
    SnapshotState,
    VatTreatment,
    accept,
    move,
    next_check,
    status_of,
    vat_within,
)

BEGAN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
AMOUNTS = st.integers(0, LARGEST).map(Pence)
STATES = st.sampled_from(AttemptState)

ATTEMPT = Attempt(
    id="a",
    reference="PAY-1-1",
    request_id="r",
    provider="sandbox",
    amount=Pence(69_00),
    state=AttemptState.OPEN,
    created_at=BEGAN,
    expires_at=BEGAN + timedelta(minutes=35),
    provider_reference="cs_1",
)
PAID = Snapshot(
    state=SnapshotState.PAID,
    reference="PAY-1-1",
    provider_reference="cs_1",
    amount=Pence(69_00),
    currency="gbp",
    live=False,
    received=Pence(69_00),
)


@pytest.mark.parametrize(
    ("gross", "treatment", "vat"),
    [
        (120_00, VatTreatment.STANDARD, 20_00),
        (105_00, VatTreatment.REDUCED, 5_00),
        (3, VatTreatment.STANDARD, 1),  # 0.5p goes up
        (2, VatTreatment.STANDARD, 0),
        (33_33, VatTreatment.STANDARD, 5_56),
        (100_00, VatTreatment.ZERO, 0),
        (100_00, VatTreatment.EXEMPT, 0),
        (100_00, VatTreatment.OUTSIDE_SCOPE, 0),
    ],
)
def test_vat_is_taken_out_of_the_amount_to_the_nearest_penny(gross, treatment, vat) -> None:
    assert vat_within(Pence(gross), treatment) == vat


@given(AMOUNTS, st.sampled_from(VatTreatment))
def test_f40_net_and_vat_are_the_amount_and_the_rate_holds_to_half_a_penny(amount, vat) -> None:
    line = PaymentLine("x", amount, vat, "1")

    assert line.net + line.vat_amount == amount
    assert abs(line.vat_amount * (1 + VAT_RATES[vat]) - amount * VAT_RATES[vat]) <= (
        (1 + VAT_RATES[vat]) / Decimal(2)
    )


@given(st.integers().filter(lambda amount: not 0 <= amount <= LARGEST))
def test_a_line_cannot_owe_the_payer_money(amount: int) -> None:
    with pytest.raises(ValueError, match="pence"):
        PaymentLine("x", Pence(amount), VatTreatment.ZERO, "1")


@given(STATES, STATES)
def test_only_declared_changes_of_state_are_made(state, to) -> None:
    if to in TRANSITIONS[state]:
        assert move(state, to) is to
    else:
        with pytest.raises(Conflict):
            move(state, to)


def test_success_is_never_taken_back_and_nothing_leaves_quarantine() -> None:
    assert TRANSITIONS[AttemptState.SUCCEEDED] == frozenset()
    assert TRANSITIONS[AttemptState.QUARANTINED] == frozenset()


@pytest.mark.parametrize("state", sorted(LIVE | CLOSED_UNPAID))
def test_money_that_came_is_recognised_from_every_state(state) -> None:
    verdict = accept(replace(ATTEMPT, state=state), PAID, live=False)

    assert verdict.state is AttemptState.SUCCEEDED
    assert verdict.late == (state in CLOSED_UNPAID)


@given(
    STATES,
    st.sampled_from(SnapshotState),
    st.sampled_from(["PAY-1-1", "other"]),
    st.sampled_from([69_00, 1]),
    st.sampled_from(["gbp", "usd"]),
    st.booleans(),
    st.sampled_from([69_00, 0, None]),
)
def test_no_attempt_succeeds_on_anything_but_our_own_money(
    state, said, reference, amount, currency, live, received
) -> None:
    snapshot = Snapshot(said, reference, "cs_1", Pence(amount), currency, live, received)
    attempt = replace(ATTEMPT, state=state)

    verdict = accept(attempt, snapshot, live=False)

    ours = (reference, amount, currency, live) == ("PAY-1-1", 69_00, "gbp", False)
    assert verdict.state is state or verdict.state in TRANSITIONS[state]
    if verdict.state is AttemptState.SUCCEEDED and state is not AttemptState.SUCCEEDED:
        assert ours
        assert said is SnapshotState.PAID
        assert received == 69_00
    if not ours and TRANSITIONS[state]:
        assert verdict.state is AttemptState.QUARANTINED
        assert verdict.problem


def test_a_page_we_were_calling_off_ends_cancelled_and_any_other_expired() -> None:
    gone = replace(PAID, state=SnapshotState.EXPIRED, received=None)

    ends = [
        accept(replace(ATTEMPT, state=state), gone, live=False).state
        for state in (AttemptState.CANCELLING, AttemptState.EXPIRING, AttemptState.OPEN)
    ]

    assert ends == [AttemptState.CANCELLED, AttemptState.EXPIRED, AttemptState.EXPIRED]


@pytest.mark.parametrize(
    ("taken", "void", "status"),
    [
        ((), False, RequestStatus.UNPAID),
        ((), True, RequestStatus.VOID),
        ((30_00,), False, RequestStatus.PART_PAID),
        ((69_00,), False, RequestStatus.PAID),
        ((69_00, 69_00), False, RequestStatus.OVERPAID),
        ((69_00,), True, RequestStatus.OVERPAID),
    ],
)
def test_what_a_request_comes_to_follows_from_what_was_taken(taken, void, status) -> None:
    assert status_of(Pence(69_00), taken, void=void) is status


def test_a_request_for_nothing_is_paid_only_once_it_was_settled() -> None:
    assert status_of(Pence(0), (), void=False) is RequestStatus.UNPAID
    assert status_of(Pence(0), (Pence(0),), void=False) is RequestStatus.PAID


def test_we_ask_at_two_five_and_fifteen_minutes_then_at_expiry_then_ever_less_often() -> None:
    now, asked = BEGAN, []
    while (pause := next_check(ATTEMPT, now)) is not None:
        now += pause
        asked.append(now - BEGAN)

    minutes = [round(at / timedelta(minutes=1)) for at in asked[:7]]
    assert minutes == [2, 5, 15, 35, 60, 360, 1440]
    assert asked[7:] == [timedelta(days=n) for n in range(2, 31)]


@given(st.timedeltas(timedelta(), timedelta(days=40)))
def test_the_next_question_is_always_ahead_and_never_after_a_month(age) -> None:
    pause = next_check(ATTEMPT, BEGAN + age)

    if age >= timedelta(days=30):
        assert pause is None
    else:
        assert pause is not None
        assert timedelta() < pause <= timedelta(days=1)
        assert age + pause <= timedelta(days=30)
