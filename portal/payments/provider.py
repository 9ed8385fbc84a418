"""The port to whoever takes the money, and how one is chosen by name.

A provider's own exceptions stop at its adapter: `ProviderUnavailable` (try again),
`ProviderRefused` (a person must look) and `Forged` are all that cross.
"""

import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, Protocol

from portal.core.errors import UnsafeSettings
from portal.payments.payment import Attempt, PaymentRequest, Snapshot

_PROVIDERS = "portal.payments.providers"  # by name: the port leans on no adapter


@dataclass(frozen=True, slots=True)
class ReturnUrls:
    """Where the provider sends the payer back to."""

    success: str
    """May hold `{CHECKOUT_SESSION_ID}`, which the provider fills in. Proves nothing by itself."""
    cancel: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """The provider's page for one attempt."""

    url: str
    provider_reference: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class EventHint:
    """The ids in a provider's event: which payment to look at, never what to believe of it."""

    event_id: str
    type: str
    created: datetime
    live: bool
    api_version: str
    object_id: str
    raw: bytes
    account: str = ""
    provider_reference: str | None = None
    reference: str | None = None
    """Our attempt reference."""
    attempt_id: str | None = None

    @property
    def concerns_us(self) -> bool:
        """Whether it names an attempt at all: an account may be shared with other systems."""
        return bool(self.provider_reference or self.reference or self.attempt_id)


class PaymentProvider(Protocol):
    """Takes money on its own pages."""

    @property
    def name(self) -> str:
        """Names the adapter, its events and its account in the ledger."""
        ...

    @property
    def environment(self) -> str:
        """Which installation of ours is calling: begins every idempotency key."""
        ...

    @property
    def live(self) -> bool:
        """Whether it takes real money."""
        ...

    @property
    def form_action_origins(self) -> tuple[str, ...]:
        """Origins its pages live on, for the `form-action` of our pay page."""
        ...

    def prepare(
        self, request: PaymentRequest, attempt: Attempt, urls: ReturnUrls
    ) -> dict[str, Any]:
        """Write the exact parameters of the call that opens a page. Pure; we store them first.

        Raises:
            ProviderRefused: it cannot take such a payment.
        """
        ...

    def start(self, parameters: Mapping[str, Any], key: str) -> Redirect:
        """Open a payment page: once per key, however often it is called.

        Raises:
            ProviderUnavailable: it may or may not have been opened; call again, same key.
            ProviderRefused: nothing was opened.
        """
        ...

    def fetch(self, provider_reference: str) -> Snapshot:
        """Say how a payment stands now.

        Raises:
            ProviderUnavailable: try again.
            ProviderRefused: there is no such payment, or our key may not see it.
        """
        ...

    def find(self, reference: str, since: datetime) -> Snapshot | None:
        """Look for the payment opened with our reference around a moment; None if there is none.

        Raises:
            ProviderUnavailable: try again.
        """
        ...

    def expire(self, provider_reference: str) -> Snapshot:
        """Make a page unpayable, unless it has been paid: the answer says which.

        Raises:
            ProviderUnavailable: try again.
        """
        ...

    def read_event(
        self, headers: Mapping[str, str], body: bytes, *, now: datetime
    ) -> list[EventHint]:
        """Check an event's signature and age, and read the ids in it.

        Raises:
            Forged: it is not from the provider, or not fresh (300 seconds either way).
        """
        ...

    def list_events(self, since: datetime) -> Iterable[EventHint]:
        """Events since a moment which the provider could not deliver, oldest first.

        Raises:
            ProviderUnavailable: try again.
        """
        ...

    def check(self) -> None:
        """Ask the provider something harmless, for `portal doctor`.

        Raises:
            ProviderUnavailable: it does not answer.
            ProviderRefused: our key is wrong.
        """
        ...


def provider_names() -> tuple[str, ...]:
    """The adapters there are: one module each (a leading underscore marks a shared part)."""
    folder = import_module(_PROVIDERS).__path__
    names = (module.name for module in pkgutil.iter_modules(folder))
    return tuple(sorted(name for name in names if not name.startswith("_")))


def load_provider(name: str, *, environment: str) -> PaymentProvider:
    """Build the adapter of that name from its own settings.

    Raises:
        UnsafeSettings: there is no such adapter, or its settings are missing or unsafe.
    """
    if name not in provider_names():
        msg = f"PORTAL_PAYMENT_PROVIDER is {name!r}; choose one of {', '.join(provider_names())}"
        raise UnsafeSettings(msg)
    module = import_module(f"{_PROVIDERS}.{name}")
    return module.build(environment)
