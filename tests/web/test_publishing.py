"""A designer asks, a second person publishes: over HTTP, at the command line, and at once."""

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from portal.accounts.records import find_by_email
from portal.app import create_app
from portal.bootstrap import build_house
from portal.cli import app
from portal.core.errors import Conflict
from portal.database import Transactions, open_engine
from portal.forms.library import load_library
from portal.submissions.definitions import LOOK_EVERY, Definitions
from portal.submissions.proposal import Doer
from portal.submissions.proposing import publish_file
from portal.submissions.publication import Choice
from portal.submissions.publishing import plan_publication
from portal.web.workbench import bundle_of
from tests.support.colleague import DEE, PAT, Colleague, become
from tests.support.portal_fixtures import OpenPortal
from tests.support.portal_house import FORMS, Portal
from tests.support.resident import Resident, errors_in, heading_of, hidden_inputs
from tests.web.test_changing_forms import FORM, SKIP, fill

PUBLISH = f"/design/{SKIP}/publish"
DEARER = FORM.replace("£30.00", "£35.00")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "forms"
    made.mkdir()
    for name in ("_council.yml", "_shared.yml", "_fees.yml", "report-fly-tipping.yml"):
        shutil.copy(FORMS / name, made / name)
    (made / f"{SKIP}.yml").write_text(FORM)
    return made


@pytest.fixture
def own(open_own: OpenPortal, folder: Path) -> Iterator[Portal]:
    with open_own(forms=folder) as opened:
        yield opened


@pytest.fixture
def dee(own: Portal) -> Colleague:
    return become(own, DEE)


@pytest.fixture
def pat(own: Portal) -> Colleague:
    return become(own, PAT)


def write(designer: Colleague, text: str, form: str = SKIP) -> None:
    page = designer.get(f"/design/{form}")
    version = hidden_inputs(page.text).get("version", "0")
    values = {"deed": "save", "text": text, "version": version}
    assert designer.post(f"/design/{form}", values, page="/staff").status_code == 303


def act(who: Colleague, deed: str, *, at: str = PUBLISH, page: str = "", **values: str) -> Any:
    """Press a button of the publish page as it was shown (`page`), or as it is now."""
    shown = hidden_inputs(page or who.get(at).text)
    return who.browser.post(at, data={"csrf_token": who.token(), **shown, "deed": deed, **values})


def ask(designer: Colleague, note: str = "It is dearer from now on.") -> None:
    assert act(designer, "propose", note=note).status_code == 303


def publish(publisher: Colleague, choice: str = "pin", **values: str) -> Any:
    return act(publisher, "publish", choice=choice, **values)


