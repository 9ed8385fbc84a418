"""The journey: the pages *these* answers lead through. Recomputed each time, never stored.

Answers off the route stay in the draft but never leave it: a condition reads only answers on
the route so far.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from portal.core.dates import Today
from portal.forms.answers import Answers, cel_scope
from portal.forms.conditions import evaluate, holds
from portal.forms.definition import FormDefinition, Page
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import (
    AnswerValue,
    Asking,
    FieldError,
    Question,
    Raw,
    Unfinished,
)


@dataclass(frozen=True, slots=True)
class Journey:
    """Where these answers lead."""

    pages: tuple[Page, ...]
    """The pages on the route so far, in order, ending with `next_page` or the exit if any."""
    values: Mapping[str, AnswerValue]
    """The answers on the route, and no others."""
    scope: Mapping[str, Any]
    """The same as conditions see them."""
    next_page: Page | None
    """The first page that still needs an answer; None when there is none."""
    exit_page: Page | None
    """The page that says "you cannot use this service", when the route ends there."""
    errors: tuple[FieldError, ...] = ()
    """Why `next_page` needs another look although it was answered: a check that fails now."""

    @property
    def complete(self) -> bool:
        """Whether everything is answered and the form may be sent."""
        return self.next_page is None and self.exit_page is None

    def can_visit(self, name: str) -> bool:
        """Whether the page is on the route already."""
        return any(page.name == name for page in self.pages)

    def page_before(self, name: str) -> Page | None:
        """The page the back link leads to; None on the first."""
        names = [page.name for page in self.pages]
        at = names.index(name) if name in names else len(names)
        return self.pages[at - 1] if at else None


@dataclass(frozen=True, slots=True)
class Answered:
    """The page was answered."""

    answers: Answers


@dataclass(frozen=True, slots=True)
class Refused:
    """The page was not answered: the mistakes, in the order of the questions."""

    errors: tuple[FieldError, ...]
    unfinished: Mapping[str, Unfinished] = field(default_factory=dict[str, Unfinished])
    """Question → what was found, when nothing is wrong but a choice must be made first."""


def walk(definition: FormDefinition, answers: Answers, today: Today) -> Journey:
    """Follow the answers through the pages, as far as they lead."""
    everything = cel_scope(definition, answers.values)
    pages: list[Page] = []
    values: dict[str, AnswerValue] = {}
    scope: dict[str, Any] = {}
    for page in definition.pages:
        if page.when is not None and not holds(page.when, scope, today):
            continue
        pages.append(page)
        if page.is_exit:
            return Journey(tuple(pages), values, scope, None, page)
        for question in page.questions:
            if question.name in answers.values:
                values[question.name] = answers.values[question.name]
                scope[question.name] = everything[question.name]
        if not _is_answered(page, answers):
            return Journey(tuple(pages), values, scope, page, None)
        errors = failing_checks(page, scope, today)
        if errors:
            return Journey(tuple(pages), values, scope, page, None, errors)
    return Journey(tuple(pages), values, scope, None, None)


def answer_page(  # one page, what was posted, and what it may ask
    definition: FormDefinition,
    page: Page,
    answers: Answers,
    raw: Raw,
    *,
    asking: Asking,
    today: Today,
) -> Answered | Refused:
    """Read one posted page. Only this page's own questions are read; all else is ignored."""
    given: dict[str, AnswerValue] = {}
    errors: list[FieldError] = []
    unfinished: dict[str, Unfinished] = {}
    for question in page.questions:
        field_type = FIELD_TYPES[question.type]
        if not field_type.asks:
            continue
        outcome = field_type.parse(question, _only(field_type.inputs(question), raw), asking)
        if isinstance(outcome, Unfinished):
            unfinished[question.name] = outcome
        elif _is_mistakes(outcome):
            errors.extend(cast("tuple[FieldError, ...]", outcome))
        elif outcome is not None:
            given[question.name] = outcome
    searching = _searched(page, raw)
    if searching and (errors or unfinished):
        # "Find address" was pressed: what else is still blank on the page is no mistake yet.
        errors = [error for error in errors if error.input in searching]
    if errors or unfinished:
        return Refused(tuple(errors), unfinished)
    after = answers.with_page(page, given)
    route = walk(definition, after, today)
    if route.next_page is page and route.errors:
        return Refused(route.errors)
    return Answered(after)


def _searched(page: Page, raw: Raw) -> frozenset[str]:
    """The inputs of the question whose search or "enter it yourself" button was pressed."""
    for question in page.questions:
        if any(raw.get(f"{question.name}{button}") for button in ("-find", "-manual")):
            return frozenset(FIELD_TYPES[question.type].inputs(question))
    return frozenset()


def failing_checks(page: Page, scope: Mapping[str, Any], today: Today) -> tuple[FieldError, ...]:
    """The page's cross-field checks that are known to be false."""
    found: list[FieldError] = []
    for check in page.checks:
        if evaluate(check.that, scope, today) is False:
            question = next(q for q in page.questions if q.name == check.at)
            found.append(FieldError(first_input(question), check.otherwise))
    return tuple(found)


def first_input(question: Question) -> str:
    """The input an error about the whole question links to."""
    return FIELD_TYPES[question.type].inputs(question)[0]


def _is_answered(page: Page, answers: Answers) -> bool:
    if page.name not in answers.answered_pages:
        return False
    return all(
        question.optional or question.name in answers.values
        for question in page.questions
        if FIELD_TYPES[question.type].asks
    )


def _is_mistakes(outcome: object) -> bool:
    return isinstance(outcome, tuple) and bool(outcome) and isinstance(outcome[0], FieldError)


def _only(inputs: tuple[str, ...], raw: Raw) -> Raw:
    return {name: raw[name] for name in inputs if name in raw}
