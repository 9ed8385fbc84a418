"""Settles what costs nothing: a request for £0.00 is paid at once and no money company is asked.

It keeps nothing: its reference holds ours, so `fetch` can answer from that alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from portal.core.errors import Forged, ProviderRefused
from portal.core.money import Pence
from portal.payments.payment import CURRENCY, Attempt, PaymentRequest, Snapshot, SnapshotState
from portal.payments.provider import EventHint, Redirect, ReturnUrls

_PREFIX = "zero_"


@dataclass(frozen=True, slots=True)
class ZeroProvider:
    """No payment is due."""

    environment: str
    live: bool
    name: str = "zero"
    form_action_origins: tuple[str, ...] = ()

    def prepare(
        self, request: PaymentRequest, attempt: Attempt, urls: ReturnUrls
    ) -> dict[str, Any]:
        """Lead straight to the return page; anything that costs money is refused."""
        if request.amount != 0:
            msg = f"{request.reference} is not for £0.00: it needs a real payment provider"
            raise ProviderRefused(msg)
        return {
            "reference": attempt.reference,
            "url": urls.success.replace("{CHECKOUT_SESSION_ID}", _PREFIX + attempt.reference),
            "expires_at": int(attempt.expires_at.timestamp()),
        }

    def start(self, parameters: Mapping[str, Any], key: str) -> Redirect:
        """Send the payer to the return page."""
        del key
        return Redirect(
            parameters["url"],
            _PREFIX + parameters["reference"],
            datetime.fromtimestamp(parameters["expires_at"], UTC),
        )

    def fetch(self, provider_reference: str) -> Snapshot:
        """Nothing was due and nothing came: that is settled."""
        if not provider_reference.startswith(_PREFIX):
            msg = "that is not a reference of the zero provider"
            raise ProviderRefused(msg)
        return Snapshot(
            state=SnapshotState.PAID,
            reference=provider_reference.removeprefix(_PREFIX),
            provider_reference=provider_reference,
            amount=Pence(0),
            received=Pence(0),
            currency=CURRENCY,
            live=self.live,
            method="No payment due",
        )

    def find(self, reference: str, since: datetime) -> Snapshot | None:
        """Every reference of ours is settled."""
        del since
        return self.fetch(_PREFIX + reference)

    def expire(self, provider_reference: str) -> Snapshot:
        """It is settled already."""
        return self.fetch(provider_reference)

    def read_event(
        self, headers: Mapping[str, str], body: bytes, *, now: datetime
    ) -> list[EventHint]:
        """Nobody sends these."""
        del headers, body, now
        msg = "the zero provider sends no events"
        raise Forged(msg)

    def list_events(self, since: datetime) -> Iterable[EventHint]:
        """There are none."""
        del since
        return ()

    def check(self) -> None:
        """It is always well."""


def build(environment: str) -> ZeroProvider:
    """Make one; it has no settings."""
    return ZeroProvider(environment, live=environment == "production")
