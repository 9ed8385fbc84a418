"""Makes the published case out of a submission and its definition. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from pydantic import JsonValue

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
from portal.core.dates import Today, add_working_days, council_day
from portal.forms.answers import Answers, load_answers
from portal.forms.as_asked import as_asked
from portal.forms.definition import FormDefinition, Page, Repeat
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import AddressRecord, AnswerValue, Place, Question, StoredFile
from portal.forms.fields.organisation import Organisation
from portal.forms.journey import Journey, before, walk
from portal.forms.texts import fill, show_computed
from portal.payments.fulfilling import PaidRequest
from portal.submissions.submission import Submission

_LONGEST_SUBJECT = 200
_COMPUTED_PAGE = "check-answers"
"""Where the resident reads what was worked out: no page asks for it."""


def case_of(
    submission: Submission, definition: FormDefinition, paid: PaidRequest | None, today: Today
) -> Case:
    """The case a submission becomes: only what was sealed, and what was paid for it."""
    # The day it was sent: on another, a condition that reads the calendar may answer otherwise.
    on_the_day = Today(council_day(submission.submitted_at), today.bank_holidays)
    journey = walk(definition, load_answers(definition, submission.answers), on_the_day)
    values, rule = journey.values, definition.case
    subject = fill(rule.subject, definition, values, journey.scope)[:_LONGEST_SUBJECT]
    return Case(
        reference=submission.reference,
        form=definition.form,
        form_digest=definition.digest,
        lgsl=definition.lgsl or None,
        type=rule.type,
        queue=rule.queue,
        priority=rule.priority,
        target_date=add_working_days(today.on, rule.target_working_days, today.bank_holidays),
        subject=subject or definition.title,
        customer=_customer(definition, values),
        channel=submission.channel.value,
        submitted_at=submission.submitted_at,
        location=next((_location(values[name]) for name in rule.location if name in values), None),
        answers=(*_answers(definition, journey, on_the_day), *_computed(definition, journey)),
        attachments=tuple(_attachments(definition, journey.answers)),
        payment=_payment(paid, _officers_words(definition, submission.language)),
        consents=_consents(
            definition.in_language(submission.language), values, submission.submitted_at
        ),
    )


def with_warning(case: Case, appointments: Sequence[str]) -> Case:
    """The case with a mark on it for appointments that were paid for after they were gone."""
    if not appointments:
        return case
    said = "; ".join(appointments)
    warning = CaseAnswer(
        page="check-appointment",
        page_title="Check this appointment",
        question="check_appointment",
        label="Check this appointment",
        value=f"{said}: paid for after its hold had ended, when it was full, closed or past. "
        "Agree another with the customer, or find room for it.",
        typed=list(appointments),
    )
    return replace(case, priority="high", answers=(warning, *case.answers))


def _asked(definition: FormDefinition) -> list[tuple[Page, Question]]:
    return [
        (page, question)
        for page in definition.pages
        for question in page.questions
        if FIELD_TYPES[question.type].asks
    ]


def _answers(
    definition: FormDefinition, journey: Journey, on_the_day: Today
) -> Iterator[CaseAnswer]:
    """Every answer on the route, in its order; a list of things is one answer."""
    for step in journey.steps:
        if step.item_path:
            continue
        if isinstance(step.page, Repeat):
            yield _listed(definition, step.page, journey)
            continue
        known = before(definition, journey.answers, step, on_the_day)
        page = as_asked(definition, step.page, known, on_the_day)
        for question in page.questions:
            if question.name in journey.values:
                heading = _under(definition, page.name, page.title)
                yield _answer(page, heading, question, journey.values[question.name])


def _listed(definition: FormDefinition, repeat: Repeat, journey: Journey) -> CaseAnswer:
    """The items of a repeating group: in words one under the other, and as a list of objects."""
    items = journey.answers.items.get(repeat.name, ())
    return CaseAnswer(
        page=repeat.name,
        page_title=_under(definition, repeat.name, repeat.title),
        question=repeat.name,
        label=repeat.title,
        value="\n".join(
            line
            for number, item in enumerate(items, start=1)
            for line in (f"{repeat.each} {number}", *_in_words(definition, item.answers, "  "))
        ),
        typed=[_typed(definition, item.answers) for item in items],
    )


def _in_words(definition: FormDefinition, answers: Answers, indent: str) -> Iterator[str]:
    for _page, question in _asked(definition):
        if question.name in answers.values:
            shown = FIELD_TYPES[question.type].show(question, answers.values[question.name])
            yield f"{indent}{question.ask}: {', '.join(shown)}"
    for repeat in definition.repeats:
        for number, item in enumerate(answers.items.get(repeat.name, ()), start=1):
            yield f"{indent}{repeat.each} {number}"
            yield from _in_words(definition, item.answers, indent + "  ")


def _typed(definition: FormDefinition, answers: Answers) -> JsonValue:
    typed: dict[str, JsonValue] = {
        question.name: cast(
            "JsonValue", FIELD_TYPES[question.type].dump(answers.values[question.name])
        )
        for _page, question in _asked(definition)
        if question.name in answers.values
    }
    lists: dict[str, JsonValue] = {
        name: [_typed(definition, item.answers) for item in items]
        for name, items in answers.items.items()
    }
    return typed | lists


def _computed(definition: FormDefinition, journey: Journey) -> Iterator[CaseAnswer]:
    """The computed values a designer gave words to."""
    for each in definition.computed:
        if each.label and each.name in journey.scope:
            value = journey.scope[each.name]
            yield CaseAnswer(
                page=_COMPUTED_PAGE,
                page_title="Worked out from the answers",
                question=each.name,
                label=each.label,
                value=show_computed(each, value),
                typed=value.date().isoformat() if isinstance(value, datetime) else value,
            )


def _attachments(definition: FormDefinition, answers: Answers) -> Iterator[CaseAttachment]:
    for _page, question in _asked(definition):
        if question.type == "file":
            for file in answers.values.get(question.name, ()):
                yield _attachment(question, file)
    for items in answers.items.values():
        for item in items:
            yield from _attachments(definition, item.answers)


def _under(definition: FormDefinition, name: str, title: str) -> str:
    """The heading of a page or a list, with that of its section before it."""
    section = definition.section_of(name)
    return f"{section.title}: {title}" if section else title


def _answer(page: Page, heading: str, question: Question, value: AnswerValue) -> CaseAnswer:
    field_type = FIELD_TYPES[question.type]
    typed = field_type.dump(value)
    # An answer the resident does not see (a hidden one) is still the council's to read.
    shown = field_type.show(question, value) or (str(typed),)
    return CaseAnswer(
        page=page.name,
        page_title=heading,
        question=question.name,
        label=question.ask,
        value="\n".join(shown),
        typed=typed,
    )


def _customer(definition: FormDefinition, values: Mapping[str, AnswerValue]) -> Customer:
    def shown(part: str) -> str:
        question = definition.question(definition.case.customer.get(part, ""))
        if question is None or question.name not in values:
            return ""
        value = values[question.name]
        if isinstance(value, Organisation):
            return value.name
        return ", ".join(FIELD_TYPES[question.type].show(question, value))

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


def _officers_words(definition: FormDefinition, language: str) -> Mapping[str, str]:
    """The label of each fee line as the payer read it → as the officer does."""
    read = definition.in_language(language).fee
    return {theirs.label: ours.label for theirs, ours in zip(read, definition.fee, strict=True)}


def _payment(paid: PaidRequest | None, words: Mapping[str, str]) -> CasePayment | None:
    if paid is None:
        return None
    return CasePayment(
        total=paid.request.amount,
        receipt_number=paid.receipt_number,
        provider_reference=paid.provider_reference,
        lines=tuple(
            PaymentLine(
                label=words.get(line.label, line.label),
                amount=line.amount,
                vat_amount=line.vat_amount,
                income_code=line.income_code,
                vat=line.vat.value,
            )
            for line in paid.request.lines
        ),
    )


def _consents(
    definition: FormDefinition, values: Mapping[str, AnswerValue], given_at: datetime
) -> tuple[Consent, ...]:
    """What was agreed to, in the words in which it was read."""
    asked = tuple(
        Consent(question.name, question.settings.says, given_at)
        for _, question in _asked(definition)
        if question.type == "declaration" and values.get(question.name)
    )
    if not definition.declaration:
        return asked
    return (*asked, Consent("declaration", definition.declaration.strip(), given_at))
