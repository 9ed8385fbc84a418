"""Where a resident is in a form, and where to go from there."""

from dataclasses import dataclass

from fastapi.responses import Response

from portal.core.dates import Today
from portal.core.errors import DraftExpired, Missing, ServiceClosed
from portal.forms.answers import Answers
from portal.forms.definition import FormDefinition
from portal.forms.journey import Journey, Step, walk, walk_at
from portal.forms.opening import Standing
from portal.forms.progress import Task, journey_to, tasks_of
from portal.submissions.admitting import how_it_stands
from portal.submissions.carrying import carry_draft, read_draft
from portal.submissions.definitions import DefinitionUnreadable
from portal.submissions.publication import Choice
from portal.submissions.records import find_draft
from portal.submissions.submission import Draft
from portal.web.dependencies import Visitor
from portal.web.front import Front
from portal.web.rendering import go_to

TASKS = "tasks"
"""Where the list of tasks stands within a form that has one. No page can be called that."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a resident is: the step of a form, with what was answered so far."""

    definition: FormDefinition
    step: Step
    journey: Journey
    kept: Answers
    """All the draft's answers, on the route or not."""
    draft: Draft | None


def find_step(
    house: Front, asks: Visitor, form: str, path: str, *, posted: bool = False
) -> Whereabouts | Response:
    """The step an address names; or the way to where the resident really is.

    A page that is `posted` is read with the definition it was shown with, so that nothing typed
    is lost: the draft is moved at the request after. Raises Missing when the form has no such
    page at all.
    """
    opened = _open(house, asks, form, path, posted=posted)
    if isinstance(opened, Response):
        return opened
    definition, kept, draft, has_moved = opened
    journey = journey_to(definition, kept, path, house.today())
    step = journey.step(path)
    if step is not None:
        return Whereabouts(definition, step, journey, kept, draft)
    name = path.rpartition("/")[2]
    if has_moved:
        return go_to(next_path(form, journey))  # the page is gone from the draft's new version
    if definition.page(name) is None and definition.repeat(name) is None:
        raise Missing(path)
    return go_to(next_path(form, journey) if draft else f"/forms/{form}")


def _open(
    house: Front, asks: Visitor, form: str, path: str, *, posted: bool
) -> tuple[FormDefinition, Answers, Draft | None, bool] | Response:
    """The form as its resident has it, with the answers; and whether the draft has just moved."""
    found = draft = live_draft(house, asks, form, path)
    if found is not None and not posted:
        settled = settle(house, asks, found)
        if isinstance(settled, Response):
            return settled
        draft = settled
    if draft is None:
        definition = house.definitions.current(form)
        if standing_for(house, definition, None) is not Standing.OPEN:
            raise ServiceClosed(form)
        return definition.in_language(asks.language), Answers(), None, False
    try:
        definition, kept = read_draft(house.definitions, draft)
    except DefinitionUnreadable:
        return go_to(stopped_path(form))
    return definition.in_language(asks.language), kept, draft, found is not draft


@dataclass(frozen=True, slots=True)
class TaskList:
    """How far a resident has come with each section of a form."""

    definition: FormDefinition
    tasks: tuple[Task, ...]
    draft: Draft | None


def find_tasks(house: Front, asks: Visitor, form: str) -> TaskList | Response:
    """The list of tasks; or the way to where the resident really is.

    Raises Missing when the form has none.
    """
    opened = _open(house, asks, form, TASKS, posted=False)
    if isinstance(opened, Response):
        return opened
    definition, kept, draft, has_moved = opened
    if not definition.has_task_list:
        if draft is None or not has_moved:
            raise Missing(TASKS)
        return go_to(next_path(form, walk(definition, kept, house.today())))
    return TaskList(definition, tasks_of(definition, kept, house.today()), draft)


def path_after(
    definition: FormDefinition, answers: Answers, step: Step, today: Today, *, to_check: bool
) -> str:
    """Where to go from an answered step.

    A changed answer goes straight back to check answers, unless it opened a new question. From
    the last page of an item one comes to its list, not to the item after it; from the last page
    of a section to the list of tasks.
    """
    form, journey = definition.form, walk_at(definition, answers, step, today)
    if to_check:
        return _path_to_check(definition, answers, journey, today)
    paths = [each.path for each in journey.steps]
    following = journey.steps[paths.index(step.path) + 1 :][:1] if step.path in paths else ()
    if not following:
        return _path_within(form, journey)
    inside = following[0].item_path[: len(step.item_path)] == step.item_path
    return f"/forms/{form}/{following[0].path if inside else step.list_path}"


def _path_to_check(
    definition: FormDefinition, answers: Answers, journey: Journey, today: Today
) -> str:
    """Back to check answers, or to what must be done before."""
    if journey.has_task_list and journey.complete and walk(definition, answers, today).complete:
        return f"/forms/{definition.form}/check-answers"
    return _path_within(definition.form, journey)


