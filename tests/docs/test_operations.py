"""docs/operations.md: whoever runs the portal finds every setting, command, measure and job."""

import re

import pytest

from portal.bootstrap import SCHEDULES
from portal.cli import app
from tests.docs.fitting import DOCS, ROOT

TEXT = (DOCS / "operations.md").read_text("utf-8")


@pytest.mark.parametrize(
    "name", [c.callback.__name__ for c in app.registered_commands if c.callback]
)
def test_every_command_is_told(name: str) -> None:
    assert f"`portal {name}" in TEXT


def test_every_measure_is_told_and_no_other() -> None:
    source = (ROOT / "portal" / "observing.py").read_text("utf-8")
    counted = set(re.findall(r'"(portal_[a-z_]+)"', source))
    assert {name for name in counted if name not in TEXT} == set()
    told = {re.sub("_(total|bucket)$", "", name) for name in re.findall(r"`(portal_[a-z_]+)", TEXT)}
    assert told == counted


def test_every_job_that_comes_round_is_told_with_its_time() -> None:
    for when in SCHEDULES.values():
        minute, hour = when.split()[:2]
        assert (
            f"{int(hour):02}:{int(minute):02} UTC" if hour != "*" else f"minute {minute}"
        ) in TEXT
