"""Looks at a page as an auditor does: axe, one heading, nothing sideways, everything in reach.

With PORTAL_SHOTS=folder every page it looks at is kept there as a picture.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe()
_RULES = {
    "runOnly": [
        "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice",
    ],
    "resultTypes": ["violations"],
}  # fmt: skip
LOOKING = (Path(__file__).parent / "looking.js").read_text()


def ask(page: Page, question: str) -> Any:
    """The answer to a question of looking.js about the page on the screen."""
    return page.evaluate(f"(() => {{ {LOOKING}; return {question}; }})()")


class Inspector:
    """What was found wrong, page by page."""

    def __init__(self, seen: set[str]) -> None:
        self.problems: list[str] = []
        self.seen = seen
        self._shots = os.environ.get("PORTAL_SHOTS", "")

    def look(self, page: Page, name: str) -> None:
        """Inspect the page on the screen, once under each name."""
        if name in self.seen:
            return
        self.seen.add(name)
        if self._shots:
            file = name.replace("/", "_").replace(" ", "-").replace(":", "")
            page.screenshot(path=Path(self._shots) / f"{file}.png", full_page=True)
        found = [*_axe(page), *ask(page, "problemsOfOrder()"), *ask(page, "sideways()")]
        size = page.viewport_size
        assert size is not None
        page.set_viewport_size({"width": 320, "height": size["height"]})
        found += [f"at 320: {problem}" for problem in ask(page, "sideways()")]
        page.set_viewport_size(size)
        found += [f"text at 200 %: {problem}" for problem in _with_larger_text(page)]
        self.problems += [f"{name}: {problem}" for problem in found]


def _with_larger_text(page: Page) -> list[str]:
    """Text at twice its size, by the root font size, as browsers' own settings do."""
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found = [*ask(page, "sideways()"), *ask(page, "cutOff()")]
    page.evaluate("document.documentElement.style.fontSize = ''")
    return found


def _axe(page: Page) -> list[str]:
    results: Mapping[str, Any] = AXE.run(page, options=_RULES).response
    return [
        f"axe {violation['id']} ({violation['help']}): {node['html'][:160]}"
        for violation in results["violations"]
        for node in violation["nodes"]
    ]


def check_summary(page: Page) -> list[str]:
    """The summary has the focus, and each of its links leads to a field."""
    problems: list[str] = []
    if not page.evaluate("document.activeElement.matches('.govuk-error-summary')"):
        problems.append("the error summary has not got the focus")
    for link in page.locator(".govuk-error-summary a").all():
        link.click()
        if not page.evaluate("document.activeElement.matches('input, select, textarea')"):
            problems.append(f"{link.inner_text()!r} leads to no field")
    return problems
