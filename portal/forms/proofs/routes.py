"""The shortest and the longest way through a form, by the number of its pages."""

from dataclasses import dataclass

from portal.core.dates import Today
from portal.forms.definition import Example, FormDefinition, Page
from portal.forms.proofs.observing import Observation, as_example
from portal.forms.proofs.proving import begin, beyond_proof
from portal.forms.proofs.search import Search, Unsure
from portal.forms.proofs.terms import Term, count, every

_MOST_STEPS = 60
"""How often a longer, or a shorter, way is looked for before what is known is told."""


@dataclass(frozen=True, slots=True)
class Route:
    """One way through a form to its end, with answers that take it."""

    pages: tuple[Page, ...]
    """Each once, however many items a list has."""
    example: Example
    is_proven: bool
    """Whether no answers on any day go a shorter (or a longer) way."""


@dataclass(frozen=True, slots=True)
class Routes:
    """Both ends; None when no answers that were found arrive at the end."""

    shortest: Route | None
    longest: Route | None


def find_routes(definition: FormDefinition, today: Today) -> Routes:
    """Look for both with the solver; each find is confirmed by the engine."""
    search = begin(definition, today)
    if beyond_proof(definition):
        return Routes(None, None)
    return Routes(_furthest(search, longer=False), _furthest(search, longer=True))


def _furthest(search: Search, *, longer: bool) -> Route | None:
    """Go from one way to one that is longer (or shorter) until the solver is sure of the last."""
    length: Term = count(visit.visited for visit in search.model.visits)
    complete = search.model.complete
    found = search.find(complete, lambda seen: seen.complete, "a way through")
    if not isinstance(found, Observation):
        return None
    for step in range(_MOST_STEPS):
        here = _length(found)
        goal = every(complete, length > here if longer else length < here)

        def goes_further(seen: Observation, here: int = here) -> bool:
            return seen.complete and (_length(seen) > here if longer else _length(seen) < here)

        further = search.find(
            goal, goes_further, f"a {'longer' if longer else 'shorter'} way {step}"
        )
        if not isinstance(further, Observation):
            # Of what repeats the solver counts the first item alone, so it cannot be sure.
            is_proven = not isinstance(further, Unsure) and not search.definition.repeats
            return _route(found, is_proven=is_proven)
        found = further
    return _route(found, is_proven=False)


def _length(seen: Observation) -> int:
    return len(seen.pages)


def _route(seen: Observation, *, is_proven: bool) -> Route:
    names = seen.pages
    pages = tuple(page for page in seen.definition.pages if page.name in names)
    return Route(pages, as_example(seen), is_proven)
