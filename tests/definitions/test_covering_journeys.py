"""Every shipped form is filled by residents who, between them, do everything it can do.

The journeys are found, not written: every page, both sides of every condition, every option and
both sides of every fee boundary. The same resident first goes another way through the same draft.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from portal.cases.case import to_json
from portal.core.bank_holidays import bank_holidays
from portal.core.dates import Today, council_day
from portal.core.money import format_pounds
from portal.core.references import Reference
from portal.forms.answers import load_answers
from portal.forms.definition import Example, FormDefinition, Page
from portal.forms.examples import Outcome, example_asking, run_example
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import FieldError, Question
from portal.forms.journey import Step
from portal.forms.library import load_library
from portal.forms.proofs.covering import cover
from portal.forms.proofs.proving import begin
from portal.submissions.casework import case_of
from portal.submissions.submission import Channel, Submission, SubmissionStatus
from tests.support.colleague import officer_filling
from tests.support.portal_fixtures import PreparedDatabases
from tests.support.portal_house import Neighbours, Portal, open_portal
from tests.support.resident import JPEG, PDF, Resident, errors_in

FOLDER = Path(__file__).parents[2] / "form_definitions"
LIBRARY = load_library(FOLDER)
SCHEMA = json.loads((FOLDER.parent / "docs" / "case.schema.json").read_text())
Answered = Mapping[str, Any]


def streets_price(answers: Answered) -> int:
    """Pence, from the council's printed list."""
    if answers["request"] != "number-new":
        return {"rename-house": 45_00, "rename-street": 395_00}[answers["request"]]
    plots = int(answers["plots"])
    return 100_00 if plots < 2 else 200_00 if plots < 11 else 300_00 if plots < 20 else 400_00


PRICES: Mapping[str, Callable[[Answered], int]] = {
    "street-naming-and-numbering": streets_price,
    "temporary-event-notice": lambda _: 21_00,
    "report-fly-tipping": lambda _: 0,
    "make-a-complaint": lambda _: 0,
}
"""What a form costs by somebody else's reckoning, where there is one."""


@cache
def journeys(form: str) -> tuple[Example, ...]:
    """The covering set of a form."""
    today = Today(council_day(datetime.now(UTC)), bank_holidays())
    return cover(begin(LIBRARY.forms[form], today)).journeys


