"""F06 to F08, F11, F22, F29 to F38, F52: however often it is asked, a payment happens once."""

from datetime import timedelta

import pytest

from portal.core.errors import Conflict, Missing, MoneyMismatch, PersonMustLook, ProviderUnavailable
from portal.core.money import Pence
from portal.database import Session
from portal.payments.fulfilling import Fulfilment, PaidRequest
from portal.payments.ledger import balances, first_broken
from portal.payments.ledger_records import LedgerEntryRow, read_ledger
from portal.payments.payment import AttemptState, PaymentLine, RequestStatus, VatTreatment
from portal.payments.providers.zero import ZeroProvider
from portal.payments.receipt import load_receipt
from portal.payments.records import AttemptRow, ReceiptRow, find_receipt_by_token
from portal.payments.settling import check_payment, settle
from portal.payments.taking import void_request
from tests.payments.council import COUNCIL, Council, a_line, at_once, now
from tests.payments.letterbox import Letterbox
from tests.support.sandbox_server import SandboxServer


def check(council: Council, attempt_id: str, *, after: timedelta = timedelta()):
    return check_payment(
        council.transactions,
        council.provider,
        attempt_id,
        now=now() + after,
        fulfilment=council.fulfilment,
    )


def book(council: Council) -> dict[str, Pence]:
    with council.transactions.read() as session:
        return balances(sealed.posting for sealed in read_ledger(session))


