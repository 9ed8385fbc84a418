"""Welsh from the first page to the receipt: chosen at any time, never half English."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest

from portal.core.dates import council_day
from portal.core.languages import day_in_words
from tests.support.portal_fixtures import OpenPortal
from tests.support.portal_house import FORMS, Portal
from tests.support.resident import Resident, errors_in, heading_of, pay_by_card

FORM = """\
form: hall
title: {en: Hire the hall, cy: Llogi’r neuadd}
summary: {en: Ask for the hall, cy: Gofyn am y neuadd}
service_area: Halls
lgsl: 1
languages: [en, cy]
takes: {en: 2 minutes, cy: 2 funud}
pages:
  - repeat: evenings
    title: {en: Your evenings, cy: Eich nosweithiau}
    each: {en: evening, cy: noswaith}
    line: "{what}"
    max: 2
    pages:
      - page: evening
        questions:
          - question: what
            ask: {en: "What is it for?", cy: "Beth yw’r diben?"}
            type: text
            optional: yes
  - page: when
    questions:
      - question: held_on
        ask: {en: "When is it?", cy: "Pryd y mae?"}
        type: date
        min: today
  - page: music
    questions:
      - question: music
        ask: {en: "Is there music?", cy: "A oes cerddoriaeth?"}
        type: yes-no
  - page: who
    title: {en: About you, cy: Amdanoch chi}
    guidance: {en: "It is on {held_on}.", cy: "Bydd ar {held_on}."}
    questions:
      - question: email
        ask: {en: Email address, cy: Cyfeiriad e-bost}
        type: email
        optional: yes
fee:
  - line: hall
    label: {en: Hall, cy: Neuadd}
    amount: £12.00
    income_code: H-1
    vat: exempt
case:
  type: hall
  queue: halls
  target: 5 working days
  subject: "Hall on {held_on}"
  customer: {email: email}
what_happens_next: {en: We will write., cy: Byddwn yn ysgrifennu.}
examples:
  - example: One evening
    answers: {evenings: [{what: A dance}], held_on: 2099-11-27, music: yes, email: a@example.test}
