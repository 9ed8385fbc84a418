"""A form has changed while somebody fills it in: what that means for what they answered."""

from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from portal.core.dates import council_day
from portal.core.errors import Missing
from portal.core.languages import day_in_words
from portal.core.money import Pence, format_pounds
from portal.forms.answers import Answers
from portal.forms.definition import FormDefinition
from portal.forms.fields import FIELD_TYPES
from portal.forms.migrating import Why
from portal.forms.summary import SummaryRow
from portal.submissions.carrying import begin_again, change_told, raw_answers, read_draft, told
from portal.submissions.definitions import DefinitionUnreadable
from portal.submissions.publication import Choice
from portal.submissions.submission import Draft
from portal.web.dependencies import Asks, InHouse, PostedForm
from portal.web.journeys import (
    changed_path,
    known_form,
    live_draft,
    next_path,
    settle,
    stopped_path,
    walk_draft,
)
from portal.web.officer_forms import FormRoute
from portal.web.rendering import go_to

router = APIRouter(include_in_schema=False, route_class=FormRoute)


@router.get("/forms/{form}/resume/changed")
def show_change(request: Request, house: InHouse, asks: Asks, form: str) -> Response:
    """What a change of the form has meant, before the resident goes on."""
    draft = live_draft(house, asks, form)
    if draft is None:
        return go_to(f"/forms/{form}")
    if not draft.change:
        settled = settle(house, asks, draft)
        return settled if isinstance(settled, Response) else _go_on(house, settled)
    definition = known_form(house, draft).in_language(asks.language)
    change = told(draft).in_language(definition.language)
    lost = [
        SummaryRow(each.label, (*each.lines, _why(house, each.why, definition.language)), "", "")
        for each in change.lost
    ]
    return house.pages.answer(
        request,
        "forms/changed.html",
        form=definition,
        lost=lost,
        change=change,
        price_before=_pounds(change.total_before),
        price_after=_pounds(change.total_after),
        seal=house.signer.sign(f"change:{draft.id}", draft.change),
        action=changed_path(form),
    )


@router.post("/forms/{form}/resume/changed")
def go_on(house: InHouse, asks: Asks, form: str, posted: PostedForm) -> Response:
    """The resident has read it and goes on; what has changed since they read it is told first."""
    draft = live_draft(house, asks, form)
    if draft is None:
        return go_to(f"/forms/{form}")
    if draft.change:
        if not house.signer.holds(f"change:{draft.id}", draft.change, posted.one("seal")):
            return go_to(changed_path(form))
        change_told(house.filling, form, asks.session_hash, draft.change)
    return _go_on(house, draft)


@router.get("/forms/{form}/resume/stopped")
def show_stopped(request: Request, house: InHouse, asks: Asks, form: str) -> Response:
    """Why the draft cannot be sent, all its answers, and the offer to begin again."""
    draft = live_draft(house, asks, form)
    if draft is None:
        return go_to(f"/forms/{form}")
    served = _served(house, asks, form)
    language = _language(house, asks, served)
    is_readable, rows = _all_answers(house, draft, language)
    course = house.definitions.course(form, draft.digest)
    if is_readable and course.choice is not Choice.STOP:
        return _go_on(house, draft)
    since = day_in_words(council_day(course.since), language) if course.since else ""
    return house.pages.answer(
        request,
        "forms/stopped.html",
        form=served,
        rows=rows,
        is_readable=is_readable,
        since=since if is_readable else "",
        action=stopped_path(form),
        download=f"/forms/{form}/resume/answers.txt",
        start_again=f"/forms/{form}/start-again",
        expires=day_in_words(council_day(draft.expires_at), language),
    )


@router.post("/forms/{form}/resume/stopped")
def take_along(house: InHouse, asks: Asks, form: str, posted: PostedForm) -> Response:
    """Begin again with what still fits."""
    del posted
    try:
        begun = begin_again(
            house.filling, form, asks.session_hash, today=house.today(), now=house.clock()
        )
    except DefinitionUnreadable:
        return go_to(stopped_path(form))
    return go_to(changed_path(form) if begun else f"/forms/{form}")


@router.get("/forms/{form}/resume/answers.txt")
def download_answers(house: InHouse, asks: Asks, form: str) -> Response:
    """All the answers of the draft as a text, to keep."""
    draft = live_draft(house, asks, form)
    if draft is None:
        raise Missing(form)
    language = _language(house, asks, _served(house, asks, form))
    _, rows = _all_answers(house, draft, language)
    text = "\r\n".join(line for row in rows for line in (row.label, *row.lines, ""))
    headers = {"content-disposition": f'attachment; filename="{form}-answers.txt"'}
    return PlainTextResponse(f"\ufeff{text}", headers=headers)


def _go_on(house: InHouse, draft: Draft) -> Response:
    try:
        _, journey = walk_draft(house, draft, house.today())
    except DefinitionUnreadable:
        return go_to(stopped_path(draft.form))
    return go_to(next_path(draft.form, journey))


def _why(house: InHouse, said: str, language: str) -> str:
    """Why an answer was lost, as kept with the draft: an English sentence, in a language."""
    return house.pages.say(f"why_{Why(said).name.lower()}", language) if said in list(Why) else said


def _served(house: InHouse, asks: Asks, form: str) -> FormDefinition | None:
    """The version served now, in the language chosen; None when there is none any more."""
    served = house.definitions.served().get(form)
    return served.in_language(asks.language) if served else None


def _language(house: InHouse, asks: Asks, served: FormDefinition | None) -> str:
    return (served or house.council.in_language(asks.language)).language


def _pounds(pence: int | None) -> str:
    return "" if pence is None else format_pounds(Pence(pence))


def _all_answers(house: InHouse, draft: Draft, language: str) -> tuple[bool, list[SummaryRow]]:
    """Whether the draft can be read, and every answer it holds, on the route or not."""
    try:
        definition, answers = read_draft(house.definitions, draft)
    except DefinitionUnreadable:
        raw = raw_answers(draft, lambda word: house.pages.say(word, language))
        return False, [SummaryRow(each.label, each.lines, "", "") for each in raw]
    return True, list(_rows(definition.in_language(language), answers))


def _rows(definition: FormDefinition, answers: Answers, before: str = "") -> Iterator[SummaryRow]:
    for question in definition.questions:
        if question.name in answers.values:
            lines = FIELD_TYPES[question.type].show(question, answers.values[question.name])
            yield SummaryRow(f"{before}{question.ask}", lines, "", "")
    for repeat in definition.repeats:
        each = repeat.each[:1].upper() + repeat.each[1:]
        for number, item in enumerate(answers.items.get(repeat.name, ()), 1):
            yield from _rows(definition, item.answers, f"{before}{each} {number}: ")
