"""A form changes while people fill it in: nothing they answered is lost without being listed."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.forms.answering import Answered, answer_page
from portal.forms.answers import Answers, ItemPath, dump_answers, load_answers
from portal.forms.definition import FormDefinition, Page
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import StoredFile
from portal.forms.journey import Step, walk
from portal.forms.migrating import MigrationReport, Why, migrate, migration_report
from portal.forms.parsing import Bundle, parse_form
from tests.forms.small import ASKING, TODAY, answer, form_of

ONE = """
- page: kind
  questions:
    - {question: kind, ask: "What is it?", type: radios, options: {sofa: A sofa, fridge: A fridge}}
- page: gas
  when: kind == "fridge"
  questions:
    - {question: gas, ask: "Is the gas out?", type: yes-no}
- page: who
  title: About you
  questions:
    - {question: who, ask: Your name, type: text}
    - {question: note, ask: Anything else, type: text, optional: yes}
"""
FEE = """
fee:
  - {line: sofa, label: Sofa, when: kind == "sofa", amount: £10.00, income_code: A, vat: exempt}
  - {line: cold, label: Fridge, when: kind == "fridge", amount: £20.00, income_code: A, vat: exempt}
"""
LIST = """
- repeat: items
  title: Items to collect
  each: item
  max: 3
  pages:
    - page: kind
      questions:
        - {question: kind, ask: "What is it?", type: text, about: what it is}
    - page: weight
      questions:
        - {question: weight, ask: "How many kilos?", type: whole-number, max: 100}
- page: who
  questions:
    - {question: who, ask: Your name, type: text}
"""


def filled(form: FormDefinition, **values: str) -> Answers:
    """Every page answered with these."""
    answers = Answers()
    for _ in range(20):
        step = walk(form, answers, TODAY).next_step
        if step is None:
            break
        assert isinstance(step.page, Page)
        asked = [q.name for q in step.page.questions]
        answers = answer(form, answers, step.path, {n: values[n] for n in asked if n in values})
    return answers


def two_items(form: FormDefinition) -> Answers:
    answers = Answers()
    for number, (kind, weight) in enumerate((("Sofa", "40"), ("Lamp", "2")), 1):
        answers = answer(form, answers, f"items/{number}/kind", {"kind": kind})
        answers = answer(form, answers, f"items/{number}/weight", {"weight": weight})
    answers = answer(form, answers, "items", {"items": "no"})
    return answer(form, answers, "who", {"who": "Ann"})


def changed(text: str, *parts: tuple[str, str]) -> str:
    for old, new in parts:
        assert old in text, old
        text = text.replace(old, new)
    return text


OLD = form_of(ONE, FEE)
SOFA = filled(OLD, kind="sofa", who="Ann", note="Ring twice")
FRIDGE = filled(OLD, kind="fridge", gas="yes", who="Ann")


def test_a_reworded_question_keeps_its_answer_and_nobody_needs_to_be_told() -> None:
    new = form_of(changed(ONE, ("Your name", "Your full name")), FEE)
    moved = migrate(OLD, new, SOFA, TODAY)
    assert moved.answers == SOFA
    assert moved.is_unaffected
    assert walk(new, moved.answers, TODAY).complete


def test_a_question_taken_away_is_listed_with_what_was_answered() -> None:
    new = form_of(
        changed(ONE, ("    - {question: note, ask: Anything else, type: text, optional: yes}", "")),
        FEE,
    )
    moved = migrate(OLD, new, SOFA, TODAY)
    (dropped,) = moved.dropped
    assert (dropped.label, dropped.lines, dropped.why) == (
        "Anything else",
        ("Ring twice",),
        Why.GONE,
    )
    assert walk(new, moved.answers, TODAY).complete
    assert not moved.is_unaffected


def test_a_choice_taken_away_is_listed_in_its_old_words_and_asked_again() -> None:
    pages = changed(ONE, ("sofa: A sofa, ", "chair: A chair, "))
    new = form_of(pages, changed(FEE, ("sofa", "chair")))
    moved = migrate(OLD, new, SOFA, TODAY)
    (dropped,) = moved.dropped
    assert (dropped.lines, dropped.why) == (("A sofa",), Why.UNFIT)
    assert moved.newly_asked == ("What is it?",)
    journey = walk(new, moved.answers, TODAY)
    assert journey.next_step is not None
    assert journey.next_step.path == "kind"
    assert moved.answers.values["who"] == "Ann"


@pytest.mark.parametrize("optional", ["", ", optional: yes"])
def test_a_new_question_is_asked_wherever_it_stands_on_the_way(optional: str) -> None:
    more = f"""
    - {{question: phone, ask: Your phone number, type: text{optional}}}
