"""Whoever chose Welsh reads Welsh: every page and state of a form, compared with the English."""

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from portal.bootstrap import STATIC, TEMPLATES
from portal.forms.definition import Example, Page
from portal.forms.examples import run_example
from portal.payments.receipt import load_receipt, receipt_view
from portal.submissions.publication import Choice
from portal.submissions.publishing import plan_publication, publish
from portal.templating import build_environment, in_language
from portal.web.prefill_links import make_link
from tests.support.portal_house import (
    BASE_URL,
    FORMS,
    Neighbours,
    Portal,
    PreparedDatabases,
    open_portal,
)
from tests.support.resident import JPEG, PDF, Resident, hidden_inputs, path_of, pay_by_card
from tests.support.two_languages import Pair

BILINGUAL = ("report-fly-tipping", "make-a-complaint", "book-hall")
HALL = "hall"
FORM = """\
form: hall
title: {en: Hire the hall, cy: Llogi’r neuadd}
summary: {en: Ask for the hall, cy: Gofyn am y neuadd}
service_area: Halls
lgsl: 1
languages: [en, cy]
takes: {en: 2 minutes, cy: 2 funud}
prefill: [purpose]
pages:
  - page: purpose
    questions:
      - question: purpose
        ask: {en: "What is it for?", cy: "Beth yw’r diben?"}
        type: radios
        options:
          dance: {en: A dance, cy: Dawns}
          play: {en: A stage play, cy: Drama lwyfan}
  - repeat: evenings
    title: {en: Your evenings, cy: Eich nosweithiau}
    each: {en: evening, cy: noswaith}
    line: "{held_on}"
    max: 3
    pages:
      - page: evening
        questions:
          - question: held_on
            ask: {en: "When is it?", cy: "Pryd y mae?"}
            type: date
  - page: music
    title: {en: About the music, cy: Am y gerddoriaeth}
    questions:
      - question: music
        ask: {en: "Is there music?", cy: "A oes cerddoriaeth?"}
        type: yes-no
      - question: band
        ask: {en: Name of the band, cy: Enw’r band}
        type: text
        optional: yes
  - page: who
    title: {en: About you, cy: Amdanoch chi}
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
    vat: standard
case:
  type: hall
  queue: halls
  target: 5 working days
  subject: "A hall"
  customer: {email: email}
what_happens_next: {en: We will write to you., cy: Byddwn yn ysgrifennu atoch.}
examples:
  - example: One evening
    answers:
      purpose: dance
      evenings: [{held_on: 2099-11-27}]
      music: yes
      band: Y Band
      email: a@example.test
"""
PATH = f"/forms/{HALL}"
DAY = {"held_on-day": "27", "held_on-month": "11", "held_on-year": "2099"}
BAND = (
    "      - question: band\n        ask: {en: Name of the band, cy: Enw’r band}\n"
    "        type: text\n        optional: yes\n"
)
NO_BAND = ((BAND, ""), ("      band: Y Band\n", ""))
FOOD = """\
  - page: food
    questions:
      - question: food
        ask: {en: Is there food, cy: A oes bwyd}
        type: yes-no
  - page: who
"""
CHECK = """\
  - page: who
    check:
      - that: purpose != 'dance' || !music
        else: {en: There is no music here, cy: Ni cheir cerddoriaeth yma}
        at: email
    title"""
CHANGED = f"{PATH}/resume/changed"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped forms that have Welsh, and a hall of our own. The others would only be listed."""
    made = tmp_path_factory.mktemp("welsh") / "forms"
    made.mkdir()
    for name in ("_council", "_shared", "_fees", *BILINGUAL):
        shutil.copy(FORMS / f"{name}.yml", made)
    (made / f"{HALL}.yml").write_text(FORM)
    return made


@pytest.fixture
def welsh(
    databases: PreparedDatabases, neighbours: Neighbours, folder: Path, tmp_path: Path
) -> Iterator[Portal]:
    """A portal of the test's own. What it says does not depend on the database."""
    (folder / f"{HALL}.yml").write_text(FORM)
    with open_portal(databases.copy("sqlite"), tmp_path, neighbours, forms=folder) as opened:
        yield opened