def said_in(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def fees(name: str, amount: str) -> str:
    return f"fees:\n  {name}:\n    - {{from: 2010-04-01, amount: {amount}}}\n"


def price_for(resident: Resident) -> str:
    fill(resident)
    found = re.search(r"£\d+\.\d\d", resident.read(f"/forms/{SKIP}/check-answers"))
    assert found is not None
    return found[0]


def test_what_a_second_person_publishes_is_served_and_outlives_a_restart(
    own: Portal, dee: Colleague, pat: Colleague, folder: Path
):
    begun = own.resident()
    fill(begun, until="days")
    write(dee, DEARER)
    ask(dee)
    said = said_in(pat.read(PUBLISH))
    for words in (
        "Dee Signer asked for publication",
        "It is dearer from now on.",
        "Nothing is wrong with it. 1 of 1 examples pass",
        "New: - {line: skip, label: Permit, amount: £35.00",
        "Gone: - {line: skip, label: Permit, amount: £30.00",
        "£35.00",
        "1 open: 1 unaffected",
    ):
        assert words in said, words
    assert publish(pat, "carry").status_code == 303
    assert price_for(own.resident()) == "£35.00"
    assert begun.answer(SKIP, "days", {"days": "3"}).status_code == 303
    begun.browser.get(f"/forms/{SKIP}/days", follow_redirects=True)
    assert own.rows("publication")[-1]["choice"] == "carry"
    assert own.rows("draft_definition") == []
    # Another process, and the same after a restart.
    again = build_house(own.house.settings, own.clock)
    try:
        other = Portal(again, own.clock, own.neighbours, create_app(again))
        assert price_for(other.resident()) == "£35.00"
    finally:
        again.close()
    assert (folder / f"{SKIP}.yml").read_text() == FORM


def test_another_process_serves_it_when_it_looks_the_next_time(
    own: Portal, dee: Colleague, pat: Colleague, folder: Path
):
    seconds = [0.0]
    other = Definitions(
        load_library(folder), own.house.transactions, watch=False, ticks=lambda: seconds[0]
    )
    before = other.current(SKIP).digest
    write(dee, DEARER)
    ask(dee)
    publish(pat)
    seconds[0] = LOOK_EVERY / 2
    assert other.current(SKIP).digest == before
    seconds[0] = LOOK_EVERY
    assert other.current(SKIP).digest == served_digest(own) != before
    assert other.of_file(SKIP).digest == before


def test_without_its_tables_the_files_are_served(folder: Path, tmp_path: Path):
    empty = Transactions(open_engine(f"sqlite:///{tmp_path / 'empty.db'}"))
    definitions = Definitions(load_library(folder), empty, watch=True)
    assert definitions.current(SKIP).title == "Put a skip on the road"
    empty.dispose()


def test_the_file_and_what_is_published_are_told_apart_and_brought_together(
    own: Portal, dee: Colleague, pat: Colleague, folder: Path
):
    write(dee, DEARER)
    ask(dee)
    publish(pat)
    assert "The file and what is published differ" in dee.read(f"/design/{SKIP}")
    assert "The file is another" in dee.read("/design")
    got = dee.get(f"/design/{SKIP}/published.yml")
    assert "attachment" in got.headers["content-disposition"]
    assert got.text == DEARER
    (folder / f"{SKIP}.yml").write_text(got.text)
    assert "The file and what is published differ" not in dee.read(f"/design/{SKIP}")
    # What is written on is what is published, not the file.
    (folder / f"{SKIP}.yml").write_text(FORM)
    box = dee.read(f"/design/{SKIP}").partition("<textarea")[2]
    assert "£35.00" in box
    compared = said_in(dee.read(f"/design/{SKIP}/history?before=file&after=served"))
    assert "New: - {line: skip, label: Permit, amount: £35.00" in compared


def test_nobody_publishes_what_they_wrote_a_part_of(own: Portal, dee: Colleague, pat: Colleague):
    with own.house.transactions.write() as session:
        both = find_by_email(session, PAT)
        assert both is not None
        both.roles = "designer publisher"
    write(dee, DEARER)
    write(pat, DEARER + "# a comment of Pat's\n")
    ask(dee)
    page = pat.read(PUBLISH)
    assert "You wrote a part of this yourself" in page
    assert "Publish this version" not in page
    refused = publish(pat, shown="x")
    assert refused.status_code == 409
    target = own_digest(own, DEARER + "# a comment of Pat's\n")
    refused = publish(pat, shown=target, over=served_digest(own))
    assert refused.status_code == 403
    assert "You wrote a part of this yourself" in refused.text
    assert own.rows("published_form") == []


def test_who_only_writes_or_only_publishes_does_no_more(
    own: Portal, dee: Colleague, pat: Colleague
):
    write(dee, DEARER)
    assert act(pat, "propose", note="x").status_code == 403
    ask(dee)
    before = own.everything()
    for deed in ("publish", "send-back"):
        assert act(dee, deed, choice="pin", words="x").status_code == 403
    assert act(pat, "withdraw").status_code == 403
    assert own.everything() == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("lgsl: 575", "lgls: 575", "problem"),
        ("days: 3}", "days: 99}", "1 example fails"),
        (
            "amount: £30.00,",
            "when: days > 3, amount: £30.00,",
            "proof",
        ),
    ],
)
def test_what_is_not_clean_is_not_published_and_the_obstacle_is_named(
    own: Portal, dee: Colleague, pat: Colleague, old: str, new: str, said: str
):
    assert old in FORM
    write(dee, FORM.replace(old, new))
    ask(dee)
    page = pat.read(PUBLISH)
    assert "Not yet." in page
    assert said in said_in(page).partition("To be mended first:")[2][:60]
    assert "Publish this version" not in page
    refused = publish(pat, shown=own_digest(own, FORM.replace(old, new)), over=served_digest(own))
    assert refused.status_code == 409
    assert own.rows("published_form") == []


