"""F09, F10, F12 to F20: events come late, twice, forged or never; the outcome is the same."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import stripe

from portal.core.errors import Forged, PersonMustLook, TryAgain
from portal.payments.hearing import PROVIDER_EVENT, collect_missed_events
from portal.payments.ledger import balances
from portal.payments.ledger_records import read_ledger
from portal.payments.payment import AttemptState
from portal.payments.records import AttemptRow
from tests.payments.council import Council, at_once, now
from tests.payments.letterbox import Letterbox, Post
from tests.support.sandbox_server import SandboxServer

COMPLETED = "checkout.session.completed"


def a_payment(council: Council, sandbox: SandboxServer):
    request = council.owe()
    sandbox.pay(council.press_pay(request).provider_reference)
    return request


def signed(sandbox: SandboxServer, event: dict[str, Any], *, age: int = 0) -> Post:
    """Sign an event as Stripe's own library does."""
    body = json.dumps(event)
    at = int(now().timestamp()) - age
    header = stripe.WebhookSignature.generate_signature_header(
        body, sandbox.webhook_secret, timestamp=at
    )
    return Post({"Stripe-Signature": header}, body.encode())


def outcome(council: Council) -> tuple[int, int, int]:
    return len(council.ledger()), len(council.paid), council.promised("hand-over")


def test_f09_the_same_event_five_times_at_once_is_kept_and_acted_on_once(
    council: Council, sandbox: SandboxServer, letterbox: Letterbox
) -> None:
    a_payment(council, sandbox)
    (post,) = letterbox.wait_for(COMPLETED)

    at_once(5, lambda: council.hear(post.headers, post.body))

    assert len(council.events()) == 1
    assert council.promised(PROVIDER_EVENT) == 1
    at_once(5, council.handle_waiting_events)
    assert outcome(council) == (1, 1, 1)


def test_f10_two_events_about_the_same_payment_have_one_effect(
    council: Council, sandbox: SandboxServer, letterbox: Letterbox
) -> None:
    a_payment(council, sandbox)
    (post,) = letterbox.wait_for(COMPLETED)
    twin = json.loads(post.body) | {"id": "evt_another"}
    council.hear(post.headers, post.body)

    again = signed(sandbox, twin)
    council.hear(again.headers, again.body)
    council.handle_waiting_events()

    assert len(council.events()) == 2
    assert {event.status for event in council.events()} == {"handled"}
    assert outcome(council) == (1, 1, 1)


@pytest.mark.parametrize("kinds", [(COMPLETED, "payment_intent.succeeded")], ids=["both"])
@pytest.mark.parametrize("backwards", [False, True])
def test_f13_events_in_any_order_come_to_the_same(
    council: Council,
    sandbox: SandboxServer,
    letterbox: Letterbox,
    kinds: tuple[str, ...],
    backwards: bool,
) -> None:
    a_payment(council, sandbox)
    posts = [letterbox.wait_for(kind)[0] for kind in kinds]

    for post in reversed(posts) if backwards else posts:
        council.hear(post.headers, post.body)
        council.handle_waiting_events()

    assert {event.status for event in council.events()} == {"handled"}
    assert outcome(council) == (1, 1, 1)


def test_f12_after_three_days_without_events_the_book_is_as_if_none_had_been_lost(
    council: Council, sandbox: SandboxServer, letterbox: Letterbox
) -> None:
    sandbox.set_faults(webhooks="drop")
    requests = [a_payment(council, sandbox) for _ in range(3)]
    assert letterbox.posts == []

    def collect() -> int:
        return collect_missed_events(
            council.transactions,
            council.work,
            council.provider,
            since=now() - timedelta(days=3),
            now=now(),
        )

    found = collect()
    council.handle_waiting_events()

    assert found >= len(requests)
    assert collect() == 0
    assert outcome(council) == (3, 3, 3)
    with council.transactions.read() as session:
        total = balances(sealed.posting for sealed in read_ledger(session))
    assert total["psp:sandbox:clearing"] == sum(request.amount for request in requests)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda post: Post({}, post.body),
        lambda post: Post(post.headers | {"Stripe-Signature": "nonsense"}, post.body),
        lambda post: Post(post.headers, post.body.replace(b"evt_", b"evt-", 1)),
        lambda post: Post(post.headers, b"\xff\xfe" + post.body),
        lambda post: Post(post.headers, b""),
    ],
    ids=["unsigned", "nonsense", "one byte altered", "not UTF-8", "empty"],
)
def test_f14_a_forged_event_is_refused_and_nothing_is_kept(
    council: Council, sandbox: SandboxServer, letterbox: Letterbox, spoil
) -> None:
    request = a_payment(council, sandbox)
    (post,) = letterbox.wait_for(COMPLETED)
    forged = spoil(post)

    with pytest.raises(Forged):
        council.hear(forged.headers, forged.body)

    assert council.events() == []
    assert council.attempt(request).state == AttemptState.OPEN


@pytest.mark.parametrize("age", [301, 3600, -301, -3600])
def test_f14_an_event_signed_too_long_ago_or_in_the_future_is_refused(
    council: Council, sandbox: SandboxServer, letterbox: Letterbox, age: int
) -> None:
    a_payment(council, sandbox)
    (post,) = letterbox.wait_for(COMPLETED)
    stale = signed(sandbox, json.loads(post.body), age=age)

    with pytest.raises(Forged):
        council.hear(stale.headers, stale.body)


@pytest.mark.parametrize("secrets", [(), ("",), ("  ",), ("whsec_wrong",)])
def test_f14_without_the_right_secret_every_event_is_refused(
    council: Council,
    sandbox: SandboxServer,
    letterbox: Letterbox,
    provider,
    secrets: tuple[str, ...],
) -> None:
    a_payment(council, sandbox)
    (post,) = letterbox.wait_for(COMPLETED)
    council.provider = replace(provider, webhook_secrets=secrets)

    with pytest.raises(Forged):
        council.hear(post.headers, post.body)


