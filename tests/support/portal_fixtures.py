"""Fixtures of a whole portal; a folder's conftest.py imports those it wants."""

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.notices.mail_server import mail_peer
from tests.support.crm_server import running_crm
from tests.support.portal_house import Neighbours, Portal, PreparedDatabases, open_portal
from tests.support.sandbox_server import running_sandbox

OpenPortal = Callable[..., AbstractContextManager[Portal]]


@pytest.fixture(scope="session")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbours]:
    """The sandbox payment service, the reference CRM and a mail server, all real."""
    folder = tmp_path_factory.mktemp("neighbours")
    with (
        running_sandbox(folder / "sandbox") as sandbox,
        running_crm(folder / "crm") as crm,
        mail_peer() as mail,
    ):
        yield Neighbours(sandbox, crm, mail)


@pytest.fixture(scope="session")
def databases(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> PreparedDatabases:
    """Prepared databases of each kind."""
    folder = tmp_path_factory.mktemp("databases")
    return PreparedDatabases(folder, lambda: str(request.getfixturevalue("postgres_url")))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_portal(
    request: pytest.FixtureRequest,
    databases: PreparedDatabases,
    neighbours: Neighbours,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Portal]:
    """One portal on each kind of database, used by many tests, as many residents use one."""
    url = databases.copy(request.param)
    with open_portal(url, tmp_path_factory.mktemp("portal"), neighbours) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def open_own(
    request: pytest.FixtureRequest,
    databases: PreparedDatabases,
    neighbours: Neighbours,
    tmp_path: Path,
) -> OpenPortal:
    """Opens a portal of the test's own, on each kind of database, with settings of its own."""

    @contextmanager
    def opening(**settings: Any) -> Generator[Portal]:
        url = databases.copy(request.param)
        with open_portal(url, tmp_path / "portal", neighbours, **settings) as opened:
            yield opened

    return opening


@pytest.fixture
def portal(open_own: OpenPortal) -> Iterator[Portal]:
    """A portal of the test's own, on each kind of database."""
    with open_own() as opened:
        yield opened