def own_digest(portal: Portal, text: str) -> str:
    return bundle_of(portal.app.state.house, SKIP, text).digest


def served_digest(portal: Portal) -> str:
    return portal.house.definitions.current(SKIP).digest


def test_a_draft_that_changes_while_the_publisher_looks_is_not_published(
    own: Portal, dee: Colleague, pat: Colleague
):
    write(dee, DEARER)
    ask(dee)
    looked_at = pat.read(PUBLISH)
    write(dee, FORM.replace("£30.00", "£99.00"))
    late = act(pat, "publish", page=looked_at, choice="pin")
    assert late.status_code == 409
    assert "It does not wait any more" in late.text
    ask(dee, "Dearer still.")
    late = act(pat, "publish", page=looked_at, choice="pin")
    assert late.status_code == 409
    assert price_for(own.resident()) == "£30.00"
    assert publish(pat).status_code == 303
    assert price_for(own.resident()) == "£99.00"


def test_what_is_shared_is_as_it_was_shown_or_nothing_is_published(
    own: Portal, dee: Colleague, pat: Colleague, folder: Path
):
    write(dee, DEARER)
    ask(dee)
    looked_at = pat.read(PUBLISH)
    fees = folder / "_fees.yml"
    fees.write_text(fees.read_text() + "# a comment\n")
    late = act(pat, "publish", page=looked_at, choice="pin")
    assert late.status_code == 409
    assert "has changed since you looked" in late.text
    assert own.rows("published_form") == []


def test_a_fee_that_changes_in_its_file_changes_in_what_was_published(
    own: Portal, dee: Colleague, pat: Colleague, folder: Path
):
    write(dee, FORM.replace("£30.00", "skip-fee"))
    (folder / "_fees.yml").write_text(fees("skip-fee", "£40.00"))
    ask(dee)
    assert publish(pat).status_code == 303
    assert price_for(own.resident()) == "£40.00"
    (folder / "_fees.yml").write_text(fees("skip-fee", "£41.00"))
    assert price_for(own.resident()) == "£41.00"
    # A fee that is gone breaks the form: it is served as it was published.
    (folder / "_fees.yml").write_text(fees("other", "£1.00"))
    assert price_for(own.resident()) == "£40.00"
    assert "problem" in dee.read("/design")


def test_a_form_that_has_no_file_is_served_once_it_is_published(
    own: Portal, dee: Colleague, pat: Colleague
):
    name = "skip-two"
    write(dee, FORM.replace(f"form: {SKIP}", f"form: {name}"), name)
    at = f"/design/{name}/publish"
    assert act(dee, "propose", at=at, note="New").status_code == 303
    assert own.resident().get(f"/forms/{name}").status_code == 404
    assert act(pat, "publish", at=at, choice="pin").status_code == 303
    assert own.resident().get(f"/forms/{name}").status_code == 200
    assert "has no file yet" in dee.read(f"/design/{name}")


def test_a_proposal_is_sent_back_with_words_or_taken_back(
    own: Portal, dee: Colleague, pat: Colleague
):
    write(dee, DEARER)
    left = act(dee, "propose", note="  ")
    assert left.status_code == 422
    assert errors_in(left.text) == ["Say what changes, and why"]
    ask(dee)
    again = act(dee, "propose", note="x", version="1")
    assert again.status_code == 409
    wordless = act(pat, "send-back", words="")
    assert errors_in(wordless.text) == ["Say what has to change"]
    long = act(pat, "send-back", words="x" * 4001)
    assert long.status_code == 422
    assert "x" * 4001 in long.text
    assert act(pat, "send-back", words="Say <why> it is dearer.").status_code == 303
    page = dee.read(PUBLISH)
    assert "Pat Publisher" in page
    assert "Say &lt;why&gt; it is dearer." in page
    ask(dee)
    assert act(dee, "withdraw").status_code == 303
    assert "Ask for publication" in dee.read(PUBLISH)
    assert [row["state"] for row in own.rows("proposal")] == ["sent-back", "withdrawn"]


