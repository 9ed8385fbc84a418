"""What one running sandbox is told at the start; knows which settings are unsafe."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

API_VERSION = "2026-10-28.endive"
"""The Stripe API version spoken here: the one `stripe` 16.1 pins."""


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Everything one sandbox needs. Nothing here is a real key, or may become one."""

    data_dir: Path
    api_key: str
    webhook_secret: str
    webhook_url: str | None = None
    """Where events are posted; None when nobody listens."""
    public_url: str | None = None
    """How a payer's browser reaches us; None means as the API caller reached us."""
    merchant_name: str = "Test council"


def objection(settings: SandboxSettings, environment: Mapping[str, str]) -> str | None:
    """Say why this sandbox must not start, or None when it may."""
    if environment.get("PORTAL_ENVIRONMENT", "").strip().lower() == "production":
        return (
            "The sandbox payment service takes no money and must not run in production. "
            "Set PORTAL_PAYMENT_PROVIDER=stripe (or govuk_pay) and do not start the sandbox."
        )
    if not settings.api_key.startswith("sk_test_"):
        return "The sandbox's --api-key must start with sk_test_: never give it a real key."
    if not settings.webhook_secret:
        return "The sandbox needs a --webhook-secret: an empty one can be forged by anybody."
    return None
