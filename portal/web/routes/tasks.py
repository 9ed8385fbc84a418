"""The list of tasks: the sections of a form, how far each has come, and the way into each."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal.web.dependencies import Asks, InHouse
from portal.web.journeys import find_tasks
from portal.web.officer_forms import FormRoute
from portal.web.task_views import tasks_view

router = APIRouter(include_in_schema=False, route_class=FormRoute)


@router.get("/forms/{form}/tasks")
def show_tasks(request: Request, house: InHouse, asks: Asks, form: str) -> Response:
    """Every section that these answers lead to, and what is still to be done."""
    found = find_tasks(house, asks, form)
    if isinstance(found, Response):
        return found
    view = tasks_view(found.definition, found.tasks, can_save=found.draft is not None)
    return house.pages.answer(
        request,
        "forms/tasks.html",
        view=view,
        form=found.definition,
        page_title=found.definition.title,
    )
