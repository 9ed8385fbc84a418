"""Every answer, errors included, carries what keeps a browser safe."""

import re

import pytest
from sqlalchemy import text

from tests.support.portal_house import BASE_URL, Portal
from tests.support.resident import FREE, Resident, hidden_inputs, path_of, pay_by_card, scripts_in

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def _must_be_safe(headers: dict[str, str], *, stored: bool = False) -> None:
    for name, value in ALWAYS.items():
        assert headers.get(name) == value, name
    assert "camera=()" in headers["permissions-policy"]
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "sandbox" in policy or (
        "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy
    )
    if not stored:
        assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        f"/forms/{FREE}",
        f"/forms/{FREE}/where",
        f"/forms/{FREE}/check-answers",
        "/forms/nothing",
        "/nothing/at/all",
        "/resume/nothing",
        "/pay/nothing",
        "/receipts/nothing.pdf",
        "/webhooks/nobody",
        "/healthz",
        "/readyz",
        "/accessibility",
        "/privacy",
        "/staff/outbox",
        "/%00",
        "/docs",
        "/openapi.json",
    ],
)
def test_every_answer_is_safe(shared_portal: Portal, path: str) -> None:
    answer = shared_portal.resident().get(path)
    assert answer.status_code < 500
    _must_be_safe(dict(answer.headers))
    assert "server" not in answer.headers


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_a_method_we_do_not_speak_is_refused_safely(shared_portal: Portal, method: str) -> None:
    answer = shared_portal.resident().browser.request(method, f"/forms/{FREE}/where")
    assert answer.status_code == 405
    _must_be_safe(dict(answer.headers))


def test_refusals_are_safe_too(shared_portal: Portal) -> None:
    resident = shared_portal.resident()
    forged = resident.browser.post(f"/forms/{FREE}/where", data={})
    wrong = resident.answer(FREE, "where", {})
    stranger = resident.get("/", headers={"host": "evil.example"})
    assert (forged.status_code, wrong.status_code, stranger.status_code) == (403, 422, 400)
    for answer in (forged, wrong, stranger):
        _must_be_safe(dict(answer.headers))


def test_our_own_failure_shows_a_plain_page_with_every_safety_and_no_secrets(
    portal: Portal,
) -> None:
    resident = portal.resident()
    resident.answer(FREE, "where", {"where-description": "Canary Lane"})
    with portal.engine.begin() as connection:
        connection.execute(text("alter table draft rename column answers to gone"))
    answer = resident.get(f"/forms/{FREE}/where")
    assert answer.status_code == 500
    _must_be_safe(dict(answer.headers))
    assert "Sorry, there is a problem" in answer.text
    assert re.search(r"quote [0-9A-F]{8}", answer.text)
    for secret in ("Traceback", "sqlalchemy", "draft", "Canary"):
        assert secret not in answer.text, secret


def test_pages_about_money_carry_no_script(shared_portal: Portal) -> None:
    resident = shared_portal.resident()
    pay = resident.owe()
    pay_page = resident.get(pay)
    back = pay_by_card(resident.press_pay(pay))
    confirmation = resident.get(resident.come_back(back))
    shared_portal.do_the_work("render-receipt")
    receipt_pdf = re.findall(r"/receipts/[^\"]+", confirmation.text)[0]
    receipt = resident.get(receipt_pdf.removesuffix(".pdf"))
    for page in (pay_page, confirmation, receipt):
        assert page.status_code == 200
        assert scripts_in(page.text) == 0
        assert "script-src" not in page.headers["content-security-policy"]
        _must_be_safe(dict(page.headers))
    assert shared_portal.neighbours.sandbox.url in pay_page.headers["content-security-policy"]
    pdf = resident.get(receipt_pdf)
    assert pdf.content.startswith(b"%PDF")
    assert pdf.headers["content-disposition"].startswith("attachment")
    assert pdf.headers["content-security-policy"].startswith("sandbox")
    _must_be_safe(dict(pdf.headers))


def test_an_abandoned_payment_shows_a_page_without_script(shared_portal: Portal) -> None:
    resident = shared_portal.resident()
    pay = resident.owe()
    hosted = resident.press_pay(pay)
    attempt = shared_portal.rows("payment_attempt")[-1]
    assert attempt["state"] == "open"
    assert hosted
    answer = resident.get(path_of(pay))
    assert scripts_in(answer.text) == 0


def test_no_page_holds_script_style_or_handlers_of_its_own(shared_portal: Portal) -> None:
    resident = shared_portal.resident()
    resident.fill(FREE)
    for page in ("", "/where", "/photos", "/check-answers", "/save"):
        html = resident.read(f"/forms/{FREE}{page}")
        assert not re.search(r"<script(?![^>]*\bsrc=)", html)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    shared_portal: Portal,
) -> None:
    cookie = shared_portal.resident().get(f"/forms/{FREE}/where").headers["set-cookie"]
    flags = {part.strip().partition("=")[0].lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "path", "samesite"} <= flags
    assert "domain" not in flags
    assert "samesite=lax" in cookie.lower()


def test_over_tls_the_cookie_is_bound_to_the_host_and_tls_is_remembered(open_own) -> None:
    with open_own(base_url="https://testserver") as portal:
        resident = portal.resident()
        resident.browser.base_url = "https://testserver"
        answer = resident.get(f"/forms/{FREE}/where")
        assert answer.headers["set-cookie"].startswith("__Host-")
        assert "secure" in answer.headers["set-cookie"].lower()
        assert "max-age=" in answer.headers["strict-transport-security"]


def test_a_new_visitor_gets_a_token_that_cannot_be_guessed(shared_portal: Portal) -> None:
    tokens = {
        shared_portal.resident().get(f"/forms/{FREE}/where").headers["set-cookie"].split(";")[0]
        for _ in range(5)
    }
    assert len(tokens) == 5
    assert all(len(token.partition("=")[2]) >= 43 for token in tokens)


def test_the_session_is_stored_only_as_a_hash(shared_portal: Portal) -> None:
    resident = shared_portal.resident()
    resident.answer(FREE, "where", {"where-description": "Lay-by"})
    token = next(iter(resident.browser.cookies.values()))
    assert token not in repr(shared_portal.everything())


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "", "testserver@evil.example", "evil:80"]
)
def test_a_host_we_are_not_is_refused(shared_portal: Portal, host: str) -> None:
    answer = shared_portal.resident().get("/", headers={"host": host})
    assert answer.status_code == 400


def test_links_are_made_of_the_configured_address_whatever_the_headers_say(
    shared_portal: Portal,
) -> None:
    resident: Resident = shared_portal.resident()
    resident.answer(FREE, "where", {"where-description": "Lay-by"})
    evil = {"x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
    answer = resident.post(f"/forms/{FREE}/save", {"email": ""}, headers=evil)
    assert f"{BASE_URL}/resume/" in answer.text
    assert "evil.example" not in answer.text


def test_forwarded_addresses_are_believed_only_from_the_named_proxy(shared_portal: Portal) -> None:
    resident = shared_portal.resident()
    statuses = [
        resident.post(
            "/resume/nothing",
            {"fact": "x"},
            headers={"x-forwarded-for": f"192.0.2.{number}"},
        ).status_code
        for number in range(31)
    ]
    assert statuses[-1] == 429
    assert hidden_inputs(resident.read("/resume/nothing"))["csrf_token"]
