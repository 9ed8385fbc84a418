"""How far each section of a form has come: what the list of tasks says, and what may be visited."""

from dataclasses import dataclass
from enum import StrEnum

from portal.core.dates import Today
from portal.forms.answers import Answers
from portal.forms.definition import FormDefinition, Section
from portal.forms.journey import Journey, walk, walk_sections


class Status(StrEnum):
    """What the list of tasks says of a section."""

    COMPLETED = "completed"
    IN_PROGRESS = "in progress"
    NOT_STARTED = "not yet started"
    CANNOT_START = "cannot start yet"


@dataclass(frozen=True, slots=True)
class Task:
    """One section with how far it has come."""

    section: Section
    status: Status
    journey: Journey
    """Through this section alone. When it cannot start yet, only as far as can be known."""
    after: tuple[Section, ...] = ()
    """The sections to complete first, when it cannot start yet."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to do in it."""
        return self.status is Status.COMPLETED


def tasks_of(definition: FormDefinition, answers: Answers, today: Today) -> tuple[Task, ...]:
    """The sections on the route of these answers, in order.

    A section of which no page is on the route is left out. One that reads answers of a section
    that is not completed cannot start yet, nor can any after a section that ends at an exit page.
    """
    by_name = {section.name: section for section in definition.sections}
    unfinished: dict[str, bool] = {}
    """Section → whether it ended at an exit, of those that are not completed."""
    tasks: list[Task] = []
    for name, journey in walk_sections(definition, answers, today):
        section, waits = by_name[name], definition.waits.get(name, frozenset())
        after = tuple(by_name[each] for each, ended in unfinished.items() if ended or each in waits)
        if after:
            task = Task(section, Status.CANNOT_START, journey, after)
        elif not journey.steps:
            continue
        elif journey.complete:
            task = Task(section, Status.COMPLETED, journey)
        elif _is_begun(journey, answers):
            task = Task(section, Status.IN_PROGRESS, journey)
        else:
            task = Task(section, Status.NOT_STARTED, journey)
        if not task.is_complete:
            unfinished[name] = journey.exit_page is not None and not after
        tasks.append(task)
    return tuple(tasks)


def journey_to(definition: FormDefinition, answers: Answers, path: str, today: Today) -> Journey:
    """The journey the step at an address may be on: through its section alone, with a task list.

    A section that cannot start yet is on no journey.
    """
    if definition.has_task_list:
        section = definition.section_of(path.partition("/")[0])
        for task in tasks_of(definition, answers, today):
            if task.section == section and task.status is not Status.CANNOT_START:
                return task.journey
    return walk(definition, answers, today)


def _is_begun(journey: Journey, answers: Answers) -> bool:
    visited = {step.name for step in journey.steps}
    return bool(visited & answers.answered_pages) or any(journey.answers.items.values())
