"""Trying a form in the workbench: its newest definition as residents would see it, nothing sent.

The pages are the residents' own, drawn by the same views and templates; only their addresses are
others. The definition is given a name no form can have, and addresses with that name are moved to
/design/{form}/preview before they leave.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal.core.dates import Today
from portal.core.shapes import is_tuple
from portal.forms.answering import Answered, answer_page
from portal.forms.answers import Answers, Item, dump_answers, load_answers
from portal.forms.as_asked import as_asked
from portal.forms.calendars import nothing_taken
from portal.forms.definition import FormDefinition, Page, Repeat
from portal.forms.examples import example_file
from portal.forms.fees import FeeUnknown, calculate_fee
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import AnswerValue, Asking, FieldError, StoredFile, Unfinished
from portal.forms.fields.file import clean_file_name
from portal.forms.journey import Journey, Step, before, walk
from portal.forms.progress import journey_to, tasks_of
from portal.submissions.designing import Trial, find_trial, keep_trial
from portal.web.dependencies import Asks, InHouse, PostedForm, PostedPage, Visitor
from portal.web.front import Front
from portal.web.posting import Posted
from portal.web.rendering import go_to
from portal.web.security import FRAMED_POLICY
from portal.web.task_views import tasks_view
from portal.web.views import check_view, list_view, page_view, remove_view
from portal.web.workbench import WorkbenchRoute, find_newest

router = APIRouter(include_in_schema=False, route_class=WorkbenchRoute)


@dataclass(frozen=True, slots=True)
class _Trying:
    """A form being tried: the definition under its preview name, and the answers so far."""

    definition: FormDefinition
    answers: Answers
    today: Today
    on: Any
    form: str
    on_way_to: str = ""
    """The path of a step, where the journey is one section's."""

    @property
    def journey(self) -> Journey:
        return journey_to(self.definition, self.answers, self.on_way_to, self.today)

    def address(self, path: str = "") -> str:
        return f"/design/{self.form}/preview{f'/{path}' if path else ''}"

    @property
    def next_path(self) -> str:
        if self.definition.has_task_list:
            return self.address("tasks")
        return self.path_within(self.journey)

    def path_within(self, journey: Journey) -> str:
        """What is next on a journey through the form or a section of it."""
        if journey.exit_page is not None:
            return self.address(journey.steps[-1].path)
        if journey.next_step is not None:
            return self.address(journey.next_step.path)
        if not walk(self.definition, self.answers, self.today).complete:
            return self.address("tasks")
        return self.address("check-answers")

    def to(self, path: str) -> "_Trying":
        """The same with the journey the step at a path is on."""
        return replace(self, on_way_to=path)


def _open(house: Front, asks: Visitor, form: str) -> _Trying:
    newest = find_newest(house, form).playable
    trial = find_trial(house.transactions, asks.session_hash, form)
    on = trial.on if trial else None
    today = Today(on or house.today().on, house.bank_holidays)
    definition = replace(newest, form=f"~{form}", title=f"Preview: {newest.title}")
    answers = _kept(definition, trial, _asking(house, today)) if trial else Answers()
    return _Trying(definition, answers, today, on, form)


def _asking(house: Front, today: Today) -> Asking:
    free = nothing_taken(house.diary.calendars(), today.on, house.bank_holidays)
    weights = house.filling.bank_weights
    return Asking(today.on, house.filling.gazetteer, _file, bank_weights=weights, free=free)


def _file(name: str) -> StoredFile | None:
    return example_file(name) if name and clean_file_name(name) == name else None


def _keep(house: Front, asks: Visitor, at: _Trying, answers: Answers) -> None:
    trial = Trial(at.definition.digest, dump_answers(at.definition, answers), at.on)
    keep_trial(house.transactions, asks.session_hash, at.form, trial, now=house.clock())


def _kept(definition: FormDefinition, trial: Trial, asking: Asking) -> Answers:
    """The answers given so far; those that a changed definition no longer takes are left out."""
    if trial.digest == definition.digest:
        return load_answers(definition, trial.answers)
    return _carried(definition, json.loads(trial.answers or "{}"), asking)


def _carried(definition: FormDefinition, stored: Mapping[str, Any], asking: Asking) -> Answers:
    values: dict[str, AnswerValue] = {}
    for name, written in stored.get("answers", {}).items():
        value = _carried_value(definition, name, written, asking)
        if value is not None:
            values[name] = value
    names = {page.name for page in definition.pages} | {r.name for r in definition.repeats}
    items = {
        name: tuple(Item(item["id"], _carried(definition, item, asking)) for item in listed)
        for name, listed in stored.get("items", {}).items()
        if definition.repeat(name)
    }
    return Answers(values, frozenset(stored.get("pages", ())) & names, items)


