"""Finds answers that bring something about, and has the engine confirm every find."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import z3

from portal.forms.definition import FormDefinition
from portal.forms.proofs import calendar
from portal.forms.proofs.model import Model
from portal.forms.proofs.observing import Observation, observe
from portal.forms.proofs.terms import Term, every, no
from portal.forms.proofs.witness import example_of

PATIENCE = 4_000
"""Milliseconds for one question to the solver."""
_TRIES = 3

Shows = Callable[[Observation], bool]


@dataclass(frozen=True, slots=True)
class Unsure:
    """Neither found nor impossible."""

    reason: str


Found = Observation | Unsure | None
"""What was found; None when no answers on any day can do it."""


class Search:
    """One form's solver, kept from question to question, and every journey seen so far."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.observations: list[Observation] = []
        self.asked = 0
        """How many questions the solver was put."""
        self._solver = z3.Solver()
        self._solver.set("timeout", PATIENCE)
        self._solver.set("random_seed", 1)

    @property
    def definition(self) -> FormDefinition:
        """The form."""
        return self.model.definition

    def find(self, goal: Term, shows: Shows, name: str, *, hopeful: bool = False) -> Found:
        """Answers that make the goal true, confirmed by the engine to show it.

        None is a proof that there are none. With `hopeful` there most likely are some: answers
        that go on to the end are asked for at once.
        """
        seen = next((each for each in self.observations if shows(each)), None)
        if seen is not None:
            return seen
        if goal is False:
            return None
        if self.model.short is not True:
            found = self._found(every(goal, self.model.short), shows, name, hopeful=hopeful)
            if isinstance(found, Observation):
                return found
        return self._found(goal, shows, name, hopeful=hopeful)

    def _found(self, goal: Term, shows: Shows, name: str, *, hopeful: bool) -> Found:
        self._solver.push()
        try:
            self._solver.add(goal)
            return self._confirmed(shows, name, hopeful=hopeful)
        finally:
            self._solver.pop()

    def settle(self) -> None:
        """Tell the solver what is always true; call again when expressions were read since."""
        self._solver.add(*self.model.take_facts())

    def case(self, goal: Term) -> "z3.ModelRef | Unsure | None":
        """Any case in which the goal is true; None when there is none."""
        if goal is False:
            return None
        self._solver.push()
        try:
            self._solver.add(goal)
            result = self._check()
            if result == z3.unsat:
                return None
            return self._solver.model() if result == z3.sat else Unsure("the solver gave up")
        finally:
            self._solver.pop()

    def impossible(self, *goal: Term) -> bool:
        """Whether the solver is sure that this cannot be."""
        return self.solve(*goal) == z3.unsat

    def solve(self, *goal: Term) -> z3.CheckSatResult:
        """Put one question to the solver."""
        wanted = every(*goal)
        if wanted is False:
            return z3.unsat
        self._solver.push()
        self._solver.add(wanted)
        result = self._check()
        self._solver.pop()
        return result

    def _check(self, *wanted: Term) -> z3.CheckSatResult:
        self.asked += 1
        if not wanted:
            return self._solver.check()
        self._solver.push()
        self._solver.add(*wanted)
        result = self._solver.check()
        if result != z3.sat:
            self._solver.pop()
        return result

    def _confirmed(self, shows: Shows, name: str, *, hopeful: bool) -> Found:
        if hopeful and (found := self._to_the_end()) is not None:
            observation = self._observed(found, name)
            if shows(observation):
                return observation
        for tries in range(_TRIES):
            result = self._check()
            if result == z3.unsat:
                return (
                    None
                    if tries == 0
                    else Unsure("the engine does not confirm what the solver says")
                )
            if result == z3.unknown:
                return Unsure(f"the solver gave up: {self._solver.reason_unknown()}")
            found = self._nicest()
            observation = self._observed(found, name)
            if shows(observation):
                return observation
            self._solver.add(self._otherwise(found))
        return Unsure("the engine does not confirm what the solver says")

    def _observed(self, found: z3.ModelRef, name: str) -> Observation:
        observation = observe(self.definition, *example_of(self.model, found, name))
        if not observation.refused:
            self.observations.append(observation)
        return observation

    def _to_the_end(self) -> z3.ModelRef | None:
        if (
            self.model.complete is False
            or self._check(self.model.complete, self._is_today) != z3.sat
        ):
            return None
        found = self._solver.model()
        self._solver.pop()
        return found

    @property
    def _is_today(self) -> Term:
        return self.model.today == calendar.number_of(self.model.first_day)

    def _nicest(self) -> z3.ModelRef:
        """Answers without an empty item of a list, to the end, and today: where that can be."""
        best = self._solver.model()
        depth = 0
        for wish in (self.model.begun, self.model.complete, self._is_today):
            if isinstance(wish, bool):
                continue
            if self._check(wish) == z3.sat:
                depth += 1
                best = self._solver.model()
        for _ in range(depth):
            self._solver.pop()
        return best

    def _otherwise(self, found: z3.ModelRef) -> Term:
        """Not the same free values again, nor the same texts."""
        free: list[Any] = [*self.model.expressions.free]
        free += [term for asked in self.model.every_asked for term in asked.texts]
        same = [term == found.eval(term, True) for term in free]
        return no(every(*same)) if same else False
