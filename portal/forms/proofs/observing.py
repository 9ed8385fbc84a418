"""Runs a set of answers through the real engine and notes everything that happened on the way.

A solver's word is never taken for what the engine does: a counter-example counts when its
observation shows the defect, and a page can be reached when an observation has reached it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from portal.core.dates import Today
from portal.core.errors import PersonMustLook
from portal.core.money import Pence
from portal.forms.answers import Answers
from portal.forms.conditions import evaluate
from portal.forms.definition import Example, FeeLine, FormDefinition, Page
from portal.forms.examples import ExampleGazetteer, example_file, post_for, run_example
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
    def results(self) -> Mapping[str, bool | None]:
        """What each condition that was asked gave: true, false, or None for unknown."""
        results: dict[str, bool | None] = {}
        scope: dict[str, Any] = {}
        compute(self.definition, scope, self.today)
        for page in self.definition.pages:
            if page.when is not None:
                results[f"page {page.name}"] = evaluate(page.when, scope, self.today)
            if page.name not in self.pages:
                continue
            results |= self._offers(page, scope)
            last = page is self.journey.pages[-1]
            answered = not last or self.stuck or self.complete
            results |= self._answered(
                page, scope, answered=answered, passed=not last or not self.stuck
            )
            if last and not self.complete:
                break
        if self.complete:
            for line in self.definition.fee:
                if line.when is not None:
                    results[f"fee {line.name}"] = evaluate(line.when, self.scope, self.today)
        return results

    def _offers(self, page: Page, scope: Mapping[str, Any]) -> dict[str, bool | None]:
        return {
            option_name(question, option): evaluate(condition, scope, self.today)
            for (question, option), condition in page.offered_when.items()
        }

    def _answered(
        self, page: Page, scope: dict[str, Any], *, answered: bool, passed: bool
    ) -> dict[str, bool | None]:
        """What the page's own conditions gave; its answers are added to the scope."""
        results: dict[str, bool | None] = {}
        for question in page.questions:
            name = question.name
            condition = page.asked_when.get(name)
            if condition is not None and answered:
                results[f"question {name}"] = evaluate(condition, scope, self.today)
            if name in self.scope:
                scope[name] = self.scope[name]
        compute(self.definition, scope, self.today)
        if answered:
            for number, check in enumerate(page.checks):
                results[check_name(page, number)] = evaluate(check.that, scope, self.today)
        if answered and passed:
            for number, warning in enumerate(page.warnings):
                results[warning_name(page, number)] = evaluate(warning.that, scope, self.today)
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


def observe(definition: FormDefinition, example: Example, today: Today) -> Observation:
    """Answer the form page by page as the example says."""
    asking = Asking(today.on, ExampleGazetteer(), example_file)
    answers = Answers()
    refused: set[str] = set()
    for page in definition.pages:
        given = None if page.is_exit else _parse(page, example, asking)
        if given is not None:
            answers = answers.with_page(page, given)
        elif any(question.name in example.answers for question in page.questions):
            refused.add(page.name)
    # What is answered off the route changes nothing, so that one walk shows the whole of it.
    journey = walk(definition, answers, today)
    stopped = journey.next_page is not None and journey.next_page.name in refused
    return Observation(
        definition, example, today, journey, journey.scope, stopped, bool(journey.errors)
    )


def _parse(page: Page, example: Example, asking: Asking) -> dict[str, AnswerValue] | None:
    """The answers of a page; None when one is refused."""
    raw = post_for(Step(page), example, Answers())
    given: dict[str, AnswerValue] = {}
    for question in page.questions:
        field_type = FIELD_TYPES[question.type]
        unasked = question.name in page.asked_when and question.name not in example.answers
        if not field_type.asks or unasked:
            continue
        posted = {name: raw[name] for name in field_type.inputs(question) if name in raw}
        outcome = field_type.parse(question, posted, asking)
        mistaken = isinstance(outcome, tuple) and outcome and isinstance(outcome[0], FieldError)
        if isinstance(outcome, Unfinished) or mistaken:
            return None
        if outcome is not None:
            given[question.name] = outcome
    return given


def as_example(observation: Observation) -> Example:
    """The example with what came of it, so that it can be put under `examples:` and run."""
    seen = observation
    asked = {question.name for page in seen.journey.pages for question in page.questions}
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
        sees=tuple(page.name for page in seen.journey.pages),
        fee=fee,
        ends_at=exit_page.name if exit_page else "",
        refused=refused,
    )
