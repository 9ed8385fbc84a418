"""The shortest and the longest way through a form, proven where it can be."""

from datetime import date

import pytest

from portal.core.bank_holidays import bank_holidays
from portal.core.dates import Today
from portal.forms.definition import FormDefinition
from portal.forms.examples import run_example
from portal.forms.library import load_library
from portal.forms.parsing import Bundle, parse_form
from portal.forms.proofs.routes import Route, find_routes
from tests.forms.proofs.small_forms import BEYOND_PROOF, small_form
from tests.support.portal_house import FORMS
from tests.web.test_changing_forms import FORM

TODAY = Today(date(2026, 11, 27), bank_holidays())
SHIPPED = load_library(FORMS).forms


def parsed(text: str) -> FormDefinition:
    definition = parse_form(Bundle("skip-permit.yml", text)).definition
    assert definition is not None
    return definition


def names(route: Route | None) -> list[str]:
    assert route is not None
    return [page.name for page in route.pages]


def test_a_page_with_a_condition_makes_one_way_longer():
    text = FORM.replace("  - page: plan\n", '  - page: plan\n    when: size == "big"\n')
    routes = find_routes(parsed(text), TODAY)
    assert names(routes.shortest) == ["size", "place", "days"]
    assert names(routes.longest) == ["size", "place", "plan", "days"]
    assert routes.shortest is not None
    assert routes.longest is not None
    assert routes.shortest.is_proven
    assert routes.longest.is_proven


def test_pages_that_exclude_one_another_are_not_counted_together():
    text = FORM.replace("  - page: plan\n", '  - page: plan\n    when: size == "big"\n').replace(
        "  - page: days\n", '  - page: days\n    when: size == "small"\n'
    )
    routes = find_routes(parsed(text), TODAY)
    assert len(names(routes.shortest)) == len(names(routes.longest)) == 3


@pytest.mark.parametrize("name", [name for name, form in SHIPPED.items() if not form.repeats])
def test_the_ends_of_a_shipped_form_are_proven_and_replay_in_the_engine(name: str):
    form = SHIPPED[name]
    routes = find_routes(form, TODAY)
    for route in (routes.shortest, routes.longest):
        assert route is not None
        assert route.is_proven
        day = Today(route.example.on or TODAY.on, TODAY.bank_holidays)
        journey = run_example(form, route.example, day).journey
        assert journey.complete
        assert {page.name for page in journey.pages} == {page.name for page in route.pages}
    lengths = [
        len({page.name for page in outcome.journey.pages})
        for example in form.examples
        for outcome in [
            run_example(form, example, Today(example.on or TODAY.on, TODAY.bank_holidays))
        ]
        if outcome.journey.complete
    ]
    assert lengths
    assert len(names(routes.shortest)) <= min(lengths)
    assert max(lengths) <= len(names(routes.longest))


def test_of_a_form_with_a_list_what_was_found_is_told_and_not_called_proven():
    routes = find_routes(SHIPPED["book-hall"], TODAY)
    for route in (routes.shortest, routes.longest):
        assert route is not None
        assert not route.is_proven


def test_of_a_form_beyond_the_prover_nothing_is_said():
    routes = find_routes(small_form(BEYOND_PROOF), TODAY)
    assert (routes.shortest, routes.longest) == (None, None)
