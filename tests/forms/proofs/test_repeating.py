"""Claims of forms with repeating groups, both ways; and a judge that tries every short list."""

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.core.errors import PersonMustLook
from portal.forms.answers import Answers, Item
from portal.forms.conditions import evaluate
from portal.forms.definition import FormDefinition
from portal.forms.fees import calculate_fee
from portal.forms.journey import walk
from portal.forms.parsing import parse_form
from portal.forms.proofs.proving import begin, prove, prove_with
from tests.forms.proofs.small_forms import CASE, TODAY, Written, small_form
from tests.forms.proofs.test_claims import LAST, is_all_proven, refusals, shown

ITEMS = """
- repeat: items
  title: Items
  each: item
  min: LEAST
  max: MOST
  pages:
    - page: kind
      questions:
        - {question: kind, ask: Kind, type: radios, options: {a: A, b: B, c: C}}
    - page: weight
      WHEN
      questions:
        - {question: weight, ask: Weight, type: whole-number, min: 1, max: 90}
  CHECK
"""


def items(
    least: int = 1, most: int = 3, *, when: str = 'kind != "c"', check: str = "", after: str = ""
) -> str:
    """The pages of a form with a list of things, and a page after it on some condition."""
    text = ITEMS.replace("LEAST", str(least)).replace("MOST", str(most))
    text = text.replace("WHEN", f"when: '{when}'" if when else "title: Weight")
    text = text.replace("CHECK", f"check:\n    - {{that: '{check}', else: Wrong}}" if check else "")
    if after:
        text += f"- {{page: after, when: '{after}', guidance: Hello, title: After}}\n"
    return text + LAST


def charged(count: str, fee: str = "", fees: str = "", pages: str = "") -> FormDefinition:
    case = f"computed:\n  - {{value: count, is: '{count}'}}\n{CASE}"
    fee = fee or "- {line: l, label: L, amount: £2.00, times: count, income_code: I, vat: exempt}"
    return small_form(pages or items(when=""), fee=fee, fees=fees, case=case)


MOSTS = pytest.mark.parametrize("most", [3, 50])


@MOSTS
def test_a_form_with_a_list_is_proven_with_answers_that_run(most: int) -> None:
    form = small_form(items(most=most, after='items.exists(i, i.kind == "a")'))
    assert is_all_proven(form)


@MOSTS
def test_a_page_in_an_item_that_is_never_or_always_come_to_is_refused(most: int) -> None:
    never = small_form(items(most=most, when='kind == "z"'))
    (refuted,) = refusals(prove(never, TODAY), "V001")
    assert "the page weight can never be reached" in refuted.message
    seen = shown(never, refuted)
    assert seen.complete
    always = small_form(items(most=most, when='kind != "z"'))
    (refuted,) = refusals(prove(always, TODAY), "V004")
    assert "the condition of the page weight is always true" in refuted.message


@MOSTS
@pytest.mark.parametrize(
    ("when", "code"),
    [
        ('items.exists(i, i.kind == "z")', "V001"),
        ('items.exists(i, i.kind == "a") && items.all(i, i.kind == "b")', "V001"),
        ('items.all(i, i.kind in ["a", "b", "c"])', "V004"),
        ("size(items) > 0", "V004"),
        ("size(items) > 50", "V001"),
        ("size(items) > 7 && size(items) < 7", "V001"),
        ("sum(items.map(i, 1)) < 1", "V001"),
        ('items.exists(i, i.kind == "c" && has(i.weight))', "V001"),
        ('size(items.filter(i, i.kind == "a")) > 50', "V001"),
    ],
)
def test_what_no_list_makes_true_or_every_list_does_is_refused(
    most: int, when: str, code: str
) -> None:
    proof = prove(small_form(items(most=most, after=when)), TODAY)
    assert not [each for each in proof.undecided if "page after" in each.claim]
    assert refusals(proof, code)


