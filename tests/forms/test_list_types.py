"""A slip within a list is found when the form is read, as it is outside: a name, a type."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.forms.conditions import Expression, Mistake, Vocabulary
from portal.forms.list_types import ROWS, FormVocabulary
from portal.forms.source import Finding
from tests.forms.small import findings_of

TYPES = {
    "kind": "string",
    "other_kind": "string",
    "qty": "int",
    "size_of": "int",
    "day": "timestamp",
    "heavy": "bool",
    "home": "map(string, string)",
    "tags": "list(string)",
}
WORDS = FormVocabulary(
    {**TYPES, "items": ROWS, "parts": ROWS, "ref": "string", "plots": "int"},
    {"items": {**TYPES, "parts": ROWS}, "parts": {"ref": "string"}},
)
PLAIN = Vocabulary(TYPES)


def mistake(text: str) -> tuple[str, str, str]:
    """The code, what stands at the caret, and what is said."""
    compiled = WORDS.compile(text)
    assert isinstance(compiled, Mistake), text
    return compiled.code, text[compiled.offset :][:6], compiled.message


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ('items.exists(i, i.kindd == "x")', "kindd ", "items has no question called kindd"),
        ("items.all(i, i . qyt > 1)", "qyt > ", "items has no question called qyt"),
        ("items.exists(i, has(i.kin))", "kin))", "items has no question called kin"),
        ('items[0].knd == "x"', "knd ==", "items has no question called knd"),
        ('items.exists(i, i["knd"] == "x")', 'knd"] ', "items has no question called knd"),
        ("sum(items.map(i, i.qyt)) > 1", "qyt)) ", "items has no question called qyt"),
        ("items.filter(i, i.heavy).exists(j, j.q)", "q)", "items has no question called q"),
        ("items.exists(i, i.plots > 1)", "plots ", "items has no question called plots"),
        (
            'items.exists(i, i.parts.exists(p, p.reff == "x"))',
            "reff =",
            "parts has no question called reff",
        ),
        (
            'items.exists(i, i.parts.exists(p, p.kind == "x"))',
            "kind =",
            "parts has no question called kind",
        ),
    ],
)
def test_a_name_no_question_of_the_list_has_is_refused_where_it_stands(
    text: str, at: str, said: str
):
    assert mistake(text) == ("C007", at, said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('items.all(i, i.qty > "a")', "> does not work between a number and a text"),
        ("items.exists(i, i.kind == i.qty)", "== does not work between a text and a number"),
        ("items.exists(i, age(i.qty) > 3)", "age() takes a date, not a number"),
        ("sum(items.map(i, i.kind)) > 1", "sum() takes a list of numbers, not a list"),
        ('items.exists(i, "x" in i.kind)', "in does not work between a text and a text"),
        ("items[0].kind > 3", "> does not work between a text and a number"),
        ("items.exists(i, !i.qty)", "! does not work on a number"),
        ("items.exists(i, i.heavy && i.qty)", "&& does not work between a yes or no and a number"),
        (
            "items.exists(i, i.parts.exists(p, p.ref == i.qty))",
            "== does not work between a text and a number",
        ),
        (
            "size(items.filter(i, i.heavy).filter(j, j.kind > 2)) > 0",
            "> does not work between a text and a number",
        ),
        ("items.exists(i, i.qty)", "a list is asked with a yes or no here, not with a number"),
        ("items.all(i, i.kind)", "a list is asked with a yes or no here, not with a text"),
        (
            "size(items.filter(i, i.qty)) > 1",
            "a list is asked with a yes or no here, not with a number",
        ),
    ],
)
def test_a_type_that_does_not_fit_within_a_list_is_refused(text: str, said: str):
    code, _, message = mistake(text)
    assert (code, message) == ("C008", said)


@pytest.mark.parametrize(
    "text",
    [
        'items.exists(i, i.kind == "x" && i.qty > 2)',
        "items.exists(i, i.parts.exists(p, p.ref == i.kind))",
        'items.exists(i, i.home.town == "x" || i.home["town"] == "y")',
        'items.exists(i, "x" in i.tags) && items.all(i, i.tags.exists(t, t == "x"))',
        'items.filter(i, i.heavy)[0].kind == "x"',
        'sum(items.filter(i, i.kind in ["a", "b"]).map(i, i.qty)) > 2',
        "sum(items.map(i, i.parts.size() + size(i.parts))) > plots",
        "items.exists(i, age(i.day) > 3 && i.day.getFullYear() == 2020)",
        'items.exists(i, i.day > timestamp("2020-01-01T00:00:00Z") + duration("24h"))',
        'items.all(i, i.heavy ? i.kind == "x" : true)',
        'items.exists(i, has(i.kind) && string(i.qty) == "2")',
        "items.exists_one(i, i.heavy)",
        "items.map(i, i.heavy, i.qty)[0] == 1",
        "[1, 2].exists(x, items.exists(i, i.qty == x))",
        'items.exists(i, i.kind == "x") && tags.exists(c, c == "y")',
        "items.exists(items, items.heavy)",
    ],
)
def test_what_is_right_within_a_list_passes(text: str):
    compiled = WORDS.compile(text)
    assert isinstance(compiled, Expression), compiled
    assert compiled.result == "BOOL"


def test_what_an_item_gives_has_its_type():
    found = [WORDS.compile(f"items[0].{name}") for name in ("qty", "kind", "day", "heavy")]
    assert [e.result for e in found if isinstance(e, Expression)] == [
        "INT",
        "STRING",
        "TIMESTAMP",
        "BOOL",
    ]


OPERANDS = st.sampled_from([*TYPES, '"x"', "3", "true", "today()", '["x"]'])


@settings(max_examples=150, deadline=None)
@given(OPERANDS, st.sampled_from(["==", "!=", "<", ">=", "in", "&&", "||"]), OPERANDS)
def test_the_same_is_right_and_wrong_within_a_list_as_outside(left: str, sign: str, right: str):
    inside = [f"i.{operand}" if operand in TYPES else operand for operand in (left, right)]
    written = f"items.exists(i, {inside[0]} {sign} {inside[1]})"
    alone = PLAIN.compile(f"{left} {sign} {right}")
    assert isinstance(WORDS.compile(written), Mistake) == isinstance(alone, Mistake), written


@given(st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True))
def test_every_other_name_is_refused_at_its_place(name: str):
    if name in {*TYPES, "parts", "in", "as", "if"}:
        return
    text = f"items.all(each_one, each_one.{name} == each_one.kind)"
    compiled = WORDS.compile(text)
    assert isinstance(compiled, Mistake)
    assert text[compiled.offset :].startswith(name) or compiled.code == "C001"  # a word of CEL


PAGES = """
- repeat: items
  title: Items
  each: item
  pages:
    - page: item
      title: Item
      questions:
        - {question: kind, ask: Kind, type: text}
        - {question: qty, ask: How many, type: whole-number, min: 0, max: 9}
    - repeat: parts
      title: Parts
      each: part
      min: 0
      pages:
        - page: part
          questions: [{question: ref, ask: Part, type: text}]
  check:
    - that: %(list_check)s
      else: No.
