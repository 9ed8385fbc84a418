"""Every shipped form is filled by residents who, between them, do everything it can do.

The journeys are found, not written: every page, both sides of every condition, every option and
both sides of every fee boundary. The same resident first goes another way through the same draft.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache, cached_property
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from portal.cases.case import to_json
from portal.core.bank_holidays import bank_holidays
from portal.core.dates import Today
from portal.core.money import format_pounds
from portal.core.references import Reference
from portal.forms.answers import Answers, load_answers
from portal.forms.definition import Example, FormDefinition, Page, Repeat
from portal.forms.examples import Outcome, example_asking, run_example
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import FieldError, Question
from portal.forms.journey import Step
from portal.forms.library import load_library
from portal.forms.proofs.covering import cover
from portal.forms.proofs.proving import begin
from portal.submissions.casework import case_of
from portal.submissions.submission import Channel, Submission, SubmissionStatus
from tests.definitions.price_lists import POUNDS
from tests.support.colleague import officer_filling
from tests.support.portal_fixtures import PreparedDatabases
from tests.support.portal_house import Neighbours, Portal, open_portal
from tests.support.resident import JPEG, PDF, Resident, errors_in

FOLDER = Path(__file__).parents[2] / "form_definitions"
LIBRARY = load_library(FOLDER)
SCHEMA = json.loads((FOLDER.parent / "docs" / "case.schema.json").read_text())


DAY = Today(date(2026, 11, 24), bank_holidays())
"""The day the journeys begin at: the same whenever the tests run."""
OURS = ("address", "appointment", "file", "location", "uprn", "usrn")
"""Types whose values come from the portal: its gazetteer, diary and store."""


@cache
def journeys(form: str) -> tuple[Example, ...]:
    """The covering set of a form."""
    return cover(begin(LIBRARY.forms[form], DAY)).journeys


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

    @cached_property
    def token(self) -> str:
        """This browser's own: good for every page it posts."""
        return self.resident.token()

    def post(self, step: Step, raw: Mapping[str, list[str]], *, look: bool = True) -> Any:
        """Post one page, having looked at it first."""
        values = {name: list(each) for name, each in raw.items()}
        questions = step.page.questions if isinstance(step.page, Page) else ()
        files = [
            (question.name, (name, PDF if name.endswith(".pdf") else JPEG, "text/plain"))
            for question in questions
            if question.type == "file"
            for name in values.pop(question.name, [])
        ]
        path = f"/forms/{self.form.form}/{step.path}"
        if look:
            assert self.resident.get(path).status_code in (200, 303), step.path
        sent = {"csrf_token": self.token, **values}
        answer = self.resident.browser.post(path, data=sent, files=files or None)
        assert answer.status_code in (303, 422), (step.path, answer.status_code)
        return answer

    def wander(self, outcome: Outcome) -> None:
        """Go another way first, as far as it is let and up to the first list."""
        for step, raw in outcome.posts:
            if not isinstance(step.page, Page) or step.item_path:
                return
            if self.post(step, raw, look=False).status_code != 303:
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
        before = {row["id"] for row in self.portal.rows("submission")}
        self.resident.send(self.form.form)
        (sent,) = (row for row in self.portal.rows("submission") if row["id"] not in before)
        return sent


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


EACH_FORM = [
    # Both tests of a form in one process, which finds its journeys once.
    pytest.param(name, marks=pytest.mark.xdist_group(f"journeys-{name}"))
    for name in sorted(LIBRARY.forms)
]


def test_somebody_else_has_reckoned_what_every_form_costs() -> None:
    assert POUNDS.keys() == LIBRARY.forms.keys()


@pytest.mark.parametrize("name", EACH_FORM)
def test_residents_who_do_everything_are_served_priced_and_become_cases(
    portal: Portal, name: str
) -> None:
    form, covering = LIBRARY.forms[name], journeys(name)
    other: Example | None = None
    sent = 0
    visited: set[str] = set()
    for example in covering:
        assert example.on is not None
        today = Today(example.on, bank_holidays())
        outcome = run_example(form, example, today)
        assert outcome.problems == (), example
        visited |= {page.name for page in outcome.journey.pages}
        with portal.clock.on(example.on):
            driver = Driver(portal, form, browser_for(form, portal))
            if other is not None:
                driver.wander(run_example(form, other, today))
            driver.go(outcome)
            other = example
            if not outcome.journey.complete:
                continue
            shown = driver.resident.read(f"/forms/{name}/check-answers")
            row = driver.send()
        sent += 1
        price = round(POUNDS[name](example.answers) * 100)
        assert row["total"] == price
        assert not price or format_pounds(price) in shown
        read = " ".join(unescape(shown).split())
        assert [
            words for words in _in_words(form, outcome.journey.answers) if words not in read
        ] == []
        kept = load_answers(form, row["answers"])
        assert kept.values.keys() == outcome.journey.values.keys()
        assert kept.items.keys() == outcome.journey.answers.items.keys()
        case = case_from(form, row, today)
        Draft202012Validator(SCHEMA).validate(case)
        _must_hold_these_answers_and_no_others(case, form, outcome)
    assert sent
    assert visited == {page.name for page in form.pages}


