"""Signing in over HTTP: who gets in, what a guesser learns, and what is bound to whom."""

import re
from html import unescape

import pytest

from portal.accounts.permissions import Role
from portal.accounts.signing_in import add_staff, disable_staff, give_roles, welcome
from portal.accounts.staff import IDLE
from tests.support.colleague import (
    DEE,
    OLIVE,
    PASSWORD,
    PAT,
    Colleague,
    become,
    code_at,
    from_address,
)
from tests.support.portal_fixtures import OpenPortal
from tests.support.portal_house import Portal
from tests.support.resident import errors_in, heading_of, hidden_inputs, path_of

ANN = "ann@council.test"
WRONG = "The e-mail address, password or code is not right"


def invited(portal: Portal, *roles: Role) -> tuple[str, str]:
    """The path of a one-time link, and the secret its page shows."""
    house = portal.house
    token = add_staff(
        house.transactions, ANN, "Ann Example", roles or (Role.DESIGNER,), now=portal.clock()
    )
    secret = welcome(house.transactions, token, now=portal.clock()).second_factor
    return f"/staff/welcome/{token}", secret


def enrol(portal: Portal, *roles: Role) -> tuple[Colleague, str]:
    """Follow the link as one does; gives the browser, signed in, and the secret."""
    path, secret = invited(portal, *roles)
    ann = from_address(portal, "10.1.1.1")
    values = {"password": PASSWORD, "code": code_at(secret, portal.clock), "email": ANN}
    answer = ann.post(path, values)
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff")
    return ann, secret


def sign_in(browser: Colleague, secret: str, portal: Portal, **other: str):
    values = {
        "email": ANN,
        "password": PASSWORD,
        "code": code_at(secret, portal.clock, steps=1),
        "then": "/design",
        **other,
    }
    return browser.post("/staff/sign-in", values)


def test_from_the_link_to_the_workbench_and_out_again(portal: Portal):
    ann, secret = enrol(portal)
    assert heading_of(ann.read("/staff")) == "Ann Example"
    assert heading_of(ann.read("/design")) == "Workbench"
    answer = ann.post("/staff/sign-out", page="/staff")
    assert answer.headers["location"] == "/staff/sign-in"
    assert path_of(ann.get("/design").headers["location"]) == "/staff/sign-in?then=/design"
    again = sign_in(ann, secret, portal)
    assert (again.status_code, again.headers["location"]) == (303, "/design")
    assert ann.get("/design").status_code == 200


def test_the_page_behind_a_link_can_be_used_by_picture_by_paste_and_by_password_manager(
    portal: Portal,
):
    path, secret = invited(portal)
    page = from_address(portal, "10.1.1.1").read(path)
    shown = re.search(r'<code class="design-key">([^<]+)</code>', page)
    assert shown is not None
    assert shown[1].replace(" ", "") == secret
    assert "<svg" in page
    assert " style=" not in page
    for autocomplete in ("username", "new-password", "one-time-code"):
        assert f'autocomplete="{autocomplete}"' in page
    way_in = from_address(portal, "10.1.1.1").read("/staff/sign-in")
    for autocomplete in ("username", "current-password", "one-time-code"):
        assert f'autocomplete="{autocomplete}"' in way_in
    assert "onpaste" not in page + way_in


def test_a_link_that_is_used_or_made_up_leads_nowhere(portal: Portal):
    path, secret = invited(portal)
    browser = from_address(portal, "10.1.1.1")
    weak = browser.post(path, {"password": "short", "code": "1"})
    assert weak.status_code == 422
    assert errors_in(weak.text) == [
        "Your password must have at least 12 characters",
        "The code is not the one your authenticator shows now",
    ]
    assert "short" not in weak.text
    done = browser.post(path, {"password": PASSWORD, "code": code_at(secret, portal.clock)})
    assert done.status_code == 303
    for gone in (path, path + "x", "/staff/welcome/x"):
        assert from_address(portal, "10.1.1.2").get(gone).status_code == 404


