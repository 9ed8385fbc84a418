"""The journey: the steps *these* answers lead through. Recomputed each time, never stored.

Answers off the route stay in the draft but never leave it: a condition reads only answers on
the route so far. A step is a page at a place: outside every repeating group, or within one of
its items. The list of a repeating group is a step too, after the steps of its items.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any

from portal.core.dates import Today
from portal.forms.answers import Answers, Item, ItemPath
from portal.forms.conditions import as_listed, evaluate, holds
from portal.forms.definition import Check, FormDefinition, Page, Part, Repeat
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import AnswerValue, FieldError, Question


@dataclass(frozen=True, slots=True)
class Step:
    """A page, or the list of a repeating group, at a place."""

    page: Page | Repeat
    item_path: ItemPath = ()

    @property
    def name(self) -> str:
        """The name of the page or group."""
        return self.page.name

    @property
    def path(self) -> str:
        """Its address within the form: "your-details", "vehicles/3/vehicle", "vehicles"."""
        return "/".join((*(f"{name}/{item}" for name, item in self.item_path), self.page.name))

    @property
    def list_path(self) -> str:
        """The address of the list its item stands in; empty outside every repeating group."""
        if not self.item_path:
            return ""
        *outer, (name, _item) = self.item_path
        return "/".join((*(f"{group}/{item}" for group, item in outer), name))


@dataclass(frozen=True)
class Journey:
    """Where these answers lead."""

    steps: tuple[Step, ...]
    """The steps on the route so far, in order, ending with `next_step` or the exit if any."""
    answers: Answers
    """The answers on the route, and no others."""
    scope: Mapping[str, Any]
    """The same as conditions see them, with what is computed from them."""
    next_step: Step | None
    """The first step that still needs an answer; None when there is none."""
    exit_page: Page | None
    """The page that says "you cannot use this service", when the route ends there."""
    errors: tuple[FieldError, ...] = ()
    """Why `next_step` needs another look although it was answered: a check that fails now."""
    also: tuple[Step, ...] = ()
    """Steps that may be visited without being on the way: a new item of a list that has room,
    and the list of an item that is not finished."""
    has_task_list: bool = False
    """Whether one comes from a list of tasks, and goes back to it."""

    @property
    def values(self) -> Mapping[str, AnswerValue]:
        """The answers on the route outside repeating groups."""
        return self.answers.values

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """The pages of the steps, without the lists."""
        return tuple(step.page for step in self.steps if isinstance(step.page, Page))

    @property
    def next_page(self) -> Page | Repeat | None:
        """The page of `next_step`."""
        return self.next_step.page if self.next_step else None

    @property
    def complete(self) -> bool:
        """Whether everything is answered and the form may be sent."""
        return self.next_step is None and self.exit_page is None

    def step(self, path: str) -> Step | None:
        """The step with this address, when it may be visited."""
        return next((step for step in (*self.steps, *self.also) if step.path == path), None)

    def can_visit(self, path: str) -> bool:
        """Whether the step is on the route already."""
        return self.step(path) is not None

    def step_before(self, path: str) -> Step | None:
        """The step the back link leads to; None on the first."""
        paths = [step.path for step in self.steps]
        if path in paths:
            at = paths.index(path)
            return self.steps[at - 1] if at else None
        aside = self.step(path)
        if aside is not None and aside.list_path in paths:
            return self.step(aside.list_path)
        return self.steps[-1] if self.steps else None


def walk(definition: FormDefinition, answers: Answers, today: Today) -> Journey:
    """Follow the answers through the pages, as far as they lead."""
    return _Walk(definition, today).journey(answers)


def walk_sections(
    definition: FormDefinition, answers: Answers, today: Today
) -> tuple[tuple[str, Journey], ...]:
    """Follow the answers through each section by itself, past what is unfinished in the others.

    What a section is asked with is what is known from the sections before it, as in `walk`: when
    nothing in those it depends on is unfinished, that is all it ever reads. When all sections are
    complete, they together are the journey of `walk`, whatever order they were filled in.
    """
    return tuple(_Walk(definition, today).sections(answers))


def walk_at(definition: FormDefinition, answers: Answers, step: Step, today: Today) -> Journey:
    """The journey a step is part of: its section's, in a form with a list of tasks."""
    section = definition.section_of(_outermost(step)) if definition.has_task_list else None
    if section is None:
        return walk(definition, answers, today)
    return dict(walk_sections(definition, answers, today))[section.name]


def walk_all(definition: FormDefinition, answers: Answers, today: Today) -> Journey:
    """The journey with what is answered in every section, whichever of them are unfinished."""
    if not definition.has_task_list:
        return walk(definition, answers, today)
    return _together([journey for _, journey in walk_sections(definition, answers, today)])


