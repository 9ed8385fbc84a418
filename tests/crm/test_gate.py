"""Who may come in, and what every answer carries."""

import socket
from pathlib import Path

import httpx2
import pytest

from tests.crm.samples import a_small_case
from tests.support.crm_server import CrmServer, running_crm

EVERYWHERE = "0.0.0.0"  # noqa: S104 - the gate is what is tested
PATHS = ("/", "/cases/CRM-000001", "/search?q=x", "/docs", "/openapi.json", "/healthz",
         "/nothing", "/api/v1/cases", "/crm.css", "/icon.svg", "/_faults")  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_security_headers(crm: CrmServer, path: str) -> None:
    crm.api.post("cases", json=a_small_case())
    headers = crm.browser.get(path).headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "header",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "[not-an-address"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
    ],
)
def test_a_stranger_behind_a_proxy_or_another_name_is_refused(
    crm: CrmServer, header: dict[str, str]
) -> None:
    crm.api.post("cases", json=a_small_case(subject="Private"))
    for path in PATHS:
        refused = crm.api.get(f"{crm.url}{path}", headers=header)
        assert refused.status_code == 403
        assert "Private" not in refused.text


def test_another_machine_is_refused(tmp_path: Path) -> None:
    address = _own_address()
    with running_crm(tmp_path, host=EVERYWHERE) as crm, _from_outside(crm, address) as outside:
        assert outside.get("/").status_code == 403
        assert "--public" in outside.get("/").json()["detail"]


def test_a_public_crm_lets_others_in_but_never_to_its_faults(tmp_path: Path) -> None:
    address = _own_address()
    with (
        running_crm(tmp_path, host=EVERYWHERE, public=True) as crm,
        _from_outside(crm, address) as outside,
    ):
        assert outside.get("/").status_code == 200
        assert outside.get("/api/v1/cases").status_code == 401
        assert outside.post("/_faults", json={"kind": "error_before"}).status_code == 403
        assert crm.browser.get("/_faults").json() == []


def _own_address() -> str:
    """This machine's address on a network; asking for a route sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return probe.getsockname()[0]


def _from_outside(crm: CrmServer, address: str) -> httpx2.Client:
    """A client that comes from this machine's network address; from loopback if it has none."""
    port = crm.url.rpartition(":")[2]
    headers = {"X-Forwarded-For": "192.0.2.1"} if address.startswith("127.") else {}
    return httpx2.Client(base_url=f"http://{address}:{port}", headers=headers, trust_env=False)


def test_its_own_public_name_is_let_in(tmp_path: Path) -> None:
    with running_crm(tmp_path, public_url="https://crm.test/desk") as crm:
        created = crm.api.post("cases", json=a_small_case(), headers={"Host": "crm.test"})
        assert created.json()["url"] == "https://crm.test/desk/cases/CRM-000001"
