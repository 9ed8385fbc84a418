"""Definitions that change, fees that rise, drafts that grow old, links that are guessed at."""

import email
import email.policy
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from portal.forms.library import load_library
from tests.support.portal_fixtures import OpenPortal
from tests.support.portal_house import FORMS, Portal
from tests.support.resident import FREE, PAID, Resident, errors_in, heading_of, path_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A council's own copy of the definitions."""
    return Path(shutil.copytree(FORMS, tmp_path / "forms"))


@pytest.fixture
def changing(open_own: OpenPortal, folder: Path) -> Iterator[Portal]:
    """A portal that watches that copy."""
    with open_own(forms=folder) as opened:
        yield opened


def _rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_draft_stays_on_the_definition_it_was_begun_with(changing: Portal, folder: Path) -> None:
    early = changing.resident()
    early.answer(PAID, "what-you-need", {"request": "rename-house"})
    _rewrite(folder / f"{PAID}.yml", "What name do you want?", "Which name would you like?")
    _rewrite(folder / f"{PAID}.yml", "keeps-number", "has-a-number")
    late = changing.resident()
    late.fill(PAID, "A house name costs", until="house-name")
    assert "Which name would you like?" in late.read(f"/forms/{PAID}/house-name")
    _finish_house_name(early)
    assert "What name do you want?" in early.read(f"/forms/{PAID}/house-name")
    assert early.send(PAID).startswith("/pay/")
    digests = {row["digest"] for row in changing.rows("draft")}
    assert len(digests) == 2


def test_a_fee_raised_between_check_answers_and_sending_is_shown_before_anything_is_sent(
    changing: Portal, folder: Path
) -> None:
    resident = changing.resident()
    resident.fill(PAID, "A house name costs")
    shown = resident.check(PAID)
    other = changing.resident()
    other.answer(PAID, "what-you-need", {"request": "number-new"})
    # In another tab the answers change to what costs more.
    resident.answer(PAID, "what-you-need", {"request": "number-new"})
    resident.fill(PAID, "Eleven plots", until="your-details")
    answer = resident.browser.post(f"/forms/{PAID}/check-answers", data=shown)
    assert answer.status_code == 409
    assert "The fee has changed" in answer.text
    assert "£300.00" in answer.text
    assert changing.counts()["submission"] == 0
    assert resident.send(PAID).startswith("/pay/")
    assert [row["total"] for row in changing.rows("submission")] == [300_00]


def test_a_fee_that_rises_at_midnight_is_shown_before_anything_is_sent(
    changing: Portal, folder: Path
) -> None:
    tomorrow = changing.house.today().on + timedelta(days=1)
    _rewrite(
        folder / "_fees.yml",
        "      amount: £45.00\n",
        f"      amount: £45.00\n    - from: {tomorrow.isoformat()}\n      amount: £50.00\n",
    )
    resident = changing.resident()
    resident.fill(PAID, "A house name costs")
    shown = resident.check(PAID)
    changing.clock.ahead = timedelta(days=1)
    answer = resident.browser.post(f"/forms/{PAID}/check-answers", data=shown)
    assert answer.status_code == 409
    assert "£50.00" in answer.text
    assert changing.counts()["submission"] == 0
    resident.send(PAID)
    assert [row["total"] for row in changing.rows("submission")] == [50_00]


@pytest.mark.parametrize(
    ("file", "broken"),
    [
        (f"{PAID}.yml", "form: [unclosed"),
        (f"{PAID}.yml", ""),
        (f"{PAID}.yml", "form: &a [*a, *a]"),
        (f"{PAID}.yml", "\x00\x01\xff"),
        ("_fees.yml", "fees: {snn-house-name: free}"),
        ("_shared.yml", "pages: 5"),
        ("_council.yml", "name: ["),
        ("_council.yml", ""),
    ],
)
def test_a_broken_file_keeps_the_last_good_form_and_takes_no_other_down(
    changing: Portal, folder: Path, file: str, broken: str
) -> None:
    resident = changing.resident()
    resident.answer(PAID, "what-you-need", {"request": "rename-house"})
    good = (folder / file).read_text()
    (folder / file).write_bytes(broken.encode("latin-1"))
    assert load_check(folder)
    services = resident.read("/")
    for form in load_library(FORMS).forms.values():
        if form.is_for_officers:  # not listed; tests/web/test_officer_forms.py
            continue
        assert form.title in services
        assert changing.resident().get(f"/forms/{form.form}").status_code == 200
    _finish_house_name(resident)
    assert resident.send(PAID).startswith("/pay/")
    changing.resident().send_free()
    (folder / file).write_text(good.replace("Harrowmere District Council", "Harrowmere Council"))
    assert changing.resident().get(f"/forms/{PAID}").status_code == 200


