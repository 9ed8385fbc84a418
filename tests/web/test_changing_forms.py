"""A form is published anew while people fill it in: pinned, carried on, or stopped."""

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import text

from portal.core.errors import Conflict
from portal.submissions.publication import Choice
from portal.submissions.publishing import Plan, plan_publication, publish
from tests.support.portal_fixtures import OpenPortal
from tests.support.portal_house import FORMS, Portal
from tests.support.resident import PDF, Resident, heading_of, hidden_inputs, path_of

SKIP = "skip-permit"
FORM = """\
form: skip-permit
title: Put a skip on the road
summary: Ask for a permit
service_area: Highways
lgsl: 575
pages:
  - page: size
    questions:
      - {question: size, ask: Which size, type: radios, options: {small: Small, big: Big}}
  - page: place
    title: The place
    questions:
      - {question: street, ask: Which street, type: text}
      - {question: lamp, ask: Number of the lamp post, type: text, optional: yes}
  - page: plan
    questions:
      - {question: plan, ask: A plan, type: file, optional: yes}
  - page: days
    questions:
      - {question: days, ask: For how many days, type: whole-number, max: 28}
fee:
  - {line: skip, label: Permit, amount: £30.00, income_code: H-1, vat: outside-scope}
case: {type: skip, queue: highways, target: 5 working days, subject: A skip}
what_happens_next: We will write to you.
examples:
  - example: A small one
    answers: {size: small, street: Mill Lane, days: 3}
"""
NO_LAMP = (
    "      - {question: lamp, ask: Number of the lamp post, type: text, optional: yes}\n",
    "",
)
HELPER = ("max: 28}\n", "max: 28}\n      - {question: who, ask: Who puts it there, type: text}\n")
TITLED = ("  - page: days\n", "  - page: days\n    title: The days\n")
DEARER = ("£30.00", "£35.00")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = Path(shutil.copytree(FORMS, tmp_path / "forms"))
    (made / f"{SKIP}.yml").write_text(FORM)
    return made


@pytest.fixture
def changing(open_own: OpenPortal, folder: Path) -> Iterator[Portal]:
    with open_own(forms=folder) as opened:
        yield opened


def rewrite(folder: Path, *parts: tuple[str, str]) -> None:
    path = folder / f"{SKIP}.yml"
    said = path.read_text()
    for old, new in parts:
        assert old in said, old
        said = said.replace(old, new)
    path.write_text(said)


def plan(portal: Portal, *, again: bool = False) -> Plan:
    house = portal.house
    return plan_publication(
        house.definitions,
        house.transactions,
        SKIP,
        today=house.today(),
        now=portal.clock(),
        again=again,
    )


def publish_now(portal: Portal, choice: Choice, *, again: bool = False) -> str:
    """Publish as a designer does; gives the report that was shown first."""
    planned = plan(portal, again=again)
    house = portal.house
    publish(
        house.definitions,
        house.transactions,
        planned,
        choice,
        by="Dee Signer",
        now=portal.clock(),
        again=again,
    )
    return str(planned.report)


def fill(resident: Resident, *, until: str = "") -> None:
    posts: dict[str, dict[str, str]] = {
        "size": {"size": "big"},
        "place": {"street": "Mill Lane", "lamp": "L-17"},
        "plan": {},
        "days": {"days": "3"},
    }
    for page, values in posts.items():
        if page == until:
            return
        files = [("plan", ("plan.pdf", PDF, "application/pdf"))] if page == "plan" else []
        assert resident.answer(SKIP, page, values, files=files).status_code == 303


def send(resident: Resident) -> str:
    return resident.send(SKIP)


