"""What the workbench's templates need, worked out beforehand: pure."""

import difflib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from portal.core.dates import Today
from portal.forms.definition import Example, FormDefinition
from portal.forms.examples import Outcome, run_example
from portal.forms.prices import as_row, price_table
from portal.forms.source import Finding

_MOST_TOLD, _LONGEST = 200, 300
"""Findings told at once, and characters of one message."""
_MOST_DIFFERENCES = 4_000
"""Lines of a comparison that are shown."""


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """One example and what came of it."""

    name: str
    line: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormRow:
    """One form in the workbench's list."""

    form: str
    title: str
    state: str
    """What residents get, in words."""
    problems: int
    examples: str
    """How many of how many come out: "7 of 7"."""
    examples_pass: bool
    proofs: str
    live_drafts: int
    reading_age: int | None
    """In years; None where nobody can say."""
    waits: bool
    """Whether somebody has asked for its publication."""
    drifts: bool
    """Whether its file is another than what is published."""
    is_well: bool


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a comparison."""

    sign: str
    """"+" for new, "-" for gone, " " for the same, "@" for a place."""
    text: str


def example_rows(definition: FormDefinition, today: Today) -> tuple[ExampleRow, ...]:
    """Every example of a form, run."""
    return tuple(
        ExampleRow(example.name, example.line, _run(definition, example, today).problems)
        for example in definition.examples
    )


def _run(definition: FormDefinition, example: Example, today: Today) -> Outcome:
    return run_example(definition, example, Today(example.on or today.on, today.bank_holidays))


def passed(rows: Sequence[ExampleRow]) -> str:
    """How many examples come out as they say: "7 of 7"."""
    return f"{sum(not row.problems for row in rows)} of {len(rows)}"


def told(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The first findings, each cut to a length one reads: a hostile text has thousands of them,
    and may be quoted whole in one."""
    return tuple(replace(f, message=_cut(f.message)) for f in findings[:_MOST_TOLD])


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def as_json(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """The same, as the editor takes them."""
    return [asdict(finding) for finding in told(findings)]


def differences(before: str, after: str) -> tuple[DiffLine, ...]:
    """What is new and what is gone, three lines around each; none when both are the same."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3)
    body = [line for line in lines if not line.startswith(("---", "+++"))][:_MOST_DIFFERENCES]
    return tuple(DiffLine(line[:1], line[1:] if line[:1] != "@" else line) for line in body)


@dataclass(frozen=True, slots=True)
class PriceChange:
    """One row of the price table that is new, or gone."""

    sign: str
    """"+" for new, "-" for gone."""
    row: tuple[str, ...]


def price_changes(before: FormDefinition | None, after: FormDefinition) -> tuple[PriceChange, ...]:
    """What is gone of the price table, and what is new; none when every price stays."""
    old = [as_row(price) for price in price_table(before)] if before else []
    new = [as_row(price) for price in price_table(after)]
    gone = [PriceChange("-", row) for row in old if row not in new]
    return (*gone, *(PriceChange("+", row) for row in new if row not in old))
