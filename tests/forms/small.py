"""Writes small forms for tests: only what a test is about, the rest as dull as can be."""

import re
from collections.abc import Mapping
from datetime import date
from textwrap import dedent, indent
from typing import Any

from portal.core.dates import Today
from portal.forms.answering import Answered, Refused, answer_page
from portal.forms.answers import Answers
from portal.forms.definition import FormDefinition
from portal.forms.examples import ExampleGazetteer, example_file
from portal.forms.fields.base import Asking
from portal.forms.journey import Step, walk
from portal.forms.parsing import Bundle, parse_form
from portal.forms.source import Finding

TODAY = Today(date(2026, 11, 27))

_FORM = """\
form: small
title: A small form
summary: For tests
service_area: Tests
lgsl: 1
pages:
{pages}
{more}
case:
  type: test
  queue: test
  target: 5 working days
  subject: A test
what_happens_next: Nothing.
examples:
  - example: Nothing much
    answers: {{{first}: x}}
"""


def written(pages: str, more: str = "") -> str:
    """The YAML of a form with these pages, and more at the top level."""
    asked = re.search(r"question: (\w+)", pages)
    return _FORM.format(
        pages=indent(dedent(pages).strip("\n"), "  "),
        more=dedent(more),
        first=asked[1] if asked else "nothing",
    )


def form_of(pages: str, more: str = "", *, shared: str = "", fees: str = "") -> FormDefinition:
    """The form, which must have no problem."""
    parsed = parse_form(Bundle("small.yml", written(pages, more), shared, fees))
    assert parsed.definition is not None, "\n".join(map(str, parsed.findings))
    return parsed.definition


def findings_of(pages: str, more: str = "") -> tuple[Finding, ...]:
    """Everything that is wrong with it."""
    return parse_form(Bundle("small.yml", written(pages, more))).findings


ASKING = Asking(TODAY.on, ExampleGazetteer(), example_file)


def post(
    form: FormDefinition, answers: Answers, path: str, raw: Mapping[str, Any]
) -> Answered | Refused:
    """Post one step, which must be one that may be visited."""
    step = walk(form, answers, TODAY).step(path)
    assert isinstance(step, Step), f"{path} cannot be visited"
    given = {n: [v] if isinstance(v, str) else list(v) for n, v in raw.items()}
    return answer_page(form, step, answers, given, asking=ASKING, today=TODAY)


def answer(form: FormDefinition, answers: Answers, path: str, raw: Mapping[str, Any]) -> Answers:
    """Answer one step, which must not be refused."""
    outcome = post(form, answers, path, raw)
    assert isinstance(outcome, Answered), outcome
    return outcome.answers


def said(outcome: Answered | Refused) -> list[str]:
    """What a refusal says; nothing when the step was answered."""
    return [e.message for e in outcome.errors] if isinstance(outcome, Refused) else []
