"""The sandbox payment service, spoken to exactly as Stripe is. Takes no money."""

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from portal.core.errors import UnsafeSettings
from portal.payments.providers.stripe import StripeProvider, origin, read_secrets


class SandboxProviderSettings(BaseSettings):
    """Settings with the prefix `PORTAL_SANDBOX_`: where the sandbox service is."""

    model_config = SettingsConfigDict(env_prefix="PORTAL_SANDBOX_", env_file=".env", extra="ignore")

    api_base: str = "http://127.0.0.1:8001"
    public_url: str = ""
    """How a payer's browser reaches its pages, when that is another address."""
    api_key: SecretStr = SecretStr("sk_test_sandbox")
    webhook_secret: SecretStr = SecretStr("whsec_sandbox")


def build(environment: str) -> StripeProvider:
    """Make the provider.

    Raises:
        UnsafeSettings: this is production, or the key is a real one.
    """
    settings = SandboxProviderSettings()
    key, secrets = settings.api_key.get_secret_value(), read_secrets(settings.webhook_secret)
    if environment == "production":
        msg = "the sandbox takes no money: set PORTAL_PAYMENT_PROVIDER=stripe in production"
        raise UnsafeSettings(msg)
    if not key.startswith("sk_test_"):
        msg = "PORTAL_SANDBOX_API_KEY must begin with sk_test_: never give the sandbox a real key"
        raise UnsafeSettings(msg)
    if not secrets:
        msg = "PORTAL_SANDBOX_WEBHOOK_SECRET is empty: anybody could forge an event"
        raise UnsafeSettings(msg)
    return StripeProvider(
        name="sandbox",
        environment=environment,
        api_key=key,
        webhook_secrets=secrets,
        live=False,
        api_base=settings.api_base,
        form_action_origins=(origin(settings.public_url or settings.api_base),),
    )
