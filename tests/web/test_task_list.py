"""The list of tasks over HTTP: sections in any order, two tabs, and what cannot start yet."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest

from portal.core.dates import council_day
from tests.forms.stall import FORM, PATH
from tests.support.colleague import become
from tests.support.portal_house import (
    FORMS,
    Neighbours,
    Portal,
    PreparedDatabases,
    open_portal,
)
from tests.support.resident import Resident, errors_in, heading_of, path_of

TASKS = f"{PATH}/tasks"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def market(
    request: pytest.FixtureRequest,
    databases: PreparedDatabases,
    neighbours: Neighbours,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Portal]:
    """A portal that lets market stalls, used by every test as by many residents."""
    folder = tmp_path_factory.mktemp("market")
    forms = folder / "forms"
    forms.mkdir()
    for name in ("_council.yml", "_shared.yml", "_fees.yml", "report-fly-tipping.yml"):
        (forms / name).write_text((FORMS / name).read_text())
    (forms / "market-stall.yml").write_text(FORM)
    url = databases.copy(request.param)
    with open_portal(url, folder / "portal", neighbours, forms=forms) as opened:
        yield opened


def tasks_in(html: str) -> dict[str, str]:
    """Section → its status, as people read them."""
    items = re.findall(r'<li class="govuk-task-list__item.*?</li>', html, re.DOTALL)
    return dict(_task(item) for item in items)


def _task(item: str) -> tuple[str, str]:
    parts = [" ".join(unescape(t).split()) for t in re.findall(r">([^<]*)<", item)]
    said = [part for part in parts if part]
    return said[0], said[-1]


def links_in(html: str) -> list[str]:
    return re.findall(r'govuk-task-list__link" href="([^"]+)"', html)


def send(resident: Resident, page: str, values: dict[str, str]) -> str:
    """Answer one page; where it leads."""
    answer = resident.post(f"{PATH}/{page}", values)
    assert answer.status_code == 303, errors_in(answer.text)
    return path_of(answer.headers["location"])


def fill_you(resident: Resident) -> str:
    assert send(resident, "your-name", {"trader": "Ann"}) == f"{PATH}/old-enough"
    return send(resident, "old-enough", {"adult": "yes"})


def fill_goods(resident: Resident, sells: str = "other") -> str:
    assert send(resident, "sells", {"sells": sells}) == f"{PATH}/helpers"
    return send(resident, "helpers", {"helpers": "no"})


def test_the_start_page_leads_to_the_list_and_that_into_the_sections(market: Portal) -> None:
    resident = market.resident()
    assert f'href="{TASKS}"' in resident.read(PATH)
    listed = resident.read(TASKS)
    assert heading_of(listed) == "Ask for a market stall"
    assert tasks_in(listed) == {
        "About you": "Not yet started",
        "What you sell": "Not yet started",
        "Your food": "Cannot start yet",
        "Your pitch": "Not yet started",
        "Your promise": "Cannot start yet",
    }
    assert "You have completed 0 of 5 sections." in listed
    assert "Complete “What you sell” first" in listed
    assert "Complete “About you”, “What you sell” first" in listed
    assert "Food needs a certificate" in listed
    assert links_in(listed) == [f"{PATH}/{page}" for page in ("your-name", "sells", "pitch")]
    assert "check-answers" not in listed


def test_sections_are_filled_in_another_order_and_sent_as_one(market: Portal) -> None:
    resident = market.resident()
    assert send(resident, "pitch", {"metres": "2"}) == TASKS
    assert tasks_in(resident.read(TASKS))["Your pitch"] == "Completed"
    assert fill_goods(resident) == TASKS
    assert "Your food" not in tasks_in(resident.read(TASKS))
    assert fill_you(resident) == TASKS
    promise = resident.read(f"{PATH}/promise")
    assert heading_of(promise) == "Ann, what you promise"
    assert send(resident, "promise", {"bins": "1"}) == TASKS
    done = resident.read(TASKS)
    assert set(tasks_in(done).values()) == {"Completed"}
    assert f'href="{PATH}/check-answers"' in done
    check = resident.read(f"{PATH}/check-answers")
    assert "£20.00" in check
    titles = ("About you", "What you sell", "Your pitch", "Your promise")
    places = [check.index(f">{title}</h2>") for title in titles]
    assert places == sorted(places)
    assert resident.send("market-stall").startswith("/pay/")


def test_the_section_stands_over_every_heading(market: Portal) -> None:
    resident = market.resident()
    assert ">About you</span>" in resident.read(f"{PATH}/your-name")
    send(resident, "sells", {"sells": "other"})
    assert ">What you sell</span>" in resident.read(f"{PATH}/helpers")
    more = send(resident, "helpers", {"helpers": "yes"})
    assert ">What you sell: Helper 1</span>" in resident.read(more)


def test_back_from_the_first_page_of_a_section_is_the_list(market: Portal) -> None:
    resident = market.resident()
    for page in ("your-name", "sells", "pitch"):
        assert f'<a href="{TASKS}" class="govuk-back-link">' in resident.read(f"{PATH}/{page}")
    send(resident, "your-name", {"trader": "Ann"})
    assert f'href="{PATH}/your-name" class="govuk-back-link"' in resident.read(f"{PATH}/old-enough")
    assert f'href="{PATH}" class="govuk-back-link"' in resident.read(TASKS)


def test_a_page_of_a_section_that_cannot_start_leads_to_the_list_and_loses_nothing(
    market: Portal,
) -> None:
    resident = market.resident()
    send(resident, "pitch", {"metres": "2"})
    for page in ("promise", "certificate", "old-enough"):
        asked = resident.get(f"{PATH}/{page}")
        assert (asked.status_code, path_of(asked.headers["location"])) == (303, TASKS)
        posted = resident.post(f"{PATH}/{page}", {"bins": "1"})
        assert (posted.status_code, path_of(posted.headers["location"])) == (303, TASKS)
    assert tasks_in(resident.read(TASKS))["Your pitch"] == "Completed"
    assert 'value="2"' in resident.read(f"{PATH}/pitch")


def test_without_a_draft_a_page_that_cannot_start_leads_to_the_start(market: Portal) -> None:
    asked = market.resident().get(f"{PATH}/promise")
    assert path_of(asked.headers["location"]) == PATH


def test_a_page_there_is_not_is_not_found(market: Portal) -> None:
    resident = market.resident()
    assert resident.get(f"{PATH}/nothing").status_code == 404
    assert resident.post(TASKS, {}).status_code == 404
    assert resident.get("/forms/report-fly-tipping/tasks").status_code == 404
    assert resident.get("/forms/there-is-none/tasks").status_code == 404


def test_two_tabs_fill_in_two_sections(market: Portal) -> None:
    resident = market.resident()
    one, other = resident.read(f"{PATH}/your-name"), resident.read(f"{PATH}/pitch")
    assert one
    assert other
    send(resident, "pitch", {"metres": "5"})
    send(resident, "your-name", {"trader": "Ann"})
    assert send(resident, "place", {"place": "hall"}) == TASKS
    assert send(resident, "old-enough", {"adult": "yes"}) == TASKS
    listed = tasks_in(resident.read(TASKS))
    assert (listed["About you"], listed["Your pitch"]) == ("Completed", "Completed")


def test_a_tab_whose_section_was_closed_meanwhile_comes_to_the_list(market: Portal) -> None:
    resident = market.resident()
    fill_you(resident)
    fill_goods(resident)
    assert resident.read(f"{PATH}/promise")
    send(resident, "sells", {"sells": "food"})
    more = send(resident, "helpers", {"helpers": "yes"})
    assert more == f"{PATH}/helpers/1/helper"
    send(resident, "helpers/1/helper", {"helper": "Bob"})
    late = resident.post(f"{PATH}/promise", {"bins": "1"})
    assert path_of(late.headers["location"]) == TASKS
    assert tasks_in(resident.read(TASKS)) == {
        "About you": "Completed",
        "What you sell": "In progress",
        "Your food": "Cannot start yet",
        "Your pitch": "Not yet started",
        "Your promise": "Cannot start yet",
    }


def fill_all(resident: Resident) -> None:
    fill_you(resident)
    fill_goods(resident)
    send(resident, "pitch", {"metres": "2"})
    send(resident, "promise", {"bins": "0"})


def test_a_changed_answer_goes_back_to_check_answers(market: Portal) -> None:
    resident = market.resident()
    fill_all(resident)
    shown = resident.read(f"{PATH}/pitch?change=yes")
    assert f'href="{PATH}/check-answers" class="govuk-back-link"' in shown
    changed = send(resident, "pitch", {"metres": "3", "return": "check-answers"})
    assert changed == f"{PATH}/check-answers"
    assert "£30.00" in resident.read(changed)


def test_a_changed_answer_that_asks_for_more_leads_there_and_then_to_the_list(
    market: Portal,
) -> None:
    resident = market.resident()
    fill_all(resident)
    more = send(resident, "pitch", {"metres": "4", "return": "check-answers"})
    assert more == f"{PATH}/place"
    assert send(resident, "place", {"place": "hall"}) == TASKS


def test_a_changed_answer_that_opens_another_section_leads_to_the_list(market: Portal) -> None:
    resident = market.resident()
    fill_all(resident)
    changed = send(resident, "sells", {"sells": "food", "return": "check-answers"})
    assert changed == TASKS
    assert tasks_in(resident.read(TASKS))["Your food"] == "Not yet started"
    early = resident.get(f"{PATH}/check-answers")
    assert path_of(early.headers["location"]) == TASKS
    assert resident.post(f"{PATH}/check-answers", {}).headers["location"].endswith(TASKS)


def test_an_exit_ends_at_its_page_and_another_answer_leads_on(market: Portal) -> None:
    resident = market.resident()
    send(resident, "pitch", {"metres": "2"})
    send(resident, "your-name", {"trader": "Ann"})
    assert send(resident, "old-enough", {"adult": "no"}) == f"{PATH}/too-young"
    listed = resident.read(TASKS)
    assert tasks_in(listed)["Your pitch"] == "Cannot start yet"
    assert links_in(listed) == [f"{PATH}/too-young"]
    assert path_of(resident.get(f"{PATH}/pitch").headers["location"]) == TASKS
    assert send(resident, "old-enough", {"adult": "yes"}) == TASKS
    assert tasks_in(resident.read(TASKS))["Your pitch"] == "Completed"


def test_a_saved_form_is_taken_up_at_the_list_and_can_be_begun_afresh(market: Portal) -> None:
    resident = market.resident()
    send(resident, "pitch", {"metres": "2"})
    assert "/save" in resident.read(TASKS)
    assert f'href="{TASKS}"' in resident.read(PATH)
    begun = resident.post(f"{PATH}/start-again", {})
    assert path_of(begun.headers["location"]) == TASKS
    assert set(tasks_in(resident.read(TASKS)).values()) == {"Not yet started", "Cannot start yet"}


def test_an_expired_draft_counts_as_none_on_the_list_and_where_one_may_begin(
    market: Portal,
) -> None:
    resident = market.resident()
    send(resident, "pitch", {"metres": "2"})
    later = council_day(market.clock()) + timedelta(days=60)
    with market.clock.on(later):
        assert tasks_in(resident.read(TASKS))["Your pitch"] == "Not yet started"
        assert resident.get(f"{PATH}/sells").status_code == 200
        assert resident.get(f"{PATH}/place").status_code == 410


def test_the_list_and_its_pages_are_in_welsh(market: Portal) -> None:
    resident = market.resident()
    listed = resident.read(f"{TASKS}?language=cy")
    assert tasks_in(listed)["Amdanoch chi"] == "Heb ddechrau eto"
    assert tasks_in(listed)["Eich bwyd"] == "Ni ellir dechrau eto"
    assert "Cwblhewch “Yr hyn a werthwch” yn gyntaf" in listed
    send(resident, "your-name", {"trader": "Ann"})
    assert tasks_in(resident.read(TASKS))["Amdanoch chi"] == "Ar waith"
    send(resident, "old-enough", {"adult": "yes"})
    assert tasks_in(resident.read(TASKS))["Amdanoch chi"] == "Wedi’i gwblhau"
    assert ">Yr hyn a werthwch</span>" in resident.read(f"{PATH}/sells")


def test_the_written_examples_can_be_filled_in_the_form_s_own_order(market: Portal) -> None:
    resident = market.resident()
    resident.fill("market-stall")
    check = resident.read(f"{PATH}/check-answers")
    assert "£65.00" in check
    assert check.index(">What you sell</h2>") < check.index(">Helper 1</h3>")
    assert ">Worked out from your answers</h2>" in check


PREVIEW = "/design/market-stall/preview"


def try_out(designer: Resident, page: str, values: dict[str, str]) -> str:
    """Answer one page of the preview; where it leads."""
    answer = designer.post(f"{PREVIEW}/{page}", values, page=f"{PREVIEW}/{page}")
    assert answer.status_code == 303, errors_in(answer.text)
    return path_of(answer.headers["location"])


def test_the_preview_has_the_list_and_goes_through_its_sections_in_any_order(
    market: Portal,
) -> None:
    designer = become(market)
    assert f'href="{PREVIEW}/tasks"' in designer.read(PREVIEW)
    assert links_in(designer.read(f"{PREVIEW}/tasks"))[0] == f"{PREVIEW}/your-name"
    assert try_out(designer, "pitch", {"metres": "4"}) == f"{PREVIEW}/place"
    assert tasks_in(designer.read(f"{PREVIEW}/tasks"))["Your pitch"] == "In progress"
    assert try_out(designer, "place", {"place": "hall"}) == f"{PREVIEW}/tasks"
    early = designer.get(f"{PREVIEW}/promise")
    assert path_of(early.headers["location"]) == f"{PREVIEW}/tasks"
    early = designer.get(f"{PREVIEW}/check-answers")
    assert path_of(early.headers["location"]) == f"{PREVIEW}/tasks"
    try_out(designer, "your-name", {"trader": "Ann"})
    assert try_out(designer, "old-enough", {"adult": "no"}) == f"{PREVIEW}/too-young"
    assert try_out(designer, "old-enough", {"adult": "yes"}) == f"{PREVIEW}/tasks"
    try_out(designer, "sells", {"sells": "other"})
    try_out(designer, "helpers", {"helpers": "no"})
    assert try_out(designer, "promise", {"bins": "0"}) == f"{PREVIEW}/tasks"
    assert set(tasks_in(designer.read(f"{PREVIEW}/tasks")).values()) == {"Completed"}
    assert "£40.00" in designer.read(f"{PREVIEW}/check-answers")
    changed = try_out(designer, "pitch", {"metres": "2", "return": "check-answers"})
    assert changed == f"{PREVIEW}/check-answers"
    opened = try_out(designer, "sells", {"sells": "food", "return": "check-answers"})
    assert opened == f"{PREVIEW}/tasks"
    other = become(market)
    wrong = other.get("/design/report-fly-tipping/preview/tasks")
    assert path_of(wrong.headers["location"]).startswith("/design/report-fly-tipping/preview/")
