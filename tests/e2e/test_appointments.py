"""A day for a collection is chosen, paid for, moved and cancelled on a phone."""

import pytest
from playwright.sync_api import expect

from portal.forms.examples import run_example
from tests.e2e.conftest import NewPerson
from tests.e2e.inspecting import Inspector, check_summary
from tests.e2e.person import Person
from tests.support.whole_portal import ALL_FORMS, TODAY

pytestmark = pytest.mark.xdist_group("e2e-appointments")

FORM = ALL_FORMS["bulky-waste-collection"]
EXAMPLE = next(e for e in FORM.examples if e.name.startswith("Three items"))
PAGE = "preferred-day"
POSTS = run_example(FORM, EXAMPLE, TODAY).posts
NAMES = [step.name for step, _ in POSTS]


def fill(person: Person, first: int, last: int) -> None:
    """Answer the pages from one to before another."""
    for step, raw in POSTS[first:last]:
        person.is_at(f"/forms/{FORM.form}/{step.path}")
        person.answer(step.page, raw)
        person.press("Continue")


def open_the_days(person: Person) -> None:
    """Everything up to the page of days."""
    person.start(FORM)
    fill(person, 0, NAMES.index(PAGE))
    person.is_at(f"/forms/{FORM.form}/{PAGE}")


def test_a_day_is_chosen_paid_for_moved_and_cancelled(new_person: NewPerson, inspector: Inspector):
    person = new_person()
    page = person.page
    open_the_days(person)
    inspector.look(page, "appointment/days")
    person.press("Continue")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Select the day we should come")
    inspector.look(page, "appointment/days:error")
    assert check_summary(page) == []
    page.locator("label[for=preferred_day-3]").click()
    person.press("Show later days")
    expect(page.get_by_role("radio")).to_have_count(21)
    expect(page.get_by_role("radio").nth(2)).to_be_checked()
    inspector.look(page, "appointment/later days")
    person.press("Continue")
    fill(person, NAMES.index(PAGE) + 1, len(POSTS))
    person.is_at(f"/forms/{FORM.form}/check-answers")
    person.send(FORM, EXAMPLE)
    person.go_to_hosted_page()
    person.pay_by_card()
    page.wait_for_url(f"**/forms/{FORM.form}/confirmation/*")
    inspector.look(page, "appointment/confirmation")
    person.press("See, move or cancel it")
    expect(page.locator("h1")).to_have_text("Your appointment")
    inspector.look(page, "appointment/seen")
    page.get_by_role("button", name="Move it").click()
    expect(page.get_by_role("radio")).to_have_count(7)
    inspector.look(page, "appointment/move")
    person.press("Continue")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Select another day")
    inspector.look(page, "appointment/move:error")
    page.locator("label[for=slot-3]").click()
    person.press("Continue")
    expect(page.locator("main")).to_contain_text("Your appointment is moved")
    inspector.look(page, "appointment/moved")
    person.press("Cancel it")
    inspector.look(page, "appointment/cancel")
    person.press("Cancel the appointment")
    expect(page.locator("h1")).to_have_text("This appointment is cancelled")
    inspector.look(page, "appointment/cancelled")
    officer = new_person(forwarded=False)
    officer.open("/staff/sign-in?then=/staff/appointments")
    officer.press("Olive Officer (officer)")
    page = officer.page
    expect(page.locator("h1")).to_have_text("Appointments")
    inspector.look(page, "appointment/officers")


def test_later_days_are_shown_without_javascript_and_enter_goes_on(new_person: NewPerson):
    person = new_person(script=False)
    page = person.page
    open_the_days(person)
    page.locator("label[for=preferred_day-2]").click()
    person.press("Show later days")
    expect(page.get_by_role("radio")).to_have_count(21)
    expect(page.get_by_role("radio").nth(1)).to_be_checked()
    page.get_by_role("radio").nth(1).press("Enter")
    person.is_at(f"/forms/{FORM.form}/benefits")