def test_a_guesser_learns_nothing_of_which_accounts_there_are(portal: Portal):
    _, secret = enrol(portal)
    guesser = from_address(portal, "10.1.1.9")
    pages: list[str] = []
    for email, password, code in (
        (ANN, "wrong wrong wrong", code_at(secret, portal.clock, steps=1)),
        (ANN, PASSWORD, "12"),
        ("bob@council.test", PASSWORD, "12"),
        (DEE, "", "12"),
        ("nonsense", "", ""),
    ):
        answer = sign_in(guesser, secret, portal, email=email, password=password, code=code)
        assert answer.status_code == 422
        assert errors_in(answer.text) == [WRONG]
        assert password not in answer.text or not password
        pages.append(answer.text.replace(f'value="{email}"', ""))
    assert len(set(pages)) == 1
    assert guesser.get("/design").status_code == 303


def test_whoever_guesses_on_is_stopped_and_the_owner_is_not(portal: Portal):
    _, secret = enrol(portal)
    guesser = from_address(portal, "10.1.1.9")
    said = [
        sign_in(guesser, secret, portal, email=email, password="guess").status_code
        for email in (ANN, "bob@council.test")
        for _ in range(11)
    ]
    assert said == ([422] * 10 + [429]) * 2
    assert sign_in(from_address(portal, "10.1.1.1"), secret, portal).status_code == 303


def test_the_session_of_a_stranger_is_not_taken_over(portal: Portal):
    _, secret = enrol(portal)
    browser = from_address(portal, "10.1.1.3")
    browser.browser.cookies.set("portal-staff", "planted-by-a-stranger")
    assert sign_in(browser, secret, portal).status_code == 303
    held = [c.value for c in browser.browser.cookies.jar if c.name == "portal-staff"]
    assert [value for value in held if value != "planted-by-a-stranger"]
    thief = from_address(portal, "10.1.1.4")
    thief.browser.cookies.set("portal-staff", "planted-by-a-stranger")
    assert thief.get("/staff").status_code == 303


def test_signing_in_again_ends_the_session_that_was_there(portal: Portal):
    ann, secret = enrol(portal)
    before = ann.browser.cookies["portal-staff"]
    assert sign_in(ann, secret, portal).status_code == 303
    thief = from_address(portal, "10.1.1.4")
    thief.browser.cookies.set("portal-staff", before)
    assert thief.get("/staff").status_code == 303
    assert len(portal.rows("staff_session")) == 1


def test_other_sessions_are_listed_and_ended(portal: Portal):
    ann, secret = enrol(portal)
    other = from_address(portal, "10.1.1.5", **{"user-agent": "Somebody <b>else's</b> phone"})
    assert sign_in(other, secret, portal).status_code == 303
    page = ann.read("/staff")
    assert "Somebody <b>else's</b> phone" not in page
    assert "Somebody <b>else's</b> phone" in unescape(page)
    number = re.search(r'name="session" value="(\d+)"', page)
    assert number is not None
    assert ann.post("/staff/sign-out", {"session": number[1]}, page="/staff").status_code == 303
    assert other.get("/staff").status_code == 303
    assert ann.get("/staff").status_code == 200
    ann.post("/staff/sign-out", {"session": "all"}, page="/staff")
    assert ann.get("/staff").status_code == 303


def test_nobody_ends_the_session_of_another(portal: Portal):
    dee, pat = become(portal, DEE), become(portal, PAT)
    numbers = [row["number"] for row in portal.rows("staff_session")]
    for number in numbers:
        dee.browser.post("/staff/sign-out", data={"csrf_token": dee.token(), "session": number})
        if dee.get("/staff").status_code != 200:
            dee = become(portal, DEE)
    assert pat.get("/staff").status_code == 200


def test_a_forms_token_is_of_no_use_after_signing_out(portal: Portal):
    dee = become(portal, DEE)
    token = dee.token()
    dee.post("/staff/sign-out", page="/staff")
    stale = dee.browser.post("/staff/sign-in", data={"csrf_token": token, "email": ANN})
    assert stale.status_code == 403


