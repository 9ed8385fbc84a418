"""The case a submission becomes: what was sealed and paid, in the published shape."""

import json
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from portal.cases.case import Case, to_json
from portal.core.dates import Today
from portal.core.references import Reference
from portal.forms.answers import dump_answers
from portal.forms.definition import Example, FormDefinition
from portal.forms.examples import run_example
from portal.forms.library import load_library
from portal.submissions.casework import case_of
from portal.submissions.submission import Channel, Submission, SubmissionStatus
from tests.support.portal_house import FORMS, Portal
from tests.support.resident import PAID, pay_by_card

SCHEMA = Path(__file__).parents[2] / "docs" / "case.schema.json"
LIBRARY = load_library(FORMS)
SENT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SENDABLE = [
    (form, example)
    for form in LIBRARY.forms.values()
    for example in form.examples
    if not example.refused and not example.ends_at
]


def _case(form: FormDefinition, example: Example) -> Case:
    today = Today(example.on or date(2026, 11, 24), frozenset())
    outcome = run_example(form, example, today)
    assert outcome.journey.complete
    submission = Submission(
        id="s" * 32,
        reference=Reference("HM-0000-0000-0"),
        draft_id="d" * 32,
        form=form.form,
        digest=form.digest,
        answers=dump_answers(form, outcome.journey.answers),
        channel=Channel.ONLINE,
        status=SubmissionStatus.RECEIVED,
        total=0,
        email="",
        submitted_at=datetime.combine(today.on, time(12), tzinfo=UTC),
    )
    return case_of(submission, form, None, today)


@pytest.mark.parametrize(
    ("form", "example"), SENDABLE, ids=[f"{form.form}: {e.name}" for form, e in SENDABLE]
)
def test_every_form_becomes_a_case_of_the_published_shape(
    form: FormDefinition, example: Example
) -> None:
    case = _case(form, example)
    published = json.loads(json.dumps(to_json(case)))
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(published)
    assert case.subject
    assert "{" not in case.subject
    assert case.queue == form.case.queue
    assert all(answer.value for answer in case.answers)


def test_a_case_says_where_who_and_what_was_agreed_to() -> None:
    form = LIBRARY.forms[PAID]
    example = next(e for e in form.examples if e.name.startswith("A house name costs"))
    case = _case(form, example)
    assert case.location is not None
    assert case.location.uprn == "999000000001"
    assert case.customer.name == "Ann Example"
    assert [consent.question for consent in case.consents] == ["declaration"]


@pytest.mark.parametrize("start", ["One plot costs", "Renaming a street costs"])
def test_whichever_question_says_where_the_officer_learns_it(start: str) -> None:
    form = LIBRARY.forms[PAID]
    case = _case(form, next(e for e in form.examples if e.name.startswith(start)))
    assert case.location is not None
    assert case.location.address in {"Land north of Mill Lane", "Station Road"}


def test_a_form_in_sections_heads_its_answers_with_them() -> None:
    form = LIBRARY.forms["taxi-driver-licence"]
    case = _case(form, form.examples[0])
    headings = {answer.question: answer.page_title for answer in case.answers}
    assert headings["driver_number"] == "Your age and driving licence: Your driving licence"
    assert headings["addresses"] == "Where you have lived: Your addresses in the last 5 years"


def test_what_nobody_was_asked_is_left_out() -> None:
    form = LIBRARY.forms["report-fly-tipping"]
    example = next(e for e in form.examples if e.name.startswith("An anonymous"))
    case = _case(form, example)
    assert (case.customer.name, case.customer.email, case.customer.phone) == ("", "", "")
    assert "your_name" not in {answer.question for answer in case.answers}


def test_the_crm_holds_the_case_with_its_files_and_what_was_paid(portal: Portal) -> None:
    resident = portal.resident()
    resident.fill(PAID, "Eleven plots")
    confirmation = resident.come_back(pay_by_card(resident.press_pay(resident.send(PAID))))
    portal.do_the_work()
    reference = confirmation.rpartition("/")[2]
    (case,) = portal.neighbours.crm.cases(external_reference=reference)
    assert len(case["attachments"]) == 1
    (submission,) = portal.rows("submission")
    assert submission["total"] == 300_00
    assert portal.rows("crm_case")[0]["state"] == "complete"
