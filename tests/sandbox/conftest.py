"""A running sandbox, the real SDK pointed at it, and every answer checked against Stripe's spec."""

import json
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.sandbox.openapi import problems
from tests.sandbox.receiver import Receiver, running_receiver
from tests.support.sandbox_server import SandboxServer, running_sandbox


class CheckedClient(stripe.RequestsClient):
    """The SDK's own HTTP client, holding every answer against the OpenAPI description."""

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        parent: Any = super()
        content, status, answer_headers = parent.request(method, url, headers, post_data)
        wrong = problems(json.loads(content))
        assert not wrong, f"{method} {url} is off the contract: {wrong}"
        assert answer_headers["Request-Id"].startswith("req_")
        return content, status, answer_headers


@pytest.fixture
def receiver() -> Generator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, receiver: Receiver) -> Generator[SandboxServer]:
    with running_sandbox(tmp_path / "sandbox", webhook_url=receiver.url) as running:
        yield running


@pytest.fixture
def client(sandbox: SandboxServer) -> stripe.StripeClient:
    return stripe.StripeClient(
        sandbox.api_key,
        http_client=CheckedClient(timeout=10),
        base_addresses={"api": sandbox.url},
    )


@pytest.fixture
def order() -> Any:
    """The create call of the payments design (section 2.8), to the letter."""
    notes = {"attempt_id": "at_1", "request_ref": "PAY-1", "form": "snn", "env": "test"}
    product = {
        "name": "Street naming: 2 to 10 plots",
        "metadata": {"fee_code": "SNN-2-10", "gl": "GIS-4412"},
    }
    price = {
        "currency": "gbp",
        "unit_amount": 20000,
        "tax_behavior": "inclusive",
        "product_data": product,
    }
    return {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "submit_type": "pay",
        "locale": "en-GB",
        "success_url": "https://council.example/pay/return/x?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://council.example/pay/x",
        "expires_at": int(time.time()) + 35 * 60,
        "client_reference_id": "AT-2026-1",
        "customer_email": "jo@example.com",
        "customer_creation": "if_required",
        "line_items": [{"quantity": 1, "price_data": price}],
        "payment_intent_data": {
            "description": "Street naming",
            "statement_descriptor_suffix": "SNN",
            "metadata": notes,
        },
        "metadata": notes,
        "adaptive_pricing": {"enabled": False},
        "allow_promotion_codes": False,
        "payment_method_configuration": "pmc_forms",
        "excluded_payment_method_types": ["klarna", "afterpay_clearpay", "billie"],
    }
