"""Nobody but our own pages, in the resident's own browser, can change anything."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.routing import Route

from tests.support.portal_house import Portal
from tests.support.resident import FREE, PAID, Resident, hidden_inputs

CHANGING = [
    f"/forms/{FREE}/where",
    f"/forms/{FREE}/where/1/remove",
    f"/forms/{FREE}/check-answers",
    f"/forms/{FREE}/save",
    f"/forms/{FREE}/start-again",
    f"/forms/{FREE}/start",
    f"/forms/{FREE}/resume/changed",
    f"/forms/{FREE}/resume/stopped",
    "/resume/no-such-link",
    "/staff/sign-in",
    "/staff/sign-in/demo",
    "/staff/welcome/no-such-link",
    "/appointments/no-such-link/move",
    "/appointments/no-such-link/cancel",
    "{pay}",
    "{pay}/change",
]
CROSS_SITE = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "nonsense"},
]


@pytest.fixture(scope="module")
def victim(shared_portal: Portal) -> tuple[Resident, str]:
    """A resident with a form ready to be sent, and another waiting to be paid.

    The same for all these tests, which show that it stays as it is.
    """
    resident = shared_portal.resident()
    pay = resident.owe()
    resident.fill(FREE)
    return resident, pay


def test_every_address_that_changes_something_is_in_these_tests(shared_portal: Portal) -> None:
    posts = {
        route.path for route in _routes(shared_portal.app) if "POST" in (route.methods or set())
    }
    assert posts == {
        "/forms/{form}/{path:path}",
        "/forms/{form}/{path:path}/{item}/remove",
        "/forms/{form}/check-answers",
        "/forms/{form}/save",
        "/forms/{form}/start-again",
        "/forms/{form}/start",
        "/forms/{form}/resume/changed",
        "/forms/{form}/resume/stopped",
        "/design/{form}",  # these are shut to residents: tests/web/test_design.py
        "/design/{form}/show",
        "/design/{form}/publish",  # and tests/web/test_publishing.py
        "/design/{form}/preview/start-again",
        "/design/{form}/preview/check-answers",
        "/design/{form}/preview/{path:path}",
        "/design/{form}/preview/{path:path}/{item}/remove",
        "/staff/sign-in",
        "/staff/sign-in/demo",
        "/staff/sign-out",
        "/staff/welcome/{token}",
        "/resume/{token}",
        "/appointments/{token}/move",
        "/appointments/{token}/cancel",
        "/pay/{token}",
        "/pay/{token}/change",
        "/webhooks/{provider}",  # signed by the provider instead: tests/payments/test_hearing.py
    }


@pytest.mark.parametrize("path", CHANGING)
def test_a_form_without_our_token_changes_nothing(
    shared_portal: Portal, victim: tuple[Resident, str], path: str
) -> None:
    resident, pay = victim
    before = shared_portal.everything()
    values = _everything_the_pages_post(resident, pay)
    values.pop("csrf_token")
    answer = resident.browser.post(path.format(pay=pay), data=values)
    assert answer.status_code == 403
    assert "nothing was saved" in answer.text
    assert shared_portal.everything() == before


@pytest.mark.parametrize("path", CHANGING)
def test_a_form_with_another_browsers_token_changes_nothing(
    shared_portal: Portal, victim: tuple[Resident, str], path: str
) -> None:
    resident, pay = victim
    before = shared_portal.everything()
    values = {
        **_everything_the_pages_post(resident, pay),
        "csrf_token": shared_portal.resident().token(),
    }
    answer = resident.browser.post(path.format(pay=pay), data=values)
    assert answer.status_code == 403
    assert shared_portal.everything() == before


@pytest.mark.parametrize("path", CHANGING)
@pytest.mark.parametrize("headers", CROSS_SITE)
def test_a_form_on_another_site_changes_nothing_even_with_the_right_token(
    shared_portal: Portal, victim: tuple[Resident, str], path: str, headers: dict[str, str]
) -> None:
    resident, pay = victim
    before = shared_portal.everything()
    values = _everything_the_pages_post(resident, pay)
    answer = resident.browser.post(path.format(pay=pay), data=values, headers=headers)
    assert answer.status_code == 403
    assert shared_portal.everything() == before


@pytest.mark.parametrize("path", CHANGING)
@pytest.mark.parametrize("how", ["broken multipart", "too large", "json", "no body"])
def test_a_body_that_cannot_be_read_needs_no_token_and_changes_nothing(
    shared_portal: Portal, victim: tuple[Resident, str], path: str, how: str
) -> None:
    resident, pay = victim
    before = shared_portal.everything()
    bodies: dict[str, tuple[str, bytes]] = {
        "broken multipart": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disp"),
        "too large": ("application/x-www-form-urlencoded", b"a=" + b"x" * 2_000_000),
        "json": ("application/json", b'{"csrf_token": 1}'),
        "no body": ("application/x-www-form-urlencoded", b""),
    }
    kind, body = bodies[how]
    answer = resident.browser.post(
        path.format(pay=pay), content=body, headers={"content-type": kind}
    )
    assert answer.status_code in (403, 413, 422)
    assert shared_portal.everything() == before


def test_an_old_browser_that_names_only_its_origin_is_believed(shared_portal: Portal) -> None:
    resident = shared_portal.resident()
    del resident.browser.headers["sec-fetch-site"]
    where = {"where-description": "Lay-by"}
    ours = resident.answer(FREE, "where", where, headers={"origin": "http://testserver"})
    hidden = resident.answer(FREE, "where", where, headers={"origin": "null"})
    theirs = resident.answer(FREE, "where", where, headers={"origin": "https://evil.example"})
    assert (ours.status_code, hidden.status_code, theirs.status_code) == (303, 303, 403)


def test_looking_at_every_page_twice_changes_nothing(
    shared_portal: Portal, victim: tuple[Resident, str]
) -> None:
    resident, pay = victim
    reference = shared_portal.rows("submission")[-1]["reference"]
    paths = [
        "/",
        "/?q=tree",
        f"/forms/{FREE}",
        *(
            f"/forms/{FREE}/{page.name}"
            for page in shared_portal.house.definitions.current(FREE).pages
        ),
        f"/forms/{FREE}/check-answers",
        f"/forms/{FREE}/save",
        f"/forms/{FREE}/start-again",
        f"/forms/{FREE}/confirmation/{reference}",
        pay,
        f"{pay}/change",
        "/pay/return/nothing",
        "/receipts/nothing.pdf",
        "/receipts/nothing",
        "/resume/nothing",
        "/appointments/nothing",
        "/staff/appointments",
        "/accessibility",
        "/privacy",
        "/healthz",
        "/readyz",
        "/staff/outbox",
    ]
    before = shared_portal.everything()
    for path in paths * 2:
        assert resident.get(path).status_code < 500, path
    assert shared_portal.everything() == before


def test_an_amount_is_never_taken_from_the_browser(shared_portal: Portal) -> None:
    resident = shared_portal.resident()
    resident.fill(PAID, "A house name costs", until="your-details")
    resident.answer(
        PAID,
        "your-details",
        {
            "your_name-first": "Ann",
            "your_name-last": "Example",
            "email": "ann@example.test",
            "amount": "1",
            "fee": "1",
            "total": "1",
            "quote": "1",
            "status": "received",
        },
    )
    posted = {**resident.check(PAID), "amount": "1", "total": "0", "fee": "0"}
    sent = resident.browser.post(f"/forms/{PAID}/check-answers", data=posted)
    pay = sent.headers["location"]
    assert "£45.00" in resident.read(pay)
    posted = {**hidden_inputs(resident.read(pay)), "amount": "1", "total": "1"}
    hosted = resident.browser.post(pay, data=posted).headers["location"]
    session = shared_portal.neighbours.sandbox.control.get(hosted).text
    assert "£45.00" in session


@pytest.mark.parametrize(
    "forge",
    [
        lambda quote: "1." + quote.partition(".")[2],
        lambda quote: quote.partition(".")[0],
        lambda _quote: "",
        lambda quote: quote + "0",
        lambda quote: "-1." + quote,
        lambda quote: "４５００." + quote.partition(".")[2],
    ],
)
def test_a_forged_quote_shows_check_answers_again_and_sends_nothing(
    shared_portal: Portal, forge: Callable[[str], str]
) -> None:
    resident = shared_portal.resident()
    resident.fill(PAID, "A house name costs")
    before = shared_portal.everything()
    posted = resident.check(PAID)
    answer = resident.browser.post(
        f"/forms/{PAID}/check-answers", data={**posted, "quote": forge(posted["quote"])}
    )
    assert answer.status_code == 409
    assert "£45.00" in answer.text
    assert shared_portal.everything() == before


def test_a_quote_of_another_resident_sends_nothing(shared_portal: Portal) -> None:
    other, resident = shared_portal.resident(), shared_portal.resident()
    for one in (other, resident):
        one.fill(PAID, "A house name costs")
    theirs = other.check(PAID)["quote"]
    answer = resident.browser.post(
        f"/forms/{PAID}/check-answers", data={**resident.check(PAID), "quote": theirs}
    )
    assert answer.status_code == 409


def _everything_the_pages_post(resident: Resident, pay: str) -> dict[str, Any]:
    return {
        **resident.check(FREE),
        **hidden_inputs(resident.read(pay)),
        "csrf_token": resident.token(),
        "where-description": "Somewhere else",
        "email": "thief@example.test",
        "fact": "123456",
    }


def _routes(app: Any) -> list[Route]:
    found: list[Route] = []
    for route in app.routes:
        if isinstance(route, Route):
            found.append(route)
        elif hasattr(route, "original_router"):
            found += _routes(route.original_router)
    return found
