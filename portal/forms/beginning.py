"""The first file of a new form: short, right from the start, and showing how one goes on."""

import json
import re
from dataclasses import dataclass

from portal.core.money import Pence, format_pounds

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ,.'()/-]*")
_NOT_TEXT = frozenset(("yes", "no", "true", "false", "null", "on", "off"))


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a designer says about a form before it is written."""

    form: str
    """Its name in addresses: small letters, digits and hyphens."""
    title: str
    summary: str
    service_area: str
    lgsl: int
    queue: str
    fee: Pence
    """What it costs; 0 when it is free."""
    shares_contact_details: bool = True
    """Whether `_shared.yml` has the page contact-details."""


def first_file(begun: Beginning) -> str:
    """The YAML of the form: it passes the check, its examples come out, and it can be proven."""
    details = _SHARED if begun.shares_contact_details else _OWN
    price = f"    fee: {format_pounds(begun.fee)}\n"
    return _FILE.format(
        form=begun.form,
        title=_text(begun.title),
        summary=_text(begun.summary),
        service_area=_text(begun.service_area),
        lgsl=begun.lgsl,
        queue=_text(begun.queue),
        details=details,
        fee=_FEE.format(title=_text(begun.title), amount=format_pounds(begun.fee))
        if begun.fee
        else "",
        fee_of_example=price if begun.fee else "",
    )


def name_for(title: str) -> str:
    """The name a title would give a form: "Report a pothole" → report-a-pothole."""
    name = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")
    return re.sub(r"^[^a-z]+", "", name)[:60].rstrip("-")


def _text(value: str) -> str:
    """A text as YAML takes it on one line."""
    value = " ".join(value.split())
    if _PLAIN.fullmatch(value) and value.casefold() not in _NOT_TEXT and not value.endswith(" "):
        return value
    return json.dumps(value, ensure_ascii=False)


_SHARED = """\
  # The same page in many forms: it is written in _shared.yml.
  - page: your-details
    use: contact-details
"""
_OWN = """\
  - page: your-details
    title: Your contact details
    questions:
      - question: your_name
        ask: Your name
        type: name
      - question: email
        ask: Email address
        type: email
"""
_FEE = """
fee:
  # A price that changes on a day belongs in _fees.yml: put its name here instead of the amount.
  - line: fee
    label: {title}
    amount: {amount}
    income_code: to-be-decided
    vat: outside-scope
"""
_FILE = """\
# yaml-language-server: $schema=../docs/form.schema.json
form: {form}
title: {title}
summary: {summary}
service_area: {service_area}
# The service's number in the Local Government Service List.
lgsl: {lgsl}
audience: [resident, business]
takes: 5 minutes
before_you_start: |
  You need an email address, so that we can send you your reference.

pages:
  # A page asks for one thing. Its name is the end of its address.
  - page: what-you-need
    questions:
      - question: what_you_need
        ask: What do you need?
        type: textarea
        about: what you need

  - page: for-whom
    questions:
      - question: for_somebody_else
        ask: Are you asking for somebody else?
        type: yes-no
        about: you are asking for somebody else

  # A page with a condition is shown only where it holds. It may read any earlier answer.
  - page: their-name
    when: for_somebody_else
    questions:
      - question: their_name
        ask: Who are you asking for?
        type: text
        about: who you are asking for

{details}{fee}
case:
  type: {form}
  queue: {queue}
  target: 10 working days
  subject: "{{what_you_need}}"
  customer: {{name: your_name, email: email}}

what_happens_next: |
  We will read what you sent, and write to you within 10 working days.

keep:
  draft: 28 days
  submission: 2 years

# Examples are tests: answers, and what must come of them. Run them with `portal examples {form}`.
examples:
  - example: Somebody asks for themselves
    answers:
      what_you_need: Please mend the bench by the pond.
      for_somebody_else: no
      your_name: Ann Example
      email: ann@example.com
    sees: [what-you-need, for-whom, your-details]
{fee_of_example}
  - example: Somebody asks for a neighbour
    answers:
      what_you_need: Please mend the bench by the pond.
      for_somebody_else: yes
      their_name: Bob Example
      your_name: Ann Example
      email: ann@example.com
    sees: [what-you-need, for-whom, their-name, your-details]
{fee_of_example}
  - example: Nothing is said
    answers:
      what_you_need: ""
    refused:
      what_you_need: Enter what you need
"""
