"""News reaches the council signed, in spite of refusals and restarts; and goes wrong on request."""

import time
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import stripe

from portal.sandbox.delivery import PAUSES_SECONDS, sign
from portal.sandbox.settings import API_VERSION
from tests.sandbox.openapi import problems
from tests.sandbox.receiver import Receiver
from tests.support.sandbox_server import WEBHOOK_SECRET, SandboxServer, running_sandbox

Order: TypeAlias = Any  # some calls are wrong on purpose, and the SDK's types would refuse them
PAID = ["payment_intent.succeeded", "checkout.session.completed"]


def pay(client: stripe.StripeClient, sandbox: SandboxServer, order: Order, **how: Any) -> str:
    return sandbox.pay(client.v1.checkout.sessions.create(order).id, **how)["session"]


def test_a_payment_is_told_signed_and_in_full(
    client: stripe.StripeClient, sandbox: SandboxServer, receiver: Receiver, order: Order
) -> None:
    session = pay(client, sandbox, order)
    assert receiver.wait_for(2) == PAID
    completed = receiver.taken[1]
    assert completed["data"]["object"]["id"] == session
    assert completed["data"]["object"]["payment_status"] == "paid"
    assert completed["api_version"] == API_VERSION
    assert completed["livemode"] is False
    assert completed["pending_webhooks"] == 1
    assert [problems(event) for event in receiver.taken] == [[], []]
    assert receiver.forged == 0


def test_every_change_is_told(
    client: stripe.StripeClient, sandbox: SandboxServer, receiver: Receiver, order: Order
) -> None:
    session = client.v1.checkout.sessions.create(order)
    sandbox.pay(session.id, card="4000000000000002")
    sandbox.pay(session.id, card="4000000000007726")
    intent = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    client.v1.refunds.create({"payment_intent": str(intent)}, {"idempotency_key": "rf_1"})
    sandbox.advance(31)
    client.v1.checkout.sessions.expire(client.v1.checkout.sessions.create(order).id)
    assert receiver.wait_for(7) == [
        "payment_intent.payment_failed",
        *PAID,
        "refund.created",
        "charge.refunded",
        "refund.updated",
        "checkout.session.expired",
    ]
    assert receiver.taken[3]["request"]["idempotency_key"] == "rf_1"
    assert len({event["id"] for event in receiver.taken}) == 7


def test_a_refund_the_bank_returns_is_told(
    client: stripe.StripeClient, sandbox: SandboxServer, receiver: Receiver, order: Order
) -> None:
    session = pay(client, sandbox, order, card="4000000000005126")
    intent = client.v1.checkout.sessions.retrieve(session).payment_intent
    client.v1.refunds.create({"payment_intent": str(intent)})
    sandbox.advance(31)
    assert receiver.wait_for(6)[4:] == ["refund.updated", "refund.failed"]


def test_a_refused_event_is_posted_again(
    client: stripe.StripeClient, sandbox: SandboxServer, receiver: Receiver, order: Order
) -> None:
    receiver.refusals = 2
    pay(client, sandbox, order)
    assert sorted(receiver.wait_for(2)) == sorted(PAID)
    sandbox.wait_until_posted()
    assert client.v1.events.list({"delivery_success": False}).data == []


def test_events_wait_while_the_council_is_away_and_the_sandbox_restarts(
    tmp_path: Path, receiver: Receiver, order: Order
) -> None:
    receiver.refusals = 1_000_000
    with running_sandbox(tmp_path, webhook_url=receiver.url) as sandbox:
        session = pay(sandbox.stripe_client(), sandbox, order)
        receiver.wait_until_turned_away(2)
    assert receiver.taken == []
    with running_sandbox(tmp_path, webhook_url=receiver.url) as sandbox:
        assert sandbox.state()["webhooks"]["pending"] == 2
        receiver.refusals = 0  # only now: it begins to post as soon as it is up
        sandbox.advance(3600)  # past its next try, however many it has made
        assert sorted(receiver.wait_for(2)) == sorted(PAID)
        client = sandbox.stripe_client()
        assert client.v1.checkout.sessions.retrieve(session).payment_status == "paid"


def test_the_sandbox_gives_up_after_three_days(
    client: stripe.StripeClient, sandbox: SandboxServer, receiver: Receiver, order: Order
) -> None:
    receiver.refusals = 1_000_000
    pay(client, sandbox, order)
    receiver.wait_until_turned_away(2)
    while sandbox.state()["webhooks"]["pending"]:
        # Whenever it looks, it is past the next try: six hours are the longest pause.
        sandbox.advance(21_601)
    assert receiver.turned_away == 2 * (1 + len(PAUSES_SECONDS))
    assert sandbox.state()["webhooks"]["failed"] == 2
    assert len(client.v1.events.list({"delivery_success": False}).data) == 2
    assert 2.8 <= sum(PAUSES_SECONDS) / 86_400 <= 3.2


