"""F01 to F05, F21 to F24: whatever is pressed and whatever breaks, one page to pay on."""

import secrets
from datetime import timedelta

import pytest

from portal.core.errors import Conflict, ProviderRefused, ProviderUnavailable
from portal.core.money import Pence
from portal.payments.payment import AttemptState, PaymentLine, RequestStatus, VatTreatment
from portal.payments.records import (
    AttemptEventRow,
    AttemptRow,
    find_attempt_by_token,
    find_request_by_token,
    find_request_of,
)
from portal.payments.settling import check_payment
from portal.payments.taking import CHECK_PAYMENT, cancel_live_attempt, request_payment, void_request
from tests.payments.council import Council, a_request, at_once, now
from tests.support.sandbox_server import SandboxServer

CREATE = "/v1/checkout/sessions"


def call_off(council: Council, request_id: str):
    return cancel_live_attempt(
        council.transactions,
        council.provider,
        request_id,
        now=now(),
        fulfilment=council.fulfilment,
    )


def test_f01_a_double_click_opens_one_page(council: Council, sandbox: SandboxServer) -> None:
    request = council.owe()

    pages = at_once(2, lambda: council.press_pay(request, nonce="the-same-form"))

    assert pages[0].url == pages[1].url
    assert len(council.attempts(request)) == 1
    assert sandbox.count("checkout.session.open") == 1


