"""Adding, changing, removing and reordering things in a list, over HTTP."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.portal_fixtures import OpenPortal
from tests.support.portal_house import FORMS, Portal
from tests.support.resident import Resident, errors_in, heading_of, path_of

FORM = """\
form: bulky-waste
title: Have bulky waste collected
summary: We collect up to three things
service_area: Waste
lgsl: 524
pages:
  - repeat: items
    title: What we will collect
    each: item
    max: 3
    reorder: yes
    line: "{kind.label}, {weight} kg"
    pages:
      - page: kind
        title: The item
        questions:
          - question: kind
            ask: What is it?
            type: radios
            options: {sofa: A sofa, other: Something else}
          - question: what
            ask: Say what
            type: text
            when: kind == "other"
      - page: weight
        questions:
          - {question: weight, ask: "How heavy is it, in kilos?", type: whole-number, max: 100}
        warn:
          - that: weight < 90
            else: Two people must be able to lift it
            at: weight
  - page: your-details
    use: contact-details
computed:
  - value: load
    is: sum(items.map(i, i.weight))
    label: The whole load in kilos
    shown_as: number
fee:
  - line: items
    label: Collection
    amount: £12.00
    times: count
    income_code: W-1
    vat: outside-scope
case:
  type: bulky-waste
  queue: waste
  target: 5 working days
  subject: "{load} kg"
  customer: {name: your_name, email: email}
what_happens_next: We will come.
examples:
  - example: Two things cost £24
    answers:
      items:
        - {kind: sofa, weight: 60}
        - {kind: other, what: A piano stool, weight: 95}
      your_name: Ann Example
      email: ann@example.test
    sees: [kind, weight, kind, weight, items, your-details]
    fee: £24.00