def _carried_value(
    definition: FormDefinition,
    name: str,
    written: Any,  # noqa: ANN401  # JSON
    asking: Asking,
) -> AnswerValue | None:
    question = definition.question(name)
    if question is None:
        return None
    field_type = FIELD_TYPES[question.type]
    try:
        # Read as if it were posted again: the question may be of another type now.
        read: Any = field_type.parse(
            question, field_type.as_raw(question, field_type.load(written)), asking
        )
    except Exception:  # noqa: BLE001  # what another type stored may break this one anyhow
        return None
    wrong = is_tuple(read) and any(isinstance(part, FieldError) for part in read)
    return None if wrong or isinstance(read, Unfinished) else read


@router.get("/design/{form}/preview")
def show_start(request: Request, house: InHouse, asks: Asks, form: str) -> Response:
    """The start page."""
    at = _open(house, asks, form)
    first = walk(at.definition, Answers(), at.today).steps[0].path
    first = "tasks" if at.definition.has_task_list else first
    return _draw(
        request,
        house,
        at,
        "forms/start.html",
        resume=at.next_path if at.answers.answered_pages else "",
        first=at.address(first),
        fee="paid" if at.definition.fee else "",
        page_title=at.definition.title,
    )


@router.get("/design/{form}/preview/tasks")
def show_tasks(request: Request, house: InHouse, asks: Asks, form: str) -> Response:
    """The list of tasks."""
    at = _open(house, asks, form)
    if not at.definition.has_task_list:
        return go_to(at.next_path)
    tasks = tasks_of(at.definition, at.answers, at.today)
    view = tasks_view(at.definition, tasks, can_save=bool(at.answers.answered_pages))
    title = at.definition.title
    return _draw(request, house, at, "forms/tasks.html", view=view, page_title=title)


@router.post("/design/{form}/preview/start-again")
def start_again(house: InHouse, asks: Asks, form: str, posted: PostedForm) -> Response:
    """Forget what was tried."""
    del posted
    keep_trial(house.transactions, asks.session_hash, form, Trial("", "", None), now=house.clock())
    return go_to(_open(house, asks, form).next_path)


@router.get("/design/{form}/preview/check-answers")
def check_answers(request: Request, house: InHouse, asks: Asks, form: str) -> Response:
    """All the answers and what it would cost."""
    at = _open(house, asks, form)
    journey = at.journey
    if not journey.complete:
        return go_to(at.next_path)
    try:
        fee = calculate_fee(at.definition, journey.scope, at.today)
    except FeeUnknown as error:
        return _stop(request, house, at, f"The fee cannot be worked out: {error}")
    asked = [
        (step, as_asked(at.definition, step.page, _known(at, step), at.today))
        for step in journey.steps
        if isinstance(step.page, Page) and not step.page.is_fixed
    ]
    view = check_view(at.definition, asked, journey, fee, "")
    title = "Check your answers"
    return _draw(request, house, at, "forms/check_answers.html", view=view, page_title=title)


@router.post("/design/{form}/preview/check-answers")
@router.get("/design/{form}/preview/save")
def stop(request: Request, house: InHouse, asks: Asks, form: str) -> Response:
    """Where a resident would send or save the form: here nothing is."""
    return _stop(request, house, _open(house, asks, form), "Nothing is sent or saved in a preview.")


@router.get("/design/{form}/preview/{path:path}/{item}/remove")
def ask_to_remove(
    request: Request, house: InHouse, asks: Asks, form: str, path: str, item: int
) -> Response:
    """Ask whether one item of a list is really to go."""
    at = _open(house, asks, form).to(path)
    step = at.journey.step(path)
    if step is not None and isinstance(step.page, Repeat):
        listed = at.answers.at(step.item_path).items.get(step.name, ())
        for number, one in enumerate(listed, 1):
            if one.id == item:
                view = remove_view(at.definition, step, step.page, one, number)
                title = f"Remove {view.number.lower()}"
                return _draw(request, house, at, "forms/remove.html", view=view, page_title=title)
    return go_to(at.next_path)


@router.post("/design/{form}/preview/{path:path}/{item}/remove")
def remove(
    house: InHouse, asks: Asks, form: str, path: str, item: int, posted: PostedForm
) -> Response:
    """Take one item out of its list."""
    del posted
    at = _open(house, asks, form).to(path)
    step = at.journey.step(path)
    if step is not None:
        _keep(house, asks, at, at.answers.without_item((*step.item_path, (step.name, item))))
    return go_to(at.address(path))


@router.get("/design/{form}/preview/{path:path}")
def show_page(
    request: Request, house: InHouse, asks: Asks, form: str, path: str, change: str = ""
) -> Response:
    """One page, with the answers given before."""
    at = _open(house, asks, form).to(path)
    step = at.journey.step(path)
    if step is None:
        return go_to(at.next_path)
    errors = at.journey.errors if step == at.journey.next_step else ()
    return _show(request, house, at, step, errors=errors, returns_to_check=bool(change), status=200)


