"""Every service from the list to the confirmation, as its own examples say, with JavaScript and
without; and every page of it inspected on the way, in order, left empty, and filled with nonsense.
"""

import re

import pytest
from playwright.sync_api import expect

from portal.core.money import format_pounds
from portal.forms.definition import Example, FormDefinition
from tests.e2e.conftest import NewPerson
from tests.e2e.inspecting import Inspector, check_summary
from tests.e2e.person import Look, Person
from tests.support.whole_portal import distinct_examples

pytestmark = pytest.mark.xdist_group("e2e-services")

EXAMPLES = distinct_examples()
TEXT_BOXES = "main input:not([type=hidden], [type=radio], [type=checkbox], [type=file]), textarea"


def _named(examples: list[tuple[FormDefinition, Example]]) -> list[object]:
    return [pytest.param(*one, id=f"{one[0].form}: {one[1].name}") for one in examples]


def _first_stops() -> list[tuple[FormDefinition, Example]]:
    """Of each form one example that is refused and one that ends early."""
    stops: dict[object, tuple[FormDefinition, Example]] = {}
    for form, example in EXAMPLES:
        if example.refused or example.ends_at:
            stops.setdefault((form.form, bool(example.refused)), (form, example))
    return list(stops.values())


@pytest.mark.parametrize(("form", "example"), _named(EXAMPLES))
def test_a_service_is_used_as_its_example_says(
    person: Person, inspector: Inspector, form: FormDefinition, example: Example
):
    person.start(form)
    person.fill_in(form, example, _inspecting(person, inspector, form))
    _comes_to_its_end(person, form, example)
    if example.refused or example.ends_at:
        inspector.look(person.page, f"{form.form}/{example.ends_at or 'refused'} ({example.name})")


@pytest.mark.parametrize(
    ("form", "example"),
    _named([one for one in EXAMPLES if not (one[1].refused or one[1].ends_at)] + _first_stops()),
)
def test_a_service_is_used_without_javascript(
    new_person: NewPerson, form: FormDefinition, example: Example
):
    person = new_person(script=False)
    person.start(form)
    person.fill_in(form, example)
    _comes_to_its_end(person, form, example)


def _comes_to_its_end(person: Person, form: FormDefinition, example: Example) -> None:
    if example.refused:
        assert person.errors() == list(example.refused.values())
        assert person.page.title().startswith("Error: ")
        return
    if example.ends_at:
        page = form.page(example.ends_at)
        assert page is not None
        assert person.heading() == page.title
        return
    fee = example.fee or 0
    assert person.heading() == "Check your answers"
    reference = person.send(form, example)
    if fee:
        person.go_to_hosted_page()
        person.pay_by_card()
        assert person.reference_of(form) == reference
        expect(person.page.locator("main")).to_contain_text(f"You have paid {format_pounds(fee)}")


def _inspecting(person: Person, inspector: Inspector, form: FormDefinition) -> Look:
    """Inspects each page of a form as it comes, left empty, and filled with nonsense."""
    page = person.page

    def look(name: str) -> None:
        title, here = f"{form.form}/{name}", f"/forms/{form.form}/{name}"
        if title in inspector.seen:
            return
        inspector.look(page, title)
        defined = form.page(name)
        assert defined is not None
        if any(not question.optional for question in defined.questions):
            person.press("Continue")
            person.errors()
            inspector.look(page, f"{title} left empty")
            inspector.problems += [f"{title}: {problem}" for problem in check_summary(page)]
        if page.locator(TEXT_BOXES).count():
            person.open(here)
            for box in page.locator(TEXT_BOXES).all():
                box.fill("☃ nonsense")
            person.press("Continue")
            page.wait_for_function(
                "here => location.pathname !== here || document.title.startsWith('Error')", arg=here
            )
            if re.search(r"^Error: ", page.title()):
                inspector.look(page, f"{title} with nonsense")
        person.open(here)

    return look
