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
_MEASURE = """() => {
  const problems = [];
  const name = (e) => `${e.tagName.toLowerCase()}#${e.id || e.name || e.textContent.trim().slice(0, 30)}`;
  const seen = (e) => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length;
  if (document.querySelectorAll('h1').length !== 1) problems.push('not one h1');
  const wrong = !!document.querySelector('.govuk-error-summary, .summary');
  if (document.title.startsWith('Error: ') !== wrong) problems.push('title: ' + document.title);
  if (document.body.innerText.includes('if whether')) problems.push('"if whether" is no English');
  const reach = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter((e) => seen(e) && !e.disabled && e.type !== 'hidden');
  for (const e of reach) {
    if (e.tabIndex > 0) problems.push('a tab order of its own: ' + name(e));
    const label = e.labels && e.labels[0];
    const box = (label && /radio|checkbox/.test(e.type) ? label : e).getBoundingClientRect();
    const inText = e.tagName === 'A' && getComputedStyle(e).display === 'inline'
      && e.parentElement.textContent.trim().length > e.textContent.trim().length;
    if (!inText && !e.matches('.govuk-skip-link, .skip') && (box.width < 24 || box.height < 24))
      problems.push(`small target ${Math.round(box.width)}×${Math.round(box.height)}: ${name(e)}`);
  }
  return problems;
}"""
_SIDEWAYS = """() => {
  const width = document.documentElement.clientWidth;
  const over = document.scrollingElement.scrollWidth - width;
  if (over <= 0) return [];
  const scrolls = (e) => { for (; e; e = e.parentElement) if (/auto|scroll/.test(getComputedStyle(e).overflowX)) return true; };
  const wide = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > width + 1
    && !e.children.length && !scrolls(e.parentElement));
  return [`${over}px sideways: ` + wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).join(' | ')];
}"""
_CUT = """() => [...document.querySelectorAll('main *, header *, footer *')].filter((e) => {
  const style = getComputedStyle(e);
  return e.children.length === 0 && e.textContent.trim() && /hidden|clip/.test(style.overflowX + style.overflowY)
    && !e.closest('.govuk-visually-hidden, .unseen') && e.checkVisibility()
    && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
}).map((e) => 'cut off: ' + e.outerHTML.slice(0, 120))"""


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
        found = [*_axe(page), *page.evaluate(_MEASURE), *page.evaluate(_SIDEWAYS)]
        size = page.viewport_size
        assert size is not None
        page.set_viewport_size({"width": 320, "height": size["height"]})
        found += [f"at 320: {problem}" for problem in page.evaluate(_SIDEWAYS)]
        page.set_viewport_size(size)
        found += [f"text at 200 %: {problem}" for problem in _with_larger_text(page)]
        self.problems += [f"{name}: {problem}" for problem in found]


def _with_larger_text(page: Page) -> list[str]:
    """Text at twice its size, by the root font size, as browsers' own settings do."""
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found = [*page.evaluate(_SIDEWAYS), *page.evaluate(_CUT)]
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
