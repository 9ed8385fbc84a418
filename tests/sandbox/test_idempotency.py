"""One key, one deed: repeated, altered, concurrent, after a fault and after a day."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import httpx2
import pytest
import stripe

from tests.support.sandbox_server import SandboxServer

Order: TypeAlias = Any  # some calls are wrong on purpose, and the SDK's types would refuse them
CREATE = {"route": "/v1/checkout/sessions", "method": "POST"}


def test_the_same_call_with_the_same_key_opens_one_session(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    first = client.v1.checkout.sessions.create(order, {"idempotency_key": "one"})
    again = client.v1.checkout.sessions.create(order, {"idempotency_key": "one"})
    assert again.to_dict() == first.to_dict()
    assert again.last_response is not None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert first.last_response is not None
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert sandbox.count("checkout.session.open") == 1


def test_the_repeated_answer_is_the_first_even_when_the_session_has_moved_on(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    session = client.v1.checkout.sessions.create(order, {"idempotency_key": "one"})
    sandbox.pay(session.id)
    again = client.v1.checkout.sessions.create(order, {"idempotency_key": "one"})
    assert (again.id, again.status) == (session.id, "open")


@pytest.mark.parametrize("change", [{"expires_at": 60}, {"client_reference_id": "other"}])
def test_a_key_cannot_be_used_for_other_parameters(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order, change: Order
) -> None:
    client.v1.checkout.sessions.create(order, {"idempotency_key": "one"})
    altered: Any = order | change
    altered["expires_at"] += order["expires_at"] if "expires_at" in change else 0
    with pytest.raises(stripe.IdempotencyError) as caught:
        client.v1.checkout.sessions.create(altered, {"idempotency_key": "one"})
    assert caught.value.http_status == 400
    assert sandbox.count("checkout.session.open") == 1


def test_a_key_cannot_be_used_at_another_address(client: stripe.StripeClient, order: Order) -> None:
    session = client.v1.checkout.sessions.create(order, {"idempotency_key": "one"})
    with pytest.raises(stripe.IdempotencyError, match="endpoint"):
        client.v1.checkout.sessions.expire(session.id, {}, {"idempotency_key": "one"})


def test_a_call_with_wrong_parameters_does_not_use_its_key_up(
    client: stripe.StripeClient, order: Order
) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.create(order | {"mode": "no"}, {"idempotency_key": "one"})
    assert client.v1.checkout.sessions.create(order, {"idempotency_key": "one"}).status == "open"


def test_a_refused_deed_stays_refused_under_its_key(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    session = client.v1.checkout.sessions.create(order)
    paid = sandbox.pay(session.id)
    call: Any = {"payment_intent": paid["payment_intent"], "amount": 20001}
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError, match="greater than"):
            client.v1.refunds.create(call, {"idempotency_key": "r"})


def test_a_key_still_in_use_answers_409_and_the_first_call_is_done_once(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    sandbox.set_faults(next_response=CREATE | {"action": "slow", "seconds": 0.6})

    def create(_: int) -> str:
        try:
            return client.v1.checkout.sessions.create(order, {"idempotency_key": "one"}).id
        except stripe.APIError as error:  # the SDK has no class of its own for a 409
            body: Any = error.json_body
            return f"{error.http_status} {body['error']['code']}"

    with ThreadPoolExecutor(2) as pool:
        busy, done = sorted(pool.map(create, range(2)))
    assert (busy, create(0)) == ("409 idempotency_key_in_use", done)
    assert sandbox.count("checkout.session.open") == 1


def test_a_key_is_forgotten_after_a_day(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    del order["expires_at"]
    first = client.v1.checkout.sessions.create(order, {"idempotency_key": "one"})
    sandbox.advance(24 * 60 * 60 + 1)
    assert client.v1.checkout.sessions.create(order, {"idempotency_key": "one"}).id != first.id


@pytest.mark.parametrize("retries", [0, 2])
def test_a_lost_answer_leaves_one_session(
    sandbox: SandboxServer, order: Order, retries: int
) -> None:
    client = sandbox.stripe_client(retries=retries)
    sandbox.set_faults(next_response=CREATE | {"action": "drop_reply"})
    if retries == 0:
        with pytest.raises(stripe.APIConnectionError):
            client.v1.checkout.sessions.create(order, {"idempotency_key": "one"})
    session = client.v1.checkout.sessions.create(order, {"idempotency_key": "one"})
    assert session.last_response is not None
    assert session.last_response.headers["Idempotent-Replayed"] == "true"
    assert sandbox.count("checkout.session.open") == 1


def test_a_call_that_never_arrived_is_done_by_the_retry(
    sandbox: SandboxServer, order: Order
) -> None:
    client = sandbox.stripe_client(timeout=0.3)
    sandbox.set_faults(next_response=CREATE | {"action": "timeout", "seconds": 0.6})
    with pytest.raises(stripe.APIConnectionError):
        client.v1.checkout.sessions.create(order, {"idempotency_key": "one"})
    assert sandbox.count("checkout.session.open") == 0
    client.v1.checkout.sessions.create(order, {"idempotency_key": "one"})
    assert sandbox.count("checkout.session.open") == 1


def test_a_500_may_be_followed_by_success_or_be_kept_for_a_day(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    sandbox.set_faults(next_response=CREATE | {"action": "http_500", "times": 2})
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            sandbox.stripe_client().v1.checkout.sessions.create(order, {"idempotency_key": "a"})
    assert client.v1.checkout.sessions.create(order, {"idempotency_key": "a"}).status == "open"
    sandbox.set_faults(next_response=CREATE | {"action": "stored_500"})
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            client.v1.checkout.sessions.create(order, {"idempotency_key": "b"})
    assert client.v1.checkout.sessions.create(order, {"idempotency_key": "c"}).status == "open"
    assert sandbox.count("checkout.session.open") == 2


def test_too_many_requests_are_turned_away_and_nothing_is_done(
    sandbox: SandboxServer, order: Order
) -> None:
    sandbox.set_faults(next_response=CREATE | {"action": "http_429"})
    with pytest.raises(stripe.RateLimitError):
        sandbox.stripe_client().v1.checkout.sessions.create(order)
    assert sandbox.count("checkout.session.open") == 0


def test_a_fault_strikes_only_where_it_was_set(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    sandbox.set_faults(next_response={"route": "/v1/refunds", "action": "http_500"})
    client.v1.checkout.sessions.create(order)
    sandbox.lift_faults()
    assert client.v1.refunds.list().data == []


def test_a_fault_that_does_not_exist_is_refused(sandbox: SandboxServer) -> None:
    with pytest.raises(httpx2.HTTPStatusError):
        sandbox.set_faults(webhooks="explode")


def test_an_overlong_key_is_refused(client: stripe.StripeClient, order: Order) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.create(order, {"idempotency_key": "k" * 256})
