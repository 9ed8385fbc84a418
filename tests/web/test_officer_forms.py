"""A form for officers: residents do not see it, officers fill it like any other."""

import pytest

from tests.support.colleague import DEE, OLIVE, become, officer_filling
from tests.support.portal_house import Portal
from tests.support.resident import errors_in, heading_of, hidden_inputs, path_of

TREES = "tree-survey"
SIGN_IN = f"/staff/sign-in?then=/forms/{TREES}"


def test_residents_do_not_find_it_and_are_asked_to_sign_in_wherever_they_try(portal: Portal):
    resident = portal.resident()
    assert TREES not in resident.read("/")
    assert TREES not in resident.read("/?q=tree+survey")
    for path in ("", "/survey", "/check-answers", "/trees", "/save", "/resume/changed"):
        answer = resident.get(f"/forms/{TREES}{path}")
        assert path_of(answer.headers["location"]) == SIGN_IN + path


def test_who_never_signed_in_can_neither_begin_nor_send_it(portal: Portal):
    resident, before = portal.resident(), portal.everything()
    for path in ("survey", "check-answers", "start", "trees"):
        data = {"csrf_token": resident.token(), "surveyor-first": "Ann"}
        answer = resident.browser.post(f"/forms/{TREES}/{path}", data=data)
        assert path_of(answer.headers["location"]) == f"{SIGN_IN}/{path}"
    assert portal.everything() == before


def test_a_designer_is_told_that_it_is_not_for_them(portal: Portal):
    assert become(portal, DEE).get(f"/forms/{TREES}").status_code == 403


def test_an_officer_is_shown_it_comes_in_and_sends_it(portal: Portal):
    olive = officer_filling(portal)
    assert f'href="/forms/{TREES}"' in olive.read("/staff")
    assert heading_of(olive.read(f"/forms/{TREES}")) == "Record a tree survey"
    olive.fill(TREES)
    reference = olive.send(TREES).rpartition("/")[2]
    portal.do_the_work()
    (case,) = portal.neighbours.crm.cases(external_reference=reference)
    assert case["subject"]


def test_what_is_typed_after_the_session_ended_is_saved_and_the_next_page_asks(portal: Portal):
    olive = officer_filling(portal)
    olive.fill(TREES, until="tree")
    page = olive.read(f"/forms/{TREES}/survey")
    olive.browser.cookies.delete("portal-staff")
    values = {**hidden_inputs(page), "surveyor-first": "Olive", "surveyor-last": "Bright"}
    values |= {"work_email": "olive@council.test", "survey_number": "TS 260118"}
    day = portal.clock().date()
    values |= {f"surveyed_on-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
    answer = olive.browser.post(f"/forms/{TREES}/survey", data=values)
    assert answer.status_code == 303, errors_in(answer.text)
    assert "Bright" in portal.rows("draft")[0]["answers"]
    asked = olive.get(answer.headers["location"])
    assert path_of(asked.headers["location"]).startswith(SIGN_IN)
    sent = olive.browser.post(f"/forms/{TREES}/check-answers", data=hidden_inputs(page))
    assert path_of(sent.headers["location"]) == f"{SIGN_IN}/check-answers"
    assert not portal.rows("submission")


@pytest.mark.parametrize("path", ["", "/survey"])
def test_signing_in_goes_on_where_it_was_asked_for(portal: Portal, path: str):
    assert become(portal, OLIVE, then=f"/forms/{TREES}{path}")
