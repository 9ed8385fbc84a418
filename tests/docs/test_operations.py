"""docs/operations.md: whoever runs the portal finds every setting, command, measure and job."""

import re
import subprocess
import sys
from pathlib import Path

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


def test_the_commands_told_of_run_with_the_settings_of_development(tmp_path: Path) -> None:
    assert _portal(tmp_path, "migrate") == ""
    assert _portal(tmp_path, "parked") == "Nothing is parked."
    assert _portal(tmp_path, "purge") == "0 drafts, 0 files and 0 stray files are deleted."


def test_the_command_that_makes_a_secret_can_be_copied_in_one_line(tmp_path: Path) -> None:
    said = _portal(tmp_path, "parked", PORTAL_ENVIRONMENT="production")
    assert 'python -c "import secrets; print(secrets.token_urlsafe(48))"' in said.splitlines()[1]


def _portal(folder: Path, command: str, **settings: str) -> str:
    """Run a command with nothing of this machine's own settings; gives what it said."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "PORTAL_FORMS": str(ROOT / "form_definitions"),
        "PORTAL_DATA_DIR": str(folder / "data"),
        **settings,
    }
    run = [sys.executable, "-m", "portal", command]
    ended = subprocess.run(
        run, env=environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert "Traceback" not in ended.stderr
    return (ended.stdout or ended.stderr).strip()
