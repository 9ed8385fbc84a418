"""What follows a submission: the confirmation is written, the receipt drawn, both once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from portal.core.errors import Missing, TryAgain
from portal.core.money import format_pounds
from portal.database import Session, Transactions
from portal.forms.answers import load_answers
from portal.forms.definition import Council, FormDefinition
from portal.forms.fields import FIELD_TYPES
from portal.notices.mailer import MailAttachment
from portal.notices.messages import (
    AboutSubmission,
    CouncilContact,
    Message,
    Render,
    payment_received,
    submission_received,
    write,
)
from portal.notices.sending import Notice, notice_id, queue_notice
from portal.payments.receipt import Receipt, load_receipt
from portal.payments.records import get_receipt
from portal.submissions.appointment_records import booked_of
from portal.submissions.definitions import Definitions
from portal.submissions.diary import Diary
from portal.submissions.document_files import DocumentFiles
from portal.submissions.records import (
    as_submission,
    lock_submission,
    submission_by_reference,
)
from portal.submissions.submission import Submission
from portal.work import Work


@dataclass(frozen=True, slots=True)
class FollowingUp:
    """What the follow-up work needs from outside."""

    transactions: Transactions
    definitions: Definitions
    work: Work
    council: Council
    render: Render
    sender: str
    receipt_url: Callable[[str], str]
    """The receipt's page from its id."""
    receipt_files: DocumentFiles
    draw: Callable[[Receipt, str, str], bytes]
    """A receipt, the address behind its QR code and a language → a PDF."""
    diary: Diary
    appointment_url: Callable[[str], str]
    """The page of an appointment from its id."""


def confirm(house: FollowingUp, submission_id: str, receipt_id: str = "", *, now: datetime) -> None:
    """The job "confirm": write to the resident, if they gave an address. Safe to repeat."""
    with house.transactions.write() as session:
        row = lock_submission(session, submission_id)
        if row is None:
            msg = f"there is no submission {submission_id}"
            raise Missing(msg)
        if not row.email:
            return
        submission = as_submission(row)
        definition = house.definitions.by_digest(row.form, row.digest).in_language(row.language)
        about = about_submission(house, submission, definition)
        messages: list[tuple[Message, tuple[Mapping[str, str], ...]]] = [
            (
                submission_received(
                    about,
                    what_happens_next=definition.what_happens_next.strip(),
                    appointment_urls=_appointment_urls(house, session, submission_id),
                ),
                (),
            )
        ]
        if receipt_id:
            receipt = get_receipt(session, receipt_id)
            paid = payment_received(
                about,
                amount=format_pounds(row.total),
                receipt_number=receipt.number,
                receipt_url=house.receipt_url(receipt_id),
            )
            messages.append((paid, ({"receipt": receipt_id},)))
        for message, attachments in messages:
            notice = Notice(
                id=notice_id(submission_id, message.kind),
                submission_id=submission_id,
                kind=message.kind,
                to=row.email,
                subject=message.subject,
                text=write(message, house.render),
                attachments=attachments,
            )
            queue_notice(session, house.work, notice, sender=house.sender, now=now)


def contact_of(council: Council) -> CouncilContact:
    """How a message says to reach the council."""
    return CouncilContact(
        council=council.name,
        phone=council.phone,
        email=council.email,
        opening_hours=council.hours,
        language=council.language,
    )


def _appointment_urls(house: FollowingUp, session: Session, submission_id: str) -> str:
    return "\n".join(house.appointment_url(row.id) for row in booked_of(session, submission_id))


def about_submission(
    house: FollowingUp, submission: Submission, definition: FormDefinition
) -> AboutSubmission:
    """What a message about a submission may know of it."""
    values = load_answers(definition, submission.answers).values
    question = definition.question(definition.case.customer.get("name", ""))
    name = ""
    if question is not None and question.name in values:
        name = " ".join(FIELD_TYPES[question.type].show(question, values[question.name]))
    return AboutSubmission(
        reference=submission.reference,
        service=definition.title,
        contact=contact_of(house.council.in_language(definition.language)),
        name=name,
    )


def draw_receipt(house: FollowingUp, receipt_id: str) -> None:
    """The job "render-receipt": draw the PDF from the snapshot and keep it. Safe to repeat."""
    with house.transactions.read() as session:
        row = get_receipt(session, receipt_id)
        receipt, drawn = load_receipt(row.snapshot), row.pdf_path
        submission = submission_by_reference(session, receipt.owner_reference)
        language = submission.language if submission else "en"
    if drawn and house.receipt_files.read(drawn) is not None:
        return
    content = house.draw(receipt, house.receipt_url(receipt_id), language)
    path, digest = house.receipt_files.keep(receipt.number, content)
    with house.transactions.write() as session:
        row = get_receipt(session, receipt_id)
        row.pdf_path, row.pdf_sha256 = path, digest
        session.add(row)


def load_attachment(house: FollowingUp, reference: Mapping[str, str]) -> MailAttachment:
    """The receipt that goes with a mail. Raises TryAgain while it is still being drawn."""
    with house.transactions.read() as session:
        row = get_receipt(session, reference["receipt"])
        number, path = row.number, row.pdf_path
    content = house.receipt_files.read(path) if path else None
    if content is None:
        msg = f"receipt {number} is still being drawn"
        raise TryAgain(msg)
    return MailAttachment(f"receipt-{number}.pdf", "application/pdf", content)
