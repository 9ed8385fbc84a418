"""The real sandbox service over HTTP, the real SDK, the real engine, both databases."""

from collections.abc import Generator, Iterator

import pytest

from portal.database import Transactions
from portal.payments.providers.stripe import StripeProvider
from portal.work import Work, migrate_engine_tables
from tests.payments.council import Council
from tests.payments.letterbox import Letterbox, open_letterbox
from tests.support.sandbox_server import SandboxServer, running_sandbox


@pytest.fixture(scope="session")
def letterbox() -> Iterator[Letterbox]:
    """Where the sandbox posts its events."""
    with open_letterbox() as box:
        yield box


@pytest.fixture(scope="session")
def payment_service(
    tmp_path_factory: pytest.TempPathFactory, letterbox: Letterbox
) -> Iterator[SandboxServer]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), letterbox.url) as server:
        yield server


@pytest.fixture
def sandbox(payment_service: SandboxServer, letterbox: Letterbox) -> SandboxServer:
    payment_service.control.post("/_sandbox/reset").raise_for_status()
    payment_service.lift_faults()
    letterbox.posts.clear()
    return payment_service


@pytest.fixture
def provider(sandbox: SandboxServer) -> StripeProvider:
    return StripeProvider(
        name="sandbox",
        environment="test",
        api_key=sandbox.api_key,
        webhook_secrets=(sandbox.webhook_secret,),
        live=False,
        api_base=sandbox.url,
    )


@pytest.fixture
def council(
    transactions: Transactions, database_url: str, provider: StripeProvider
) -> Generator[Council]:
    migrate_engine_tables(database_url)
    work = Work(transactions.engine)
    yield Council(transactions, work, provider)
    work.close()
