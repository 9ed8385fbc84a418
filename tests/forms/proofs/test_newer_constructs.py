"""What the language has gained since the first proofs: each claim of it, both ways."""

import pytest

from portal.forms.definition import FormDefinition
from portal.forms.parsing import parse_form
from portal.forms.proofs.proving import prove
from portal.forms.proofs.verdicts import Refuted
from tests.forms.proofs.small_forms import TODAY, Written, small_form
from tests.forms.proofs.test_claims import COUNT, KIND, LAST, is_all_proven, refusals, shown


def warnings(form: FormDefinition, code: str) -> list[Refuted]:
    proof = prove(form, TODAY)
    assert not proof.undecided
    return [each for each in proof.warnings if each.code == code]


def computed(**values: str) -> str:
    """The key `computed:` of a small form; it is written before the case."""
    lines = (f"  - {{value: {name}, is: '{how}'}}" for name, how in values.items())
    return "\n".join(("computed:", *lines)) + "\n"


def with_computed(pages: str, *, fee: str = "", fees: str = "", **values: str) -> FormDefinition:
    from tests.forms.proofs.small_forms import CASE

    return small_form(pages, fee=fee, fees=fees, case=computed(**values) + CASE)


# ------------------------------------------------------------------ computed values

SMALL = "- {page: few, when: many < 10, guidance: Few, title: Few}"


def test_a_condition_on_a_computed_value_is_decided_by_what_it_is_worked_out_from() -> None:
    pages = COUNT + SMALL
    assert is_all_proven(with_computed(pages, many="count * 2"))
    (refuted,) = refusals(prove(with_computed(pages, many="count + 10"), TODAY), "V001")
    assert "the page few can never be reached" in refuted.message


def test_a_computed_value_of_another_computed_value_is_followed_to_the_answers() -> None:
    pages = COUNT + SMALL
    assert is_all_proven(with_computed(pages, many="half + 1", half="count / 2"))
    form = with_computed(pages, many="half + 10", half="count / 2")
    assert refusals(prove(form, TODAY), "V001")


def test_a_computed_value_of_what_may_not_have_been_asked_is_refused_with_answers() -> None:
    pages = KIND + COUNT.replace("questions", 'when: kind == "a"\n  questions') + SMALL
    form = with_computed(pages, many="count * 2")
    (refuted,) = refusals(prove(form, TODAY), "V006")
    assert "reads count, which may not have been asked" in refuted.message
    assert 'kind == "a" && …' in refuted.hint
    assert shown(form, refuted).scope["kind"] != "a"
    guarded = pages.replace("many < 10", 'kind == "a" && many < 10')
    assert is_all_proven(with_computed(guarded, many="count * 2"))


BANDS = "bands:\n  - from: 2020-01-01\n    bands: [{to: 100, amount: £1.00}, {amount: £2.00}]"
BY_MANY = "- {line: l, label: L, amount: bands, by: many, income_code: I, vat: exempt}"


def test_a_fee_by_a_computed_number_is_certain_unless_it_can_be_negative() -> None:
    assert is_all_proven(with_computed(COUNT, fee=BY_MANY, fees=BANDS, many="count * 3"))
    form = with_computed(COUNT, fee=BY_MANY, fees=BANDS, many="count - 5")
    (refuted,) = refusals(prove(form, TODAY), "V008")
    assert "many is -" in refuted.message
    assert shown(form, refuted).scope["many"] < 0


def test_a_value_that_needs_no_answer_is_known_on_the_first_page() -> None:
    pages = (
        """
- page: closed
  title: Closed
  when: today() >= opens
  exit: yes
  guidance: Too late
"""
        + KIND
    )
    form = with_computed(pages, opens='timestamp("2027-01-01T00:00:00Z")')
    assert is_all_proven(form)


# ------------------------------------------------------------------ questions with a condition

REVEALED = """
- page: kind
  title: Kind
  questions:
    - {question: kind, ask: Kind, type: radios, options: {a: A, b: B, c: C}}
    - {question: what, ask: What, type: whole-number, min: 1, max: 9, when: 'kind == "c"'}
"""


def test_a_question_revealed_by_a_choice_is_read_only_where_the_choice_was_made() -> None:
    more = "- {page: x, when: 'READS', guidance: Hello, title: X}"
    good = REVEALED + more.replace("READS", 'kind == "c" && what > 3')
    assert is_all_proven(small_form(good))
    bad = small_form(REVEALED + more.replace("READS", "what > 3"))
    (refuted,) = refusals(prove(bad, TODAY), "V006")
    assert "reads what, which may not have been asked" in refuted.message
    assert 'kind == "c" && …' in refuted.hint
    assert shown(bad, refuted).scope["kind"] != "c"


