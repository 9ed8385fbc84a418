"""A list of tasks on a phone: sections in another order than the form's, every status looked at,
in English with JavaScript and in Welsh without."""

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import NewPerson
from tests.e2e.inspecting import Inspector
from tests.e2e.person import Person
from tests.forms.stall import FORM, PATH
from tests.support.portal_house import FORMS
from tests.support.whole_portal import WholePortal, running_portal

pytestmark = pytest.mark.xdist_group("e2e-task-list")
TASKS = f"{PATH}/tasks"


@pytest.fixture(scope="module")
def whole_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholePortal]:
    """A portal that lets market stalls and nothing else."""
    forms = tmp_path_factory.mktemp("forms")
    for name in ("_council.yml", "_shared.yml", "_fees.yml"):
        (forms / name).write_text((FORMS / name).read_text())
    (forms / "market-stall.yml").write_text(FORM)
    with running_portal(tmp_path_factory.mktemp("market"), forms) as portal:
        yield portal


def tasks(person: Person) -> dict[str, str]:
    """Section → its status, as the list on the screen says."""
    person.is_at(TASKS)
    items = person.page.locator(".govuk-task-list__item").all()
    return {
        item.locator(".govuk-task-list__name-and-hint > :first-child").inner_text(): item.locator(
            ".govuk-task-list__status"
        ).inner_text()
        for item in items
    }


def tap(person: Person, label: str) -> None:
    person.page.get_by_text(label, exact=True).click()


def test_sections_are_filled_in_in_the_order_a_person_likes(
    person: Person, inspector: Inspector
) -> None:
    person.open(PATH)
    person.press("Start now")
    assert set(tasks(person).values()) == {"Not yet started", "Cannot start yet"}
    inspector.look(person.page, "stall/tasks not started")
    person.press("Your pitch")
    person.is_at(f"{PATH}/pitch")
    inspector.look(person.page, "stall/pitch")
    person.press("Back")
    person.is_at(TASKS)
    person.press("Your pitch")
    person.page.get_by_label("How many metres do you need?").fill("2")
    person.press("Continue")
    assert tasks(person)["Your pitch"] == "Completed"
    person.press("About you")
    person.page.get_by_label("What is your name?").fill("Ann Example")
    person.press("Continue")
    person.is_at(f"{PATH}/old-enough")
    person.open(TASKS)
    assert tasks(person)["About you"] == "In progress"
    inspector.look(person.page, "stall/tasks in progress")
    person.press("About you")
    person.is_at(f"{PATH}/old-enough")
    tap(person, "No")
    person.press("Continue")
    person.is_at(f"{PATH}/too-young")
    person.open(TASKS)
    assert tasks(person)["Your pitch"] == "Cannot start yet"
    inspector.look(person.page, "stall/tasks after an exit")
    person.press("About you")
    person.is_at(f"{PATH}/too-young")
    person.press("Back")
    person.is_at(f"{PATH}/old-enough")
    tap(person, "Yes")
    person.press("Continue")
    assert tasks(person)["Your pitch"] == "Completed"
    person.press("What you sell")
    tap(person, "Something else")
    person.press("Continue")
    person.is_at(f"{PATH}/helpers")
    tap(person, "No")
    person.press("Continue")
    person.is_at(TASKS)
    person.press("Your promise")
    assert person.heading() == "Ann Example, what you promise"
    person.page.get_by_label("How many bins will you bring?").fill("0")
    person.press("Continue")
    assert set(tasks(person).values()) == {"Completed"}
    inspector.look(person.page, "stall/tasks completed")
    person.press("Check your answers")
    person.is_at(f"{PATH}/check-answers")
    inspector.look(person.page, "stall/check answers")
    person.press("Accept and pay £20.00")
    person.page.wait_for_url("**/pay/*")


def test_the_list_of_tasks_is_used_in_welsh_without_javascript(
    new_person: NewPerson, inspector: Inspector
) -> None:
    person = new_person(script=False)
    person.open(f"{TASKS}?language=cy")
    assert tasks(person)["Amdanoch chi"] == "Heb ddechrau eto"
    person.press("Eich llain")
    person.page.get_by_label("Faint o fetrau sydd eu hangen arnoch?").fill("5")
    person.press("Parhau")
    person.is_at(f"{PATH}/place")
    person.open(TASKS)
    listed = tasks(person)
    assert (listed["Eich llain"], listed["Eich bwyd"]) == ("Ar waith", "Ni ellir dechrau eto")
    inspected = new_person()  # axe is a script
    inspected.page.context.add_cookies(person.page.context.cookies())
    inspected.open(TASKS)
    inspector.look(inspected.page, "stall/tasks in Welsh")
    person.press("Eich llain")
    person.is_at(f"{PATH}/place")
    tap(person, "Yn y neuadd")
    person.press("Parhau")
    assert tasks(person)["Eich llain"] == "Wedi’i gwblhau"
