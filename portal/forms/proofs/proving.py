"""Proves everything that is claimed of a form."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from portal.core.dates import Today
from portal.forms.definition import FormDefinition
from portal.forms.proofs.claims import CLAIMS, Claim
from portal.forms.proofs.model import (
    Model,
    expressions_of,
    reads_of_computed,
    told_one_by_one,
)
from portal.forms.proofs.search import Search
from portal.forms.proofs.syntax import has_inner_loop, tree_of
from portal.forms.proofs.verdicts import Proven, Refuted, Undecided, Verdict


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of proving one form."""

    form: str
    verdicts: tuple[Verdict, ...]

    @property
    def proven(self) -> tuple[Proven, ...]:
        """What is so."""
        return tuple(v for v in self.verdicts if isinstance(v, Proven))

    @property
    def refuted(self) -> tuple[Refuted, ...]:
        """What is not so, warnings left out."""
        found = (v for v in self.verdicts if isinstance(v, Refuted))
        return tuple(v for v in found if v.severity == "error")

    @property
    def warnings(self) -> tuple[Refuted, ...]:
        """What is most likely a slip."""
        found = (v for v in self.verdicts if isinstance(v, Refuted))
        return tuple(v for v in found if v.severity == "warning")

    @property
    def undecided(self) -> tuple[Undecided, ...]:
        """What nobody knows."""
        return tuple(v for v in self.verdicts if isinstance(v, Undecided))


def prove(definition: FormDefinition, today: Today) -> Proof:
    """Prove one form for every answer, from today to two years on and past every later fee."""
    return prove_with(begin(definition, today))


def begin(definition: FormDefinition, today: Today) -> Search:
    """The form as the solver sees it, ready to be asked."""
    search = Search(Model(definition, today))
    search.settle()
    return search


def prove_with(search: Search) -> Proof:
    """The same, with a search that is kept: what was found seeds the covering journeys."""
    beyond = beyond_proof(search.definition)
    verdicts = (verdict for claim in CLAIMS for verdict in _verdicts(claim, search, beyond))
    return Proof(search.definition.form, tuple(verdicts))


def _verdicts(claim: Claim, search: Search, beyond: str) -> Iterator[Verdict]:
    """What a claim comes to; of a form beyond proof, only that nobody can say."""
    if beyond:
        about = (claim.__doc__ or claim.__name__).splitlines()[0].rstrip(".")
        yield Undecided(about, f"the form has {beyond}, which no proof knows of yet")
    else:
        yield from claim(search)


def beyond_proof(definition: FormDefinition) -> str:
    """What a form has that no proof knows of, in words; empty when everything is known.

    A list is told by a few items: one for each `exists`, `all`, `map` and `filter`. That is not
    enough where one of them means something else for every item of a list.
    """
    if not definition.repeats:
        return ""
    if told_one_by_one(definition) > _MOST_TOLD:
        return f"more than {_MOST_TOLD} expressions that go through a list"
    if any(has_inner_loop(tree_of(each)) for each in expressions_of(definition)):
        return "an expression that goes through a list for each of a list"
    if any(set(reads) & lists for lists, reads in _read_within(definition)):
        return "a condition in a list that goes through another list"
    return ""


_MOST_TOLD = 12


def _read_within(definition: FormDefinition) -> Iterator[tuple[set[str], set[str]]]:
    """For each list, the others and what is read by the conditions among its own pages."""
    names = {repeat.name for repeat in definition.repeats}
    behind = reads_of_computed(definition)
    for repeat in definition.repeats:
        inside = replace(definition, parts=repeat.parts, fee=(), computed=())
        reads = {name for each in expressions_of(inside) for name in each.reads}
        reads = {n for name in reads for n in behind.get(name, frozenset({name}))}
        own = {each.name for each in inside.repeats}
        yield names - own, reads
