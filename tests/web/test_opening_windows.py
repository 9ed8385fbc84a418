"""A service that opens, closes or is full tells people so, and never takes one too many."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portal.core.errors import ServiceClosed
from portal.submissions.submitting import submit
from portal.web.security import hash_session
from tests.support.portal_fixtures import OpenPortal
from tests.support.portal_house import FORMS, Portal
from tests.support.resident import Resident, path_of, pay_by_card

FORM = """\
form: community-grant
title: Apply for a community grant
summary: A grant for a good idea
service_area: Communities
lgsl: 1118
pages:
  - page: idea
    questions:
      - {{question: idea, ask: "What is your idea?", type: text}}
{more}
case: {{type: grant, queue: grants, target: 20 working days, subject: "{{idea}}"}}
what_happens_next: We read it.
examples:
  - example: A garden
    answers: {{idea: A garden}}
"""
FEE = "fee:\n  - {line: fee, label: A fee, amount: £5.00, income_code: G-1, vat: exempt}\n"
PATH = "/forms/community-grant"
OpenWith = Callable[[str], AbstractContextManager[Portal]]


@pytest.fixture
def open_with(open_own: OpenPortal, tmp_path: Path) -> OpenWith:
    """Opens a portal whose grant form has these lines more."""
    forms = tmp_path / "forms"
    forms.mkdir()
    for name in ("_council.yml", "_shared.yml", "_fees.yml", "report-fly-tipping.yml"):
        (forms / name).write_text((FORMS / name).read_text())

    @contextmanager
    def opening(more: str) -> Iterator[Portal]:
        (forms / "community-grant.yml").write_text(FORM.format(more=more))
        with open_own(forms=forms) as opened:
            yield opened

    return opening


def day(offset: int) -> str:
    return (datetime.now(UTC) + timedelta(days=offset)).date().isoformat()


def begin(portal: Portal) -> Resident:
    resident = portal.resident()
    answer = resident.post(f"{PATH}/idea", {"idea": "A garden"})
    assert path_of(answer.headers["location"]) == f"{PATH}/check-answers"
    return resident


def send(resident: Resident) -> str:
    return path_of(resident.send("community-grant"))


def is_sent_to_the_start(resident: Resident, path: str) -> bool:
    answer = resident.get(path)
    return answer.status_code == 303 and path_of(answer.headers["location"]) == PATH


def test_before_it_opens_the_service_says_when_and_nobody_can_begin(open_with: OpenWith) -> None:
    with open_with(f"open: {{from: {day(2)} 09:00, closed: '**Come back soon.**'}}") as portal:
        resident = portal.resident()
        start = resident.read(PATH)
        assert "This service is not open yet. It opens" in start
        assert "at 9:00am" in start
        assert "<strong>Come back soon.</strong>" in start
        assert "Start now" not in start
        assert is_sent_to_the_start(resident, f"{PATH}/idea")
        assert "Opens" in resident.read("/")
        answer = resident.post(f"{PATH}/idea", {"idea": "A garden"}, page=PATH)
        assert path_of(answer.headers["location"]) == PATH
        assert portal.counts()["draft"] == 0
        portal.clock.ahead = timedelta(days=3)
        assert "Start now" in resident.read(PATH)
        assert "Opens" not in resident.read("/")


def test_what_was_begun_in_time_is_sent_in_the_grace_and_not_after(open_with: OpenWith) -> None:
    with open_with(f"open: {{until: {day(1)}, grace: {day(4)}}}") as portal:
        quick, slow = begin(portal), begin(portal)
        portal.clock.ahead = timedelta(days=3)
        late = portal.resident()
        assert "This service is closed" in late.read(PATH)
        assert "Closed" in late.read("/")
        assert is_sent_to_the_start(late, f"{PATH}/idea")
        assert "Continue where you stopped" in quick.read(PATH)
        assert "/confirmation/" in send(quick)
        quote = slow.check("community-grant")
        portal.clock.ahead = timedelta(days=6)
        answer = slow.browser.post(f"{PATH}/check-answers", data=quote)
        assert path_of(answer.headers["location"]) == PATH
        start = slow.read(PATH)
        assert "This service is closed" in start
        assert "was not sent" in start
        assert portal.counts()["submission"] == 1
        assert "/confirmation/" in quick.get(f"{PATH}/check-answers").headers["location"]


def test_a_window_moved_later_holds_for_drafts_begun_before(open_with: OpenWith) -> None:
    with open_with(f"open: {{until: {day(1)}}}") as portal:
        resident = begin(portal)
        portal.clock.ahead = timedelta(days=3)
        assert is_sent_to_the_start(resident, f"{PATH}/check-answers")
        file = portal.house.definitions.library.folder / "community-grant.yml"
        file.write_text(FORM.format(more=f"open: {{until: {day(9)}}}"))
        assert "/confirmation/" in send(resident)


def test_a_full_service_says_so_and_keeps_what_was_begun(open_with: OpenWith) -> None:
    with open_with("open: {at_most: 1}") as portal:
        first, second = begin(portal), begin(portal)
        second_check = second.check("community-grant")
        assert "/confirmation/" in send(first)
        answer = second.browser.post(f"{PATH}/check-answers", data=second_check)
        assert path_of(answer.headers["location"]) == PATH
        start = second.read(PATH)
        assert "This service is full" in start
        assert "Your answers are kept" in start
        assert "Full" in portal.resident().read("/")
        assert portal.counts()["submission"] == 1


def test_of_twelve_sent_at_once_only_as_many_as_there_is_room_for(open_with: OpenWith) -> None:
    with open_with("open: {at_most: 3}") as portal:
        sessions = [
            hash_session(next(iter(begin(portal).browser.cookies.values()))) for _ in range(12)
        ]
        house = portal.house
        barrier = threading.Barrier(len(sessions))

        def go(session: str) -> bool:
            barrier.wait()
            try:
                return bool(
                    submit(
                        house.submitting,
                        "community-grant",
                        session,
                        today=house.today(),
                        now=house.clock(),
                    )
                )
            except ServiceClosed:
                return False

        with ThreadPoolExecutor(len(sessions)) as pool:
            assert sum(pool.map(go, sessions)) == 3
        assert portal.counts()["submission"] == 3


def test_who_is_still_to_pay_holds_a_place_for_a_day_and_then_gives_it_back(
    open_with: OpenWith,
) -> None:
    with open_with(f"open: {{at_most: 1}}\n{FEE}") as portal:
        portal.clock.ahead = -timedelta(hours=25)
        slow, quick = begin(portal), begin(portal)
        pay_page = send(slow)
        assert pay_page.startswith("/pay/")
        assert "This service is full" in quick.read(PATH)
        portal.clock.ahead = timedelta()  # the payment service is of today
        other = send(quick)
        quick.come_back(pay_by_card(quick.press_pay(other)))
        answer = slow.post(pay_page, {"nonce": "n" * 24})
        assert path_of(answer.headers["location"]) == PATH
        assert "This service is full" in slow.read(PATH)
        assert portal.counts()["payment_attempt"] == 1


def test_who_comes_back_to_pay_late_takes_the_place_again_while_there_is_one(
    open_with: OpenWith,
) -> None:
    with open_with(f"open: {{at_most: 1}}\n{FEE}") as portal:
        portal.clock.ahead = -timedelta(hours=25)
        slow, quick = begin(portal), begin(portal)
        pay_page = send(slow)
        portal.clock.ahead = timedelta()  # the payment service is of today
        assert "Continue where you stopped" in quick.read(PATH)
        hosted = slow.press_pay(pay_page)
        assert "This service is full" in quick.read(PATH)
        assert "/confirmation/" in slow.come_back(pay_by_card(hosted))
        assert [row["status"] for row in portal.rows("submission")] == ["received"]


def test_who_could_not_send_again_is_not_let_back_to_change_and_may_still_pay(
    open_with: OpenWith,
) -> None:
    with open_with(f"open: {{until: {day(-3)}}}\n{FEE}") as portal:
        portal.clock.ahead = -timedelta(days=4)
        resident = begin(portal)
        pay_page = send(resident)
        portal.clock.ahead = timedelta()
        answer = resident.post(f"{pay_page}/change", page=pay_page)
        assert path_of(answer.headers["location"]) == pay_page
        hosted = resident.press_pay(pay_page)
        assert "/confirmation/" in resident.come_back(pay_by_card(hosted))
