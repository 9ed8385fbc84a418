"""The prover and an independent judge that only tries answers agree about small forms."""

from itertools import product
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portal.forms.answers import Answers
from portal.forms.definition import FormDefinition
from portal.forms.journey import walk
from portal.forms.parsing import parse_form
from portal.forms.proofs.proving import prove
from tests.forms.proofs.oracle import judge
from tests.forms.proofs.small_forms import CASE, TODAY, Written

CODES = {
    "never reached": "V001",
    "never be sent": "V002",
    "nothing can be answered": "V003",
    "always shown": "V004",
    "never fails": "V004",
    "always the same": "V004",
    "off the route": "V006",
    "cannot be worked out": "V006",
    "no fee": "V008",
    "fee lines": "V009",
    "leads nowhere": "V011",
}
KINDS = {
    "r": "type: radios, options: {a: A, b: B, c: C}",
    "n": "type: whole-number, min: 0, max: 3",
    "y": "type: yes-no",
}


def atoms(name: str) -> st.SearchStrategy[str]:
    match name[0]:
        case "r":
            return st.sampled_from([f'{name} == "a"', f'{name} != "b"', f'{name} in ["a", "c"]'])
        case "n":
            signs = st.sampled_from(["==", "<", ">=", "!=", ">"])
            return st.tuples(signs, st.integers(0, 3)).map(lambda p: f"{name} {p[0]} {p[1]}")
        case _:
            return st.sampled_from([name, f"!{name}"])


@st.composite
def conditions(draw: st.DrawFn, names: list[str]) -> str:
    chosen = [draw(atoms(draw(st.sampled_from(names)))) for _ in range(draw(st.integers(1, 3)))]
    written = chosen[0]
    for each in chosen[1:]:
        written = f"({written}) {draw(st.sampled_from(['&&', '||']))} {each}"
    return f"!({written})" if draw(st.integers(0, 5)) == 0 else written


@st.composite
def forms(draw: st.DrawFn) -> Written:
    pages, names, computed = "", [], ""
    for number in range(draw(st.integers(1, 4))):
        when = ""
        if names and draw(st.booleans()):
            when = f"  when: '{draw(conditions(names))}'\n"
        if names and draw(st.integers(0, 4)) == 0:
            pages += f"- page: out-{number}\n{when}  exit: yes\n  title: No\n  guidance: No\n"
            continue
        name = f"{draw(st.sampled_from('rny'))}{number}"
        optional = ", optional: yes" if draw(st.integers(0, 4)) == 0 else ""
        kind = KINDS[name[0]]
        if name[0] == "r" and names and draw(st.integers(0, 2)) == 0:
            offer = draw(conditions(names))
            kind = kind.replace("b: B", f'b: {{label: B, when: "{_quoted(offer)}"}}')
        before_page = list(names)
        names.append(name)
        pages += f"- page: page-{number}\n  title: Page\n{when}  questions:\n"
        pages += f"    - {{question: {name}, ask: Ask, {kind}{optional}}}\n"
        if name[0] in "ry" and draw(st.integers(0, 2)) == 0:
            reveals = (
                f"{name} == 'a'" if name[0] == "r" else draw(st.sampled_from(["!", ""])) + name
            )
            if before_page and draw(st.booleans()):
                reveals = _quoted(draw(conditions(before_page)))
            names.append(f"n9{number}")
            pages += f'    - {{question: n9{number}, ask: Ask, {KINDS["n"]}, when: "{reveals}"}}\n'
        if draw(st.integers(0, 2)) == 0:
            key = draw(st.sampled_from(["check", "warn"]))
            that = draw(conditions(names))
            pages += f"  {key}:\n    - {{that: '{that}', else: Wrong, at: {name}}}\n"
        numbers = [each for each in names if each[0] == "n"]
        if numbers and draw(st.integers(0, 3)) == 0:
            one, other = draw(st.sampled_from(numbers)), draw(st.sampled_from(numbers))
            sign = draw(st.sampled_from("+-"))
            computed += f"  - {{value: nc{number}, is: '{one} {sign} {other}'}}\n"
            names.append(f"nc{number}")
    fee, fees = "", ""
    numbers = [name for name in names if name[0] == "n"]
    if draw(st.booleans()):
        for line in range(draw(st.integers(1, 2))):
            when = f", when: '{draw(conditions(names))}'" if draw(st.booleans()) else ""
            amount = "£5.00"
            if numbers and draw(st.booleans()):
                amount = f"bands, by: {draw(st.sampled_from(numbers))}"
            fee += f"- {{line: l{line}, label: L, amount: {amount}{when}, "
            fee += "income_code: I, vat: exempt}\n"
        last = draw(st.sampled_from(["", "to: 2, "]))
        bands = f"[{{to: 1, amount: £1.00}}, {{{last}amount: £2.00}}]"
        fees = f"bands:\n  - from: 2020-01-01\n    bands: {bands}"
    case = f"computed:\n{computed}{CASE}" if computed else CASE
    return Written(pages, fee, case, fees)


