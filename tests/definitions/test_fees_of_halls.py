"""Halls: £18 an hour, £27 for a business, part of an hour as an hour; £200 as a deposit."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.definitions.pricing import CONTACT, charged, pounds

Day = tuple[int, int]
"""From and until, in minutes of the day."""


def price_list(days: list[Day], who: str, event: str, alcohol: str) -> int:
    hours = 0
    for start, end in days:
        minutes = end - start
        hours += minutes // 60 + (1 if minutes % 60 else 0)
    deposit = 200 if event in ("party", "wedding") or alcohol in ("given", "sold") else 0
    return hours * (27 if who == "business" else 18) + deposit


def clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def answers(days: list[Day], who: str, event: str, alcohol: str) -> dict[str, Any]:
    return {
        "hall": "riverside",
        "event_kind": event,
        "event_about": "A quiz",
        "people": "40",
        "who": who,
        "group_name": "Fenwick Singers",
        "insurance": "insurance.pdf",
        "days": [
            {"day": "2026-12-12", "start_time": clock(start), "end_time": clock(end)}
            for start, end in days
        ],
        "alcohol": alcohol,
        "notice_understood": "yes",
        "extras": ["none"],
        **CONTACT,
    }


DAYS = st.lists(
    st.tuples(st.integers(480, 1379), st.integers(1, 900)).map(
        lambda pair: (pair[0], min(1380, pair[0] + pair[1]))
    ),
    min_size=1,
    max_size=4,
)
WHO = st.sampled_from(["resident", "community", "business"])
EVENTS = st.sampled_from(["party", "wedding", "class", "meeting", "sale", "something-else"])
ALCOHOL = st.sampled_from(["no-alcohol", "given", "sold"])


@settings(max_examples=60, deadline=None)
@given(DAYS, WHO, EVENTS, ALCOHOL)
def test_a_booking_costs_what_the_price_list_says(
    days: list[Day], who: str, event: str, alcohol: str
):
    wanted = price_list(days, who, event, alcohol)
    assert pounds("book-hall", answers(days, who, event, alcohol)) == wanted


def test_hire_is_exempt_from_vat_and_a_deposit_is_no_supply():
    fee = charged("book-hall", answers([(480, 540)], "resident", "party", "no-alcohol"))
    assert [(line.name, line.vat) for line in fee.lines] == [
        ("hire", "exempt"),
        ("deposit", "outside-scope"),
    ]
