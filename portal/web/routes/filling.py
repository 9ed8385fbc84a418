"""Answering pages: shown, posted, and the lists of repeating groups with their items."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal.core.dates import Today
from portal.core.errors import Conflict, Missing, SlotTaken
from portal.forms.answering import Refused
from portal.forms.as_asked import as_asked
from portal.forms.calendars import Free, is_free
from portal.forms.definition import FormDefinition, Page, Repeat
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.appointment import taken
from portal.forms.fields.base import FieldError, Question, Raw, StoredFile
from portal.forms.fields.welsh import in_welsh
from portal.forms.journey import Before, Step, before, first_input, walk_at
from portal.forms.summary import SummaryRow
from portal.submissions.appointments import free_now
from portal.submissions.filling import (
    attach_upload,
    begin_draft,
    find_files,
    move_item_up,
    remove_item,
    save_page,
)
from portal.submissions.records import DraftFileRow, find_draft
from portal.web.dependencies import (
    Asks,
    InHouse,
    PostedForm,
    PostedPage,
    house_of,
    visitor_of,
)
from portal.web.journeys import Whereabouts, find_step, live_draft, next_path, path_after
from portal.web.officer_forms import FormRoute
from portal.web.rendering import go_to
from portal.web.unsaved import is_of_another_version, show_unsaved, typed_elsewhere
from portal.web.uploads import take_upload
from portal.web.views import list_view, page_view, remove_view

router = APIRouter(include_in_schema=False, route_class=FormRoute)

_TOO_OFTEN = "You have uploaded too many files. Wait an hour and try again. Your answers are kept"
_UNCHOSEN = "Select one of the matches, or search again"
_TOO_LONG = "What you sent is too large to read. Shorten your answer, or choose a smaller file"


@router.get("/forms/{form}/{path:path}/{item}/remove")
def ask_to_remove(
    request: Request, house: InHouse, asks: Asks, form: str, path: str, item: int
) -> Response:
    """Ask whether one item of a list is really to go."""
    at = find_step(house, asks, form, path)
    if isinstance(at, Response):
        return at
    for number, listed in enumerate(at.kept.at(at.step.item_path).items.get(at.step.name, ()), 1):
        if listed.id == item and isinstance(at.step.page, Repeat):
            view = remove_view(at.definition, at.step, at.step.page, listed, number)
            return house.pages.answer(
                request,
                "forms/remove.html",
                view=view,
                form=at.definition,
            )
    return go_to(f"/forms/{form}/{path}")


@router.post("/forms/{form}/{path:path}/{item}/remove")
def remove(
    house: InHouse, asks: Asks, form: str, path: str, item: int, posted: PostedForm
) -> Response:
    """Take one item out of its list."""
    del posted
    at = find_step(house, asks, form, path, posted=True)
    if isinstance(at, Response):
        return at
    item_path = (*at.step.item_path, (at.step.name, item))
    remove_item(house.filling, form, item_path, asks.session_hash, house.clock())
    return go_to(f"/forms/{form}/{path}")


@router.get("/forms/{form}/{path:path}")
def show_page(request: Request, form: str, path: str, change: str = "") -> Response:
    """One page, with the answers given before."""
    # Asked for more than all else: FastAPI takes as long to inject these two as the draft takes.
    house, asks = house_of(request), visitor_of(request)
    at = find_step(house, asks, form, path)
    if isinstance(at, Response):
        return at
    is_next = at.journey.next_step is not None and at.journey.next_step.path == path
    errors = (*(at.journey.errors if is_next else ()), *_lost(house, at))
    return _show_step(request, house, at, errors=errors, returns_to_check=bool(change), status=200)


@router.post("/forms/{form}/{path:path}")
def answer(  # one return for each thing a resident may have done
    request: Request, house: InHouse, asks: Asks, form: str, path: str, posted: PostedPage
) -> Response:
    """Save a page and go on to the next; or show it again with what is wrong, losing nothing."""
    at = _step_posted(request, house, asks, form, path, posted)
    if isinstance(at, Response):
        return at
    if is_of_another_version(posted, at.definition):
        return _show_afresh(request, house, at, posted)
    if isinstance(at.step.page, Page) and at.step.page.is_exit:
        return go_to(next_path(form, at.journey) if at.draft else f"/forms/{form}")
    if posted.too_large:
        to_check = posted.one("return") == "check-answers"
        return _too_large(request, house, at, to_check=to_check)
    if isinstance(at.step.page, Repeat) and posted.one("earlier").isdecimal():
        item_path = (*at.step.item_path, (at.step.name, int(posted.one("earlier")[:9])))
        move_item_up(house.filling, form, item_path, asks.session_hash, house.clock())
        return go_to(f"/forms/{form}/{path}")
    try:
        return _save(request, house, asks, at, posted)
    except Conflict:  # the draft has just moved to another version, in another tab
        moved = _step_posted(request, house, asks, form, path, posted)
        return moved if isinstance(moved, Response) else _show_afresh(request, house, moved, posted)


def _step_posted(  # what find_step takes, and what was posted
    request: Request, house: InHouse, asks: Asks, form: str, path: str, posted: PostedPage
) -> Whereabouts | Response:
    """The step a page was posted to; where it is none any more, what was typed into it."""
    try:
        at = find_step(house, asks, form, path, posted=True)
    except Missing:  # the page has gone from the form since it was drawn
        if shown := _not_saved(request, house, asks, form, posted):
            return shown
        raise
    if isinstance(at, Response):
        return _not_saved(request, house, asks, form, posted) or at
    return at


def _lost(house: InHouse, at: Whereabouts) -> tuple[FieldError, ...]:
    """The appointments answered on this step that are not free for this draft any more."""
    free = _free(house, at)
    given = at.journey.answers.at(at.step.item_path).values
    return tuple(
        taken(question, given[question.name])
        for question in _questions(at.step)
        if question.type == "appointment"
        and question.name in given
        and not is_free(given[question.name], free(question.settings.calendar, question.name))
    )


def _questions(step: Step) -> tuple[Question, ...]:
    return step.page.questions if isinstance(step.page, Page) else ()


def _free(house: InHouse, at: Whereabouts) -> Free:
    draft_id = at.draft.id if at.draft else ""
    return free_now(house.transactions, house.diary, draft_id, at.step.path, house.clock())


def _save(
    request: Request, house: InHouse, asks: Asks, at: Whereabouts, posted: PostedPage
) -> Response:
    form, today = at.definition.form, house.today()
    to_check = posted.one("return") == "check-answers"
    raw, upload_errors, stay = _take_files(house, asks, at.definition, at.step, posted)
    if posted.one("language") in at.definition.translations:
        return _in_other_language(request, house, asks, at, posted, raw)
    if upload_errors or stay:
        draft = live_draft(house, asks, form, at.step.path)
        return _show_step(
            request,
            house,
            replace(at, draft=draft),
            raw=raw,
            errors=upload_errors,
            returns_to_check=to_check,
            status=422 if upload_errors else 200,
        )
    try:
        outcome = save_page(
            house.filling,
            at.definition,
            at.step,
            raw,
            session_hash=asks.session_hash,
            today=today,
            now=house.clock(),
        )
    except SlotTaken:  # two questions of one page wanted the last place
        outcome = Refused(
            tuple(taken(q, None) for q in _questions(at.step) if q.type == "appointment")
        )
    if isinstance(outcome, Refused):
        errors = (*outcome.errors, *_unchosen(outcome, raw, at.definition.language))
        return _show_step(
            request,
            house,
            at,
            raw=raw,
            errors=errors,
            outcome=outcome,
            returns_to_check=to_check,
            status=422 if errors else 200,
        )
    if outcome.then is not None:
        answered = go_to(f"/forms/{form}/{outcome.then.path}")
    else:
        after = path_after(at.definition, outcome.answers, at.step, today, to_check=to_check)
        answered = go_to(after)
    house.pages.remember(request, answered)
    return answered


def _not_saved(
    request: Request, house: InHouse, asks: Asks, form: str, posted: PostedPage
) -> Response | None:
    draft = find_draft(house.transactions, asks.session_hash, form)
    return show_unsaved(request, house, draft, form, posted)


def _show_afresh(request: Request, house: InHouse, at: Whereabouts, posted: PostedPage) -> Response:
    """The page as the draft's version asks it, filled with what was typed into another's."""
    return _show_step(
        request,
        house,
        at,
        raw={name: list(values) for name, values in posted.values.items()},
        returns_to_check=posted.one("return") == "check-answers",
        unsaved=typed_elsewhere(house, at, posted),
        has_changed=True,
        status=409,
    )


def _in_other_language(  # what was typed, in the language chosen
    request: Request,
    house: InHouse,
    asks: Asks,
    at: Whereabouts,
    posted: PostedPage,
    raw: Raw,
) -> Response:
    """The same page in the other language: nothing is saved, nothing typed is lost."""
    language = posted.one("language")
    request.state.language = language
    definition = at.definition.in_language(language)
    draft = live_draft(house, asks, definition.form, at.step.path)
    page = definition.page(at.step.name) or definition.repeat(at.step.name)
    there = replace(
        at,
        definition=definition,
        draft=draft,
        step=replace(at.step, page=page or at.step.page),
        journey=walk_at(definition, at.kept, at.step, house.today()),
    )
    to_check = posted.one("return") == "check-answers"
    return _show_step(request, house, there, raw=raw, returns_to_check=to_check, status=200)


def _too_large(request: Request, house: InHouse, at: Whereabouts, *, to_check: bool) -> Response:
    """What was sent could not be read: say so at the question it most likely was about."""
    asking = (
        [q for q in at.step.page.questions if FIELD_TYPES[q.type].asks]
        if isinstance(at.step.page, Page)
        else []
    )
    if not asking:
        return go_to(f"/forms/{at.definition.form}/{at.step.path}")
    question = next((q for q in asking if q.type == "file"), asking[0])
    errors = (FieldError(first_input(question), question.in_own_words(_TOO_LONG)),)
    return _show_step(request, house, at, errors=errors, returns_to_check=to_check)


def _unchosen(
    outcome: Refused, raw: Mapping[str, Sequence[str]], language: str
) -> list[FieldError]:
    """Matches were on the screen and "Continue" was pressed without choosing one."""
    return [
        FieldError(name, in_welsh(_UNCHOSEN, "") if language == "cy" else _UNCHOSEN)
        for name in outcome.unfinished
        if f"{name}-matches" in raw and not any(f"{name}{b}" in raw for b in ("-find", "-manual"))
    ]


def _show_step(  # all that one step may have to show
    request: Request,
    house: InHouse,
    at: Whereabouts,
    *,
    raw: Raw | None = None,
    errors: Sequence[FieldError] = (),
    outcome: Refused | None = None,
    returns_to_check: bool = False,
    unsaved: Sequence[SummaryRow] = (),
    has_changed: bool = False,
    status: int = 422,
) -> Response:
    if isinstance(at.step.page, Repeat):
        listed = list_view(
            at.definition,
            at.step,
            at.step.page,
            at.journey,
            at.kept,
            raw=raw,
            errors=errors,
            returns_to_check=returns_to_check,
        )
        return house.pages.answer(
            request,
            "forms/list.html",
            status=status,
            view=listed,
            form=at.definition,
            page_title=listed.title,
            has_errors=bool(errors),
            unsaved=unsaved,
            has_changed=has_changed,
        )
    page = as_asked(at.definition, at.step.page, _known(at, house.today()), house.today())
    view = page_view(
        at.definition,
        at.step,
        page,
        at.journey,
        raw=raw,
        errors=errors,
        outcome=outcome,
        files=_stored(house, at, page, raw),
        free=_free(house, at),
        returns_to_check=returns_to_check,
    )
    return house.pages.answer(
        request,
        "forms/exit.html" if page.is_exit else "forms/page.html",
        status=status,
        view=view,
        form=at.definition,
        page_title=page.title,
        has_errors=bool(errors),
        unsaved=unsaved,
        has_changed=has_changed,
    )


def _known(at: Whereabouts, today: Today) -> Before:
    """What the step's own texts and choices may speak of; nothing where they speak of nothing."""
    if isinstance(at.step.page, Page) and at.step.page.is_fixed:
        return Before()
    return before(at.definition, at.kept, at.step, today)