"""
    new = form_of(ONE.rstrip("\n") + more, FEE)
    moved = migrate(OLD, new, SOFA, TODAY)
    assert moved.newly_asked == ("Your phone number",)
    assert moved.dropped == ()
    journey = walk(new, moved.answers, TODAY)
    assert journey.next_step is not None
    assert journey.next_step.path == "who"
    begun = answer(OLD, Answers(), "kind", {"kind": "sofa"})
    assert migrate(OLD, new, begun, TODAY).is_unaffected


def test_an_answer_left_blank_that_is_mandatory_now_is_asked_for() -> None:
    new = form_of(changed(ONE, (", optional: yes", "")), FEE)
    blank = filled(OLD, kind="sofa", who="Ann")
    moved = migrate(OLD, new, blank, TODAY)
    assert moved.newly_asked == ("Anything else",)
    assert not walk(new, moved.answers, TODAY).complete
    assert migrate(OLD, new, SOFA, TODAY).is_unaffected


def test_a_page_only_some_are_asked_is_newly_asked_of_those_alone() -> None:
    key = """
- page: key
  when: kind == "fridge"
  questions:
    - {question: key, ask: "Where is the key?", type: text}
"""
    new = form_of(ONE + key, FEE)
    assert migrate(OLD, new, SOFA, TODAY).is_unaffected
    assert migrate(OLD, new, FRIDGE, TODAY).newly_asked == ("Where is the key?",)


def test_an_answer_that_is_not_asked_with_the_others_any_more_is_listed_and_not_sent() -> None:
    new = form_of(changed(ONE, ('kind == "fridge"', 'kind == "sofa"')), FEE)
    moved = migrate(OLD, new, FRIDGE, TODAY)
    assert [(d.label, d.why) for d in moved.dropped] == [("Is the gas out?", Why.OFF_ROUTE)]
    assert "gas" not in walk(new, moved.answers, TODAY).values


def test_a_price_that_is_another_now_is_known_before_and_after() -> None:
    new = form_of(ONE, changed(FEE, ("£10.00", "£12.50")))
    moved = migrate(OLD, new, SOFA, TODAY)
    assert moved.fee_before is not None
    assert moved.fee_after is not None
    assert (moved.fee_before.total, moved.fee_after.total) == (1000, 1250)
    assert moved.changes_price
    assert not moved.is_unaffected
    assert migrate(OLD, new, FRIDGE, TODAY).is_unaffected


def test_a_narrower_question_lists_what_it_would_not_take() -> None:
    old = form_of("- page: a\n  questions:\n    - {question: n, ask: How many, type: whole-number}")
    new = form_of(
        "- page: a\n  questions:\n    - {question: n, ask: How many, type: whole-number, max: 5}"
    )
    assert migrate(old, new, filled(old, n="5"), TODAY).is_unaffected
    moved = migrate(old, new, filled(old, n="6"), TODAY)
    assert [(d.lines, d.why) for d in moved.dropped] == [(("6",), Why.UNFIT)]


@pytest.mark.parametrize(
    ("before", "after", "value", "fits"),
    [
        ("text", "textarea", "Ann", True),
        ("whole-number", "money", "5", False),
        ("text", "whole-number", "5", False),
        ("radios, options: {a: A, b: B}", "select, options: {a: A, b: B}", "a", True),
        ("radios, options: {a: A, b: B}", "checkboxes, options: {a: A, b: B}", "a", False),
    ],
)
def test_an_answer_to_another_kind_of_question_is_kept_only_where_it_means_the_same(
    before: str, after: str, value: str, fits: bool
) -> None:
    def asking(kind: str) -> FormDefinition:
        question = f"    - {{question: n, ask: What, about: what, type: {kind}}}"
        return form_of(f"- page: a\n  questions:\n{question}")

    moved = migrate(asking(before), asking(after), filled(asking(before), n=value), TODAY)
    assert moved.is_unaffected is fits
    assert len(moved.dropped) == (not fits)


def test_nobody_has_agreed_to_a_declaration_in_other_words() -> None:
    def declaring(words: str) -> FormDefinition:
        return form_of(
            "- page: a\n  questions:\n    - question: sure\n      ask: Do you agree?\n"
            f"      type: declaration\n      says: {words}"
        )

    old = declaring("I agree")
    answers = filled(old, sure="yes")
    moved = migrate(old, declaring("I agree to pay"), answers, TODAY)
    assert [d.question for d in moved.dropped] == ["sure"]


def test_an_uploaded_file_is_kept_unless_its_kind_is_taken_no_more() -> None:
    def uploading(accept: str) -> FormDefinition:
        return form_of(
            "- page: a\n  questions:\n"
            f"    - {{question: plan, ask: The plan, type: file, accept: [{accept}], max_files: 2}}"
        )

    old = uploading("pdf, jpg")
    answers = filled(old, plan="plan.pdf")
    assert isinstance(answers.values["plan"][0], StoredFile)
    assert migrate(old, uploading("pdf, png"), answers, TODAY).answers == answers
    moved = migrate(old, uploading("jpg"), answers, TODAY)
    assert [(d.lines, d.why) for d in moved.dropped] == [(("plan.pdf",), Why.UNFIT)]


def test_an_address_is_kept_though_the_question_changes_and_the_gazetteer_has_forgotten_it() -> (
    None
):
    def asking(more: str) -> FormDefinition:
        return form_of(
            f"- page: a\n  questions:\n    - {{question: p, ask: Which, type: address{more}}}"
        )

    old = asking("")
    answers = filled(old, p="999000000001")
    assert migrate(old, asking(", hint: The whole address"), answers, TODAY).is_unaffected
    assert migrate(old, asking(", require_uprn: yes"), answers, TODAY).is_unaffected
    typed = answer(
        old,
        Answers(),
        "a",
        {"p": "manual", "p-line-1": "1 Lane", "p-town": "Fenwick", "p-postcode": "ZZ1 1AA"},
    )
    moved = migrate(old, asking(", require_uprn: yes"), typed, TODAY)
    assert [d.lines for d in moved.dropped] == [("1 Lane", "Fenwick", "ZZ1 1AA")]


def test_a_list_is_taken_along_item_by_item() -> None:
    old = form_of(LIST)
    new = form_of(changed(LIST, ("max: 100", "max: 10")))
    moved = migrate(old, new, two_items(old), TODAY)
    (dropped,) = moved.dropped
    assert (dropped.label, dropped.lines) == ("Item 1: How many kilos?", ("40",))
    assert [item.id for item in moved.answers.items["items"]] == [1, 2]
    journey = walk(new, moved.answers, TODAY)
    assert journey.next_step is not None
    assert journey.next_step.path == "items/1/weight"


def test_items_for_which_there_is_no_room_any_more_are_listed_whole() -> None:
    old = form_of(LIST)
    new = form_of(changed(LIST, ("  max: 3", "  max: 1")))
    moved = migrate(old, new, two_items(old), TODAY)
    assert [(d.label, d.lines, d.why) for d in moved.dropped] == [
        ("Item 2: What is it?", ("Lamp",), Why.TOO_MANY),
        ("Item 2: How many kilos?", ("2",), Why.TOO_MANY),
    ]
    journey = walk(new, moved.answers, TODAY)
    assert journey.next_step is not None
    assert journey.next_step.path == "items"


def test_a_question_moved_into_a_list_or_out_of_it_is_asked_anew() -> None:
    old, alone = form_of(LIST), form_of(LIST.partition("- page: who")[0])
    new = form_of(
        '- page: kind\n  questions:\n    - {question: kind, ask: "What is it?", type: text}'
    )
    moved = migrate(old, new, two_items(old), TODAY)
    assert len(moved.dropped) == 5
    assert moved.newly_asked == ("What is it?",)
    gone = migrate(old, alone, two_items(old), TODAY)
    assert [d.question for d in gone.dropped] == ["who"]


def test_a_check_that_fails_now_says_so() -> None:
    old = form_of(LIST)
    new = form_of(
        changed(
            LIST,
            (
                "  max: 3\n",
                "  max: 3\n  check:\n    - {that: size(items) > 2, else: Add three, at: items}\n",
            ),
        )
    )
    moved = migrate(old, new, two_items(old), TODAY)
    assert moved.again == ("Add three",)
    assert not moved.is_unaffected


def test_the_report_counts_what_would_become_of_every_draft() -> None:
    new = form_of(changed(ONE, (", optional: yes", "")), changed(FEE, ("£20.00", "£25.00")))
    blank = filled(OLD, kind="sofa", who="Ann")
    noted = filled(OLD, kind="fridge", gas="no", who="Ann", note="x")
    drafts = [SOFA, SOFA, Answers(), blank, noted]
    report = migration_report(OLD, new, drafts, TODAY)
    assert report == MigrationReport(open=5, unaffected=3, need_one=1, change_price=1)
    assert str(report) == "5 open: 3 unaffected, 1 needs one more answer, 1 changes price"
    twice = report + MigrationReport(1, 0, lose_answers=1, unreadable=1)
    assert str(twice) == (
        "6 open: 3 unaffected, 1 needs one more answer, 1 loses an answer, 1 changes price, "
        "1 cannot be read"
    )
    assert str(MigrationReport()) == "0 open: 0 unaffected"


# Any two of many small forms, and any draft of the first.

_SLOTS: tuple[tuple[str, ...], ...] = (
    (
        "{question: kind, ask: What, type: radios, options: {a: A, b: B, c: C}}",
        "{question: kind, ask: What, type: radios, options: {a: A, b: B}}",
        "{question: kind, ask: What, type: select, options: {b: Bee, c: Cee}}",
        "{question: kind, ask: What, type: text, about: what}",
    ),
    (
        "{question: n, ask: How many, type: whole-number, max: 9}",
        "{question: n, ask: How many, type: whole-number, max: 4}",
        "{question: n, ask: How many, type: whole-number, max: 9, optional: yes}",
        "",
    ),
    (
        "{question: note, ask: Note, type: text, optional: yes}",
        "{question: note, ask: Note, type: textarea}",
        "{question: note, ask: Note, type: text, max_length: 3}",
        "",
    ),
    (
        "{question: when_, ask: When, type: yes-no}",
        "{question: when_, ask: When, type: yes-no, optional: yes}",
        "",
        "",
    ),
)
_WRITTEN = st.tuples(
    *(st.sampled_from(slot) for slot in _SLOTS),
    st.sampled_from(["together", "apart", "list", "list of one", "first in a list"]),
    st.booleans(),
)


def _form(written: tuple[str, str, str, str, str, bool]) -> FormDefinition:
    *questions, shape, has_condition = written
    asked = [q for q in questions if q]
    pages = [[asked[0]], asked[1:]] if shape != "apart" else [[q] for q in asked]
    when = '  when: kind == "a"\n' if has_condition else ""

    def page(number: int, of: list[str]) -> str:
        name = f"p{number}" if shape != "apart" else f"q{number}"
        lines = "".join(f"    - {question}\n" for question in of)
        return f"- page: {name}\n  title: Some\n{when if number == 1 else ''}  questions:\n{lines}"

    drawn = [page(number, of) for number, of in enumerate(pages) if of]
    if shape.startswith("list"):
        most = 1 if "one" in shape else 3
        drawn = [_list("things", drawn, most)]
    elif shape.startswith("first"):
        drawn = [_list("things", drawn[:1], 2), *(p.replace(when, "") for p in drawn[1:])]
    end = "- page: end\n  questions:\n    - {question: last, ask: Last, type: text}\n"
    return form_of("".join(drawn) + end)


def _list(name: str, pages: list[str], most: int) -> str:
    inner = "".join("    " + line + "\n" for page in pages for line in page.splitlines())
    return f"- repeat: {name}\n  title: Things\n  each: thing\n  max: {most}\n  pages:\n{inner}"


@st.composite
def _drafts(draw: st.DrawFn) -> tuple[FormDefinition, Answers]:
    form = _form(draw(_WRITTEN))
    answers = Answers()
    for _ in range(draw(st.integers(0, 12))):
        step = walk(form, answers, TODAY).next_step
        if step is None:
            break
        raw = {
            "kind": [draw(st.sampled_from("abc"))],
            "n": [draw(st.sampled_from(["", "3", "7"]))],
            "note": [draw(st.sampled_from(["", "ok", "a longer note"]))],
            "when_": [draw(st.sampled_from(["", "yes", "no"]))],
            "last": ["end"],
            "things": [draw(st.sampled_from(["yes", "no"]))],
        }
        outcome = answer_page(form, step, answers, raw, asking=ASKING, today=TODAY)
        if isinstance(outcome, Answered):
            answers = outcome.answers
            step = outcome.then
            if step is not None:
                more = answer_page(form, step, answers, raw, asking=ASKING, today=TODAY)
                answers = more.answers if isinstance(more, Answered) else answers
    return form, answers


def every_answer(answers: Answers, place: ItemPath = ()) -> Iterator[tuple[ItemPath, str, object]]:
    for name, value in answers.values.items():
        yield place, name, value
    for name, listed in answers.items.items():
        for item in listed:
            yield from every_answer(item.answers, (*place, (name, item.id)))


@settings(max_examples=150, deadline=None)
@given(_drafts(), _WRITTEN)
def test_whatever_changes_no_answer_is_lost_without_being_listed(
    draft: tuple[FormDefinition, Answers], written: tuple[str, str, str, str, str, bool]
) -> None:
    old, answers = draft
    new = _form(written)
    moved = migrate(old, new, answers, TODAY)
    listed = {(d.place, d.question): d for d in moved.dropped}
    assert len(listed) == len(moved.dropped)
    for place, name, value in every_answer(answers):
        if (place, name) in listed:
            assert all(listed[place, name].lines)
        else:
            assert moved.answers.at(place).values[name] == value
    # What was on the way is on the way still, or listed, once all is answered.
    before, after = walk(old, answers, TODAY), walk(new, moved.answers, TODAY)
    if after.complete:
        for place, name, value in every_answer(before.answers):
            assert (place, name) in listed or after.answers.at(place).values[name] == value
    # What was taken along is valid: it is stored, read and posted again, and nothing new is in it.
    assert load_answers(new, dump_answers(new, moved.answers)) == moved.answers
    for place, name, value in every_answer(moved.answers):
        assert answers.at(place).values[name] == value
        question = new.question(name)
        assert question is not None
        kind = FIELD_TYPES[question.type]
        assert kind.parse(question, kind.as_raw(question, value), ASKING) == value
    # A complete draft is incomplete only where the resident is told what is asked.
    if before.complete and not after.complete:
        assert moved.newly_asked or moved.again or moved.dropped


@settings(max_examples=100, deadline=None)
@given(_drafts())
def test_the_same_questions_under_another_digest_change_nothing(
    draft: tuple[FormDefinition, Answers],
) -> None:
    from dataclasses import replace

    old, answers = draft
    moved = migrate(old, replace(old, digest="another"), answers, TODAY)
    assert moved.answers == answers
    assert moved.is_unaffected


@settings(max_examples=60, deadline=None)
@given(_drafts(), _WRITTEN)
def test_a_draft_carried_on_can_be_finished(
    draft: tuple[FormDefinition, Answers], written: tuple[str, str, str, str, str, bool]
) -> None:
    old, answers = draft
    new = _form(written)
    moved = migrate(old, new, answers, TODAY).answers
    raw = {"kind": ["b"], "n": ["3"], "note": ["ok"], "when_": ["no"], "last": ["end"]}
    for _ in range(30):
        step = walk(new, moved, TODAY).next_step
        if step is None:
            break
        assert isinstance(step, Step)
        outcome = answer_page(
            new, step, moved, {**raw, "things": ["no"]}, asking=ASKING, today=TODAY
        )
        assert isinstance(outcome, Answered), outcome
        moved = outcome.answers
    assert walk(new, moved, TODAY).complete


AGREEING = """
form: agreeing
title: {en: Agree to it, cy: Cytuno}
summary: {en: For tests, cy: Ar gyfer profion}
service_area: Tests
lgsl: 1
languages: [en, cy]
pages:
  - page: agree
    questions:
      - question: agree
        ask: {en: Your agreement, cy: Eich cytundeb}
        type: declaration
        says: {en: I agree, cy: WELSH}
case: {type: test, queue: test, target: 5 working days, subject: A test}
what_happens_next: {en: Nothing., cy: Dim byd.}
examples:
  - example: Agreed
    answers: {agree: yes}
"""


def _agreeing(welsh: str) -> FormDefinition:
    parsed = parse_form(Bundle("agreeing.yml", AGREEING.replace("WELSH", welsh)))
    assert parsed.definition is not None, "\n".join(map(str, parsed.findings))
    return parsed.definition


def test_an_agreement_reworded_in_welsh_alone_is_asked_for_again() -> None:
    old, new = _agreeing("Rwy’n cytuno"), _agreeing("Rwy’n cytuno i dalu")
    agreed = filled(old, agree="yes")
    assert migrate(old, _agreeing("Rwy’n cytuno"), agreed, TODAY).is_unaffected
    moved = migrate(old, new, agreed, TODAY)
    assert [each.why for each in moved.dropped] == [Why.UNFIT]
    assert not walk(new, moved.answers, TODAY).complete
    in_welsh = migrate(old.in_language("cy"), new.in_language("cy"), agreed, TODAY)
    assert [each.label for each in in_welsh.dropped] == ["Eich cytundeb"]
