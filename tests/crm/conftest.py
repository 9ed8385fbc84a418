"""A running CRM for each test that asks."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support.crm_server import CrmServer, running_crm


@pytest.fixture
def crm(tmp_path: Path) -> Generator[CrmServer]:
    with running_crm(tmp_path / "crm") as running:
        yield running
