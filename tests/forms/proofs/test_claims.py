"""Each claim both ways: a form of which it is so, and one of which it is not, with answers."""

from datetime import date, timedelta

import pytest

from portal.core.dates import Today
from portal.forms.definition import FormDefinition
from portal.forms.examples import run_example
from portal.forms.parsing import parse_form
from portal.forms.proofs.observing import Observation, observe
from portal.forms.proofs.proving import Proof, prove
from portal.forms.proofs.report import as_yaml
from portal.forms.proofs.verdicts import Refuted
from tests.forms.proofs.small_forms import CASE, TODAY, Written, small_form

KIND = """
- page: kind
  questions:
    - {question: kind, ask: Kind, type: radios, options: {a: A, b: B, c: C}}
"""
COUNT = """
- page: count
  questions:
    - {question: count, ask: Count, type: whole-number, min: 1, max: 99}
"""
LAST = """
- page: last
  questions:
    - {question: note, ask: Note, type: text}
"""


def refusals(proof: Proof, code: str) -> list[Refuted]:
    return [refuted for refuted in proof.refuted if refuted.code == code]


def shown(form: FormDefinition, refuted: Refuted) -> Observation:
    """What the engine does with the answers that are to show a defect; they run as an example."""
    assert refuted.witness is not None
    assert refuted.witness.on is not None
    today = Today(refuted.witness.on, TODAY.bank_holidays)
    problems = run_example(form, refuted.witness, today).problems
    assert all("the fee cannot be worked out" in problem for problem in problems)
    return observe(form, refuted.witness, today)


def is_all_proven(form: FormDefinition) -> bool:
    proof = prove(form, TODAY)
    assert not proof.undecided
    return not proof.refuted


def test_a_page_that_no_answers_lead_to_is_refused_and_one_that_some_do_is_not() -> None:
    good = small_form(KIND + COUNT + '- {page: x, when: kind == "a", guidance: Hello, title: X}')
    assert is_all_proven(good)
    bad = small_form(
        KIND + '- {page: x, when: kind == "a" && kind == "b", guidance: Hello, title: X}' + LAST
    )
    (refuted,) = refusals(prove(bad, TODAY), "V001")
    assert "the page x can never be reached" in refuted.message
    assert (refuted.spot.file, refuted.spot.line) == ("small.yml", 11)
    seen = shown(bad, refuted)
    assert seen.complete
    assert "x" not in seen.pages


def test_a_page_after_an_exit_that_turns_everybody_away_is_refused() -> None:
    pages = KIND + '- {page: out, when: kind != "z", exit: yes, guidance: No, title: No}' + LAST
    proof = prove(small_form(pages), TODAY)
    assert {refuted.code for refuted in proof.refuted} >= {"V001", "V002", "V004", "V011"} - {
        "V011"
    }
    assert any("no answers lead to the end" in refuted.message for refuted in proof.refuted)


def test_a_page_that_earlier_answers_leave_impossible_to_answer_is_refused() -> None:
    pages = (
        COUNT
        + """
- page: spare
  questions:
    - {question: spare, ask: Spare, type: whole-number, min: 20, max: 30}
  check:
    - {that: spare < count, else: Fewer than that, at: spare}
"""
    )
    form = small_form(pages)
    (refuted,) = refusals(prove(form, TODAY), "V003")
    assert refuted.spot.line == 16
    seen = shown(form, refuted)
    assert seen.journey.next_page is form.page("spare")
    assert seen.scope["count"] <= 20
    assert is_all_proven(
        small_form(pages.replace("min: 20", "min: 0").replace("spare <", "spare <="))
    )


def test_limits_of_a_date_that_will_cross_one_day_are_refused_with_that_day() -> None:
    pages = """
- page: day
  questions:
    - {question: day, ask: Day, type: date, min: today, max: 2027-03-31}
"""
    form = small_form(pages)
    (refuted,) = refusals(prove(form, TODAY), "V003")
    assert refuted.witness is not None
    assert refuted.witness.on is not None
    assert refuted.witness.on > date(2027, 3, 31)
    assert is_all_proven(small_form(pages.replace("2027-03-31", "today + 1 month")))