def _together(walked: Sequence[Journey]) -> Journey:
    unfinished = next((each for each in walked if not each.complete), None)
    values: dict[str, AnswerValue] = {}
    items: dict[str, tuple[Item, ...]] = {}
    for each in walked:
        values.update(each.answers.values)
        items.update(each.answers.items)
    done = frozenset[str]().union(*(each.answers.answered_pages for each in walked))
    return Journey(
        tuple(step for each in walked for step in each.steps),
        Answers(values, done, items),
        walked[-1].scope if walked else {},
        unfinished.next_step if unfinished else None,
        next((each.exit_page for each in walked if each.exit_page), None),
        unfinished.errors if unfinished else (),
        tuple(step for each in walked for step in each.also),
        has_task_list=True,
    )


def _outermost(step: Step) -> str:
    return step.item_path[0][0] if step.item_path else step.name


@dataclass(frozen=True, slots=True)
class Before:
    """What was answered on the route before a step, for its own conditions and texts."""

    scope: dict[str, Any] = field(default_factory=dict[str, Any])
    """As conditions see it."""
    values: dict[str, AnswerValue] = field(default_factory=dict[str, AnswerValue])


def before(definition: FormDefinition, answers: Answers, step: Step, today: Today) -> Before:
    """What a step may speak of: the answers on the route before it, its own item's among them."""
    walked = _Walk(definition, today, until=step.path)
    if definition.has_task_list:
        for _ in walked.sections(answers):
            pass
    else:
        walked.journey(answers)
    return walked.found or Before()


def compute(definition: FormDefinition, scope: dict[str, Any], today: Today) -> None:
    """Bring the computed values of a scope up to date; what cannot be known is not in it."""
    for computed in definition.computed:
        value = evaluate(computed.value, scope, today)
        if value is None:
            scope.pop(computed.name, None)
        else:
            scope[computed.name] = value


def offered(
    page: Page, question: Question, value: AnswerValue, before: Before, today: Today
) -> bool:
    """Whether every choice in an answer is still offered: a stale one is asked again."""
    conditions = {o: c for (name, o), c in page.offered_when.items() if name == question.name}
    if not conditions:  # its answer may be of any type
        return True
    chosen: Sequence[str] = (value,) if isinstance(value, str) else value
    return all(o not in conditions or holds(conditions[o], before.scope, today) for o in chosen)


def is_asked(page: Page, question: Question, scope: Mapping[str, Any], today: Today) -> bool:
    """Whether a question of the page is asked, with what is answered so far."""
    condition = page.asked_when.get(question.name)
    return condition is None or holds(condition, scope, today)