def go_on(resident: Resident) -> str:
    """Read the page of changes and press Continue; gives where it leads."""
    path = f"/forms/{SKIP}/resume/changed"
    answer = resident.browser.post(path, data=hidden_inputs(resident.read(path)))
    assert answer.status_code == 303
    return path_of(answer.headers["location"])


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_carried_drafts_keep_what_fits_and_tell_the_rest_before_they_can_be_sent(
    changing: Portal, folder: Path
) -> None:
    resident, other = changing.resident(), changing.resident()
    fill(resident)
    fill(other, until="days")
    shown = resident.check(SKIP)
    rewrite(folder, NO_LAMP, TITLED, HELPER, DEARER)
    assert publish_now(changing, Choice.CARRY) == (
        "2 open: 0 unaffected, 1 needs one more answer, 2 lose an answer"
    )
    # The button of a page drawn before sends nothing.
    pressed = resident.browser.post(f"/forms/{SKIP}/check-answers", data=shown)
    assert path_of(pressed.headers["location"]) == f"/forms/{SKIP}/resume/changed"
    assert changing.counts()["submission"] == 0
    page = resident.read(f"/forms/{SKIP}/resume/changed")
    said = text_of(page)
    assert heading_of(page) == "This form has changed since you began"
    assert "Number of the lamp post L-17 It is not asked any more" in said
    assert "What you will be asked Who puts it there" in said
    # Nothing else of the form is reached before it is read.
    for path in ("size", "days", "check-answers"):
        answer = resident.get(f"/forms/{SKIP}/{path}")
        assert path_of(answer.headers["location"]) == f"/forms/{SKIP}/resume/changed"
    assert go_on(resident) == f"/forms/{SKIP}/days"
    kept = resident.read(f"/forms/{SKIP}/days")
    assert 'value="3"' in kept
    assert "plan.pdf" in resident.read(f"/forms/{SKIP}/plan")
    assert resident.answer(SKIP, "days", {"days": "3"}).status_code == 422
    assert resident.answer(SKIP, "days", {"days": "3", "who": "Ann"}).status_code == 303
    assert "£35.00" in resident.read(f"/forms/{SKIP}/check-answers")
    assert send(resident).startswith("/pay/")
    (row,) = changing.rows("submission")
    assert row["total"] == 35_00
    assert row["digest"] == changing.house.definitions.current(SKIP).digest
    assert "L-17" not in row["answers"]


def test_a_price_that_changes_under_a_complete_draft_is_told_and_shown_again(
    changing: Portal, folder: Path
) -> None:
    resident = changing.resident()
    fill(resident)
    shown = resident.check(SKIP)
    rewrite(folder, DEARER)
    assert publish_now(changing, Choice.CARRY) == "1 open: 0 unaffected, 1 changes price"
    said = text_of(resident.browser.get(f"/forms/{SKIP}/size", follow_redirects=True).text)
    assert "It was £30.00. With the answers you have given it is now £35.00" in said
    assert go_on(resident) == f"/forms/{SKIP}/check-answers"
    again = resident.browser.post(f"/forms/{SKIP}/check-answers", data=shown)
    assert again.status_code == 409
    assert "£35.00" in again.text
    assert changing.counts()["submission"] == 0
    send(resident)
    assert [row["total"] for row in changing.rows("submission")] == [35_00]


def test_who_loses_nothing_is_carried_on_without_being_stopped(
    changing: Portal, folder: Path
) -> None:
    resident = changing.resident()
    fill(resident, until="days")
    rewrite(folder, ("Which street", "The name of the street"))
    assert publish_now(changing, Choice.CARRY) == "1 open: 1 unaffected"
    assert "The name of the street" in resident.read(f"/forms/{SKIP}/place")
    digest = changing.house.definitions.current(SKIP).digest
    assert [row["digest"] for row in changing.rows("draft")] == [digest]


def test_what_is_typed_while_the_form_is_published_is_saved_first_then_carried(
    changing: Portal, folder: Path
) -> None:
    resident = changing.resident()
    fill(resident, until="place")
    open_page = hidden_inputs(resident.read(f"/forms/{SKIP}/place"))
    rewrite(folder, NO_LAMP, ("    title: The place\n", ""))
    publish_now(changing, Choice.CARRY)
    posted = {**open_page, "street": "High Street", "lamp": "L-99"}
    answer = resident.browser.post(f"/forms/{SKIP}/place", data=posted)
    assert answer.status_code == 303
    page = resident.browser.get(answer.headers["location"], follow_redirects=True).text
    assert "L-99" in text_of(page)
    assert go_on(resident) == f"/forms/{SKIP}/plan"
    assert "High Street" in resident.read(f"/forms/{SKIP}/place")


