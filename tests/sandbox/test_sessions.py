"""Opening, finding and expiring a session through the real SDK."""

import base64
import time
from typing import Any, TypeAlias

import httpx2
import pytest
import stripe

from portal.sandbox.settings import API_VERSION
from tests.sandbox.openapi import problems
from tests.support.sandbox_server import SandboxServer

Order: TypeAlias = Any  # some calls are wrong on purpose, and the SDK's types would refuse them


def refusal(client: stripe.StripeClient, order: Order) -> stripe.InvalidRequestError:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.create(order)
    return caught.value


def test_the_councils_own_call_opens_a_session(client: stripe.StripeClient, order: Order) -> None:
    session = client.v1.checkout.sessions.create(order, {"idempotency_key": "test:at_1:create:1"})
    assert session.status == "open"
    assert session.payment_status == "unpaid"
    assert session.amount_total == 20000
    assert session.client_reference_id == "AT-2026-1"
    assert session.payment_method_types == ["card", "paypal"]
    assert session.payment_intent is None
    assert not session.livemode


def test_the_sandbox_speaks_the_version_the_sdk_pins() -> None:
    assert stripe.api_version == API_VERSION


def test_a_session_gives_its_lines_back(client: stripe.StripeClient, order: Order) -> None:
    order["line_items"].append(
        {
            "quantity": 3,
            "price_data": {
                "currency": "gbp",
                "unit_amount": 250,
                "product_data": {"name": "Extra copy"},
            },
        }
    )
    order["expand"] = ["line_items"]
    session = client.v1.checkout.sessions.create(order)
    assert session.amount_total == 20750
    assert session.line_items is not None
    lines = client.v1.checkout.sessions.line_items.list(session.id, {"limit": 1})
    names = [line.description for line in lines.auto_paging_iter()]
    assert names == ["Street naming: 2 to 10 plots", "Extra copy"]
    assert [line.description for line in session.line_items.data] == names


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        ({"automatic_payment_methods": {"enabled": True}}, "automatic_payment_methods"),
        ({"payment_intent_data": {"currency": "gbp"}}, "payment_intent_data[currency]"),
        ({"payment_intent_data": {"setup_future_usage": "on_session"}}, None),
    ],
)
def test_a_parameter_that_is_not_on_the_list_is_refused_by_name(
    client: stripe.StripeClient, order: Order, change: Order, param: str | None
) -> None:
    error = refusal(client, order | change)
    assert error.code == "parameter_unknown"
    assert param is None or error.param == param
    assert error.http_status == 400


@pytest.mark.parametrize("ui_mode", ["hosted", "embedded_page", "elements"])
def test_only_the_hosted_page_is_offered(
    client: stripe.StripeClient, order: Order, ui_mode: str
) -> None:
    assert refusal(client, order | {"ui_mode": ui_mode}).param == "ui_mode"


@pytest.mark.parametrize("mode", ["setup", "subscription"])
def test_only_one_payment_at_a_time_is_taken(
    client: stripe.StripeClient, order: Order, mode: str
) -> None:
    assert refusal(client, order | {"mode": mode}).param == "mode"


@pytest.mark.parametrize("missing", ["mode", "line_items", "success_url"])
def test_a_call_without_its_essentials_is_refused(
    client: stripe.StripeClient, order: Order, missing: str
) -> None:
    del order[missing]
    error = refusal(client, order)
    assert (error.code, error.param) == ("parameter_missing", missing)


@pytest.mark.parametrize(
    ("price", "code"),
    [
        ({"unit_amount": 29}, "amount_too_small"),
        ({"unit_amount": 45.5}, "parameter_invalid_integer"),
        ({"unit_amount": -500}, "parameter_invalid_integer"),
        ({"currency": "usd"}, None),
    ],
)
def test_money_is_whole_pence_of_at_least_thirty(
    client: stripe.StripeClient, order: Order, price: Order, code: str | None
) -> None:
    order["line_items"][0]["price_data"] |= price
    assert refusal(client, order).code == code


@pytest.mark.parametrize("minutes", [-5, 29, 24 * 60 + 1])
def test_a_session_lives_between_half_an_hour_and_a_day(
    client: stripe.StripeClient, order: Order, minutes: int
) -> None:
    order["expires_at"] = int(time.time()) + minutes * 60
    error: Any = refusal(client, order)
    assert error.param == "expires_at"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"success_url": "javascript:alert(1)"}, "url_invalid"),
        ({"customer_email": "jo"}, "email_invalid"),
        ({"client_reference_id": "x" * 201}, None),
        ({"metadata": {"k" * 41: "v"}}, None),
        ({"metadata": {str(n): "v" for n in range(51)}}, None),
        ({"excluded_payment_method_types": ["card", "paypal"]}, None),
    ],
)
def test_a_value_stripe_would_refuse_is_refused(
    client: stripe.StripeClient, order: Order, change: Order, code: str | None
) -> None:
    error = refusal(client, order | change)
    assert (error.http_status, error.code) == (400, code)


