"""`portal staff`: what whoever looks after the portal types, and what it says."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from portal.accounts.signing_in import seed_demo_staff, welcome
from portal.bootstrap import real_clock
from portal.cli import app
from portal.core.errors import Missing
from portal.database import Transactions, open_engine
from portal.migrations.running import migrate
from tests.support.portal_house import FORMS

ANN = "ann@council.test"
Portal = Callable[..., tuple[int, str]]


@pytest.fixture
def database(tmp_path: Path) -> Transactions:
    url = f"sqlite:///{tmp_path / 'portal.db'}"
    engine = open_engine(url)
    migrate(engine, url)
    return Transactions(engine)


@pytest.fixture
def portal(database: Transactions, tmp_path: Path) -> Portal:
    environment = {
        "PORTAL_DATABASE_URL": str(database.engine.url),
        "PORTAL_DATA_DIR": str(tmp_path),
        "PORTAL_FORMS": str(FORMS),
        "PORTAL_BASE_URL": "http://portal.test",
    }

    def run(*words: str) -> tuple[int, str]:
        ran = CliRunner().invoke(app, ["staff", *words], env=environment)
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        return ran.exit_code, (ran.stdout or ran.stderr).strip()

    return run


def token_in(said: str) -> str:
    link = said.splitlines()[0]
    assert link.startswith("http://portal.test/staff/welcome/")
    return link.rpartition("/")[2]


def test_an_account_is_made_listed_changed_reset_and_shut(portal: Portal, database: Transactions):
    assert portal("list") == (0, "Nobody may sign in yet: portal staff add")
    code, said = portal("add", ANN, "--name", "Ann Example", "--role", "designer")
    assert code == 0
    first = token_in(said)
    assert welcome(database, first, now=real_clock()).staff.name == "Ann Example"
    assert portal("roles", ANN, "--role", "publisher", "--role", "designer") == (
        0,
        f"{ANN}: designer, publisher",
    )
    assert portal("list") == (0, f"{ANN}  Ann Example  designer, publisher  invited  never")
    second = token_in(portal("reset", ANN)[1])
    with pytest.raises(Missing):
        welcome(database, first, now=real_clock())
    assert welcome(database, second, now=real_clock()).staff.email == ANN
    assert portal("disable", ANN) == (0, f"{ANN} cannot sign in any more.")
    with pytest.raises(Missing):
        welcome(database, second, now=real_clock())
    assert "disabled" in portal("list")[1]


def test_what_cannot_be_done_is_said_in_one_line(portal: Portal, database: Transactions):
    portal("add", ANN, "--name", "Ann", "--role", "officer")
    taken = portal("add", ANN.upper(), "--name", "Ann", "--role", "officer")
    assert taken == (1, f"{ANN} has an account already: portal staff reset {ANN}")
    assert portal("add", "ann", "--name", "Ann", "--role", "officer")[0] == 1
    assert portal("add", "b@council.test", "--name", " ", "--role", "officer")[0] == 1
    assert portal("add", "b@council.test", "--name", "B", "--role", "boss")[0] == 2
    for command in ("reset", "disable"):
        assert portal(command, "b@council.test") == (1, "b@council.test has no account")
    seed_demo_staff(database, now=real_clock())
    assert portal("reset", "dee@portal.example")[0] == 1