""".replace("computed:\n", 'computed:\n  - {value: count, is: "size(items)"}\n')
PATH = "/forms/bulky-waste"


@pytest.fixture
def bulky(open_own: OpenPortal, tmp_path: Path) -> Iterator[Portal]:
    """A portal that collects bulky waste."""
    forms = tmp_path / "forms"
    forms.mkdir()
    for name in ("_council.yml", "_shared.yml", "_fees.yml", "report-fly-tipping.yml"):
        (forms / name).write_text((FORMS / name).read_text())
    (forms / "bulky-waste.yml").write_text(FORM)
    with open_own(forms=forms) as opened:
        yield opened


def add(resident: Resident, number: int, kind: str = "sofa", weight: str = "60") -> str:
    answer = resident.post(f"{PATH}/items/{number}/kind", {"kind": kind, "what": "A stool"})
    assert path_of(answer.headers["location"]) == f"{PATH}/items/{number}/weight"
    answer = resident.post(f"{PATH}/items/{number}/weight", {"weight": weight})
    assert answer.status_code == 303
    return path_of(answer.headers["location"])


def test_two_things_are_added_priced_and_become_one_case(bulky: Portal) -> None:
    resident = bulky.resident()
    first = resident.get(f"{PATH}/items/1/kind")
    assert "Item 1" in first.text
    assert add(resident, 1) == f"{PATH}/items"
    listed = resident.read(f"{PATH}/items")
    assert heading_of(listed) == "What we will collect"
    assert "A sofa, 60 kg" in listed
    more = resident.post(f"{PATH}/items", {"items": "yes"})
    assert path_of(more.headers["location"]) == f"{PATH}/items/2/kind"
    assert add(resident, 2, kind="other", weight="20") == f"{PATH}/items"
    done = resident.post(f"{PATH}/items", {"items": "no"})
    assert path_of(done.headers["location"]) == f"{PATH}/your-details"
    resident.answer(
        "bulky-waste",
        "your-details",
        {"your_name-first": "Ann", "your_name-last": "Example", "email": "a@example.test"},
    )
    check = resident.read(f"{PATH}/check-answers")
    assert "£24.00" in check
    assert "The whole load in kilos" in check
    assert check.index("Item 1") < check.index("Item 2")
    assert resident.send("bulky-waste").startswith("/pay/")


def test_the_written_example_can_be_filled_as_it_stands(bulky: Portal) -> None:
    resident = bulky.resident()
    resident.fill("bulky-waste")
    assert "A piano stool" in resident.read(f"{PATH}/check-answers")


def test_neither_yes_nor_no_is_a_mistake_on_the_list(bulky: Portal) -> None:
    resident = bulky.resident()
    add(resident, 1)
    answer = resident.post(f"{PATH}/items", {})
    assert answer.status_code == 422
    assert errors_in(answer.text) == ["Select yes if you need to add another item"]
    assert "<title>Error: " in answer.text
    assert "A sofa, 60 kg" in answer.text


def test_one_is_removed_after_asking(bulky: Portal) -> None:
    resident = bulky.resident()
    add(resident, 1)
    add(resident, 2, weight="20")
    asked = resident.read(f"{PATH}/items/1/remove")
    assert heading_of(asked) == "Remove A sofa, 60 kg?"
    assert "A sofa, 60 kg" in resident.read(f"{PATH}/items")
    answer = resident.post(f"{PATH}/items/1/remove", {})
    assert path_of(answer.headers["location"]) == f"{PATH}/items"
    listed = resident.read(f"{PATH}/items")
    assert "60 kg" not in listed
    assert "20 kg" in listed
    again = resident.browser.get(f"{PATH}/items/1/remove")
    assert again.status_code == 303


def test_one_moves_up(bulky: Portal) -> None:
    resident = bulky.resident()
    add(resident, 1)
    add(resident, 2, weight="20")
    resident.post(f"{PATH}/items", {"earlier": "2"})
    listed = resident.read(f"{PATH}/items")
    assert listed.index("20 kg") < listed.index("60 kg")


def test_changing_one_leads_back_to_the_list_not_to_the_next_one(bulky: Portal) -> None:
    resident = bulky.resident()
    add(resident, 1)
    add(resident, 2)
    assert add(resident, 1, weight="10") == f"{PATH}/items"


def test_changing_one_from_check_answers_leads_back_there(bulky: Portal) -> None:
    resident = bulky.resident()
    resident.fill("bulky-waste")
    check = resident.read(f"{PATH}/check-answers")
    change = re.findall(r'href="([^"]*items/1/weight\?change=yes)"', check)[0]
    opened = resident.read(change)
    assert 'value="60"' in opened
    answer = resident.post(
        f"{PATH}/items/1/weight", {"weight": "61", "return": "check-answers"}, page=change
    )
    assert path_of(answer.headers["location"]) == f"{PATH}/check-answers"


def test_an_unfinished_one_is_marked_in_the_list(bulky: Portal) -> None:
    resident = bulky.resident()
    add(resident, 1)
    resident.post(f"{PATH}/items/2/kind", {"kind": "sofa"})
    assert "Not finished" in resident.read(f"{PATH}/items")
    assert resident.get(f"{PATH}/your-details").headers["location"].endswith("/items/2/weight")


def test_a_warning_keeps_what_was_typed_and_a_second_press_goes_on(bulky: Portal) -> None:
    resident = bulky.resident()
    resident.post(f"{PATH}/items/1/kind", {"kind": "sofa"})
    warned = resident.post(f"{PATH}/items/1/weight", {"weight": "95"})
    assert warned.status_code == 200
    assert "Two people must be able to lift it" in warned.text
    assert 'value="95"' in warned.text
    carry_on = re.findall(r'name="carry-on" value="([^"]+)"', warned.text)[0]
    answer = resident.post(f"{PATH}/items/1/weight", {"weight": "95", "carry-on": carry_on})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "path",
    ["items/7/kind", "items/x/kind", "items/0/kind", "items/-1/kind", "items/1/nothing", "items/1"],
)
def test_no_address_of_nothing_makes_an_item(bulky: Portal, path: str) -> None:
    resident = bulky.resident()
    add(resident, 1)
    before = bulky.rows("draft")
    assert resident.get(f"{PATH}/{path}").status_code in (303, 404)
    token = resident.token()
    answer = resident.browser.post(f"{PATH}/{path}", data={"csrf_token": token, "kind": "sofa"})
    assert answer.status_code in (303, 404)
    assert [row["answers"] for row in bulky.rows("draft")] == [row["answers"] for row in before]
