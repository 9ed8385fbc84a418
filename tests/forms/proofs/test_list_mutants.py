"""A good form with a list, options that depend on answers and computed values, with one slip each.

Whether a slip does harm is for a judge to say that answers the form in every way there is.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import pytest

from portal.core.errors import PersonMustLook
from portal.forms.answers import Answers, Item
from portal.forms.definition import FormDefinition, Page, Repeat, pages_of
from portal.forms.fees import calculate_fee
from portal.forms.fields.base import Question
from portal.forms.journey import Journey, walk
from portal.forms.parsing import parse_form
from portal.forms.proofs.proving import Proof, prove
from tests.forms.proofs.small_forms import CASE, TODAY, Written

PAGES = """
- page: who
  questions:
    - {question: who, ask: Who, type: radios, options: {home: Home, shop: Shop}}
- repeat: items
  title: Items
  each: item
  min: 1
  max: 2
  pages:
    - page: kind
      questions:
        - question: kind
          ask: Kind
          type: radios
          options:
            sofa: Sofa
            fridge: Fridge
            tyre: {label: Tyre, when: who == "shop"}
    - page: count
      when: kind != "fridge"
      questions:
        - {question: how_many, ask: How many, type: whole-number, min: 1, max: 3}
  check:
    - {that: 'items.exists(i, i.kind != "tyre")', else: Not only tyres}
- page: gas
  when: fridges > 0
  questions:
    - {question: emptied, ask: Emptied, type: yes-no}
- page: full
  title: No
  when: fridges > 0 && !emptied
  exit: yes
  guidance: No.
- page: many
  when: others > 3
  questions:
    - {question: helpers, ask: Helpers, type: whole-number, min: 1, max: 2}
- page: last
  questions:
    - {question: note, ask: Note, type: text}
"""
COMPUTED = """\
charge: some
computed:
  - {value: fridges, is: 'size(items.filter(i, i.kind == "fridge"))'}
  - {value: others, is: 'sum(items.filter(i, i.kind != "fridge").map(i, i.how_many))'}
"""
FEE = """
- line: items
  label: Items
  when: others > 0
  amount: items
  by: others
  income_code: A
  vat: exempt
- line: fridges
  label: Fridges
  when: fridges > 0
  amount: £5.00
  times: fridges
  income_code: A
  vat: exempt
"""
BANDS = """\
items:
  - from: 2020-01-01
    bands: [{to: 2, amount: £1.00}, {to: 6, amount: £2.00}]
