"""What watches over the portal learns how it does, and nothing about anybody."""

import socket
import threading
import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from portal.doctor import Readiness, check_port
from portal.observing import Observer
from tests.support.portal_house import Portal
from tests.support.resident import FREE

TOKEN = "m" * 40


def ask(portal: Portal, peer: str = "127.0.0.1", host: str = "10.1.2.3", **headers: str) -> Any:
    """What a machine at `peer` is answered, asking for the metrics by address."""
    machine = TestClient(portal.app, base_url=f"http://{host}", client=(peer, 40000))
    return machine.get("/metrics", headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_metrics_count_what_residents_do_and_name_none_of_them(portal: Portal) -> None:
    reference = portal.resident().send_free()
    portal.resident().get(f"/forms/{FREE}/confirmation/{reference}")
    text = ask(portal).text
    assert f'portal_submissions{{form="{FREE}"}} 1.0' in text
    assert 'route="/forms/{form}/{path:path}",status="303"' in text
    assert "portal_jobs" in text
    assert "portal_build_info" in text
    assert reference not in text
    assert "ann@" not in text.lower()


def test_calls_to_the_crm_are_counted_by_outcome(portal: Portal) -> None:
    portal.resident().send_free()
    portal.do_the_work()
    assert (
        'portal_outgoing_calls_total{call="create_case",outcome="ok",to="crm"} 1.0'
        in ask(portal).text
    )


def test_an_address_nobody_knows_is_counted_without_its_path(shared_portal: Portal) -> None:
    shared_portal.resident().get("/wp-admin/ann@example.test")
    text = ask(shared_portal).text
    assert "wp-admin" not in text
    assert 'route="none",status="404"' in text


@pytest.mark.parametrize("peer", ["203.0.113.9", "10.0.0.8", "testclient"])
def test_metrics_are_not_open_to_the_world(shared_portal: Portal, peer: str) -> None:
    answer = ask(shared_portal, peer)
    assert answer.status_code == 401
    assert "portal_" not in answer.text


@pytest.mark.parametrize("header", ["x_forwarded_for", "forwarded", "via", "x_real_ip"])
def test_a_proxy_on_this_machine_does_not_open_them(shared_portal: Portal, header: str) -> None:
    assert ask(shared_portal, "127.0.0.1", **{header: "203.0.113.9"}).status_code == 401


def test_with_a_token_only_its_bearer_is_answered(open_own: Any) -> None:
    with open_own(metrics_token=TOKEN) as portal:
        assert ask(portal, "127.0.0.1").status_code == 401
        assert ask(portal, "203.0.113.9", authorization=f"Bearer {TOKEN[:-1]}").status_code == 401
        assert ask(portal, "203.0.113.9", authorization=f"Bearer {TOKEN}").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_asks_by_address(shared_portal: Portal, path: str) -> None:
    probe = TestClient(shared_portal.app, base_url="http://10.1.2.3:8000")
    assert probe.get(path).json()["status"] == "ok"


def test_the_database_is_asked_once_a_minute_however_often_metrics_are(portal: Portal) -> None:
    hour = [0.0]
    observer = Observer(lambda: hour[0])
    before = observer.text(portal.house)
    portal.resident().send_free()
    assert b"portal_submissions{form=" not in before + observer.text(portal.house)
    hour[0] += 61
    assert b"portal_submissions{form=" in observer.text(portal.house)


def test_a_database_that_hangs_is_said_to_in_time_and_not_asked_again() -> None:
    let_go, asked = threading.Event(), list[str]()

    def hang() -> str:
        asked.append("again")
        let_go.wait()
        return "at last"

    readiness = Readiness({"database": hang, "disk": lambda: "plenty"}, patience_seconds=0.05)
    for _ in range(3):
        database, disk = readiness.check()
        assert (database.is_well, disk.is_well) == (False, True)
        assert "no answer within" in database.said
    assert asked == ["again"]
    let_go.set()
    until = time.monotonic() + 5
    while not readiness.check()[0].is_well and time.monotonic() < until:
        time.sleep(0.01)
    assert readiness.check()[0].is_well


def test_a_taken_port_is_named_with_the_cure() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = check_port("127.0.0.1", port)
        assert not found.is_well
        assert str(port) in found.said
        assert "PORT=" in found.said
    assert check_port("127.0.0.1", 0).is_well
