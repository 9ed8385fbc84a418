"""Sending: sealed once, with all that follows promised in the same breath, or not at all."""

from datetime import date, timedelta

import pytest

from portal.core.dates import Today
from portal.core.errors import Conflict, Missing, ProviderUnavailable
from portal.core.references import read_reference
from portal.forms.fees import FeeUnknown
from portal.submissions.records import as_submission, lock_submission, submission_by_reference
from portal.submissions.submission import Submission
from portal.submissions.submitting import find_submission, reopen, submit
from portal.web.security import hash_session
from tests.support.portal_house import Portal
from tests.support.resident import FREE, PAID, Resident, pay_by_card


def _session_of(resident: Resident) -> str:
    return hash_session(next(iter(resident.browser.cookies.values())))


def _ready(portal: Portal, form: str) -> tuple[Resident, str]:
    """A resident whose form is complete, and the session it belongs to."""
    resident = portal.resident()
    resident.fill(form)
    return resident, _session_of(resident)


def _promised(portal: Portal) -> list[str]:
    return sorted(job.job for job in portal.house.work.waiting())


def _only(portal: Portal) -> Submission:
    (row,) = portal.rows("submission")
    found = find_submission(
        portal.house.transactions, lambda session: lock_submission(session, row["id"])
    )
    assert found is not None
    return found


def test_a_form_without_a_fee_is_received_and_its_case_promised_at_once(portal: Portal) -> None:
    _, session = _ready(portal, FREE)
    house = portal.house
    sent = submit(house.submitting, FREE, session, today=house.today(), now=house.clock())
    assert sent is not None
    assert read_reference(sent.reference, "HM") == sent.reference
    assert sent.payment_token == ""
    assert _only(portal).status == "received"
    assert _promised(portal) == ["confirm", "hand-over"]
    assert portal.counts()["crm_case"] == 1


def test_a_form_with_a_fee_waits_for_its_money_and_promises_nothing_yet(portal: Portal) -> None:
    _, session = _ready(portal, PAID)
    house = portal.house
    sent = submit(house.submitting, PAID, session, today=house.today(), now=house.clock())
    assert sent is not None
    assert len(sent.payment_token) >= 32
    assert _only(portal).status == "awaiting_payment"
    assert _promised(portal) == []
    assert portal.counts()["crm_case"] == 0
    (owed,) = portal.rows("payment_request")
    assert owed["amount"] == 45_00
    assert sent.payment_token not in repr(owed)


def test_asked_again_it_is_the_same_submission(portal: Portal) -> None:
    _, session = _ready(portal, FREE)
    house = portal.house
    sent = [
        submit(house.submitting, FREE, session, today=house.today(), now=house.clock())
        for _ in range(3)
    ]
    assert sent[0] is not None
    assert sent == [sent[0]] * 3
    assert portal.counts()["submission"] == 1
    assert _promised(portal) == ["confirm", "hand-over"]


def test_nobody_sends_what_is_not_there_or_not_complete_or_past_its_date(portal: Portal) -> None:
    house = portal.house
    resident = portal.resident()
    resident.fill(FREE, until="size")
    session = _session_of(resident)

    def send(who: str) -> object:
        return submit(house.submitting, FREE, who, today=house.today(), now=house.clock())

    assert send("n" * 64) is None
    assert send(session) is None
    resident.fill(FREE)
    portal.clock.ahead = timedelta(days=8)
    assert send(session) is None
    assert portal.counts()["submission"] == 0


@pytest.mark.parametrize("quoted", [0, 1, 44_99, 45_01])
def test_a_fee_that_is_not_the_quoted_one_seals_nothing(portal: Portal, quoted: int) -> None:
    _, session = _ready(portal, PAID)
    house, before = portal.house, portal.everything()
    with pytest.raises(Conflict):
        submit(
            house.submitting,
            PAID,
            session,
            today=house.today(),
            now=house.clock(),
            quoted=quoted,
        )
    assert portal.everything() == before


def test_a_fee_nobody_knows_seals_nothing(portal: Portal) -> None:
    _, session = _ready(portal, PAID)
    house, before = portal.house, portal.everything()
    before_any_fee = Today(date(2009, 1, 1), frozenset())
    with pytest.raises(FeeUnknown):
        submit(house.submitting, PAID, session, today=before_any_fee, now=house.clock())
    assert portal.everything() == before


