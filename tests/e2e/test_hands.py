"""What hands do: keys only, double taps, back and forward, two tabs, no signal."""

import pytest
from playwright.sync_api import Page, expect

from portal.forms.definition import Example, FormDefinition
from portal.forms.examples import run_example
from tests.e2e.conftest import NewPerson
from tests.e2e.inspecting import ask
from tests.e2e.person import Person
from tests.support.whole_portal import DAY, FORMS, TODAY

pytestmark = pytest.mark.xdist_group("e2e-people")

FLY, SNN = FORMS["report-fly-tipping"], FORMS["street-naming-and-numbering"]
COMPLAINT = FORMS["make-a-complaint"]
NOT_SAVED = "Your answer has not been saved. Check your connection and try again."
_MOST_TABS = 60


def _example(form: FormDefinition, begins: str = "") -> Example:
    return next(
        e for e in form.examples if e.name.startswith(begins) and e.on in (None, DAY)
        and not (e.refused or e.ends_at)
    )  # fmt: skip


def _tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the focus is on what matches the selector."""
    for _press in range(_MOST_TABS):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {wanted}")


def test_a_whole_service_is_used_with_the_keyboard_alone(new_person: NewPerson):
    person = new_person(width=1280)
    page, keys = person.page, person.page.keyboard
    example = _example(FLY, "A witness")
    person.open("/")
    _tab_to(page, f"a[href='/forms/{FLY.form}']")
    keys.press("Enter")
    person.is_at(f"/forms/{FLY.form}")
    _tab_to(page, "main a.govuk-button")
    keys.press("Enter")
    for step, raw in run_example(FLY, example, TODAY).posts:
        person.is_at(f"/forms/{FLY.form}/{step.path}")
        expect(page.locator("h1")).to_be_visible()
        for name, values in raw.items():
            for value in values:
                _enter(page, name, value)
        _tab_to(page, "main .govuk-button-group:last-of-type button.govuk-button:not([name])")
        keys.press("Enter")
    person.is_at(f"/forms/{FLY.form}/check-answers")
    _tab_to(page, "main button.govuk-button")
    keys.press("Space")

    assert person.reference_of(FLY)


def _enter(page: Page, name: str, value: str) -> None:
    """Give one input its value with keys: type it, tick it, or move to it with the arrows."""
    keys = page.keyboard
    kind = page.locator(f"[name='{name}']").first.get_attribute("type")
    if kind == "radio":
        _tab_to(page, f"[name='{name}']")
        for _press in range(20):
            if (
                page.evaluate("document.activeElement.checked && document.activeElement.value")
                == value
            ):
                return
            keys.press(
                "Space" if not page.locator(f"[name='{name}']:checked").count() else "ArrowDown"
            )
        raise AssertionError(f"the arrows do not reach {value}")
    if kind == "checkbox":
        _tab_to(page, f"[name='{name}'][value='{value}']")
        keys.press("Space")
        return
    _tab_to(page, f"[name='{name}']")
    keys.type(value)


@pytest.mark.parametrize(
    "path",
    ["/", f"/forms/{FLY.form}", f"/forms/{FLY.form}/where", f"/forms/{SNN.form}/what-you-need",
     f"/forms/{COMPLAINT.form}/stage", "/accessibility"],
)  # fmt: skip
def test_tab_reaches_everything_and_shows_where_it_is(person: Person, path: str):
    page = person.page
    person.open(path)
    wanted, reached = ask(page, "countReachable()"), list[str]()

    for _press in range(wanted):
        page.keyboard.press("Tab")
        reached.append(ask(page, "whereFocusIs()"))
        assert ask(page, "focusIsSeen()"), f"the focus is not seen on {reached[-1]}"

    assert reached[0].endswith("Skip to main content")
    assert len(set(reached)) == wanted
    page.keyboard.press("Shift+Tab")
    assert ask(page, "whereFocusIs()") == reached[-2]


def test_the_skip_link_leads_past_the_header(person: Person):
    person.open(f"/forms/{FLY.form}/where")

    person.page.keyboard.press("Tab")
    person.page.keyboard.press("Enter")
    person.page.keyboard.press("Tab")

    assert person.page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_back_and_forward_are_harmless(new_person: NewPerson, script: bool):
    person = new_person(script=script)
    page = person.page
    person.start(FLY)
    person.fill_in(FLY, _example(FLY))

    for name in ("stay-anonymous", "witness", "photos", "size"):
        person.go_back()
        person.is_at(f"/forms/{FLY.form}/{name}")
    expect(page.get_by_role("radio", name="A small van load")).to_be_checked()
    person.go_forward()
    person.is_at(f"/forms/{FLY.form}/photos")
    person.open(f"/forms/{FLY.form}/check-answers")
    reference = person.send(FLY, _example(FLY))

    person.go_back()
    person.open(f"/forms/{FLY.form}/confirmation/{reference}")
    assert person.heading() == "We have received your form"


def test_going_back_and_sending_again_sends_nothing_twice(person: Person):
    person.start(FLY)
    person.fill_in(FLY, _example(FLY))
    reference = person.send(FLY, _example(FLY))

    person.go_back()
    person.page.wait_for_load_state()
    again = person.page.get_by_role("button", name="Accept and send")
    if again.count():
        again.click()
    person.page.wait_for_load_state()

    shown = person.page.locator(".govuk-panel strong")
    assert not shown.count() or shown.inner_text() == reference


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_tapping_twice_goes_one_page_on_and_sends_once(new_person: NewPerson, script: bool):
    person = new_person(script=script)
    person.start(FLY)
    first, second = FLY.pages[0], FLY.pages[1]
    person.answer(first, run_example(FLY, _example(FLY), TODAY).posts[0][1])

    person.page.get_by_role("button", name="Continue").dblclick(no_wait_after=True)

    person.is_at(f"/forms/{FLY.form}/{second.name}")
    person.open(f"/forms/{FLY.form}/{first.name}")
    person.fill_in(FLY, _example(FLY))
    person.page.get_by_role("button", name="Accept and send").dblclick(no_wait_after=True)
    assert person.reference_of(FLY)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_change_goes_back_to_check_answers(new_person: NewPerson, script: bool):
    person = new_person(script=script)
    page = person.page
    person.start(FLY)
    person.fill_in(FLY, _example(FLY))

    page.get_by_role("link", name="Change How much is there?").click()
    page.get_by_text("A tipper lorry load", exact=True).click()
    person.press("Continue")

    person.is_at(f"/forms/{FLY.form}/check-answers")
    expect(page.locator(".govuk-summary-list")).to_contain_text("A tipper lorry load")


def test_a_change_that_opens_a_question_asks_it_first(person: Person):
    person.start(FLY)
    person.fill_in(FLY, _example(FLY))

    person.page.get_by_role("link", name="Change Did you see who did it?").click()
    person.page.get_by_text("Yes", exact=True).click()
    person.press("Continue")

    person.is_at(f"/forms/{FLY.form}/what-you-saw")


def test_a_mistake_in_a_change_still_goes_back_to_check_answers(person: Person):
    example = _example(FLY, "A witness")
    person.start(FLY)
    person.fill_in(FLY, example)

    person.page.get_by_role("link", name="Change What is it?").click()
    person.page.get_by_label("What is it?").fill("")
    person.press("Continue")
    person.errors()
    person.page.get_by_label("What is it?").fill("A small boat")
    person.press("Continue")

    person.is_at(f"/forms/{FLY.form}/check-answers")


def test_two_tabs_do_not_lose_each_others_answers(person: Person):
    example = _example(FLY)
    person.start(FLY)
    person.answer(FLY.pages[0], run_example(FLY, example, TODAY).posts[0][1])
    person.press("Continue")
    person.is_at(f"/forms/{FLY.form}/land")
    tab = Person(person.page.context.new_page(), person.portal, person.folder)
    tab.open(f"/forms/{FLY.form}/where")
    tab.page.get_by_label("Describe the place").fill("Behind the church")
    tab.press("Continue")
    tab.is_at(f"/forms/{FLY.form}/land")

    person.page.get_by_label("A park or open space").check()
    person.press("Continue")
    person.is_at(f"/forms/{FLY.form}/what")
    tab.open(f"/forms/{FLY.form}/where")
    assert tab.page.get_by_label("Describe the place").input_value() == "Behind the church"
    tab.open(f"/forms/{FLY.form}/land")

    assert tab.page.get_by_label("A park or open space").is_checked()


def test_a_form_sent_in_one_tab_is_not_sent_again_in_the_other(person: Person):
    example = _example(FLY)
    person.start(FLY)
    person.fill_in(FLY, example)
    tab = Person(person.page.context.new_page(), person.portal, person.folder)
    tab.open(f"/forms/{FLY.form}/check-answers")

    reference = person.send(FLY, example)

    tab.press("Accept and send")
    assert tab.reference_of(FLY) == reference


@pytest.mark.parametrize("awake", [True, False], ids=["after a touch", "at once"])
def test_without_a_signal_what_was_typed_stays_and_goes_later(person: Person, awake: bool):
    page = person.page
    person.start(FLY)
    words = page.get_by_label("Describe the place")
    if awake:
        words.tap()
        page.wait_for_selector("form[data-htmx-powered]")
    page.evaluate("document.querySelector('#where-description').value = 'Lay-by on Mill Lane'")
    page.context.set_offline(True)

    person.press("Continue")

    expect(page.locator(".portal-not-saved")).to_contain_text(NOT_SAVED)
    assert words.input_value() == "Lay-by on Mill Lane"
    assert person.path() == f"/forms/{FLY.form}/where"

    page.context.set_offline(False)
    person.press("Try again")
    person.is_at(f"/forms/{FLY.form}/land")
    person.open(f"/forms/{FLY.form}/where")
    assert words.input_value() == "Lay-by on Mill Lane"


def test_a_photo_outlives_a_lost_signal(person: Person):
    page = person.page
    example = next(e for e in FLY.examples if e.name.startswith("Asbestos"))
    person.start(FLY)
    person.fill_in(FLY, _example(FLY))
    person.open(f"/forms/{FLY.form}/photos")
    step, raw = next(
        (step, raw) for step, raw in run_example(FLY, example, TODAY).posts if step.name == "photos"
    )
    person.answer(step.page, raw)
    page.context.set_offline(True)
    person.press("Continue")
    expect(page.locator(".portal-not-saved")).to_be_visible()

    page.context.set_offline(False)
    person.press("Try again")

    person.is_at(f"/forms/{FLY.form}/witness")
    person.open(f"/forms/{FLY.form}/photos")
    expect(page.locator("#photos-files")).to_contain_text("rubbish.jpg")


def test_forced_colours_leave_nothing_invisible(new_person: NewPerson):
    person = new_person(forced_colors="active")
    page = person.page
    person.start(FLY)
    person.press("Continue")
    person.errors()

    for selector in (".govuk-error-summary", ".govuk-button:not([hidden])", ".govuk-input"):
        edges = page.locator(selector).first.evaluate(
            "e => (({borderTopStyle, outlineStyle}) => [borderTopStyle, outlineStyle])"
            "(getComputedStyle(e))"
        )
        assert "solid" in edges, (selector, edges)


def test_people_who_want_no_motion_get_none(new_person: NewPerson):
    person = new_person(reduced_motion="reduce")
    person.start(FLY)

    moving = person.page.evaluate(
        "[...document.querySelectorAll('*')].filter((e) => {"
        "const s = getComputedStyle(e);"
        "return s.animationName !== 'none' || /[1-9]/.test(s.transitionDuration);"
        "}).length"
    )

    assert moving == 0
