"""A number asked on the same page as a choice that depends on earlier answers."""

from portal.forms.answers import Answers
from portal.forms.journey import walk
from tests.forms.proofs.small_forms import TODAY, small_form

FORM = """
- page: kind
  questions:
    - {question: kind, ask: Kind, type: radios, options: {a: A, b: B}}
- page: both
  title: Both
  questions:
    - question: size
      ask: Size
      type: radios
      options: {small: Small, large: {label: Large, when: 'kind == "a"'}}
    - {question: many, ask: How many, type: whole-number, min: 1, max: 9}
"""


def test_a_number_beside_a_choice_that_depends_on_answers_is_kept() -> None:
    answers = Answers({"kind": "a", "size": "large", "many": 3}, frozenset({"kind", "both"}))
    journey = walk(small_form(FORM), answers, TODAY)
    assert journey.complete
    assert journey.values["many"] == 3


def test_a_choice_no_longer_offered_is_asked_again_and_the_number_beside_it_is_not() -> None:
    answers = Answers({"kind": "b", "size": "large", "many": 3}, frozenset({"kind", "both"}))
    journey = walk(small_form(FORM), answers, TODAY)
    assert journey.next_step is not None
    assert journey.next_step.name == "both"
    assert journey.values["many"] == 3
    assert "size" not in journey.values