def _path_within(form: str, journey: Journey) -> str:
    """What is next in a section, the list of tasks after it; or what `next_path` says."""
    if journey.exit_page is not None or journey.next_step is not None:
        return f"/forms/{form}/{(journey.next_step or journey.steps[-1]).path}"
    return next_path(form, journey)


def standing_for(house: Front, definition: FormDefinition, draft: Draft | None) -> Standing:
    """How the service stands for whoever has this draft, or none. Most are always open."""
    opening = house.definitions.opening(definition)
    if not opening.is_limited:
        return Standing.OPEN
    return how_it_stands(
        house.transactions, opening, definition.form, house.clock(), draft.id if draft else ""
    )


def next_path(form: str, journey: Journey) -> str:
    """Where the answers lead next: a page, the exit they end at, or check answers; in a form
    with a list of tasks always to that."""
    if journey.has_task_list:
        return f"/forms/{form}/{TASKS}"
    if journey.exit_page is not None:
        return f"/forms/{form}/{journey.steps[-1].path}"
    if journey.next_step is not None:
        return f"/forms/{form}/{journey.next_step.path}"
    return f"/forms/{form}/check-answers"


def live_draft(house: Front, asks: Visitor, form: str, page: str = "") -> Draft | None:
    """The browser's open draft. Raises DraftExpired when it is past its date, and ServiceClosed
    when it may not be sent any more.

    On the first `page` (of any section, where one may begin with any) an expired draft counts as
    none, so that one can begin again.
    """
    draft = find_draft(house.transactions, asks.session_hash, form)
    if draft is None:
        return None
    if draft.expires_at >= house.clock():
        served = house.definitions.served().get(form)
        if served and standing_for(house, served, draft) is not Standing.OPEN:
            raise ServiceClosed(form)
        return draft
    if page in _beginnings(house, form):
        return None
    raise DraftExpired(form)


def first_path(house: Front, form: str) -> str:
    """The address within the form of its first page, or of its list of tasks. Raises Missing when
    there is no such form."""
    return _beginnings(house, form)[0]


def _beginnings(house: Front, form: str) -> list[str]:
    definition, today = house.definitions.current(form), house.today()
    if not definition.has_task_list:
        return [walk(definition, Answers(), today).steps[0].path]
    tasks = tasks_of(definition, Answers(), today)
    return [TASKS, *(task.journey.steps[0].path for task in tasks if task.journey.steps)]


def walk_draft(
    house: Front, draft: Draft, today: Today, language: str = "en"
) -> tuple[FormDefinition, Journey]:
    """The draft's own definition in a language, and where its answers lead.

    Raises DefinitionUnreadable.
    """
    definition, answers = read_draft(house.definitions, draft)
    definition = definition.in_language(language)
    return definition, walk(definition, answers, today)


def changed_path(form: str) -> str:
    """The page that tells what a change of the form has meant. No page of a form is below it."""
    return f"/forms/{form}/resume/changed"


def stopped_path(form: str) -> str:
    """The page of a draft that cannot be sent any more, with all its answers."""
    return f"/forms/{form}/resume/stopped"


def settle(house: Front, asks: Visitor, draft: Draft) -> Draft | Response:
    """The draft where the designer's choice puts it; or where its resident must go first.

    A draft on the version served now, which nearly all are, costs nothing to let pass.
    """
    form = draft.form
    if draft.change:
        return go_to(changed_path(form))
    served = house.definitions.served().get(form)
    if served is not None and served.digest == draft.digest:
        return draft
    course = house.definitions.course(form, draft.digest)
    if course.choice is Choice.STOP:
        return go_to(stopped_path(form))
    try:
        if course.choice is Choice.CARRY:
            carry_draft(
                house.filling, form, asks.session_hash, today=house.today(), now=house.clock()
            )
            moved = live_draft(house, asks, form)
            return go_to(changed_path(form)) if moved is None or moved.change else moved
        read_draft(house.definitions, draft)
    except DefinitionUnreadable:
        return go_to(stopped_path(form))
    return draft


def way_on(house: Front, draft: Draft) -> str:
    """Where the start page's "Continue where you stopped" leads."""
    try:
        _, journey = walk_draft(house, draft, house.today())
    except DefinitionUnreadable:
        return stopped_path(draft.form)
    return next_path(draft.form, journey)


def known_form(house: Front, draft: Draft) -> FormDefinition:
    """The draft's form, for its title: in the draft's own version where that can be read."""
    try:
        return house.definitions.by_digest(draft.form, draft.digest)
    except DefinitionUnreadable:
        return house.definitions.current(draft.form)