def test_an_unknown_session_is_missing(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.retrieve("cs_test_nobody")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


def test_an_object_is_not_found_under_another_kind(
    client: stripe.StripeClient, order: Order
) -> None:
    session = client.v1.checkout.sessions.create(order)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.retrieve(session.id)


def test_a_property_that_is_not_there_cannot_be_expanded(
    client: stripe.StripeClient, order: Order
) -> None:
    session = client.v1.checkout.sessions.create(order)
    for path in ("customer", "data.line_items", "payment_intent.a.b.c.d"):
        with pytest.raises(stripe.InvalidRequestError, match="expand"):
            client.v1.checkout.sessions.retrieve(session.id, {"expand": [path]})


def test_sessions_are_listed_newest_first_page_by_page(
    client: stripe.StripeClient, order: Order
) -> None:
    made = [client.v1.checkout.sessions.create(order).id for _ in range(5)]
    client.v1.checkout.sessions.expire(made[0])
    since = {"gte": int(time.time()) - 60}
    asked: Any = {"status": "open", "created": since, "limit": 2}
    listed = client.v1.checkout.sessions.list(asked)
    assert listed.has_more
    assert [session.id for session in listed.auto_paging_iter()] == made[:0:-1]
    assert client.v1.checkout.sessions.list({"created": {"lt": since["gte"]}}).data == []


def test_an_open_session_can_be_expired_once(client: stripe.StripeClient, order: Order) -> None:
    session = client.v1.checkout.sessions.create(order)
    assert client.v1.checkout.sessions.expire(session.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError, match="status of expired"):
        client.v1.checkout.sessions.expire(session.id)


def test_a_paid_session_cannot_be_expired(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    session = client.v1.checkout.sessions.create(order)
    sandbox.pay(session.id)
    with pytest.raises(stripe.InvalidRequestError, match="status of complete"):
        client.v1.checkout.sessions.expire(session.id)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_a_session_expires_by_itself_when_its_time_is_up(
    client: stripe.StripeClient, sandbox: SandboxServer, order: Order
) -> None:
    session = client.v1.checkout.sessions.create(order)
    sandbox.advance(36 * 60)
    found = client.v1.checkout.sessions.retrieve(session.id)
    assert (found.status, found.url) == ("expired", None)
    assert sandbox.pay(session.id)["state"] == "closed"


@pytest.mark.parametrize("key", ["sk_test_wrong", "sk_live_portal"])
def test_a_wrong_key_opens_nothing(sandbox: SandboxServer, order: Order, key: str) -> None:
    stranger = stripe.StripeClient(key, base_addresses={"api": sandbox.url})
    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.checkout.sessions.create(order)
    assert sandbox.count("checkout.session.open") == 0


def test_a_call_without_a_key_is_told_so(sandbox: SandboxServer) -> None:
    answer = httpx2.get(f"{sandbox.url}/v1/events", trust_env=False)
    assert answer.status_code == 401
    assert problems(answer.json()) == []


def test_the_key_may_come_as_basic_user_name(sandbox: SandboxServer) -> None:
    user = base64.b64encode(f"{sandbox.api_key}:".encode()).decode()
    for header, status in ((f"Basic {user}", 200), ("Basic ???", 401)):
        answer = sandbox.control.get("/v1/balance", headers={"Authorization": header})
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"mode=payment&mode[x]=1", "application/x-www-form-urlencoded"),
        (b"[[=1", "application/x-www-form-urlencoded"),
        (b"\xff\xfe=1", "application/x-www-form-urlencoded"),
        (b'{"mode": "payment"}', "application/json"),
        (b"a=" + b"x" * 300_000, "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_politely(
    sandbox: SandboxServer, body: bytes, kind: str
) -> None:
    headers = {"Authorization": f"Bearer {sandbox.api_key}", "Content-Type": kind}
    answer = sandbox.control.post("/v1/checkout/sessions", content=body, headers=headers)
    assert answer.status_code in {400, 413}
    assert problems(answer.json()) == []


def test_a_route_we_do_not_have_is_refused_in_stripes_shape(sandbox: SandboxServer) -> None:
    headers = {"Authorization": f"Bearer {sandbox.api_key}"}
    answer = sandbox.control.get("/v1/customers", headers=headers)
    assert answer.status_code == 404
    assert "Unrecognized request URL" in answer.json()["error"]["message"]


def test_the_contract_check_notices_an_invented_or_missing_field(
    client: stripe.StripeClient, order: Order
) -> None:
    session = client.v1.checkout.sessions.create(order).to_dict()
    assert problems(session) == []
    assert problems(session | {"invented": 1})
    assert problems({key: value for key, value in session.items() if key != "payment_status"})
    assert problems(session | {"status": "paid"})
