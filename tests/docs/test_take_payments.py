"""docs/how-to/take-payments-with-stripe.md names the events that Stripe must send, and no other."""

import re

from portal.payments.providers._stripe_objects import EVENT_TYPES
from tests.docs.fitting import DOCS


def test_the_events_to_choose_in_the_dashboard_are_those_that_are_read() -> None:
    text = (DOCS / "how-to" / "take-payments-with-stripe.md").read_text("utf-8")
    named = re.findall(r"`((?:checkout|payment_intent|charge)\.[a-z_.]+)`", text)
    assert set(named) == set(EVENT_TYPES)