def test_a_question_that_is_never_or_always_asked_is_refused() -> None:
    pages = (
        COUNT
        + """
- page: more
  title: More
  questions:
    - {question: more, ask: More, type: text, when: "count WHEN"}
    - {question: other, ask: Other, type: text}
"""
    )
    assert is_all_proven(small_form(pages.replace("WHEN", "> 5")))
    for when, said in (("> 99", "never true"), ("> 0", "always true")):
        proof = prove(small_form(pages.replace("WHEN", when)), TODAY)
        (refuted,) = refusals(proof, "V004")
        assert f"the condition of the question more is {said}" in refuted.message
        assert refuted.spot.line == 15


def test_a_customer_question_that_is_not_always_asked_may_be_missing_from_the_case() -> None:
    pages = (
        KIND
        + """
- page: you
  title: You
  questions:
    - {question: email, ask: E-mail, type: email, when: 'kind == "a"'}
    - {question: note, ask: Note, type: text}
"""
    )
    case = """\
case:
  type: small
  queue: small
  target: 5 working days
  subject: A small case
  customer: {email: email}
"""
    form = small_form(pages, case=case)
    (refuted,) = refusals(prove(form, TODAY), "V010")
    assert shown(form, refuted).scope["kind"] != "a"


# ------------------------------------------------------------------ choices with a condition

OFFERS = (
    KIND
    + """
- page: size
  questions:
    - question: size
      ask: Size
      type: radios
      options:
        small: {label: Small, when: 'SMALL'}
        large: {label: Large, when: 'LARGE'}
"""
)


def offers(small: str, large: str) -> FormDefinition:
    return small_form(OFFERS.replace("SMALL", small).replace("LARGE", large))


def test_a_page_on_which_no_choice_is_offered_is_a_dead_end() -> None:
    assert is_all_proven(offers('kind != "a"', 'kind != "b"'))
    form = offers('kind == "a"', 'kind == "b"')
    (refuted,) = refusals(prove(form, TODAY), "V003")
    seen = shown(form, refuted)
    assert seen.scope["kind"] == "c"
    assert seen.journey.next_page is form.page("size")
    assert [r.message for r in refusals(prove(form, TODAY), "V011")] == [
        "nobody who answers kind is c can ever finish"
    ]


def test_a_choice_that_is_never_or_always_offered_is_refused() -> None:
    (refuted,) = refusals(prove(offers('kind == "z"', 'kind in ["a", "b", "c"]'), TODAY), "V004")[
        :1
    ]
    assert "the condition of the option small of size is never true" in refuted.message
    always = refusals(prove(offers('kind == "a"', 'kind in ["a", "b", "c"]'), TODAY), "V004")
    assert ["option large of size is always true" in r.message for r in always] == [True]


def test_what_can_only_be_chosen_with_other_answers_is_known_to_later_conditions() -> None:
    page = '- {page: x, when: \'kind == "KIND" && size == "large"\', guidance: G, title: X}'
    written = OFFERS.replace("SMALL", 'kind != "b"').replace("LARGE", 'kind != "a"')
    assert is_all_proven(small_form(written + page.replace("KIND", "c")))
    proof = prove(small_form(written + page.replace("KIND", "a")), TODAY)
    assert refusals(proof, "V001")


# ------------------------------------------------------------------ warnings

WARNED = COUNT.rstrip() + "\n  warn:\n    - {that: WARNS, else: Are you sure, at: count}\n" + LAST


def test_a_warning_stops_nobody_and_should_be_shown_to_some() -> None:
    form = small_form(WARNED.replace("WARNS", "count < 50"))
    assert is_all_proven(form)
    assert not warnings(form, "V013")
    for warns, said in (("count < 100", "never"), ("count > 200", "always")):
        form = small_form(WARNED.replace("WARNS", warns))
        assert is_all_proven(form)
        (warned,) = warnings(form, "V013")
        assert warned.message == f"this warning is {said} shown: “Are you sure”"
        assert warned.spot.line == 12


# ------------------------------------------------------------------ what `portal check` says


@pytest.mark.parametrize("where", ["question", "option"])
def test_a_condition_does_not_read_its_own_page_by_way_of_a_computed_value(where: str) -> None:
    pages = """
- page: both
  title: Both
  questions:
    - {question: count, ask: Count, type: whole-number, min: 1, max: 99}
"""
    if where == "question":
        pages += '    - {question: more, ask: More, type: text, when: "many > 4"}'
    else:
        pages += """\
    - question: more
      ask: More
      type: radios
      options: {a: A, b: {label: B, when: "many > 4"}}
"""
    from tests.forms.proofs.small_forms import CASE

    parsed = parse_form(Written(pages, case=computed(many="count * 2") + CASE).bundle)
    assert [finding.code for finding in parsed.findings] == [
        "F050" if where == "question" else "F046"
    ]