def _quoted(condition: str) -> str:
    return condition.replace('"', "'")


def form_of(written: Written) -> FormDefinition:
    parsed = parse_form(written.bundle)
    assert parsed.definition is not None, parsed.findings
    return parsed.definition


TWO_LINES_ONE_WITHOUT_AMOUNT = Written(
    pages="""
- page: page-0
  title: Page
  questions:
    - {question: r0, ask: Ask, type: radios, options: {a: A, b: B, c: C}, optional: yes}
- page: page-1
  title: Page
  when: 'r0 == "a"'
  questions:
    - {question: r1, ask: Ask, type: radios, options: {a: A, b: B, c: C}, optional: yes}
    - {question: n91, ask: Ask, type: whole-number, min: 0, max: 3, when: "r1 == 'a'"}
  check:
    - {that: '!(r0 == "a")', else: Wrong, at: r1}
""",
    fee="""
- {line: l0, label: L, amount: £5.00, income_code: I, vat: exempt}
- {line: l1, label: L, amount: bands, by: n91, income_code: I, vat: exempt}
""",
    case=CASE,
    fees="""
bands:
  - from: 2020-01-01
    bands: [{to: 1, amount: £1.00}, {amount: £2.00}]
""",
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(forms())
@example(TWO_LINES_ONE_WITHOUT_AMOUNT)
def test_the_prover_refuses_what_the_judge_sees_go_wrong_and_nothing_else(written: Written) -> None:
    form = form_of(written)
    judged = judge(form, TODAY)
    proof = prove(form, TODAY)
    assert not proof.undecided
    seen = {CODES[end] for defect in judged.defects for end in CODES if end in defect}
    assert {refuted.code for refuted in proof.refuted} == seen, (
        judged.defects,
        [str(refuted.finding) for refuted in proof.refuted],
    )
    idle = [each for each in proof.warnings if each.code == "V013"]
    assert len(idle) == len(judged.idle_warnings)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(forms())
def test_the_judge_itself_visits_what_every_walk_visits(written: Written) -> None:
    form = form_of(written)
    judged = judge(form, TODAY)
    visited: set[str] = set()
    complete = False
    every = frozenset(page.name for page in form.pages)
    values = [[(q.name, v) for v in _values(q)] for q in form.questions]
    for chosen in product(*values):
        answers = Answers({name: value for name, value in chosen if value is not None}, every)
        journey = walk(form, answers, TODAY)
        visited |= {page.name for page in journey.pages}
        complete |= journey.complete
    assert visited == judged.visited
    assert complete is bool(judged.complete)


def _values(question: Any) -> list[Any]:
    kinds: dict[str, list[Any]] = {"r": ["a", "b", "c"], "n": [0, 1, 2, 3], "y": [True, False]}
    return [*kinds[question.name[0]], *([None] if question.optional else [])]
