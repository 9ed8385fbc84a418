"""Proves everything that is claimed of a form."""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.core.dates import Today
from portal.forms.definition import FormDefinition
from portal.forms.proofs.claims import CLAIMS, Claim
from portal.forms.proofs.model import Model
from portal.forms.proofs.search import Search
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
    """What a form has that no proof knows of, in words; empty when everything is known."""
    return "repeating groups" if definition.repeats else ""
