"""`portal doctor` names what is wrong, and the cure, without a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.portal_house import FORMS


def doctor(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command with nothing of this machine's own settings."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(FORMS.parent),
        "PORTAL_FORMS": str(FORMS),
        "PORTAL_DATA_DIR": str(folder / "data"),
        **settings,
    }
    return subprocess.run(
        [sys.executable, "-m", "portal", "doctor", "--port", "0"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
        cwd=folder,
    )


@pytest.mark.parametrize(
    ("settings", "named", "cure"),
    [
        (
            {"PORTAL_DATABASE_URL": "postgresql://portal:hunter2@127.0.0.1:1/portal"},
            "127.0.0.1:1",
            "PORTAL_DATABASE_URL",
        ),
        (
            {"PORTAL_DATABASE_URL": "sqlite:////dev/null/portal.db"},
            "/dev/null/portal.db",
            "PORTAL_DATABASE_URL",
        ),
        ({"PORTAL_DATA_DIR": "/dev/null/data"}, "PORTAL_DATA_DIR", "name another"),
        ({"PORTAL_SMTP_URL": "smtp://127.0.0.1:1"}, "FAIL mail", "PORTAL_SMTP_URL"),
        ({}, "FAIL migrations", "portal migrate"),
    ],
)
def test_what_is_wrong_is_named_with_its_cure(
    tmp_path: Path, settings: dict[str, str], named: str, cure: str
) -> None:
    ended = doctor(tmp_path, **settings)
    said = " ".join((ended.stdout + ended.stderr).split())
    assert ended.returncode in (1, 2)
    assert named in said
    assert cure in said
    assert "Traceback" not in said
    assert "hunter2" not in said


def test_what_serve_brings_along_in_development_is_not_missed(tmp_path: Path) -> None:
    said = doctor(tmp_path).stdout
    for name in ("payment provider", "CRM", "mail"):
        assert f"ok   {name}: comes with `portal serve`" in said