@MOSTS
def test_an_item_that_may_not_have_been_asked_makes_a_condition_unknown(most: int) -> None:
    form = small_form(items(most=most, after="items.all(i, i.weight > 1)"))
    (refuted,) = refusals(prove(form, TODAY), "V006")
    seen = shown(form, refuted)
    assert any("weight" not in row for row in seen.journey.scope["items"])
    guarded = items(most=most, after='items.all(i, i.kind == "c" || i.weight > 1)')
    assert is_all_proven(small_form(guarded))


def test_a_page_in_an_item_that_cannot_be_answered_is_refused_there() -> None:
    pages = items().replace(
        "  \n- page: last",
        "- page: last",
    )
    bad = pages.replace("min: 1, max: 90}", "min: 1, max: 90}\n      check:\n        - CHECK", 1)
    good = bad.replace("CHECK", '{that: kind == "a" || weight < 50, else: Less, at: weight}')
    assert is_all_proven(small_form(good))
    bad = bad.replace("CHECK", '{that: kind == "a" || weight > 90, else: More, at: weight}')
    form = small_form(bad)
    (refuted,) = refusals(prove(form, TODAY), "V003")
    seen = shown(form, refuted)
    assert seen.journey.next_step is not None
    assert seen.journey.next_step.path == "items/1/weight"


@MOSTS
def test_a_list_that_no_things_let_be_finished_is_refused(most: int) -> None:
    check = 'items.exists(i, i.kind == "KIND")'
    assert is_all_proven(small_form(items(most=most, check=check.replace("KIND", "a"))))
    form = small_form(items(most=most, check=check.replace("KIND", "z")))
    (refuted,) = refusals(prove(form, TODAY), "V003")
    assert "the list items can never be finished" in refuted.message
    assert refusals(prove(form, TODAY), "V002")


@MOSTS
def test_a_fee_for_each_thing_is_certain_and_one_that_may_be_negative_is_not(most: int) -> None:
    pages = items(most=most, when="")
    assert is_all_proven(charged("size(items)", pages=pages))
    assert is_all_proven(charged("sum(items.map(i, i.weight))", pages=pages))
    form = charged("size(items) - 2", pages=pages)
    (refuted,) = refusals(prove(form, TODAY), "V008")
    assert shown(form, refuted).scope["count"] == -1


def test_a_fee_by_the_sum_of_a_list_has_a_band_for_every_sum() -> None:
    by = "- {line: l, label: L, amount: bands, by: count, income_code: I, vat: exempt}"
    bands = (
        "bands:\n  - from: 2020-01-01\n    bands: [{to: 9, amount: £1.00}, {LAST amount: £2.00}]"
    )
    count = "sum(items.map(i, i.weight))"
    assert is_all_proven(charged(count, by, bands.replace("LAST", "to: 270,")))
    assert is_all_proven(charged(count, by, bands.replace("LAST", "")))
    form = charged(count, by, bands.replace("LAST", "to: 269,"))
    (refuted,) = refusals(prove(form, TODAY), "V008")
    assert shown(form, refuted).scope["count"] == 270


@MOSTS
def test_a_sum_worked_out_of_every_thing_is_no_more_negative_than_each(most: int) -> None:
    pages = items(most=most, when="")
    assert is_all_proven(charged("sum(items.map(i, i.weight * 2 - 1))", pages=pages))
    (refuted,) = refusals(
        prove(charged("sum(items.map(i, i.weight - 2))", pages=pages), TODAY), "V008"
    )
    assert "negative" in refuted.message or "no amount" in refuted.message


def test_a_day_within_limits_that_move_can_be_answered_though_checks_are_narrow() -> None:
    pages = """
- repeat: bookings
  title: Bookings
  each: booking
  max: 50
  pages:
    - page: booking
      title: Booking
      questions:
        - {question: day, ask: Day, type: date, min: today + 7 days, max: today + 12 months}
        - {question: start, ask: Start, type: time}
        - {question: end, ask: End, type: time}
      check:
        - {that: start >= 480, else: Not so early, at: start}
        - {that: end <= LATEST, else: Not so late, at: end}
        - {that: end > start, else: The wrong way round, at: end}
"""
    assert is_all_proven(small_form(pages.replace("LATEST", "481") + LAST))
    form = small_form(pages.replace("LATEST", "480") + LAST)
    assert refusals(prove(form, TODAY), "V003")