def test_paying_releases_the_submission_once(portal: Portal) -> None:
    resident = portal.resident()
    back = pay_by_card(resident.press_pay(resident.owe()))
    for _ in range(3):
        resident.come_back(back)
    assert _only(portal).status == "received"
    jobs = _promised(portal)
    assert [jobs.count(job) for job in ("confirm", "hand-over", "render-receipt")] == [1, 1, 1]
    assert portal.counts()["receipt"] == 1
    assert portal.counts()["crm_case"] == 1


def test_a_form_reopened_before_paying_is_sent_anew_under_a_new_reference(portal: Portal) -> None:
    resident = portal.resident()
    resident.press_pay(resident.owe())
    house, old = portal.house, _only(portal)
    assert reopen(
        house.submitting, house.provider, old, fulfilment=house.fulfilment, now=house.clock()
    )
    resident.send(PAID)
    rows = portal.rows("submission")
    assert sorted(row["status"] for row in rows) == ["awaiting_payment", "reopened"]
    assert len({row["reference"] for row in rows}) == 2
    with house.transactions.read() as session:
        found = submission_by_reference(session, old.reference)
        assert found is not None
        assert as_submission(found).status == "reopened"


def test_a_form_paid_meanwhile_stands_as_it_was_sent(portal: Portal) -> None:
    resident = portal.resident()
    pay_by_card(resident.press_pay(resident.owe()))
    house, sent = portal.house, _only(portal)
    assert not reopen(
        house.submitting, house.provider, sent, fulfilment=house.fulfilment, now=house.clock()
    )
    assert _only(portal).status == "received"


def test_a_form_without_a_fee_cannot_be_reopened(portal: Portal) -> None:
    portal.resident().send_free()
    house = portal.house
    with pytest.raises(Conflict):
        reopen(
            house.submitting,
            house.provider,
            _only(portal),
            fulfilment=house.fulfilment,
            now=house.clock(),
        )


def test_while_the_payment_service_does_not_answer_nothing_is_reopened(portal: Portal) -> None:
    resident = portal.resident()
    resident.press_pay(resident.owe())
    house, sent = portal.house, _only(portal)
    portal.neighbours.sandbox.set_faults(next_response={"action": "http_500", "times": 20})
    try:
        with pytest.raises(ProviderUnavailable):
            reopen(
                house.submitting,
                house.provider,
                sent,
                fulfilment=house.fulfilment,
                now=house.clock(),
            )
    finally:
        portal.neighbours.sandbox.lift_faults()
    assert _only(portal).status == "awaiting_payment"


def test_a_form_nobody_serves_is_missing(portal: Portal) -> None:
    with pytest.raises(Missing):
        portal.house.definitions.current("no-such-form")
    with pytest.raises(Missing):
        portal.house.definitions.by_digest(FREE, "0" * 64)


def test_who_lost_the_answer_and_reloads_sees_what_was_sent(portal: Portal) -> None:
    """Or they would fill it all in again, and send it twice."""
    resident = portal.resident()
    resident.fill(FREE)
    sent = resident.send(FREE)
    reloaded = resident.get(f"/forms/{FREE}/check-answers")
    assert (reloaded.status_code, reloaded.headers["location"]) == (303, sent)

    to_pay = resident.owe()
    reloaded = resident.get(f"/forms/{PAID}/check-answers")
    assert (reloaded.status_code, reloaded.headers["location"]) == (303, to_pay)
    resident.come_back(pay_by_card(resident.press_pay(to_pay)))
    assert "/confirmation/" in resident.get(f"/forms/{PAID}/check-answers").headers["location"]


def test_who_reloads_before_sending_is_told_of_nothing_sent(portal: Portal) -> None:
    resident = portal.resident()
    resident.send_free()
    assert portal.resident().get(f"/forms/{FREE}/check-answers").headers["location"] == (
        f"/forms/{FREE}"
    )
    resident.fill(FREE, until="size")
    assert resident.get(f"/forms/{FREE}/check-answers").headers["location"].endswith("/size")
