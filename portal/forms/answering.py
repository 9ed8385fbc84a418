"""Answering: what becomes of one posted page, or of a button pressed on a list."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from portal.core.dates import Today
from portal.core.shapes import is_tuple
from portal.forms.answers import Answers
from portal.forms.as_asked import as_asked
from portal.forms.conditions import evaluate
from portal.forms.definition import FormDefinition, Page, Repeat
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import AnswerValue, Asking, FieldError, Raw, Unfinished
from portal.forms.journey import (
    Before,
    Step,
    before,
    compute,
    first_input,
    is_asked,
    walk_at,
)
from portal.forms.list_words import select_yes_for_another, too_few

CARRY_ON = "carry-on"
"""The input that says "I have read the warning": its value is the `Refused.warned` shown."""


_LOOKING = ("-find", "-manual", "-later", "-days")
"""The endings of buttons that only ask to see more."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The page was answered."""

    answers: Answers
    then: Step | None = None
    """The step that was asked for: a new item's first page. None for the next on the route."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The page was not answered: the mistakes, in the order of the questions."""

    errors: tuple[FieldError, ...]
    unfinished: Mapping[str, Unfinished] = field(default_factory=dict[str, Unfinished])
    """Question → what was found, when nothing is wrong but a choice must be made first."""
    warnings: tuple[FieldError, ...] = ()
    """What looks wrong but may be right: sent again with `warned`, the page is answered."""
    warned: str = ""
    """A digest of what was posted: another answer is warned of afresh."""


def answer_page(  # one page, what was posted, and what it may ask
    definition: FormDefinition,
    step: Step,
    answers: Answers,
    raw: Raw,
    *,
    asking: Asking,
    today: Today,
) -> Answered | Refused:
    """Read one posted step. Only its own questions are read; all else is ignored."""
    if isinstance(step.page, Repeat):
        return _answer_list(definition, step, step.page, answers, raw, today)
    page = step.page
    known = (
        Before()
        if page.is_fixed and not page.warnings
        else before(definition, answers, step, today)
    )
    asked = as_asked(definition, page, known, today)
    given, errors, unfinished = _read(definition, asked, known, raw, asking, today)
    searching = _searched(page, raw)
    if searching and (errors or unfinished):
        # "Find address" was pressed: what else is still blank on the page is no mistake yet.
        errors = [error for error in errors if error.input in searching]
    if errors or unfinished:
        return Refused(tuple(errors), unfinished)
    after = answers.with_page(page, given, step.item_path)
    route = walk_at(definition, after, step, today)
    if route.next_step is not None and route.next_step.path == step.path and route.errors:
        return Refused(route.errors)
    warnings = _warnings(asked, known, today)
    seen = _digest(page, raw)
    if warnings and raw.get(CARRY_ON, ()) != [seen]:
        return Refused((), warnings=warnings, warned=seen)
    return Answered(after)


def _read(
    definition: FormDefinition, page: Page, known: Before, raw: Raw, asking: Asking, today: Today
) -> tuple[dict[str, AnswerValue], list[FieldError], dict[str, Unfinished]]:
    given: dict[str, AnswerValue] = {}
    errors: list[FieldError] = []
    unfinished: dict[str, Unfinished] = {}
    for question in page.questions:
        field_type = FIELD_TYPES[question.type]
        if not field_type.asks or not is_asked(page, question, known.scope, today):
            continue
        outcome = field_type.parse(question, _only(field_type.inputs(question), raw), asking)
        if isinstance(outcome, Unfinished):
            message = question.in_own_words(outcome.message) if outcome.message else ""
            unfinished[question.name] = replace(outcome, message=message)
        elif _is_mistakes(outcome):
            errors.extend(cast("tuple[FieldError, ...]", outcome))
        elif outcome is not None:
            given[question.name] = outcome
            known.scope[question.name] = field_type.cel(outcome)
    if not page.is_fixed or page.warnings:
        compute(definition, known.scope, today)
    return given, errors, unfinished


def _warnings(page: Page, known: Before, today: Today) -> tuple[FieldError, ...]:
    found: list[FieldError] = []
    for warning in page.warnings:
        question = page.question(warning.at)
        if question is not None and evaluate(warning.that, known.scope, today) is False:
            found.append(FieldError(first_input(question), warning.otherwise))
    return tuple(found)


def _digest(page: Page, raw: Raw) -> str:
    """A digest of what the page's questions were answered with."""
    fields = ((FIELD_TYPES[question.type], question) for question in page.questions)
    inputs = sorted(n for kind, question in fields if kind.asks for n in kind.inputs(question))
    posted = [[name, list(raw[name])] for name in inputs if name in raw]
    return hashlib.sha256(json.dumps(posted).encode()).hexdigest()[:16]


def _answer_list(
    definition: FormDefinition,
    step: Step,
    repeat: Repeat,
    answers: Answers,
    raw: Raw,
    today: Today,
) -> Answered | Refused:
    """Answer whether another is to be added: yes leads to a new item, no closes the list."""
    here = answers.at(step.item_path)
    listed = here.items.get(repeat.name, ())
    has_room = len(listed) < repeat.max
    more = list(raw.get(repeat.name, ()))
    if has_room and more == ["yes"]:
        place = (*step.item_path, (repeat.name, here.next_id(repeat.name)))
        return Answered(answers, Step(repeat.first_page, place))
    if has_room and more != ["no"]:
        said = select_yes_for_another(repeat, definition.language, has_some=bool(listed))
        return Refused((FieldError(repeat.name, said),))
    if len(listed) < repeat.min:
        return Refused((FieldError(repeat.name, too_few(repeat, definition.language)),))
    after = answers.with_list_closed(repeat.name, step.item_path)
    route = walk_at(definition, after, step, today)
    if route.next_step is not None and route.next_step.path == step.path and route.errors:
        return Refused(route.errors)
    return Answered(after)


def _searched(page: Page, raw: Raw) -> frozenset[str]:
    """The inputs of the question whose search, "enter it yourself" or "later days" button was
    pressed."""
    for question in page.questions:
        if any(raw.get(f"{question.name}{button}") for button in _LOOKING):
            return frozenset(FIELD_TYPES[question.type].inputs(question))
    return frozenset()


def _is_mistakes(outcome: object) -> bool:
    return is_tuple(outcome) and bool(outcome) and isinstance(outcome[0], FieldError)


def _only(inputs: tuple[str, ...], raw: Raw) -> Raw:
    return {name: raw[name] for name in inputs if name in raw}
