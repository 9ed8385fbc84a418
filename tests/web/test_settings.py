"""A setting that is missing or unsafe stops the start and names its cure."""

import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from portal.bootstrap import build_house
from portal.core.errors import UnsafeSettings
from portal.settings import kept_secret, read_settings
from tests.support.portal_house import FORMS

SAFE: dict[str, Any] = {
    "environment": "production",
    "base_url": "https://forms.harrowmere.example",
    "secret_key": secrets.token_urlsafe(48),
    "payment_provider": "stripe",
    "crm_url": "https://crm.harrowmere.example",
    "smtp_url": "smtp://mail.harrowmere.example:587?starttls=1",
    "forms": FORMS,
}


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine's own settings."""
    import os

    for name in list(os.environ):
        if name.startswith("PORTAL_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_a_safe_production_starts(tmp_path: Path) -> None:
    assert read_settings(**SAFE, data_dir=tmp_path).is_production


@pytest.mark.parametrize(
    ("wrong", "named", "cure"),
    [
        ({"secret_key": ""}, "PORTAL_SECRET_KEY", "secrets.token_urlsafe"),
        ({"secret_key": "short"}, "PORTAL_SECRET_KEY", "32 random characters"),
        ({"secret_key": "change-me" * 6}, "PORTAL_SECRET_KEY", "Make one with"),
        ({"secret_key": "a" * 48}, "PORTAL_SECRET_KEY", "Make one with"),
        ({"base_url": "http://forms.harrowmere.example"}, "PORTAL_BASE_URL", "https://"),
        ({"base_url": "forms.harrowmere.example"}, "PORTAL_BASE_URL", "https://"),
        ({"base_url": "https://harrowmere.example/forms"}, "PORTAL_BASE_URL", "without a path"),
        ({"payment_provider": "sandbox"}, "PORTAL_PAYMENT_PROVIDER", "use stripe"),
        ({"smtp_url": ""}, "PORTAL_SMTP_URL", "missing"),
        ({"crm_url": ""}, "PORTAL_CRM_URL", "missing"),
        ({"database_url": "mysql://x"}, "PORTAL_DATABASE_URL", "sqlite:/// or postgresql://"),
        ({"forms": Path("nowhere")}, "PORTAL_FORMS", "no folder"),
        ({"environment": "live"}, "PORTAL_ENVIRONMENT", "development"),
    ],
)
def test_an_unsafe_production_does_not_start_and_says_why(
    tmp_path: Path, wrong: dict[str, Any], named: str, cure: str
) -> None:
    with pytest.raises(UnsafeSettings) as stopped:
        read_settings(**{**SAFE, "data_dir": tmp_path, **wrong})
    assert named in str(stopped.value)
    assert cure in str(stopped.value)


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(UnsafeSettings) as stopped:
        read_settings(environment="production", data_dir=tmp_path, forms=FORMS)
    said = str(stopped.value)
    for name in ("SECRET_KEY", "BASE_URL", "PAYMENT_PROVIDER", "SMTP_URL", "CRM_URL"):
        assert f"PORTAL_{name}" in said, name


def test_a_secret_is_never_repeated_in_the_complaint(tmp_path: Path) -> None:
    with pytest.raises(UnsafeSettings) as stopped:
        read_settings(**{**SAFE, "data_dir": tmp_path, "secret_key": "hunter2-password"})
    assert "hunter2" not in str(stopped.value)


def test_a_development_portal_makes_and_keeps_a_key_of_its_own(tmp_path: Path) -> None:
    first, second = (read_settings(data_dir=tmp_path, forms=FORMS) for _ in range(2))
    assert first.secret_key == second.secret_key
    assert len(first.secret_key.get_secret_value()) >= 48
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


def test_a_secret_is_never_found_half_written_however_many_start_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: kept_secret(tmp_path / "new" / "token"), range(40)))
    assert len(set(found)) == 1
    assert len(found[0]) >= 48
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["token"]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"payment_provider": "paypal"}, "PORTAL_PAYMENT_PROVIDER"),
        ({"crm": "nobody"}, "PORTAL_CRM"),
        ({"smtp_url": "ftp://x"}, "PORTAL_SMTP_URL"),
    ],
)
def test_an_adapter_that_is_not_there_stops_the_start(
    tmp_path: Path, wrong: dict[str, Any], named: str
) -> None:
    given = {"data_dir": tmp_path, "forms": FORMS, "crm_url": "http://127.0.0.1:9", **wrong}
    with pytest.raises(UnsafeSettings, match=named):
        build_house(read_settings(**given))


def test_a_council_file_with_a_mistake_stops_the_start(tmp_path: Path) -> None:
    forms = tmp_path / "forms"
    forms.mkdir()
    (forms / "_council.yml").write_text("name: [")
    with pytest.raises(UnsafeSettings, match="PORTAL_FORMS"):
        build_house(read_settings(data_dir=tmp_path, forms=forms))


def test_the_command_says_so_and_ends_with_code_2(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "portal", "serve"],
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(FORMS.parent),
            "PORTAL_ENVIRONMENT": "production",
            "PORTAL_FORMS": str(FORMS),
            "PORTAL_DATA_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
    )
    assert ended.returncode == 2
    assert "PORTAL_SECRET_KEY" in ended.stderr
    assert "Traceback" not in ended.stderr
