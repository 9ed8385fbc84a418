"""Two tabs, twenty clicks, and somebody who will not stop."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import httpx2
import pytest

from tests.support.portal_house import Portal
from tests.support.resident import FREE, PAID, Resident, hidden_inputs

T = TypeVar("T")


def at_once(*deeds: Callable[[], T]) -> list[T]:
    """Do all these at the very same moment."""
    barrier = threading.Barrier(len(deeds))

    def go(deed: Callable[[], T]) -> T:
        barrier.wait()
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(go, deeds))


def _tab(portal: Portal, resident: Resident) -> Resident:
    """Another tab of the same browser."""
    tab = portal.resident()
    tab.browser.cookies = httpx2.Cookies(resident.browser.cookies)
    return tab


@pytest.mark.parametrize("_again", range(4))
def test_tabs_answering_different_pages_all_count(shared_portal: Portal, _again: int) -> None:
    resident = shared_portal.resident()
    resident.fill(FREE)
    token = {"csrf_token": resident.token()}
    changes = {
        "land": {"land": "park"},
        "size": {"size": "lorry"},
        "what": {"waste": ["tyres"]},
        "witness": {"witness": "no"},
    }
    tabs = [_tab(shared_portal, resident) for _ in changes]
    answers = at_once(
        *(
            lambda tab=tab, at=at, values=values: tab.browser.post(
                f"/forms/{FREE}/{at}", data={**token, **values}
            )
            for tab, (at, values) in zip(tabs, changes.items(), strict=True)
        )
    )
    assert [answer.status_code for answer in answers] == [303] * len(changes)
    shown = resident.read(f"/forms/{FREE}/check-answers")
    for words in ("A park or open space", "A tipper lorry load", "Tyres or vehicle parts"):
        assert words in shown


def test_the_first_page_answered_in_five_tabs_at_once_is_one_draft(
    shared_portal: Portal,
) -> None:
    resident = shared_portal.resident()
    token = resident.token()
    tabs = [_tab(shared_portal, resident) for _ in range(5)]
    before = shared_portal.counts()["draft"]
    answers = at_once(
        *(
            lambda tab=tab, n=n: tab.browser.post(
                f"/forms/{FREE}/where",
                data={"csrf_token": token, "where-description": f"Lay-by {n}"},
            )
            for n, tab in enumerate(tabs)
        )
    )
    assert [answer.status_code for answer in answers] == [303] * 5
    assert shared_portal.counts()["draft"] == before + 1


def test_many_residents_beginning_a_new_form_at_once_all_can(portal: Portal) -> None:
    residents = [portal.resident() for _ in range(8)]
    for resident in residents:
        resident.token()
    answers = at_once(
        *(
            lambda one=one: one.answer(FREE, "where", {"where-description": "Lay-by"})
            for one in residents
        )
    )
    assert [answer.status_code for answer in answers] == [303] * 8
    assert portal.counts()["form_definition"] == 1
    assert portal.counts()["draft"] == 8


@pytest.mark.parametrize("form", [FREE, PAID])
def test_twenty_clicks_send_once(portal: Portal, form: str) -> None:
    resident = portal.resident()
    resident.fill(form)
    posted = resident.check(form)
    tabs = [_tab(portal, resident) for _ in range(20)]
    answers = at_once(
        *(
            lambda tab=tab: tab.browser.post(f"/forms/{form}/check-answers", data=posted)
            for tab in tabs
        )
    )
    assert [answer.status_code for answer in answers] == [303] * 20
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert portal.counts()["submission"] == 1
    if form == PAID:
        assert portal.counts()["payment_request"] == 1
        assert not [job for job in portal.house.work.waiting() if job.job == "hand-over"]
        return
    portal.do_the_work()
    reference = answers[0].headers["location"].rpartition("/")[2]
    assert len(portal.neighbours.crm.cases(external_reference=reference)) == 1


def test_twenty_clicks_on_pay_open_one_payment(portal: Portal) -> None:
    resident = portal.resident()
    pay = resident.owe()
    posted = hidden_inputs(resident.read(pay))
    tabs = [_tab(portal, resident) for _ in range(20)]
    answers = at_once(
        *(lambda tab=tab: tab.browser.post(pay, data=posted) for tab in tabs),
    )
    assert all(answer.status_code < 500 for answer in answers), [a.status_code for a in answers]
    hosted = {answer.headers["location"] for answer in answers if answer.status_code == 303}
    assert len({page for page in hosted if page.startswith("http")}) == 1
    assert portal.counts()["payment_attempt"] == 1


def test_who_tries_links_without_end_is_stopped_and_nobody_else_is(portal: Portal) -> None:
    guesser, other = portal.resident(), portal.resident()
    answers = [guesser.post(f"/resume/{n}", {"fact": "x"}).status_code for n in range(31)]
    assert answers[:30] == [404] * 30
    stopped = guesser.post("/resume/31", {"fact": "x"})
    assert stopped.status_code == 429
    assert "Wait an hour" in stopped.text
    assert other.post("/resume/0", {"fact": "x"}).status_code == 404


def test_who_presses_pay_without_end_is_stopped_and_told_when_to_come_back(
    portal: Portal,
) -> None:
    resident = portal.resident()
    pay = resident.owe()
    answers = [
        resident.browser.post(pay, data=hidden_inputs(resident.read(pay))) for _ in range(31)
    ]
    assert {answer.status_code for answer in answers[:30]} == {303}
    assert answers[-1].status_code == 429


def test_who_saves_without_end_is_stopped(portal: Portal) -> None:
    resident = portal.resident()
    resident.fill(FREE, until="land")
    answers = [resident.post(f"/forms/{FREE}/save", {"email": ""}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]


def test_nobody_is_sent_more_than_five_links_an_hour_through_us(portal: Portal) -> None:
    statuses: list[int] = []
    for _ in range(6):
        resident = portal.resident()
        resident.fill(FREE, until="land")
        answer = resident.post(f"/forms/{FREE}/save", {"email": "victim@example.test"})
        statuses.append(answer.status_code)
    assert statuses == [200] * 5 + [429]
    assert portal.counts()["notice"] == 5


def test_who_sends_forms_without_end_is_stopped(portal: Portal) -> None:
    resident = portal.resident()
    resident.fill(FREE)
    posted = resident.check(FREE)
    path = f"/forms/{FREE}/check-answers"
    statuses = [resident.browser.post(path, data=posted).status_code for _ in range(61)]
    assert statuses == [303] * 60 + [429]
    assert portal.counts()["submission"] == 1
