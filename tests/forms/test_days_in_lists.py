"""Days that were answered for each of several things, in conditions and computed values."""

from datetime import date

import pytest

from portal.core.bank_holidays import bank_holidays
from portal.core.dates import Today
from portal.forms.definition import Example
from portal.forms.examples import run_example
from portal.forms.parsing import Bundle, parse_form

FORM = """\
form: addresses
title: Say where you have lived
summary: The last five years
service_area: Licensing
lgsl: 1
pages:
  - repeat: addresses
    title: Addresses
    each: address
    pages:
      - page: where
        title: An address
        questions:
          - {question: place, ask: "Where?", type: text}
          - {question: rooms, ask: "How many rooms?", type: whole-number}
          - {question: since, ask: "Since when?", type: date}
          - {question: away, ask: "When were you away?", type: date-range, optional: yes}
    check:
      - that: addresses.exists(a, age(a.since) >= 5)
        else: Go back five years
computed:
  - {value: rooms_in_all, is: "sum(addresses.map(a, a.rooms))", shown_as: number}
  - {value: days, is: "sum(addresses.map(a, days_between(a.since, today())))", shown_as: number}
  - {value: early, is: "addresses.exists(a, a.since < today())"}
  - {value: gone, is: "sum(addresses.map(a, days_between(a.away.from, a.away.to) + 1))"}
case: {type: t, queue: q, target: 5 working days, subject: "{rooms_in_all}"}
what_happens_next: We read it.
examples:
  - {example: None, answers: {addresses: []}}
"""
TODAY = Today(date(2026, 11, 24), bank_holidays())


def scope_of(*addresses: dict[str, object]) -> dict[str, object]:
    parsed = parse_form(Bundle("addresses.yml", FORM))
    assert parsed.definition is not None, parsed.findings
    outcome = run_example(parsed.definition, Example("", {"addresses": list(addresses)}), TODAY)
    return {**outcome.journey.scope, "refused": dict(outcome.refused)}


AWAY = {"from": "2026-01-01", "to": "2026-01-10"}


def test_days_of_a_list_are_reckoned_with():
    scope = scope_of({"place": "Here", "rooms": "3", "since": "2021-11-24", "away": AWAY})
    assert scope["rooms_in_all"] == 3
    assert scope["days"] == (TODAY.on - date(2021, 11, 24)).days
    assert scope["early"] is True
    assert scope["gone"] == 10
    assert scope["refused"] == {}


@pytest.mark.parametrize("since", ["2021-11-25", "2026-11-24"])
def test_a_check_of_a_list_sees_its_days(since: str):
    scope = scope_of({"place": "Here", "rooms": "3", "since": since})
    assert scope["refused"] == {"addresses": "Go back five years"}
