"""What is particular to Stripe: its parameters, its exceptions, its settings."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import stripe

from portal.core.errors import ProviderRefused, ProviderUnavailable, TryAgain, UnsafeSettings
from portal.core.money import Pence
from portal.payments.payment import Attempt, AttemptState, SnapshotState, VatTreatment
from portal.payments.provider import load_provider
from portal.payments.providers._stripe_objects import read_session
from portal.payments.providers.stripe import StripeProvider, _ours
from tests.payments.council import a_line, a_request, now, urls
from tests.support.sandbox_server import SandboxServer

BEGAN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def an_attempt() -> Attempt:
    return Attempt(
        id="a" * 32,
        reference="PAY-1-1",
        request_id="r",
        provider="sandbox",
        amount=Pence(69_00),
        state=AttemptState.SUBMITTING,
        created_at=BEGAN,
        expires_at=BEGAN + timedelta(minutes=35),
    )


def test_what_is_sent_has_no_card_field_no_other_currency_and_nothing_saved_for_later(
    provider: StripeProvider,
) -> None:
    request = a_request(a_line(45_00), a_line(0), a_line(24_00, VatTreatment.STANDARD))

    sent = provider.prepare(request, an_attempt(), urls("word"))

    assert sent["mode"] == "payment"
    assert sent["ui_mode"] == "hosted_page"
    assert sent["adaptive_pricing"] == {"enabled": False}
    assert sent["client_reference_id"] == "PAY-1-1"
    assert sent["expires_at"] == int(BEGAN.timestamp()) + 35 * 60
    amounts = [line["price_data"]["unit_amount"] for line in sent["line_items"]]
    assert amounts == [45_00, 24_00]  # a line of £0.00 is on the receipt, not at the provider
    assert {line["price_data"]["currency"] for line in sent["line_items"]} == {"gbp"}
    assert not {"setup_future_usage", "payment_method_types", "customer"} & set(sent)
    assert sent["metadata"]["attempt_id"] == "a" * 32
    assert sent["payment_intent_data"]["metadata"] == sent["metadata"]


def test_a_council_that_chooses_its_methods_at_stripe_sends_that_choice(
    provider: StripeProvider,
) -> None:
    chosen = replace(provider, payment_method_configuration="pmc_1", statement_suffix="SNN")

    sent = chosen.prepare(replace(a_request(), payer_email=""), an_attempt(), urls("word"))

    assert sent["payment_method_configuration"] == "pmc_1"
    assert "excluded_payment_method_types" not in sent
    assert sent["payment_intent_data"]["statement_descriptor_suffix"] == "SNN"
    assert "customer_email" not in sent


def every(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for below in kind.__subclasses__():
        yield from every(below)


@pytest.mark.parametrize("status", [None, 400, 402, 404, 408, 409, 429, 500, 503])
@pytest.mark.parametrize("kind", sorted(set(every(stripe.StripeError)), key=repr))
def test_no_exception_of_stripes_is_without_one_of_ours(kind, status) -> None:
    error = kind.__new__(kind)
    stripe.StripeError.__init__(error, "for sian@example.org", http_status=status, code="c")

    ours = _ours(error)

    assert isinstance(ours, ProviderUnavailable | ProviderRefused)
    assert "sian@example.org" not in str(ours)
    if status in {None, 408, 409, 429, 500, 503}:
        assert isinstance(ours, TryAgain)


def test_a_key_used_for_other_words_is_never_taken_for_a_refusal(
    provider: StripeProvider,
) -> None:
    sent = provider.prepare(
        a_request(),
        replace(an_attempt(), created_at=now(), expires_at=now() + timedelta(minutes=35)),
        urls("word"),
    )
    provider.start(sent, "test:one-key")

    with pytest.raises(ProviderUnavailable):
        provider.start(sent | {"client_reference_id": "another"}, "test:one-key")


def test_a_provider_that_does_not_answer_is_unavailable(provider: StripeProvider) -> None:
    nobody = replace(provider, api_base="http://127.0.0.1:9")

    with pytest.raises(ProviderUnavailable):
        nobody.check()


def test_a_wrong_key_is_refused_and_not_repeated_in_the_reason(provider: StripeProvider) -> None:
    wrong = replace(provider, api_key="sk_test_wrong_and_secret")

    with pytest.raises(ProviderRefused) as refused:
        wrong.check()

    assert "sk_test_wrong" not in str(refused.value)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"card": "5555555555554444"}, "Mastercard ending 4444"),
        ({"method": "wallet"}, "Apple Pay (Visa ending 4242)"),
        ({"method": "paypal"}, "PayPal"),
    ],
)
def test_how_it_was_paid_is_said_in_words(
    provider: StripeProvider, sandbox: SandboxServer, how, words
) -> None:
    attempt = replace(an_attempt(), created_at=now(), expires_at=now() + timedelta(minutes=35))
    page = provider.start(provider.prepare(a_request(), attempt, urls("w")), "test:words")
    sandbox.pay(page.provider_reference, **how)

    snapshot = provider.fetch(page.provider_reference)

    assert snapshot.method == words
    assert snapshot.fee is not None
    assert snapshot.paid_at is not None
    assert abs(snapshot.paid_at - now()) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("status", "paid", "money", "state"),
    [
        ("open", "unpaid", None, SnapshotState.OPEN),
        ("expired", "unpaid", None, SnapshotState.EXPIRED),
        ("complete", "paid", "succeeded", SnapshotState.PAID),
        ("complete", "paid", "processing", SnapshotState.STRANGE),
        ("complete", "unpaid", "processing", SnapshotState.PROCESSING),
        ("complete", "unpaid", "canceled", SnapshotState.FAILED),
        ("complete", "unpaid", "requires_payment_method", SnapshotState.FAILED),
        ("complete", "no_payment_required", None, SnapshotState.STRANGE),
        ("something new", "paid", "succeeded", SnapshotState.STRANGE),
    ],
)
def test_f33_a_completed_page_is_not_yet_a_payment(status, paid, money, state) -> None:
    session = {
        "id": "cs_1",
        "mode": "payment",
        "status": status,
        "payment_status": paid,
        "payment_intent": {"id": "pi_1", "status": money, "amount_received": 0} if money else None,
    }

    assert read_session(session).state is state


def test_starting_up_does_not_load_stripes_library() -> None:
    code = "import sys, portal.payments.providers.sandbox as s; sys.exit('stripe' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("name", "environment", "settings", "cure"),
    [
        ("stripe", "production", {}, "PORTAL_STRIPE_API_KEY"),
        ("stripe", "production", {"STRIPE_API_KEY": "sk_test_x"}, "PORTAL_STRIPE_WEBHOOK_SECRET"),
        (
            "stripe",
            "production",
            {
                "STRIPE_API_KEY": "sk_live_x",
                "STRIPE_WEBHOOK_SECRET": "whsec_x",
                "STRIPE_API_BASE": "http://127.0.0.1:8001",
            },
            "PORTAL_STRIPE_API_BASE",
        ),
        ("sandbox", "production", {}, "PORTAL_PAYMENT_PROVIDER"),
        ("sandbox", "development", {"SANDBOX_API_KEY": "sk_live_x"}, "PORTAL_SANDBOX_API_KEY"),
        ("sandbox", "development", {"SANDBOX_WEBHOOK_SECRET": " "}, "WEBHOOK_SECRET"),
        ("paper", "development", {}, "choose one of sandbox, stripe, zero"),
        ("_stripe_objects", "development", {}, "choose one of"),
    ],
)
def test_f62_unsafe_settings_stop_the_start_and_name_the_cure(
    monkeypatch: pytest.MonkeyPatch, name, environment, settings, cure
) -> None:
    for setting, value in settings.items():
        monkeypatch.setenv(f"PORTAL_{setting}", value)

    with pytest.raises(UnsafeSettings, match=cure):
        load_provider(name, environment=environment)


def test_good_settings_make_a_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_STRIPE_API_KEY", "rk_live_x")
    monkeypatch.setenv("PORTAL_STRIPE_WEBHOOK_SECRET", "whsec_a, whsec_b")

    made = load_provider("stripe", environment="production")

    assert isinstance(made, StripeProvider)
    assert made.live
    assert made.webhook_secrets == ("whsec_a", "whsec_b")
    assert made.form_action_origins == ("https://checkout.stripe.com",)
    assert "rk_live_x" not in repr(made)
    assert "whsec_a" not in repr(made)


def test_the_sandbox_names_its_own_pages_for_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_SANDBOX_PUBLIC_URL", "https://pay.example:8443/x")

    made = load_provider("sandbox", environment="development")

    assert made.form_action_origins == ("https://pay.example:8443",)
    assert not made.live
