"""A covering set of journeys: as few as greed finds, and between them everything happens.

Every page, both sides of every condition and check, every option, every optional question left
blank, both sides of every fee boundary. Each is an example: it runs in the engine and over HTTP.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.forms.definition import Example
from portal.forms.proofs import calendar
from portal.forms.proofs.claims import CLAIMS
from portal.forms.proofs.model import Charge
from portal.forms.proofs.observing import Observation, as_example
from portal.forms.proofs.search import Search
from portal.forms.proofs.terms import Number, Term, every, no


@dataclass(frozen=True, slots=True)
class Covering:
    """Journeys, and everything that happens on them."""

    journeys: tuple[Example, ...]
    facts: frozenset[str]


def cover(search: Search) -> Covering:
    """Journeys that between them do everything a form can do."""
    if not search.observations:
        for claim in CLAIMS:
            list(claim(search))
    for goal, fact in _more_goals(search):
        search.find(goal, lambda seen, fact=fact: fact in seen.facts, fact, hopeful=True)
    useful = [seen for seen in search.observations if not seen.refused]
    wanted = frozenset(fact for seen in useful for fact in seen.facts)
    return Covering(tuple(as_example(seen) for seen in _greedy(useful, wanted)), wanted)


def _greedy(useful: list[Observation], wanted: frozenset[str]) -> Iterator[Observation]:
    left = set(wanted)
    while left:
        best = max(useful, key=lambda seen: len(left & seen.facts))
        left -= best.facts
        yield best


def _more_goals(search: Search) -> Iterator[tuple[Term, str]]:
    """What no claim asks for: what is left blank, and the last and first of every band."""
    model = search.model
    for name, asked in model.asked.items():
        if asked.question.optional:
            goal = every(model.complete, asked.visited, asked.wanted, no(asked.filled))
            yield goal, f"blank {name}"
    for charge in model.charges:
        yield from _fee_goals(search, charge)


def _fee_goals(search: Search, charge: Charge) -> Iterator[tuple[Term, str]]:
    line, today = charge.line, search.model.today
    amounts = line.schedule.amounts
    for place, dated in enumerate(amounts):
        era = every(charge.charged, charge.certain, today >= calendar.number_of(dated.start))
        if place + 1 < len(amounts):
            era = every(era, today < calendar.number_of(amounts[place + 1].start))
        yield era, f"{line.name} from {dated.start}"
        known = search.model.known(line.by)
        for band in dated.bands:
            if band.to is None or not isinstance(known.value, Number):
                continue
            for number in (band.to, band.to + 1):
                goal = every(era, known.value.term == number)
                yield goal, f"{line.name} from {dated.start} at {number}"
