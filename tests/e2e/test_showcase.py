"""Each service with lists from beginning to end, on a phone: with JavaScript by as many of its
examples as come to every page, each inspected in order, left empty and filled with nonsense; and
without JavaScript by the longest.
"""

from collections.abc import Iterator

import pytest

from portal.core.money import format_pounds
from portal.forms.definition import Example, FormDefinition
from portal.forms.examples import run_example
from tests.e2e.conftest import NewPerson
from tests.e2e.inspecting import Inspector, inspecting
from tests.e2e.person import Person
from tests.support.whole_portal import ALL_FORMS, DAY, FORMS, TODAY

pytestmark = pytest.mark.xdist_group("e2e-showcase")


def _covering(form: FormDefinition) -> Iterator[Example]:
    """The longest example, and those that come to a page no other has come to."""
    pages = {
        example.name: {page.name for page in run_example(form, example, TODAY).journey.pages}
        for example in form.examples
        if example.on in (None, DAY)
    }
    left = {page.name for page in form.pages}
    by_name = {example.name: example for example in form.examples}
    sent = [n for n in pages if not (by_name[n].refused or by_name[n].ends_at)]
    best = max(sent, key=lambda name: len(run_example(form, by_name[name], TODAY).posts))
    while pages[best] & left:
        yield by_name[best]
        left -= pages[best]
        best = max(pages, key=lambda name: len(pages[name] & left))
    assert not left, f"{form.form}: no example comes to {left}"


SHOWCASE = {name: list(_covering(form)) for name, form in ALL_FORMS.items() if name not in FORMS}


@pytest.mark.parametrize(
    ("form", "example"),
    [
        pytest.param(ALL_FORMS[name], example, id=f"{name}: {example.name}")
        for name, examples in SHOWCASE.items()
        for example in examples
    ],
)
def test_a_service_with_a_list_is_used_with_every_page_in_order(
    new_person: NewPerson, inspector: Inspector, form: FormDefinition, example: Example
):
    person = new_person(forwarded=not form.is_for_officers)  # who signs in by one press sits here
    person.start(form)
    person.open(f"/forms/{form.form}")
    inspector.look(person.page, f"{form.form}/start")
    person.press("Start now")
    person.fill_in(form, example, inspecting(person, inspector, form))
    if example.ends_at or example.refused:
        inspector.look(person.page, f"{form.form}/{example.ends_at or 'refused'}")
        return
    inspector.look(person.page, f"{form.form}/check answers")
    answers = person.page.locator("main").inner_text()
    person.go_back()
    person.go_back()
    person.go_forward()
    person.go_forward()
    person.is_at(f"/forms/{form.form}/check-answers")
    assert person.page.locator("main").inner_text() == answers
    _send(person, form, example)


@pytest.mark.parametrize("name", SHOWCASE)
def test_a_service_with_a_list_is_used_without_javascript(new_person: NewPerson, name: str):
    form, example = ALL_FORMS[name], SHOWCASE[name][0]
    person = new_person(script=False, forwarded=not form.is_for_officers)
    person.start(form)
    person.fill_in(form, example)
    _send(person, form, example)


def _send(person: Person, form: FormDefinition, example: Example) -> None:
    assert person.heading() == "Check your answers"
    if example.fee:
        assert format_pounds(example.fee) in person.page.locator("main").inner_text()
    person.send(form, example)