def test_a_dropped_event_can_still_be_listed(
    client: stripe.StripeClient, sandbox: SandboxServer, receiver: Receiver, order: Order
) -> None:
    sandbox.set_faults(webhooks="drop")
    pay(client, sandbox, order)
    sandbox.lift_faults()
    pay(client, sandbox, order)
    assert receiver.wait_for(2) == PAID
    sandbox.wait_until_posted()
    asked: Any = {
        "types": ["checkout.session.completed", "refund.*"],
        "delivery_success": False,
        "created": {"gte": int(time.time()) - 60},
        "limit": 100,
    }
    (lost,) = list(client.v1.events.list(asked).auto_paging_iter())
    assert lost.id not in {event["id"] for event in receiver.taken}
    assert client.v1.events.retrieve(lost.id).type == "checkout.session.completed"
    delivered = client.v1.events.list({"type": "payment_intent.*", "delivery_success": True})
    assert [event.id for event in delivered.data] == [receiver.taken[0]["id"]]


def test_an_event_may_come_many_times_under_one_id(
    client: stripe.StripeClient, sandbox: SandboxServer, receiver: Receiver, order: Order
) -> None:
    sandbox.set_faults(webhooks="duplicate", times=5)
    pay(client, sandbox, order)
    receiver.wait_for(10)
    assert len({event["id"] for event in receiver.taken}) == 2
    sandbox.lift_faults()
    sandbox.control.post(f"/_sandbox/events/{receiver.taken[0]['id']}/resend")
    assert receiver.wait_for(11)[10] == "payment_intent.succeeded"


def test_an_event_may_come_late(
    client: stripe.StripeClient, sandbox: SandboxServer, receiver: Receiver, order: Order
) -> None:
    sandbox.set_faults(webhooks="delay", delay_seconds=3600)
    late = pay(client, sandbox, order)
    sandbox.lift_faults()
    prompt = pay(client, sandbox, order)
    assert receiver.wait_for(2) == PAID
    assert receiver.taken[1]["data"]["object"]["id"] == prompt
    sandbox.advance(3600)
    assert receiver.wait_for(4)[2:] == PAID
    assert receiver.taken[3]["data"]["object"]["id"] == late


def test_events_may_come_in_the_wrong_order(
    client: stripe.StripeClient, sandbox: SandboxServer, receiver: Receiver, order: Order
) -> None:
    sandbox.set_faults(webhooks="reverse")
    pay(client, sandbox, order)
    assert receiver.wait_for(2) == PAID[::-1]


def test_a_forged_event_does_not_verify_and_the_true_one_follows(
    client: stripe.StripeClient, sandbox: SandboxServer, receiver: Receiver, order: Order
) -> None:
    sandbox.set_faults(webhooks="forge")
    pay(client, sandbox, order)
    receiver.wait_until_forged(2)
    assert receiver.taken == []
    sandbox.lift_faults()
    sandbox.advance(10)
    assert sorted(receiver.wait_for(2)) == sorted(PAID)


def test_a_provider_that_lies_can_be_made(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    session = client.v1.checkout.sessions.create(order)
    sandbox.control.patch(f"/_sandbox/objects/{session.id}", json={"amount_total": 1})
    assert client.v1.checkout.sessions.retrieve(session.id).amount_total == 1
    assert sandbox.control.patch("/_sandbox/objects/nobody", json={}).status_code == 404


def test_a_reset_forgets_everything(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    pay(client, sandbox, order)
    sandbox.advance(9999)
    sandbox.control.post("/_sandbox/reset")
    state = sandbox.state()
    assert abs(state["now"] - time.time()) < 5
    assert not [name for name in state if "." in name or name == "event"]


@pytest.mark.parametrize("secret", ["whsec_other", ""])
def test_our_signature_is_stripes(secret: str) -> None:
    body, now = b'{"object": "event"}', int(time.time())
    ours = sign(body, secret=WEBHOOK_SECRET, at=now)
    signer: Any = stripe.WebhookSignature
    theirs = signer.generate_signature_header(body.decode(), WEBHOOK_SECRET, timestamp=now)
    assert ours == theirs
    assert sign(body, secret=secret, at=now) != ours
