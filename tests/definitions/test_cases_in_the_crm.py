"""Every shipped form becomes a case that the reference CRM opens as it is mapped, paid for or not.

In the other languages of a form too: the officer reads English, and what was agreed to is kept as
it was read.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from portal.cases.crm import Crm, CrmSettings, load_crm
from portal.core.bank_holidays import bank_holidays
from portal.core.dates import Today
from portal.core.money import Pence
from portal.core.references import new_reference
from portal.forms.answers import dump_answers
from portal.forms.definition import Example, FormDefinition
from portal.forms.examples import run_example
from portal.forms.fees import Fee, calculate_fee
from portal.forms.library import load_library
from portal.payments.fulfilling import PaidRequest
from portal.payments.payment import PaymentLine, PaymentRequest, VatTreatment
from portal.submissions.casework import case_of
from portal.submissions.submission import Channel, Submission, SubmissionStatus
from tests.support.crm_server import TOKEN, CrmServer, running_crm

ROOT = Path(__file__).parents[2]
LIBRARY = load_library(ROOT / "form_definitions")
SENT = [
    pytest.param(form, example, language, id=f"{form.form} {language}: {example.name}")
    for form in LIBRARY.forms.values()
    for example in form.examples
    if not example.refused and not example.ends_at
    for language in (form.language, *form.translations)
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrmServer]:
    with running_crm(tmp_path_factory.mktemp("crm")) as running:
        yield running


@pytest.fixture(scope="module")
def crm(server: CrmServer) -> Crm:
    return load_crm(CrmSettings("reference", ROOT / "crm_adapters", server.url, TOKEN))


@pytest.mark.parametrize(("form", "example", "language"), SENT)
def test_the_crm_opens_the_case_of_every_example(
    server: CrmServer, crm: Crm, form: FormDefinition, example: Example, language: str
) -> None:
    day = example.on or datetime.now(UTC).date()
    today = Today(day, bank_holidays())
    journey = run_example(form, example, today).journey
    assert journey.complete
    fee = calculate_fee(form.in_language(language), journey.scope, today) if form.fee else None
    now = datetime.combine(day, time(12), tzinfo=UTC)
    submission = Submission(
        id="s" * 32,
        reference=new_reference("HM"),
        draft_id="d" * 32,
        form=form.form,
        digest=form.digest,
        answers=dump_answers(form, journey.answers),
        channel=Channel.ONLINE,
        status=SubmissionStatus.RECEIVED,
        total=fee.total if fee else 0,
        email="",
        submitted_at=now,
        language=language,
    )
    case = case_of(submission, form, _paid(submission, fee, now) if fee else None, today)

    opened = crm.create_case(case, key=submission.reference)

    assert crm.find_case(case.reference) == opened
    kept = server.case(opened.id)
    assert [each["label"] for each in kept["answers"]] == [each.label for each in case.answers]
    paid = kept["payment"]
    english = calculate_fee(form, journey.scope, today) if form.fee else None
    if english and english.lines:
        told = [(line["label"], line["amount_pence"], line["vat"]) for line in paid["lines"]]
        assert told == [(each.label, each.amount, each.vat) for each in english.lines]
    agreed = {each["wording"] for each in kept["consent"]}
    if form.declaration:
        assert form.in_language(language).declaration.strip() in agreed


def _paid(submission: Submission, fee: Fee, now: datetime) -> PaidRequest:
    lines = tuple(
        PaymentLine(line.label, Pence(line.amount), VatTreatment(line.vat), line.income_code)
        for line in fee.lines
    )
    request = PaymentRequest(
        "r" * 32, new_reference("PAY"), submission.id, submission.reference, "It", "", "", lines
    )
    return PaidRequest(request, "a" * 32, now, "card", "pi_1", "r" * 32, "R1", "t" * 22, late=False)
