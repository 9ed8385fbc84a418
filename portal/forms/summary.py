"""What was answered, as it is read through before sending and kept afterwards: rows under headings.

Check answers and the copy of the answers a resident may keep are both drawn from this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from portal.core.dates import Today
from portal.forms.answers import Answers
from portal.forms.as_asked import as_asked
from portal.forms.definition import FormDefinition, Page, Repeat, Section
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import AnswerValue, Question
from portal.forms.journey import Journey, Step, before
from portal.forms.texts import show_computed

_NOT_PROVIDED = {"en": "Not provided", "cy": "Heb ei ddarparu"}
_NONE = {"en": "None", "cy": "Dim"}
_WORKED_OUT = {
    "en": "Worked out from your answers",
    "cy": "Wedi’i gyfrifo o’ch atebion",
}


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One row of check answers."""

    label: str
    lines: tuple[str, ...]
    change: str
    """The path of the step that asks it; empty for what was worked out."""
    page: str


@dataclass(frozen=True, slots=True)
class SummaryGroup:
    """Rows of check answers under one heading: those of one item, or those between items."""

    title: str
    rows: tuple[SummaryRow, ...]
    section: str = ""
    """The section that begins with it, in a form with sections; else empty."""
    through: str = ""
    """The path of the step where one goes through that section once more."""


def summary_of(form: FormDefinition, journey: Journey, today: Today) -> tuple[SummaryGroup, ...]:
    """Everything answered on a journey, each page as it was asked on that day."""
    asked = [
        (step, as_asked(form, step.page, before(form, journey.answers, step, today), today))
        for step in journey.steps
        if isinstance(step.page, Page)
    ]
    return summary_groups(form, asked, journey)


def summary_groups(
    form: FormDefinition, asked: Sequence[tuple[Step, Page]], journey: Journey
) -> tuple[SummaryGroup, ...]:
    """The rows in the order of the journey, a heading for each item; then what was worked out.

    `asked` are the steps with their pages as they were asked.
    """
    groups: list[SummaryGroup] = []
    pages = {step.path: page for step, page in asked}
    begun = ""
    for step in journey.steps:
        rows = (
            _list_rows(form, step, step.page, journey)
            if isinstance(step.page, Repeat)
            else _page_rows(form, step, pages.get(step.path, step.page), journey)
        )
        title = "" if isinstance(step.page, Repeat) else caption_of(form, step, journey.answers)
        section = form.section_of(step.item_path[0][0] if step.item_path else step.name)
        if not rows:
            continue
        if section is not None and section.name != begun:
            begun, first = section.name, _first_in(form, section, journey)
            groups.append(SummaryGroup(title, rows, section.title, first))
        elif groups and groups[-1].title == title:
            groups[-1] = replace(groups[-1], rows=(*groups[-1].rows, *rows))
        else:
            groups.append(SummaryGroup(title, rows))
    return (*groups, *_computed_group(form, journey))


def _first_in(form: FormDefinition, section: Section, journey: Journey) -> str:
    """Where one goes through a section once more; empty where there is no list to come back to."""
    if not form.has_task_list:
        return ""
    names = (step for step in journey.steps)
    first = next(s for s in names if form.section_of(s.path.partition("/")[0]) == section)
    return first.path


def _page_rows(
    form: FormDefinition, step: Step, page: Page, journey: Journey
) -> tuple[SummaryRow, ...]:
    values = journey.answers.at(step.item_path).values
    return tuple(
        SummaryRow(
            label=question.ask,
            lines=shown(question, values)
            if question.name in values
            else (_NOT_PROVIDED[form.language],),
            change=step.path,
            page=page.name,
        )
        for question in page.questions
        if FIELD_TYPES[question.type].asks and _has_row(page, question, values)
    )


def _has_row(page: Page, question: Question, values: Mapping[str, AnswerValue]) -> bool:
    """Whether check answers speaks of a question: not of a hidden one, nor one not revealed."""
    if question.name not in values:
        return question.name not in page.reveals
    return bool(shown(question, values))


def _list_rows(
    form: FormDefinition, step: Step, repeat: Repeat, journey: Journey
) -> tuple[SummaryRow, ...]:
    count = len(journey.answers.at(step.item_path).items.get(repeat.name, ()))
    return (
        SummaryRow(
            repeat.title, (str(count) if count else _NONE[form.language],), step.path, repeat.name
        ),
    )


def _computed_group(form: FormDefinition, journey: Journey) -> tuple[SummaryGroup, ...]:
    rows = tuple(
        SummaryRow(
            each.label, (show_computed(each, journey.scope[each.name], form.language),), "", ""
        )
        for each in form.computed
        if each.label and each.name in journey.scope
    )
    said = _WORKED_OUT[form.language]
    worked_out = SummaryGroup("", rows, said) if form.sections else SummaryGroup(said, rows)
    return (worked_out,) if rows else ()


def caption_of(form: FormDefinition, step: Step, answers: Answers) -> str:
    """Which item of which list a step is about: "Vehicle 1, driver 2"."""
    parts: list[str] = []
    for name, item_id in step.item_path:
        repeat = form.repeat(name)
        listed = answers.items.get(name, ())
        ids = [item.id for item in listed]
        number = ids.index(item_id) + 1 if item_id in ids else len(ids) + 1
        parts.append(f"{repeat.each if repeat else name} {number}")
        answers = answers.at(((name, item_id),))
    return capital(", ".join(parts))


def capital(words: str) -> str:
    """The words with a capital at the beginning."""
    return words[:1].upper() + words[1:]


def shown(question: Question, values: Mapping[str, AnswerValue]) -> tuple[str, ...]:
    """An answer in words, a line for each; none where it was not given."""
    if question.name not in values:
        return ()
    return FIELD_TYPES[question.type].show(question, values[question.name])
