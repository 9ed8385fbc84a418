"""Small forms to prove things of, written as a designer would write them."""

import re
from dataclasses import dataclass
from datetime import date
from textwrap import dedent, indent

from portal.core.bank_holidays import bank_holidays
from portal.core.dates import Today
from portal.forms.definition import FormDefinition
from portal.forms.parsing import Bundle, parse_form

TODAY = Today(date(2026, 11, 27), bank_holidays())
FORM = """\
form: small
title: A small form
summary: Something small
service_area: test
lgsl: 1
what_happens_next: Nothing.
"""
CASE = """\
case:
  type: small
  queue: small
  target: 5 working days
  subject: A small case
"""
EXAMPLES = """\
examples:
  - example: Nothing in particular
    answers: {FIRST: x}
"""


BEYOND_PROOF = """
- repeat: items
  title: Items
  each: item
  max: 9
  pages:
    - page: kind
      questions: [{question: kind, ask: Kind, type: radios, options: {a: A, b: B}}]
- page: after
  when: items.all(i, items.exists(j, i.kind == j.kind))
  title: After
  guidance: Hello
"""
"""Pages of which nobody can say anything: a list is gone through for each thing of a list."""


@dataclass(frozen=True)
class Written:
    """A form's texts."""

    pages: str
    fee: str = ""
    case: str = CASE
    fees: str = ""

    @property
    def bundle(self) -> Bundle:
        pages = "pages:\n" + indent(dedent(self.pages).strip("\n"), "  ") + "\n"
        fee = "fee:\n" + indent(dedent(self.fee).strip("\n"), "  ") + "\n" if self.fee else ""
        fees = "fees:\n" + indent(dedent(self.fees).strip("\n"), "  ") + "\n" if self.fees else ""
        first = re.search(r"question: (\w+)", self.pages)
        examples = EXAMPLES.replace("FIRST", first[1] if first else "none")
        return Bundle("small.yml", FORM + pages + fee + dedent(self.case) + examples, "", fees)


def small_form(pages: str, *, fee: str = "", case: str = CASE, fees: str = "") -> FormDefinition:
    """A form with these pages and nothing wrong that `portal check` finds."""
    parsed = parse_form(Written(pages, fee, case, fees).bundle)
    assert parsed.definition is not None, "\n".join(map(str, parsed.findings))
    return parsed.definition


def long_form(pages: int) -> str:
    """A form of so many pages, each with a condition over what was asked before."""
    written = [
        """
        - page: first
          title: First
          questions:
            - {question: kind, ask: Kind, type: radios, options: {a: A, b: B, c: C}}
            - {question: people, ask: People, type: whole-number, min: 1, max: 900}
            - {question: starts, ask: Start, type: date, min: today, max: today + 1 year}
        """
    ]
    conditions = (
        'kind == "{letter}" && people > {number}',
        'kind != "{letter}" || people < {number}',
        "working_days_until(starts) < {few}",
        'people > {number} && kind in ["a", "{letter}"]',
        "days_until(starts) > {few} && people != {number}",
    )
    for number in range(1, pages):
        condition = conditions[number % len(conditions)].format(
            letter="abc"[number % 3], number=number * 20, few=number + 3
        )
        written.append(f"""
        - page: page-{number}
          title: Page {number}
          when: '{condition}'
          questions:
            - {{question: q{number}, ask: Count, type: whole-number, min: 0, max: 50}}
            - {{question: y{number}, ask: So, type: yes-no, optional: yes}}
        """)
    return "".join(dedent(page) for page in written)
