"""Premises licences: the Licensing Act 2003 (Fees) Regulations 2005, read from the instrument."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.definitions.pricing import charged, pounds

FORM = "premises-licence-new"
ALCOHOL_OR_FOOD = ["alcohol-on", "alcohol-off", "late-food"]
ENTERTAINMENT = [
    "plays",
    "films",
    "indoor-sport",
    "boxing",
    "live-music",
    "recorded-music",
    "dance",
]


def regulations(
    rateable_value: int | str,
    activities: list[str],
    people: int,
    *,
    mainly: bool,
    built: bool,
    hall: bool,
) -> int:
    """Pounds. A rateable value, "none" or "building"."""
    if hall and not set(activities) & set(ALCOHOL_OR_FOOD):
        return 0  # regulation 9
    schedule_1 = [(4_300, "A"), (33_000, "B"), (87_000, "C"), (125_000, "D")]
    if isinstance(rateable_value, str):
        band = "C" if rateable_value == "building" else "A"
    else:
        band = next((b for top, b in schedule_1 if rateable_value <= top), "E")
    fee = {"A": 100, "B": 190, "C": 315, "D": 450, "E": 635}[band]
    if mainly and "alcohol-on" in activities:
        fee *= {"D": 2, "E": 3}.get(band, 1)
    schedule_3 = [
        (5_000, 1_000), (10_000, 2_000), (15_000, 4_000), (20_000, 8_000), (30_000, 16_000),
        (40_000, 24_000), (50_000, 32_000), (60_000, 40_000), (70_000, 48_000), (80_000, 56_000),
        (90_000, 64_000),
    ]  # fmt: skip
    more = [pay for least, pay in schedule_3 if people >= least]
    return fee + (more[-1] if more and not built else 0)


def answers(
    rateable_value: int | str,
    activities: list[str],
    people: int,
    *,
    mainly: bool,
    built: bool,
    hall: bool,
) -> dict[str, Any]:
    named = isinstance(rateable_value, str)
    day = {"time_days": ["friday"], "time_from": "10am", "time_until": "11pm"}
    return {
        "activities": activities,
        "premises": "999000000001",
        "premises_name": "The Example Arms",
        "premises_about": "A pub",
        "free_hall": "hall" if hall else "not-free",
        "rated": {"none": "not-rated", "building": "being-built"}.get(str(rateable_value), "rated"),
        **({} if named else {"rateable_value": str(rateable_value)}),
        "mainly_alcohol": "yes" if mainly else "no",
        "people": str(people),
        "purpose_built": "yes" if built else "no",
        "times": [{"time_activity": each, **day} for each in (*activities, "open")],
        "applicant": "company",
        "organisation": "Example Inns Ltd",
        "supervisor": "Sam Sample",
        "supervisor_address": "999000000002",
        "supervisor_licence": "HM/PL/0042",
        "supervisor_council": "Harrowmere",
        "supervisor_consent": "consent.pdf",
        "plan": "plan.pdf",
        "against_crime": "CCTV",
        "public_safety": "Counting",
        "against_nuisance": "Quiet",
        "for_children": "Challenge 25",
        "notice_understood": "yes",
        "your_name": "Ann Example",
        "your_address": "999000000002",
        "email": "ann@example.test",
        "phone": "01632 960 001",
    }


EDGES = [0, 4_300, 4_301, 33_000, 33_001, 87_000, 87_001, 125_000, 125_001]
VALUES = st.sampled_from([*EDGES, "none", "building"]) | st.integers(0, 300_000)
CROWDS = st.sampled_from([1, 4_999, 5_000, 9_999, 10_000, 89_999, 90_000]) | st.integers(1, 99_999)
ACTIVITIES = st.lists(
    st.sampled_from(ALCOHOL_OR_FOOD + ENTERTAINMENT), min_size=1, max_size=3, unique=True
)


@settings(max_examples=60, deadline=None)
@given(VALUES, ACTIVITIES, CROWDS, st.booleans(), st.booleans(), st.booleans())
def test_a_licence_costs_what_the_regulations_say(
    value: int | str, activities: list[str], people: int, mainly: bool, built: bool, hall: bool
):
    of = {"mainly": mainly, "built": built, "hall": hall}
    wanted = regulations(value, activities, people, **of)
    assert pounds(FORM, answers(value, activities, people, **of)) == wanted


@pytest.mark.parametrize("value", EDGES)
@pytest.mark.parametrize("mainly", [False, True])
def test_every_edge_of_every_band_is_as_the_regulations_say(value: int, mainly: bool):
    of = {"mainly": mainly, "built": False, "hall": False}
    wanted = regulations(value, ["alcohol-on"], 100, **of)
    assert pounds(FORM, answers(value, ["alcohol-on"], 100, **of)) == wanted


def test_a_licence_has_no_vat():
    fee = charged(FORM, answers(200_000, ["films"], 5_000, mainly=False, built=False, hall=False))
    assert {line.vat for line in fee.lines} == {"outside-scope"}
