"""Pages that depend on earlier answers: revealed questions, choices, texts, computed values."""

import pytest

from portal.forms.answering import CARRY_ON, Refused
from portal.forms.answers import Answers
from portal.forms.as_asked import as_asked
from portal.forms.fees import calculate_fee
from portal.forms.journey import before, walk
from portal.forms.texts import fill_markdown
from tests.forms.small import TODAY, answer, findings_of, form_of, post, said

FORM = form_of(
    """
- page: pet
  title: Your pet
  questions:
    - question: pet
      ask: Which pet?
      type: radios
      options: {dog: A dog, cat: A cat, other: Another}
    - question: which
      ask: Which one?
      type: text
      when: pet == "other"
- page: years
  questions:
    - {question: years, ask: "How old is {pet}?", type: whole-number, max: 30}
  warn:
    - that: years < 25
      else: Few pets are that old
      at: years
- page: food
  guidance: "You said **{pet}**, {which}, {months} months old."
  questions:
    - question: food
      ask: What does it eat?
      type: radios
      options:
        bones: {label: Bones, when: pet == "dog"}
        fish: {label: Fish, when: pet == "cat"}
        anything: Anything
""",
    """
computed:
  - {value: months_doubled, is: months * 2}
  - {value: months, is: years * 12, label: Months}
fee:
  - line: licence
    label: Licence
    amount: £2.00
    times: months
    income_code: X
    vat: outside-scope
""",
)


def a_dog(years: str = "3") -> Answers:
    answers = answer(FORM, Answers(), "pet", {"pet": "dog"})
    return answer(FORM, answers, "years", {"years": years})


def food_as_asked(answers: Answers):
    journey = walk(FORM, answers, TODAY)
    step = journey.step("food")
    assert step is not None
    page = FORM.page("food")
    assert page is not None
    return as_asked(FORM, page, before(FORM, answers, step, TODAY), TODAY)


def test_a_question_revealed_by_another_choice_is_not_asked_and_not_read() -> None:
    answers = answer(FORM, Answers(), "pet", {"pet": "dog", "which": "a newt"})
    assert dict(answers.values) == {"pet": "dog"}


def test_a_revealed_question_must_be_answered() -> None:
    assert said(post(FORM, Answers(), "pet", {"pet": "other"})) == ["Enter which one"]


def test_choosing_again_drops_what_was_revealed_from_the_route() -> None:
    answers = answer(FORM, Answers(), "pet", {"pet": "other", "which": "newt"})
    answers = answer(FORM, answers, "pet", {"pet": "cat"})
    assert "which" not in walk(FORM, answers, TODAY).values


def test_texts_speak_of_earlier_answers() -> None:
    page = FORM.page("years")
    assert page is not None
    answers = answer(FORM, Answers(), "pet", {"pet": "dog"})
    step = walk(FORM, answers, TODAY).step("years")
    assert step is not None
    asked = as_asked(FORM, page, before(FORM, answers, step, TODAY), TODAY)
    assert asked.questions[0].ask == "How old is A dog?"


def test_what_a_resident_typed_is_plain_text_in_markdown() -> None:
    answers = answer(
        FORM, Answers(), "pet", {"pet": "other", "which": "[x](https://evil.example) *a*"}
    )
    shown = fill_markdown("You said {which}", FORM, answers.values)
    assert r"\[x\]\(https\:\/\/evil\.example\) \*a\*" in shown


def test_only_choices_that_fit_are_offered() -> None:
    offered = food_as_asked(a_dog()).questions[0].settings.values
    assert offered == ("bones", "anything")


def test_a_choice_that_is_not_offered_is_refused() -> None:
    assert said(post(FORM, a_dog(), "food", {"food": "fish"})) == [
        "Choose the answer to “What does it eat?” from the list"
    ]


def test_a_choice_gone_stale_is_asked_again() -> None:
    answers = answer(FORM, a_dog(), "food", {"food": "bones"})
    assert walk(FORM, answers, TODAY).complete
    cat = answer(FORM, answers, "pet", {"pet": "cat"})
    journey = walk(FORM, cat, TODAY)
    assert journey.next_step is not None
    assert journey.next_step.path == "food"
    assert "food" not in journey.values