def _take_files(
    house: InHouse, asks: Asks, definition: FormDefinition, step: Step, posted: PostedPage
) -> tuple[Mapping[str, Sequence[str]], tuple[FieldError, ...], bool]:
    """Store the page's uploads with the draft; their ids join what was posted.

    Returns the values, what is wrong with the files, and whether to show the page again (a file
    was taken away, or the "Upload" button was pressed).
    """
    raw = {name: list(values) for name, values in posted.values.items()}
    errors: list[FieldError] = []
    stay = False
    questions = step.page.questions if isinstance(step.page, Page) else ()
    for question in (q for q in questions if q.type == "file"):
        removed = raw.pop(f"{question.name}-remove", [])
        ids = [i for i in raw.get(question.name, []) if i and i not in removed]
        stay = stay or bool(removed) or f"{question.name}-upload" in raw
        for upload in posted.uploads.get(question.name, ()):
            if not _may_upload(house, asks):
                errors.append(FieldError(question.name, question.in_own_words(_TOO_OFTEN)))
                break
            taken = take_upload(house.attachments, question, upload, house.clock())
            if isinstance(taken, FieldError):
                errors.append(taken)
                continue
            ids.append(_attach(house, asks.session_hash, definition, taken))
        raw[question.name] = ids
        raw.pop(f"{question.name}-upload", None)
    return raw, tuple(errors), stay


def _may_upload(house: InHouse, asks: Asks) -> bool:
    """Whether one more file may be stored: libraries share an address, so it may do more."""
    return house.limits.allows("upload", "60/hour", asks.session_hash) and house.limits.allows(
        "upload", "600/hour", asks.address
    )


def _attach(
    house: InHouse, session_hash: str, definition: FormDefinition, row: DraftFileRow
) -> str:
    draft_id = begin_draft(house.filling, definition, session_hash, house.clock())
    attach_upload(house.transactions, draft_id, row)
    return row.id


def _stored(
    house: InHouse, at: Whereabouts, page: Page, raw: Raw | None
) -> dict[str, tuple[StoredFile, ...]]:
    stored: dict[str, tuple[StoredFile, ...]] = {}
    given = at.journey.answers.at(at.step.item_path).values
    for question in (q for q in page.questions if q.type == "file"):
        if raw is None:
            stored[question.name] = tuple(given.get(question.name, ()))
        elif at.draft is not None:
            stored[question.name] = find_files(
                house.transactions, at.draft.id, raw.get(question.name, ())
            )
    return stored
