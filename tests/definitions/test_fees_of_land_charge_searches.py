"""Searches: the council's charges without VAT, and VAT of 20 % on all but LLC1."""

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.definitions.pricing import CONTACT, charged

FORM = "local-land-charge-search"


def price_list(
    kind: str, parcels: int, searches: list[str], enquiries: list[str], questions: int
) -> Decimal:
    """Pounds, VAT and all."""
    llc1 = net = Decimal(0)
    if "llc1" in searches:
        llc1 = Decimal(23) + 5 * parcels
    if "con29" in searches:
        net += Decimal("121.50") if kind == "residential" else Decimal("196.50")
        net += Decimal("25.50") * parcels + Decimal(25) * questions
    if "con29o" in searches:
        net += sum(Decimal(28) if e == "q22" else Decimal("19.50") for e in enquiries)
    return llc1 + net * Decimal("1.2")


def answers(
    kind: str, parcels: int, searches: list[str], enquiries: list[str], questions: int
) -> dict[str, Any]:
    return {
        "property": "999000000001",
        "property_kind": kind,
        "plan": "plan.pdf",
        "is_several": "yes" if parcels else "no",
        "parcels": [{"parcel": f"Garage {n}"} for n in range(parcels)],
        "searches": searches,
        "enquiries": enquiries,
        "has_questions": "yes" if questions else "no",
        "own_questions": [{"own_question": f"Question {n}?"} for n in range(questions)],
        "acting": "no",
        **CONTACT,
    }


SEARCHES = st.lists(
    st.sampled_from(["llc1", "con29", "con29o"]), min_size=1, max_size=3, unique=True
)
ENQUIRIES = st.lists(
    st.sampled_from([f"q{n}" for n in range(4, 23)]), min_size=1, max_size=19, unique=True
)
KINDS = st.sampled_from(["residential", "commercial"])


@settings(max_examples=60, deadline=None)
@given(KINDS, st.integers(0, 5), SEARCHES, ENQUIRIES, st.integers(0, 4))
def test_a_search_costs_what_the_price_list_says(
    kind: str, parcels: int, searches: list[str], enquiries: list[str], questions: int
):
    of = (kind, parcels, searches, enquiries, questions)
    fee = charged(FORM, answers(*of))
    assert Decimal(fee.total) / 100 == price_list(*of)
    assert all((line.vat == "outside-scope") == ("llc1" in line.name) for line in fee.lines)
