"""A page as it is asked of these answers: the questions that apply, the choices that are offered,
and the texts with what was answered before put into them."""

from dataclasses import replace
from typing import Any

from portal.core.dates import Today
from portal.forms.conditions import holds
from portal.forms.definition import FormDefinition, Page
from portal.forms.fields.base import Option, Question
from portal.forms.journey import Before, is_asked
from portal.forms.texts import fill, fill_markdown


def as_asked(definition: FormDefinition, page: Page, before: Before, today: Today) -> Page:
    """The page as it stands for the answers before it.

    A question revealed by a choice on the same page stays: whether it applies is known only
    when the page is posted.
    """
    if page.is_fixed:
        return page

    def put(text: str) -> str:
        return fill(text, definition, before.values, before.scope)

    questions = tuple(
        replace(
            question,
            ask=put(question.ask),
            hint=put(question.hint),
            about=put(question.about),
            settings=_offering(page, question, before, today),
        )
        for question in page.questions
        if question.name in page.reveals or is_asked(page, question, before.scope, today)
    )
    return replace(
        page,
        title=put(page.title),
        guidance=fill_markdown(page.guidance, definition, before.values, before.scope),
        questions=questions,
    )


def _offering(page: Page, question: Question, before: Before, today: Today) -> Any:  # noqa: ANN401  # the field type's own settings
    """The question's settings with only the choices that are offered."""
    if not any(name == question.name for name, _option in page.offered_when):
        return question.settings

    def is_offered(option: Option) -> bool:
        condition = page.offered_when.get((question.name, option.value))
        return condition is None or holds(condition, before.scope, today)

    return question.settings.offering(is_offered)
