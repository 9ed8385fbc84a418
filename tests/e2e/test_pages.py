"""Every page that is not a question: in order for an auditor, and saying what to do next."""

import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

from portal.forms.definition import Example, FormDefinition
from portal.web.security import hash_session
from tests.e2e.conftest import NewPerson
from tests.e2e.inspecting import Inspector, check_summary
from tests.e2e.person import Person
from tests.support.whole_portal import DAY, FORMS, WholePortal

pytestmark = pytest.mark.xdist_group("e2e-people")

FLY, SNN = FORMS["report-fly-tipping"], FORMS["street-naming-and-numbering"]


def _whole(form: FormDefinition) -> Example:
    """The example that can be sent and answers most."""
    sendable = [e for e in form.examples if e.on in (None, DAY) and not (e.refused or e.ends_at)]
    return max(sendable, key=lambda example: len(example.answers))


def _fill(person: Person, form: FormDefinition) -> None:
    person.start(form)
    person.fill_in(form, _whole(form))


def test_the_pages_around_the_forms_are_in_order(person: Person, inspector: Inspector):
    page = person.page
    for path, heading in {
        "/": "What do you need to do?",
        "/?q=street": "What do you need to do?",
        "/?q=zebra": "What do you need to do?",
        "/accessibility": "Accessibility",
        "/privacy": "Privacy and cookies",
        "/no-such-page": "Page not found",
        "/forms/no-such-form": "Page not found",
        "/receipts/no-such-receipt": "Page not found",
    }.items():
        person.open(path)
        assert person.heading() == heading
        inspector.look(page, f"around{path}")
    for form in FORMS.values():
        person.open(f"/forms/{form.form}")
        assert person.heading() == form.title
        inspector.look(page, f"{form.form}/start")


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_check_answers_and_confirmation_are_in_order(
    person: Person, inspector: Inspector, form: FormDefinition
):
    _fill(person, form)
    inspector.look(person.page, f"{form.form}/check answers")
    person.open(f"/forms/{form.form}")
    assert person.page.get_by_role("link", name="Continue where you stopped").count() == 1
    inspector.look(person.page, f"{form.form}/start again")
    person.open(f"/forms/{form.form}/check-answers")
    person.send(form, _whole(form))
    inspector.look(person.page, f"{form.form}/sent")


def test_saving_and_coming_back_is_in_order(
    person: Person, new_person: NewPerson, inspector: Inspector
):
    page = person.page
    _fill(person, FLY)
    person.press("Save and come back later")
    inspector.look(page, "saving/save")
    page.get_by_label("Email address (optional)").fill("not an address")
    person.press("Save my answers")
    person.errors()
    inspector.look(page, "saving/save with nonsense")
    assert check_summary(page) == []
    page.get_by_label("Email address (optional)").fill("saver@example.test")
    person.press("Save my answers")
    assert person.heading() == "Your answers are saved"
    inspector.look(page, "saving/saved by email")

    person.open(f"/forms/{FLY.form}/save")
    person.press("Save my answers")
    code = page.locator(".portal-code").inner_text()
    link = str(page.locator(".portal-link-to-keep a").get_attribute("href"))
    inspector.look(page, "saving/saved with a code")

    other = new_person()
    other.page.goto(link)
    inspector.look(other.page, "saving/resume")
    for wrong in ("", "000000"):
        other.page.get_by_label("Email address or code").fill(wrong)
        other.press("Continue")
        other.errors()
        inspector.look(other.page, f"saving/resume with {wrong or 'nothing'}")
        assert check_summary(other.page) == []
    other.page.get_by_label("Email address or code").fill(code)
    other.press("Continue")
    other.is_at(f"/forms/{FLY.form}")
    other.press("Continue where you stopped")
    other.is_at(f"/forms/{FLY.form}/check-answers")


