"""What has no Welsh is found at its line; what must not be translated is left alone."""

import pytest

from portal.forms.parsing import Bundle, parse_council, parse_form
from portal.forms.placeholders import placeholders
from tests.forms.hall import COUNCIL

FORM = """\
form: hall
languages: [en, cy]
title: {en: Hire the hall, cy: Llogi’r neuadd}
summary: {en: Ask for the hall, cy: Gofyn am y neuadd}
service_area: Halls
lgsl: 1
pages:
  - page: kind
    questions:
      - question: kind
        ask: {en: "What kind is it?", cy: "Pa fath ydyw?"}
        type: radios
        about: the kind
        options:
          en: {en: English, cy: Saesneg}
          cy: {label: {en: Welsh, cy: Cymraeg}, hint: {en: A language, cy: Iaith}}
        errors:
          missing: {en: Say which, cy: Dywedwch pa un}
  - page: yours
    use: yours
fee:
  - line: hall
    label: {en: Hall, cy: Neuadd}
    amount: £12.00
    income_code: H-1
    vat: exempt
case:
  type: hall
  queue: halls
  target: 5 working days
  subject: "Hall {kind.label}"
what_happens_next:
  en: |
    We will write about {kind.label}.
  cy: |
    Byddwn yn ysgrifennu.
examples:
  - {example: One, answers: {kind: en}}
"""
SHARED = """\
pages:
  yours:
    questions:
      - {question: email, ask: {en: Email, cy: E-bost}, type: email, optional: yes}
  other:
    title: Nobody uses this in Welsh
    questions:
      - {question: other, ask: Anything else, type: text}
"""


def found(form: str = FORM, shared: str = SHARED) -> list[tuple[str, int, int, str]]:
    parsed = parse_form(Bundle("hall.yml", form, shared))
    return [(f.file, f.line, f.column, f.message) for f in parsed.findings]


def read(form: str = FORM):
    definition = parse_form(Bundle("hall.yml", form, SHARED)).definition
    assert definition is not None
    return definition


def test_a_form_is_one_form_in_both_languages():
    english = read()
    welsh = english.in_language("cy")
    assert (english.title, welsh.title) == ("Hire the hall", "Llogi’r neuadd")
    assert english.digest == welsh.digest
    assert [page.name for page in english.pages] == [page.name for page in welsh.pages]
    assert welsh.in_language("en") is english
    assert english.in_language("fr") is english
    assert english.languages == ("en", "cy")
    assert (welsh.fee[0].label, welsh.fee[0].income_code) == ("Neuadd", "H-1")


def test_choices_called_en_and_cy_are_choices_and_no_languages():
    for language, labels in (("en", ["English", "Welsh"]), ("cy", ["Saesneg", "Cymraeg"])):
        question = read().in_language(language).question("kind")
        assert question is not None
        assert [option.value for option in question.settings.options] == ["en", "cy"]
        assert [option.label for option in question.settings.options] == labels


def test_a_question_says_its_own_errors_in_its_language():
    welsh = read().in_language("cy").question("kind")
    assert welsh is not None
    assert welsh.say("missing", "Select the kind") == "Dywedwch pa un"
    assert welsh.say("unknown", "Choose the kind from the list") == (
        "“Pa fath ydyw?”: dewiswch ateb o’r rhestr"
    )
    assert welsh.about == ""


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "key"),
    [
        ("title: {en: Hire the hall, cy: Llogi’r neuadd}", "title: Hire the hall", 3, 1, "title"),
        ('ask: {en: "What kind is it?", cy: "Pa fath ydyw?"}', "ask: Kind", 11, 9, "ask"),
        ("en: {en: English, cy: Saesneg}", "en: English", 15, 11, "en"),
        ("label: {en: Welsh, cy: Cymraeg}", "label: Welsh", 16, 16, "label"),
        ("missing: {en: Say which, cy: Dywedwch pa un}", "missing: Say", 18, 11, "missing"),
        ("label: {en: Hall, cy: Neuadd}", "label: Hall", 23, 5, "label"),
    ],
)  # fmt: skip
def test_what_has_no_welsh_is_found_where_it_stands(
    old: str, new: str, line: int, column: int, key: str
):
    assert old in FORM
    name = "options" if key == "en" else key
    findings = found(FORM.replace(old, new))
    assert findings == [("hall.yml", line, column, f"{name} has no Welsh text")]


def test_a_shared_page_is_asked_for_welsh_only_by_who_uses_it():
    assert found() == []
    findings = found(shared=SHARED.replace("{en: Email, cy: E-bost}", "Email"))
    assert findings == [("_shared.yml", 4, 27, "ask has no Welsh text")]


def test_a_form_in_english_takes_the_english_of_a_shared_page():
    plain = FORM.replace("languages: [en, cy]\n", "")
    definition = read(plain)
    assert definition.languages == ("en",)
    assert definition.question("email").ask == "Email"  # pyright: ignore[reportOptionalMemberAccess]


def test_welsh_alone_is_not_enough():
    findings = found(FORM.replace("label: {en: Hall, cy: Neuadd}", "label: {cy: Neuadd}"))
    assert [message for *_, message in findings] == ["label has no English text"]


def test_a_placeholder_that_is_wrong_only_in_welsh_is_found_in_the_welsh_text():
    text = FORM.replace("hint: {en: A language, cy: Iaith}", "hint: {en: A, cy: B}")
    text = text.replace(
        'ask: {en: "What kind is it?", cy: "Pa fath', 'ask: {en: "What?", cy: "{nid}'
    )
    line = next(n for n, each in enumerate(text.splitlines(), 1) if "{nid}" in each)
    file, at, column, said = found(text)[0]
    assert (file, at, said) == ("hall.yml", line, "{nid} is not a question of this form")
    assert text.splitlines()[line - 1][column - 1 :].startswith("{nid}")


@pytest.mark.parametrize("languages", ["cy", "[cy]", "[en, fr]", "{}", "[]"])
def test_languages_that_are_none_are_refused(languages: str):
    findings = found(FORM.replace("languages: [en, cy]", f"languages: {languages}"))
    assert (2, "languages must be [en] or [en, cy]") in {(f[1], f[3]) for f in findings}


def test_the_council_that_declares_welsh_must_have_it():
    text = COUNCIL.replace("name: ", "languages: [en, cy]\nname: ", 1)
    council, findings = parse_council("_council.yml", text)
    assert council is None
    assert {finding.message for finding in findings} >= {
        "name has no Welsh text",
        "hours has no Welsh text",
    }


def test_a_text_of_placeholders_reads_the_same_in_both():
    assert placeholders("{a}, {b}") == [("a", ""), ("b", "")]
    listed = FORM.replace(
        "  - page: yours\n    use: yours\n",
        "  - repeat: things\n    title: {en: Things, cy: Pethau}\n    each: {en: thing, cy: peth}\n"
        '    line: "{what}, {email}"\n    pages:\n      - page: thing\n        questions:\n'
        "          - {question: what, ask: {en: What, cy: Beth}, type: text}\n"
        "          - {question: email, ask: {en: Email, cy: E-bost}, type: email}\n",
    )
    assert [message for *_, message in found(listed) if "line" in message] == []
