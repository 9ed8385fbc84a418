"""Makes the published case out of a submission and its definition. Pure."""

from collections.abc import Mapping
from datetime import datetime

from portal.cases.case import (
    Case,
    CaseAnswer,
    CaseAttachment,
    CasePayment,
    Consent,
    Customer,
    CustomerKind,
    Location,
    PaymentLine,
)
from portal.core.dates import Today, add_working_days
from portal.core.money import Pence
from portal.forms.answers import load_answers
from portal.forms.definition import FormDefinition, Page
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import AddressRecord, AnswerValue, Place, Question, StoredFile
from portal.forms.texts import fill
from portal.payments.fulfilling import PaidRequest
from portal.submissions.submission import Submission

_LONGEST_SUBJECT = 200


def case_of(
    submission: Submission, definition: FormDefinition, paid: PaidRequest | None, today: Today
) -> Case:
    """The case a submission becomes: only what was sealed, and what was paid for it."""
    values = load_answers(definition, submission.answers).values
    rule = definition.case
    return Case(
        reference=submission.reference,
        form=definition.form,
        form_digest=definition.digest,
        lgsl=definition.lgsl or None,
        type=rule.type,
        queue=rule.queue,
        priority=rule.priority,
        target_date=add_working_days(today.on, rule.target_working_days, today.bank_holidays),
        subject=fill(rule.subject, definition, values)[:_LONGEST_SUBJECT] or definition.title,
        customer=_customer(definition, values),
        channel=submission.channel.value,
        submitted_at=submission.submitted_at,
        location=next((_location(values[name]) for name in rule.location if name in values), None),
        answers=tuple(
            _answer(page, question, values[question.name])
            for page, question in _asked(definition)
            if question.name in values
        ),
        attachments=tuple(
            _attachment(question, file)
            for _, question in _asked(definition)
            if question.type == "file"
            for file in values.get(question.name, ())
        ),
        payment=_payment(paid),
        consents=_consents(definition, values, submission.submitted_at),
    )


def _asked(definition: FormDefinition) -> list[tuple[Page, Question]]:
    return [
        (page, question)
        for page in definition.pages
        for question in page.questions
        if FIELD_TYPES[question.type].asks
    ]


def _answer(page: Page, question: Question, value: AnswerValue) -> CaseAnswer:
    field_type = FIELD_TYPES[question.type]
    return CaseAnswer(
        page=page.name,
        page_title=page.title,
        question=question.name,
        label=question.ask,
        value="\n".join(field_type.show(question, value)),
        typed=field_type.dump(value),
    )


def _customer(definition: FormDefinition, values: Mapping[str, AnswerValue]) -> Customer:
    def shown(part: str) -> str:
        question = definition.question(definition.case.customer.get(part, ""))
        if question is None or question.name not in values:
            return ""
        return ", ".join(FIELD_TYPES[question.type].show(question, values[question.name]))

    address = values.get(definition.case.customer.get("address", ""))
    organisation = shown("organisation")
    return Customer(
        kind=CustomerKind.ORGANISATION if organisation else CustomerKind.PERSON,
        name=organisation or shown("name"),
        email=shown("email"),
        phone=shown("phone"),
        address=address.one_line if isinstance(address, AddressRecord) else "",
        uprn=address.uprn if isinstance(address, AddressRecord) else "",
    )


def _location(value: AnswerValue | None) -> Location | None:
    if isinstance(value, AddressRecord):
        return Location(
            address=value.one_line,
            uprn=value.uprn,
            usrn=value.usrn,
            easting=value.easting,
            northing=value.northing,
        )
    if isinstance(value, Place):
        return Location(
            address=value.description,
            uprn=value.uprn,
            usrn=value.usrn,
            easting=value.easting,
            northing=value.northing,
            latitude=float(value.latitude) if value.latitude else None,
            longitude=float(value.longitude) if value.longitude else None,
        )
    return None


def _attachment(question: Question, file: StoredFile) -> CaseAttachment:
    return CaseAttachment(
        file=file.id,
        question=question.name,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
    )


def _payment(paid: PaidRequest | None) -> CasePayment | None:
    if paid is None:
        return None
    return CasePayment(
        total=paid.request.amount,
        receipt_number=paid.receipt_number,
        provider_reference=paid.provider_reference,
        lines=tuple(
            PaymentLine(line.label, Pence(line.amount), line.vat_amount, line.income_code)
            for line in paid.request.lines
        ),
    )


def _consents(
    definition: FormDefinition, values: Mapping[str, AnswerValue], given_at: datetime
) -> tuple[Consent, ...]:
    asked = tuple(
        Consent(question.name, question.settings.says, given_at)
        for _, question in _asked(definition)
        if question.type == "declaration" and values.get(question.name)
    )
    if not definition.declaration:
        return asked
    return (*asked, Consent("declaration", definition.declaration.strip(), given_at))
