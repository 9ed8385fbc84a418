"""What a link brings is offered, read as if it had been typed, and never put over an answer."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.forms.answers import Answers, dump_answers, load_answers
from portal.forms.definition import FormDefinition
from portal.forms.journey import walk
from portal.forms.parsing import Bundle, parse_form
from portal.forms.prefilling import brought_before, offer, refused
from portal.web.prefill_links import make_link, read_link
from portal.web.security import Signer
from tests.forms.small import ASKING, TODAY, answer, findings_of, form_of

PAGES = """
- page: size
  questions:
    - {question: size, ask: "How large?", type: radios, options: {small: Small, large: Large}}
- page: bins
  title: Your bins
  questions:
    - {question: bins, ask: "How many?", type: whole-number, max: 9}
    - {question: campaign, type: hidden, ask: Campaign, default: none}
"""
FORM = form_of(PAGES, "prefill: [size, bins, campaign]\n")
EVERY = Path(__file__).parents[1] / "submissions" / "every-field-type.yml"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SIGNER = Signer("k" * 48)


def test_what_is_brought_stands_in_the_page_and_must_still_be_answered():
    answers = offer(FORM, Answers(), {"size": "large", "bins": "3"}, ASKING)
    journey = walk(FORM, answers, TODAY)
    assert journey.next_page is FORM.page("size")
    assert journey.values == {"size": "large"}
    journey = walk(FORM, answer(FORM, answers, "size", {"size": "small"}), TODAY)
    assert journey.values == {"size": "small", "bins": 3}
    assert not journey.complete


@pytest.mark.parametrize("brought", [{"size": "huge"}, {"bins": "ten"}, {"name": "x"}, {}])
def test_what_is_no_answer_is_left_out(brought: dict[str, str]):
    assert offer(FORM, Answers(), brought, ASKING) == Answers()
    assert refused(FORM, brought, ASKING) == list(brought)


def test_a_question_the_form_does_not_name_is_not_filled():
    form = form_of(PAGES, "prefill: [bins]\n")
    assert offer(form, Answers(), {"size": "large", "bins": "3"}, ASKING).values == {"bins": 3}


def test_an_answer_is_never_overwritten_nor_a_question_left_blank_filled():
    form = form_of(PAGES.replace("max: 9", "max: 9, optional: yes"), "prefill: [size, bins]\n")
    answers = answer(form, Answers(), "size", {"size": "small"})
    answers = answer(form, answers, "bins", {})
    assert offer(form, answers, {"size": "large", "bins": "3"}, ASKING) == answers


def test_a_hidden_question_keeps_what_the_link_brought_when_its_page_is_answered():
    offered = offer(FORM, Answers(), {"campaign": "spring"}, ASKING)
    assert brought_before(FORM, offered) == {"campaign": "spring"}
    assert brought_before(FORM, Answers()) == {}


@pytest.mark.parametrize("kind", ["file", "bank-details", "declaration"])
def test_some_questions_no_link_may_fill(kind: str):
    page = f"- page: a\n  questions:\n    - {{question: b, ask: B, type: {kind}}}\n"
    assert "F078" in [f.code for f in findings_of(page, "prefill: [b]\n")]


def test_a_question_asked_of_each_of_several_things_is_not_filled_by_a_link():
    page = """
    - repeat: bins
      title: Bins
      each: bin
      pages:
        - page: bin
          questions:
            - {question: colour, ask: "What colour?", type: text}
    """
    assert [f.code for f in findings_of(page, "prefill: [colour]\n")] == ["F077"]


def every_field_type() -> FormDefinition:
    text = EVERY.read_text()
    parsed = parse_form(Bundle(EVERY.name, text))
    assert parsed.definition is not None
    questions = {q.name: q for q in parsed.definition.questions}
    none = ("file", "bank-details", "declaration", "markdown", "details", "inset", "warning")
    names = [n for n, q in questions.items() if n and q.type not in none]
    parsed = parse_form(Bundle(EVERY.name, f"{text}\nprefill: [{', '.join(names)}]\n"))
    assert parsed.definition is not None, parsed.findings
    return parsed.definition


EVERY_TYPE = every_field_type()


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_at_all_does_harm_to_any_field_type(text: str):
    brought = dict.fromkeys(EVERY_TYPE.prefill, text)
    answers = offer(EVERY_TYPE, Answers(), brought, ASKING)
    assert load_answers(EVERY_TYPE, dump_answers(EVERY_TYPE, answers)) == answers


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=9), st.text(max_size=20), max_size=4))
def test_a_link_brings_exactly_what_was_put_in_until_it_expires(values: dict[str, str]):
    url = make_link(SIGNER, "http://p", "small", values, NOW + timedelta(days=1))
    link = url.partition("?link=")[2]
    assert read_link(SIGNER, "small", link, NOW) == values
    assert read_link(SIGNER, "small", link, NOW + timedelta(days=1)) is None
    assert read_link(SIGNER, "other", link, NOW) is None
    assert read_link(Signer("x" * 48), "small", link, NOW) is None


@settings(deadline=None)
@given(st.integers(0, 200), st.characters(min_codepoint=33, max_codepoint=126))
def test_a_link_with_one_character_changed_brings_nothing(at: int, other: str):
    url = make_link(SIGNER, "http://p", "small", {"size": "large"}, NOW + timedelta(days=1))
    link = url.partition("?link=")[2]
    changed = link[: at % len(link)] + other + link[at % len(link) + 1 :]
    assert changed == link or read_link(SIGNER, "small", changed, NOW) is None


@settings(deadline=None)
@given(st.text(max_size=100))
def test_what_is_no_link_brings_nothing(text: str):
    assert read_link(SIGNER, "small", text, NOW) is None