def test_a_link_sent_by_email_opens_the_form_on_another_phone(
    person: Person, new_person: NewPerson
):
    _fill(person, FLY)
    person.press("Save and come back later")
    person.page.get_by_label("Email address (optional)").fill("other.phone@example.test")
    person.press("Save my answers")
    expect(person.page.locator("main")).to_contain_text("other.phone@example.test")

    other = new_person()
    letter = other.page.locator("tr", has_text="other.phone@example.test").get_by_role("link")
    for _try in range(50):
        other.open("/staff/outbox")
        if letter.count():
            break
        other.page.wait_for_timeout(200)
    letter.click()
    words = other.page.locator("pre").inner_text()
    found = re.search(r"https?://\S+/resume/\S+", words)
    assert found, words
    other.page.goto(found[0])
    other.page.get_by_label("Email address or code").fill("Other.Phone@example.test")
    other.press("Continue")
    other.press("Continue where you stopped")

    other.is_at(f"/forms/{FLY.form}/check-answers")


def test_an_expired_form_says_so(person: Person, inspector: Inspector):
    _fill(person, FLY)
    token = next(
        cookie.get("value", "")
        for cookie in person.page.context.cookies()
        if cookie.get("name", "").endswith("portal-session")
    )
    _expire(person.portal, token)

    person.open(f"/forms/{FLY.form}/check-answers")

    assert person.heading() == "Your saved form has expired"
    inspector.look(person.page, "errors/expired")
    person.press("See all services")
    person.press(FLY.title)
    person.press("Start now")
    person.is_at(f"/forms/{FLY.form}/{FLY.pages[0].name}")


def _expire(portal: WholePortal, token: str) -> None:
    """As if its days had passed."""
    with closing(sqlite3.connect(portal.data_dir / "portal.db", timeout=30)) as database:
        changed = database.execute(
            "update draft set expires_at = '2026-01-01 00:00:00.000000' where session_hash = ?",
            (hash_session(token),),
        )
        assert changed.rowcount == 1
        database.commit()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_page_that_has_gone_stale_says_so(
    new_person: NewPerson, inspector: Inspector, script: bool
):
    person = new_person()
    person.open(f"/forms/{FLY.form}/{FLY.pages[0].name}")
    person.page.evaluate("document.querySelector('[name=csrf_token]').value = 'another'")
    if not script:
        person.page.evaluate(
            "document.querySelector('[data-enhance]').removeAttribute('data-enhance')"
        )
    person.page.get_by_label("Describe the place").fill("Lay-by")

    person.page.evaluate("document.querySelector('main form').requestSubmit()")

    expect(person.page.locator("h1")).to_have_text("This page has gone stale")
    inspector.look(person.page, f"errors/forged {'with' if script else 'without'} script")


def test_too_many_tries_say_so(person: Person, inspector: Inspector):
    _fill(person, FLY)
    for _try in range(12):
        person.open(f"/forms/{FLY.form}/save")
        person.press("Save my answers")
        person.page.wait_for_load_state()
        if person.heading() == "Too many tries":
            break

    assert person.heading() == "Too many tries"
    inspector.look(person.page, "errors/too many")


def test_the_faces_of_an_address_are_in_order(person: Person, inspector: Inspector):
    page = person.page
    person.start(SNN)
    page.get_by_label(re.compile("Change or add a house")).check()
    person.press("Continue")
    person.is_at(f"/forms/{SNN.form}/property")
    page.get_by_label("Postcode or address").fill("ZZ1 1AA")
    person.press("Find address")
    expect(page.locator("#property-found")).to_contain_text("addresses found")
    inspector.look(page, "address/found")
    person.press("Continue")
    assert person.errors() == ["Select one of the matches, or search again"]
    inspector.look(page, "address/none chosen")
    assert check_summary(page) == []
    person.press("Enter the address yourself")
    expect(page.get_by_label("Address line 1")).to_be_visible()
    inspector.look(page, "address/by hand")
    person.press("Continue")
    person.errors()
    inspector.look(page, "address/by hand left empty")
    assert check_summary(page) == []
    page.get_by_role("link", name="Search for the address instead").click()
    expect(page.get_by_label("Postcode or address")).to_be_visible()
    page.get_by_label("Postcode or address").fill("2 High Street")
    person.press("Find address")
    expect(page.locator("#property-found")).to_be_visible()
    inspector.look(page, "address/few found")