"""
PATH = "/forms/hall"
SAME = {
    # Names, and words that are the same in both languages.
    "English", "Cymraeg", "Test", "PDF", "GB", "JPG", "PNG", "Braille",
}  # fmt: skip


@pytest.fixture(scope="module")
def words() -> list[tuple[str, str]]:
    """English texts of the shipped bilingual forms and their Welsh."""
    from portal.forms.source import read_source

    found: list[tuple[str, str]] = []

    def look(value: object) -> None:
        if isinstance(value, dict) and set(value) == {"en", "cy"}:
            found.append((str(value["en"]).strip(), str(value["cy"]).strip()))
        elif isinstance(value, dict):
            [look(each) for each in value.values()]
        elif isinstance(value, list):
            [look(each) for each in value]

    for file in FORMS.glob("*.yml"):
        look(read_source(file.name, file.read_text()).value)
    return found


@pytest.fixture
def hall(open_own: OpenPortal, tmp_path: Path) -> Iterator[Portal]:
    """A portal that lets its hall in both languages."""
    forms = tmp_path / "forms"
    forms.mkdir()
    for file in FORMS.glob("*.yml"):
        (forms / file.name).write_text(file.read_text())
    (forms / "hall.yml").write_text(FORM)
    with open_own(forms=forms) as opened:
        yield opened


def texts(html: str) -> set[str]:
    """Everything a person may read or hear of a page, one text each."""
    body = re.sub(r"<(script|style|svg).*?</\1>", " ", html, flags=re.DOTALL)
    spoken = re.findall(r'(?:alt|aria-label|data-[a-z]+|title)="([^"]*)"', body)
    shown = re.split(r"<[^>]*>", body)
    return {" ".join(unescape(text).split()) for text in (*shown, *spoken)} - {""}


def is_neutral(text: str) -> bool:
    """Without words: a number, an address, a phone number; or the same in both languages."""
    plain = re.sub(r"\S*[@/\d:]\S*|[^\w\s]", " ", text)
    return all(word in SAME or len(word) < 3 for word in plain.split())


def assert_all_welsh(english: str, welsh: str, *names: str) -> None:
    assert '<html lang="en-GB"' in english
    assert '<html lang="cy"' in welsh
    left = {text for text in texts(english) & texts(welsh) if not is_neutral(text)}
    assert left <= set(names), left


def both(resident: Resident, path: str) -> tuple[str, str]:
    return resident.read(f"{path}?language=en"), resident.read(f"{path}?language=cy")


def test_every_page_of_a_form_is_welsh(hall: Portal) -> None:
    resident = hall.resident()
    for path in ("/", "/accessibility", "/privacy", PATH, f"{PATH}/evenings/1/evening"):
        listed = ("Name or number a street or property",) if path == "/" else ()
        english, welsh = both(resident, path)
        english_only = {t for t in texts(english) if any(t.startswith(each) for each in listed)}
        assert_all_welsh(english, welsh, *(english_only if path != "/" else texts(english)))
    resident.post(f"{PATH}/evenings/1/evening", {"what": "Dawns"})
    resident.post(f"{PATH}/evenings", {"evenings": "no"})
    assert_all_welsh(*both(resident, f"{PATH}/evenings"), "Dawns")
    assert_all_welsh(*both(resident, f"{PATH}/evenings/1/remove"), "Dawns")
    assert_all_welsh(*both(resident, f"{PATH}/when"))
    resident.post(
        f"{PATH}/when",
        {"held_on-day": "27", "held_on-month": "Tach", "held_on-year": "2099"},
    )
    assert_all_welsh(*both(resident, f"{PATH}/music"))
    resident.post(f"{PATH}/music", {"music": "yes"})
    who = both(resident, f"{PATH}/who")
    assert_all_welsh(*who)
    assert "Bydd ar 27 Tachwedd 2099." in who[1]
    resident.post(f"{PATH}/who", {"email": ""})
    check = both(resident, f"{PATH}/check-answers")
    assert_all_welsh(*check, "Dawns", "£12.00")
    assert "27 Tachwedd 2099" in check[1]
    assert "Heb ei ddarparu" in check[1]
    assert_all_welsh(*both(resident, f"{PATH}/save"))
    saved = resident.post(f"{PATH}/save", {"email": ""}).text
    assert heading_of(saved) == "Mae eich atebion wedi’u cadw"


def test_what_was_sent_in_welsh_is_paid_for_confirmed_and_receipted_in_welsh(
    hall: Portal,
) -> None:
    resident = hall.resident()
    resident.read(f"{PATH}?language=cy")
    resident.fill("hall")
    pay = resident.send("hall")
    page = resident.read(pay)
    assert heading_of(page) == "Talu £12.00"
    assert "Neuadd" in page
    confirmed = resident.read(resident.come_back(pay_by_card(resident.press_pay(pay))))
    assert heading_of(confirmed) == "Rydym wedi cael eich ffurflen"
    assert "Byddwn yn ysgrifennu." in confirmed
    assert '<html lang="cy"' in confirmed
    hall.do_the_work()
    subjects = sorted(row["subject"] for row in hall.rows("notice"))
    assert subjects[0].startswith("Derbynneb R")
    assert subjects[1].startswith("Rydym wedi cael eich ffurflen: Llogi’r neuadd (")
    written = " ".join(row["text"] for row in hall.rows("notice"))
    assert "Diolch. Rydym wedi cael eich taliad o £12.00" in written
    assert "Thank you" not in written
    case = hall.rows("submission")[0]
    assert case["language"] == "cy"


def test_switching_in_the_middle_of_a_page_loses_nothing(portal: Portal) -> None:
    resident = portal.resident()
    resident.answer("report-fly-tipping", "where", {"where-description": "Mill Lane"})
    resident.answer("report-fly-tipping", "land", {"land": "road"})
    path = "/forms/report-fly-tipping/what"
    english = resident.read(path)
    assert '<button class="portal-link-button" type="submit" form="page-form"' in english
    switched = resident.post(path, {"waste": ["bags", "tyres"], "language": "cy"})
    assert switched.status_code == 200
    assert heading_of(switched.text) == "Beth sydd wedi’i ddympio?"
    assert re.findall(r'value="(\w+)" checked', switched.text) == ["bags", "tyres"]
    assert heading_of(resident.read(path)) == "Beth sydd wedi’i ddympio?"
    assert portal.counts()["draft"] == 1
    back = resident.post(path, {"waste": "bags", "language": "en"})
    assert heading_of(back.text) == "What has been dumped?"
    assert heading_of(resident.read(path)) == "What has been dumped?"


def test_nothing_is_sent_on_by_switching(portal: Portal) -> None:
    resident = portal.resident()
    switched = resident.answer("report-fly-tipping", "where", {"language": "cy"})
    assert switched.status_code == 200
    assert errors_in(switched.text) == []
    assert portal.counts()["draft"] == 0


def test_mistakes_are_told_in_welsh(portal: Portal) -> None:
    resident = portal.resident()
    resident.read("/?language=cy")
    answer = resident.answer("make-a-complaint", "stage", {})
    assert answer.status_code == 422
    assert errors_in(answer.text) == [
        "“A ydych wedi cwyno wrthym am hyn o’r blaen?”: dewiswch ateb"
    ]
    assert "<title>Gwall: " in answer.text


@pytest.mark.parametrize("language", ["fr", "", "cy'", "en-GB"])
def test_a_language_there_is_not_changes_nothing(portal: Portal, language: str) -> None:
    answer = portal.resident().get("/forms/report-fly-tipping", params={"language": language})
    assert answer.status_code == 200
    assert '<html lang="en-GB"' in answer.text
    assert "portal_language" not in answer.cookies


def test_a_form_in_english_only_stays_english_and_offers_no_welsh(portal: Portal) -> None:
    resident = portal.resident()
    plain = resident.read("/forms/street-naming-and-numbering")
    resident.read("/?language=cy")
    assert resident.read("/forms/street-naming-and-numbering") == plain
    assert "Cymraeg" not in plain


def test_an_error_page_is_in_the_language_chosen(portal: Portal) -> None:
    resident = portal.resident()
    resident.read("/?language=cy")
    answer = resident.get("/forms/nothing")
    assert answer.status_code == 404
    assert heading_of(answer.text) == "Heb ddod o hyd i’r dudalen"


def test_no_welsh_text_of_the_shipped_forms_is_the_english_one(
    words: list[tuple[str, str]],
) -> None:
    assert len(words) > 100
    assert [en for en, cy in words if en == cy] == ["Braille"]


def test_switching_where_a_form_is_saved_keeps_the_address_and_saves_nothing(
    portal: Portal,
) -> None:
    resident = portal.resident()
    resident.answer("report-fly-tipping", "where", {"where-description": "Mill Lane"})
    path = "/forms/report-fly-tipping/save"
    assert 'form="page-form" name="language" value="cy"' in resident.read(path)
    for typed in ("ann@example.test", "not an address"):
        switched = resident.post(path, {"email": typed, "language": "cy"})
        assert switched.status_code == 200
        assert heading_of(switched.text) == "Cadw a dychwelyd yn nes ymlaen"
        assert f'value="{typed}"' in switched.text
        assert errors_in(switched.text) == []
        back = resident.post(path, {"email": typed, "language": "en"})
        assert heading_of(back.text) == "Save and come back later"
        assert f'value="{typed}"' in back.text
    assert portal.counts()["notice"] == 0
    assert [row["resume_hash"] for row in portal.rows("draft")] == [None]


def test_switching_where_a_saved_form_is_opened_keeps_what_was_typed_and_counts_no_try(
    portal: Portal,
) -> None:
    resident, elsewhere = portal.resident(), portal.resident()
    resident.answer("report-fly-tipping", "where", {"where-description": "Mill Lane"})
    saved = resident.post("/forms/report-fly-tipping/save", {"email": ""}).text
    assert "hreflang" not in saved  # the code would be lost
    link = re.findall(r"http://testserver(/resume/[\w-]+)", saved)[0]
    code = re.findall(r"\b\d{6}\b", saved)[0]
    for language in ("cy", "en") * 6:
        switched = elsewhere.post(link, {"fact": "ann@example.test", "language": language})
        assert switched.status_code == 200
        assert 'value="ann@example.test"' in switched.text
        assert errors_in(switched.text) == []
    assert elsewhere.post(link, {"fact": code, "language": "fr"}).status_code == 303


def test_a_link_saved_late_on_a_summer_evening_names_the_councils_own_day(portal: Portal) -> None:
    summer = datetime(2099, 7, 1, 23, 30, tzinfo=UTC)  # half past midnight on the council's clock
    portal.clock.ahead = summer - datetime.now(UTC)
    resident = portal.resident()
    resident.answer("report-fly-tipping", "where", {"where-description": "Mill Lane"})
    page = resident.read("/forms/report-fly-tipping/save?language=cy")
    expires = portal.rows("draft")[0]["expires_at"]
    assert f"tan {day_in_words(council_day(expires), 'cy')}" in page
    assert council_day(expires) != expires.date()


def test_what_stays_english_in_the_welsh_list_of_services_says_that_it_is(
    open_own: OpenPortal, tmp_path: Path
) -> None:
    forms = tmp_path / "forms"
    forms.mkdir()
    for file in FORMS.glob("*.yml"):
        (forms / file.name).write_text(file.read_text())
    english = forms / "street-naming-and-numbering.yml"
    english.write_text(f"{english.read_text()}\nopen: {{from: 2099-12-01 19:30}}\n")
    with open_own(forms=forms) as opened:
        resident = opened.resident()
        assert 'lang="en"' not in resident.read("/")
        listed = resident.read("/?language=cy")
        assert resident.read("/forms/street-naming-and-numbering").count('lang="cy"') == 0
    link = 'href="/forms/street-naming-and-numbering" lang="en">Name or number a street'
    assert link in listed
    assert '<p class="govuk-body" lang="en">' in listed
    assert "Yn agor ar 1 Rhagfyr 2099 am 7:30yh" in listed
    assert 'href="/forms/report-fly-tipping">' in listed