def rewrite(folder: Path, *parts: tuple[str, str]) -> None:
    said = (folder / f"{HALL}.yml").read_text()
    for old, new in parts:
        assert old in said, old
        said = said.replace(old, new)
    (folder / f"{HALL}.yml").write_text(said)


def publish_hall(portal: Portal, choice: Choice) -> None:
    house, now = portal.house, portal.clock()
    planned = plan_publication(
        house.definitions, house.transactions, HALL, today=house.today(), now=now
    )
    publish(house.definitions, house.transactions, planned, choice, by="D", now=now)


def carry(portal: Portal, *pairs: Pair) -> None:
    """Publish what was rewritten; each finds at the next page that their draft was carried on."""
    publish_hall(portal, Choice.CARRY)
    for pair in pairs:
        pair.read(f"{PATH}/purpose", 303)


def go_on(pair: Pair) -> None:
    """Both press Continue on the page that tells of the change."""
    pair.both("going on", lambda it: it.post(CHANGED, hidden_inputs(it.read(CHANGED))))


def fill_hall(pair: Pair, *, until: str = "") -> None:
    posts = {
        "purpose": {"purpose": "dance"},
        "evenings/1/evening": DAY,
        "evenings": {"evenings": "no"},
        "music": {"music": "yes", "band": "Y Band"},
        "who": {"email": "a@example.test"},
    }
    pair.names |= {"Y Band"}
    for page, values in posts.items():
        if page == until:
            return
        assert pair.post(f"{PATH}/{page}", values)[0].status_code == 303, page


def _walk(portal: Portal, pair: Pair, form: str, example: Example) -> bool:
    """Go through a form as an example does, with a mistake on every page not seen before."""
    definition = portal.house.definitions.current(form)
    outcome = run_example(definition, example, portal.house.today())
    pair.read(f"/forms/{form}")
    for step, post in outcome.posts:
        path = f"/forms/{form}/{step.path}"
        raw = {name: list(values) for name, values in post.items()}
        typed = [value for values in raw.values() for value in values]
        pair.names |= {line for value in typed for line in (value, *value.splitlines())}
        found = [portal.house.filling.gazetteer.find(value) for value in typed]
        pair.names |= {line for each in found if each for line in (*each.lines, each.town)}
        if f"POST {path}" not in pair.seen:
            pair.read(path)
            _post(pair, path, {})
        questions = step.page.questions if isinstance(step.page, Page) else ()
        files = [
            (question.name, (name, PDF if name.endswith(".pdf") else JPEG, "text/plain"))
            for question in questions
            if question.type == "file"
            for name in raw.pop(question.name, [])
        ]
        _post(pair, path, raw, files)
    if outcome.refused:
        return False
    if outcome.journey.exit_page is not None:
        pair.read(f"/forms/{form}/{outcome.journey.steps[-1].path}")
        return False
    pair.read(f"/forms/{form}/check-answers")
    return True


def _post(pair: Pair, path: str, values: dict[str, list[str]], files: Any = ()) -> None:
    def post(resident: Resident) -> Any:
        data = {"csrf_token": pair.token_of(resident), **values}
        return resident.browser.post(path, data=data, **({"files": files} if files else {}))

    pair.both(f"POST {path}", post)


@pytest.mark.parametrize("form", BILINGUAL)
def test_every_page_the_examples_lead_through_is_welsh(welsh: Portal, form: str) -> None:
    pair = Pair.of(welsh)
    for example in welsh.house.definitions.current(form).examples:
        with welsh.clock.on(example.on):
            _post(pair, f"/forms/{form}/start-again", {})
            if _walk(welsh, pair, form, example):
                pair.send(form)
    pair.assert_all_welsh()


def test_a_service_that_is_not_open_says_so_in_welsh(welsh: Portal, folder: Path) -> None:
    pair = Pair.of(welsh)
    began = Pair.of(welsh)
    fill_hall(began)
    day = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    for opening in (
        f"{{from: {day} 19:30, closed: {{en: Come back soon., cy: Dewch yn ôl cyn hir.}}}}",
        "{until: 2020-01-01}",
        "{at_most: 1}",
    ):
        (folder / f"{HALL}.yml").write_text(f"{FORM}open: {opening}\n")
        if "at_most" in opening:
            fill_hall(pair)
            pair.english.send(HALL)
        for each in (pair, began):
            each.read("/")
            each.read(PATH)
            assert each.post(f"{PATH}/purpose", {}, page=PATH)[0].status_code in (303, 422)
    began.assert_all_welsh()
    pair.assert_all_welsh()