def test_a_list_may_be_gone_through_for_each_of_many_things() -> None:
    """As a premises licence has it: a time for each of ten activities."""
    kinds = "abcdefghij"
    options = ", ".join(f"{kind}: {kind}" for kind in kinds)
    checks = "".join(
        f"""
    - {{that: '!("{kind}" in wanted) || times.exists(t, t.kind == "{kind}")', else: Add {kind}}}"""
        for kind in kinds
    )
    pages = f"""
- page: wanted
  questions:
    - {{question: wanted, ask: Wanted, type: checkboxes, options: {{{options}}}}}
- repeat: times
  title: Times
  each: time
  max: 40
  pages:
    - page: kind
      questions:
        - {{question: kind, ask: Kind, type: select, options: {{{options}}}}}
  check:{checks}
"""
    assert is_all_proven(small_form(pages + LAST))
    idle = pages + "- {page: after, when: 'WHEN', title: After, guidance: Hello}\n"
    idle = idle.replace("WHEN", '"a" in wanted && !times.exists(t, t.kind == "a")')
    assert refusals(prove(small_form(idle + LAST), TODAY), "V001")


def test_lists_within_lists_are_followed() -> None:
    pages = """
- repeat: cars
  title: Cars
  each: car
  max: 2
  pages:
    - page: car
      questions:
        - {question: size, ask: Size, type: radios, options: {small: Small, large: Large}}
    - repeat: drivers
      title: Drivers
      each: driver
      when: size == "large"
      max: 2
      pages:
        - page: driver
          questions:
            - {question: age, ask: Age, type: whole-number, min: 17, max: 99}
- {page: after, when: 'WHEN', guidance: Hello, title: After}
"""
    old = 'cars.exists(c, c.size == "large" && c.drivers.exists(d, d.age > OLD))'
    assert is_all_proven(small_form(pages.replace("WHEN", old.replace("OLD", "70"))))
    form = small_form(pages.replace("WHEN", old.replace("OLD", "99")))
    assert refusals(prove(form, TODAY), "V001")


def test_what_is_beyond_proof_is_not_decided() -> None:
    form = small_form(items(after="items.all(i, items.exists(j, i.kind == j.kind))"))
    proof = prove(form, TODAY)
    assert not proof.proven
    assert not proof.refuted
    assert "goes through a list for each of a list" in proof.undecided[0].reason


# ------------------------------------------------------------------ a judge of short lists

ATOMS = st.sampled_from(
    [
        'items.exists(i, i.kind == "a")',
        'items.all(i, i.kind != "b")',
        "items.exists(i, i.weight > 2)",
        "size(items) > 1",
        "size(items) == 3",
        "sum(items.map(i, i.weight)) > 4",
        'size(items.filter(i, i.kind == "c")) == 2',
        'items.exists(i, i.kind == "a" && i.weight == 3)',
        "many > 3",
        "flag",
    ]
)


@st.composite
def forms(draw: st.DrawFn) -> Written:
    def condition() -> str:
        first = draw(ATOMS)
        if draw(st.booleans()):
            first = f"{first} {draw(st.sampled_from(['&&', '||']))} {draw(ATOMS)}"
        return f"!({first})" if draw(st.integers(0, 3)) == 0 else first

    pages = items(draw(st.integers(0, 2)), draw(st.sampled_from([2, 3])), after=condition())
    pages = pages.replace("max: 90", "max: 3")
    if draw(st.booleans()):
        pages = pages.replace("when: 'kind != \"c\"'", "title: Weight")
    if draw(st.booleans()):
        listed = condition().replace("flag", "size(items) > 0").replace("many", "size(items)")
        pages = pages.replace("\n  \n", f"\n  check:\n    - {{that: '{listed}', else: Wrong}}\n")
    if draw(st.integers(0, 3)) == 0:
        pages += "- page: out\n  exit: yes\n  title: No\n  guidance: No\n"
        pages += f"  when: '{condition()}'\n"
    pages = "- page: flag\n  questions:\n    - {question: flag, ask: F, type: yes-no}\n" + pages
    fee = ""
    for line in range(draw(st.integers(0, 2))):
        when = f", when: '{condition()}'" if draw(st.booleans()) else ""
        fee += f"- {{line: l{line}, label: L, amount: £5.00, times: many{when}, "
        fee += "income_code: I, vat: exempt}\n"
    many = draw(st.sampled_from(["size(items)", "size(items) - 1", "sum(items.map(i, i.weight))"]))
    return Written(pages, fee, f"computed:\n  - {{value: many, is: '{many}'}}\n{CASE}")