def test_a_place_is_found_by_words_and_by_the_phone(new_person: NewPerson, inspector: Inspector):
    person = new_person(
        permissions=["geolocation"],
        geolocation={"latitude": 52.1, "longitude": 1.9, "accuracy": 12},
    )
    page = person.page
    person.start(FLY)
    page.get_by_label("Street, place or postcode").fill("High Street")
    person.press("Find the place")
    expect(page.locator("#where-found")).to_be_visible()
    inspector.look(page, "location/found")
    person.press("Continue")
    person.errors()
    inspector.look(page, "location/none chosen")
    assert check_summary(page) == []
    page.get_by_role("radio").first.check()
    person.press("Continue")
    person.is_at(f"/forms/{FLY.form}/land")

    person.open(f"/forms/{FLY.form}/where")
    inspector.look(page, "location/chosen before")
    person.press("Use my location")
    expect(page.locator(".portal-location")).to_contain_text("We have your location")
    inspector.look(page, "location/by phone")


def test_files_are_added_and_taken_away(person: Person, inspector: Inspector):
    page = person.page
    person.start(FLY)
    asbestos = next(e for e in FLY.examples if e.name.startswith("Asbestos"))
    person.fill_in(FLY, asbestos)
    person.open(f"/forms/{FLY.form}/photos")
    expect(page.locator("#photos-files")).to_contain_text("rubbish.jpg")
    inspector.look(page, "files/one")
    question = FLY.question("photos")
    assert question is not None
    for name in (
        "second.jpg",
        "third.jpg",
        "fourth.jpg",
        "a-very-long-name-of-a-photo-from-the-phone-IMG_20261124_101500.jpg",
    ):
        person.upload(question, [name])
        person.press("Upload and add another")
        expect(page.locator("#photos-files")).to_contain_text(name.removesuffix(".jpg"))
    inspector.look(page, "files/all")
    page.get_by_role("button", name="Remove second.jpg").click()
    expect(page.locator("#photos-files")).not_to_contain_text("second.jpg")
    page.get_by_label(re.compile("Add photos")).set_input_files(
        {"name": "virus.jpg", "mimeType": "image/jpeg", "buffer": b"MZ not a photo"}
    )
    person.press("Continue")
    person.errors()
    inspector.look(page, "files/refused")
    assert check_summary(page) == []


def test_what_officers_see_is_in_order(new_person: NewPerson, inspector: Inspector):
    resident = new_person()
    _fill(resident, FLY)
    reference = resident.send(FLY, _whole(FLY))
    officer = new_person(forwarded=False)
    page = officer.page
    _when_it_has_come(officer, reference)

    for path in ("/crm/", "/crm/search?q=Ann", "/crm/search?q=zebra", "/crm/search", "/crm/docs",
                 "/crm/no-such-page", "/crm/queues/environmental-enforcement",
                 "/crm/queues/environmental-enforcement?status=resolved"):  # fmt: skip
        officer.open(path)
        inspector.look(page, f"officers{path}")
    officer.open(f"/crm/search?q={reference}")
    page.locator(".cases a").click()
    inspector.look(page, "officers/case")
    officer.press("Add note")
    expect(page.locator(".summary")).to_be_visible()
    inspector.look(page, "officers/case without a note")
    page.get_by_label("Note", exact=True).fill("Looked at it: two bags.")
    officer.press("Add note")
    expect(page.locator(".done")).to_be_visible()
    inspector.look(page, "officers/case with a note")
    page.get_by_label("Status").select_option(label="Resolved")
    officer.press("Change status")
    expect(page.locator(".done")).to_be_visible()

    officer.open("/staff/outbox")
    inspector.look(page, "officers/outbox")
    page.locator("table a").first.click()
    inspector.look(page, "officers/letter")


def _when_it_has_come(officer: Person, reference: str) -> None:
    for _try in range(100):
        officer.open(f"/crm/search?q={reference}")
        if officer.page.locator(".cases li").count():
            return
        officer.page.wait_for_timeout(200)
    raise AssertionError(f"{reference} has not come to the CRM")