def test_what_a_change_has_meant_is_told_in_welsh(welsh: Portal, folder: Path) -> None:
    pair = Pair.of(welsh)
    fill_hall(pair)
    rewrite(
        folder,
        *NO_BAND,
        ("£12.00", "£15.00"),
        ("          dance: {en: A dance, cy: Dawns}\n", ""),
        ("purpose: dance", "purpose: play"),
        (
            "  - page: who\n",
            FOOD,
        ),
        ("      music: yes\n", "      music: yes\n      food: no\n"),
    )
    carry(welsh, pair)
    english, told = pair.read(CHANGED)
    assert "It is not asked any more" in english
    for words in (
        "Enw’r band",
        "Ni ofynnir hyn mwyach",
        "Dawns",
        "Rhaid ateb hyn eto",
        "A oes bwyd",
        "Beth yw’r diben?",
    ):
        assert words in told
    pair.assert_all_welsh()


def test_a_change_kept_before_there_was_welsh_of_it_is_told_as_it_was_kept(
    welsh: Portal, folder: Path
) -> None:
    pair = Pair.of(welsh)
    fill_hall(pair)
    rewrite(folder, *NO_BAND)
    carry(welsh, pair)
    pair.read(CHANGED)
    older = {"label": "Name of the band", "lines": ["Y Band"], "why": "It is not asked any more"}
    kept = {"lost": [older], "asked": [], "again": [], "total_before": None, "total_after": None}
    with welsh.house.transactions.write() as session:
        session.execute(text("update draft set change = :kept"), {"kept": json.dumps(kept)})
    told = pair.welsh.read(CHANGED)
    assert "Name of the band" in told
    assert "Ni ofynnir hyn mwyach" in told


def test_a_price_that_changed_is_told_in_welsh(welsh: Portal, folder: Path) -> None:
    pair = Pair.of(welsh)
    fill_hall(pair)
    shown = [resident.check(HALL) for resident in (pair.english, pair.welsh)]
    rewrite(folder, ("£12.00", "£15.00"))
    carry(welsh, pair)
    pair.read(CHANGED)
    go_on(pair)
    for each, resident in zip(shown, (pair.english, pair.welsh), strict=True):
        again = resident.browser.post(f"{PATH}/check-answers", data=each)
        assert again.status_code == 409
        each["page"] = again.text
    pair.compare("the fee has changed", shown[0]["page"], shown[1]["page"])
    pair.assert_all_welsh()


def test_a_check_that_fails_after_a_change_is_told_in_welsh(welsh: Portal, folder: Path) -> None:
    pair = Pair.of(welsh)
    fill_hall(pair)
    rewrite(
        folder,
        (
            "  - page: who\n    title",
            CHECK,
        ),
        ("      purpose: dance", "      purpose: play"),
    )
    carry(welsh, pair)
    assert "Ni cheir cerddoriaeth yma" in pair.read(CHANGED)[1]
    pair.assert_all_welsh()


def test_a_stopped_form_is_welsh_and_so_is_the_text_of_its_answers(
    welsh: Portal, folder: Path
) -> None:
    pair = Pair.of(welsh)
    fill_hall(pair)
    rewrite(folder, *NO_BAND)
    publish_hall(welsh, Choice.STOP)
    _, stopped = pair.read(f"{PATH}/resume/stopped")
    assert "Enw’r band" in stopped
    assert "27 Tachwedd 2099" in stopped
    english, kept = pair.read(f"{PATH}/resume/answers.txt")
    assert "Is there music?\r\nYes" in english
    assert "A oes cerddoriaeth?\r\nIe" in kept
    assert "Noswaith 1: Pryd y mae?" in kept
    pair.post(f"{PATH}/resume/stopped", page=f"{PATH}/resume/stopped")
    pair.read(CHANGED)
    pair.assert_all_welsh()


