"""Runs the examples written in a form: every form brings its own tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from portal.core.dates import Today
from portal.core.money import format_pounds
from portal.forms.answering import CARRY_ON, Refused, answer_page
from portal.forms.answers import Answers, ItemPath
from portal.forms.calendars import nothing_taken
from portal.forms.definition import Example, FormDefinition, Repeat
from portal.forms.fees import FeeUnknown, calculate_fee
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import AddressRecord, Asking, Place, StoredFile
from portal.forms.journey import Journey, Step, walk


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an example."""

    example: Example
    journey: Journey
    answers: Answers
    problems: tuple[str, ...]
    posts: tuple[tuple[Step, Mapping[str, list[str]]], ...]
    """What a browser would have posted, page by page: the tests send the same over HTTP."""
    refused: Mapping[str, str]
    """Question → the error it was refused with, where it stopped."""


class ExampleGazetteer:
    """A gazetteer in which every UPRN of twelve digits is a house on Example Street."""

    def find(self, uprn: str) -> AddressRecord | None:
        """The house with this UPRN."""
        if not (uprn.isascii() and uprn.isdigit()):
            return None
        number = str(int(uprn) % 1000)
        return AddressRecord(
            (f"{number} Example Street",), "Exampleton", "ZZ1 1AA", uprn, "99000001", 680000, 240000
        )

    def search(self, words: str, limit: int = 50) -> Sequence[AddressRecord]:
        """Nothing is searched in an example: it names a UPRN or writes the address."""
        del words, limit
        return ()

    def place(self, words: str) -> Sequence[Place]:
        """Every description is one place on Example Street."""
        return (Place(words, 680000, 240000, "52.006", "1.996", usrn="99000001"),)

    def nearest(self, latitude: str, longitude: str) -> Place | None:
        """Every point is on Example Street."""
        return Place(
            "Example Street, Exampleton", 680000, 240000, latitude, longitude, usrn="99000001"
        )


def example_file(name: str) -> StoredFile:
    """A file as if it had been uploaded; its id is its name."""
    media = "application/pdf" if name.lower().endswith(".pdf") else "image/jpeg"
    return StoredFile(name, name, media, 1024, "0" * 64)


def example_asking(definition: FormDefinition, today: Today) -> Asking:
    """What an example may use: a gazetteer and files of its own, and calendars nobody is in."""
    free = nothing_taken(definition.calendars, today.on, today.bank_holidays)
    return Asking(today.on, ExampleGazetteer(), example_file, free=free)


def run_example(definition: FormDefinition, example: Example, today: Today) -> Outcome:
    """Answer the form page by page as the example says, and compare."""
    definition = definition.in_language(example.language)
    asking = example_asking(definition, today)
    answers, problems = Answers(), list[str]()
    posts: list[tuple[Step, Mapping[str, list[str]]]] = []
    refused: dict[str, str] = {}
    journey = walk(definition, answers, today)
    step = journey.next_step
    while step is not None:
        raw = post_for(step, example, answers)
        posts.append((step, raw))
        outcome = answer_page(definition, step, answers, raw, asking=asking, today=today)
        if isinstance(outcome, Refused) and outcome.warned:
            # Whoever wrote the example means it.
            raw = {**raw, CARRY_ON: [outcome.warned]}
            posts[-1] = (step, raw)
            outcome = answer_page(definition, step, answers, raw, asking=asking, today=today)
        if isinstance(outcome, Refused):
            refused = {_question_of(step, e.input): e.message for e in outcome.errors}
            refused |= dict.fromkeys(outcome.unfinished, "more than one match")
            break
        answers = outcome.answers
        journey = walk(definition, answers, today)
        step = outcome.then or journey.next_step
    problems.extend(_compare(definition, example, journey, refused, today))
    return Outcome(example, journey, answers, tuple(problems), tuple(posts), refused)


def post_for(step: Step, example: Example, answers: Answers) -> dict[str, list[str]]:
    """What a browser would post for one step of an example; unnamed questions are left blank.

    `answers` are those given so far: they tell how many of a list are already there.
    """
    written = written_at(step.item_path, example, answers)
    if isinstance(step.page, Repeat):
        name = step.page.name
        there = len(answers.at(step.item_path).items.get(name, ()))
        wanted: Any = written.get(name, ())
        return {name: ["yes" if there < len(wanted) else "no"]} if there < step.page.max else {}
    raw: dict[str, list[str]] = {}
    for question in step.page.questions:
        if question.name in written:
            raw.update(FIELD_TYPES[question.type].read_example(question, written[question.name]))
    return raw


def written_at(place: ItemPath, example: Example, answers: Answers) -> Mapping[str, Any]:
    """What the example says of one item: the list's entries are in the order of the items."""
    written: Mapping[str, Any] = example.answers
    here = answers
    for name, item_id in place:
        ids = [item.id for item in here.items.get(name, ())]
        number = ids.index(item_id) if item_id in ids else len(ids)
        entries: Any = written.get(name, ())
        entry: Any = entries[number] if number < len(entries) else {}
        written = cast("Mapping[str, Any]", entry if isinstance(entry, dict) else {})
        here = here.at(((name, item_id),))
    return written


def _question_of(step: Step, name: str) -> str:
    if isinstance(step.page, Repeat):
        return step.page.name
    for question in step.page.questions:
        if FIELD_TYPES[question.type].asks and name in FIELD_TYPES[question.type].inputs(question):
            return question.name
    return name


def _compare(
    definition: FormDefinition,
    example: Example,
    journey: Journey,
    refused: Mapping[str, str],
    today: Today,
) -> list[str]:
    problems: list[str] = []
    if dict(example.refused) != dict(refused):
        said = "; ".join(f"{name}: {message}" for name, message in refused.items()) or "nothing"
        want = (
            "; ".join(f"{name}: {message}" for name, message in example.refused.items())
            or "nothing"
        )
        problems.append(f"it should be refused with {want}, but was with {said}")
    seen = tuple(step.name for step in journey.steps)
    if example.sees is not None and example.sees != seen:
        problems.append(f"it should see {', '.join(example.sees)}, but saw {', '.join(seen)}")
    exit_page = journey.exit_page.name if journey.exit_page else ""
    if example.ends_at != exit_page:
        problems.append(
            f"it should end at {example.ends_at or 'no exit'}, but ended at {exit_page or 'none'}"
        )
    problems.extend(_compare_fee(definition, example, journey, today))
    return problems


def _compare_fee(
    definition: FormDefinition, example: Example, journey: Journey, today: Today
) -> list[str]:
    # Worked out although the example does not say it: an amount may be missing on its day.
    try:
        fee = calculate_fee(definition, journey.scope, today).total if journey.complete else None
    except FeeUnknown as error:
        return [f"the fee cannot be worked out: {error}"]
    if example.fee in (None, fee):
        return []
    got = "nothing yet" if fee is None else format_pounds(fee)
    return [f"it should cost {format_pounds(example.fee or 0)}, but cost {got}"]
