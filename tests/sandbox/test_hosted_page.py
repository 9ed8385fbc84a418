"""What a payer meets on the hosted page, as a browser without JavaScript sees it."""

import re
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, TypeAlias

import httpx2
import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from portal.sandbox.card_form import Mistake, read_card_form
from portal.sandbox.cards import CARDS
from portal.sandbox.taking import Payer
from tests.support.sandbox_server import SandboxServer

Order: TypeAlias = Any  # some calls are wrong on purpose, and the SDK's types would refuse them
TYPED = {
    "method": "card",
    "card_number": "4242 4242 4242 4242",
    "expiry": "12/34",
    "security_code": "123",
    "name": "Jo Payer",
    "postcode": "SW1A 1AA",
}
REAL_LOOKING = "4111111111111111"


@pytest.fixture
def session(client: stripe.StripeClient, order: Order) -> stripe.checkout.Session:
    return client.v1.checkout.sessions.create(order)


def press(sandbox: SandboxServer, session: Any, **typed: str) -> httpx2.Response:
    return sandbox.control.post(f"/c/pay/{session.id}", data=TYPED | typed)


def test_the_page_says_what_is_paid_to_whom_and_that_it_is_a_test(
    sandbox: SandboxServer, session: Any
) -> None:
    assert session.url == f"{sandbox.url}/c/pay/{session.id}"
    page = httpx2.get(session.url, trust_env=False)
    assert page.status_code == 200
    for words in ("TEST MODE", "Test council", "Street naming: 2 to 10 plots", "£200.00"):
        assert words in page.text
    assert "jo@example.com" in page.text
    assert "https://council.example/pay/x" in page.text
    assert all(f"{card.number[-4:]}</code>" in page.text for card in CARDS)


def test_the_page_needs_no_script_and_nobody_else(sandbox: SandboxServer, session: Any) -> None:
    page = httpx2.get(session.url, trust_env=False)
    assert "<script" not in page.text
    assert re.findall(r'(?:src|href)="(?!/|#|data:|https://council\.example)', page.text) == []
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' https://council.example;" in policy
    assert page.headers["Cache-Control"] == "no-store"
    style = sandbox.control.get("/c/pay.css")
    assert style.status_code == 200
    assert "http" not in style.text