def test_f15_a_signed_body_that_lies_about_the_money_is_not_believed(
    council: Council, sandbox: SandboxServer, letterbox: Letterbox
) -> None:
    request = council.owe()
    page = council.press_pay(request)
    event = {
        "id": "evt_lie",
        "object": "event",
        "type": COMPLETED,
        "created": int(now().timestamp()),
        "livemode": False,
        "data": {
            "object": {
                "id": page.provider_reference,
                "object": "checkout.session",
                "payment_status": "paid",
                "status": "complete",
                "amount_total": request.amount,
            }
        },
    }
    post = signed(sandbox, event)

    council.hear(post.headers, post.body)
    council.handle_waiting_events()

    assert council.attempt(request).state == AttemptState.OPEN
    assert outcome(council) == (0, 0, 0)


def test_f16_an_event_for_the_other_mode_is_kept_and_held(
    council: Council, sandbox: SandboxServer, letterbox: Letterbox
) -> None:
    request = a_payment(council, sandbox)
    (post,) = letterbox.wait_for(COMPLETED)
    live = signed(sandbox, json.loads(post.body) | {"livemode": True})

    council.hear(live.headers, live.body)
    council.handle_waiting_events()

    (kept,) = council.events()
    assert kept.status == "quarantined"
    assert council.promised(PROVIDER_EVENT) == 0
    assert council.attempt(request).state == AttemptState.OPEN


def test_f17_while_the_secret_is_changed_either_one_may_sign(
    council: Council, sandbox: SandboxServer, letterbox: Letterbox, provider
) -> None:
    a_payment(council, sandbox)
    (post,) = letterbox.wait_for(COMPLETED)
    council.provider = replace(provider, webhook_secrets=("whsec_next", sandbox.webhook_secret))

    council.hear(post.headers, post.body)

    assert len(council.events()) == 1


@pytest.mark.parametrize(
    "event",
    [
        [],
        "text",
        {"object": "v2.core.event", "type": "v1.billing.meter.error", "id": "evt_thin"},
        {"object": "event", "id": "evt_1"},
        {"object": "event", "id": "evt_1", "data": {"object": {}}},
    ],
    ids=["list", "text", "thin", "no data", "no object"],
)
def test_f18_a_signed_body_that_is_no_event_of_ours_is_refused(
    council: Council, sandbox: SandboxServer, event
) -> None:
    post = signed(sandbox, event)

    with pytest.raises(Forged):
        council.hear(post.headers, post.body)


def an_event_about(session_id: str) -> dict[str, Any]:
    thing = {"id": session_id, "object": "checkout.session", "client_reference_id": "PAY-X-9"}
    return {
        "id": "evt_x",
        "object": "event",
        "type": COMPLETED,
        "created": int(now().timestamp()),
        "livemode": False,
        "data": {"object": thing},
    }


def test_f19_an_event_for_a_payment_we_never_made_is_kept_and_mints_nothing(
    council: Council, sandbox: SandboxServer
) -> None:
    post = signed(sandbox, an_event_about("cs_test_of_nobody"))
    council.hear(post.headers, post.body)
    (kept,) = council.events()

    with pytest.raises(TryAgain):
        council.handle(kept.id)

    assert (council.rows(AttemptRow), outcome(council)) == ([], (0, 0, 0))


def test_an_event_of_another_system_on_the_same_account_is_set_aside(
    council: Council, sandbox: SandboxServer
) -> None:
    event = an_event_about("unused") | {
        "data": {"object": {"id": "pi_1", "object": "payment_intent", "metadata": {}}}
    }
    post = signed(sandbox, event)

    council.hear(post.headers, post.body)

    assert [kept.status for kept in council.events()] == ["ignored"]
    assert council.promised(PROVIDER_EVENT) == 0


def test_f20_an_event_that_overtakes_our_own_commit_still_settles_the_payment(
    council: Council, sandbox: SandboxServer, letterbox: Letterbox
) -> None:
    request = a_payment(council, sandbox)
    with council.transactions.write() as session:
        row = session.get_one(AttemptRow, council.attempt(request).id)
        row.state, row.provider_reference, row.redirect_url = "submitting", None, None
        session.add(row)
    (post,) = letterbox.wait_for(COMPLETED)

    council.hear(post.headers, post.body)
    council.handle_waiting_events()

    assert council.attempt(request).state == AttemptState.SUCCEEDED
    assert council.attempt(request).provider_reference is not None
    assert outcome(council) == (1, 1, 1)


def test_a_second_page_for_one_attempt_is_given_to_a_person(
    council: Council, sandbox: SandboxServer, letterbox: Letterbox
) -> None:
    request = a_payment(council, sandbox)
    event = an_event_about("cs_test_second")
    event["data"]["object"]["client_reference_id"] = council.attempt(request).reference
    post = signed(sandbox, event)
    council.hear(post.headers, post.body)

    with pytest.raises(PersonMustLook):
        council.handle(council.events()[0].id)


def test_an_event_waits_while_the_provider_is_down_and_is_acted_on_later(
    council: Council, sandbox: SandboxServer, letterbox: Letterbox
) -> None:
    a_payment(council, sandbox)
    (post,) = letterbox.wait_for(COMPLETED)
    council.hear(post.headers, post.body)
    sandbox.set_faults(next_response={"action": "http_429", "times": 1})

    with pytest.raises(TryAgain):
        council.handle_waiting_events()

    assert council.events()[0].status == "waiting"
    council.handle_waiting_events()
    assert outcome(council) == (1, 1, 1)
