"""Serves the whole portal from one command: web, worker, and in development all they speak to.

In development `serve` also brings the sandbox payment service (a process of its own on the next
port, so that paying crosses to another origin as it does in life), the reference CRM (its own
application and store, under /crm, reached over HTTP) and a mailbox that receives real mail.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import structlog
import uvicorn

from portal.app import create_app
from portal.bootstrap import SCHEDULES, House, build_house
from portal.crm.app import close_crm
from portal.crm.app import create_app as create_crm
from portal.crm.settings import CrmSettings
from portal.notices.mailbox import Mailbox
from portal.settings import Settings, kept_secret
from portal.work import Worker

log = structlog.get_logger(__name__)
_PATIENCE_SECONDS = 10.0
_START_SECONDS = 60.0
"""A busy or an old machine takes its time to start Python."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What development brings along."""

    sandbox: bool
    crm: bool
    mailbox: bool


def neighbours_for(settings: Settings) -> Neighbours:
    """Whatever a development portal was not told to find elsewhere."""
    development = not settings.is_production
    return Neighbours(
        sandbox=development
        and settings.payment_provider == "sandbox"
        and "PORTAL_SANDBOX_API_BASE" not in os.environ,
        crm=development and not settings.crm_url,
        mailbox=development and not settings.smtp_url.get_secret_value(),
    )


@contextlib.contextmanager
def beside(settings: Settings, *, host: str, port: int) -> Generator[dict[str, Any]]:
    """Start the neighbours and tell the settings where they are; stop them at the end.

    Gives the applications to mount. Raises RuntimeError with the cure when one cannot start.
    """
    wanted, mounted = neighbours_for(settings), dict[str, Any]()
    with contextlib.ExitStack() as stack:
        if wanted.mailbox:
            mailbox = Mailbox(settings.data_dir / "mailbox")
            settings.smtp_url = type(settings.smtp_url)(mailbox.start())
            stack.callback(mailbox.stop)
        if wanted.crm:
            token = kept_secret(settings.data_dir / "crm-token")
            settings.crm_url = f"http://{_dialled(host)}:{port}/crm"
            settings.crm_token = type(settings.crm_token)(token)
            crm = create_crm(CrmSettings(settings.data_dir / "crm", token))
            mounted["/crm"] = crm
            stack.callback(close_crm, crm)
        if wanted.sandbox:
            stack.enter_context(_sandbox(settings, host=host, port=port + 1))
        yield mounted


def _dialled(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104  # not bound here


@contextlib.contextmanager
def _sandbox(settings: Settings, *, host: str, port: int) -> Generator[None]:
    """Run the sandbox payment service as a process of its own, which ends with ours."""
    secret = "whsec_" + kept_secret(settings.data_dir / "sandbox-secret")
    base = f"http://{_dialled(host)}:{port}"
    os.environ.update(
        PORTAL_SANDBOX_API_BASE=base,
        PORTAL_SANDBOX_API_KEY="sk_test_sandbox",
        PORTAL_SANDBOX_WEBHOOK_SECRET=secret,
    )
    command = [
        sys.executable, "-m", "portal.sandbox", "--host", host, "--port", str(port), "--quiet",
        "--data-dir", str(settings.data_dir / "sandbox"), "--api-key", "sk_test_sandbox",
        "--webhook-secret", secret, "--merchant-name", "Harrowmere District Council",
        "--webhook-url", f"http://{_dialled(host)}:{settings_port(settings)}/webhooks/sandbox",
    ]  # fmt: skip
    _refuse_taken_port(host, port)
    process = subprocess.Popen(command, preexec_fn=_end_with_parent)  # noqa: PLW1509, S603  # ours
    try:
        _wait_for(process, _dialled(host), port)
        yield
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def settings_port(settings: Settings) -> int:
    """The port the portal itself answers on, from its own address."""
    parts = urlsplit(settings.base_url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def _end_with_parent() -> None:
    """On Linux a child asks to be ended when its parent dies, even by kill -9."""
    os.setpgrp()  # Ctrl-C reaches the parent, which ends the child in its own time
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415

        death_signal = 1  # PR_SET_PDEATHSIG, prctl(2)
        ctypes.CDLL(None).prctl(death_signal, signal.SIGTERM)


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            msg = f"port {port} is taken; choose another with PORT=, or stop what uses it"
            raise RuntimeError(msg) from error


def _wait_for(process: "subprocess.Popen[bytes]", host: str, port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            msg = f"the sandbox payment service ended with code {process.returncode}"
            raise RuntimeError(msg)
        with contextlib.suppress(OSError), socket.create_connection((host, port), 0.2):
            return
        time.sleep(0.02)
    msg = "the sandbox payment service did not start within a minute"
    raise RuntimeError(msg)


def worker_for(house: House) -> Worker:
    """The worker that does this house's jobs."""
    return Worker(
        url=house.settings.database_url,
        state_dir=house.settings.data_dir,
        handlers=house.handlers,
        schedules=SCHEDULES,
        pace=house.work.pace,
    )


def serve(
    settings: Settings,
    *,
    host: str,
    port: int,
    ready: Callable[[House], None],
    build: Callable[[Settings], House] = build_house,
) -> None:
    """Serve until SIGTERM or Ctrl-C: web and worker in one process, in the house `build` makes.

    Raises RuntimeError with the cure when a port is taken or a neighbour cannot start.
    """
    _refuse_taken_port(host, port)
    with beside(settings, host=host, port=port) as mounted:
        house = build(settings)
        worker = worker_for(house)

        def start() -> None:
            worker.start()
            ready(house)

        app = create_app(house, on_start=start, on_stop=worker.stop, also=mounted)
        uvicorn.run(
            app,
            host=host,
            port=port,
            access_log=False,
            log_level="warning",
            server_header=False,
            date_header=True,
            proxy_headers=False,
            timeout_graceful_shutdown=10,
            limit_concurrency=400,
        )
        house.close()
