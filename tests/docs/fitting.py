"""Puts an example of the documentation where it belongs: into a whole form, and reads it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from portal.core.bank_holidays import bank_holidays
from portal.core.dates import Today
from portal.forms.calendar_parsing import parse_calendars
from portal.forms.examples import run_example
from portal.forms.fee_parsing import check_fees
from portal.forms.page_parsing import check_shared
from portal.forms.parsing import Bundle, Parsed, parse_council, parse_form

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
ON = date(2026, 6, 1)
"""The day on which the examples happen that name none."""
TODAY = Today(ON, bank_holidays())
_FENCE = re.compile(r"^```yaml(?: (?P<file>\S+))?\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_AROUND = """\
form: docs
title: An example
summary: An example
service_area: Examples
lgsl: 1
pages:
  - page: hall
    questions:
      - {question: hall, ask: "Which hall?", type: radios, options: {big: Big, small: Small}}
  - page: guests
    questions:
      - {question: guests, ask: "How many guests?", type: whole-number}
  - page: place
    questions:
      - {question: place, ask: "Where?", type: location}
case: {type: example, queue: example, target: 1 working day, subject: An example}
what_happens_next: Nothing.
examples:
  - {example: One is answered, answers: {hall: big}}
"""


@dataclass(frozen=True, slots=True)
class Fence:
    """One fenced YAML example."""

    page: str
    line: int
    file: str
    """The file it is, `_fees.yml` say; empty for a form or a part of one."""
    text: str

    @property
    def value(self) -> Any:
        """What is written, every scalar as text."""
        return yaml.load(self.text, Loader=yaml.BaseLoader)  # noqa: S506  # our own page, all text

    def __str__(self) -> str:
        """Where it stands."""
        return f"{self.page}:{self.line}"


def fences(page: Path) -> list[Fence]:
    """Every fenced YAML example of a page."""
    text = page.read_text("utf-8")
    return [
        Fence(page.name, text.count("\n", 0, m.start()) + 2, m["file"] or "", m["text"])
        for m in _FENCE.finditer(text)
    ]


def whole_form(written: Any) -> dict[str, Any]:
    """A whole form with this part of one in its place."""
    around: dict[str, Any] = yaml.load(_AROUND, Loader=yaml.BaseLoader)  # noqa: S506  # ours, all text
    if isinstance(written, list):
        if "question" in written[0]:
            written = [{"page": "asked", "title": "Asked", "questions": written}]
        return {**around, "pages": [*around["pages"], *written]}
    if "pages" in written:
        asked = [q["question"] for page in written["pages"] for q in page.get("questions", ())]
        answers = {(asked or ["your_name"])[0]: "x"}
        around["examples"] = [{"example": "One is answered", "answers": answers}]
    return {**around, **written}


def read(written: Any, shared: str, fees: str) -> Parsed:
    """Read a part of a form, or a whole one, as `portal check` does."""
    form = whole_form(written)
    text = yaml.dump(form, sort_keys=False, allow_unicode=True, default_style='"')
    return parse_form(Bundle(f"{form['form']}.yml", text, shared, fees, _calendars()))


@cache
def _calendars() -> str:
    """The calendars the page shows."""
    page = DOCS / "form-definitions.md"
    return next(fence.text for fence in fences(page) if fence.file == "_calendars.yml")


def said_of(fence: Fence, shared: str, fees: str) -> list[str]:
    """Everything that is wrong with an example: findings, and what its own examples say."""
    if fence.file == "_fees.yml":
        return [str(finding) for finding in check_fees(fence.file, fence.text)]
    if fence.file == "_calendars.yml":
        return [str(finding) for finding in parse_calendars(fence.text).findings]
    if fence.file == "_shared.yml":
        found = check_shared(fence.file, fence.text)
        user = {"pages": [{"page": "who", "use": name} for name in fence.value["pages"]]}
        return [str(f) for f in (*found, *read(user, fence.text, fees).findings)]
    if fence.file == "_council.yml":
        return [str(finding) for finding in parse_council(fence.file, fence.text)[1]]
    parsed = read(fence.value, shared, fees)
    return [str(finding) for finding in parsed.findings] + list(_examples_of(fence.value, parsed))


def _examples_of(written: Any, parsed: Parsed) -> Iterator[str]:
    if parsed.definition is None or not isinstance(written, dict) or "examples" not in written:
        return
    for example in parsed.definition.examples:
        today = Today(example.on or ON, TODAY.bank_holidays)
        yield from run_example(parsed.definition, example, today).problems
