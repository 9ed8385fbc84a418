"""Stripe Checkout, on Stripe's own page: the only module that imports `stripe`.

API version 2026-10-28.endive, pinned by stripe 16.1 (https://docs.stripe.com/api). The library
takes a third of a second to import, so it is loaded at the first call. Its objects become plain
dicts at once and its exceptions ours.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

import structlog
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from portal.core.errors import (
    Forged,
    PortalError,
    ProviderRefused,
    ProviderUnavailable,
    UnsafeSettings,
)
from portal.payments.payment import Attempt, PaymentRequest, Snapshot
from portal.payments.provider import EventHint, Redirect, ReturnUrls
from portal.payments.providers._stripe_objects import (
    EVENT_TYPES,
    line_item,
    read_hint,
    read_session,
)

if TYPE_CHECKING:
    import stripe

T = TypeVar("T")

PAGE_ORIGIN = "https://checkout.stripe.com"
_TIMEOUT_SECONDS = 15.0
_RETRIES = 2  # each with the same idempotency key
_EVENT_AGE = timedelta(seconds=300)
_FOUND_WITHIN = timedelta(minutes=20)
_CLOCK_SKEW = timedelta(minutes=5)
_EXPAND = ["payment_intent.latest_charge.balance_transaction"]
# Pay later is not how a council is paid: debt on top of a fee.
_EXCLUDED = ["klarna", "afterpay_clearpay", "billie"]
_SIGNED_AT = re.compile(r"(?:^|,)t=(\d{1,12})(?:,|$)", re.ASCII)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class StripeProvider:
    """Takes money with Stripe, or with anything that speaks its routes."""

    name: str
    environment: str
    api_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)
    """More than one while a secret is being changed: either may sign."""
    live: bool
    api_base: str | None = None
    form_action_origins: tuple[str, ...] = (PAGE_ORIGIN,)
    payment_method_configuration: str = ""
    statement_suffix: str = ""

    def prepare(
        self, request: PaymentRequest, attempt: Attempt, urls: ReturnUrls
    ) -> dict[str, Any]:
        """Write the parameters of a Checkout Session.

        No card field, nothing saved for later, no other currency. Stripe's page has no Welsh
        (`cy` is not among its locales).
        """
        notes = {
            "attempt_id": attempt.id,
            "request_ref": request.reference,
            "owner_ref": request.owner_reference,
            "env": self.environment,
        }
        intent = {"description": f"{request.description} {request.owner_reference}"[:1000]}
        if self.statement_suffix:
            intent["statement_descriptor_suffix"] = self.statement_suffix
        return {
            "mode": "payment",
            "ui_mode": "hosted_page",
            "submit_type": "pay",
            "locale": "en-GB",
            "success_url": urls.success,
            "cancel_url": urls.cancel,
            "expires_at": int(attempt.expires_at.timestamp()),
            "client_reference_id": attempt.reference,
            "customer_creation": "if_required",
            "line_items": [line_item(line) for line in request.lines if line.amount],
            "payment_intent_data": {**intent, "metadata": notes},
            "metadata": notes,
            "adaptive_pricing": {"enabled": False},
            "allow_promotion_codes": False,
            **({"customer_email": request.payer_email} if request.payer_email else {}),
            **self._methods(),
        }

    def _methods(self) -> dict[str, Any]:
        if self.payment_method_configuration:
            return {"payment_method_configuration": self.payment_method_configuration}
        return {"excluded_payment_method_types": _EXCLUDED}

    def start(self, parameters: Mapping[str, Any], key: str) -> Redirect:
        """Create the session, or get the one this key has created already."""
        session = self._call(
            lambda client: client.v1.checkout.sessions.create(
                cast("Any", dict(parameters)), {"idempotency_key": key}
            ).to_dict()
        )
        if not session.get("url"):
            msg = f"the provider opened {session['id']} without a page to pay on"
            raise ProviderRefused(msg)
        expires_at = datetime.fromtimestamp(session["expires_at"], UTC)
        return Redirect(session["url"], session["id"], expires_at)

    def fetch(self, provider_reference: str) -> Snapshot:
        """Retrieve the session with its intent, charge and fee."""
        session = self._call(
            lambda client: client.v1.checkout.sessions.retrieve(
                provider_reference, {"expand": list(_EXPAND)}
            ).to_dict()
        )
        return read_session(session)

    def find(self, reference: str, since: datetime) -> Snapshot | None:
        """Look through the sessions of that time: Stripe cannot filter by our reference."""
        window: Any = {
            "gte": int((since - _CLOCK_SKEW).timestamp()),
            "lte": int((since + _FOUND_WITHIN).timestamp()),
        }

        def look(client: "stripe.StripeClient") -> str | None:
            page = client.v1.checkout.sessions.list({"created": window, "limit": 100})
            sessions = (session.to_dict() for session in page.auto_paging_iter())
            ours = (s["id"] for s in sessions if s.get("client_reference_id") == reference)
            return next(ours, None)

        found = self._call(look)
        return None if found is None else self.fetch(found)

    def expire(self, provider_reference: str) -> Snapshot:
        """Close the session; when Stripe says it is not open, look why: it may be paid."""
        try:
            self._call(lambda client: client.v1.checkout.sessions.expire(provider_reference))
        except ProviderRefused:
            log.info("session_not_open", provider=self.name, session=provider_reference)
        return self.fetch(provider_reference)

    def read_event(
        self, headers: Mapping[str, str], body: bytes, *, now: datetime
    ) -> list[EventHint]:
        """Check the `Stripe-Signature` against each secret, and its age against our clock.

        Stripe's own check accepts any moment in the future; we do not.
        """
        header = {k.lower(): v for k, v in headers.items()}.get("stripe-signature", "")
        signed_at = _SIGNED_AT.search(header)
        if signed_at is None or not self._is_signed(header, body):
            msg = "the event's signature does not hold"
            raise Forged(msg)
        if abs(now.timestamp() - int(signed_at[1])) > _EVENT_AGE.total_seconds():
            msg = "the event was signed too long ago, or in the future"
            raise Forged(msg)
        try:
            return [read_hint(json.loads(body), body)]
        except ValueError as error:
            msg = "the event is not one we can read"
            raise Forged(msg) from error

    def _is_signed(self, header: str, body: bytes) -> bool:
        return any(
            _holds(header, body, secret) for secret in self.webhook_secrets if secret.strip()
        )

    def list_events(self, since: datetime) -> Iterable[EventHint]:
        """List what Stripe failed to deliver; it keeps events for 30 days."""
        wanted: Any = {
            "types": list(EVENT_TYPES),
            "delivery_success": False,
            "created": {"gte": int(since.timestamp())},
            "limit": 100,
        }
        newest_first = self._call(
            lambda client: [
                read_hint(event.to_dict())
                for event in client.v1.events.list(wanted).auto_paging_iter()
            ]
        )
        return reversed(newest_first)

    def check(self) -> None:
        """List one session: proves the key, the address and the permission."""
        self._call(lambda client: client.v1.checkout.sessions.list({"limit": 1}))

    def _call(self, ask: "Callable[[stripe.StripeClient], T]") -> T:
        import stripe  # noqa: PLC0415  # loaded late: see above

        try:
            return ask(self._client)
        except stripe.StripeError as error:
            raise _ours(error) from error

    @cached_property
    def _client(self) -> "stripe.StripeClient":
        import stripe  # noqa: PLC0415  # loaded late: see above

        return stripe.StripeClient(
            self.api_key,
            max_network_retries=_RETRIES,
            http_client=stripe.RequestsClient(timeout=_TIMEOUT_SECONDS),
            base_addresses={"api": self.api_base} if self.api_base else {},
        )


def _holds(header: str, body: bytes, secret: str) -> bool:
    import stripe  # noqa: PLC0415  # loaded late: see above

    try:
        # No tolerance: the library would read the clock; the caller compares with `now`.
        return stripe.WebhookSignature.verify_header(body, header, secret)  # pyright: ignore[reportUnknownMemberType]
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False


def _ours(error: "stripe.StripeError") -> PortalError:
    """Turn Stripe's exception into ours, without its message: that may quote the payer.

    A key in use, or used for other parameters, is "wait": the first call may still be running,
    and a payment must never be given up on a misunderstanding.
    """
    import stripe  # noqa: PLC0415  # loaded late: see above

    status = error.http_status
    wait = (stripe.APIConnectionError, stripe.RateLimitError, stripe.IdempotencyError)
    refused = status is not None and 400 <= status < 500 and status not in {408, 409, 429}  # noqa: PLR2004  # HTTP's own numbers
    detail = ", ".join(
        f"{what} {value}"
        for what, value in (
            ("status", status),
            ("code", error.code),
            ("parameter", getattr(error, "param", None)),
            ("request", error.request_id),
        )
        if value
    )
    words = f"{type(error).__name__} ({detail})" if detail else type(error).__name__
    if isinstance(error, wait) or not refused:
        return ProviderUnavailable(words)
    return ProviderRefused(words)


class StripeSettings(BaseSettings):
    """Settings with the prefix `PORTAL_STRIPE_`."""

    model_config = SettingsConfigDict(env_prefix="PORTAL_STRIPE_", env_file=".env", extra="ignore")

    api_key: SecretStr = SecretStr("")
    api_base: str = ""
    """Another address that speaks Stripe's routes; empty means Stripe itself."""
    webhook_secret: SecretStr = SecretStr("")
    """`whsec_…`; two, with a comma between, while the secret is being changed."""
    payment_method_configuration: str = ""
    statement_suffix: str = ""
    """Shown on the payer's bank statement after the council's name; 22 characters at most."""


