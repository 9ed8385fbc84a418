"""What the list of tasks needs, worked out beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.forms.definition import FormDefinition
from portal.forms.progress import Status, Task


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task of the list."""

    name: str
    title: str
    hint: str
    status: str
    """The word of words.toml that says how far it has come."""
    colour: str
    """Of its tag; empty where it is said without one."""
    address: str
    """Where one goes on with it; empty when it cannot start yet."""
    after: tuple[str, ...]
    """The titles of the sections to complete first."""


@dataclass(frozen=True, slots=True)
class TasksView:
    """The list of tasks."""

    form: FormDefinition
    rows: tuple[TaskRow, ...]
    completed: int
    is_complete: bool
    can_save: bool
    back: str


_COLOURS = {Status.NOT_STARTED: "teal", Status.IN_PROGRESS: "blue"}


def tasks_view(form: FormDefinition, tasks: Sequence[Task], *, can_save: bool) -> TasksView:
    """Draw up the list of tasks."""
    completed = sum(task.is_complete for task in tasks)
    return TasksView(
        form=form,
        rows=tuple(_row(form, task) for task in tasks),
        completed=completed,
        is_complete=completed == len(tasks),
        can_save=can_save,
        back=f"/forms/{form.form}",
    )


def _row(form: FormDefinition, task: Task) -> TaskRow:
    return TaskRow(
        name=task.section.name,
        title=task.section.title,
        hint=task.section.hint,
        status=f"task_{task.status.name.lower()}",
        colour=_COLOURS.get(task.status, ""),
        address=_address(form, task),
        after=tuple(section.title for section in task.after),
    )


def _address(form: FormDefinition, task: Task) -> str:
    """The first page of a completed section, what is next in any other; of an exit, the exit."""
    journey = task.journey
    if task.status is Status.CANNOT_START:
        return ""
    step = journey.next_step or journey.steps[-1 if journey.exit_page else 0]
    return f"/forms/{form.form}/{step.path}"
