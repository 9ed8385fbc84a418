"""Pages asked once for each of several things: items to collect, vehicles and their drivers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.forms.answering import Answered
from portal.forms.answers import Answers, dump_answers, load_answers
from portal.forms.journey import walk
from tests.forms.small import TODAY, answer, findings_of, form_of, post, said

ITEMS = """
- repeat: items
  title: Items to collect
  each: item
  min: 1
  max: 3
  line: "{kind.label}"
  pages:
    - page: kind
      questions:
        - question: kind
          ask: What is it?
          type: radios
          about: what it is
          options: {sofa: A sofa, fridge: A fridge}
    - page: gas
      when: kind == "fridge"
      questions:
        - {question: gas, ask: "Is the gas out?", type: yes-no}
    - page: weight
      questions:
        - {question: weight, ask: "How many kilos?", type: whole-number, max: 100}
  check:
    - that: sum(items.map(i, i.weight)) <= 150
      else: The items must weigh 150 kilos or less together
- page: heavy
  when: items.exists(i, i.weight > 60)
  questions:
    - {question: helper, ask: "Will somebody help?", type: yes-no}
- page: name
  questions:
    - {question: who, ask: Your name, type: text}
"""
FORM = form_of(ITEMS)


def sofa(answers: Answers, number: int, weight: str) -> Answers:
    answers = answer(FORM, answers, f"items/{number}/kind", {"kind": "sofa"})
    return answer(FORM, answers, f"items/{number}/weight", {"weight": weight})


def next_path(answers: Answers) -> str:
    step = walk(FORM, answers, TODAY).next_step
    return step.path if step else ""


def test_the_first_item_is_asked_for_at_once() -> None:
    assert next_path(Answers()) == "items/1/kind"


def test_after_its_last_page_an_item_stands_in_the_list() -> None:
    assert next_path(sofa(Answers(), 1, "40")) == "items"


def test_an_item_is_asked_only_what_applies_to_it() -> None:
    answers = answer(FORM, Answers(), "items/1/kind", {"kind": "fridge"})
    assert next_path(answers) == "items/1/gas"
    assert next_path(sofa(Answers(), 1, "40")) == "items"


def test_saying_yes_leads_to_a_new_item_and_saying_no_leads_on() -> None:
    answers = sofa(Answers(), 1, "40")
    more = post(FORM, answers, "items", {"items": "yes"})
    assert isinstance(more, Answered)
    assert more.then is not None
    assert more.then.path == "items/2/kind"
    assert next_path(answer(FORM, answers, "items", {"items": "no"})) == "name"


def test_saying_neither_is_a_mistake_in_words() -> None:
    answers = sofa(Answers(), 1, "40")
    assert said(post(FORM, answers, "items", {})) == ["Select yes if you need to add another item"]


def test_a_new_item_asks_again_whether_there_is_another() -> None:
    answers = answer(FORM, sofa(Answers(), 1, "40"), "items", {"items": "no"})
    answers = answer(FORM, answers, "items/2/kind", {"kind": "sofa"})
    assert next_path(answers) == "items/2/weight"
    assert next_path(sofa(answers, 2, "20")) == "items"


def test_no_more_than_the_most_can_be_added() -> None:
    answers = sofa(sofa(sofa(Answers(), 1, "1"), 2, "1"), 3, "1")
    assert walk(FORM, answers, TODAY).step("items/4/kind") is None
    assert next_path(answer(FORM, answers, "items", {})) == "name"


def test_conditions_see_the_whole_list() -> None:
    light = answer(FORM, sofa(Answers(), 1, "40"), "items", {"items": "no"})
    heavy = answer(FORM, sofa(Answers(), 1, "70"), "items", {"items": "no"})
    assert next_path(light) == "name"
    assert next_path(heavy) == "heavy"


def test_a_rule_about_the_list_is_said_on_the_list() -> None:
    answers = sofa(sofa(Answers(), 1, "100"), 2, "51")
    refused = post(FORM, answers, "items", {"items": "no"})
    assert said(refused) == ["The items must weigh 150 kilos or less together"]


def test_an_item_taken_out_is_gone_and_the_others_keep_their_addresses() -> None:
    answers = sofa(sofa(Answers(), 1, "10"), 2, "20").without_item((("items", 1),))
    journey = walk(FORM, answers, TODAY)
    assert journey.step("items/1/kind") is None
    assert journey.step("items/2/kind") is not None
    assert [item.answers.values["weight"] for item in journey.answers.items["items"]] == [20]
    assert next_path(answers) == "items"


def test_an_item_moves_up() -> None:
    answers = sofa(sofa(Answers(), 1, "10"), 2, "20").with_item_earlier((("items", 2),))
    assert [item.id for item in answers.items["items"]] == [2, 1]


def test_an_unfinished_item_holds_the_journey_and_its_list_can_be_seen() -> None:
    answers = sofa(Answers(), 1, "10")
    answers = answer(FORM, answers, "items/2/kind", {"kind": "fridge"})
    journey = walk(FORM, answers, TODAY)
    assert journey.next_step is not None
    assert journey.next_step.path == "items/2/gas"
    assert journey.can_visit("items")
    assert not journey.can_visit("items/3/kind")


def test_what_was_stored_is_what_was_answered() -> None:
    answers = sofa(sofa(Answers(), 1, "10"), 2, "20")
    assert load_answers(FORM, dump_answers(FORM, answers)) == answers


@given(st.lists(st.sampled_from(["add", "remove", "up", "close"]), max_size=12))
def test_no_order_of_adding_removing_and_moving_loses_an_item(deeds: list[str]) -> None:
    answers, weights = Answers(), dict[int, int]()
    for number, deed in enumerate(deeds, start=1):
        listed = answers.items.get("items", ())
        if deed == "add" and len(listed) < 3:
            new = answers.next_id("items")
            answers = sofa(answers, new, str(number))
            weights[new] = number
        elif deed == "remove" and listed:
            answers = answers.without_item((("items", listed[0].id),))
            weights.pop(listed[0].id)
        elif deed == "up" and listed:
            answers = answers.with_item_earlier((("items", listed[-1].id),))
        elif deed == "close" and listed:
            answers = answers.with_list_closed("items")
        kept = walk(FORM, answers, TODAY).answers.items.get("items", ())
        assert {item.id: item.answers.values["weight"] for item in kept} == weights


NESTED = form_of("""
- repeat: vehicles
  title: Vehicles
  each: vehicle
  max: 5
  pages:
    - page: plate
      questions:
        - {question: plate, ask: "Which vehicle?", type: text}
    - repeat: drivers
      title: Its drivers
      each: driver
      min: 0
      max: 4
      pages:
        - page: driver
          questions:
            - {question: driver_name, ask: "Who drives it?", type: text}
