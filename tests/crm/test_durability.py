"""What a caller was told of survives kill -9, a full stop and a refusal to start."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from portal.crm.__main__ import UNSAFE, main
from portal.crm.settings import objection
from tests.crm.samples import a_case
from tests.support.crm_server import TOKEN, CrmServer, running_crm, speaking_to
from tests.support.sandbox_server import free_port

_BUSY = 20
"""How many cases it has been sent when it is killed."""


@contextmanager
def _own_process(data_dir: Path) -> Generator[tuple[subprocess.Popen[bytes], CrmServer]]:
    """Run `python -m portal.crm` and wait until it answers."""
    port = free_port()
    command = [sys.executable, "-m", "portal.crm", "--port", str(port), "--quiet",
               "--data-dir", str(data_dir), "--token", TOKEN]  # fmt: skip
    process = subprocess.Popen(command)
    try:
        with speaking_to(f"http://127.0.0.1:{port}", data_dir) as server:
            _wait_for(server, process)
            yield process, server
    finally:
        process.kill()
        process.wait()


def _wait_for(server: CrmServer, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, "the CRM did not start"
        assert time.monotonic() < deadline, "the CRM does not answer"
        try:
            server.browser.get("/healthz").raise_for_status()
        except httpx2.TransportError:
            time.sleep(0.05)
        else:
            return


def _send_until_killed(server: CrmServer, told: dict[str, str]) -> None:
    """Open cases with a file each, noting what was answered, until the connection breaks."""
    while True:
        key = f"submission-{len(told)}"
        answer = server.api.post(
            "cases", json=a_case(external_reference=key), headers={"Idempotency-Key": key}
        )
        told[key] = answer.raise_for_status().json()["id"]
        server.attach(told[key], key.encode()).raise_for_status()


def _kill_once_busy(process: subprocess.Popen[bytes], told: dict[str, str]) -> None:
    while len(told) <= _BUSY:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)


def test_kill_9_takes_back_nothing_that_was_answered(tmp_path: Path) -> None:
    told: dict[str, str] = {}
    with _own_process(tmp_path) as (process, server):
        threading.Thread(target=_kill_once_busy, args=(process, told), daemon=True).start()
        with pytest.raises(httpx2.TransportError):
            _send_until_killed(server, told)
    assert len(told) > _BUSY
    with running_crm(tmp_path) as crm:
        kept = {case["external_reference"]: case["id"] for case in crm.cases()}
        assert told.items() <= kept.items()
        assert len(kept) <= len(told) + 1, "at most the case in flight"
        for key, case_id in told.items():
            again = crm.api.post(
                "cases", json=a_case(external_reference=key), headers={"Idempotency-Key": key}
            )
            assert (again.status_code, again.json()["id"]) == (200, case_id)
        for case_id in list(told.values())[:-1]:
            attachment = crm.case(case_id)["attachments"][0]
            assert crm.api.get(attachment["url"]).status_code == 200


def test_what_a_kill_left_half_copied_is_swept_up(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / ".new-abc").write_bytes(b"half")
    with running_crm(tmp_path):
        assert list((tmp_path / "files").iterdir()) == []


def test_it_stops_when_told_to(tmp_path: Path) -> None:
    with _own_process(tmp_path) as (process, server):
        server.api.post("cases", json=a_case()).raise_for_status()
        process.terminate()
        assert process.wait(10) in {0, -signal.SIGTERM}


PRODUCTION = {"PORTAL_ENVIRONMENT": "production"}


@pytest.mark.parametrize(
    ("public", "faults", "token_given", "may_start"),
    [
        (False, False, False, False),
        (True, False, False, False),
        (False, False, True, False),
        (True, True, True, False),
        (True, False, True, True),
    ],
)
def test_in_production_it_starts_only_when_asked_in_full(
    *, public: bool, faults: bool, token_given: bool, may_start: bool
) -> None:
    refused = objection(PRODUCTION, public=public, faults=faults, token_given=token_given)
    assert (refused is None) is may_start
    assert objection({}, public=public, faults=faults, token_given=token_given) is None


def test_the_command_refuses_with_the_cure(tmp_path: Path) -> None:
    environment = {**os.environ, "PORTAL_ENVIRONMENT": " Production "}
    environment.pop("PORTAL_CRM_TOKEN", None)
    command = [sys.executable, "-m", "portal.crm", "--data-dir", str(tmp_path / "crm")]
    refused = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert refused.returncode == UNSAFE
    assert "--public" in refused.stderr
    assert "--token" in refused.stderr
    assert not (tmp_path / "crm").exists()


def test_the_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "--data-dir" in capsys.readouterr().out