- page: more
  title: More
  when: %(when)s
  questions:
    - question: more
      ask: More?
      type: radios
      options:
        a: A
        b: {label: B, when: '%(option)s'}
    - question: why
      ask: Why?
      type: text
      when: %(asked)s
  check:
    - that: %(check)s
      else: No.
      at: more
  warn:
    - that: %(warn)s
      else: Hm.
      at: more
"""
MORE = """
computed:
  - value: much
    is: %(computed)s
    shown_as: number
fee:
  - line: one
    label: One
    when: %(fee)s
    amount: £1.00
    income_code: X
    vat: exempt
charge: any
"""
RIGHT = "items.exists(i, i.qty > 1)"
PLACES = ("list_check", "when", "option", "asked", "check", "warn", "computed", "fee")


def _said(place: str, wrong: str) -> list[Finding]:
    written = dict.fromkeys(PLACES, RIGHT)
    written["computed"] = "sum(items.map(i, i.qty))"
    if place:
        written[place] = wrong
    return list(findings_of(PAGES % written, MORE % written))


def test_the_form_of_these_tests_is_right():
    assert _said("", "") == []


@pytest.mark.parametrize("place", PLACES)
def test_a_slip_within_a_list_is_found_wherever_expressions_stand(place: str):
    (name,) = _said(place, "items.exists(i, i.parts.exists(p, p.reff == i.kind))")
    (kind,) = _said(place, "items.exists(i, i.qty > i.kind)")
    assert (name.code, name.hint) == ("C007", "Did you mean ref?")
    assert kind.code == "C008"