def test_computed_values_are_known_in_whatever_order_they_are_written() -> None:
    scope = walk(FORM, a_dog(), TODAY).scope
    assert (scope["months"], scope["months_doubled"]) == (36, 72)


def test_a_computed_value_is_unknown_while_what_it_reads_is() -> None:
    assert "months" not in walk(FORM, Answers(), TODAY).scope


def test_a_fee_is_multiplied_by_a_computed_value() -> None:
    answers = answer(FORM, a_dog(), "food", {"food": "bones"})
    assert calculate_fee(FORM, walk(FORM, answers, TODAY).scope, TODAY).total == 7200


def test_a_warning_is_shown_once_and_then_people_may_go_on() -> None:
    answers = answer(FORM, Answers(), "pet", {"pet": "dog"})
    warned = post(FORM, answers, "years", {"years": "29"})
    assert isinstance(warned, Refused)
    assert not warned.errors
    assert [warning.message for warning in warned.warnings] == ["Few pets are that old"]
    after = answer(FORM, answers, "years", {"years": "29", CARRY_ON: warned.warned})
    assert after.values["years"] == 29


def test_a_warning_is_given_afresh_for_another_answer() -> None:
    answers = answer(FORM, Answers(), "pet", {"pet": "dog"})
    warned = post(FORM, answers, "years", {"years": "29"})
    assert isinstance(warned, Refused)
    again = post(FORM, answers, "years", {"years": "30", CARRY_ON: warned.warned})
    assert isinstance(again, Refused)
    assert again.warnings


def test_a_mistake_comes_before_a_warning() -> None:
    answers = answer(FORM, Answers(), "pet", {"pet": "dog"})
    refused = post(FORM, answers, "years", {"years": "31"})
    assert isinstance(refused, Refused)
    assert refused.errors
    assert not refused.warnings


TEXT = "- {page: a, questions: [{question: a, ask: A, type: whole-number}]}"


@pytest.mark.parametrize(
    ("pages", "more", "code"),
    [
        (TEXT, "computed: [{value: b, is: c + 1}, {value: c, is: b + 1}]", "C004"),
        (TEXT, "computed: [{value: b, is: b + 1}]", "C004"),
        (TEXT, "computed: [{value: b, is: a + nothing}]", "C001"),
        (TEXT, "computed: [{value: a, is: a + 1}]", "F054"),
        (TEXT, "computed: [{value: today, is: a + 1}]", "F053"),
        (TEXT, "computed: [{value: b, is: '[a]'}]", "C005"),
        ("- {page: a, questions: [{question: a, ask: 'Of {b}?', type: text}]}", "", "F037"),
        (
            (
                "- {page: a, questions: [{question: a, ask: 'Of {b}?', type: text}]}\n"
                "- {page: b, questions: [{question: b, ask: B, type: text}]}"
            ),
            "",
            "C003",
        ),
        (
            (
                "- {page: a, title: A, questions: [{question: a, ask: A, type: whole-number}, "
                "{question: b, ask: B, type: text, when: a > 1}]}"
            ),
            "",
            "F050",
        ),
        (
            (
                "- {page: a, title: A, questions: [{question: a, ask: A, type: yes-no}, "
                "{question: b, ask: B, type: radios, options: {x: {label: X, when: a}, y: Y}}]}"
            ),
            "",
            "F046",
        ),
        (
            TEXT + "\n- {page: z, when: b > 3, title: Z, guidance: Z}",
            "computed: [{value: b, is: a}]",
            "",
        ),
        (
            "- {page: z, when: b > 3, title: Z, guidance: Z}\n" + TEXT,
            "computed: [{value: b, is: a}]",
            "C003",
        ),
    ],
)
def test_what_cannot_be_known_in_time_is_refused(pages: str, more: str, code: str) -> None:
    assert {finding.code for finding in findings_of(pages, more)} == ({code} if code else set())
