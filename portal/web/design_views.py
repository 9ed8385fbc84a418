"""What the workbench's templates need, worked out beforehand: pure."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from portal.core.dates import Today
from portal.forms.definition import Example, FormDefinition
from portal.forms.examples import Outcome, run_example
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
    is_well: bool


@dataclass(frozen=True, slots=True)
class Route:
    """One way through a form."""

    name: str
    pages: tuple[str, ...]


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


def routes(
    definition: FormDefinition, examples: Iterable[Example], today: Today
) -> tuple[Route, ...]:
    """The shortest and the longest way to the end among these answers; none when none arrives."""
    arrived: list[Route] = []
    for example in examples:
        journey = _run(definition, example, today).journey
        if journey.complete:
            arrived.append(Route(example.name, tuple(step.path for step in journey.steps)))
    if not arrived:
        return ()
    arrived.sort(key=lambda route: len(route.pages))
    return arrived[0], arrived[-1]


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