def _in_words(form: FormDefinition, answers: Answers) -> Iterator[str]:
    """Every answer as its type shows it, those of lists too; the first of long lists of words."""
    for question in form.questions:
        if question.name in answers.values and question.type not in OURS:
            for line in FIELD_TYPES[question.type].show(question, answers.values[question.name]):
                yield " ".join(line.split())
    for items in answers.items.values():
        for item in items:
            yield from _in_words(form, item.answers)


def _must_hold_these_answers_and_no_others(
    case: Any, form: FormDefinition, outcome: Outcome
) -> None:
    """What is on the route is in the case, word for word; what is off it is not."""
    told = {each["question"]: each for each in case["answers"]}
    answers = outcome.journey.answers
    lists = {step.name for step in outcome.journey.steps if isinstance(step.page, Repeat)}
    worked_out = {each.name for each in form.computed if each.label}
    top = {name for name in lists if form.repeat(name) in form.parts}
    assert told.keys() - worked_out == answers.values.keys() | top
    expected = _typed(form, answers)
    assert _comparable(form, {name: told[name]["typed"] for name in expected}) == expected


def _typed(form: FormDefinition, answers: Answers) -> dict[str, Any]:
    """What was answered, as a case has it; what is the portal's own is only there or not."""
    types = {question.name: question.type for question in form.questions}
    dumped: dict[str, Any] = {
        name: None if types[name] in OURS else FIELD_TYPES[types[name]].dump(value)
        for name, value in answers.values.items()
    }
    listed = {
        name: [_typed(form, item.answers) for item in items]
        for name, items in answers.items.items()
    }
    return json.loads(json.dumps({**dumped, **listed}))


def _comparable(form: FormDefinition, typed: Any) -> Any:
    types = {question.name: question.type for question in form.questions}
    return {
        name: None
        if types.get(name) in OURS
        else [_comparable(form, each) for each in value]
        if form.repeat(name) is not None
        else value
        for name, value in typed.items()
    }


@pytest.mark.parametrize("name", EACH_FORM)
def test_every_mistake_in_every_question_is_said_at_its_field(portal: Portal, name: str) -> None:
    form = LIBRARY.forms[name]
    tried: set[str] = set()
    asked = {q.name for q in form.questions if FIELD_TYPES[q.type].asks}
    for example in journeys(name):
        if tried >= asked:
            break
        assert example.on is not None
        today = Today(example.on, bank_holidays())
        outcome = run_example(form, example, today)
        with portal.clock.on(example.on):
            driver = Driver(portal, form, browser_for(form, portal))
            for step, raw in outcome.posts:
                if isinstance(step.page, Page):
                    for question in step.page.questions:
                        if question.name not in tried and _is_asked(step.page, question, raw):
                            tried.add(question.name)
                            _make_mistakes(form, driver, step, raw, question, today)
                if driver.post(step, raw, look=False).status_code != 303:
                    break
    assert tried == asked


def _is_asked(page: Page, question: Question, raw: Mapping[str, list[str]]) -> bool:
    """Whether it is asked on this route: what an answer reveals is only when it is answered."""
    field_type = FIELD_TYPES[question.type]
    answered = field_type.asks and raw.keys() & set(field_type.inputs(question))
    return bool(answered) or (field_type.asks and question.name not in page.asked_when)


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
        answer = driver.post(step, {**others, **mistake}, look=False)
        assert answer.status_code == 422, (step.path, mistake)
        assert errors_in(answer.text), (step.path, mistake)
        for error in said if isinstance(said, tuple) else ():  # only the portal knows a real UPRN
            assert isinstance(error, FieldError)
            assert error.message in errors_in(answer.text), (step.path, mistake, error)
            assert f'href="#{error.input}"' in answer.text, (step.path, error)
            if all(len(each) == 1 for each in mistake.values()):  # as a browser posts it
                assert f'id="{error.input}"' in answer.text, (step.path, error)
