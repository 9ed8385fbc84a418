"""Bulky waste: £45 for up to 3 items, £12 for each after that, £30 a fridge; half on benefits."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.definitions.pricing import CONTACT, pounds

KINDS = ["sofa", "mattress", "wardrobe", "fridge"]


def price_list(basket: list[tuple[str, int]], *, benefits: bool) -> float:
    fridges = sum(count for kind, count in basket if kind == "fridge")
    others = sum(count for kind, count in basket if kind != "fridge")
    whole = 30 * fridges
    if others:
        whole += 45 + 12 * max(0, others - 3)
    return whole / 2 if benefits else whole


def answers(basket: list[tuple[str, int]], *, benefits: bool) -> dict[str, Any]:
    return {
        "property": "999000000001",
        "whose": "home",
        "items": [{"item_kind": kind, "how_many": str(count)} for kind, count in basket],
        "fridge_ready": "yes",
        "left_at": "front",
        "preferred_day": "2026-12-03",
        "benefit": "universal-credit" if benefits else "no-benefit",
        "benefit_letter": "letter.jpg",
        **CONTACT,
    }


BASKETS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(1, 10)), min_size=1, max_size=6
).filter(lambda basket: sum(count for _, count in basket) <= 10)


@settings(max_examples=60, deadline=None)
@given(BASKETS, st.booleans())
def test_a_basket_costs_what_the_price_list_says(basket: list[tuple[str, int]], benefits: bool):
    wanted = price_list(basket, benefits=benefits)
    assert pounds("bulky-waste-collection", answers(basket, benefits=benefits)) == wanted


def test_every_number_of_items_costs_what_the_price_list_says():
    for count in range(1, 11):
        for kind in ("sofa", "fridge"):
            for benefits in (False, True):
                basket = [(kind, count)]
                got = pounds("bulky-waste-collection", answers(basket, benefits=benefits))
                assert got == price_list(basket, benefits=benefits), (kind, count, benefits)