"""
GOOD = Written(PAGES, FEE, COMPUTED + CASE, BANDS)
SLIPS = (
    ("flip an operator", r"==", "!="),
    ("flip an operator", r"!=", "=="),
    ("flip an operator", r"> (?=\d)", "<= "),
    ("shift a bound", r"> 0", "> 1"),
    ("shift a bound", r"> 3", "> 2"),
    ("shift a bound", r"> 3", "> 6"),
    ("shift a bound", r"> 0", ">= 0"),
    ("negate a condition", r"when: ([a-z]+ [!=<>]+ .*?)(?=[}\n])", r"when: '!(\1)'"),
    ("swap exists and all", r"\.exists\(", ".all("),
    ("misspell an option", r'"(fridge|tyre|shop)"', r'"\1x"'),
    ("compare with another option", r'"(fridge|tyre)"', '"sofa"'),
    ("compare with another option", r'"shop"', '"home"'),
    ("drop a filter", r"\.filter\(.*?\)(?=\)|\.)", ""),
    ("count instead of adding up", r"sum\((items\.filter\(.*?\))\.map\(.*?\)\)", r"size(\1)"),
    ("take one too many off", r"(is: ')(s[^']*)'", r"\1\2 - 1'"),
    ("add one", r"(is: ')(s[^']*)'", r"\1\2 + 1'"),
    ("a list that may be empty", r"min: 1\n", "min: 0\n"),
    ("a list of one", r"max: 2\n", "max: 1\n"),
    ("a longer list", r"max: 2\n", "max: 3\n"),
    ("drop a list's check", r"  check:\n    - .*\n", ""),
    ("a check that no list passes", r"that: '", "that: '1 > 2 && "),
    ("offer a choice always", r"\{label: Tyre, when: .*?\}", "Tyre"),
    ("offer a choice never", r'who == "shop"', 'who == "shop" && who == "home"'),
    ("drop a page's when", r"  when: [a-z]+ > 0\n(?=  questions)", ""),
    ("drop a page's when", r"      when: .*\n(?=      questions)", "      title: Count\n"),
    ("drop a page's when", r"  when: others > 3\n", "  title: Many\n"),
    ("drop an operand", r" && !emptied", ""),
    ("drop a guard", r"fridges > 0 && (?=!)", ""),
    ("swap && and ||", r"&&", "||"),
    ("exit always", r"  when: fridges > 0 && !emptied\n", ""),
    ("drop an option", r"            (sofa|fridge): .*\n", ""),
    ("leave an option unhandled", r"(            sofa: Sofa\n)", r"\1            bath: Bath\n"),
    ("make a question optional", r"(type: (?:whole-number|yes-no)[^}]*)\}", r"\1, optional: yes}"),
    ("drop a page", r"- page: (gas|many)\n(?:  .*\n)+", ""),
    ("change a limit", r"min: 1, max: 3", "min: 0, max: 3"),
    ("change a limit", r"min: 1, max: 3", "min: 1, max: 4"),
    ("change a limit", r"min: 1, max: 3", "min: 1, max: 1"),
    ("drop a band", r"\{to: 2, amount: £1.00\}, ", ""),
    ("drop a band", r", \{to: 6, amount: £2.00\}", ""),
    ("move the edge of a band", r"to: 6", "to: 5"),
    ("drop a fee line's when", r"  when: .*\n(?=  amount)", ""),
    ("drop a fee line", r"- line: .*\n(?:  .*\n)+", ""),
    ("band by another value", r"by: others", "by: fridges"),
    ("multiply by another value", r"times: fridges", "times: others"),
    ("read an answer from elsewhere", r"when: others > 3", "when: others > 3 && emptied"),
    ("one line for everybody", r"charge: some\n", "charge: one\n"),
)


def mutants() -> Iterator[tuple[str, str, Written]]:
    """The slip, what was done, and the texts: one for each place where it can be made."""
    for kind, pattern, instead in SLIPS:
        for part in ("pages", "fee", "case", "fees"):
            text = getattr(GOOD, part)
            for match in re.finditer(pattern, text):
                changed = text[: match.start()] + match.expand(instead) + text[match.end() :]
                what = f"{match[0].strip()} → {match.expand(instead).strip()}"
                yield kind, what, replace(GOOD, **{part: changed})


@dataclass
class Seen:
    """What happened when the form was answered in every way there is."""

    visited: set[str] = field(default_factory=set)
    passed_over: set[str] = field(default_factory=set)
    """Pages that were not shown although the journey went on past them."""
    chosen: set[tuple[str, Any]] = field(default_factory=set)
    led_on: set[tuple[str, Any]] = field(default_factory=set)
    complete: int = 0
    fees: set[str] = field(default_factory=set)


def watch(form: FormDefinition) -> Seen:
    """Answer the form in every way there is."""
    seen = Seen()
    for answers in every_answer(form):
        journey = walk(form, answers, TODAY)
        seen.visited |= {page.name for page in journey.pages}
        seen.passed_over |= set(_passed_over(form, journey))
        given = set(_given(journey.answers))
        seen.chosen |= given
        if journey.complete or journey.exit_page is not None:
            seen.led_on |= given
        if journey.complete:
            seen.complete += 1
            seen.fees |= set(_fee_codes(form, journey))
    return seen


def every_answer(form: FormDefinition) -> Iterator[Answers]:
    """Every list there can be with every answer to the rest: all of it finished."""
    done = frozenset({page.name for page in form.pages} | {r.name for r in form.repeats})
    (repeat,) = form.repeats
    within = [q for page in pages_of(repeat.parts) for q in page.questions]
    one = [Answers(values, done) for values in _choices(within)]
    outer = [q for q in form.questions if q not in within]
    for size in range(repeat.max + 1):
        for chosen in product(one, repeat=size):
            listed = tuple(Item(n + 1, each) for n, each in enumerate(chosen))
            for values in _choices(outer):
                yield Answers(values, done, {repeat.name: listed})


def _choices(questions: list[Question]) -> Iterator[dict[str, Any]]:
    for chosen in product(*([(q.name, value) for value in _values(q)] for q in questions)):
        yield {name: value for name, value in chosen if value is not None}


def _values(question: Question) -> list[Any]:
    blank = [None] if question.optional else []
    match question.type:
        case "radios":
            return [*question.settings.values, *blank]
        case "yes-no":
            return [True, False, *blank]
        case "whole-number" if question.name == "how_many":
            return [*range(question.settings.min, question.settings.max + 1), *blank]
        case "whole-number":
            return [question.settings.min, *blank]
        case _:
            return ["x"]


def _given(answers: Answers) -> Iterator[tuple[str, Any]]:
    yield from answers.values.items()
    for items in answers.items.values():
        for item in items:
            yield from _given(item.answers)


def _passed_over(form: FormDefinition, journey: Journey) -> Iterator[str]:
    last = len(form.parts) if journey.complete else _furthest(form, journey)
    shown = {step.path for step in journey.steps}
    for place, part in enumerate(form.parts):
        if place >= last and part.name not in shown:
            return
        if isinstance(part, Page) and part.name not in shown:
            yield part.name
        if isinstance(part, Repeat):
            for item in journey.answers.items.get(part.name, ()):
                for page in pages_of(part.parts):
                    if f"{part.name}/{item.id}/{page.name}" not in shown:
                        yield page.name


def _furthest(form: FormDefinition, journey: Journey) -> int:
    names = [part.name for part in form.parts]
    tops = {step.item_path[0][0] if step.item_path else step.name for step in journey.steps}
    return max(names.index(name) for name in tops)


def _fee_codes(form: FormDefinition, journey: Journey) -> Iterator[str]:
    try:
        fee = calculate_fee(form, journey.scope, TODAY)
    except PersonMustLook:
        yield "V008"
        return
    if fee.total < 0:
        yield "V008"
    if len(fee.lines) != 1 if form.charge == "one" else not fee.lines:
        yield "V009"


def defects(form: FormDefinition) -> set[str]:
    """What is wrong with it, as a verdict says it."""
    seen = watch(form)
    found = {f"V001 {page.name}" for page in form.pages if page.name not in seen.visited}
    found |= {
        f"V004 {page.name}"
        for page in form.pages
        if page.when is not None and page.name in seen.visited and page.name not in seen.passed_over
    }
    found |= {"V002"} if not seen.complete else set()
    found |= {f"V011 {name} {value}" for name, value in _options(seen.chosen - seen.led_on)}
    return found | seen.fees


def _options(chosen: set[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    for name, value in chosen:
        if isinstance(value, bool):
            yield name, "yes" if value else "no"
        elif isinstance(value, str) and name != "note":
            yield name, value


def told(proof: Proof) -> set[str]:
    """The same of what the prover refuses; what this judge does not look for is left out."""
    found: set[str] = set()
    for refuted in proof.refuted:
        match refuted.code:
            case "V001" if page := re.search(r"the page ([\w-]+) can never be", refuted.message):
                found.add(f"V001 {page[1]}")
            case "V004" if page := re.search(
                r"of the page ([\w-]+) is always true", refuted.message
            ):
                found.add(f"V004 {page[1]}")
            case "V011" if option := re.search(
                r"answers (\S+) is (\S+) can ever finish", refuted.message
            ):
                found.add(f"V011 {option[1]} {option[2]}")
            case "V002" | "V008" | "V009":
                found.add(refuted.code)
            case _:
                pass
    return found


MUTANTS = list(mutants())


def test_the_form_itself_is_good() -> None:
    form = parse_form(GOOD.bundle).definition
    assert form is not None
    proof = prove(form, TODAY)
    assert not proof.refuted
    assert not proof.undecided
    assert defects(form) == set()


def test_there_are_enough_slips_of_enough_kinds() -> None:
    assert len(MUTANTS) >= 60
    assert len({kind for kind, _, _ in MUTANTS}) >= 30


@pytest.mark.parametrize("part", range(4))
def test_the_prover_refuses_what_the_judge_sees_go_wrong_and_nothing_else(part: int) -> None:
    tally: Counter[str] = Counter()
    wrong: list[str] = []
    for kind, what, written in MUTANTS[part::4]:
        form = parse_form(written.bundle).definition
        if form is None:
            tally["refused by check"] += 1
            continue
        proof, expected = prove(form, TODAY), defects(form)
        got = told(proof)
        if "V008" in expected:  # of a fee nobody knows, nobody can say how many lines there are
            got, expected = got - {"V009"}, expected - {"V009"}
        tally["harmful" if proof.refuted else "harmless"] += 1
        if got != expected or proof.undecided:
            wrong.append(f"{kind}: {what}: {got} for {expected} {proof.undecided}")
    print(dict(tally))
    assert not wrong, "\n".join(wrong)
