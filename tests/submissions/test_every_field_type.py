"""A form that asks one question of every newer type, from its pages to the case."""

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from portal.cases.case import Case
from portal.core.dates import Today
from portal.core.references import Reference
from portal.forms.answers import dump_answers
from portal.forms.definition import FormDefinition
from portal.forms.examples import Outcome, run_example
from portal.forms.fees import Fee
from portal.forms.journey import Step
from portal.forms.library import load_library
from portal.forms.texts import fill
from portal.submissions.casework import case_of
from portal.submissions.submission import Channel, Submission, SubmissionStatus
from portal.web.views import check_view, page_view
from tests.support.portal_house import FORMS
from tests.templates.drawing import environment

TODAY = Today(date(2026, 11, 24), frozenset())
FORM = Path(__file__).with_name("every-field-type.yml")


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> FormDefinition:
    folder = tmp_path_factory.mktemp("forms")
    for file in (FORM, FORMS / "_council.yml", FORMS / "_calendars.yml"):
        shutil.copy(file, folder)
    library = load_library(folder)
    assert not library.findings, library.findings
    return library.forms["every-field-type"]


@pytest.fixture(scope="module")
def outcome(form: FormDefinition) -> Outcome:
    return run_example(form, form.examples[0], TODAY)


def test_the_worked_example_goes_all_the_way(outcome: Outcome) -> None:
    assert outcome.problems == ()
    assert outcome.journey.complete


def test_every_page_can_be_drawn_blank_and_filled(form: FormDefinition, outcome: Outcome) -> None:
    template = environment().from_string(
        "{% for q in view.questions %}{% import q.template as kind %}{{ kind.field(q) }}"
        "{% endfor %}"
    )
    blank = run_example(form, form.examples[1], TODAY).journey
    for page in form.pages:
        for journey in (blank, outcome.journey):
            html = template.render(view=page_view(form, Step(page), page, journey))
            assert "<script" not in html
            assert html.count("<h1") <= 1


def test_a_drop_down_has_nothing_chosen_before_somebody_chooses(form: FormDefinition) -> None:
    template = environment().from_string(
        '{% from "fields/select.html" import field %}{{ field(view.questions[1]) }}'
    )
    page = next(page for page in form.pages if page.name == "bins")
    journey = run_example(form, form.examples[1], TODAY).journey
    html = template.render(view=page_view(form, Step(page), page, journey))
    assert '<option value="">Select an option</option>' in html
    assert "selected" not in html


def test_check_answers_shows_the_end_of_an_account_and_no_hidden_value(
    form: FormDefinition, outcome: Outcome
) -> None:
    groups = check_view(form, (), outcome.journey, Fee(()), "").groups
    rows = [row for group in groups for row in group.rows]
    said = json.dumps([row.lines for row in rows])
    assert "Account number ending 76" in said
    assert "spring-leaflet" not in said
    assert "Where they heard of us" not in [row.label for row in rows]
    assert "12345676" not in said


@pytest.fixture(scope="module")
def case(form: FormDefinition, outcome: Outcome) -> Case:
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
        submitted_at=datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
    )
    return case_of(submission, form, None, TODAY)


def test_the_case_holds_the_whole_account_for_the_crm_but_its_words_do_not(case: Case) -> None:
    answers = {each.question: each for each in case.answers}
    bank = answers["bank"]
    assert "12345676" not in bank.value
    assert isinstance(bank.typed, dict)
    assert bank.typed["account_number"] == "12345676"
    assert answers["campaign"].value == "spring-leaflet"


def test_an_organisation_is_the_customer_and_a_uprn_the_place_of_a_case(case: Case) -> None:
    assert case.customer.name == "Fenwick Bakery Ltd"
    assert case.location is not None
    assert case.location.uprn == "900000000001"


def test_a_text_with_a_part_of_a_range_says_the_day_in_words(
    form: FormDefinition, outcome: Outcome
) -> None:
    said = fill("From {stay.from}, paid to {bank.ends}", form, outcome.journey.values)
    assert said == "From 1 December 2026, paid to 76"
