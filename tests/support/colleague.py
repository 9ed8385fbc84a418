"""A member of staff with a browser, signed in."""

from datetime import UTC, datetime
from typing import Any

from starlette.testclient import TestClient

from portal.accounts.secrets import STEP_SECONDS, code_of
from tests.support.portal_house import BASE_URL, Portal
from tests.support.resident import Resident, hidden_inputs

DEE, PAT, OLIVE = "dee@portal.example", "pat@portal.example", "olive@portal.example"
PASSWORD = "four words and a goose"


class Colleague(Resident):
    """One browser whose forms' tokens are bound to a session of staff."""

    def token(self) -> str:
        return hidden_inputs(self.read("/staff"))["csrf_token"]


def from_address(portal: Portal, address: str, **headers: str) -> Colleague:
    """A browser at a network address, signed in as nobody yet."""
    client = TestClient(
        portal.app,
        base_url=BASE_URL,
        headers={"sec-fetch-site": "same-origin", **headers},
        raise_server_exceptions=False,
        follow_redirects=False,
        client=(address, 40000),
    )
    return Colleague(client, portal.house)


def become(portal: Portal, email: str = DEE, *, then: str = "/design") -> Colleague:
    """Press the button of a demonstration person, at the machine itself."""
    colleague = from_address(portal, "127.0.0.1")
    token = hidden_inputs(colleague.read("/staff/sign-in"))["csrf_token"]
    values = {"csrf_token": token, "email": email, "then": then}
    answer = colleague.browser.post("/staff/sign-in/demo", data=values)
    assert (answer.status_code, answer.headers["location"]) == (303, then)
    return colleague


def officer_filling(portal: Portal) -> Resident:
    """An officer who fills forms: a browser like a resident's, signed in."""
    return Resident(become(portal, OLIVE).browser, portal.house)


def code_at(secret: str, clock: Any = None, *, steps: int = 0) -> str:
    """What an authenticator shows now, or some half-minutes from now."""
    now = clock() if clock else datetime.now(UTC)
    return code_of(secret, datetime.fromtimestamp(now.timestamp() + steps * STEP_SECONDS, UTC))
