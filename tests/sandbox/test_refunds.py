"""Giving money back: never more than is left, at once, later, or returned by the bank."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.sandbox.cards import find_card
from portal.sandbox.errors import ApiError
from portal.sandbox.money_objects import balance
from portal.sandbox.objects import fee_of
from portal.sandbox.refunding import finish_refund, give_back
from portal.sandbox.store import Store
from portal.sandbox.taking import Payer, attempt, open_session
from tests.support.sandbox_server import SandboxServer

Order: TypeAlias = Any  # some calls are wrong on purpose, and the SDK's types would refuse them


@pytest.fixture
def intent(client: stripe.StripeClient, sandbox: SandboxServer, order: Order) -> str:
    return sandbox.pay(client.v1.checkout.sessions.create(order).id)["payment_intent"]


def test_a_payment_goes_back_in_parts_and_no_further(
    client: stripe.StripeClient, intent: str
) -> None:
    notes = {"refund_id": "rf_1"}
    reason = "requested_by_customer"
    first = client.v1.refunds.create(
        {"payment_intent": intent, "amount": 2000, "reason": reason, "metadata": notes}
    )
    assert (first.status, first.amount, first.to_dict()["metadata"]) == ("succeeded", 2000, notes)
    with pytest.raises(stripe.InvalidRequestError, match=r"£180\.01.*£180\.00"):
        client.v1.refunds.create({"payment_intent": intent, "amount": 18001})
    rest = client.v1.refunds.create({"payment_intent": intent, "expand": ["charge"]}).to_dict()
    assert rest["amount"] == 18000
    assert (rest["charge"]["amount_refunded"], rest["charge"]["refunded"]) == (20000, True)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"charge": rest["charge"]["id"]})
    assert caught.value.code == "charge_already_refunded"


def test_refunds_are_found_by_what_they_give_back(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order, intent: str
) -> None:
    other = sandbox.pay(client.v1.checkout.sessions.create(order).id)["payment_intent"]
    wanted = client.v1.refunds.create({"payment_intent": intent, "amount": 100})
    client.v1.refunds.create({"payment_intent": other, "amount": 200})
    asked: Any = {"payment_intent": intent, "expand": ["data.balance_transaction"]}
    (found,) = client.v1.refunds.list(asked).to_dict()["data"]
    assert found["id"] == wanted.id
    assert found["balance_transaction"]["net"] == -100
    assert client.v1.refunds.retrieve(wanted.id).amount == 100


@pytest.mark.parametrize("parameters", [{}, {"payment_intent": "pi_nobody"}, {"amount": 5}])
def test_a_refund_of_nothing_known_is_refused(
    client: stripe.StripeClient, parameters: Order
) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create(parameters)


def test_a_declined_payment_has_nothing_to_give_back(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    session = client.v1.checkout.sessions.create(order)
    declined = sandbox.pay(session.id, card="4000000000000002")
    with pytest.raises(stripe.InvalidRequestError, match="successful charge"):
        client.v1.refunds.create({"payment_intent": declined["payment_intent"]})


def test_ten_refunds_at_once_give_back_no_more_than_was_paid(
    client: stripe.StripeClient, sandbox: SandboxServer, intent: str
) -> None:
    def give(_: int) -> int:
        try:
            return client.v1.refunds.create({"payment_intent": intent, "amount": 3000}).amount
        except stripe.InvalidRequestError:
            return 0

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(give, range(10))) == 18000
    assert sandbox.count("refund.succeeded") == 6


def test_some_banks_take_their_time(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    session = client.v1.checkout.sessions.create(order)
    paid = sandbox.pay(session.id, card="4000000000007726")
    refund = client.v1.refunds.create({"payment_intent": paid["payment_intent"]})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": paid["payment_intent"]})
    sandbox.advance(31)
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_a_refund_the_bank_returns_can_be_given_again(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    session = client.v1.checkout.sessions.create(order)
    paid = sandbox.pay(session.id, card="4000000000005126")
    refund = client.v1.refunds.create({"payment_intent": paid["payment_intent"]})
    assert refund.status == "succeeded"
    sandbox.advance(31)
    expand: Any = {"expand": ["failure_balance_transaction", "charge"]}
    returned = client.v1.refunds.retrieve(refund.id, expand).to_dict()
    assert (returned["status"], returned["failure_reason"]) == (
        "failed",
        "expired_or_canceled_card",
    )
    assert returned["failure_balance_transaction"]["net"] == 20000
    assert (returned["charge"]["amount_refunded"], returned["charge"]["refunded"]) == (0, False)
    again = client.v1.refunds.create({"payment_intent": paid["payment_intent"]})
    assert again.amount == 20000


def test_a_demonstration_can_return_any_refund(
    client: stripe.StripeClient, sandbox: SandboxServer, intent: str
) -> None:
    refund = client.v1.refunds.create({"payment_intent": intent, "amount": 500})
    for _ in range(2):
        sandbox.control.post(f"/_sandbox/refunds/{refund.id}/become", json={"status": "failed"})
    assert client.v1.refunds.retrieve(refund.id).status == "failed"
    assert client.v1.balance.retrieve().pending[0].amount == 19680


def test_the_providers_ledger_lists_every_movement_with_its_source(
    client: stripe.StripeClient, sandbox: SandboxServer, intent: str
) -> None:
    client.v1.refunds.create({"payment_intent": intent, "amount": 500})
    asked: Any = {"expand": ["data.source"], "limit": 100}
    rows = client.v1.balance_transactions.list(asked).to_dict()["data"]
    assert [(row["type"], row["source"]["object"], row["net"]) for row in rows] == [
        ("refund", "refund", -500),
        ("charge", "charge", 19680),
    ]
    one = client.v1.balance_transactions.retrieve(rows[0]["id"])
    assert one.status == "pending"
    only = client.v1.balance_transactions.list({"type": "charge", "currency": "gbp"}).data
    assert [row.amount for row in only] == [20000]
    sandbox.advance(2 * 24 * 60 * 60)
    assert client.v1.balance_transactions.retrieve(one.id).status == "available"
    money = client.v1.balance.retrieve()
    assert (money.available[0].amount, money.pending[0].amount) == (19180, 0)


@settings(max_examples=40, deadline=None)
@given(
    paid=st.integers(30, 100_000),
    deeds=st.lists(
        st.tuples(st.integers(1, 60_000), st.sampled_from(["succeeded", "failed"])), max_size=8
    ),
)
def test_whatever_is_refunded_and_returned_the_books_balance(
    tmp_path_factory: pytest.TempPathFactory, paid: int, deeds: list[tuple[int, str]]
) -> None:
    store = Store(tmp_path_factory.mktemp("books"), listening=False)
    line = {
        "price_data": {
            "currency": "gbp",
            "unit_amount": paid,
            "product_data": {"name": "A fee"},
        }
    }
    parameters = {"line_items": [line], "success_url": "https://council.example/"}
    with store.transaction() as records:
        session = open_session(records, parameters, public_url="http://sandbox.example")
        card = find_card("4242424242424242")
        intent = attempt(records, session["id"], Payer(card)).session["payment_intent"]
        given_back = 0
        for amount, fate in deeds:
            try:
                refund = give_back(records, {"payment_intent": intent, "amount": amount})
            except ApiError:
                assert amount > paid - given_back
                continue
            finish_refund(records, refund["id"], status=fate)
            given_back += amount if fate == "succeeded" else 0
        (charge,) = records.every("charge")
        money = balance(records.every("balance_transaction"), now=records.now)
    store.close()
    assert charge["amount_refunded"] == given_back <= paid
    assert money["pending"][0]["amount"] == paid - fee_of(paid, "card") - given_back
