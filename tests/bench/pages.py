"""What a page costs the server, in CPU time, beside a bare route in the same process."""

import statistics
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import httpx2

from portal.core.bank_holidays import bank_holidays
from portal.core.dates import Today, council_day
from portal.forms.library import load_library
from tests.bench.figures import Figure
from tests.bench.processes import free_port, started
from tests.support.portal_house import FORMS, SteeredClock
from tests.support.resident import HOUSE_NAME, PAID, Resident, hidden_inputs

_ROUNDS, _REQUESTS, _JOURNEYS = 9, 120, 12
_PAGE, _FIRST = f"/forms/{PAID}/property", f"/forms/{PAID}/what-you-need"


def figures(folder: Path) -> list[Figure]:
    """GET and POST of a question page, and a paid form from its start to its reference."""
    port = free_port()
    with (
        started("tests.bench.server", str(port), str(folder), port=port, path="/bench/cpu",
                folder=folder),
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as browser,
    ):  # fmt: skip
        medians = _pages(browser)
        journey = _journey(browser)
    return [
        Figure("bare FastAPI route, same bytes: GET", medians["bare GET"], "CPU ms"),
        Figure("question page: GET", medians["GET"], "CPU ms", 0.6),
        Figure("question page: GET", medians["GET"] / medians["bare GET"], "× bare", 4, True),
        Figure("question page: POST, stored", medians["POST"], "CPU ms"),
        Figure(
            "question page: POST, stored", medians["POST"] / medians["bare POST"], "× bare", 7, True
        ),
        Figure("whole paid journey up to its reference", journey, "CPU ms", 15),
    ]


def _pages(browser: httpx2.Client) -> dict[str, float]:
    token = hidden_inputs(browser.get(_FIRST).text)["csrf_token"]
    body = urlencode({"csrf_token": token, "request": "rename-house"})
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.post(_FIRST, content=body, headers=form).status_code == 303
    page = browser.get(_PAGE)
    assert page.status_code == 200
    browser.post("/bench/keep", content=page.content)
    deeds: dict[str, Callable[[], Any]] = {
        "bare GET": lambda: browser.get("/bench/a/b"),
        "GET": lambda: browser.get(_PAGE),
        "bare POST": lambda: browser.post("/bench/a/b", content=body, headers=form),
        "POST": lambda: browser.post(_FIRST, content=body, headers=form),
    }
    took: dict[str, list[float]] = {name: [] for name in deeds}
    for _round in range(_ROUNDS):
        for name, deed in deeds.items():
            took[name].append(_cpu_of(browser, deed, _REQUESTS))
    return {name: statistics.median(times) for name, times in took.items()}


def _journey(browser: httpx2.Client) -> float:
    today = Today(council_day(SteeredClock()()), bank_holidays())
    definitions = SimpleNamespace(current=load_library(FORMS).forms.__getitem__)
    house = SimpleNamespace(definitions=definitions, today=lambda: today)

    def go() -> None:
        browser.cookies.clear()
        resident = Resident(browser, house)
        resident.get(f"/forms/{PAID}")
        resident.fill(PAID, HOUSE_NAME)
        assert resident.send(PAID).startswith("/pay/")

    go()
    return statistics.median(_cpu_of(browser, go, 1) for _ in range(_JOURNEYS))


def _cpu_of(browser: httpx2.Client, deed: Callable[[], Any], times: int) -> float:
    before = browser.get("/bench/cpu").json()
    for _ in range(times):
        deed()
    return (browser.get("/bench/cpu").json() - before) / 1e6 / times