class Labels(HTMLParser):
    """Collects inputs, labels and autocomplete tokens."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inputs: dict[str, dict[str, str | None]] = {}
        self.labelled: set[str | None] = set()
        self.language: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "html":
            self.language = found["lang"]
        if tag == "input" and found.get("type") != "hidden":
            self.inputs[str(found["id"])] = found
        if tag == "label":
            self.labelled.add(found["for"])


def test_every_field_has_a_label_and_says_what_may_fill_it(sandbox: SandboxServer) -> None:
    client = sandbox.stripe_client()
    order: Any = {
        "mode": "payment",
        "success_url": "https://council.example/",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "gbp",
                    "unit_amount": 4500,
                    "product_data": {"name": "<b>Fee</b>"},
                },
            }
        ],
    }
    url = client.v1.checkout.sessions.create(order).url
    page = httpx2.get(str(url), trust_env=False).text
    read = Labels(page)
    assert read.language == "en-GB"
    assert read.labelled == set(read.inputs)
    tokens = {name: found["autocomplete"] for name, found in read.inputs.items()}
    assert tokens == {
        "email": "email",
        "card_number": "cc-number",
        "expiry": "cc-exp",
        "security_code": "cc-csc",
        "name": "cc-name",
        "postcode": "billing postal-code",
    }
    assert "&lt;b&gt;Fee&lt;/b&gt;" in page
    assert "<b>" not in page


def test_paying_sends_the_payer_back_with_the_session(
    client: stripe.StripeClient, sandbox: SandboxServer, session: Any
) -> None:
    answer = press(sandbox, session)
    assert answer.status_code == 303
    back = f"https://council.example/pay/return/x?session_id={session.id}"
    assert answer.headers["Location"] == back
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert paid.payment_status == "paid"
    assert paid.customer_details is not None
    assert paid.customer_details.name == "Jo Payer"


def test_a_double_press_pays_once_and_goes_the_same_way(
    sandbox: SandboxServer, session: Any
) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(press, [sandbox] * 8, [session] * 8))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert sandbox.count("charge.succeeded") == 1


def test_a_paid_page_thanks_and_an_expired_page_explains(
    client: stripe.StripeClient, sandbox: SandboxServer, session: Any, order: Order
) -> None:
    press(sandbox, session)
    paid = sandbox.control.get(f"/c/pay/{session.id}")
    assert (paid.status_code, "already been paid" in paid.text) == (200, True)
    assert f"session_id={session.id}" in paid.text
    other = client.v1.checkout.sessions.create(order)
    client.v1.checkout.sessions.expire(other.id)
    for expired in (sandbox.control.get(f"/c/pay/{other.id}"), press(sandbox, other)):
        assert expired.status_code == 410
        assert "has expired" in expired.text
        assert "https://council.example/pay/x" in expired.text


@pytest.mark.parametrize("path", ["/c/pay/cs_test_nobody", "/c/pay/cs_test_nobody/authenticate"])
def test_a_mistyped_address_is_not_found(sandbox: SandboxServer, path: str) -> None:
    assert sandbox.control.get(path).status_code == 404
    assert sandbox.control.post(path, data=TYPED).status_code == 404


def test_a_declined_payer_is_told_why_and_keeps_what_may_be_kept(
    client: stripe.StripeClient, sandbox: SandboxServer, session: Any
) -> None:
    declined = press(sandbox, session, card_number="4000000000009995")
    assert declined.status_code == 422
    assert "Your card has insufficient funds." in declined.text
    assert "<title>Error: " in declined.text
    assert 'href="#card_number"' in declined.text
    assert 'value="Jo Payer"' in declined.text
    assert 'value="4000' not in declined.text
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert press(sandbox, session).status_code == 303


def test_a_card_that_is_not_a_test_card_is_never_shown_stored_or_logged(
    sandbox: SandboxServer,
    session: Any,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    refused = press(sandbox, session, card_number=REAL_LOOKING)
    assert refused.status_code == 422
    assert "This is a test service: use a test card" in refused.text
    stored = b"".join(file.read_bytes() for file in (tmp_path / "sandbox").iterdir())
    assert session.id.encode() in stored
    captured = capfd.readouterr()
    for trace in (refused.text, stored.decode("latin-1"), captured.out, captured.err):
        assert REAL_LOOKING not in trace
    assert sandbox.count("payment_intent.requires_payment_method") == 0


def test_even_a_test_card_leaves_only_its_last_digits(
    sandbox: SandboxServer, session: Any, tmp_path: Path
) -> None:
    press(sandbox, session)
    stored = b"".join(file.read_bytes() for file in (tmp_path / "sandbox").iterdir())
    assert b"4242424242424242" not in stored.replace(b" ", b"")
    assert b'"last4": "4242"' in stored


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("card_number", ""),
        ("expiry", "13/34"),
        ("expiry", "01/20"),
        ("expiry", "soon"),
        ("security_code", "12"),
        ("name", " "),
        ("postcode", ""),
    ],
)
def test_each_mistake_is_named_beside_its_field(
    sandbox: SandboxServer, session: Any, field: str, typed: str
) -> None:
    answer = press(sandbox, session, **{field: typed})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 1


@pytest.mark.parametrize("typed", ["12/34", "12 / 34", "12/2034", "1234", "12-34", "1/35"])
def test_an_expiry_date_may_be_typed_in_many_ways(typed: str) -> None:
    read = read_card_form(TYPED | {"expiry": typed}, known_email="jo@example.com", month=(2026, 11))
    assert isinstance(read, Payer)
    assert read.expiry in {(12, 2034), (1, 2035)}


def test_a_card_still_pays_in_the_month_it_expires() -> None:
    for typed, kind in (("11/26", Payer), ("10/26", list)):
        form = TYPED | {"expiry": typed}
        read = read_card_form(form, known_email="jo@example.com", month=(2026, 11))
        assert isinstance(read, kind)


@given(st.dictionaries(st.sampled_from([*TYPED, "email"]), st.text(max_size=40)))
def test_whatever_is_typed_is_read_or_answered(typed: dict[str, str]) -> None:
    read = read_card_form(typed, known_email=None, month=(2026, 11))
    if isinstance(read, list):
        assert read
        assert all(isinstance(mistake, Mistake) and mistake.message for mistake in read)


@pytest.mark.parametrize(("method", "kind"), [("wallet", "card"), ("paypal", "paypal")])
def test_the_wallet_and_paypal_buttons_pay_at_once(
    client: stripe.StripeClient, sandbox: SandboxServer, session: Any, method: str, kind: str
) -> None:
    answer = sandbox.control.post(f"/c/pay/{session.id}", data={"method": method})
    assert answer.status_code == 303
    expand: Any = {"expand": ["payment_intent.latest_charge"]}
    paid = client.v1.checkout.sessions.retrieve(session.id, expand).to_dict()
    assert paid["payment_intent"]["latest_charge"]["payment_method_details"]["type"] == kind


def test_excluded_ways_to_pay_have_no_button(client: stripe.StripeClient, order: Order) -> None:
    order["excluded_payment_method_types"] = ["paypal"]
    page = httpx2.get(str(client.v1.checkout.sessions.create(order).url), trust_env=False).text
    assert "Pay with wallet" in page
    assert "Pay with PayPal" not in page
    order["excluded_payment_method_types"] = ["card"]
    page = httpx2.get(str(client.v1.checkout.sessions.create(order).url), trust_env=False).text
    assert "card_number" not in page


def test_3d_secure_can_be_failed_retried_and_completed(
    client: stripe.StripeClient, sandbox: SandboxServer, session: Any
) -> None:
    bank = f"/c/pay/{session.id}/authenticate"
    assert sandbox.control.post(bank, data={"answer": "complete"}).headers["Location"] == (
        f"/c/pay/{session.id}"
    )
    sent = press(sandbox, session, card_number="4000002760003184")
    assert (sent.status_code, sent.headers["Location"]) == (303, bank)
    assert "£200.00" in sandbox.control.get(bank).text
    failed = sandbox.control.post(bank, data={"answer": "fail"})
    assert failed.status_code == 422
    assert "unable to authenticate" in failed.text
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    press(sandbox, session, card_number="4000000000003220")
    done = sandbox.control.post(bank, data={"answer": "complete"})
    assert done.status_code == 303
    assert done.headers["Location"].startswith("https://council.example/pay/return")
    assert sandbox.control.get(bank).status_code == 200
    assert sandbox.count("charge.succeeded") == 1