def test_without_a_choice_nothing_is_published(own: Portal, dee: Colleague, pat: Colleague):
    write(dee, DEARER)
    ask(dee)
    for choice in ("", "burn"):
        answer = publish(pat, choice)
        assert answer.status_code == 422
        assert errors_in(answer.text) == ["Select what becomes of the drafts that are open"]
    assert own.rows("published_form") == []


def test_the_history_tells_who_did_what_and_how_any_two_versions_differ(
    own: Portal, dee: Colleague, pat: Colleague
):
    fill(own.resident(), until="days")
    write(dee, DEARER)
    write(dee, DEARER + "# once more\n")
    ask(dee)
    publish(pat, "stop")
    page = dee.read(f"/design/{SKIP}/history")
    said = said_in(page)
    assert "Dee Signer saved a draft definition (2 times)" in said
    assert "Dee Signer asked for publication" in said
    assert "Pat Publisher published it, version" in said
    assert "stop. It is dearer from now on." in said
    names = re.findall(r'<option value="([^"]+)"', page)
    first = served_version(own, FORM)
    assert {"served", "file", "proposal-1", first[:16]} <= set(names)
    compared = said_in(dee.read(f"/design/{SKIP}/history?before={first[:16]}&after=proposal-1"))
    assert "Gone: - {line: skip, label: Permit, amount: £30.00" in compared
    assert "New: # once more" in compared
    same = said_in(dee.read(f"/design/{SKIP}/history?before=served&after=served"))
    assert "Their texts are the same." in same
    assert dee.get(f"/design/{SKIP}/history?before=nonsense&after=../x").status_code == 200


def served_version(portal: Portal, text: str) -> str:
    return next(r["digest"] for r in portal.rows("form_definition") if r["text"] == text)


