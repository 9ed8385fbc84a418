"""The copy of a submission that a resident may keep: everything answered, as it was sent.

Drawn when somebody asks for it and from what was sealed only, so it is the same bytes each time.
Kept on the disk for a day and drawn anew after that: it is nobody's only copy.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from portal.core.dates import Today, council_day
from portal.core.errors import Missing
from portal.core.languages import day_in_words
from portal.core.money import format_pounds
from portal.database import Session, Transactions
from portal.forms.answers import load_answers
from portal.forms.definition import FormDefinition
from portal.forms.journey import walk
from portal.forms.summary import SummaryGroup, summary_of
from portal.submissions.definitions import Definitions
from portal.submissions.document_files import DocumentFiles
from portal.submissions.records import SubmissionRow, as_submission
from portal.submissions.submission import Submission
from portal.work import Work

RENDER_ANSWERS = "render-answers"


@dataclass(frozen=True, slots=True)
class AnswersCopy:
    """What the document says, in one language."""

    reference: str
    service: str
    sent_on: str
    """The council's day in words."""
    sent_at_iso: str
    """For the document's own dates."""
    groups: tuple[SummaryGroup, ...]
    total: str
    """What was charged; empty when nothing was."""
    declaration: str
    """Markdown; empty when nothing was declared by sending."""


@dataclass(frozen=True, slots=True)
class Copying:
    """What drawing copies needs from outside."""

    transactions: Transactions
    definitions: Definitions
    work: Work
    files: DocumentFiles
    bank_holidays: frozenset[date]
    draw: Callable[[AnswersCopy, str], bytes]
    """A copy in a language → a PDF."""


def answers_copy(
    submission: Submission, definition: FormDefinition, bank_holidays: frozenset[date]
) -> AnswersCopy:
    """What was sent; `definition` is the one it was made with, in the resident's language."""
    day = Today(council_day(submission.submitted_at), bank_holidays)
    journey = walk(definition, load_answers(definition, submission.answers), day)
    return AnswersCopy(
        reference=submission.reference,
        service=definition.title,
        sent_on=day_in_words(day.on, definition.language),
        sent_at_iso=submission.submitted_at.isoformat(timespec="seconds"),
        groups=summary_of(definition, journey, day),
        total=format_pounds(submission.total) if submission.total else "",
        declaration=definition.declaration,
    )


def ask_for_copy(house: Copying, session: Session, submission_id: str, now: datetime) -> None:
    """Promise the copy; asked for again on the same day it is promised once."""
    key = f"{RENDER_ANSWERS}:{submission_id}:{council_day(now)}"
    house.work.enqueue(session, RENDER_ANSWERS, submission_id, key=key)


def draw_copy(house: Copying, submission_id: str) -> None:
    """The job "render-answers": draw the PDF and keep it. Safe to repeat.

    Raises:
        Missing: the submission was deleted meanwhile. Trying again does not help.
        DefinitionUnreadable: the form it was made with cannot be read any more: a person must look.
    """
    with house.transactions.read() as session:
        row = session.get(SubmissionRow, submission_id)
        if row is None:
            msg = f"there is no submission {submission_id}"
            raise Missing(msg)
        submission = as_submission(row)
    definition = house.definitions.by_digest(submission.form, submission.digest)
    definition = definition.in_language(submission.language)
    copied = answers_copy(submission, definition, house.bank_holidays)
    house.files.keep(name_of(submission.reference), house.draw(copied, definition.language))


def name_of(reference: str) -> str:
    """What a copy is called, on the disk and when it is downloaded; without its ending."""
    return f"answers-{reference}"
