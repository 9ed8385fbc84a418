"""Where a resident is in a form, and where to go from there."""

from dataclasses import dataclass

from fastapi.responses import Response

from portal.core.dates import Today
from portal.core.errors import DraftExpired, Missing
from portal.forms.answers import Answers, load_answers
from portal.forms.definition import FormDefinition
from portal.forms.journey import Journey, Step, walk
from portal.submissions.records import find_draft
from portal.submissions.submission import Draft
from portal.web.dependencies import Visitor
from portal.web.front import Front
from portal.web.rendering import go_to


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a resident is: the step of a form, with what was answered so far."""

    definition: FormDefinition
    step: Step
    journey: Journey
    kept: Answers
    """All the draft's answers, on the route or not."""
    draft: Draft | None


def find_step(house: Front, asks: Visitor, form: str, path: str) -> Whereabouts | Response:
    """The step an address names; or the way to where the resident really is.

    Raises Missing when the form has no such page at all.
    """
    draft = live_draft(house, asks, form, path)
    today = house.today()
    if draft is None:
        definition, kept = house.definitions.current(form), Answers()
        definition = definition.in_language(asks.language)
    else:
        definition = house.definitions.by_digest(form, draft.digest).in_language(asks.language)
        kept = load_answers(definition, draft.answers)
    journey = walk(definition, kept, today)
    step = journey.step(path)
    if step is not None:
        return Whereabouts(definition, step, journey, kept, draft)
    name = path.rpartition("/")[2]
    if definition.page(name) is None and definition.repeat(name) is None:
        raise Missing(path)
    return go_to(next_path(form, journey) if draft else f"/forms/{form}")


def path_after(form: str, journey: Journey, step: Step, *, to_check: bool) -> str:
    """Where to go from an answered step.

    A changed answer goes straight back to check answers, unless it opened a new question. From
    the last page of an item one comes to its list, not to the item after it.
    """
    if to_check:
        return next_path(form, journey)
    paths = [each.path for each in journey.steps]
    following = journey.steps[paths.index(step.path) + 1 :][:1] if step.path in paths else ()
    if not following:
        return next_path(form, journey)
    inside = following[0].item_path[: len(step.item_path)] == step.item_path
    return f"/forms/{form}/{following[0].path if inside else step.list_path}"


def next_path(form: str, journey: Journey) -> str:
    """Where the answers lead next: a page, the exit they end at, or check answers."""
    if journey.exit_page is not None:
        return f"/forms/{form}/{journey.steps[-1].path}"
    if journey.next_step is not None:
        return f"/forms/{form}/{journey.next_step.path}"
    return f"/forms/{form}/check-answers"


def live_draft(house: Front, asks: Visitor, form: str, page: str = "") -> Draft | None:
    """The browser's open draft. Raises DraftExpired when it is past its date.

    On the first `page` an expired draft counts as none, so that one can begin again.
    """
    draft = find_draft(house.transactions, asks.session_hash, form)
    if draft is None or draft.expires_at >= house.clock():
        return draft
    if page == first_path(house, form):
        return None
    raise DraftExpired(form)


def first_path(house: Front, form: str) -> str:
    """The address within the form of its first page. Raises Missing when there is no such form."""
    return walk(house.definitions.current(form), Answers(), house.today()).steps[0].path


def walk_draft(
    house: Front, draft: Draft, today: Today, language: str = "en"
) -> tuple[FormDefinition, Journey]:
    """The draft's own definition in a language, and where its answers lead.

    Raises Missing when the definition was not kept.
    """
    definition = house.definitions.by_digest(draft.form, draft.digest).in_language(language)
    return definition, walk(definition, load_answers(definition, draft.answers), today)
