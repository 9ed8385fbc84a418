"""What a link the council made brings along: answers offered, never answers given.

A value that is brought stands in its input when its page is shown, and the page must still be
answered. A `hidden` question, which nobody can answer, takes it when its page is answered.
"""

from collections.abc import Mapping
from dataclasses import replace

from portal.core.shapes import is_tuple
from portal.forms.answers import Answers
from portal.forms.definition import FormDefinition
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import AnswerValue, Asking, FieldError, Question, Unfinished


def refused(definition: FormDefinition, brought: Mapping[str, str], asking: Asking) -> list[str]:
    """The names a link may not fill, or not with this value."""
    return [name for name in brought if _value(definition, name, brought, asking) is None]


def offer(
    definition: FormDefinition, answers: Answers, brought: Mapping[str, str], asking: Asking
) -> Answers:
    """The answers with what is brought offered; wrong values and names are left out.

    Nothing is offered where there is an answer, or where the question was left blank on purpose.
    """
    values = {
        name: value
        for name in brought
        if name not in answers.values
        and not _is_answered(definition, answers, name)
        and (value := _value(definition, name, brought, asking)) is not None
    }
    return replace(answers, values={**answers.values, **values}) if values else answers


def brought_before(definition: FormDefinition, answers: Answers) -> Mapping[str, str]:
    """What `hidden` questions hold already, so that answering their page keeps it."""
    return {
        question.name: answers.values[question.name]
        for question in definition.questions
        if question.type == "hidden" and question.name in answers.values
    }


def _is_answered(definition: FormDefinition, answers: Answers, name: str) -> bool:
    page = definition.page_of(name)
    return page is not None and page.name in answers.answered_pages


def _value(
    definition: FormDefinition, name: str, brought: Mapping[str, str], asking: Asking
) -> AnswerValue | None:
    """The value, read by the field type as if somebody had typed it; None when it is no answer."""
    question = definition.question(name) if name in definition.prefill else None
    if question is None:
        return None
    value = _parse(question, brought[name], asking)
    is_answer = not isinstance(value, Unfinished) and not _is_mistakes(value)
    return value if is_answer and value != "" else None


def _parse(question: Question, text: str, asking: Asking) -> object:
    field_type = FIELD_TYPES[question.type]
    try:
        raw = field_type.read_example(question, text)
    except (TypeError, ValueError):  # not a text such a question could be written with
        return None
    return field_type.parse(question, raw, replace(asking, brought={question.name: text}))


def _is_mistakes(outcome: object) -> bool:
    return is_tuple(outcome) and bool(outcome) and isinstance(outcome[0], FieldError)
