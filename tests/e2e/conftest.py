"""One portal for each test process, and browsers to reach it with."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, sync_playwright

from tests.e2e.inspecting import Inspector
from tests.e2e.person import Person
from tests.support.whole_portal import WholePortal, running_portal

NewPerson = Callable[..., Person]
_addresses = itertools.count(1)


@pytest.fixture(scope="session")
def whole_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholePortal]:
    """The whole portal, started once."""
    with running_portal(tmp_path_factory.mktemp("portal")) as portal:
        yield portal


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The real browser. One a module: two of Playwright's loops cannot run in one process."""
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=options)
        yield browser
        browser.close()


def _is_expected(message: ConsoleMessage) -> bool:
    """What no script did wrong: an answer that is an error, no signal, and what Chromium itself
    does in an editor when everything in it is typed over."""
    in_editor = "/design/" in message.location["url"]
    return message.text.startswith(("Failed to load resource", "htmx: htmx:error: Failed")) or (
        in_editor and message.text.startswith("Applying inline style violates")
    )


@pytest.fixture
def new_person(chromium: Browser, whole_portal: WholePortal, tmp_path: Path) -> Iterator[NewPerson]:
    """Somebody with a phone of their own; `script=False` turns JavaScript off.

    Whatever their browser complains of fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not _is_expected(message):
            complaints.append(f"{message.text} ({message.location['url']})")

    def come(
        *, script: bool = True, width: int = 360, forwarded: bool = True, **more: Any
    ) -> Person:
        number = next(_addresses)
        address = f"10.0.{number // 250}.{number % 250 + 1}"
        context = chromium.new_context(
            viewport={"width": width, "height": 740},
            has_touch=True,
            is_mobile=width < 600,
            java_script_enabled=script,
            locale="en-GB",
            extra_http_headers={"X-Forwarded-For": address} if forwarded else {},
            **more,
        )
        context.set_default_timeout(20_000)
        context.on("console", hear)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        contexts.append(context)
        return Person(context.new_page(), whole_portal, tmp_path)

    yield come
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def person(new_person: NewPerson) -> Person:
    """Somebody with a phone."""
    return new_person()


@pytest.fixture(scope="session")
def seen() -> set[str]:
    """The pages inspected so far: each is inspected once."""
    return set()


@pytest.fixture
def inspector(seen: set[str]) -> Iterator[Inspector]:
    """Inspects pages; what it found wrong fails the test at its end."""
    inspector = Inspector(seen)
    yield inspector
    assert not inspector.problems, "\n".join(inspector.problems)
