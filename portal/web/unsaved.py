"""What was typed into a page of one version of a form, when the draft is on another by now."""

from collections.abc import Iterator, Sequence

from fastapi import Request
from fastapi.responses import Response

from portal.core.errors import Missing
from portal.forms.definition import FormDefinition, Page
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import Question
from portal.forms.fields.yes_no import WORDS as YES_AND_NO
from portal.forms.summary import SummaryRow
from portal.submissions.carrying import read_draft
from portal.submissions.definitions import DefinitionUnreadable
from portal.submissions.submission import Draft
from portal.web.front import Front
from portal.web.journeys import Whereabouts
from portal.web.posting import Posted
from portal.web.rendering import chosen_language

VERSION = "form-version"
"""The input in which a page says which version of its form it was drawn from: the digest."""
_OURS = frozenset({"csrf_token", "return", "carry-on", VERSION})
_BUTTONS = (
    *("-find", "-manual", "-matches", "-remove", "-upload"),
    *("-later", "-days", "-shown", "-on"),
)
"""How the names of buttons end, and of what tells which choices were on the page."""


def is_of_another_version(posted: Posted, definition: FormDefinition) -> bool:
    """Whether the page was drawn from another version than the one that would read it."""
    version = posted.one(VERSION)
    return bool(version) and version != definition.digest


def typed_elsewhere(house: Front, at: Whereabouts, posted: Posted) -> tuple[SummaryRow, ...]:
    """What was typed that the step, as it is asked now, has no place for."""
    here = at.step.page
    taken = {here.name} if not isinstance(here, Page) else set[str]()
    if isinstance(here, Page):
        for question in here.questions:
            if FIELD_TYPES[question.type].asks:
                taken.update(FIELD_TYPES[question.type].inputs(question))
        taken -= {question.name for question in here.questions if question.type == "file"}
    return _rows(house, at.definition.form, posted, taken, at.definition.language)


def show_unsaved(
    request: Request, house: Front, draft: Draft | None, form: str, posted: Posted
) -> Response | None:
    """Show what was typed and could not be saved, so that it can be copied.

    None when the page was of the version the draft is on, or nothing was typed: then there is
    nothing to tell that the next page does not tell.
    """
    rows = _rows(house, form, posted, set(), chosen_language(request))
    if not rows or _is_known(house, draft, form, posted.one(VERSION)):
        return None
    return house.pages.answer(
        request,
        "forms/unsaved.html",
        status=409,
        rows=rows,
        path=f"/forms/{form}",
    )


def _is_known(house: Front, draft: Draft | None, form: str, version: str) -> bool:
    """Whether the page was drawn from what would read it, had it been on the way."""
    if draft is None:
        served = house.definitions.served().get(form)
        return not version or (served is not None and served.digest == version)
    try:
        read_draft(house.definitions, draft)
    except DefinitionUnreadable:
        return False
    return not version or version == draft.digest


def _rows(
    house: Front, form: str, posted: Posted, taken: set[str], language: str
) -> tuple[SummaryRow, ...]:
    questions = _questions(house, form, posted.one(VERSION), language)
    values: dict[str, list[str]] = {}
    typed = {**{n: [u.name for u in of] for n, of in posted.uploads.items()}, **posted.values}
    for name, given in typed.items():
        if name in taken or name in _OURS or name.endswith(_BUTTONS):
            continue
        question = next((q for q in questions if _is_input(q, name)), None)
        label = question.ask if question else name.replace("_", " ").replace("-", " ").capitalize()
        said = [_drawable(each) for each in _shown(question, given, language) if each.strip()]
        values.setdefault(label, []).extend(said)
    return tuple(
        SummaryRow(label, tuple(lines), "", "") for label, lines in values.items() if lines
    )


def _shown(question: Question | None, given: Sequence[str], language: str) -> Iterator[str]:
    """Choices in their own words."""
    options = getattr(question.settings, "options", ()) if question else ()
    labels: dict[str, str] = {option.value: option.label for option in options}
    if question is None or question.type == "yes-no":  # or whether there is another of a list
        yes, no = YES_AND_NO[language]
        labels = {"yes": yes, "no": no}
    for value in given:
        yield labels.get(value, value)


def _drawable(value: str) -> str:
    return value.replace("\0", "\ufffd")


def _is_input(question: Question, name: str) -> bool:
    kind = FIELD_TYPES[question.type]
    return kind.asks and name in kind.inputs(question)


def _questions(house: Front, form: str, version: str, language: str) -> tuple[Question, ...]:
    try:
        definition = house.definitions.by_digest(form, version[:64])
        return tuple(definition.in_language(language).questions)
    except Missing:
        return ()
