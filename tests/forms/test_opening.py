"""A form opens, closes and is full when its file says so, on the council's clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.forms.opening import ALWAYS, Opening, Standing
from tests.forms.small import findings_of, form_of

PAGE = """
- page: first
  questions:
    - {question: reason, ask: "Why?", type: text}
"""


def opening(written: str) -> Opening:
    return form_of(PAGE, f"open: {written}\n").opening


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_form_that_says_nothing_is_always_open():
    assert form_of(PAGE).opening == ALWAYS
    assert ALWAYS.standing(at("2020-01-01"), 10**9) is Standing.OPEN


def test_days_and_times_are_those_of_the_councils_clock():
    window = opening("{from: 2026-07-01 09:00, until: 2026-07-31}")
    assert window.start == at("2026-07-01T08:00")
    assert window.end == window.grace == at("2026-07-31T23:00")


def test_it_closes_at_a_time_and_what_was_begun_may_be_sent_until_the_day_ends():
    window = opening("{until: 2027-01-31 17:00}")
    noon, evening, night = at("2027-01-31T12:00"), at("2027-01-31T18:00"), at("2027-02-01T00:00")
    assert window.standing(noon) is Standing.OPEN
    assert window.standing(evening) is Standing.CLOSED
    assert window.standing_of_draft(noon, evening) is Standing.OPEN
    assert window.standing_of_draft(evening, evening) is Standing.CLOSED
    assert window.standing_of_draft(noon, night) is Standing.CLOSED


def test_a_grace_of_days_is_kept():
    window = opening("{until: 2027-01-31, grace: 2027-02-07}")
    begun = at("2027-01-30T12:00")
    assert window.standing_of_draft(begun, at("2027-02-07T23:59")) is Standing.OPEN
    assert window.standing_of_draft(begun, at("2027-02-08T00:00")) is Standing.CLOSED


def test_in_the_hour_that_comes_twice_it_opens_early_and_closes_late():
    window = opening("{from: 2026-10-25 01:30, until: 2026-10-25 01:45}")
    assert window.start == at("2026-10-25T00:30")
    assert window.end == at("2026-10-25T01:45")


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("{from: tomorrow}", ["F070"]),
        ("{from: 2026-02-30}", ["F070"]),
        ("{from: 2026-12-01 24:00}", ["F070"]),
        ("{from: 9999-12-31}", ["F070"]),
        ("{until: 2027-03-28 01:30}", ["F071"]),
        ("{from: 2026-12-02, until: 2026-12-01}", ["F072"]),
        ("{until: 2026-12-02, grace: 2026-12-01}", ["F073"]),
        ("{from: 2026-12-02, grace: 2026-12-01}", ["F074"]),
        ("{at_most: 0}", ["F075"]),
        ("{at_most: many}", ["F007"]),
        ("{closed: Come back}", ["F076"]),
        ("{}", ["F076"]),
        ("[2026-12-01]", ["F001"]),
    ],
)
def test_a_window_that_cannot_be_is_refused(written: str, codes: list[str]):
    assert [finding.code for finding in findings_of(PAGE, f"open: {written}\n")] == codes


FIRST, LAST = (datetime.fromisoformat(day) for day in ("2026-01-01", "2028-01-01"))
MOMENTS = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
SPANS = st.timedeltas(timedelta(seconds=1), timedelta(days=400))


@settings(deadline=None)
@given(MOMENTS, SPANS, SPANS, MOMENTS, MOMENTS, st.integers(0, 20), st.integers(1, 20))
def test_who_could_begin_then_and_can_send_now_is_within_the_window(
    start: datetime,
    span: timedelta,
    grace: timedelta,
    begun: datetime,
    now: datetime,
    taken: int,
    at_most: int,
):
    window = Opening(start, start + span, start + span + grace, at_most)
    may_send = window.standing_of_draft(begun, now, taken) is Standing.OPEN
    assert may_send == (
        start <= now < start + span + grace and begun < start + span and taken < at_most
    )
    if window.standing(now, taken) is Standing.OPEN:
        assert window.standing_of_draft(now, now, taken) is Standing.OPEN
