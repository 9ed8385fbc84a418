"""What each test card does, and that a session is paid once whatever happens."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from portal.sandbox.cards import CARDS, find_card
from portal.sandbox.objects import fee_of
from tests.support.sandbox_server import SandboxServer

Order: TypeAlias = Any  # some calls are wrong on purpose, and the SDK's types would refuse them
EVERYTHING: Any = {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]}


def test_a_paid_session_tells_everything_in_one_fetch(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    session = client.v1.checkout.sessions.create(order)
    sandbox.pay(session.id, card="5555 5555 5555 4444", name="Jo Payer", postcode="SW1A 1AA")
    paid = client.v1.checkout.sessions.retrieve(session.id, EVERYTHING).to_dict()
    intent = paid["payment_intent"]
    charge = intent["latest_charge"]
    assert (paid["status"], paid["payment_status"], paid["url"]) == ("complete", "paid", None)
    assert paid["customer_details"]["name"] == "Jo Payer"
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 20000)
    assert intent["metadata"] == charge["metadata"] == order["metadata"]
    assert intent["statement_descriptor_suffix"] == "SNN"
    assert charge["payment_method_details"]["card"]["last4"] == "4444"
    assert charge["payment_method_details"]["card"]["brand"] == "mastercard"
    row = charge["balance_transaction"]
    assert (row["amount"], row["fee"], row["net"]) == (20000, 320, 19680)
    assert row["source"] == charge["id"]


def test_the_intent_and_the_charge_can_be_fetched_by_themselves(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    session = client.v1.checkout.sessions.create(order)
    sandbox.pay(session.id)
    (intent,) = client.v1.payment_intents.list({"limit": 3}).data
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"
    expand: Any = {"expand": ["payment_intent.payment_method", "refunds"]}
    charge = client.v1.charges.retrieve(str(intent.latest_charge), expand).to_dict()
    assert charge["payment_intent"]["payment_method"]["card"]["last4"] == "4242"
    assert charge["refunds"]["data"] == []
    found = client.v1.checkout.sessions.list({"payment_intent": intent.id}).data
    assert [one.id for one in found] == [session.id]


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        ("4000000000000002", ("card_declined", "generic_decline")),
        ("4000000000009995", ("card_declined", "insufficient_funds")),
        ("4000000000000069", ("expired_card", "expired_card")),
        ("4000000000000127", ("incorrect_cvc", "incorrect_cvc")),
    ],
)
def test_a_declined_payer_may_try_another_card_in_the_same_session(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    order: Order,
    number: str,
    codes: tuple[str, str],
) -> None:
    session = client.v1.checkout.sessions.create(order)
    declined = sandbox.pay(session.id, card=number)
    assert declined["state"] == "declined"
    intent = client.v1.payment_intents.retrieve(
        declined["payment_intent"], {"expand": ["latest_charge"]}
    ).to_dict()
    assert intent["status"] == "requires_payment_method"
    error = intent["last_payment_error"]
    assert (error["code"], error["decline_code"]) == codes
    assert intent["latest_charge"]["status"] == "failed"
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert sandbox.pay(session.id)["payment_intent"] == intent["id"]
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert (sandbox.count("charge.failed"), sandbox.count("charge.succeeded")) == (1, 1)


@pytest.mark.parametrize("number", ["4000002500003155", "4000000000003220", "4000002760003184"])
def test_a_3d_secure_card_waits_for_the_bank(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order, number: str
) -> None:
    session = client.v1.checkout.sessions.create(order)
    asked = sandbox.pay(session.id, card=number)
    assert asked["state"] == "ask_the_bank"
    assert client.v1.payment_intents.retrieve(asked["payment_intent"]).status == "requires_action"
    refused = sandbox.pay(session.id, card=number, authenticate=False)
    intent = client.v1.payment_intents.retrieve(refused["payment_intent"]).to_dict()
    assert intent["status"] == "requires_payment_method"
    assert intent["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    assert sandbox.pay(session.id, card=number, authenticate=True)["state"] == "paid"
    charge = client.v1.checkout.sessions.retrieve(session.id, EVERYTHING).to_dict()
    secure = charge["payment_intent"]["latest_charge"]["payment_method_details"]["card"]
    assert secure["three_d_secure"]["result"] == "authenticated"


def test_an_abandoned_3d_secure_payment_dies_with_its_session(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    session = client.v1.checkout.sessions.create(order)
    asked = sandbox.pay(session.id, card="4000002500003155")
    sandbox.advance(36 * 60)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert client.v1.payment_intents.retrieve(asked["payment_intent"]).status == "canceled"


def test_a_wallet_is_a_card_and_paypal_is_not(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    details: dict[str, Any] = {}
    for method in ("wallet", "paypal"):
        session = client.v1.checkout.sessions.create(order)
        sandbox.pay(session.id, method=method)
        paid = client.v1.checkout.sessions.retrieve(session.id, EVERYTHING).to_dict()
        details[method] = paid["payment_intent"]["latest_charge"]
    wallet = details["wallet"]["payment_method_details"]["card"]["wallet"]
    assert wallet["type"] == "apple_pay"
    assert details["paypal"]["payment_method_details"]["type"] == "paypal"
    assert details["paypal"]["balance_transaction"]["type"] == "payment"
    assert details["paypal"]["balance_transaction"]["reporting_category"] == "charge"


def test_a_way_to_pay_that_was_excluded_is_not_taken(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    order["excluded_payment_method_types"] = ["paypal"]
    session = client.v1.checkout.sessions.create(order)
    assert sandbox.pay(session.id, method="paypal")["state"] == "declined"
    assert sandbox.count("charge.succeeded") == 0


def test_twenty_payers_at_once_pay_a_session_once(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    session = client.v1.checkout.sessions.create(order)
    with ThreadPoolExecutor(20) as pool:
        states = [one["state"] for one in pool.map(sandbox.pay, [session.id] * 20)]
    assert sorted(states) == ["closed"] * 19 + ["paid"]
    assert sandbox.count("charge.succeeded") == 1
    assert sandbox.count("balance_transaction") == 1


def test_a_card_that_is_not_a_test_card_pays_nothing(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    session = client.v1.checkout.sessions.create(order)
    answer = sandbox.control.post(
        f"/_sandbox/sessions/{session.id}/pay", json={"card": "4111111111111111"}
    )
    assert answer.status_code == 422
    assert "4111" not in answer.text
    assert sandbox.count("payment_intent") == 0


@given(st.from_regex(r"\A[0-9 -]{12,23}\Z"))
def test_no_other_number_is_a_test_card(typed: str) -> None:
    digits = "".join(character for character in typed if character.isdigit())
    assert (find_card(typed) is not None) == (digits in {card.number for card in CARDS})


def test_no_two_test_cards_end_alike() -> None:
    assert len({card.last4 for card in CARDS}) == len(CARDS)


@given(st.integers(min_value=30, max_value=99_999_999))
def test_the_fee_is_within_half_a_penny_of_one_and_a_half_per_cent(amount: int) -> None:
    assert abs(fee_of(amount, "card") - 20 - amount * 15 / 1000) <= 0.5
    assert 0 < fee_of(amount, "card") < amount
