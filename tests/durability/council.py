"""A council with all its neighbours, each a process of its own: the portal's are killed."""

import asyncio
import email
import email.policy
import multiprocessing
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx2
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.durability.portal_process import run
from tests.support.crm_server import TOKEN, CrmServer, speaking_to
from tests.support.portal_house import FORMS
from tests.support.sandbox_server import API_KEY, WEBHOOK_SECRET, SandboxServer, free_port

ROOT = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 120.0


def wait_until(seen: Callable[[], object], what: str, *, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


@dataclass
class PostOffice:
    """A mail server that keeps what it took, and can be closed, or slow to say that it took it."""

    port: int = field(default_factory=free_port)
    taken: list[EmailMessage] = field(default_factory=list[EmailMessage])
    slow: int = 0
    """How many of the next mails are taken at once but acknowledged only after two seconds."""
    delaying: threading.Event = field(default_factory=threading.Event)
    _controller: Controller | None = None

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name for it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del server, session
        mail = email.message_from_bytes(envelope.content or b"", policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.taken.append(mail)
        if self.slow:
            self.slow -= 1
            self.delaying.set()
            await asyncio.sleep(2)
        return "250 OK"

    def open(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self) -> None:
        """From now on connections are refused."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.durability.portal_process", "weasyprint"])


class Process:
    """A process of the portal: started, killed, started again; its log goes on in one file."""

    def __init__(self, role: str, port: int, environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        self._how = (role, port, environment, log)
        self._running: BaseProcess | None = None

    def start(self) -> None:
        """Start it, unless it runs."""
        if self._running is None:
            self._running = _FORKS.Process(target=run, args=self._how)
            self._running.start()

    def kill(self) -> None:
        """`kill -9`: no goodbye, nothing flushed."""
        if self._running is not None:
            self._running.kill()
            self._running.join()
            assert self._running.exitcode == -signal.SIGKILL, self.log.read_text()[-3000:]
            self._running = None

    def assert_runs(self) -> None:
        if self._running is not None and not self._running.is_alive():
            said = self.log.read_text()[-3000:]
            raise AssertionError(f"the portal ended by itself:\n{said}")


@dataclass(frozen=True)
class Council:
    """Everything there is, and how to reach it."""

    url: str
    data_dir: Path
    portal: Process
    worker: Process | None
    """A second worker, where the database lets there be one."""
    sandbox: SandboxServer
    crm: CrmServer
    post: PostOffice

    def is_up(self) -> bool:
        """Whether the portal answers."""
        self.portal.assert_runs()
        try:
            return httpx2.get(f"{self.url}/healthz", timeout=5, trust_env=False).is_success
        except httpx2.TransportError:
            return False


@contextmanager
def running_council(database_url: str, folder: Path) -> Generator[Council]:
    """Start everything; stop it at the end."""
    port, crm_port, sandbox_port = free_port(), free_port(), free_port()
    url, crm_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{crm_port}"
    sandbox_url, post = f"http://127.0.0.1:{sandbox_port}", PostOffice()
    environment = {
        "PORTAL_BASE_URL": url,
        "PORTAL_SECRET_KEY": "a council that is killed ten times",
        "PORTAL_DATABASE_URL": database_url,
        "PORTAL_DATA_DIR": str(folder / "portal"),
        "PORTAL_FORMS": str(FORMS),
        "PORTAL_CRM_URL": crm_url,
        "PORTAL_CRM_TOKEN": TOKEN,
        "PORTAL_SMTP_URL": f"smtp://127.0.0.1:{post.port}",
        "PORTAL_SANDBOX_API_BASE": sandbox_url,
        "PORTAL_SANDBOX_API_KEY": API_KEY,
        "PORTAL_SANDBOX_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "PORTAL_TRUSTED_PROXY": "127.0.0.1",  # so that each resident has an address of their own
    }
    sandbox_options = (
        "--port", str(sandbox_port), "--data-dir", str(folder / "sandbox"), "--api-key", API_KEY,
        "--webhook-secret", WEBHOOK_SECRET, "--webhook-url", f"{url}/webhooks/sandbox",
    )  # fmt: skip
    crm_options = (
        "--port", str(crm_port), "--data-dir", str(folder / "crm"), "--token", TOKEN, "--faults",
    )  # fmt: skip
    alone = database_url.startswith("sqlite")
    with ExitStack() as stack:
        post.open()
        stack.callback(post.close)
        stack.enter_context(_neighbour("portal.sandbox", sandbox_options, sandbox_url))
        stack.enter_context(_neighbour("portal.crm", crm_options, crm_url))
        control = stack.enter_context(
            httpx2.Client(base_url=sandbox_url, timeout=30, trust_env=False)
        )
        council = Council(
            url=url,
            data_dir=folder / "portal",
            portal=Process("serve", port, environment, folder / "portal.log"),
            worker=None if alone else Process("work", 0, environment, folder / "worker.log"),
            sandbox=SandboxServer(sandbox_url, API_KEY, WEBHOOK_SECRET, control),
            crm=stack.enter_context(speaking_to(crm_url, folder / "crm")),
            post=post,
        )
        for process in filter(None, (council.portal, council.worker)):
            process.start()
            stack.callback(process.kill)
        wait_until(council.is_up, "the portal answers")
        yield council


@contextmanager
def _neighbour(module: str, options: Sequence[str], url: str) -> Generator[None]:
    process = subprocess.Popen([sys.executable, "-m", module, *options, "--quiet"], cwd=ROOT)

    def answers() -> bool:
        assert process.poll() is None, f"{module} ended by itself"
        try:
            httpx2.get(url, timeout=5, trust_env=False)
        except httpx2.TransportError:
            return False
        return True

    try:
        wait_until(answers, f"{module} answers")
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
