"""A resident chooses an appointment, keeps it while they pay, and gets it or is told in time."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from portal.payments.fulfilling import PaidRequest
from portal.payments.records import find_request_of, read_request
from portal.submissions.appointments import keep_for_payment
from portal.submissions.submitting import payment_settled
from tests.support.colleague import OLIVE, become
from tests.support.portal_fixtures import OpenPortal
from tests.support.portal_house import Portal
from tests.support.resident import Resident, errors_in, path_of, pay_by_card
from tests.web.booking_forms import (
    PATH,
    PERSON,
    OpenCouncil,
    calendars_file,
    choose,
    council,
    days,
    fill,
    press,
    send,
    some_day,
)


@pytest.fixture
def open_council(open_own: OpenPortal, tmp_path: Path) -> OpenCouncil:
    return council(open_own, tmp_path)


@pytest.fixture
def small(open_council: OpenCouncil) -> Iterator[Portal]:
    """One place a day, free of charge."""
    with open_council() as opened:
        yield opened


@pytest.fixture
def paid(open_council: OpenCouncil) -> Iterator[Portal]:
    """One place a day, for £5."""
    with open_council(fee=True) as opened:
        yield opened


def appointments(portal: Portal, state: str) -> list[str]:
    return sorted(
        row["day"].isoformat() for row in portal.rows("appointment") if row["state"] == state
    )


def gone_page(answer: str) -> bool:
    return "is no longer free" in answer


def test_the_day_is_on_check_answers_in_the_case_and_in_the_confirmation(small: Portal) -> None:
    resident = small.resident()
    day = some_day(resident)
    fill(resident, day)
    check = resident.read(f"{PATH}/check-answers")
    assert "Which day should we come?" in check
    assert appointments(small, "held") == [day]
    assert "/confirmation/" in send(resident)
    assert appointments(small, "booked") == [day]
    assert appointments(small, "held") == []
    (case,) = small.rows("crm_case")
    answer = next(a for a in case["published"]["answers"] if a["question"] == "day")
    assert answer["typed"] == day
    assert answer["value"] in check


def test_more_days_are_shown_without_a_script_and_the_choice_is_kept(small: Portal) -> None:
    resident = small.resident()
    day = some_day(resident)
    page = resident.read(f"{PATH}/day")
    assert page.count('type="radio"') == 7
    assert page.count("1 left") == 7
    more = press(resident, f"{PATH}/day", day=day, **{"day-later": "yes"})
    assert more.status_code == 200
    assert more.text.count('type="radio"') == 21
    assert f'value="{day}" checked' in more.text
    assert errors_in(more.text) == []
    assert appointments(small, "held") == []


def test_a_time_is_chosen_after_its_day(open_council: OpenCouncil) -> None:
    with open_council(calendar="visits") as portal:
        resident = portal.resident()
        day = some_day(resident)
        assert "3 left" in resident.read(f"{PATH}/day")
        times = choose(resident, day)
        assert times.status_code == 200
        assert times.text.count('type="radio"') == 3
        assert "9:30am" in times.text
        assert "Choose another day" in times.text
        blank = press_with(resident, {"day-on": day})
        assert blank.status_code == 422
        assert errors_in(blank.text) == ["Select a time"]
        assert blank.text.count('type="radio"') == 3
        other = press_with(resident, {"day-on": day, "day-days": "yes"})
        assert f'value="{day}" checked' not in other.text
        assert other.text.count('type="radio"') == 7
        fill(resident, f"{day} 09:30")
        assert "at 9:30am" in resident.read(f"{PATH}/check-answers")
        second = portal.resident()
        assert "9:30am" not in choose(second, day).text
        assert errors_in(choose(second, f"{day} 09:30").text)
        again = resident.read(f"{PATH}/day")
        assert f'value="{day} 09:30" checked' in again


def press_with(resident: Resident, values: dict[str, str]):
    return resident.post(f"{PATH}/day", values)


def test_whoever_comes_second_is_told_plainly_and_keeps_what_they_typed(small: Portal) -> None:
    first, second = small.resident(), small.resident()
    day = some_day(second)
    fill(first, day)
    late = choose(second, day)
    assert late.status_code == 422
    assert gone_page(errors_in(late.text)[0])
    assert f'value="{day}"' not in late.text.split("<form")[1]
    assert choose(second).status_code == 303
    assert len(appointments(small, "held")) == 2


def test_of_six_who_want_the_last_place_at_once_exactly_one_gets_it(small: Portal) -> None:
    residents = [small.resident() for _ in range(6)]
    day = some_day(residents[0])
    tokens = [resident.token() for resident in residents]
    barrier = threading.Barrier(len(residents))

    def go(number: int) -> int:
        barrier.wait()
        data = {"csrf_token": tokens[number], "day": day}
        return residents[number].browser.post(f"{PATH}/day", data=data).status_code

    with ThreadPoolExecutor(len(residents)) as pool:
        statuses = sorted(pool.map(go, range(len(residents))))
    assert statuses == [303, 422, 422, 422, 422, 422]
    assert appointments(small, "held") == [day]


def test_a_change_of_mind_moves_the_hold(small: Portal) -> None:
    first, second = small.resident(), small.resident()
    day = some_day(first)
    fill(first, day)
    assert day not in days(second)
    fill(first, some_day(second))
    assert day not in appointments(small, "held")
    assert len(appointments(small, "held")) == 1
    assert choose(second, day).status_code == 303


def test_giving_up_the_form_gives_back_the_place(small: Portal) -> None:
    resident = small.resident()
    fill(resident)
    resident.post(f"{PATH}/start-again", page=PATH)
    assert small.counts()["appointment"] == 0


def test_a_hold_that_ended_is_renewed_on_check_answers_when_nobody_took_it(small: Portal) -> None:
    resident = small.resident()
    day = some_day(resident)
    fill(resident, day)
    small.clock.ahead = timedelta(minutes=21)
    assert day in days(small.resident())
    resident.read(f"{PATH}/check-answers")
    assert day not in days(small.resident())
    assert "/confirmation/" in send(resident)


def test_who_lost_the_place_is_brought_back_to_choose_before_sending(small: Portal) -> None:
    slow, quick = small.resident(), small.resident()
    day = some_day(slow)
    fill(slow, day)
    quote = slow.check("garden-visit")
    small.clock.ahead = timedelta(minutes=21)
    fill(quick, day)
    send(quick)
    for answer in (
        slow.get(f"{PATH}/check-answers"),
        slow.browser.post(f"{PATH}/check-answers", data=quote),
    ):
        assert answer.status_code == 303
        assert path_of(answer.headers["location"]) == f"{PATH}/day"
    page = slow.read(f"{PATH}/day")
    assert gone_page(errors_in(page)[0])
    assert small.counts()["submission"] == 1
    assert choose(slow).status_code == 303
    assert "/confirmation/" in send(slow)
    assert len(set(appointments(small, "booked"))) == 2


def test_a_hold_that_ended_is_deleted_in_the_night_and_bookings_stay(small: Portal) -> None:
    booked, held = small.resident(), small.resident()
    fill(booked)
    send(booked)
    fill(held)
    small.clock.ahead = timedelta(hours=1)
    small.house.handlers["purge-drafts"]()
    assert [row["state"] for row in small.rows("appointment")] == ["booked"]


def test_a_place_is_kept_as_long_as_it_may_still_be_paid_for(paid: Portal) -> None:
    resident, other = paid.resident(), paid.resident()
    day = some_day(resident)
    fill(resident, day)
    hosted = resident.press_pay(send(resident))
    paid.clock.ahead = timedelta(minutes=25)
    assert day not in days(other)
    assert choose(other, day).status_code == 422
    paid.house.handlers["purge-drafts"]()
    back = pay_by_card(hosted)
    assert "/confirmation/" in resident.come_back(back)
    assert appointments(paid, "booked") == [day]
    assert [row["is_over"] for row in paid.rows("appointment")] == [False]


def test_who_goes_to_pay_too_late_chooses_another_day_and_has_paid_nothing(paid: Portal) -> None:
    slow, quick = paid.resident(), paid.resident()
    day = some_day(slow)
    fill(slow, day)
    pay_page = send(slow)
    paid.clock.ahead = timedelta(minutes=21)
    fill(quick, day)
    answer = press(slow, pay_page)
    assert path_of(answer.headers["location"]) == f"{PATH}/day"
    assert gone_page(errors_in(slow.read(f"{PATH}/day"))[0])
    assert paid.counts()["payment_attempt"] == 0
    assert choose(slow).status_code == 303
    hosted = slow.press_pay(send(slow))
    assert "/confirmation/" in slow.come_back(pay_by_card(hosted))
    assert day not in appointments(paid, "booked")
    assert len(appointments(paid, "booked")) == 1


def test_a_payment_after_the_calendar_was_closed_is_booked_and_an_officer_is_told(
    paid: Portal,
) -> None:
    resident = paid.resident()
    day = some_day(resident)
    fill(resident, day)
    hosted = resident.press_pay(send(resident))
    file = calendars_file(paid)
    file.write_text(file.read_text().replace("hold: 20", f"closed: [{day}]\n    hold: 20", 1))
    assert "/confirmation/" in resident.come_back(pay_by_card(hosted))
    (row,) = paid.rows("appointment")
    assert (row["state"], row["is_over"]) == ("booked", True)
    (case,) = paid.rows("crm_case")
    assert case["published"]["priority"] == "high"
    warning = case["published"]["answers"][0]
    assert warning["label"] == "Check this appointment"
    assert "paid for after its hold had ended" in warning["value"]


def test_money_that_comes_in_when_another_has_the_day_books_it_over_its_capacity(
    paid: Portal,
) -> None:
    slow, quick = paid.resident(), paid.resident()
    day = some_day(slow)
    fill(slow, day)
    send(slow)
    (submission,) = paid.rows("submission")
    paid.clock.ahead = timedelta(minutes=21)
    fill(quick, day)
    hosted = quick.press_pay(send(quick))
    quick.come_back(pay_by_card(hosted))
    house = paid.house
    with house.transactions.write() as session:
        row = find_request_of(session, submission["id"])
        assert row is not None
        money = PaidRequest(
            read_request(row),
            "a" * 32,
            house.clock(),
            "card",
            "pi_1",
            "r" * 32,
            "R-1",
            "t" * 32,
            late=True,
        )
        payment_settled(house.submitting, session, money, today=house.today())
    rows = {row["reference"]: row for row in paid.rows("appointment")}
    assert appointments(paid, "booked") == [day, day]
    assert rows[submission["reference"]]["is_over"]
    case = next(row for row in paid.rows("crm_case") if row["reference"] == submission["reference"])
    assert case["published"]["answers"][0]["label"] == "Check this appointment"
    assert "1 too many" in become(paid, OLIVE).read("/staff/appointments?calendar=rounds")


def test_a_closed_day_is_gone_at_once_for_those_who_hold_it_too(small: Portal) -> None:
    resident = small.resident()
    day = some_day(resident)
    fill(resident, day)
    file = calendars_file(small)
    file.write_text(file.read_text().replace("hold: 20", f"closed: [{day}]\n    hold: 20", 1))
    answer = resident.get(f"{PATH}/check-answers")
    assert path_of(answer.headers["location"]) == f"{PATH}/day"
    assert day not in days(small.resident())


def test_a_calendar_taken_out_of_the_file_offers_nothing_and_loses_nothing(small: Portal) -> None:
    resident = small.resident()
    fill(resident)
    calendars_file(small).write_text("calendars:\n  others: {}\n")
    answer = resident.get(f"{PATH}/check-answers")
    assert path_of(answer.headers["location"]) == f"{PATH}/day"
    page = resident.read(f"{PATH}/day")
    assert "There is nothing free to book at the moment" in page
    refused = resident.post(f"{PATH}/day", {"day": ""})
    assert refused.status_code == 422
    assert "Try again later, or ring us" in errors_in(refused.text)[0]
    assert 'id="day"' in refused.text
    (draft,) = small.rows("draft")
    assert json.loads(draft["answers"])["answers"]["who"]


def test_a_slip_in_the_file_leaves_the_calendar_as_it_was_last_good(small: Portal) -> None:
    resident = small.resident()
    day = some_day(resident)
    file = calendars_file(small)
    file.write_text(file.read_text().replace("slot: whole day", "slot: hole day"))
    assert day in days(resident)


def test_the_page_is_there_in_welsh(small: Portal) -> None:
    resident = small.resident()
    page = resident.read(f"{PATH}/day?language=cy")
    assert "Pa ddiwrnod y dylem ddod?" in page
    assert "1 ar ôl" in page
    assert "Dangos dyddiau diweddarach" in page
    wrong = resident.post(f"{PATH}/day", {"day": "2020-01-06"})
    assert errors_in(wrong.text) == ["Nid yw 6 Ionawr 2020 ar gael mwyach. Dewiswch ddiwrnod arall"]
    assert choose(resident).status_code == 303
    resident.post(f"{PATH}/about-you", PERSON)
    assert "Dydd " in resident.read(f"{PATH}/check-answers")


def test_paying_for_what_is_paid_or_unknown_keeps_no_place(paid: Portal) -> None:
    house = paid.house
    keep_for_payment(house.transactions, house.diary, house.definitions, "no-such", house.clock())
    assert paid.counts()["appointment"] == 0


def test_the_preview_of_a_designer_shows_free_days_and_books_none(small: Portal) -> None:
    designer = become(small)
    fill(small.resident())
    preview = "/design/garden-visit/preview"
    page = designer.read(f"{preview}/day")
    assert page.count("1 left") == 7
    answer = designer.post(f"{preview}/day", {"day": "first free"})
    assert answer.status_code == 303
    assert len(appointments(small, "held")) == 1