- page: end
  when: vehicles.all(v, size(v.drivers) > 0)
  questions:
    - {question: agreed, ask: "Do all drivers agree?", type: yes-no}
""")


def test_a_group_within_a_group_has_a_list_of_its_own_for_each() -> None:
    answers = answer(NESTED, Answers(), "vehicles/1/plate", {"plate": "AB12 CDE"})
    journey = walk(NESTED, answers, TODAY)
    assert journey.next_step is not None
    assert journey.next_step.path == "vehicles/1/drivers"
    answers = answer(NESTED, answers, "vehicles/1/drivers/1/driver", {"driver_name": "Sam Example"})
    answers = answer(NESTED, answers, "vehicles/1/drivers", {"drivers": "no"})
    journey = walk(NESTED, answers, TODAY)
    assert journey.next_step is not None
    assert journey.next_step.path == "vehicles"
    answers = answer(NESTED, answers, "vehicles", {"vehicles": "no"})
    journey = walk(NESTED, answers, TODAY)
    assert journey.next_step is not None
    assert journey.next_step.path == "end"
    assert load_answers(NESTED, dump_answers(NESTED, answers)) == answers


def test_a_list_that_may_be_empty_is_asked_about_first() -> None:
    answers = answer(NESTED, Answers(), "vehicles/1/plate", {"plate": "AB12 CDE"})
    refused = post(NESTED, answers, "vehicles/1/drivers", {})
    assert said(refused) == ["Select yes if you need to add a driver"]
    answers = answer(NESTED, answers, "vehicles/1/drivers", {"drivers": "no"})
    answers = answer(NESTED, answers, "vehicles", {"vehicles": "no"})
    assert walk(NESTED, answers, TODAY).complete


@pytest.mark.parametrize(
    ("pages", "code"),
    [
        ("- {repeat: a, title: A, each: a, pages: []}", "F045"),
        (
            (
                "- {repeat: a, title: A, each: a, min: 5, max: 2, pages: "
                "[{page: p, questions: [{question: q, ask: Q, type: text}]}]}"
            ),
            "F047",
        ),
        (
            (
                "- {repeat: a, title: A, each: a, max: 999, pages: "
                "[{page: p, questions: [{question: q, ask: Q, type: text}]}]}"
            ),
            "F048",
        ),
        (
            (
                "- {page: o, questions: [{question: o, ask: O, type: yes-no}]}\n"
                "- {repeat: a, title: A, each: a, pages: "
                "[{page: p, when: o, questions: [{question: q, ask: Q, type: text}]}]}"
            ),
            "F044",
        ),
        (
            (
                "- {repeat: a, title: A, each: a, pages: [{page: p, questions: [{question: q, "
                "ask: Q, type: text}]}, {repeat: b, title: B, each: b, pages: [{page: r, "
                "questions: [{question: s, ask: S, type: text}]}, {repeat: c, title: C, each: c, "
                "pages: [{page: t, questions: [{question: u, ask: U, type: text}]}]}]}]}"
            ),
            "F049",
        ),
        (
            (
                "- {repeat: a, title: A, each: a, pages: [{page: p, questions: [{question: q, "
                "ask: Q, type: yes-no}]}]}\n- {page: z, when: q, title: Z, guidance: Hello}"
            ),
            "C006",
        ),
    ],
)
def test_a_group_that_cannot_work_is_refused(pages: str, code: str) -> None:
    assert code in {finding.code for finding in findings_of(pages)}
