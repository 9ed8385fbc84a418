"""How hard texts are to read, and what is said about them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.forms.library import load_library
from portal.forms.parsing import Bundle, parse_form
from portal.forms.reading import (
    AIM,
    minutes_for,
    reading_age,
    reading_of,
    sentences_of,
    syllables,
)
from tests.support.portal_house import FORMS
from tests.web.test_changing_forms import FORM

COUNTED = {
    "a": 1, "the": 1, "you": 1, "street": 1, "house": 1, "date": 1, "asked": 1, "used": 1,
    "table": 2, "little": 2, "people": 2, "needed": 2, "places": 2, "changes": 2, "payment": 2,
    "council": 2, "numbers": 2, "details": 2, "able": 2, "licence": 2,
    "property": 3, "evidence": 3, "alcohol": 3, "collected": 3,
    "application": 4, "information": 4, "declaration": 4, "available": 4,
    "responsibility": 6,
}  # fmt: skip


@pytest.mark.parametrize(("word", "number"), COUNTED.items())
def test_the_syllables_of_the_words_of_forms_are_counted(word: str, number: int):
    assert syllables(word) == syllables(word.upper()) == number


def test_plain_words_in_short_sentences_are_for_the_young():
    plain = "We will write to you. You can stop at any time. Tell us where the skip will be."
    hard = (
        "Applications constituting a variation of an existing authorisation necessitate the "
        "submission of supplementary documentation demonstrating proprietorial responsibility."
    )
    assert reading_age(plain) <= AIM
    assert reading_age(hard) > 18
    assert reading_age("") == 5


def test_markdown_links_and_placeholders_are_not_read():
    text = "See [our page](https://example.test/very/long).\n\n- **One** thing\n- {fee} to pay"
    assert sentences_of(text) == ["See our page .", "One thing", "to pay"]


def test_a_line_that_is_broken_is_one_sentence():
    assert sentences_of("Where alcohol is sold, one\nperson must be named.") == [
        "Where alcohol is sold, one person must be named."
    ]


@given(st.text(max_size=400))
def test_no_text_makes_the_measure_stumble(text: str):
    assert 5 <= reading_age(text) < 10_000


def read(guidance: str):
    text = FORM.replace(
        "    title: The place\n", f"    title: The place\n    guidance: {guidance}\n"
    )
    definition = parse_form(Bundle("skip-permit.yml", text)).definition
    assert definition is not None
    return reading_of(definition)


def test_the_hardest_sentence_of_a_page_is_shown_with_what_to_do():
    long = "Please " + "put it on the road and " * 8 + "leave it."
    latin = "Authorisation necessitates documentation of proprietorial responsibility for this."
    _, pages = read(f"{long} {latin}")
    page = next(one for one in pages if one.name == "place")
    assert page is pages[0]
    said = {sentence.text: sentence.advice for sentence in page.hardest}
    assert "Split it: it has 51 words, and 25 are enough." in said[long]
    assert "plainer word for authorisation, necessitates, documentation" in said[latin]


def test_a_page_of_few_words_is_not_judged():
    _, pages = read("Here.")
    assert {one.age for one in pages if one.words < 30} == {None}


def test_every_shipped_form_can_be_read_at_about_the_age_gov_uk_aims_at():
    for form in load_library(FORMS).forms.values():
        whole, pages = reading_of(form)
        assert whole.age is not None
        assert whole.age <= AIM + 1, form.form
        assert sum(one.words for one in pages) <= whole.words + len(pages) * 40
        assert 1 <= minutes_for(form.pages) <= 30