def test_a_form_taken_away_is_gone_but_its_drafts_can_be_finished(
    changing: Portal, folder: Path
) -> None:
    resident = changing.resident()
    resident.answer(PAID, "what-you-need", {"request": "rename-house"})
    (folder / f"{PAID}.yml").unlink()
    assert changing.resident().get(f"/forms/{PAID}").status_code == 404
    _finish_house_name(resident)
    assert resident.send(PAID).startswith("/pay/")


def test_an_expired_draft_says_so_and_one_can_begin_again(portal: Portal) -> None:
    resident = portal.resident()
    resident.fill(FREE, until="size")
    portal.clock.ahead = timedelta(days=7, minutes=1)
    for path in (f"/forms/{FREE}/land", f"/forms/{FREE}/check-answers", f"/forms/{FREE}/save"):
        answer = resident.get(path)
        assert answer.status_code == 410
        assert heading_of(answer.text) == "Your saved form has expired"
        assert "Mill Lane" not in answer.text
    token = resident.get(f"/forms/{FREE}/where")
    assert "Mill Lane" not in token.text
    refused = resident.browser.post(
        f"/forms/{FREE}/land", data={"csrf_token": resident.token(), "land": "road"}
    )
    assert refused.status_code == 410
    assert "Start now" in resident.read(f"/forms/{FREE}")
    assert resident.send_free()
    assert [row["state"] for row in portal.rows("draft")].count("submitted") == 1


def test_every_answer_gives_a_draft_its_whole_time_again(portal: Portal) -> None:
    resident = portal.resident()
    resident.fill(FREE, until="land")
    portal.clock.ahead = timedelta(days=6)
    resident.answer(FREE, "land", {"land": "road"})
    portal.clock.ahead = timedelta(days=12)
    resident.fill(FREE)
    assert resident.send(FREE)


def _save(resident: Resident) -> tuple[str, str]:
    """Save for later; gives the link's path and the code that was shown."""
    answer = resident.post(f"/forms/{FREE}/save", {"email": ""})
    assert answer.status_code == 200
    link = re.findall(r"http://testserver(/resume/[\w-]+)", answer.text)[0]
    return link, re.findall(r"\b\d{6}\b", answer.text)[0]


def test_a_saved_form_opens_on_another_device_with_the_code(portal: Portal) -> None:
    phone, desktop = portal.resident(), portal.resident()
    phone.fill(FREE, until="size")
    link, code = _save(phone)
    desktop.fill(FREE, until="land")
    assert desktop.post(link, {"fact": f" {code[:3]} {code[3:]} "}).status_code == 303
    assert desktop.get(f"/forms/{FREE}/size").status_code == 200
    assert phone.get(f"/forms/{FREE}/size").status_code == 303
    desktop.fill(FREE)
    assert desktop.send(FREE)
    assert desktop.post(link, {"fact": code}, page="/resume/x").status_code == 404


