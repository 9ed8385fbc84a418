"""Runs a set of answers through the real engine and notes everything that happened on the way.

A solver's word is never taken for what the engine does: a counter-example counts when its
observation shows the defect, and a page can be reached when an observation has reached it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from portal.core.dates import Today
from portal.core.errors import PersonMustLook
from portal.core.money import Pence
from portal.core.shapes import is_tuple
from portal.forms.answers import Answers, ItemPath
from portal.forms.conditions import Expression, as_listed, evaluate
from portal.forms.definition import Example, FeeLine, FormDefinition, Page, Part, Repeat
from portal.forms.examples import example_asking, post_for, run_example, written_at
from portal.forms.fees import calculate_fee
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import AnswerValue, Asking, FieldError, Unfinished
from portal.forms.fields.domain import OneOf, SomeOf, YesNo
from portal.forms.journey import Journey, Step, compute, walk
from portal.forms.proofs.model import check_name, option_name, warning_name


@dataclass(frozen=True)
class Observation:
    """What the engine did with one example."""

    definition: FormDefinition
    example: Example
    today: Today
    journey: Journey
    scope: Mapping[str, Any]
    """The answers on the route as conditions see them, those of a page just refused included."""
    refused: bool
    """A question did not take its answer: the example shows nothing beyond that page."""
    stuck: bool
    """The last page's answers fail one of its checks."""

    @cached_property
    def pages(self) -> frozenset[str]:
        """The pages on the route."""
        return frozenset(page.name for page in self.journey.pages)

    @property
    def complete(self) -> bool:
        """Everything is answered and the form may be sent."""
        return self.journey.complete

    @property
    def ends(self) -> bool:
        """It came to an end: sent or turned away."""
        return self.complete or self.journey.exit_page is not None

    @cached_property
    def lists(self) -> frozenset[str]:
        """The lists that were finished."""
        steps = self.journey.steps if self.complete else self.journey.steps[:-1]
        return frozenset(step.name for step in steps if isinstance(step.page, Repeat))

    @cached_property
    def results(self) -> Mapping[str, bool | None]:
        """What each condition that was asked gave: true, false, or None for unknown.

        Of what repeats, as the first item was asked it.
        """
        results = dict(_Again(self).results)
        if self.complete:
            for line in self.definition.fee:
                if line.when is not None:
                    results[f"fee {line.name}"] = evaluate(line.when, self.scope, self.today)
        return results

    @cached_property
    def charged(self) -> Mapping[str, Pence | None]:
        """What each fee line of a complete journey comes to; None when the engine cannot say."""
        if not self.complete:
            return {}
        charged: dict[str, Pence | None] = {}
        for line in self.definition.fee:
            if line.when is None or self.results[f"fee {line.name}"] is True:
                charged[line.name] = self._amount(line)
        return charged

    def _amount(self, line: FeeLine) -> Pence | None:
        try:
            return calculate_fee(
                replace(self.definition, fee=(line,)), self.scope, self.today
            ).total
        except PersonMustLook:
            return None

    @cached_property
    def facts(self) -> frozenset[str]:
        """Everything worth covering that happened."""
        facts = {f"visits {page}" for page in self.pages}
        facts |= {f"{name} is {_said(result)}" for name, result in self.results.items()}
        facts |= {f"charges {line}" for line in self.charged}
        facts |= set(self._bands())
        if self.ends:
            facts |= {f"{name} is {value}" for name, value in self._choices()}
        if self.complete:
            facts.add("is complete")
            facts |= {f"blank {name}" for name in self._blank()}
        return frozenset(facts)

    def _choices(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for question in self.definition.questions:
            if question.name not in self.scope:
                continue
            match FIELD_TYPES[question.type].domain(question):
                case OneOf() | YesNo():
                    found.append((question.name, _said(self.scope[question.name])))
                case SomeOf():
                    found += [(question.name, value) for value in self.scope[question.name]]
                case _:
                    pass
        return found

    def _blank(self) -> list[str]:
        return [
            question.name
            for page in self.journey.pages
            for question in page.questions
            if question.optional
            and question.name not in self.scope
            and self.results.get(f"question {question.name}", True) is True
        ]

    def _bands(self) -> list[str]:
        found: list[str] = []
        for line in self.definition.fee:
            dated = line.schedule.on(self.today.on)
            if line.name not in self.charged or dated is None:
                continue
            found.append(f"{line.name} from {dated.start}")
            number = self.scope.get(line.by)
            edges = {edge for band in dated.bands if band.to for edge in (band.to, band.to + 1)}
            if number in edges:
                found.append(f"{line.name} from {dated.start} at {number}")
        return found


def _said(value: bool | str | None) -> str:  # noqa: FBT001  # what came of a condition
    if value is None:
        return "unknown"
    return value if isinstance(value, str) else "yes" if value else "no"


class _Again:
    """Goes once more along a journey, and notes what every condition gave on the way."""

    def __init__(self, seen: Observation) -> None:
        self._seen = seen
        self._paths = [step.path for step in seen.journey.steps]
        self.results: dict[str, bool | None] = {}
        scope: dict[str, Any] = {}
        compute(seen.definition, scope, seen.today)
        self._follow(seen.definition.parts, seen.journey.answers, scope, ())

    def _note(self, name: str, condition: Expression, scope: Mapping[str, Any]) -> None:
        self.results.setdefault(name, evaluate(condition, scope, self._seen.today))

    def _follow(
        self, parts: Sequence[Part], answers: Answers, scope: dict[str, Any], at: ItemPath
    ) -> bool:
        """Whether the journey goes on past the parts."""
        for part in parts:
            path = Step(part, at).path
            if part.when is not None:
                kind = "page" if isinstance(part, Page) else "list"
                self._note(f"{kind} {part.name}", part.when, scope)
            if isinstance(part, Repeat):
                if not self._list(part, answers, scope, at):
                    return False
            elif path in self._paths:
                self._page(part, answers, scope, passed=self._passed(path))
            if path == self._paths[-1] and not self._seen.complete:
                return False
        return True

    def _passed(self, path: str) -> bool | None:
        """Whether a step was answered and left; None when it was not even answered."""
        if path != self._paths[-1] or self._seen.complete:
            return True
        return False if self._seen.stuck else None

    def _page(
        self, page: Page, answers: Answers, scope: dict[str, Any], *, passed: bool | None
    ) -> None:
        for (question, option), condition in page.offered_when.items():
            self._note(option_name(question, option), condition, scope)
        for question in page.questions:
            name = question.name
            condition = page.asked_when.get(name)
            if condition is not None and passed is not None:
                self._note(f"question {name}", condition, scope)
            if name in answers.values:
                scope[name] = FIELD_TYPES[question.type].cel(answers.values[name])
        compute(self._seen.definition, scope, self._seen.today)
        if passed is not None:
            for number, check in enumerate(page.checks):
                self._note(check_name(page, number), check.that, scope)
        if passed:
            for number, warning in enumerate(page.warnings):
                self._note(warning_name(page, number), warning.that, scope)

    def _list(self, repeat: Repeat, answers: Answers, scope: dict[str, Any], at: ItemPath) -> bool:
        computed = {each.name for each in self._seen.definition.computed}
        rows: list[dict[str, Any]] = []
        for item in answers.items.get(repeat.name, ()):
            inside = dict(scope)
            goes_on = self._follow(
                repeat.parts, item.answers, inside, (*at, (repeat.name, item.id))
            )
            new = inside.keys() - scope.keys() - computed
            rows.append({name: as_listed(inside[name]) for name in new})
            if not goes_on:
                return False
        path = Step(repeat, at).path
        if path not in self._paths:
            return not rows and repeat.name not in answers.items
        scope[repeat.name] = rows
        compute(self._seen.definition, scope, self._seen.today)
        if self._passed(path) is not None:
            for number, check in enumerate(repeat.checks):
                self._note(check_name(repeat, number), check.that, scope)
        return True


def observe(definition: FormDefinition, example: Example, today: Today) -> Observation:
    """Answer the form page by page as the example says."""
    reading = _Reading(example, example_asking(definition, today))
    reading.follow(definition.parts, ())
    # What is answered off the route changes nothing, so that one walk shows the whole of it.
    journey = walk(definition, reading.answers, today)
    stopped = journey.next_step is not None and journey.next_step.path in reading.refused
    scope = {**_first_items(definition, journey.answers), **journey.scope}
    return Observation(definition, example, today, journey, scope, stopped, bool(journey.errors))


def _first_items(definition: FormDefinition, answers: Answers) -> dict[str, Any]:
    """What was answered of the first item of every list, as conditions there see it."""
    found: dict[str, Any] = {}
    types = {question.name: FIELD_TYPES[question.type] for question in definition.questions}
    for listed in answers.items.values():
        for item in listed[:1]:
            found |= {name: types[name].cel(v) for name, v in item.answers.values.items()}
            found |= _first_items(definition, item.answers)
    return found


class _Reading:
    """Reads the answers of an example, every page and every item of it."""

    def __init__(self, example: Example, asking: Asking) -> None:
        self._example = example
        self._asking = asking
        self.answers = Answers()
        self.refused: set[str] = set()
        """The addresses of the steps at which an answer was not taken."""

    def follow(self, parts: Sequence[Part], at: ItemPath) -> bool:
        """Read everything at a place; false when what is first there is not answered."""
        for number, part in enumerate(parts):
            if isinstance(part, Repeat):
                self._list(part, at)
            elif not part.is_exit and not self._page(part, at) and at and number == 0:
                return False
        return True

    def _page(self, page: Page, at: ItemPath) -> bool:
        step = Step(page, at)
        written = written_at(at, self._example, self.answers)
        given = self._parse(step, written)
        if given is not None:
            self.answers = self.answers.with_page(page, given, at)
        elif any(question.name in written for question in page.questions):
            self.refused.add(step.path)
        return given is not None

    def _list(self, repeat: Repeat, at: ItemPath) -> None:
        wanted = written_at(at, self._example, self.answers).get(repeat.name, ())
        for number in range(min(len(wanted), repeat.max)):
            if not self.follow(repeat.parts, (*at, (repeat.name, number + 1))):
                break
        self.answers = self.answers.with_list_closed(repeat.name, at)

    def _parse(self, step: Step, written: Mapping[str, Any]) -> dict[str, AnswerValue] | None:
        """The answers of a page; None when one is refused."""
        page = step.page
        assert isinstance(page, Page)  # noqa: S101  # lists are read elsewhere
        raw = post_for(step, self._example, self.answers)
        given: dict[str, AnswerValue] = {}
        for question in page.questions:
            field_type = FIELD_TYPES[question.type]
            unasked = question.name in page.asked_when and question.name not in written
            if not field_type.asks or unasked:
                continue
            posted = {name: raw[name] for name in field_type.inputs(question) if name in raw}
            outcome = field_type.parse(question, posted, self._asking)
            mistaken = is_tuple(outcome) and outcome and isinstance(outcome[0], FieldError)
            if isinstance(outcome, Unfinished) or mistaken:
                return None
            if outcome is not None:
                given[question.name] = outcome
        return given


def as_example(observation: Observation) -> Example:
    """The example with what came of it, so that it can be put under `examples:` and run."""
    seen = observation
    asked = {question.name for page in seen.journey.pages for question in page.questions}
    asked |= {name for step in seen.journey.steps for name, _ in step.item_path}
    fee = None
    if seen.complete and seen.definition.fee and None not in seen.charged.values():
        fee = Pence(sum(amount for amount in seen.charged.values() if amount is not None))
    refused: Mapping[str, str] = {}
    if not seen.ends:
        refused = run_example(seen.definition, seen.example, seen.today).refused
    exit_page = seen.journey.exit_page
    return replace(
        seen.example,
        answers={name: value for name, value in seen.example.answers.items() if name in asked},
        on=seen.today.on,
        sees=tuple(step.name for step in seen.journey.steps),
        fee=fee,
        ends_at=exit_page.name if exit_page else "",
        refused=refused,
    )