def test_a_page_open_in_a_second_tab_when_the_draft_was_carried_shows_what_was_typed(
    changing: Portal, folder: Path
) -> None:
    resident = changing.resident()
    fill(resident, until="days")
    place = hidden_inputs(resident.read(f"/forms/{SKIP}/place"))
    rewrite(folder, NO_LAMP, ("    title: The place\n", ""))
    publish_now(changing, Choice.CARRY)
    resident.get(f"/forms/{SKIP}/size")  # the first tab
    go_on(resident)
    posted = {**place, "street": "New Street", "lamp": "L-1"}
    answer = resident.browser.post(f"/forms/{SKIP}/place", data=posted)
    assert answer.status_code == 409
    said = text_of(answer.text)
    assert "This form has changed since you opened this page" in said
    assert "Number of the lamp post L-1" in said
    assert 'value="New Street"' in answer.text
    fresh = hidden_inputs(answer.text)
    saved = resident.browser.post(f"/forms/{SKIP}/place", data={**fresh, "street": "New Street"})
    assert saved.status_code == 303
    assert "New Street" in resident.read(f"/forms/{SKIP}/place")
    # A page that is gone altogether: what was typed is shown all the same.
    rewrite(folder, ("page: place", "page: where"))
    publish_now(changing, Choice.CARRY)
    resident.get(f"/forms/{SKIP}/size")
    gone = resident.browser.post(f"/forms/{SKIP}/place", data=posted)
    assert gone.status_code in {404, 409}


def test_a_stopped_draft_shows_its_answers_and_begins_again_with_what_fits(
    changing: Portal, folder: Path
) -> None:
    resident = changing.resident()
    fill(resident)
    shown = resident.check(SKIP)
    rewrite(folder, NO_LAMP, ("    title: The place\n", ""))
    publish_now(changing, Choice.STOP)
    stopped = f"/forms/{SKIP}/resume/stopped"
    for answer in (
        resident.browser.post(f"/forms/{SKIP}/check-answers", data=shown),
        resident.get(f"/forms/{SKIP}/size"),
        resident.get(f"/forms/{SKIP}/check-answers"),
    ):
        assert path_of(answer.headers["location"]) == stopped
    page = resident.read(stopped)
    assert heading_of(page) == "You cannot send this form"
    said = text_of(page)
    for words in ("Mill Lane", "L-17", "plan.pdf", "For how many days 3"):
        assert words in said
    kept = resident.get(f"/forms/{SKIP}/resume/answers.txt")
    assert "attachment" in kept.headers["content-disposition"]
    assert "Number of the lamp post\r\nL-17\r\n" in kept.text
    assert changing.counts()["submission"] == 0
    begun = resident.browser.post(stopped, data=hidden_inputs(page))
    assert path_of(begun.headers["location"]) == f"/forms/{SKIP}/resume/changed"
    assert "L-17" in resident.read(f"/forms/{SKIP}/resume/changed")
    assert go_on(resident) == f"/forms/{SKIP}/check-answers"
    assert send(resident).startswith("/pay/")
    assert resident.get(f"/forms/{SKIP}/resume/answers.txt").status_code == 404


def test_a_file_copied_without_publishing_and_a_pinned_change_leave_drafts_as_they_are(
    changing: Portal, folder: Path
) -> None:
    resident = changing.resident()
    fill(resident, until="days")
    rewrite(folder, NO_LAMP, ("    title: The place\n", ""))
    assert "lamp post" in resident.read(f"/forms/{SKIP}/place")
    publish_now(changing, Choice.PIN)
    assert "lamp post" in resident.read(f"/forms/{SKIP}/place")
    rewrite(folder, DEARER)
    assert changing.rows("draft")[0]["digest"] not in plan(changing).from_digests
    publish_now(changing, Choice.CARRY)
    # The choice made for these drafts stands, until it is made again.
    assert "lamp post" in resident.read(f"/forms/{SKIP}/place")
    publish_now(changing, Choice.CARRY, again=True)
    assert resident.get(f"/forms/{SKIP}/place").status_code == 303
    assert "L-17" in resident.read(f"/forms/{SKIP}/resume/changed")


