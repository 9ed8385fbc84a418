"""A small form that is right, the three files beside it, and what happens when they are not."""

from portal.forms.conditions import Vocabulary
from portal.forms.definition import FormDefinition
from portal.forms.parsing import Bundle, Parsed, parse_form

FILE = "hire-a-hall.yml"
FORM = """\
form: hire-a-hall
title: Hire a hall
summary: Hire a hall for an afternoon
service_area: Leisure
lgsl: 461
audience: [resident]
takes: 3 minutes
before_you_start: You need a date.
pages:
  - page: hall
    questions:
      - question: hall
        ask: Which hall?
        type: radios
        options:
          big: The big hall
          small: The small hall
  - page: guests
    when: hall == "big"
    title: Your guests
    guidance: Count everybody.
    questions:
      - question: guests
        ask: How many guests?
        type: whole-number
        min: 0
        max: 999
      - question: cars
        ask: How many cars?
        type: whole-number
        optional: yes
    check:
      - that: cars <= guests
        else: There cannot be more cars than guests
        at: cars
  - page: crowded
    when: guests > 500
    exit: yes
    title: Too many guests
    guidance: The hall holds 500.
  - page: your-details
    use: contact
declaration: It is true.
fee:
  - line: hire
    label: Hire of the hall
    amount: hall-hire
    income_code: LEI-1
    vat: exempt
  - line: chairs
    label: Chairs
    when: hall == "big"
    amount: hall-chairs
    by: guests
    income_code: LEI-2
    vat: standard
case:
  type: hall-hire
  queue: leisure
  target: 5 working days
  subject: "{hall.label}: {your_name}"
  customer: {name: your_name, email: email}
what_happens_next: We will write to you.
keep: {draft: 28 days, submission: 2 years}
examples:
  - example: The small hall
    on: 2026-05-01
    answers: {hall: small, your_name: Ann Example, email: ann@example.test}
    sees: [hall, your-details]
    fee: £20.00
  - example: Too many guests
    answers: {hall: big, guests: 501}
    ends_at: crowded
  - example: More cars than guests
    answers: {hall: big, guests: 1, cars: 2}
    refused: {cars: There cannot be more cars than guests}
"""
SHARED = """\
pages:
  contact:
    title: Your details
    questions:
      - {question: your_name, ask: Your name, type: name}
      - {question: email, ask: Email address, type: email}
  unused:
    questions:
      - {question: nothing, ask: Nothing, type: text}
"""
FEES = """\
fees:
  hall-hire:
    - from: 2026-01-01
      amount: £20.00
    - from: 2027-04-01
      amount: £22.50
  hall-chairs:
    - from: 2026-01-01
      bands: [{to: 0, amount: £0.00}, {to: 50, amount: £10.00}, {amount: £30.00}]
  unused:
    - from: 2026-01-01
      amount: £1.00
"""
COUNCIL = """\
name: Example Council
phone: 01632 960 100
email: hello@example.test
hours: Monday to Friday
website: https://www.example.test
address: [1 Market Square, Exampleton]
reference_prefix: EX
"""


CALENDARS = """\
calendars:
  visits:
    label: Visits to the hall
    slot: 30 minutes
    open: {monday to thursday: "09:00 to 12:00, 13:00 to 16:00", friday: "09:00 to 12:00"}
    capacity: {monday to thursday: 2, friday: 1}
    notice: 2 days
    horizon: 60 days
    closed: [2026-12-24]
    extra:
      - {on: 2026-12-19, open: "09:00 to 12:00", capacity: 1}
"""


def parse(
    form: str = FORM,
    *,
    shared: str = SHARED,
    fees: str = FEES,
    file: str = FILE,
    calendars: str = CALENDARS,
) -> Parsed:
    """The form with these files beside it."""
    return parse_form(Bundle(file, form, shared, fees, calendars))


def definition(form: str = FORM, *, shared: str = SHARED, fees: str = FEES) -> FormDefinition:
    """The same, which must be right."""
    parsed = parse(form, shared=shared, fees=fees)
    assert parsed.definition is not None, [str(finding) for finding in parsed.findings]
    return parsed.definition


def without(old: str, new: str, text: str = FORM) -> str:
    """The text with one part of it, which must be there, written otherwise."""
    assert old in text, old
    return text.replace(old, new, 1)


def vocabulary() -> Vocabulary:
    """One question of each type that conditions know."""
    return Vocabulary(
        {
            "plots": "int",
            "minute": "int",
            "request": "string",
            "begins": "timestamp",
            "ends": "timestamp",
            "owner": "bool",
            "waste": "list(string)",
            "person": "map(string, string)",
            "property": "map(string, dyn)",
        }
    )
