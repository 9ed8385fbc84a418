"""A small council that lets people book visits, and days, in calendars of its own."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx2

from tests.support.portal_fixtures import OpenPortal
from tests.support.portal_house import FORMS, Portal
from tests.support.resident import Resident, hidden_inputs, path_of

CALENDARS = """\
languages: [en, cy]
calendars:
  rounds:
    label: {{en: Garden waste rounds, cy: Rowndiau gwastraff gardd}}
    slot: whole day
    open: {{monday to sunday: all day}}
    capacity: {capacity}
    bank_holidays: yes
    notice: 1 day
    horizon: 30 days
    hold: 20 minutes
    change: 1 day
    if_cancelled: {{en: We send your money back., cy: Anfonwn eich arian yn ôl.}}
  visits:
    label: {{en: Visits, cy: Ymweliadau}}
    slot: 30 minutes
    open: {{monday to sunday: "09:00 to 10:00, 14:00 to 14:30"}}
    capacity: 1
    bank_holidays: yes
    notice: 1 day
    horizon: 30 days
    hold: 20 minutes
"""
FORM = """\
form: garden-visit
title: {{en: Book a garden visit, cy: Trefnu ymweliad â gardd}}
summary: {{en: We come and look, cy: Rydym yn dod i edrych}}
service_area: Gardens
lgsl: 528
languages: [en, cy]
pages:
  - page: day
    questions:
      - question: day
        ask: {{en: "Which day should we come?", cy: "Pa ddiwrnod y dylem ddod?"}}
        type: appointment
        calendar: {calendar}
  - page: about-you
    title: {{en: About you, cy: Amdanoch chi}}
    questions:
      - {{question: who, ask: {{en: Your name, cy: Eich enw}}, type: name}}
      - {{question: email, ask: {{en: Email address, cy: Cyfeiriad e-bost}}, type: email}}
{fee}
case:
  type: visit
  queue: gardens
  target: 5 working days
  subject: "Visit on {{day}}"
  customer: {{name: who, email: email}}
what_happens_next: {{en: We come., cy: Rydym yn dod.}}
examples:
  - example: A visit
    answers: {{day: first free, who: Ann Example, email: ann@example.test}}
"""
FEE = """
fee:
  - line: visit
    label: {en: Visit, cy: Ymweliad}
    amount: £5.00
    income_code: G-1
    vat: exempt
"""
PATH = "/forms/garden-visit"
PERSON = {"who-first": "Ann", "who-last": "Example", "email": "ann@example.test"}
OpenCouncil = Callable[..., AbstractContextManager[Portal]]


def council(open_own: OpenPortal, folder: Path) -> OpenCouncil:
    """Opens a portal of the small council; `fee` makes its form cost £5."""

    @contextmanager
    def opening(
        *, calendar: str = "rounds", capacity: int = 1, fee: bool = False
    ) -> Iterator[Portal]:
        forms = folder / "forms"
        forms.mkdir()
        for name in ("_council.yml", "_shared.yml", "_fees.yml", "report-fly-tipping.yml"):
            (forms / name).write_text((FORMS / name).read_text())
        (forms / "_calendars.yml").write_text(CALENDARS.format(capacity=capacity))
        (forms / "garden-visit.yml").write_text(
            FORM.format(calendar=calendar, fee=FEE if fee else "")
        )
        with open_own(forms=forms) as opened:
            yield opened

    return opening


def calendars_file(portal: Portal) -> Path:
    """The file of the council's calendars, to change it."""
    return portal.house.settings.forms / "_calendars.yml"


def choose(resident: Resident, slot: str = "first free") -> httpx2.Response:
    """Choose a slot on the page of days."""
    return resident.post(f"{PATH}/day", {"day": slot})


def days(resident: Resident) -> list[str]:
    """The days the page offers."""
    page = resident.read(f"{PATH}/day")
    return re.findall(r'name="day" type="radio" value="([0-9-]+)"', page)


def some_day(resident: Resident) -> str:
    """A day that is still offered when the clock goes on past midnight."""
    return days(resident)[3]


def fill(resident: Resident, slot: str = "first free") -> None:
    """Answer everything."""
    answer = choose(resident, slot)
    assert answer.status_code == 303, answer.text
    answer = resident.post(f"{PATH}/about-you", PERSON)
    assert path_of(answer.headers["location"]) == f"{PATH}/check-answers"


def send(resident: Resident) -> str:
    """Press the button of check answers; gives where it leads."""
    return path_of(resident.send("garden-visit"))


def press(resident: Resident, path: str, page: str = "", **values: str) -> httpx2.Response:
    """Press a button of a page with what it posts unseen."""
    hidden = hidden_inputs(resident.read(page or path))
    return resident.browser.post(path, data={**hidden, **values})
