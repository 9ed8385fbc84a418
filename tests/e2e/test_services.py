"""Every service from the list to the confirmation, as its own examples say, with JavaScript and
without; and every page of it inspected on the way, in order, left empty, and filled with nonsense.
"""

import pytest
from playwright.sync_api import expect

from portal.core.money import format_pounds
from portal.forms.definition import Example, FormDefinition
from tests.e2e.conftest import NewPerson
from tests.e2e.inspecting import Inspector, inspecting
from tests.e2e.person import Person
from tests.support.whole_portal import distinct_examples

pytestmark = pytest.mark.xdist_group("e2e-services")

EXAMPLES = distinct_examples()


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
    person.fill_in(form, example, inspecting(person, inspector, form))
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