def test_f02_the_back_button_leads_to_the_same_page(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    first = council.press_pay(request, nonce="n1")

    again = council.press_pay(request, nonce="n1")

    assert again.url == first.url
    assert len(council.attempts(request)) == 1
    assert sandbox.count("checkout.session.open") == 1


def test_f03_twenty_tabs_share_one_page(council: Council, sandbox: SandboxServer) -> None:
    request = council.owe()
    council.press_pay(request)

    pages = at_once(20, lambda: council.press_pay(request, nonce=secrets.token_hex(8)))

    assert len({page.url for page in pages}) == 1
    assert len(council.attempts(request)) == 1
    assert sandbox.count("checkout.session.open") == 1


def test_f03_the_database_itself_refuses_a_second_live_attempt(council: Council) -> None:
    request = council.owe()
    council.press_pay(request)
    second = council.attempt(request).model_dump() | {
        "id": "x" * 32,
        "number": 2,
        "reference": "other",
        "nonce": "other",
        "idempotency_key": "other",
        "token_hash": "other",
        "provider_reference": None,
    }

    with pytest.raises(Exception, match=r"(?i)unique"), council.transactions.write() as session:
        session.add(AttemptRow.model_validate(second))


def test_f04_calling_off_makes_the_old_page_unpayable_first(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    old = council.press_pay(request)

    done = call_off(council, request.id)

    assert done is not None
    assert (done.state, done.paid) == (AttemptState.CANCELLED, False)
    assert council.provider.fetch(old.provider_reference).state == "expired"
    with council.transactions.write() as session:
        void_request(session, request.id, now=now())
    with pytest.raises(Conflict):
        council.press_pay(request)


def test_f05_a_page_paid_in_the_instant_before_is_settled_not_cancelled(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    page = council.press_pay(request)
    sandbox.pay(page.provider_reference)

    done = call_off(council, request.id)

    assert done is not None
    assert (done.state, done.paid) == (AttemptState.SUCCEEDED, True)
    assert len(council.paid) == 1
    with pytest.raises(Conflict), council.transactions.write() as session:
        void_request(session, request.id, now=now())


def test_calling_off_when_nothing_is_open_changes_nothing(council: Council) -> None:
    request = council.owe()

    assert call_off(council, request.id) is None


def test_calling_off_while_the_provider_is_down_is_finished_by_the_poller(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    council.press_pay(request)
    sandbox.set_faults(
        next_response={"route": CREATE, "action": "http_500", "method": "POST", "times": 3}
    )

    with pytest.raises(ProviderUnavailable):
        call_off(council, request.id)

    attempt = council.attempt(request)
    assert attempt.state == AttemptState.CANCELLING
    with pytest.raises(Conflict):
        council.press_pay(request)
    pause = check_payment(
        council.transactions,
        council.provider,
        attempt.id,
        now=now(),
        fulfilment=council.fulfilment,
    )
    assert pause is None
    assert council.attempt(request).state == AttemptState.CANCELLED


def test_calling_off_a_page_whose_address_was_lost_still_closes_it(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    sandbox.set_faults(next_response={"route": CREATE, "action": "drop_reply", "times": 3})
    with pytest.raises(ProviderUnavailable):
        council.press_pay(request)

    done = call_off(council, request.id)

    assert done is not None
    assert done.state == AttemptState.CANCELLED
    assert sandbox.count("checkout.session.open") == 0
    assert sandbox.count("checkout.session.expired") == 1


def test_f21_killed_after_the_provider_answered_the_next_click_finds_the_same_page(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    council.press_pay(request)
    # What a kill between the answer and our commit leaves behind.
    with council.transactions.write() as session:
        row = session.get_one(AttemptRow, council.attempt(request).id)
        page, row.state = row.provider_reference, AttemptState.SUBMITTING
        row.provider_reference = row.redirect_url = None
        session.add(row)

    again = council.press_pay(request)

    assert again.provider_reference == page
    assert sandbox.count("checkout.session.open") == 1


@pytest.mark.parametrize("times", [1, 3])
def test_f23_an_answer_lost_on_the_way_does_not_open_a_second_page(
    council: Council, sandbox: SandboxServer, times: int
) -> None:
    request = council.owe()
    sandbox.set_faults(next_response={"route": CREATE, "action": "drop_reply", "times": times})
    if times > 2:  # more than the SDK's own retries
        with pytest.raises(ProviderUnavailable):
            council.press_pay(request)
        assert council.attempt(request).state == AttemptState.UNKNOWN

    page = council.press_pay(request)

    assert council.attempt(request).redirect_url == page.url
    assert sandbox.count("checkout.session.open") == 1


def test_f24_a_call_that_never_arrived_is_made_again_with_the_same_words(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    sandbox.set_faults(next_response={"route": CREATE, "action": "http_500", "times": 3})
    with pytest.raises(ProviderUnavailable):
        council.press_pay(request)
    before = council.attempt(request)

    council.press_pay(request, at=now() + timedelta(minutes=2))

    after = council.attempt(request)
    assert after.state == AttemptState.OPEN
    assert (after.parameters, after.idempotency_key) == (
        before.parameters,
        before.idempotency_key,
    )
    assert after.idempotency_key == f"test:{after.id}:create:0"


def test_f25_an_error_kept_under_the_key_is_given_up_and_the_payer_gets_another_page(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    sandbox.set_faults(next_response={"route": CREATE, "action": "stored_500", "times": 1})
    with pytest.raises(ProviderUnavailable):
        council.press_pay(request)
    first = council.attempt(request)
    assert council.settle(first.id).state == AttemptState.UNKNOWN

    done = council.settle(first.id, at=now() + timedelta(minutes=16))
    council.press_pay(request)

    assert done.state == AttemptState.FAILED
    assert [a.state for a in council.attempts(request)] == ["failed", "open"]


def test_a_call_the_provider_refuses_is_rejected_and_says_why_without_the_payers_address(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe(
        PaymentLine("x" * 10, Pence(20), VatTreatment.OUTSIDE_SCOPE, "1")
    )  # less than the provider's 30p

    with pytest.raises(ProviderRefused) as refused:
        council.press_pay(request)

    attempt = council.attempt(request)
    assert attempt.state == AttemptState.REJECTED
    assert request.payer_email not in str(refused.value) + attempt.problem


def test_a_page_past_its_time_is_closed_before_another_is_opened(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    old = council.press_pay(request)

    new = council.press_pay(request, at=now() + timedelta(minutes=36), nonce="again")

    assert new.url != old.url
    assert council.provider.fetch(old.provider_reference).state == "expired"
    assert [a.state for a in council.attempts(request)] == ["expired", "open"]


def test_a_page_past_its_time_that_was_paid_is_not_replaced(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    page = council.press_pay(request)
    sandbox.pay(page.provider_reference)

    with pytest.raises(Conflict):
        council.press_pay(request, at=now() + timedelta(minutes=36))

    assert council.settle(council.attempt(request).id).paid


def test_an_old_form_may_be_sent_again_after_its_page_ended(council: Council) -> None:
    request = council.owe()
    council.press_pay(request, nonce="old-tab")
    call_off(council, request.id)

    council.press_pay(request, nonce="old-tab")

    assert [a.state for a in council.attempts(request)] == ["cancelled", "open"]


def test_a_paid_request_is_not_paid_twice(council: Council, sandbox: SandboxServer) -> None:
    request = council.owe()
    sandbox.pay(council.press_pay(request).provider_reference)
    council.settle(council.attempt(request).id)

    with pytest.raises(Conflict):
        council.press_pay(request)


def test_each_attempt_is_looked_after_from_the_moment_it_is_written(council: Council) -> None:
    request = council.owe()

    council.press_pay(request)

    (job,) = [job for job in council.work.waiting() if job.job == CHECK_PAYMENT]
    assert job.ids == (council.attempt(request).id,)


def test_every_change_of_state_is_in_the_attempts_history(
    council: Council, sandbox: SandboxServer
) -> None:
    request = council.owe()
    sandbox.pay(council.press_pay(request).provider_reference)
    council.settle(council.attempt(request).id)

    history = [(row.from_state, row.to_state) for row in council.rows(AttemptEventRow)]

    assert history == [("submitting", "open"), ("open", "succeeded")]


def test_secret_links_are_kept_only_as_hashes_and_open_only_their_own(council: Council) -> None:
    request = a_request()
    with council.transactions.write() as session:
        row = request_payment(session, request=request, token="secret-word", now=now())
    page = council.press_pay(request)
    attempt = council.attempt(request)
    token = attempt.parameters["cancel_url"].rpartition("/")[2].partition("?")[0]

    assert "secret-word" not in str(row.model_dump())
    with council.transactions.read() as session:
        assert find_request_by_token(session, "secret-word").id == request.id
        found = find_attempt_by_token(session, token, session_id=page.provider_reference)
        assert found.id == attempt.id
        for wrong in (
            lambda: find_request_by_token(session, "guess"),
            lambda: find_attempt_by_token(session, "guess"),
            lambda: find_attempt_by_token(session, token, session_id="cs_another"),
        ):
            with pytest.raises(Exception, match="there is no such"):
                wrong()


def test_a_void_request_is_no_longer_its_owners(council: Council) -> None:
    request = council.owe()
    with council.transactions.write() as session:
        void_request(session, request.id, now=now())
    with council.transactions.read() as session:
        assert find_request_of(session, request.owner) is None


def test_a_request_with_a_page_open_cannot_be_withdrawn(council: Council) -> None:
    request = council.owe()
    council.press_pay(request)

    with pytest.raises(Conflict), council.transactions.write() as session:
        void_request(session, request.id, now=now())

    assert council.settle(council.attempt(request).id).status is RequestStatus.UNPAID
