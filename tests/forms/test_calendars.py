"""Nobody is ever offered an appointment that is full, closed, too soon or too far away."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.core.bank_holidays import bank_holidays
from portal.core.dates import LONDON, add_working_days, council_day
from portal.forms.calendar_parsing import parse_calendars
from portal.forms.calendars import (
    WHOLE_DAY,
    Calendar,
    FreeSlot,
    OpenDay,
    Slot,
    Span,
    free_slots,
    is_free,
    nothing_taken,
)

HOLIDAYS = bank_holidays()
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 3 * 365 * 24 * 60).map(lambda n: FIRST + timedelta(minutes=n))
days = st.integers(0, 200).map(lambda n: date(2026, 1, 1) + timedelta(days=n))
spans = st.builds(
    lambda count, unit: Span(count * 60 if unit == "minutes" else count, unit),
    st.integers(0, 10),
    st.sampled_from(["working days", "days", "minutes"]),
)
capacities = st.integers(1, 4)
whole = st.builds(OpenDay, st.just((WHOLE_DAY,)), capacities)
timed = st.builds(OpenDay, st.just((9 * 60, 9 * 60 + 30, 13 * 60)), capacities)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    opened, minutes = draw(st.sampled_from([(whole, 0), (timed, 30)]))
    closed = draw(st.lists(st.tuples(days, st.integers(0, 9)), max_size=4))
    return Calendar(
        name="any",
        minutes=minutes,
        week=draw(st.dictionaries(st.integers(0, 6), opened)),
        horizon=draw(st.integers(1, 90)),
        notice=draw(spans),
        change=draw(spans),
        closed=tuple((first, first + timedelta(days=more)) for first, more in closed),
        extra=draw(st.dictionaries(days, opened, max_size=3)),
        works_on_bank_holidays=draw(st.booleans()),
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(calendars(), moments)
def test_what_is_offered_is_open_and_not_full(calendar: Calendar, now: datetime):
    everything = free_slots(calendar, {}, now, HOLIDAYS)
    taken = Counter(
        each.slot for number, each in enumerate(everything) for _ in range(number % (each.left + 2))
    )
    offered = free_slots(calendar, taken, now, HOLIDAYS)
    assert [each.slot for each in offered] == sorted(each.slot for each in offered)
    for each in offered:
        capacity = calendar.capacity(each.slot, HOLIDAYS)
        assert each.left > 0
        assert taken[each.slot] + each.left == capacity
    gone = {each.slot for each in everything} - {each.slot for each in offered}
    assert all(taken[slot] >= calendar.capacity(slot, HOLIDAYS) for slot in gone)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(calendars(), moments)
def test_what_is_offered_is_neither_closed_nor_too_soon_nor_too_far(
    calendar: Calendar, now: datetime
):
    today = council_day(now)
    for each in free_slots(calendar, {}, now, HOLIDAYS):
        day = each.slot.day
        assert today <= day <= today + timedelta(days=calendar.horizon)
        if day not in calendar.extra:
            assert not any(first <= day <= last for first, last in calendar.closed)
            assert calendar.works_on_bank_holidays or day not in HOLIDAYS
            assert day.weekday() in calendar.week
        if each.slot.start != WHOLE_DAY:
            assert each.slot.begins > now
        count = calendar.notice.count
        if calendar.notice.unit == "working days":
            assert day >= add_working_days(today, count, HOLIDAYS)
        elif calendar.notice.unit == "days":
            assert (day - today).days >= count
        else:
            assert each.slot.begins - now >= timedelta(minutes=count)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(calendars(), moments)
def test_taking_every_place_one_after_another_ends_with_nothing_and_never_overbooks(
    calendar: Calendar, now: datetime
):
    short = Calendar(
        name="short", minutes=calendar.minutes, week=calendar.week, horizon=7, extra=calendar.extra
    )
    taken: Counter[Slot] = Counter()
    while offered := free_slots(short, taken, now, HOLIDAYS):
        taken[offered[0].slot] += 1
    assert all(many == short.capacity(slot, HOLIDAYS) for slot, many in taken.items())


def test_a_slot_in_summer_begins_an_hour_earlier_by_universal_time():
    assert Slot(date(2026, 7, 1), 9 * 60).begins == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert Slot(date(2026, 12, 1), 9 * 60).begins == datetime(2026, 12, 1, 9, tzinfo=UTC)


def test_a_booking_may_change_until_its_time_and_not_after():
    calendar = Calendar("c", 30, {}, 60, change=Span(24 * 60, "minutes"))
    slot = Slot(date(2026, 12, 3), 9 * 60)
    assert calendar.may_change(slot, datetime(2026, 12, 2, 9, tzinfo=UTC), HOLIDAYS)
    assert not calendar.may_change(slot, datetime(2026, 12, 2, 9, 1, tzinfo=UTC), HOLIDAYS)
    no_limit = Calendar("c", 0, {}, 60)
    midnight = datetime(2026, 12, 3, tzinfo=LONDON)
    assert no_limit.may_change(Slot(date(2026, 12, 3)), midnight - timedelta(minutes=1), HOLIDAYS)
    assert not no_limit.may_change(Slot(date(2026, 12, 3)), midnight, HOLIDAYS)


ROUNDS = """\
languages: [en, cy]
calendars:
  rounds:
    label: {en: Rounds, cy: Rowndiau}
    slot: whole day
    open: {monday to thursday: all day, friday: all day}
    capacity: {monday to thursday: 2, friday: 1}
    notice: 2 days
    horizon: 3 weeks
    closed: [2026-12-24]
    extra:
      - {on: 2026-12-25, open: all day, capacity: 3}
    if_cancelled: {en: Ring us., cy: Ffoniwch ni.}
  visits:
    label: {en: Visits, cy: Ymweliadau}
    slot: 45 minutes
    open: {tuesday: "09:00 to 11:00, 13:00 to 13:45"}
    capacity: 1
    horizon: 30 days