def test_a_check_no_answer_passes_is_refused() -> None:
    pages = (
        COUNT.rstrip()
        + """
  check:
    - {that: count > 5, else: More, at: count}
    - {that: count < 5, else: Fewer, at: count}
"""
    )
    proof = prove(small_form(pages), TODAY)
    assert refusals(proof, "V003")
    assert is_all_proven(small_form(pages.replace("count < 5", "count < 7")))


@pytest.mark.parametrize(
    ("condition", "said"),
    [("count > 0", "always true"), ("count > 99", "can never be reached")],
)
def test_a_condition_that_is_always_the_same_is_refused(condition: str, said: str) -> None:
    pages = COUNT + f"- {{page: x, when: {condition}, guidance: Hello, title: X}}" + LAST
    form = small_form(pages)
    (refuted,) = prove(form, TODAY).refuted
    assert said in refuted.message
    assert shown(form, refuted).complete
    assert is_all_proven(small_form(pages.replace(condition, "count > 50")))


def test_a_check_that_never_says_anything_is_refused() -> None:
    pages = COUNT.rstrip() + "\n  check:\n    - {that: count < 100, else: Fewer, at: count}\n"
    form = small_form(pages)
    (refuted,) = prove(form, TODAY).refuted
    assert "can never fail" in refuted.message
    assert shown(form, refuted).complete


def test_a_part_of_a_condition_that_makes_no_difference_is_a_warning() -> None:
    pages = COUNT + "- {page: x, when: count > 20 && count > 10, guidance: Hello, title: X}"
    proof = prove(small_form(pages), TODAY)
    assert not proof.refuted
    (warning,) = proof.warnings
    assert "count > 10 makes no difference" in warning.message


def test_reading_an_answer_that_may_not_have_been_asked_is_refused_with_the_cure() -> None:
    pages = (
        KIND
        + """
- page: owner
  when: kind != "c"
  questions:
    - {question: owner, ask: Owner, type: yes-no}
- {page: agent, when: "!owner", guidance: Hello, title: Agent}
"""
        + LAST
    )
    form = small_form(pages)
    (refuted,) = refusals(prove(form, TODAY), "V006")
    assert "reads owner, which may not have been asked" in refuted.message
    assert refuted.hint == 'Ask first whether it was asked: kind != "c" && …'
    seen = shown(form, refuted)
    assert seen.results["page agent"] is None
    assert seen.scope["kind"] == "c"
    assert is_all_proven(small_form(pages.replace('"!owner"', "'kind != \"c\" && !owner'")))


def test_what_was_left_blank_is_a_warning_in_a_condition_and_nothing_in_a_check() -> None:
    asked = COUNT.replace("max: 99", "max: 99, optional: yes")
    proof = prove(small_form(asked + "- {page: x, when: count > 5, guidance: Hi, title: X}"), TODAY)
    assert not proof.refuted
    (warning,) = proof.warnings
    assert "when count is left blank" in warning.message
    check = "\n  check:\n    - {that: count < 50, else: Fewer, at: count}\n"
    proof = prove(small_form(asked.rstrip() + check), TODAY)
    assert not proof.refuted
    assert not proof.warnings


def test_dividing_by_nought_is_found() -> None:
    pages = COUNT.replace("min: 1", "min: 0")
    form = small_form(pages + "- {page: x, when: 60 / count > 5, guidance: Hi, title: X}")
    (refuted,) = refusals(prove(form, TODAY), "V006")
    assert "cannot be worked out" in refuted.message
    assert shown(form, refuted).scope["count"] == 0


LINE = "- {{line: {0}, label: L, when: '{1}', amount: {2}, income_code: I, vat: exempt{3}}}\n"


def test_answers_that_are_charged_two_lines_or_none_are_refused() -> None:
    both = LINE.format("one", 'kind == "a"', "£5.00", "") + LINE.format(
        "two", 'kind != "c"', "£6.00", ""
    )
    form = small_form(KIND, fee=both)
    (refuted,) = refusals(prove(form, TODAY), "V009")
    assert len(shown(form, refuted).charged) != 1
    right = both.replace('kind != "c"', 'kind != "a"')
    assert is_all_proven(small_form(KIND, fee=right))