@router.post("/design/{form}/preview/{path:path}")
def answer(
    request: Request, house: InHouse, asks: Asks, form: str, path: str, posted: PostedPage
) -> Response:
    """Answer one page, and go on to the next."""
    at = _open(house, asks, form).to(path)
    step = at.journey.step(path)
    if step is None or posted.too_large or (isinstance(step.page, Page) and step.page.is_exit):
        return go_to(at.next_path)
    earlier = posted.one("earlier")
    if isinstance(step.page, Repeat) and earlier.isdecimal():
        place = (*step.item_path, (step.name, int(earlier[:9])))
        _keep(house, asks, at, at.answers.with_item_earlier(place))
        return go_to(at.address(path))
    to_check = posted.one("return") == "check-answers"
    raw, stay = _with_files(step, posted)
    if stay:
        return _show(request, house, at, step, raw=raw, returns_to_check=to_check, status=200)
    outcome = answer_page(
        at.definition, step, at.answers, raw, asking=_asking(house, at.today), today=at.today
    )
    if not isinstance(outcome, Answered):
        return _show(
            request,
            house,
            at,
            step,
            raw=raw,
            errors=outcome.errors,
            outcome=outcome,
            returns_to_check=to_check,
            status=422 if outcome.errors else 200,
        )
    _keep(house, asks, at, outcome.answers)
    after = replace(at, answers=outcome.answers)
    if outcome.then is not None:
        return go_to(at.address(outcome.then.path))
    return go_to(after.path_within(after.journey) if to_check else _after(after, step))


def _after(at: _Trying, step: Step) -> str:
    """The step that follows; the list, after the last page of one of its items."""
    journey = at.journey
    paths = [each.path for each in journey.steps]
    following = journey.steps[paths.index(step.path) + 1 :][:1] if step.path in paths else ()
    if not following:
        return at.path_within(journey) if journey.next_step else at.next_path
    inside = following[0].item_path[: len(step.item_path)] == step.item_path
    return at.address(following[0].path if inside else step.list_path)


def _with_files(step: Step, posted: Posted) -> tuple[dict[str, list[str]], bool]:
    """What was posted, with the names of the files chosen: nothing of them is kept or looked at."""
    raw = {name: list(values) for name, values in posted.values.items()}
    stay = False
    questions = step.page.questions if isinstance(step.page, Page) else ()
    for name in (q.name for q in questions if q.type == "file"):
        gone = raw.pop(f"{name}-remove", [])
        names = [one for one in raw.get(name, []) if one and one not in gone]
        names += [clean_file_name(upload.name) for upload in posted.uploads.get(name, ())]
        stay = stay or bool(gone) or f"{name}-upload" in raw
        raw.pop(f"{name}-upload", None)
        raw[name] = list(dict.fromkeys(names))
    return raw, stay


def _known(at: _Trying, step: Step) -> Any:  # noqa: ANN401  # a Before
    return before(at.definition, at.answers, step, at.today)


def _show(  # all that one step may have to show
    request: Request,
    house: Front,
    at: _Trying,
    step: Step,
    *,
    raw: Mapping[str, list[str]] | None = None,
    errors: tuple[FieldError, ...] = (),
    outcome: Any = None,  # noqa: ANN401  # a Refused
    returns_to_check: bool,
    status: int,
) -> Response:
    if isinstance(step.page, Repeat):
        listed = list_view(
            at.definition,
            step,
            step.page,
            at.journey,
            at.answers,
            raw=raw,
            errors=errors,
            returns_to_check=returns_to_check,
        )
        return _draw(
            request,
            house,
            at,
            "forms/list.html",
            status=status,
            view=listed,
            page_title=listed.title,
        )
    page = as_asked(at.definition, step.page, _known(at, step), at.today)
    given = at.journey.answers.at(step.item_path).values
    view = page_view(
        at.definition,
        step,
        page,
        at.journey,
        raw=raw,
        errors=errors,
        outcome=outcome,
        free=_asking(house, at.today).free,
        files={q.name: _files_of(q.name, raw, given) for q in page.questions if q.type == "file"},
        returns_to_check=returns_to_check,
    )
    template = "forms/exit.html" if page.is_exit else "forms/page.html"
    return _draw(request, house, at, template, status=status, view=view, page_title=page.title)


def _files_of(
    name: str, raw: Mapping[str, list[str]] | None, given: Mapping[str, Any]
) -> tuple[StoredFile, ...]:
    if raw is None:
        return tuple(given.get(name, ()))
    return tuple(file for one in raw.get(name, ()) if (file := _file(one)) is not None)


def _stop(request: Request, house: Front, at: _Trying, reason: str) -> Response:
    return _draw(
        request,
        house,
        at,
        "design/stop.html",
        reason=reason,
        back=at.next_path,
        page_title="The preview ends here",
    )


def _draw(
    request: Request,
    house: Front,
    at: _Trying,
    template: str,
    *,
    status: int = 200,
    **facts: Any,  # noqa: ANN401
) -> Response:
    """The page at its preview address, which the workbench may frame."""
    drawn = house.pages.answer(
        request,
        template,
        status=status,
        policy=FRAMED_POLICY,
        form=at.definition,
        home=at.address(),
        **facts,
    )
    wanted = f"/forms/{at.definition.form}".encode()
    drawn.body = bytes(drawn.body).replace(wanted, at.address().encode())
    drawn.headers["content-length"] = str(len(drawn.body))
    return drawn