def read_secrets(setting: SecretStr) -> tuple[str, ...]:
    """Split a webhook secret setting at its commas."""
    parts = (part.strip() for part in setting.get_secret_value().split(","))
    return tuple(part for part in parts if part)


def origin(url: str) -> str:
    """The scheme and host of an address, as a Content-Security-Policy names it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def build(environment: str) -> StripeProvider:
    """Make the provider from its settings.

    Raises:
        UnsafeSettings: the key or the webhook secret is missing, or a live key would be sent
            somewhere other than Stripe.
    """
    settings = StripeSettings()
    key, secrets = settings.api_key.get_secret_value(), read_secrets(settings.webhook_secret)
    live = key.startswith(("sk_live_", "rk_live_"))
    if not key:
        msg = "PORTAL_STRIPE_API_KEY is not set: copy the secret key from Stripe's dashboard"
        raise UnsafeSettings(msg)
    if not secrets:
        msg = "PORTAL_STRIPE_WEBHOOK_SECRET is not set: copy it from the webhook endpoint at Stripe"
        raise UnsafeSettings(msg)
    if live and settings.api_base:
        msg = "a live Stripe key must not be sent to another address: unset PORTAL_STRIPE_API_BASE"
        raise UnsafeSettings(msg)
    return StripeProvider(
        name="stripe",
        environment=environment,
        api_key=key,
        webhook_secrets=secrets,
        live=live,
        api_base=settings.api_base or None,
        form_action_origins=(origin(settings.api_base),) if settings.api_base else (PAGE_ORIGIN,),
        payment_method_configuration=settings.payment_method_configuration,
        statement_suffix=settings.statement_suffix,
    )