def test_a_form_that_cannot_be_opened_any_more_says_so_in_welsh(
    welsh: Portal, folder: Path
) -> None:
    pair = Pair.of(welsh, "Purpose", "Music", "Band", "Email", "Evenings", "Held on", "dance")
    fill_hall(pair)
    rewrite(folder, ("£12.00", "£15.00"))
    pair.read("/")
    with welsh.house.transactions.write() as session:
        session.execute(text("update form_definition set text = 'form: [unclosed'"))
    welsh.house.definitions._older.clear()  # as after a restart
    _, stopped = pair.read(f"{PATH}/resume/stopped")
    assert "Nid yw eich atebion ar goll" in stopped
    (folder / f"{HALL}.yml").unlink()
    # The page is about no form that there is: it is in the council's words alone.
    pair.read(f"{PATH}/resume/stopped")
    pair.assert_all_welsh()


def test_a_page_of_an_earlier_version_is_answered_in_welsh(welsh: Portal, folder: Path) -> None:
    pair = Pair.of(welsh)
    fill_hall(pair, until="who")
    old = [hidden_inputs(it.read(f"{PATH}/music")) for it in (pair.english, pair.welsh)]
    listed = [hidden_inputs(it.read(f"{PATH}/evenings")) for it in (pair.english, pair.welsh)]
    rewrite(folder, *NO_BAND)
    carry(welsh, pair)
    pair.read(f"{PATH}/purpose", 303)
    go_on(pair)
    _post_each(pair, "music", old, {"music": "no", "band": "Y Band"}, 409)
    _post_each(pair, "evenings", listed, {"evenings": "no"}, 409)
    for change in (
        ("page: music\n", "page: music\n    when: purpose == 'play'\n"),
        ("page: music", "page: sound"),
    ):
        rewrite(folder, change)
        publish_hall(welsh, Choice.CARRY)
        pair.both("on the way", lambda it: it.get(f"{PATH}/purpose"))
        if welsh.rows("draft")[0]["change"]:
            go_on(pair)
        # Off the way, or gone: what was typed is shown, and no link that would lose it.
        unsaved = _post_each(pair, "music", old, {"music": "yes", "band": "Y Band"}, 409)
        assert "A oes cerddoriaeth?" in unsaved
        assert "Y Band" in unsaved
        assert "hreflang" not in unsaved
    pair.assert_all_welsh()


def _post_each(
    pair: Pair, page: str, hidden: list[dict[str, str]], values: dict[str, str], status: int
) -> str:
    """Each posts what their own page held; gives what was shown in Welsh."""
    got = [
        it.browser.post(f"{PATH}/{page}", data={**held, **values})
        for it, held in zip((pair.english, pair.welsh), hidden, strict=True)
    ]
    assert [each.status_code for each in got] == [status, status]
    pair.compare(f"POST {page}", got[0].text, got[1].text)
    return got[1].text


def test_saving_and_coming_back_are_welsh(welsh: Portal) -> None:
    pair = Pair.of(welsh)
    fill_hall(pair, until="music")
    pair.read(PATH)
    pair.read(f"{PATH}/save")
    pair.post(f"{PATH}/save", {"email": "nobody"})
    pair.post(f"{PATH}/save", {"email": "a@example.test"})
    saved = pair.post(f"{PATH}/save", {"email": ""})
    links = [re.findall(r"http://testserver(/resume/[\w-]+)", each.text)[0] for each in saved]
    elsewhere = Pair.of(welsh)
    for values, status in (({}, 200), ({"fact": ""}, 422), ({"fact": "000000x"}, 422)):
        pages = [
            it.post(link, values) if values else it.get(link)
            for it, link in zip((elsewhere.english, elsewhere.welsh), links, strict=True)
        ]
        assert [each.status_code for each in pages] == [status, status]
        pair.compare(f"resume {values}", *(each.text for each in pages))
    welsh.do_the_work()
    notices = sorted(welsh.rows("notice"), key=lambda row: row["subject"])
    assert len(notices) == 2
    for part in ("subject", "text"):
        english, told = (str(row[part]) for row in notices)
        pair.compare(f"e-mail {part}", english, told)
    pair.assert_all_welsh()