def test_a_payment_is_booked_receipted_and_passed_on(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe(a_line(45_00), a_line(24_00, VatTreatment.STANDARD))
    sandbox.pay(council.press_pay(request).provider_reference)

    done = council.settle(council.attempt(request).id)

    assert (done.state, done.status, done.paid) == ("succeeded", "paid", True)
    assert book(council) == {
        "psp:sandbox:clearing": 69_00,
        "income:4410-SNN": -65_00,
        "vat_output": -4_00,
    }
    (row,) = council.receipts(request)
    receipt = load_receipt(row.snapshot)
    assert (receipt.total, receipt.vat_total) == (69_00, 4_00)
    assert receipt.method == "Visa ending 4242"
    assert receipt.provider_reference.startswith("pi_")
    (told,) = council.paid
    assert (told.request, told.receipt_number) == (request, row.number)
    with council.transactions.read() as session:
        assert find_receipt_by_token(session, told.receipt_token).id == row.id
    assert council.promised("hand-over") == 1


def test_f06_the_event_comes_first_and_the_return_page_finds_it_paid(
    council: Council, sandbox: SandboxServer, letterbox: Letterbox
) -> None:
    request = council.owe()
    sandbox.pay(council.press_pay(request).provider_reference)
    (post,) = letterbox.wait_for("checkout.session.completed")
    council.hear(post.headers, post.body)
    council.handle_waiting_events()

    done = council.settle(council.attempt(request).id)

    assert done.paid
    assert (len(council.receipts(request)), len(council.ledger()), len(council.paid)) == (1, 1, 1)


def test_f07_the_payer_comes_back_first_and_the_event_changes_nothing(
    council: Council, sandbox: SandboxServer, letterbox: Letterbox
) -> None:
    request = council.owe()
    sandbox.pay(council.press_pay(request).provider_reference)
    assert council.settle(council.attempt(request).id).paid

    (post,) = letterbox.wait_for("checkout.session.completed")
    council.hear(post.headers, post.body)
    council.handle_waiting_events()

    assert {event.status for event in council.events()} == {"handled"}
    assert (len(council.receipts(request)), len(council.ledger()), len(council.paid)) == (1, 1, 1)


def test_f08_fifty_callers_at_the_same_moment_settle_once(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    sandbox.pay(council.press_pay(request).provider_reference)
    attempt = council.attempt(request)

    settlements = at_once(50, lambda: council.settle(attempt.id))

    assert all(done.paid for done in settlements)
    assert len(council.ledger()) == 1
    assert [row.number[-6:] for row in council.receipts(request)] == ["000001"]
    assert len(council.paid) == 1
    assert council.promised("hand-over") == 1


def test_f11_nobody_comes_back_and_no_event_arrives_but_the_poller_settles(
    council: Council, sandbox: SandboxServer
) -> None:
    sandbox.set_faults(webhooks="drop")
    request = council.owe()
    sandbox.pay(council.press_pay(request).provider_reference)

    again = check(council, council.attempt(request).id, after=timedelta(minutes=2))

    assert again is None
    assert len(council.receipts(request)) == 1
    assert len(council.paid) == 1


def test_the_poller_asks_again_while_the_page_is_open(council: Council) -> None:
    request = council.owe()
    council.press_pay(request)

    again = check(council, council.attempt(request).id, after=timedelta(minutes=2))

    assert again is not None
    assert timedelta(minutes=2, seconds=50) < again <= timedelta(minutes=3)


def test_f22_when_passing_on_fails_nothing_is_kept_and_the_next_try_has_the_same_number(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    sandbox.pay(council.press_pay(request).provider_reference)
    attempt = council.attempt(request)

    def fail(session: Session, paid: PaidRequest) -> None:
        del session, paid
        raise ConnectionError

    failing = Fulfilment(COUNCIL, fail, lambda receipt_id: receipt_id)
    with pytest.raises(ConnectionError):
        settle(council.transactions, council.provider, attempt.id, now=now(), fulfilment=failing)

    assert council.attempt(request).state == AttemptState.OPEN
    assert council.ledger() == []
    assert council.settle(attempt.id).paid
    assert council.receipts(request)[0].number.endswith("-000001")


def test_f28_a_declined_card_leaves_the_page_open_to_try_again(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    page = council.press_pay(request)
    for card in ("4000000000000002", "4000000000009995", "4000000000000069", "4000000000000127"):
        sandbox.pay(page.provider_reference, card=card)

    done = council.settle(council.attempt(request).id)

    assert (done.state, done.status) == (AttemptState.OPEN, RequestStatus.UNPAID)
    assert council.ledger() == []
    sandbox.pay(page.provider_reference)
    assert council.settle(council.attempt(request).id).paid


@pytest.mark.parametrize(("passed", "state"), [(True, "succeeded"), (False, "open")])
def test_f29_the_bank_asks_the_payer_first(
    council: Council, sandbox: SandboxServer, passed: bool, state: str
) -> None:
    request = council.owe()
    page = council.press_pay(request)
    sandbox.pay(page.provider_reference, card="4000002500003155", authenticate=passed)

    assert council.settle(council.attempt(request).id).state == state


def test_f30_a_page_nobody_paid_expires_and_the_request_can_still_be_paid(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    council.press_pay(request)

    again = check(council, council.attempt(request).id, after=timedelta(minutes=36))

    assert again is None
    assert council.attempt(request).state == AttemptState.EXPIRED
    assert sandbox.count("checkout.session.open") == 0
    sandbox.pay(council.press_pay(request).provider_reference)
    assert council.settle(council.attempts(request)[1].id).paid


def test_f30_the_poller_that_finds_it_paid_at_the_last_moment_settles_it(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    sandbox.pay(council.press_pay(request).provider_reference)

    assert check(council, council.attempt(request).id, after=timedelta(hours=1)) is None
    assert council.attempt(request).state == AttemptState.SUCCEEDED


def give_up(council: Council, attempt_id: str) -> None:
    """What a wrong "expired" would leave behind: given up here, still payable there."""
    with council.transactions.write() as session:
        row = session.get_one(AttemptRow, attempt_id)
        row.state = AttemptState.EXPIRED
        session.add(row)


def test_f31_money_that_comes_after_we_gave_up_still_pays_the_request(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    page = council.press_pay(request)
    give_up(council, council.attempt(request).id)
    sandbox.pay(page.provider_reference)

    done = council.settle(council.attempt(request).id)

    assert done.paid
    assert council.attempt(request).late
    assert [told.late for told in council.paid] == [True]


def test_f31_money_that_comes_for_a_withdrawn_request_is_held_for_refund(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    page = council.press_pay(request)
    give_up(council, council.attempt(request).id)
    with council.transactions.write() as session:
        void_request(session, request.id, now=now())
    sandbox.pay(page.provider_reference)

    done = council.settle(council.attempt(request).id)

    assert (done.status, done.paid) == (RequestStatus.OVERPAID, False)
    assert book(council) == {"psp:sandbox:clearing": 69_00, "overpayments": -69_00}
    assert council.paid == []


def test_f32_a_second_payment_is_booked_as_owed_back_and_passed_on_once(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    first = council.press_pay(request)
    give_up(council, council.attempt(request).id)
    second = council.press_pay(request)
    for page in (first, second):
        sandbox.pay(page.provider_reference)

    settlements = [council.settle(attempt.id) for attempt in council.attempts(request)]

    assert [done.status for done in settlements] == [RequestStatus.PAID, RequestStatus.OVERPAID]
    assert book(council)["overpayments"] == -69_00
    assert book(council)["psp:sandbox:clearing"] == 2 * 69_00
    assert len(council.paid) == 1
    receipts = [load_receipt(row.snapshot) for row in council.receipts(request)]
    assert [receipt.overpayment for receipt in receipts] == [False, True]
    assert receipts[1].vat_total == 0
    with council.transactions.read() as session:
        assert first_broken(read_ledger(session)) is None


@pytest.mark.parametrize(
    "lie",
    [
        {"amount_total": 1},
        {"currency": "usd"},
        {"livemode": True},
        {"client_reference_id": "somebody-else"},
        {"mode": "setup"},
        {"payment_status": "no_payment_required"},
    ],
    ids=lambda lie: next(iter(lie)),
)
def test_f37_what_is_not_what_we_asked_for_is_held_and_never_fulfilled(
    council: Council, sandbox: SandboxServer, lie: dict[str, object]
) -> None:
    request = council.owe()
    page = council.press_pay(request)
    sandbox.pay(page.provider_reference)
    sandbox.control.patch(
        f"/_sandbox/objects/{page.provider_reference}", json=lie
    ).raise_for_status()
    attempt = council.attempt(request)

    with pytest.raises(MoneyMismatch):
        check(council, attempt.id)

    assert council.attempt(request).state == AttemptState.QUARANTINED
    assert council.attempt(request).problem
    assert (council.receipts(request), council.ledger(), council.paid) == ([], [], [])
    with pytest.raises(Conflict):
        council.press_pay(request)
    assert not council.settle(attempt.id).paid


def test_f37_less_money_than_the_session_says_is_held(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    page = council.press_pay(request)
    intent = sandbox.pay(page.provider_reference)["payment_intent"]
    sandbox.control.patch(f"/_sandbox/objects/{intent}", json={"amount_received": 1})

    done = council.settle(council.attempt(request).id)

    assert done.state == AttemptState.QUARANTINED
    assert "1 pence came in of 6900" in done.problem


def test_f38_what_costs_nothing_is_settled_without_a_payment_provider(
    council: Council, sandbox: SandboxServer
) -> None:
    council.provider = ZeroProvider("test", live=False)
    request = council.owe(PaymentLine("Blue Badge", Pence(0), VatTreatment.EXEMPT, "5500"))

    council.press_pay(request)
    done = council.settle(council.attempt(request).id)

    assert done.paid
    assert council.ledger() == []
    assert load_receipt(council.receipts(request)[0].snapshot).total == 0
    assert len(council.paid) == 1
    assert sandbox.count("checkout.session.open") == 0


def test_the_provider_being_down_changes_nothing(council: Council, sandbox: SandboxServer) -> None:
    request = council.owe()
    sandbox.pay(council.press_pay(request).provider_reference)
    sandbox.set_faults(next_response={"action": "http_500", "times": 3})

    with pytest.raises(ProviderUnavailable):
        council.settle(council.attempt(request).id)

    assert council.attempt(request).state == AttemptState.OPEN
    assert council.settle(council.attempt(request).id).paid


def test_an_attempt_of_another_provider_is_not_touched(council: Council) -> None:
    request = council.owe()
    council.press_pay(request)
    council.provider = ZeroProvider("test", live=False)

    with pytest.raises(Conflict):
        council.settle(council.attempt(request).id)
    with pytest.raises(Conflict):
        council.press_pay(request)


def test_an_unknown_attempt_is_said_to_be_missing(council: Council) -> None:
    with pytest.raises(Missing):
        council.settle("nothing-of-the-kind")


def test_a_payment_undecided_for_a_month_is_given_to_a_person(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    page = council.press_pay(request)
    intent = sandbox.pay(page.provider_reference)["payment_intent"]
    patch = sandbox.control.patch
    patch(f"/_sandbox/objects/{page.provider_reference}", json={"payment_status": "unpaid"})
    patch(f"/_sandbox/objects/{intent}", json={"status": "processing"})
    attempt = council.attempt(request)

    again = check(council, attempt.id, after=timedelta(days=2, minutes=1))
    assert council.attempt(request).state == AttemptState.PROCESSING
    assert again is not None
    assert again <= timedelta(days=1)
    assert council.paid == []

    with pytest.raises(PersonMustLook):
        check(council, attempt.id, after=timedelta(days=30))


def test_f52_receipt_numbers_have_no_gaps_when_eight_settle_at_once(
    council: Council, sandbox: SandboxServer
) -> None:
    requests = [council.owe() for _ in range(8)]
    waiting = []
    for request in requests:
        sandbox.pay(council.press_pay(request).provider_reference)
        waiting.append(council.attempt(request).id)

    at_once(8, lambda: council.settle(waiting.pop()))

    numbers = sorted(row.number for row in council.rows(ReceiptRow))
    series = numbers[0].rpartition("-")[0]
    assert numbers == [f"{series}-{n:06d}" for n in range(1, 9)]
    with council.transactions.read() as session:
        assert first_broken(read_ledger(session)) is None
    assert sum(entry.amount for entry in council.rows(LedgerEntryRow)) == 0