@pytest.fixture(scope="module")
def portal(
    databases: PreparedDatabases, neighbours: Neighbours, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    """One portal with the shipped forms, used by all these residents."""
    url = databases.copy("sqlite")
    with open_portal(url, tmp_path_factory.mktemp("portal"), neighbours) as opened:
        yield opened


def browser_for(form: FormDefinition, portal: Portal) -> Resident:
    """A resident's; an officer's where the form is for officers."""
    return officer_filling(portal) if form.is_for_officers else portal.resident()


@dataclass
class Driver:
    """Drives journeys of one form with a resident's browser."""

    portal: Portal
    form: FormDefinition
    resident: Resident

    def post(self, step: Step, raw: Mapping[str, list[str]]) -> Any:
        values = {name: list(each) for name, each in raw.items()}
        questions = step.page.questions if isinstance(step.page, Page) else ()
        files = [
            (question.name, (name, PDF if name.endswith(".pdf") else JPEG, "text/plain"))
            for question in questions
            if question.type == "file"
            for name in values.pop(question.name, [])
        ]
        answer = self.resident.answer(self.form.form, step.path, values, files=files)
        assert answer.status_code in (303, 422), (step.path, answer.status_code)
        return answer

    def wander(self, outcome: Outcome) -> None:
        """Go another way first, as far as it is let."""
        for step, raw in outcome.posts:
            if self.post(step, raw).status_code != 303:
                return

    def go(self, outcome: Outcome) -> None:
        """Every page is taken or refused as the engine says, and the journey ends as it does."""
        *before, last = outcome.posts
        for step, raw in before:
            answer = self.post(step, raw)
            assert answer.status_code == 303, (step.path, errors_in(answer.text))
        step, raw = last
        answer = self.post(step, raw)
        if outcome.refused:
            assert answer.status_code == 422
            assert set(outcome.refused.values()) <= {*errors_in(answer.text), "more than one match"}
            return
        assert answer.status_code == 303, (step.path, errors_in(answer.text))
        exit_page = outcome.journey.exit_page
        if exit_page is not None:
            path = next(s.path for s in outcome.journey.steps if s.page is exit_page)
            assert self.resident.get(f"/forms/{self.form.form}/{path}").status_code == 200
            ahead = self.resident.get(f"/forms/{self.form.form}/check-answers")
            assert ahead.status_code == 303

    def send(self) -> dict[str, Any]:
        """Send it; gives the row of the submission."""
        self.resident.send(self.form.form)
        return self.portal.rows("submission")[-1]


def case_from(form: FormDefinition, row: dict[str, Any], today: Today) -> Any:
    submission = Submission(
        id=row["id"],
        reference=Reference(row["reference"]),
        draft_id=row["draft_id"],
        form=form.form,
        digest=form.digest,
        answers=row["answers"],
        channel=Channel.ONLINE,
        status=SubmissionStatus.RECEIVED,
        total=row["total"],
        email=row["email"],
        submitted_at=datetime.combine(today.on, time(12), tzinfo=UTC),
    )
    return json.loads(json.dumps(to_json(case_of(submission, form, None, today))))


@pytest.mark.parametrize("name", sorted(LIBRARY.forms))
def test_residents_who_do_everything_are_served_priced_and_become_cases(
    portal: Portal, name: str
) -> None:
    form, covering = LIBRARY.forms[name], journeys(name)
    other: Example | None = None
    sent = 0
    for example in covering:
        assert example.on is not None
        today = Today(example.on, bank_holidays())
        outcome = run_example(form, example, today)
        assert outcome.problems == (), example
        with portal.clock.on(example.on):
            driver = Driver(portal, form, browser_for(form, portal))
            if other is not None and not form.repeats:
                driver.wander(run_example(form, other, today))
            driver.go(outcome)
            other = example
            if not outcome.journey.complete:
                continue
            shown = driver.resident.read(f"/forms/{name}/check-answers")
            row = driver.send()
        sent += 1
        if name in PRICES:
            price = PRICES[name](example.answers)
            assert row["total"] == price
            assert not price or format_pounds(price) in shown
        kept = load_answers(form, row["answers"])
        assert kept.values.keys() == outcome.journey.values.keys()
        assert kept.items.keys() == outcome.journey.answers.items.keys()
        case = case_from(form, row, today)
        Draft202012Validator(SCHEMA).validate(case)
        assert {each["question"] for each in case["answers"]} >= set(outcome.journey.values)
        off = {q.name for q in form.questions} - set(outcome.journey.values)
        if not form.repeats:
            assert not off & {each["question"] for each in case["answers"]}
    assert sent


@pytest.mark.parametrize("name", sorted(LIBRARY.forms))
def test_every_mistake_in_every_question_is_said_at_its_field(portal: Portal, name: str) -> None:
    form = LIBRARY.forms[name]
    tried: set[str] = set()
    for example in journeys(name):
        assert example.on is not None
        today = Today(example.on, bank_holidays())
        outcome = run_example(form, example, today)
        with portal.clock.on(example.on):
            driver = Driver(portal, form, browser_for(form, portal))
            for step, raw in outcome.posts:
                if isinstance(step.page, Page):
                    for question in step.page.questions:
                        hidden = (
                            question.name in step.page.asked_when.keys() - example.answers.keys()
                        )
                        if question.name not in tried and not hidden:
                            tried.add(question.name)
                            _make_mistakes(form, driver, step, raw, question, today)
                if driver.post(step, raw).status_code != 303:
                    break
    asked = {q.name for q in form.questions if FIELD_TYPES[q.type].asks}
    inside = {q.name for repeat in form.repeats for q in _questions_of(form, repeat.name)}
    assert tried >= asked - inside


def _questions_of(form: FormDefinition, repeat: str) -> list[Question]:
    found = form.repeat(repeat)
    assert found is not None
    return [q for page in form.pages for q in page.questions if _is_within(found, page)]


def _is_within(repeat: Any, page: Page) -> bool:
    return any(
        part is page or (not isinstance(part, Page) and _is_within(part, page))
        for part in repeat.parts
    )


def _make_mistakes(
    form: FormDefinition,
    driver: Driver,
    step: Step,
    raw: Mapping[str, list[str]],
    question: Question,
    today: Today,
) -> None:
    field_type = FIELD_TYPES[question.type]
    if not field_type.asks or question.type == "file":
        return  # what is wrong with a file is tried where files are uploaded
    asking = example_asking(form, today)
    for mistake in field_type.sample_mistakes(question):
        said = field_type.parse(question, mistake, asking)
        others = {n: v for n, v in raw.items() if n not in field_type.inputs(question)}
        answer = driver.post(step, {**others, **mistake})
        assert answer.status_code == 422, (step.path, mistake)
        assert errors_in(answer.text), (step.path, mistake)
        for error in said if isinstance(said, tuple) else ():  # only the portal knows a real UPRN
            assert isinstance(error, FieldError)
            assert error.message in errors_in(answer.text), (step.path, mistake, error)
            assert f'href="#{error.input}"' in answer.text, (step.path, error)
            if all(len(each) == 1 for each in mistake.values()):  # as a browser posts it
                assert f'id="{error.input}"' in answer.text, (step.path, error)