def test_an_idle_session_is_asked_to_sign_in_and_what_was_typed_stays(portal: Portal):
    dee = become(portal, DEE)
    token = dee.token()
    portal.clock.ahead += IDLE * 2
    form = "/design/report-fly-tipping"
    assert path_of(dee.get(form).headers["location"]) == f"/staff/sign-in?then={form}"
    watched = dee.browser.get(f"{form}/state", headers={"accept": "application/json"})
    assert watched.status_code == 401
    assert "nothing is lost" in watched.json()["error"]
    posted = dee.browser.post(form, data={"csrf_token": token, "text": "x"})
    assert posted.status_code == 401
    assert heading_of(posted.text) == "You are signed out"


@pytest.mark.parametrize(
    "then",
    [
        "https://evil.test/", "//evil.test", "/\\evil.test", "/design//evil.test", "javascript:x",
        "/design?x=y", "/pay/x", "/design/\nSet-Cookie: x", "", "/design/" + "x" * 300,
    ],
)  # fmt: skip
def test_signing_in_leads_to_pages_of_ours_only(shared_portal: Portal, then: str):
    browser = from_address(shared_portal, "127.0.0.1")
    token = hidden_inputs(browser.read("/staff/sign-in"))["csrf_token"]
    answer = browser.browser.post(
        "/staff/sign-in/demo", data={"csrf_token": token, "email": PAT, "then": then}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff")


def test_in_development_one_press_is_enough_at_the_machine_itself_only(shared_portal: Portal):
    assert "Pat Publisher" in from_address(shared_portal, "127.0.0.1").read("/staff/sign-in")
    elsewhere = from_address(shared_portal, "10.1.1.1")
    assert "Pat Publisher" not in elsewhere.read("/staff/sign-in")
    assert (
        elsewhere.post("/staff/sign-in/demo", {"email": PAT}, page="/staff/sign-in").status_code
        == 404
    )
    nobody = from_address(shared_portal, "127.0.0.1")
    assert (
        nobody.post("/staff/sign-in/demo", {"email": ANN}, page="/staff/sign-in").status_code == 404
    )


def test_in_production_nobody_is_a_demonstration_person(open_own: OpenPortal):
    with open_own() as development:
        cookie = become(development, DEE).browser.cookies["portal-staff"]
        house = development.house
        house.settings.environment = type(house.settings.environment).PRODUCTION
        dee = from_address(development, "127.0.0.1")
        dee.browser.cookies.set("portal-staff", cookie)
        assert dee.get("/design").status_code == 303
        page = dee.read("/staff/sign-in")
        assert "Dee Signer" not in page
        token = hidden_inputs(page)["csrf_token"]
        data = {"csrf_token": token, "email": DEE}
        assert dee.browser.post("/staff/sign-in/demo", data=data).status_code == 404


def test_each_role_sees_what_it_may_and_is_told_what_it_may_not(portal: Portal):
    ann, _ = enrol(portal, Role.ADMINISTRATOR)
    assert "Olive Officer" in ann.read("/staff/people")
    dee, olive = become(portal, DEE), become(portal, OLIVE)
    for refused, path in ((dee, "/staff/people"), (olive, "/staff/people"), (olive, "/design")):
        answer = refused.get(path)
        assert answer.status_code == 403
        assert heading_of(answer.text) == "You cannot do this"
    give_roles(portal.house.transactions, ANN, [Role.OFFICER])
    assert ann.get("/staff/people").status_code == 403
    disable_staff(portal.house.transactions, ANN)
    assert ann.get("/staff").status_code == 303


def test_the_cookie_is_for_this_host_over_tls_and_no_script(open_own: OpenPortal):
    with open_own(base_url="https://testserver") as portal:
        browser = from_address(portal, "127.0.0.1")
        browser.browser.base_url = "https://testserver"
        token = hidden_inputs(browser.read("/staff/sign-in"))["csrf_token"]
        answer = browser.browser.post(
            "/staff/sign-in/demo", data={"csrf_token": token, "email": PAT}
        )
        (cookie,) = [c for c in answer.headers.get_list("set-cookie") if "staff" in c]
        assert cookie.startswith("__Host-portal-staff=")
        for word in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
            assert word in cookie
        assert "Max-Age" not in cookie