def test_a_saved_form_opens_with_the_email_address_it_was_sent_to(portal: Portal) -> None:
    phone, desktop = portal.resident(), portal.resident()
    phone.fill(FREE, until="size")
    saved = phone.post(f"/forms/{FREE}/save", {"email": "Ann@example.test"})
    assert "/resume/" not in saved.text
    portal.do_the_work("send-notice")
    mail = email.message_from_bytes(
        portal.neighbours.mail.received[-1].content or b"", policy=email.policy.default
    )
    assert isinstance(mail, EmailMessage)
    assert mail["To"] == "Ann@example.test"
    link = re.findall(r"http://testserver(/resume/[\w-]+)", mail.get_content())[0]
    assert desktop.post(link, {"fact": "bob@example.test"}).status_code == 422
    assert desktop.post(link, {"fact": "ann@EXAMPLE.test"}).status_code == 303
    assert desktop.get(f"/forms/{FREE}/size").status_code == 200


@pytest.mark.parametrize(
    "address", ["nobody", "a@b", "a\x00@b.test", "a@b.test\r\nBcc: c@d.test", "a" * 300 + "@b.test"]
)
def test_a_saved_form_is_sent_to_no_address_that_is_none(portal: Portal, address: str) -> None:
    resident = portal.resident()
    resident.fill(FREE, until="land")
    before = portal.everything()
    answer = resident.post(f"/forms/{FREE}/save", {"email": address})
    assert answer.status_code == 422
    assert errors_in(answer.text)
    assert portal.everything() == before


def test_five_wrong_codes_void_the_link_but_not_the_form(portal: Portal) -> None:
    owner, thief = portal.resident(), portal.resident()
    owner.fill(FREE, until="size")
    link, code = _save(owner)
    wrong = "000000" if code != "000000" else "111111"
    assert thief.post(link, {"fact": ""}).status_code == 422
    for _ in range(5):
        answer = thief.post(link, {"fact": wrong})
        assert answer.status_code == 422
        assert "Mill Lane" not in answer.text
    assert thief.post(link, {"fact": code}).status_code == 404
    assert owner.get(f"/forms/{FREE}/size").status_code == 200
    again, new_code = _save(owner)
    assert thief.post(link, {"fact": new_code}).status_code == 404
    assert thief.post(again, {"fact": new_code}).status_code == 303


def test_opening_a_link_uses_nothing_up_and_tells_nothing(portal: Portal) -> None:
    owner, scanner = portal.resident(), portal.resident()
    owner.fill(FREE, until="size")
    link, code = _save(owner)
    before = portal.everything()
    known = [scanner.read(link) for _ in range(5)][-1]
    unknown = scanner.read("/resume/" + "x" * 32)
    assert _without_token(known, link) == _without_token(unknown, "/resume/" + "x" * 32)
    assert portal.everything() == before
    assert scanner.post(link, {"fact": code}).status_code == 303


def test_a_link_dies_with_its_draft(portal: Portal) -> None:
    owner, other = portal.resident(), portal.resident()
    owner.fill(FREE, until="size")
    link, code = _save(owner)
    portal.clock.ahead = timedelta(days=8)
    assert other.post(link, {"fact": code}).status_code == 404


def test_no_secret_of_a_link_is_in_the_database(portal: Portal) -> None:
    owner = portal.resident()
    owner.fill(FREE, until="size")
    link, code = _save(owner)
    stored = repr(portal.rows("draft"))
    assert link.rpartition("/")[2] not in stored
    assert f"'{code}'" not in stored


def _without_token(html: str, link: str) -> str:
    return re.sub(r'value="[0-9a-f]{40}"', "", html).replace(link, "")


def _finish_house_name(resident: Resident) -> None:
    """Answer the rest of a house's new name, whatever the newest definition says."""
    answers = {
        "property": {"property": "999000000001"},
        "house-name": {"new_name": "Rose Cottage"},
        "keeps-number": {"has_number": "yes"},
        "owner": {"owner": "owner"},
        "your-details": {
            "your_name-first": "Ann",
            "your_name-last": "Example",
            "email": "ann@example.test",
        },
    }
    for page, values in answers.items():
        answer = resident.answer(PAID, page, values)
        assert answer.status_code == 303, (page, errors_in(answer.text))
    assert path_of(answer.headers["location"]) == f"/forms/{PAID}/check-answers"


def load_check(folder: Path) -> bool:
    """Whether the folder has a problem now."""
    try:
        return bool(load_library(folder).findings)
    except ValueError:
        return True
