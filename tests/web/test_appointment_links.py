"""Whoever booked an appointment sees, moves or cancels it by a secret link until it is too late."""

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from portal.core.errors import Conflict, SlotTaken
from portal.forms.calendars import Slot
from portal.submissions.rebooking import cancel, move
from tests.support.colleague import DEE, OLIVE, become
from tests.support.portal_fixtures import OpenPortal
from tests.support.portal_house import Portal
from tests.support.resident import Resident, errors_in, heading_of, path_of, pay_by_card
from tests.web.booking_forms import (
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


def book(resident: Resident, day: str) -> str:
    """Send the form; gives the path of the appointment's page."""
    fill(resident, day)
    page = resident.read(send(resident))
    found = re.search(r'href="(/appointments/[0-9a-f]{40})"', page)
    assert found is not None
    return found[1]


def state(portal: Portal) -> list[tuple[str, str]]:
    return sorted((row["day"].isoformat(), row["state"]) for row in portal.rows("appointment"))


def mails(portal: Portal, reference: str) -> str:
    """What was written to the resident about one submission, all of it."""
    written = [row["text"] for row in portal.rows("notice") if reference in row["text"]]
    return "\n".join(written)


def test_the_link_is_on_the_confirmation_and_in_the_mail_and_its_secret_is_not_stored(
    small: Portal,
) -> None:
    resident = small.resident()
    path = book(resident, some_day(resident))
    small.do_the_work("confirm")
    (row,) = small.rows("appointment")
    assert path in mails(small, row["reference"])
    assert path.rpartition("/")[2] not in str(row)
    page = small.resident().read(path)  # in any browser
    assert heading_of(page) == "Your appointment"
    assert row["reference"] in page
    assert 'content="noindex"' in page


def test_it_is_moved_and_the_team_and_the_resident_are_told(small: Portal) -> None:
    resident = small.resident()
    day = some_day(resident)
    path = book(resident, day)
    small.do_the_work()
    choices = resident.read(f"{path}/move")
    assert day not in choices
    other = re.findall(r'name="slot" type="radio" value="([0-9-]+)"', choices)[-1]
    answer = press(resident, f"{path}/move", slot=other)
    assert path_of(answer.headers["location"]) == f"{path}?done=moved"
    shown = resident.read(f"{path}?done=moved")
    assert "Your appointment is moved" in shown
    assert state(small) == [(other, "booked")]
    assert day in days(small.resident())
    small.do_the_work()
    (row,) = small.rows("appointment")
    (case,) = small.neighbours.crm.cases(external_reference=row["reference"])
    (note,) = case["notes"]
    assert "The customer has moved the appointment from" in note["text"]
    assert "Garden waste rounds" in note["text"]
    assert "Your appointment is moved" in mails(small, row["reference"])
    assert small.rows("case_note")[0]["sent_at"] is not None


def test_it_is_cancelled_once_and_the_place_is_free_again(small: Portal) -> None:
    resident = small.resident()
    day = some_day(resident)
    path = book(resident, day)
    asked = resident.read(f"{path}/cancel")
    assert "Do you want to cancel this appointment?" in asked
    assert "We send your money back" not in asked  # nothing was paid
    for _ in range(2):
        answer = resident.post(f"{path}/cancel", page=path.replace(path, f"{path}/move"))
        assert path_of(answer.headers["location"]) == f"{path}?done=cancelled"
    page = resident.read(path)
    assert heading_of(page) == "This appointment is cancelled"
    assert resident.get(f"{path}/move").status_code == 303
    assert state(small) == [(day, "cancelled")]
    assert day in days(small.resident())
    assert len(small.rows("case_note")) == 1


def test_who_paid_is_told_what_becomes_of_the_money(open_council: OpenCouncil) -> None:
    with open_council(fee=True) as portal:
        resident = portal.resident()
        fill(resident, some_day(resident))
        hosted = resident.press_pay(send(resident))
        confirmation = resident.read(path_of(resident.come_back(pay_by_card(hosted))))
        found = re.search(r'href="(/appointments/[0-9a-f]{40})"', confirmation)
        assert found is not None
        assert "We send your money back." in resident.read(f"{found[1]}/cancel")
        press(resident, f"{found[1]}/cancel")
        assert "We send your money back." in resident.read(found[1])
        (note,) = portal.rows("case_note")
        assert "They paid for it" in note["text"]


def test_after_the_limit_it_can_only_be_looked_at(small: Portal) -> None:
    resident = small.resident()
    day = some_day(resident)
    path = book(resident, day)
    cancelling = resident.read(f"{path}/cancel")
    small.clock.ahead = datetime.combine(
        date.fromisoformat(day), datetime.min.time(), UTC
    ) - datetime.now(UTC)
    page = resident.read(path)
    assert "It cannot be moved or cancelled here any more" in page
    assert f"{path}/move" not in page
    for action in ("move", "cancel"):
        assert resident.get(f"{path}/{action}").status_code == 303
        token = re.search(r'name="csrf_token" value="([^"]+)"', cancelling)
        assert token is not None
        data = {"csrf_token": token[1], "slot": "first free"}
        answer = resident.browser.post(f"{path}/{action}", data=data)
        assert path_of(answer.headers["location"]) == path
    assert state(small) == [(day, "booked")]


def test_a_link_that_was_tampered_with_opens_nothing(small: Portal) -> None:
    resident = small.resident()
    path = book(resident, some_day(resident))
    last = "0" if path[-1] != "0" else "1"
    for wrong in (path[:-1] + last, path + "0", "/appointments/0", "/appointments/%20"):
        for end in ("", "/move", "/cancel", ".ics"):
            assert resident.get(f"{wrong}{end}").status_code == 404
    (row,) = small.rows("appointment")
    assert resident.get(f"/appointments/{row['id']}").status_code == 404
    assert resident.get(f"/appointments/{row['token_hash']}").status_code == 404


def test_a_slot_taken_meanwhile_is_refused_and_the_old_one_kept(small: Portal) -> None:
    resident, quick = small.resident(), small.resident()
    day = some_day(resident)
    path = book(resident, day)
    choices = resident.read(f"{path}/move")
    other = re.findall(r'name="slot" type="radio" value="([0-9-]+)"', choices)[4]
    assert choose(quick, other).status_code == 303
    late = press(resident, f"{path}/move", slot=other)
    assert late.status_code == 422
    assert "is no longer free" in errors_in(late.text)[0]
    assert errors_in(press(resident, f"{path}/move").text) == ["Select another day"]
    more = press(resident, f"{path}/move", **{"slot-later": "yes"})
    assert more.text.count('type="radio"') > 7
    assert (day, "booked") in state(small)


def test_of_five_moved_to_the_last_place_at_once_one_gets_there(small: Portal) -> None:
    house = small.house
    residents = [small.resident() for _ in range(5)]
    last = days(residents[0])[6]
    tokens = [book(each, days(each)[0]).rpartition("/")[2] for each in residents]
    barrier = threading.Barrier(len(tokens))

    def go(token: str) -> bool:
        barrier.wait()
        try:
            move(house.following_up, token, Slot(date.fromisoformat(last)), house.clock())
        except SlotTaken:
            return False
        return True

    with ThreadPoolExecutor(len(tokens)) as pool:
        assert sorted(pool.map(go, tokens)) == [False, False, False, False, True]
    assert [day for day, _ in state(small)].count(last) == 1


def test_a_cancelled_one_is_not_moved(small: Portal) -> None:
    resident, house = small.resident(), small.house
    token = book(resident, some_day(resident)).rpartition("/")[2]
    cancel(house.following_up, token, house.clock())
    with pytest.raises(Conflict):
        move(house.following_up, token, Slot(date(2030, 1, 1)), house.clock())


def test_where_the_calendar_is_gone_the_booking_stands_and_officers_see_it(small: Portal) -> None:
    resident = small.resident()
    day = some_day(resident)
    path = book(resident, day)
    calendars_file(small).write_text("calendars:\n  others: {}\n")
    assert "It cannot be moved or cancelled here any more" in resident.read(path)
    listed = become(small, OLIVE).read("/staff/appointments?calendar=rounds")
    assert "is not in _calendars.yml any more" in listed
    assert "1 too many" in listed


def test_officers_see_what_is_booked_and_what_does_not_fit_any_more(
    open_council: OpenCouncil,
) -> None:
    with open_council(capacity=2) as portal:
        resident, officer = portal.resident(), become(portal, OLIVE)
        assert become(portal, DEE).get("/staff/appointments").status_code == 403
        assert resident.get("/staff/appointments").status_code == 303
        day = some_day(resident)
        book(resident, day)
        book(portal.resident(), day)
        listed = officer.read("/staff/appointments")
        assert "Garden waste rounds" in listed
        assert "2 of 2" in listed
        assert all(row["reference"] in listed for row in portal.rows("appointment"))
        file = calendars_file(portal)
        file.write_text(file.read_text().replace("capacity: 2", "capacity: 1", 1))
        assert "1 too many" in officer.read("/staff/appointments?calendar=rounds")
        assert "Nothing is booked" in officer.read("/staff/appointments?calendar=visits")


def test_it_goes_into_a_calendar_of_ones_own(open_council: OpenCouncil) -> None:
    with open_council(calendar="visits") as portal:
        resident = portal.resident()
        path = book(resident, f"{some_day(resident)} 09:30")
        answer = resident.get(f"{path}.ics")
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        lines = answer.text.split("\r\n")
        assert lines[0] == "BEGIN:VCALENDAR"
        assert "SUMMARY:Book a garden visit" in lines
        begins, ends = (
            datetime.fromisoformat(re.findall(rf"{name}:(\d{{8}}T\d{{6}}Z)", answer.text)[0])
            for name in ("DTSTART", "DTEND")
        )
        assert ends - begins == timedelta(minutes=30)
    assert all(len(line.encode()) <= 75 for line in lines)


def test_a_whole_day_goes_into_a_calendar_as_a_day(small: Portal) -> None:
    resident = small.resident()
    day = some_day(resident)
    path = book(resident, day)
    assert f"DTSTART;VALUE=DATE:{day.replace('-', '')}" in resident.read(f"{path}.ics")
    cancel(small.house.following_up, path.rpartition("/")[2], small.clock())
    assert resident.get(f"{path}.ics").status_code == 404


def test_a_form_sent_in_welsh_has_its_appointment_in_welsh(small: Portal) -> None:
    resident = small.resident()
    resident.read("/forms/garden-visit/day?language=cy")
    path = book(resident, some_day(resident))
    page = small.resident().read(path)
    assert "Eich apwyntiad" in page
    assert "Dydd " in page
    press(resident, f"{path}/cancel")
    (row,) = small.rows("appointment")
    assert "Mae eich apwyntiad wedi’i ganslo" in mails(small, row["reference"])
