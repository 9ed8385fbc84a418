"""The whole portal as people run it: `portal serve` in a process of its own, and all it brings."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from portal.accounts.permissions import Role
from portal.accounts.signing_in import add_staff, welcome
from portal.addresses.local import LocalGazetteer
from portal.core.bank_holidays import bank_holidays
from portal.core.dates import Today
from portal.database import Transactions, open_engine
from portal.forms.definition import Example, FormDefinition
from portal.forms.examples import run_example
from portal.forms.library import load_library
from portal.submissions.proposal import Doer
from portal.submissions.proposing import unpin
from tests.support.portal_house import prepare

ROOT = Path(__file__).parents[2]
ALL_FORMS = load_library(ROOT / "form_definitions").forms
FORMS = {name: form for name, form in ALL_FORMS.items() if not form.repeats}
"""The services every example of which is used in the browser; those with lists are used once
each, by `test_showcase.py`: they are long."""
_PATIENCE_SECONDS = 90.0


def _usual_day() -> date:
    days = [e.on for form in ALL_FORMS.values() for e in form.examples if e.on is not None]
    return Counter(days).most_common(1)[0][0]


DAY = _usual_day()
"""The day the portal lives on: the one most examples are written for, so that "in ten working
days" stays true whenever the tests run."""
TODAY = Today(DAY, bank_holidays())


@dataclass(frozen=True, slots=True)
class WholePortal:
    """Where a running portal answers."""

    url: str
    payments: str
    data_dir: Path

    def address(self, uprn: str) -> tuple[str, str]:
        """The postcode and the whole line of an address in its gazetteer."""
        transactions = Transactions(open_engine(f"sqlite:///{self.data_dir / 'portal.db'}"))
        found = LocalGazetteer(transactions).find(uprn)
        transactions.dispose()
        assert found is not None, uprn
        return found.postcode, found.one_line

    def clock(self) -> datetime:
        """What time it is for the portal."""
        with urllib.request.urlopen(f"{self.url}/healthz", timeout=20) as answer:
            return parsedate_to_datetime(answer.headers["date"])

    def invite(self, email: str, name: str, role: Role = Role.DESIGNER) -> tuple[str, str]:
        """Make an account; gives the path of its one-time link and its authenticator's secret."""
        transactions = Transactions(open_engine(f"sqlite:///{self.data_dir / 'portal.db'}"))
        now = self.clock()
        token = add_staff(transactions, email, name, [role], now=now)
        secret = welcome(transactions, token, now=now).second_factor
        transactions.dispose()
        return f"/staff/welcome/{token}", secret

    def follow_file(self, form: str) -> None:
        """Serve the file of a form again, whatever was published of it."""
        transactions = Transactions(open_engine(f"sqlite:///{self.data_dir / 'portal.db'}"))
        with transactions.write() as session:
            unpin(session, form, Doer("", "tests"), self.clock())
        transactions.dispose()


def distinct_examples() -> list[tuple[FormDefinition, Example]]:
    """One example for every way through a form: the same pages, end and refusals need no second."""
    seen: dict[object, tuple[FormDefinition, Example]] = {}
    for form in FORMS.values():
        for example in form.examples:
            if example.on in (None, DAY):
                outcome = run_example(form, example, TODAY)
                pages = tuple(page.name for page, _ in outcome.posts)
                key = (form.form, pages, example.ends_at, tuple(example.refused))
                seen.setdefault(key, (form, example))
    return list(seen.values())


@contextmanager
def running_portal(data_dir: Path, forms: Path | None = None) -> Generator[WholePortal]:
    """Prepare and serve a portal on free ports; it is stopped at the end.

    `forms` is a folder with other definitions than those we ship.
    """
    port = _free_pair()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")},
        "PYTHONPATH": str(Path(__file__).parent / "on_a_day"),
        "PORTAL_TEST_NOW": f"{DAY.isoformat()}T10:00:00+00:00",
        "PORTAL_DATA_DIR": str(data_dir),
        # Each browser has an address of its own, as people have.
        "PORTAL_TRUSTED_PROXY": "127.0.0.1",
        **({"PORTAL_FORMS": str(forms)} if forms else {}),
    }
    prepare(f"sqlite:///{data_dir / 'portal.db'}")
    log = data_dir / "serve.log"
    with log.open("wb") as out:
        serving = subprocess.Popen(
            [sys.executable, "-m", "portal", "serve", "--prepare", "--port", str(port)],
            cwd=ROOT, env=environment, stdout=out, stderr=out,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(serving, url, log)
        yield WholePortal(url, f"http://127.0.0.1:{port + 1}", data_dir)
    finally:
        serving.terminate()
        try:
            serving.wait(20)
        except subprocess.TimeoutExpired:
            serving.kill()
            serving.wait()


def _free_pair() -> int:
    """A free port whose neighbour is free as well: the payment service takes the next one."""
    for _try in range(50):
        with socket.create_server(("127.0.0.1", 0)) as first:
            port = first.getsockname()[1]
            try:
                socket.create_server(("127.0.0.1", port + 1)).close()
            except (OSError, OverflowError):
                continue
            return port
    raise AssertionError("no two free ports")


def _wait_until_ready(serving: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert serving.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(log.read_text())