@pytest.mark.parametrize(("charge", "well"), [("one", False), ("some", False), ("any", True)])
def test_how_many_lines_are_charged_is_as_the_form_says(charge: str, well: bool) -> None:
    fee = LINE.format("one", 'kind == "a"', "£5.00", "")
    form = small_form(KIND, fee=fee, case=f"charge: {charge}\n{CASE}")
    assert is_all_proven(form) is well


BANDS = """
fee:
  - from: 2020-04-01
    bands: [{to: 10, amount: £1.00}, {to: 50, amount: £2.00}]
"""


def test_a_number_that_falls_in_no_band_is_refused_with_the_number() -> None:
    fee = "- {line: one, label: L, amount: fee, by: count, income_code: I, vat: exempt}"
    form = small_form(COUNT, fee=fee, fees=BANDS)
    (refuted,) = refusals(prove(form, TODAY), "V008")
    seen = shown(form, refuted)
    assert seen.charged == {"one": None}
    assert seen.scope["count"] > 50
    assert is_all_proven(small_form(COUNT, fee=fee, fees=BANDS.replace("to: 50, ", "")))


def test_a_fee_with_no_amount_yet_is_refused_with_the_day() -> None:
    fee = "- {line: one, label: L, amount: fee, income_code: I, vat: exempt}"
    fees = "fee:\n  - {from: 2027-04-01, amount: £5.00}\n"
    form = small_form(COUNT, fee=fee, fees=fees)
    (refuted,) = refusals(prove(form, TODAY), "V008")
    assert refuted.witness is not None
    assert refuted.witness.on is not None
    assert refuted.witness.on < date(2027, 4, 1)
    assert is_all_proven(small_form(COUNT, fee=fee, fees=fees.replace("2027", "2020")))


def test_a_band_that_only_a_later_fee_lacks_is_found_on_a_later_day() -> None:
    fee = "- {line: one, label: L, amount: fee, by: count, income_code: I, vat: exempt}"
    later = TODAY.on + timedelta(days=1_500)
    fees = (
        BANDS.replace("to: 50, ", "") + f"  - from: {later}\n    bands: [{{to: 9, amount: £3.00}}]"
    )
    form = small_form(COUNT, fee=fee, fees=fees)
    (refuted,) = refusals(prove(form, TODAY), "V008")
    assert refuted.witness is not None
    assert refuted.witness.on is not None
    assert refuted.witness.on >= later
    shown(form, refuted)


@pytest.mark.parametrize("key", ["by", "times"])
def test_a_line_that_needs_a_number_nobody_gave_is_refused(key: str) -> None:
    pages = KIND + COUNT.replace("page: count\n", 'page: count\n  when: kind == "a"\n')
    fee = f"- {{line: one, label: L, amount: fee, {key}: count, income_code: I, vat: exempt}}"
    fees = (
        BANDS.replace("to: 50, ", "")
        if key == "by"
        else "fee:\n  - {from: 2020-04-01, amount: £5.00}"
    )
    form = small_form(pages, fee=fee, fees=fees)
    (refuted,) = refusals(prove(form, TODAY), "V008")
    assert "when count is not asked" in refuted.message
    assert shown(form, refuted).charged == {"one": None}


PEOPLE = """
- page: who
  title: Who
  when: WHEN
  questions:
    - {question: name, ask: Name, type: name}
    - {question: email, ask: Email, type: email}
    - {question: place, ask: Place, type: address}
"""
WHOLE_CASE = CASE + "  customer: {name: name, email: email}\n  location: place\n"


def test_a_case_that_may_lack_its_customer_or_its_place_is_refused() -> None:
    form = small_form(KIND + PEOPLE.replace("WHEN", 'kind == "a"'), case=WHOLE_CASE)
    found = refusals(prove(form, TODAY), "V010")
    assert {refuted.message.partition(":")[0] for refuted in found} == {
        "the case may not say where",
        "the case may not have the customer's name",
        "the case may not have the customer's email",
    }
    for refuted in found:
        assert shown(form, refuted).complete
    always = PEOPLE.replace("  when: WHEN\n", "")
    assert is_all_proven(small_form(KIND + always, case=WHOLE_CASE))


