"""The workbench in a real browser: in order for an auditor, by keyboard, and live."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewPerson
from tests.e2e.inspecting import Inspector
from tests.e2e.person import Person
from tests.support.colleague import code_at
from tests.support.whole_portal import ALL_FORMS, WholePortal

pytestmark = pytest.mark.xdist_group("e2e-people")

FORM = "street-naming-and-numbering"


@pytest.fixture
def designer(new_person: NewPerson) -> Person:
    """Somebody at the machine itself, with a wide screen."""
    return signed_in(new_person(width=1280, forwarded=False), "Dee Signer (designer)")


def signed_in(person: Person, name: str, leads_to: str = "/design") -> Person:
    """One press, as development allows at the machine itself."""
    person.open(f"/staff/sign-in?then={leads_to}")
    person.press(name)
    person.is_at(leads_to)
    return person


def faults(page: Page) -> list[str]:
    """What the browser complains of: a policy that is not kept among it."""
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def begin(designer: Person) -> Page:
    designer.open(f"/design/{FORM}")
    page = designer.page
    expect(page.locator(".cm-content")).to_be_visible()
    return page


def type_at_end(page: Page, words: str) -> None:
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def test_the_pages_of_the_workbench_are_in_order(designer: Person, inspector: Inspector):
    complaints = faults(designer.page)
    designer.open("/design")
    assert designer.heading() == "Workbench"
    inspector.look(designer.page, "design/list")
    for part in ("flow", "prices", "proofs", "reading", "differences", "history", "publish"):
        designer.open(f"/design/{FORM}/{part}")
        inspector.look(designer.page, f"design/{part}")
    page = begin(designer)
    expect(page.frame_locator("iframe").locator("h1")).to_be_visible()
    inspector.look(page, "design/form")
    assert complaints == []


def test_the_pages_for_signing_in_are_in_order(new_person: NewPerson, inspector: Inspector):
    somebody = new_person(forwarded=False)
    complaints = faults(somebody.page)
    somebody.open("/design")
    somebody.is_at("/staff/sign-in")
    inspector.look(somebody.page, "staff/sign-in")
    somebody.page.get_by_label("E-mail address").fill("nobody@council.test")
    somebody.press("Sign in")
    expect(somebody.page.locator(".govuk-error-summary")).to_be_visible()
    inspector.look(somebody.page, "staff/sign-in wrong")
    signed_in(somebody, "Olive Officer (officer)", leads_to="/staff")
    inspector.look(somebody.page, "staff/home")
    somebody.open("/design")
    assert somebody.heading() == "You cannot do this"
    inspector.look(somebody.page, "errors/not-allowed")
    # What a policy of ours refuses is a complaint; that a page was refused is not.
    assert [said for said in complaints if "status of" not in said] == []


def test_an_account_is_set_up_by_keyboard_with_what_an_authenticator_shows(
    new_person: NewPerson, inspector: Inspector, whole_portal: WholePortal
):
    path, secret = whole_portal.invite("ann@council.test", "Ann Example")
    somebody = new_person(forwarded=False)
    somebody.open(path)
    inspector.look(somebody.page, "staff/welcome")
    somebody.press("Set up and sign in")
    expect(somebody.page.locator(".govuk-error-summary li")).to_have_count(2)
    inspector.look(somebody.page, "staff/welcome wrong")
    somebody.page.get_by_label("New password").focus()
    somebody.page.keyboard.insert_text("four words and a goose")
    somebody.page.keyboard.press("Tab")
    somebody.page.keyboard.insert_text(code_at(secret, whole_portal.clock))
    somebody.page.keyboard.press("Enter")
    somebody.is_at("/staff")
    assert somebody.heading() == "Ann Example"


def test_without_a_script_the_form_is_a_text_box_and_a_preview(
    new_person: NewPerson, inspector: Inspector
):
    plain = new_person(width=1280, forwarded=False, script=False)
    signed_in(plain, "Dee Signer (designer)")
    plain.open(f"/design/{FORM}")
    box = plain.page.get_by_label("The definition")
    expect(box).to_have_value(re.compile(f"form: {FORM}"))
    box.fill("form: [")
    plain.press("Check")
    expect(plain.page.locator("#problems")).to_contain_text("this is not YAML")
    expect(plain.page.get_by_label("The definition")).to_have_value("form: [")


def test_problems_come_while_one_types_and_lead_to_their_line(designer: Person):
    page = begin(designer)
    complaints = faults(page)
    type_at_end(page, "\nsumary: twice\n")
    link = page.locator("#problems a").first
    expect(page.locator("#problems")).to_contain_text("Did you mean summary?")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".cm-content")).to_be_focused()
    assert complaints == []


def test_a_saved_draft_is_in_the_preview_at_once_and_not_on_the_portal(
    designer: Person, new_person: NewPerson
):
    page = begin(designer)
    frame = page.frame_locator("iframe")
    expect(frame.locator("h1")).to_be_visible()
    whole = page.locator("#text").input_value()
    title = re.search(r"^title: .*$", whole, re.MULTILINE)
    assert title is not None
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(whole.replace(title[0], "title: Tips everywhere"))
    page.keyboard.press("Control+s")
    expect(page.locator("#saved")).to_contain_text("Saved as a draft definition")
    expect(frame.locator("h1")).to_contain_text("Tips everywhere")
    resident = new_person()
    resident.open(f"/forms/{FORM}")
    assert resident.heading() != "Tips everywhere"
    page.reload()
    page.get_by_role("button", name="Discard draft").click()
    expect(page.locator("#state")).to_have_text("Served as it stands")


@pytest.fixture
def published(whole_portal: WholePortal) -> Iterator[str]:
    """A form that a test publishes; the others see it as its file says."""
    yield "temporary-event-notice"
    whole_portal.follow_file("temporary-event-notice")


def test_a_designer_asks_and_a_second_person_publishes(
    designer: Person, new_person: NewPerson, inspector: Inspector, published: str
):
    form = published
    title = ALL_FORMS[form].title
    designer.open(f"/design/{form}")
    page = designer.page
    expect(page.locator(".cm-content")).to_be_visible()
    whole = page.locator("#text").input_value()
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(whole.replace(f"title: {title}", "title: Events for everybody", 1))
    page.keyboard.press("Control+s")
    expect(page.locator("#saved")).to_contain_text("Saved as a draft definition")
    complaints = faults(page)
    designer.press("Publish")
    designer.press("Ask for publication")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Say what changes, and why")
    inspector.look(page, "design/publish nothing said")
    page.get_by_label("What changes, and why").fill("Events are for everybody.")
    page.get_by_label("What changes, and why").press("Tab")
    page.keyboard.press("Enter")
    # The page that follows proves the form first.
    note = page.locator(".design-note")
    expect(note).to_have_text("Events are for everybody.", timeout=120_000)
    inspector.look(page, "design/publish asked")

    publisher = signed_in(new_person(forwarded=False), "Pat Publisher (publisher)")
    screen = publisher.page
    screen.get_by_role("link", name=re.compile("^Waits to be published")).click()
    expect(screen.get_by_text("Nothing is wrong with it.")).to_be_visible(timeout=120_000)
    inspector.look(screen, "design/publish waiting")
    publisher.press("Publish this version")
    expect(screen.locator(".govuk-error-summary")).to_contain_text("Select what becomes")
    inspector.look(screen, "design/publish nothing chosen")
    screen.locator(".govuk-error-summary a").click()
    expect(screen.locator("#choice")).to_be_focused()
    screen.keyboard.press("Space")
    publisher.press("Publish this version")
    expect(screen.get_by_text("Nothing waits")).to_be_visible()
    resident = new_person()
    resident.open(f"/forms/{form}")
    assert resident.heading() == "Events for everybody"
    publisher.press("History of this form")
    expect(screen.locator(".design-history")).to_contain_text("Pat Publisher published it")
    screen.get_by_label("Before").select_option("file")
    screen.get_by_label("After").select_option("served")
    publisher.press("Compare")
    expect(screen.locator("ins")).to_have_text("title: Events for everybody")
    inspector.look(screen, "design/history")
    assert [said for said in complaints if "status of 422" not in said] == []


def test_keys_are_offered_with_what_they_are_for(designer: Person):
    page = begin(designer)
    type_at_end(page, "\ncharg")
    offered = page.locator(".cm-tooltip-autocomplete")
    expect(offered).to_contain_text("charge")
    page.wait_for_timeout(
        300
    )  # an offer just made is not taken by a key pressed for something else
    page.keyboard.press("Enter")
    expect(page.locator(".cm-content")).to_contain_text("charge:")


def test_who_is_signed_out_while_writing_signs_in_beside_it_and_goes_on(designer: Person):
    page = begin(designer)
    type_at_end(page, "\n# written before\n")
    beside = page.context.new_page()
    beside.goto(f"{designer.portal.url}/staff")
    beside.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.locator("#saved")).to_contain_text("You are signed out", timeout=30_000)
    beside.get_by_role("button", name="Dee Signer").click()
    expect(page.locator("#saved")).to_contain_text("signed in again", timeout=30_000)
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+s")
    expect(page.locator("#saved")).to_contain_text("Saved as a draft", timeout=30_000)
    page.reload()
    expect(page.locator("#text")).to_have_value(re.compile("# written before"))
    page.get_by_role("button", name="Discard draft").click()
    expect(page.locator("#state")).to_have_text("Served as it stands")


def test_show_me_fills_the_preview(designer: Person):
    page = begin(designer)
    page.get_by_role("button", name=re.compile("^Show me")).first.click()
    expect(page.frame_locator("iframe").locator("h1")).not_to_contain_text("Preview")
