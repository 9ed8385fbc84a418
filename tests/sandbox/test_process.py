"""The command `python -m portal.sandbox`: what it refuses, how it stops, what it keeps."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import httpx2
import pytest
import stripe

from tests.support.sandbox_server import API_KEY, WEBHOOK_SECRET, free_port

Order: TypeAlias = Any  # some calls are wrong on purpose, and the SDK's types would refuse them


def command(data_dir: Path, port: int, *more: str, key: str = API_KEY) -> list[str]:
    return [
        *(sys.executable, "-m", "portal.sandbox"),
        *("--port", str(port), "--data-dir", str(data_dir)),
        *("--webhook-secret", WEBHOOK_SECRET, "--api-key", key, *more),
    ]


@contextmanager
def serving_process(data_dir: Path, port: int, *more: str) -> Generator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command(data_dir, port, *more), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        wait_until_up(port)
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_until_up(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            httpx2.get(f"http://127.0.0.1:{port}/c/pay.css", trust_env=False)
        except httpx2.HTTPError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the sandbox did not start")


def sdk(port: int) -> stripe.StripeClient:
    return stripe.StripeClient(API_KEY, base_addresses={"api": f"http://127.0.0.1:{port}"})


def test_it_refuses_to_start_in_production(tmp_path: Path) -> None:
    refused = run(tmp_path, environment={"PORTAL_ENVIRONMENT": "production"})
    assert refused.returncode == 2
    assert "must not run in production" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("key", ["sk_live_real", "anything"])
def test_it_refuses_a_key_that_may_be_real(tmp_path: Path, key: str) -> None:
    refused = run(tmp_path, key=key)
    assert refused.returncode == 2
    assert "sk_test_" in refused.stderr
    assert key not in refused.stderr


def run(
    data_dir: Path, *, environment: Mapping[str, str] | None = None, key: str = API_KEY
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(data_dir, free_port(), key=key),
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_when_told(tmp_path: Path, stop: signal.Signals) -> None:
    with serving_process(tmp_path, free_port(), "--quiet") as process:
        process.send_signal(stop)
        output, complaints = process.communicate(timeout=10)
        assert process.returncode == 0
        assert (output, complaints) == (b"", b"")


def test_it_says_where_it_is_and_that_it_takes_no_money(tmp_path: Path) -> None:
    port = free_port()
    with serving_process(tmp_path, port) as process:
        process.terminate()
        output, _ = process.communicate(timeout=10)
        assert output.decode().strip() == (
            f"Sandbox payment service (takes no money): http://127.0.0.1:{port}"
        )


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path, order: Order) -> None:
    port = free_port()
    with serving_process(tmp_path, port) as process:
        session = sdk(port).v1.checkout.sessions.create(order, {"idempotency_key": "one"})
        url = f"http://127.0.0.1:{port}/_sandbox/sessions/{session.id}/pay"
        assert httpx2.post(url, json={}, trust_env=False).json()["state"] == "paid"
        process.kill()
    with serving_process(tmp_path, port):
        assert sdk(port).v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
        again = sdk(port).v1.checkout.sessions.create(order, {"idempotency_key": "one"})
        assert again.id == session.id
        assert len(sdk(port).v1.events.list({}).data) == 2


def test_the_page_can_have_another_address_than_the_api(tmp_path: Path, order: Order) -> None:
    port = free_port()
    with serving_process(tmp_path, port, "--public-url", "https://pay.example/"):
        session = sdk(port).v1.checkout.sessions.create(order)
        assert session.url == f"https://pay.example/c/pay/{session.id}"
