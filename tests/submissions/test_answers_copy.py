"""The copy of their answers that residents may keep: all of it, theirs only, the same each time."""

import subprocess
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from portal.core.bank_holidays import bank_holidays
from portal.core.dates import Today
from portal.forms.answers import dump_answers
from portal.forms.definition import Example, FormDefinition
from portal.forms.examples import run_example
from portal.forms.library import load_library
from portal.submissions.answers_copy import AnswersCopy, answers_copy
from portal.submissions.retention import sweep
from portal.submissions.submission import Channel, Submission, SubmissionStatus
from tests.support.portal_house import FORMS, Portal
from tests.support.resident import FREE, PAID, pay_by_card

LIBRARY = load_library(FORMS)


def longest(form: FormDefinition) -> Example:
    """The example that can be sent and answers most."""
    sent = [e for e in form.examples if not e.refused and not e.ends_at]
    return max(sent, key=lambda example: len(str(example.answers)))


def copy_of(form: FormDefinition, language: str) -> AnswersCopy:
    """What was sent."""
    example = longest(form)
    today = Today(example.on or date(2026, 11, 24), bank_holidays())
    journey = run_example(form, example, today).journey
    submission = Submission(
        id="s" * 32,
        reference="HM-7K3M-9QX2-4",
        draft_id="d" * 32,
        form=form.form,
        digest=form.digest,
        answers=dump_answers(form, journey.answers),
        channel=Channel.ONLINE,
        status=SubmissionStatus.RECEIVED,
        total=12_300,
        email="",
        submitted_at=datetime.combine(today.on, time(12), tzinfo=UTC),
        language=language,
    )
    return answers_copy(submission, form.in_language(language), today.bank_holidays)


def text_of(pdf: bytes, folder: Path) -> str:
    """The words of a PDF in the order of reading, without its line breaks."""
    file = folder / "copy.pdf"
    file.write_bytes(pdf)
    words = ["pdftotext", "-raw", str(file), "-"]
    read = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60)
    return _bare(read.stdout)


def _bare(text: str) -> str:
    """Letters and figures only: a line may be broken anywhere, also at a hyphen."""
    return "".join(c for c in text if c.isalnum())


@pytest.mark.parametrize("shared_portal", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("name", "language"),
    [(n, language) for n, form in LIBRARY.forms.items() for language in form.languages],
)
def test_every_answer_of_every_form_is_in_the_pdf(
    shared_portal: Portal, tmp_path: Path, name: str, language: str
) -> None:
    copied = copy_of(LIBRARY.forms[name], language)
    pdf = shared_portal.house.copying.draw(copied, language)
    text = text_of(pdf, tmp_path)
    assert copied.groups
    for group in copied.groups:
        for row in group.rows:
            for said in (row.label, *row.lines):
                assert _bare(said) in text, (row.label, said)
    for said in (copied.reference, copied.service, copied.sent_on, "£123.00"):
        assert _bare(said) in text, said
    assert shared_portal.house.copying.draw(copied, language) == pdf
    assert len(pdf) < 2_000_000
    assert ("Tudalen1o" if language == "cy" else "Page1of") in text


def test_a_resident_downloads_what_they_sent_and_nobody_else_does(portal: Portal) -> None:
    resident = portal.resident()
    reference = resident.send_free()
    confirmation = f"/forms/{FREE}/confirmation/{reference}"
    assert f'href="{confirmation}/answers.pdf"' in resident.read(confirmation)
    soon = resident.get(f"{confirmation}/answers.pdf")
    assert soon.status_code == 202
    assert "Your copy is being prepared" in soon.text
    portal.do_the_work()
    got = resident.get(f"{confirmation}/answers.pdf")
    assert (got.status_code, got.headers["content-type"]) == (200, "application/pdf")
    assert got.headers["content-disposition"] == f'attachment; filename="answers-{reference}.pdf"'
    assert got.content.startswith(b"%PDF-")
    assert portal.resident().get(f"{confirmation}/answers.pdf").status_code == 404
    other = f"/forms/{PAID}/confirmation/{reference}/answers.pdf"
    assert resident.get(other).status_code == 404


def test_what_is_not_paid_for_has_no_copy_yet(portal: Portal) -> None:
    resident = portal.resident()
    path = resident.owe()
    (row,) = portal.rows("submission")
    copy = f"/forms/{PAID}/confirmation/{row['reference']}/answers.pdf"
    assert resident.get(copy).status_code == 404
    resident.come_back(pay_by_card(resident.press_pay(path)))
    assert resident.get(copy).status_code == 202


def test_a_copy_is_deleted_after_a_day_and_drawn_the_same_for_who_asks_again(
    portal: Portal,
) -> None:
    house, resident = portal.house, portal.resident()
    reference = resident.send_free()
    copy = f"/forms/{FREE}/confirmation/{reference}/answers.pdf"
    resident.get(copy)
    portal.do_the_work()
    first = resident.get(copy).content
    files = (house.attachments, house.receipt_files, house.copying.files)
    assert sweep(house.transactions, *files, now=portal.clock()) == 0
    tomorrow = datetime.now(UTC) + timedelta(days=1, hours=1)
    assert sweep(house.transactions, *files, now=tomorrow) == 1
    with portal.clock.on(tomorrow.date()):
        assert resident.get(copy).status_code == 202
        portal.do_the_work()
    assert resident.get(copy).content == first