def test_pages_that_say_something_went_wrong_are_welsh(welsh: Portal) -> None:
    pair = Pair.of(welsh)
    for path in ("/forms/nothing", f"{PATH}/nothing", "/nothing", "/receipts/x", "/resume/x/y"):
        pair.read(path, 404)
    pair.read(f"{PATH}?link=nonsense")
    fill_hall(pair, until="who")
    forged = pair.both("forged", lambda it: it.browser.post(f"{PATH}/who", data={}))
    assert forged[0].status_code == 403
    pair.post(f"{PATH}/who", {"email": "x" * 2_000_000})
    for _ in range(11):
        limited = pair.post(f"{PATH}/save", {"email": ""})
    assert limited[0].status_code == 429
    welsh.clock.ahead = timedelta(days=200)
    pair.read(f"{PATH}/who", 410)
    pair.assert_all_welsh()


def test_a_link_that_fills_in_a_form_is_welsh(welsh: Portal) -> None:
    pair = Pair.of(welsh)
    signer = welsh.app.state.house.signer
    until = welsh.clock() + timedelta(days=9)
    link = path_of(make_link(signer, BASE_URL, HALL, {"purpose": "play"}, until))
    pair.read(link)
    fill_hall(pair, until="music")
    pair.read(link)
    pair.assert_all_welsh()


def test_paying_is_welsh_from_the_pay_page_to_the_receipt(welsh: Portal) -> None:
    pair = Pair.of(welsh, "Harrowmere District Council", *welsh.house.council.address)
    fill_hall(pair)
    residents = (pair.english, pair.welsh)

    def compare(where: str, pages: Sequence[Any], status: int = 200) -> None:
        assert [each.status_code for each in pages] == [status, status], where
        pair.compare(where, *(each.text for each in pages))

    pays = pair.send(HALL)
    hosted = [it.press_pay(pay) for it, pay in zip(residents, pays, strict=True)]
    attempts = json.dumps([row["parameters"] for row in welsh.rows("payment_attempt")])
    tokens = re.findall(r"/pay/return/([\w-]+)", attempts)
    compare(
        "not taken",
        [it.get(f"/pay/return/{token}") for it, token in zip(residents, tokens, strict=True)],
    )
    ways = [it.come_back(pay_by_card(at)) for it, at in zip(residents, hosted, strict=True)]
    confirmed = [it.get(way) for it, way in zip(residents, ways, strict=True)]
    compare("confirmation", confirmed)
    links = [re.findall(r'href="(/receipts/[^"]+)"', page.text)[0] for page in confirmed]
    soon = [it.get(link) for it, link in zip(residents, links, strict=True)]
    compare("the receipt is being drawn", soon, 202)
    pages = [it.get(link.removesuffix(".pdf")) for it, link in zip(residents, links, strict=True)]
    compare("the receipt's page", pages)
    assert "Visa yn gorffen â 4242" in pages[1].text
    pair.compare("the paper receipt", *papers(welsh))
    welsh.do_the_work("confirm")
    for kind in ("submission-received", "payment-received"):
        mails = [row for row in welsh.rows("notice") if row["kind"] == kind]
        mails.sort(key=lambda row: is_of_welsh(welsh, row))
        for part in ("subject", "text"):
            pair.compare(f"{kind} {part}", *(str(row[part]) for row in mails))
    pair.assert_all_welsh()


def papers(portal: Portal) -> list[str]:
    """The receipts as they are drawn: the English one and the Welsh one."""
    drawing = build_environment(TEMPLATES, STATIC)
    receipts = [load_receipt(row["snapshot"]) for row in portal.rows("receipt")]
    receipts.sort(key=lambda receipt: receipt.lines[0].label == "Neuadd")
    return [
        in_language(drawing, language)
        .get_template("documents/receipt.html")
        .render(receipt=receipt_view(receipt, f"{BASE_URL}/receipts/x", language=language))
        for language, receipt in zip(("en", "cy"), receipts, strict=True)
    ]


def is_of_welsh(portal: Portal, notice: dict[str, Any]) -> bool:
    """Whether a notice belongs to what was sent in Welsh: it is put second."""
    sent = {row["id"]: row["language"] for row in portal.rows("submission")}
    return sent[notice["submission_id"]] == "cy"