NOBODY_FINISHES = """
- page: flag
  questions:
    - {question: flag, ask: F, type: yes-no}
- repeat: items
  title: Items
  each: item
  min: 0
  max: 2
  pages:
    - page: kind
      questions:
        - {question: kind, ask: Kind, type: radios, options: {a: A, b: B, c: C}}
  check:
    - {that: '!items.exists(i, i.kind == "a")', else: Wrong}
- page: out
  when: '!items.exists(i, i.kind == "a")'
  exit: yes
  title: No
  guidance: No
"""


@pytest.mark.parametrize("seed", range(8))
def test_what_the_solver_happens_to_choose_leaves_nothing_undecided(seed: int) -> None:
    search = begin(small_form(NOBODY_FINISHES), TODAY)
    search._solver.set("random_seed", seed)
    proof = prove_with(search)
    assert not proof.undecided
    assert {refuted.code for refuted in proof.refuted} >= {"V002"}


def _every_answer(form: FormDefinition) -> list[Answers]:
    """Every list there can be, with every answer to the rest: all of it, finished."""
    done = frozenset({page.name for page in form.pages} | {"items"})
    (repeat,) = form.repeats
    one = [Answers({"kind": k, "weight": w}, done) for k in "abc" for w in (1, 2, 3)]
    found: list[Answers] = []
    for size in range(repeat.max + 1):
        for chosen in product(one, repeat=size):
            listed = tuple(Item(n + 1, each) for n, each in enumerate(chosen))
            for flag in (True, False):
                values = {"flag": flag, "note": "x"}
                found.append(Answers(values, done, {"items": listed}))
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(forms())
def test_the_prover_agrees_with_a_judge_that_tries_every_list(written: Written) -> None:
    parsed = parse_form(written.bundle)
    assert parsed.definition is not None, parsed.findings
    form = parsed.definition
    visited: set[str] = set()
    complete = 0
    fees: set[str] = set()
    after: set[bool | None] = set()
    for answers in _every_answer(form):
        journey = walk(form, answers, TODAY)
        visited |= {page.name for page in journey.pages}
        condition = form.page("after")
        assert condition is not None
        assert condition.when is not None
        if journey.next_step is None:
            after.add(evaluate(condition.when, journey.scope, TODAY))
        if journey.complete:
            complete += 1
            try:
                lines = len(calculate_fee(form, journey.scope, TODAY).lines)
            except PersonMustLook:
                fees.add("V008")
            else:
                fees |= {"V009"} if form.fee and lines != 1 else set()
    proof = prove(form, TODAY)
    assert not proof.undecided, proof.undecided
    codes = {refuted.code for refuted in proof.refuted}
    missing = {page.name for page in form.pages} - visited
    unreached = {r.message for r in proof.refuted if r.code == "V001"}
    assert {page for page in missing if page not in " ".join(unreached)} == set()
    assert {
        page for page in visited if f"the page {page} can never" in " ".join(unreached)
    } == set()
    assert ("V002" in codes) is (complete == 0)
    assert codes & {"V008"} == fees & {"V008"}
    if "V008" not in fees:
        assert codes & {"V009"} == fees & {"V009"}
    always = [r for r in proof.refuted if "condition of the page after is always true" in r.message]
    if after:
        assert bool(always) is (after == {True})