def test_who_may_stay_anonymous_need_not_be_known() -> None:
    pages = KIND + PEOPLE.replace("WHEN", 'kind == "a"')
    case = CASE + "  customer: {name: name, email: email, anonymous: yes}\n"
    assert is_all_proven(small_form(pages, case=case))


def test_the_confirmation_needs_an_email_address_that_is_not_optional() -> None:
    pages = PEOPLE.replace("  when: WHEN\n", "").replace(
        "type: email", "type: email, optional: yes"
    )
    form = small_form(pages, case=WHOLE_CASE)
    (refuted,) = prove(form, TODAY).refuted
    assert "email is not answered" in refuted.message
    assert "email" not in shown(form, refuted).scope


def test_a_subject_that_may_be_empty_is_refused() -> None:
    case = CASE.replace("A small case", '"{note}: {place.uprn}"')
    pages = PEOPLE.replace("  when: WHEN\n", "") + LAST.replace(
        "type: text", "type: text, optional: yes"
    )
    form = small_form(pages, case=case)
    (refuted,) = refusals(prove(form, TODAY), "V010")
    seen = shown(form, refuted)
    assert "note" not in seen.scope
    assert seen.scope["place"]["uprn"] == ""
    assert is_all_proven(small_form(pages, case=case.replace("uprn", "one_line")))


def test_an_option_with_which_nobody_can_finish_is_refused() -> None:
    pages = (
        KIND
        + """
- page: count
  questions:
    - {question: count, ask: Count, type: whole-number, min: 1, max: 9}
  check:
    - {that: kind != "c" && count > 2, else: More, at: count}
"""
    )
    form = small_form(pages)
    proof = prove(form, TODAY)
    (refuted,) = refusals(proof, "V011")
    assert "kind is c" in refuted.message
    assert shown(form, refuted).scope["kind"] == "c"
    assert refusals(proof, "V003")


def test_one_option_that_alone_is_never_compared_is_a_warning() -> None:
    pages = (
        KIND
        + """
- {page: x, when: 'kind == "a"', guidance: Hello, title: X}
- {page: y, when: 'kind == "b"', guidance: Hello, title: Y}
"""
    )
    (warning,) = prove(small_form(pages), TODAY).warnings
    assert "compared somewhere but c" in warning.message


def test_what_no_proof_knows_of_is_never_a_false_alarm() -> None:
    pages = LAST + "- {page: x, when: 'note.matches(\"^[A-Z]{3}$\")', guidance: Hello, title: X}"
    proof = prove(small_form(pages), TODAY)
    assert not proof.refuted
    assert any("page x" in undecided.claim for undecided in proof.undecided)


def test_a_witness_is_written_as_a_designer_would_write_it() -> None:
    form = small_form(KIND + COUNT + "- {page: x, when: count > 0, guidance: Hello, title: X}")
    (refuted,) = prove(form, TODAY).refuted
    assert refuted.witness is not None
    written = as_yaml(refuted.witness)
    assert written.startswith("- example: ")
    assert "kind: " in written
    assert "on: 2026-11-27" in written


def test_every_place_a_case_names_must_be_a_place() -> None:
    case = CASE + "  location: [place, kind]\n"
    pages = KIND + PEOPLE.replace("  when: WHEN\n", "")
    findings = parse_form(Written(pages, case=case).bundle).findings
    assert [finding.code for finding in findings] == ["F036"]
    assert "kind is not a question of type address or location" in findings[0].message
    form = small_form(pages, case=case.replace("[place, kind]", "place"))
    assert form.case.location == ("place",)


def test_how_many_lines_are_charged_is_one_of_three_words() -> None:
    findings = parse_form(Written(KIND, case=f"charge: two\n{CASE}").bundle).findings
    assert [finding.code for finding in findings] == ["F011"]
