"""Settings: environment variables with the prefix PORTAL_ (or a `.env` file), read once.

A missing or unsafe one stops the start, with the cure.
"""

import contextlib
import os
import secrets
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from portal.core.errors import UnsafeSettings

_SHORTEST_SECRET = 32
_FEWEST_CHARACTERS = 10
"""Different ones: 32 random characters, hexadecimal even, have fewer once in thousands of tries."""
_FEWEST_LETTERS = 10  # different ones: forty-eight times "a" is long and not random
_SAMPLE_SECRETS = ("change", "example", "secret", "password", "sandbox")


class Environment(StrEnum):
    """Where the portal runs."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """What the portal is told from outside. Payment providers and CRM adapters read their own."""

    model_config = SettingsConfigDict(env_prefix="PORTAL_", env_file=".env", extra="ignore")

    environment: Environment = Field(
        Environment.DEVELOPMENT, description="development or production."
    )
    base_url: str = Field(
        "http://127.0.0.1:8000",
        description="The address people reach the portal at, without a slash.",
    )
    secret_key: SecretStr = Field(
        SecretStr(""), description="At least 32 random characters; signs forms and cookies."
    )
    database_url: str = Field(
        "", description="sqlite:///… or postgresql://…; by default a file in the data folder."
    )
    data_dir: Path = Field(
        Path("data"), description="Where the database, uploads and receipts live."
    )
    forms: Path = Field(Path("form_definitions"), description="The folder of form definitions.")
    payment_provider: str = Field("sandbox", description="sandbox or stripe.")
    crm: str = Field("reference", description="The CRM mapping to use: a file in crm_adapters/.")
    crm_url: str = Field("", description="Where the CRM's API answers.")
    crm_token: SecretStr = Field(SecretStr(""), description="The CRM's access token.")
    smtp_url: SecretStr = Field(
        SecretStr(""), description="smtp://user:password@host:587?starttls=1; mail is sent there."
    )
    mail_from: str = Field(
        "", description="The sender of our mail; by default the council's e-mail."
    )
    trusted_proxy: str = Field(
        "", description="The address of the proxy in front, whose X-Forwarded-For is believed."
    )

    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="Opens /metrics; without one only this machine may ask for it.",
    )

    @model_validator(mode="after")
    def _fill_development(self) -> Self:
        if not self.database_url:
            self.database_url = f"sqlite:///{self.data_dir / 'portal.db'}"
        self.base_url = self.base_url.rstrip("/")
        return self

    @property
    def is_production(self) -> bool:
        """Whether real people and real money may come."""
        return self.environment is Environment.PRODUCTION

    @property
    def is_secure(self) -> bool:
        """Whether the portal is reached over TLS."""
        return self.base_url.startswith("https://")


def read_settings(**overrides: object) -> Settings:
    """Read the environment. Raises UnsafeSettings naming every problem and its cure."""
    try:
        settings = Settings(**overrides)  # pyright: ignore[reportArgumentType]  # tests and the CLI override by name
    except ValidationError as error:
        lines = [
            f"PORTAL_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors() if e["loc"]
        ]
        raise UnsafeSettings("\n".join(lines) or str(error)) from error
    problems = [
        *_always_wrong(settings),
        *(_wrong_in_production(settings) if settings.is_production else ()),
    ]
    if problems:
        raise UnsafeSettings("\n".join(problems))
    if not settings.secret_key.get_secret_value():
        settings.secret_key = SecretStr(kept_secret(settings.data_dir / "secret-key"))
    return settings


def _always_wrong(settings: Settings) -> list[str]:
    problems: list[str] = []
    url = urlsplit(settings.base_url)
    if url.scheme not in ("http", "https") or not url.netloc or url.path:
        problems.append(
            "PORTAL_BASE_URL must look like https://forms.example.gov.uk, without a path."
        )
    if not settings.database_url.startswith(("sqlite:///", "postgresql://")):
        problems.append("PORTAL_DATABASE_URL must begin with sqlite:/// or postgresql://.")
    token = settings.metrics_token.get_secret_value()
    if token and len(token) < _SHORTEST_SECRET:
        problems.append("PORTAL_METRICS_TOKEN must be at least 32 random characters, or empty.")
    problems.extend(_unwritable(settings.data_dir))
    if not settings.forms.is_dir():
        problems.append(f"PORTAL_FORMS: there is no folder {settings.forms}.")
    return problems


def _unwritable(folder: Path) -> list[str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return []
    except OSError as error:
        said = f"PORTAL_DATA_DIR: nothing can be written to {folder} ({error.strerror})."
        return [f"{said} Give the folder to the user the portal runs as, or name another."]


def _wrong_in_production(settings: Settings) -> list[str]:
    problems: list[str] = []
    secret = settings.secret_key.get_secret_value()
    weak = len(secret) < _SHORTEST_SECRET or len(set(secret)) < _FEWEST_CHARACTERS
    if weak or any(word in secret.lower() for word in _SAMPLE_SECRETS):
        problems.append(
            "PORTAL_SECRET_KEY must be at least 32 random characters in production. Make one with: "
            'python -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    if not settings.is_secure:
        problems.append("PORTAL_BASE_URL must begin with https:// in production.")
    if settings.payment_provider == "sandbox":
        problems.append("PORTAL_PAYMENT_PROVIDER=sandbox takes no money: use stripe in production.")
    if not settings.smtp_url.get_secret_value():
        problems.append("PORTAL_SMTP_URL is missing: without it no confirmation can be sent.")
    if not settings.crm_url:
        problems.append("PORTAL_CRM_URL is missing: without it no case can be delivered.")
    return problems


def kept_secret(path: Path) -> str:
    """A secret of this installation's own, made once, so that a restart ends nobody's session.

    It takes its name only when it is whole: a start that is killed, or a second one at the same
    moment, leaves no empty secret behind.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(48))
            out.flush()
            os.fsync(out.fileno())
        with contextlib.suppress(FileExistsError):  # another process was quicker: its secret holds
            os.link(partial, path)
        Path(partial).unlink()
    return path.read_text().strip()