def test_what_no_page_of_ours_sent_publishes_nothing(own: Portal, dee: Colleague, pat: Colleague):
    write(dee, DEARER)
    ask(dee)
    shown, before = hidden_inputs(pat.read(PUBLISH)), own.everything()
    data = {**shown, "deed": "publish", "choice": "pin"}
    for forged in ({"csrf_token": ""}, {"csrf_token": dee.token()}):
        assert pat.browser.post(PUBLISH, data={**data, **forged}).status_code == 403
    cross = pat.browser.post(PUBLISH, data=data, headers={"sec-fetch-site": "cross-site"})
    assert cross.status_code == 403
    assert own.everything() == before


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do several things in threads of their own that begin together; gives what came of each."""
    barrier, came = threading.Barrier(len(deeds)), list[Any]()

    def run(deed: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            came.append(deed())
        except Conflict as error:
            came.append(error)

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def test_of_two_publishers_at_once_one_publishes_and_the_other_is_told(
    own: Portal, dee: Colleague, pat: Colleague
):
    other = become(own, PAT)
    write(dee, DEARER)
    ask(dee)
    pages = [(who, {**hidden_inputs(who.read(PUBLISH))}) for who in (pat, other)]
    posts = [
        lambda who=who, page=page, choice=choice: (
            who.browser.post(
                PUBLISH, data={**page, "deed": "publish", "choice": choice}
            ).status_code
        )
        for (who, page), choice in zip(pages, ("carry", "stop"), strict=True)
    ]
    assert sorted(at_once(*posts)) == [303, 409]
    assert len(own.rows("published_form")) == 1
    assert [row["state"] for row in own.rows("proposal")] == ["published"]
    assert len({row["choice"] for row in own.rows("publication")}) == 1


def test_a_designer_who_saves_as_the_publisher_presses_loses_nothing(
    own: Portal, dee: Colleague, pat: Colleague
):
    write(dee, DEARER)
    ask(dee)
    page, token = hidden_inputs(pat.read(PUBLISH)), dee.token()
    newer = DEARER + "# newer\n"
    values = {"csrf_token": token, "deed": "save", "text": newer, "version": "1"}

    def save() -> int:
        return dee.browser.post(f"/design/{SKIP}", data=values).status_code

    def press() -> int:
        data = {**page, "deed": "publish", "choice": "pin"}
        return pat.browser.post(PUBLISH, data=data).status_code

    at_once(save, press)
    drafts, published = own.rows("draft_definition"), own.rows("published_form")
    # Whoever was first: either the newer draft stands and nothing is published, or what was shown
    # is published and the designer is told, with the text, that the draft is another now.
    if drafts:
        assert ([row["text"] for row in drafts], published) == ([newer], [])
    else:
        assert [row["text"] for row in published] == [DEARER]


def test_two_at_the_command_line_publish_a_file_once(own: Portal, folder: Path):
    fill(own.resident(), until="days")
    (folder / f"{SKIP}.yml").write_text(DEARER)
    house = own.house
    plan = plan_publication(
        house.definitions, house.transactions, SKIP, today=house.today(), now=own.clock()
    )
    deeds = [
        lambda choice=choice: publish_file(
            house.definitions, house.transactions, plan, choice, by=Doer("", "ops"), now=own.clock()
        )
        for choice in (Choice.CARRY, Choice.STOP)
    ]
    came = at_once(*deeds)
    assert [isinstance(each, Conflict) for each in came].count(True) == 1
    assert len(own.rows("publication")) == 1


class CommandLine:
    """`portal publish`, with a house of its own beside a portal that runs."""

    def __init__(self, portal: Portal, folder: Path) -> None:
        settings = portal.house.settings
        self.environment = {
            "PORTAL_FORMS": str(folder),
            "PORTAL_DATA_DIR": str(settings.data_dir),
            "PORTAL_DATABASE_URL": settings.database_url,
        }

    def __call__(self, *words: str) -> tuple[int, str, str]:
        run = CliRunner().invoke(app, ["publish", SKIP, *words], env=self.environment)
        assert run.exception is None or isinstance(run.exception, SystemExit), run.exception
        return run.exit_code, run.stdout.strip(), run.stderr.strip()


def test_the_command_shows_the_report_publishes_and_has_nothing_left_to_do(
    own: Portal, folder: Path
):
    portal = CommandLine(own, folder)
    fill(own.resident(), until="days")
    (folder / f"{SKIP}.yml").write_text(DEARER)
    report = f"{SKIP}: 1 open: 1 unaffected"
    assert portal("--by", " ")[0] == 2
    assert portal("--by", "Ops", "--dry-run") == (0, report, "")
    assert own.rows("publication") == []
    done = portal("--by", "Ops", "--choose", "carry")
    assert done == (0, f"{report}\nPublished by Ops: carry.", "")
    (row,) = own.rows("publication")
    assert (row["published_by"], row["choice"]) == ("Ops", "carry")
    assert [row["deed"] for row in own.rows("form_deed")] == ["published"]
    again = portal("--by", "Ops")
    assert again[1].endswith("is published already, and a choice is made for every draft.")


def test_the_command_exports_what_was_published_and_lets_the_file_lead_again(
    own: Portal, dee: Colleague, pat: Colleague, folder: Path
):
    portal = CommandLine(own, folder)
    write(dee, DEARER)
    ask(dee)
    publish(pat)
    assert portal("--export")[1] == DEARER.strip()
    assert portal("--follow-file", "--by", "Ops")[1] == f"{SKIP} follows its file."
    assert portal("--follow-file", "--by", "Ops")[1] == f"{SKIP} followed already its file."
    own.house.definitions.look()
    assert price_for(own.resident()) == "£30.00"
    write(dee, DEARER)
    ask(dee)
    publish(pat)
    code, said, _ = portal("--by", "Ops")
    assert (code, said.splitlines()[-1]) == (0, "Published by Ops: pin.")
    own.house.definitions.look()
    assert price_for(own.resident()) == "£30.00"
    assert heading_of(dee.read(f"/design/{SKIP}/history")) == f"History of {SKIP}"


def test_the_command_says_what_it_cannot_do(own: Portal, folder: Path):
    portal = CommandLine(own, folder)
    (folder / f"{SKIP}.yml").unlink()
    code, _, said = portal("--by", "Ops")
    assert (code, said) == (1, f"there is no form called {SKIP}")
    code, said, _ = portal("--export")
    assert (code, said) == (1, f"there is no form called {SKIP}")
