"""What follows a submission: written once, drawn once, however often it is tried."""

import email
import email.policy
from email.message import EmailMessage

import pytest

from portal.core.errors import Missing, TryAgain
from portal.submissions.following_up import confirm, draw_receipt, load_attachment
from tests.support.portal_house import Portal
from tests.support.resident import PAID, pay_by_card


def _paid(portal: Portal) -> tuple[str, str]:
    """A paid submission; its id and its receipt's."""
    resident = portal.resident()
    resident.come_back(pay_by_card(resident.press_pay(resident.owe())))
    return portal.rows("submission")[-1]["id"], portal.rows("receipt")[-1]["id"]


def _mails_to(portal: Portal, address: str) -> list[EmailMessage]:
    found: list[EmailMessage] = []
    for envelope in portal.neighbours.mail.received:
        if address in envelope.rcpt_tos:
            mail = email.message_from_bytes(envelope.content or b"", policy=email.policy.default)
            assert isinstance(mail, EmailMessage)
            found.append(mail)
    return found


def test_who_gave_no_address_gets_no_mail(portal: Portal) -> None:
    portal.resident().send_free()
    (submission,) = portal.rows("submission")
    confirm(portal.house.following_up, submission["id"], now=portal.clock())
    assert portal.counts()["notice"] == 0


def test_a_confirmation_tried_three_times_is_one_mail_with_the_receipt(portal: Portal) -> None:
    resident = portal.resident()
    resident.fill(PAID, "A house name costs", email=f"{id(portal)}@example.test")
    resident.come_back(pay_by_card(resident.press_pay(resident.send(PAID))))
    submission, receipt = portal.rows("submission")[-1]["id"], portal.rows("receipt")[-1]["id"]
    for _ in range(3):
        confirm(portal.house.following_up, submission, receipt, now=portal.clock())
    assert portal.counts()["notice"] == 2
    portal.do_the_work()
    portal.do_the_work()
    mails = _mails_to(portal, f"{id(portal)}@example.test")
    assert len(mails) == 2
    assert len({mail["Message-ID"] for mail in mails}) == 2
    (pdf,) = [part for mail in mails for part in mail.iter_attachments()]
    content = pdf.get_content()
    assert isinstance(content, bytes)
    assert content.startswith(b"%PDF")


def test_a_mail_waits_until_its_receipt_is_drawn(portal: Portal) -> None:
    _, receipt = _paid(portal)
    following_up = portal.house.following_up
    with pytest.raises(TryAgain):
        load_attachment(following_up, {"receipt": receipt})
    draw_receipt(following_up, receipt)
    assert load_attachment(following_up, {"receipt": receipt}).content.startswith(b"%PDF")


def test_a_receipt_is_drawn_once_and_again_only_when_its_file_is_lost(portal: Portal) -> None:
    _, receipt = _paid(portal)
    following_up, folder = portal.house.following_up, portal.house.settings.data_dir / "receipts"
    draw_receipt(following_up, receipt)
    (file,) = folder.glob("*.pdf")
    first, written = file.read_bytes(), file.stat().st_mtime_ns
    draw_receipt(following_up, receipt)
    assert file.stat().st_mtime_ns == written
    file.unlink()
    with pytest.raises(TryAgain):
        load_attachment(following_up, {"receipt": receipt})
    draw_receipt(following_up, receipt)
    assert file.read_bytes() == first
    assert [path.name for path in folder.iterdir()] == [file.name]


def test_what_was_never_sent_is_never_confirmed(portal: Portal) -> None:
    with pytest.raises(Missing):
        confirm(portal.house.following_up, "x" * 32, now=portal.clock())
    with pytest.raises(Missing):
        draw_receipt(portal.house.following_up, "x" * 32)
    assert portal.counts()["notice"] == 0


def test_a_receipt_being_drawn_is_promised_on_a_page_that_looks_again(portal: Portal) -> None:
    _paid(portal)
    token = portal.house.fulfilment.receipt_token(portal.rows("receipt")[-1]["id"])
    resident = portal.resident()
    waiting = resident.get(f"/receipts/{token}.pdf")
    assert waiting.status_code == 202
    portal.do_the_work("render-receipt")
    assert resident.get(f"/receipts/{token}.pdf").content.startswith(b"%PDF")
    assert resident.get(f"/receipts/{token[:-1]}x.pdf").status_code == 404