class _Walk:
    """One walk through a form: what it has passed so far, and where it was stopped."""

    def __init__(self, definition: FormDefinition, today: Today, until: str = "") -> None:
        self._definition = definition
        self._today = today
        self._until = until
        self._steps: list[Step] = []
        self._also: list[Step] = []
        self._next: Step | None = None
        self._exit: Page | None = None
        self._errors: tuple[FieldError, ...] = ()
        self.found: Before | None = None
        """What was known on arriving at the step the walk was to go `until`."""

    def journey(self, answers: Answers) -> Journey:
        """Walk from the beginning."""
        known = self._begin()
        return self._gone(self._follow(self._definition.parts, answers, known, ()), known.scope)

    def sections(self, answers: Answers) -> Iterator[tuple[str, Journey]]:
        """Walk through one section after the other, each from its own beginning."""
        known = self._begin()
        for section, parts in groupby(self._definition.parts, key=lambda part: part.section):
            self._steps, self._also, self._errors = [], [], ()
            self._next = self._exit = None
            kept = self._follow(tuple(parts), answers, known, ())
            yield section, self._gone(kept, dict(known.scope))
            if self.found is not None:
                return

    def _begin(self) -> Before:
        known = Before()
        compute(self._definition, known.scope, self._today)  # some need no answer
        return known

    def _gone(self, kept: Answers, scope: Mapping[str, Any]) -> Journey:
        return Journey(
            tuple(self._steps),
            kept,
            scope,
            self._next,
            self._exit,
            self._errors,
            tuple(self._also),
            has_task_list=self._definition.has_task_list,
        )

    @property
    def _ended(self) -> bool:
        return self._next is not None or self._exit is not None or self.found is not None

    def _follow(
        self, parts: Sequence[Part], answers: Answers, known: Before, at: ItemPath
    ) -> Answers:
        """Follow the parts at one place; gives what of the answers is on the route."""
        values: dict[str, AnswerValue] = {}
        done: set[str] = set()
        items: dict[str, tuple[Item, ...]] = {}
        for part in parts:
            if part.when is not None and not holds(part.when, known.scope, self._today):
                continue
            if isinstance(part, Page):
                values.update(self._visit(part, answers, known, at))
            else:
                items[part.name] = self._visit_items(part, answers, known, at)
            if self._ended:
                break
            done.add(part.name)
        return Answers(values, frozenset(done), items)

    def _arrive(self, step: Step, known: Before) -> bool:
        self._steps.append(step)
        if step.path == self._until:
            self.found = Before(dict(known.scope), dict(known.values))
        return self.found is None

    def _visit(
        self, page: Page, answers: Answers, known: Before, at: ItemPath
    ) -> dict[str, AnswerValue]:
        step = Step(page, at)
        if not self._arrive(step, known):
            return {}
        if page.is_exit:
            self._exit = page
            return {}
        values, complete = self._answers_on(page, answers, known)
        compute(self._definition, known.scope, self._today)
        if not complete:
            self._next = step
            return values
        self._check(step, page.checks, known)
        return values

    def _answers_on(
        self, page: Page, answers: Answers, known: Before
    ) -> tuple[dict[str, AnswerValue], bool]:
        """The answers to the page's questions, and whether it needs no more."""
        values: dict[str, AnswerValue] = {}
        complete = page.name in answers.answered_pages
        for question in page.questions:
            field_type = FIELD_TYPES[question.type]
            if not field_type.asks or not is_asked(page, question, known.scope, self._today):
                continue
            value = answers.values.get(question.name)
            if value is None:
                complete = complete and question.optional
                continue
            if page.offered_when and not offered(page, question, value, known, self._today):
                complete = False
                continue
            values[question.name] = known.values[question.name] = value
            known.scope[question.name] = field_type.cel(value)
        return values, complete

    def _check(self, step: Step, checks: Sequence[Check], known: Before) -> None:
        errors = tuple(failing(step.page, checks, known.scope, self._today))
        if errors:
            self._next, self._errors = step, errors

    def _visit_items(
        self, repeat: Repeat, answers: Answers, known: Before, at: ItemPath
    ) -> tuple[Item, ...]:
        listed = answers.items.get(repeat.name, ())[: repeat.max]
        kept: list[Item] = []
        rows: list[dict[str, Any]] = []
        for item in listed:
            within = Before(dict(known.scope), dict(known.values))
            kept.append(
                Item(
                    item.id,
                    self._follow(repeat.parts, item.answers, within, (*at, (repeat.name, item.id))),
                )
            )
            rows.append(_only_new(within.scope, known.scope, self._definition))
            if self._ended:
                break
        self._visit_list(repeat, answers, known, at, rows)
        return tuple(kept)

    def _visit_list(
        self,
        repeat: Repeat,
        answers: Answers,
        known: Before,
        at: ItemPath,
        rows: list[dict[str, Any]],
    ) -> None:
        here = Step(repeat, at)
        fresh = Step(repeat.first_page, (*at, (repeat.name, answers.next_id(repeat.name))))
        if fresh.path == self._until and self.found is None:
            self.found = Before(dict(known.scope), dict(known.values))
        if self._ended:
            self._also.append(here)
            return
        if not rows and repeat.min > 0:
            self._arrive(fresh, known)
            self._next = self._next or fresh
            return
        if len(rows) < repeat.max:
            self._also.append(fresh)
        if not self._arrive(here, known):
            return
        known.scope[repeat.name] = rows
        compute(self._definition, known.scope, self._today)
        if repeat.name not in answers.answered_pages or len(rows) < repeat.min:
            self._next = here
            return
        self._check(here, repeat.checks, known)


def _only_new(
    scope: Mapping[str, Any], outer: Mapping[str, Any], definition: FormDefinition
) -> dict[str, Any]:
    """What one item adds to what was known outside it: the item as conditions see it."""
    computed = {each.name for each in definition.computed}
    return {
        name: as_listed(value)
        for name, value in scope.items()
        if name not in outer and name not in computed
    }


def failing(
    page: Page | Repeat, checks: Sequence[Check], scope: Mapping[str, Any], today: Today
) -> Iterator[FieldError]:
    """The cross-field checks that are known to be false."""
    for check in checks:
        if evaluate(check.that, scope, today) is False:
            question = page.question(check.at) if isinstance(page, Page) else None
            at = first_input(question) if question else check.at
            yield FieldError(at, check.otherwise)


def first_input(question: Question) -> str:
    """The input an error about the whole question links to."""
    return FIELD_TYPES[question.type].inputs(question)[0]
