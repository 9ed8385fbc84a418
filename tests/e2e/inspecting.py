"""Looks at a page as an auditor does: axe, one heading, nothing sideways, everything in reach.

With PORTAL_SHOTS=folder every page it looks at is kept there as a picture.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from portal.forms.definition import FormDefinition
from portal.forms.fields import FIELD_TYPES
from tests.e2e.person import Look, Person

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


TEXT_BOXES = "main input:not([type=hidden], [type=radio], [type=checkbox], [type=file]), textarea"


def inspecting(person: Person, inspector: Inspector, form: FormDefinition) -> Look:
    """Inspects each page of a form as it comes, left empty, and filled with nonsense."""
    page = person.page

    def look(path: str) -> None:
        title, here = f"{form.form}/{_place(path)}", f"/forms/{form.form}/{path}"
        if title in inspector.seen:
            return
        inspector.look(page, title)
        if path.startswith("tasks"):  # nothing is filled in there
            return
        if _must_be_answered(form, path, page):
            person.press("Continue")
            person.errors()
            inspector.look(page, f"{title} left empty")
            inspector.problems += [f"{title}: {problem}" for problem in check_summary(page)]
        person.open(here)
        # What an answer reveals is not on the screen yet.
        if boxes := [box for box in page.locator(TEXT_BOXES).all() if box.is_visible()]:
            for box in boxes:
                box.fill("☃ nonsense")
            person.press("Continue")
            page.wait_for_function(
                "here => location.pathname !== here || document.title.startsWith('Error')", arg=here
            )
            if page.title().startswith("Error: "):
                inspector.look(page, f"{title} with nonsense")
                inspector.problems += [f"{title}: {problem}" for problem in check_summary(page)]
        person.open(here)

    return look


def _must_be_answered(form: FormDefinition, path: str, page: Page) -> bool:
    """Whether the page asks anything that may not be left out; a full list asks nothing."""
    name = path.rpartition("/")[2]
    defined = form.page(name)
    if defined is None:
        return page.locator(f"main input[type=radio][name='{name}']").count() > 0
    asked = [q for q in defined.questions if FIELD_TYPES[q.type].asks]
    return any(not q.optional and q.name not in defined.asked_when for q in asked)


def _place(path: str) -> str:
    """The page's place, the same for every item of a list."""
    return "/".join("n" if part.isdigit() else part for part in path.split("/"))


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