"""


def test_a_file_of_calendars_reads_as_it_is_written():
    found = parse_calendars(ROUNDS)
    assert found.findings == ()
    rounds, visits = found.by_name["rounds"], found.by_name["visits"]
    assert rounds.label("cy") == "Rowndiau"
    assert rounds.about_money("en") == "Ring us."
    free = free_slots(rounds, {}, datetime(2026, 12, 22, 12, tzinfo=UTC), HOLIDAYS)
    # Closed on the 24th; the 25th is an extra day although it is a bank holiday, as is the 28th.
    assert free[:3] == (
        FreeSlot(Slot(date(2026, 12, 25)), 3),
        FreeSlot(Slot(date(2026, 12, 29)), 2),
        FreeSlot(Slot(date(2026, 12, 30)), 2),
    )
    assert visits.week[1].starts == (540, 585, 780)
    assert visits.hold == timedelta(minutes=30)


def test_a_slip_in_one_calendar_takes_no_other_down():
    found = parse_calendars(ROUNDS.replace("slot: 45 minutes", "slot: 45 minuets"))
    assert set(found.by_name) == {"rounds"}
    assert found.names == ("rounds", "visits")
    assert [f.code for f in found.findings] == ["A002", "A005"]


@pytest.mark.parametrize("text", ["", "calendars:\n", "hello", "- a", "calendars: [", "a: {b: c}"])
def test_a_file_that_has_no_calendars_offers_none(text: str):
    assert parse_calendars(text).by_name == {}


def test_in_an_example_nobody_has_taken_anything():
    free = nothing_taken(parse_calendars(ROUNDS).by_name, date(2026, 11, 24), HOLIDAYS)
    assert free("no-such-calendar", "q") is None
    assert is_free(Slot(date(2026, 11, 26)), free("rounds", "q"))
    assert not is_free(Slot(date(2026, 11, 28)), free("rounds", "q"))
