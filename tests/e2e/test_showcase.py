"""Each service with lists once from beginning to end, by its longest example, on a phone: with
JavaScript, every page of it inspected; and without."""

import pytest

from portal.core.money import format_pounds
from portal.forms.definition import Example, FormDefinition
from portal.forms.examples import run_example
from tests.e2e.conftest import NewPerson
from tests.e2e.inspecting import Inspector
from tests.e2e.person import Person
from tests.support.whole_portal import ALL_FORMS, DAY, FORMS, TODAY

pytestmark = pytest.mark.xdist_group("e2e-showcase")


def _longest(form: FormDefinition) -> Example:
    whole = [e for e in form.examples if not (e.refused or e.ends_at) and e.on in (None, DAY)]
    return max(whole, key=lambda example: len(run_example(form, example, TODAY).posts))


SHOWCASE = [
    pytest.param(form, _longest(form), id=name)
    for name, form in ALL_FORMS.items()
    if name not in FORMS
]


@pytest.mark.parametrize(("form", "example"), SHOWCASE)
def test_a_service_with_a_list_is_used_with_every_page_in_order(
    new_person: NewPerson, inspector: Inspector, form: FormDefinition, example: Example
):
    person = new_person(forwarded=not form.is_for_officers)  # who signs in by one press sits here
    person.start(form)
    person.open(f"/forms/{form.form}")
    inspector.look(person.page, f"{form.form}/start")
    person.press("Start now")
    person.fill_in(
        form, example, lambda path: inspector.look(person.page, f"{form.form}/{_place(path)}")
    )
    inspector.look(person.page, f"{form.form}/check answers")
    _send(person, form, example)


@pytest.mark.parametrize(("form", "example"), SHOWCASE)
def test_a_service_with_a_list_is_used_without_javascript(
    new_person: NewPerson, form: FormDefinition, example: Example
):
    person = new_person(script=False, forwarded=not form.is_for_officers)
    person.start(form)
    person.fill_in(form, example)
    _send(person, form, example)


def _place(path: str) -> str:
    """The page's place, the same for every item of a list."""
    return "/".join("n" if part.isdigit() else part for part in path.split("/"))


def _send(person: Person, form: FormDefinition, example: Example) -> None:
    assert person.heading() == "Check your answers"
    if example.fee:
        assert format_pounds(example.fee) in person.page.locator("main").inner_text()
    person.send(form, example)