def test_a_saved_form_is_carried_when_its_link_is_opened_elsewhere(
    changing: Portal, folder: Path
) -> None:
    phone, desktop = changing.resident(), changing.resident()
    fill(phone, until="days")
    saved = phone.post(f"/forms/{SKIP}/save", {"email": ""}).text
    link = re.findall(r"http://testserver(/resume/[\w-]+)", saved)[0]
    code = re.findall(r"\b\d{6}\b", saved)[0]
    rewrite(folder, NO_LAMP, ("    title: The place\n", ""))
    publish_now(changing, Choice.CARRY)
    assert desktop.post(link, {"fact": code}).status_code == 303
    start = desktop.read(f"/forms/{SKIP}")
    (on,) = re.findall(r'href="([^"]+)">Continue where you stopped', start)
    moved = desktop.get(on)
    assert path_of(moved.headers["location"]) == f"/forms/{SKIP}/resume/changed"
    assert "L-17" in desktop.read(f"/forms/{SKIP}/resume/changed")
    assert go_on(desktop) == f"/forms/{SKIP}/days"


def test_two_designers_who_publish_at_once_do_not_overrule_each_other(
    changing: Portal, folder: Path
) -> None:
    fill(changing.resident())
    rewrite(folder, DEARER)
    first = plan(changing)
    second = plan(changing)
    house = changing.house
    for planned, choice in ((first, Choice.CARRY), (second, Choice.STOP)):
        if planned is second:
            with pytest.raises(Conflict):
                publish(
                    house.definitions,
                    house.transactions,
                    planned,
                    choice,
                    by="B",
                    now=changing.clock(),
                )
        else:
            publish(
                house.definitions, house.transactions, planned, choice, by="A", now=changing.clock()
            )
    assert [(r["choice"], r["published_by"]) for r in changing.rows("publication")] == [
        ("carry", "A")
    ]
    assert not plan(changing).is_needed


@pytest.mark.parametrize("damage", ["form: [unclosed", "", FORM.replace("type: text", "type: ink")])
def test_a_kept_definition_that_cannot_be_read_loses_no_answer(
    changing: Portal, folder: Path, damage: str
) -> None:
    resident = changing.resident()
    fill(resident)
    digest = changing.rows("draft")[0]["digest"]
    rewrite(folder, DEARER)
    resident.read("/")
    _damage(changing, digest, damage)
    before = changing.rows("draft")
    stopped = f"/forms/{SKIP}/resume/stopped"
    for path in ("place", "check-answers"):
        got = resident.get(f"/forms/{SKIP}/{path}")
        assert got.status_code == 303, (path, got.status_code, got.text[:3000])
        assert path_of(got.headers["location"]) == stopped
    said = text_of(resident.read(stopped))
    assert "Your answers are not lost" in said
    for words in ("Street Mill Lane", "Lamp L-17", "plan.pdf", "Days 3"):
        assert words in said
    assert "Begin again with these answers" not in said
    posted = resident.post(f"/forms/{SKIP}/days", {"days": "14"}, page=stopped)
    assert posted.status_code == 409
    assert "14" in text_of(posted.text)
    assert "Continue where you stopped" in resident.read(f"/forms/{SKIP}")
    assert changing.rows("draft") == before
    assert str(plan(changing).report) == "1 open: 0 unaffected, 1 cannot be read"


def test_a_kept_definition_with_findings_that_change_nothing_is_read_as_before(
    changing: Portal, folder: Path
) -> None:
    resident = changing.resident()
    fill(resident)
    digest = changing.rows("draft")[0]["digest"]
    rewrite(folder, DEARER)
    resident.read("/")
    lenient = FORM.replace("summary: Ask for a permit\n", "").replace("days: 3", "days_: 3")
    _damage(changing, digest, lenient)
    assert "£30.00" in resident.read(f"/forms/{SKIP}/check-answers")
    assert send(resident).startswith("/pay/")


def _damage(portal: Portal, digest: str, said: str) -> None:
    with portal.house.transactions.write() as session:
        session.execute(
            text("update form_definition set text = :said where digest = :digest"),
            {"said": said, "digest": digest},
        )
    portal.house.definitions._older.clear()  # as after a restart
