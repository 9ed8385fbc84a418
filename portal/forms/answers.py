"""Answers: an immutable set of validated values, and which pages have been answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.forms.definition import FormDefinition, Page
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import AnswerValue


@dataclass(frozen=True, slots=True)
class Answers:
    """What has been answered so far. A question left blank on purpose has no value."""

    values: Mapping[str, AnswerValue] = field(default_factory=dict[str, AnswerValue])
    answered_pages: frozenset[str] = frozenset()

    def with_page(self, page: Page, given: Mapping[str, AnswerValue]) -> "Answers":
        """These answers with one page answered afresh: what it no longer says is gone."""
        names = {q.name for q in page.questions}
        kept = {name: value for name, value in self.values.items() if name not in names}
        return Answers({**kept, **given}, self.answered_pages | {page.name})


def dump_answers(definition: FormDefinition, answers: Answers) -> str:
    """Answers as JSON text for storage."""
    types = {q.name: FIELD_TYPES[q.type] for q in definition.questions}
    values = {name: types[name].dump(value) for name, value in answers.values.items()}
    stored = {"answers": values, "pages": sorted(answers.answered_pages)}
    return json.dumps(stored, ensure_ascii=False, separators=(",", ":"))


def load_answers(definition: FormDefinition, stored: str) -> Answers:
    """Answers back from storage. Raises ValueError when they were not written for this digest."""
    if not stored:
        return Answers()
    read: dict[str, Any] = json.loads(stored)
    types = {q.name: FIELD_TYPES[q.type] for q in definition.questions}
    values: dict[str, AnswerValue] = {}
    for name, value in read["answers"].items():
        if name not in types:
            msg = f"the stored answer {name!r} belongs to no question of {definition.form}"
            raise ValueError(msg)
        values[name] = types[name].load(value)
    return Answers(values, frozenset(read["pages"]))


def cel_scope(definition: FormDefinition, values: Mapping[str, AnswerValue]) -> dict[str, Any]:
    """The values as conditions see them."""
    scope: dict[str, Any] = {}
    for question in definition.questions:
        if question.name in values:
            scope[question.name] = FIELD_TYPES[question.type].cel(values[question.name])
    return scope
