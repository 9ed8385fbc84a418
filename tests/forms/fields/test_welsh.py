"""Every mistake is told in Welsh to who asked for Welsh."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from portal.core.languages import day_in_words
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import FieldError, Keys, Question
from portal.forms.fields.welsh import UNKNOWN, in_welsh
from tests.forms.fields.test_laws import SETTINGS
from tests.forms.fields.village import asking

ASK = "Beth hoffech chi ei ddweud wrthym?"
CASES = [(kind, given) for kind, all_given in SETTINGS.items() for given in all_given]


def _question(kind: str, given: dict[str, Any], *, optional: bool) -> Question:
    keys = Keys(given, language="cy")
    settings = FIELD_TYPES[kind].read(keys)
    return Question("q", ASK, kind, optional=optional, settings=settings, language="cy")


@pytest.mark.parametrize("optional", [False, True])
@pytest.mark.parametrize(("kind", "given"), CASES)
def test_every_mistake_a_field_type_knows_is_told_in_welsh(
    kind: str, given: dict[str, Any], optional: bool
) -> None:
    field_type = FIELD_TYPES[kind]
    asked = _question(kind, given, optional=optional)
    if not field_type.asks:
        return
    for post in field_type.sample_mistakes(asked):
        outcome = field_type.parse(asked, post, asking())
        errors = outcome if isinstance(outcome, tuple) else ()
        for error in (each for each in errors if isinstance(each, FieldError)):
            in_english = _in_english(asked, post, error.input)
            assert error.message != UNKNOWN.format(q=f"“{ASK}”"), in_english
            assert error.message not in in_english


def _in_english(asked: Question, post: dict[str, list[str]], at: str) -> list[str]:
    english = replace(asked, language="en")
    outcome = FIELD_TYPES[asked.type].parse(english, post, asking())
    return [e.message for e in outcome if e.input == at] if isinstance(outcome, tuple) else []


def test_a_question_is_quoted_because_its_words_would_mutate_inside_a_sentence() -> None:
    assert in_welsh("Enter your name", "Beth yw eich enw?") == "“Beth yw eich enw?”: rhowch ateb"


def test_what_the_designer_wrote_goes_on_after_rhowch() -> None:
    assert in_welsh("Enter eich enw", "Beth yw eich enw?", "eich enw") == "Rhowch eich enw"


def test_a_part_of_a_question_is_named() -> None:
    said = in_welsh("Sort code was sent more than once: enter it again", "Eich banc")
    assert said == "“Cod didoli”: anfonwyd mwy nag un ateb, rhowch ef eto"


def test_an_end_of_a_range_is_named_as_the_form_names_it() -> None:
    labels = ("Dyddiad dechrau", "Dyddiad gorffen")
    said = in_welsh("Dyddiad gorffen must be a real date", "Eich gwyliau", "", labels)
    assert said == "“Dyddiad gorffen”: rhaid rhoi dyddiad go iawn"


def test_months_in_a_limit_are_welsh() -> None:
    said = in_welsh("Pryd must be the same as or after 24 November 2026", "Pryd?")
    assert said == "“Pryd?”: rhaid rhoi 24 Tachwedd 2026 neu ddyddiad ar ôl hynny"


def test_a_sentence_nobody_translated_is_welsh_all_the_same() -> None:
    assert in_welsh("Something new went wrong", "Pryd?") == "“Pryd?”: gwiriwch eich ateb"


def test_a_day_is_written_with_its_welsh_month() -> None:
    assert day_in_words(date(2026, 11, 27), "cy") == "27 Tachwedd 2026"
    assert day_in_words(date(2026, 5, 1), "cy") == "1 Mai 2026"
    assert day_in_words(date(2026, 11, 27), "en") == "27 November 2026"


@pytest.mark.parametrize(
    ("typed", "minutes", "said"),
    [
        ("9yb", 540, "9yb"),
        ("9.30am", 570, "9:30yb"),
        ("2 yp", 840, "2yp"),
        ("17:59", 1079, "5:59yp"),
        ("6yh", 1080, "6yh"),
        ("11:05 YH", 1385, "11:05yh"),
        ("12yp", 720, "hanner dydd"),
        ("Hanner dydd", 720, "hanner dydd"),
        ("hanner nos", 0, "hanner nos"),
    ],
)
def test_a_time_is_read_and_said_in_welsh(typed: str, minutes: int, said: str) -> None:
    kind, asked = FIELD_TYPES["time"], _question("time", {}, optional=False)
    assert kind.parse(asked, {"q": [typed]}, asking()) == minutes
    assert kind.show(asked, minutes) == (said,)
    assert kind.parse(asked, kind.as_raw(asked, minutes), asking()) == minutes


@pytest.mark.parametrize("typed", ["13yh", "0yb", "9yd", "25:00yb"])
def test_what_is_no_time_in_welsh_is_refused_with_a_welsh_example(typed: str) -> None:
    kind, asked = FIELD_TYPES["time"], _question("time", {}, optional=False)
    (error,) = kind.parse(asked, {"q": [typed]}, asking())
    assert error.message == f"“{ASK}”: rhaid rhoi amser, er enghraifft 9yb neu 7:30yh"


def test_a_country_is_named_in_welsh_and_found_by_either_name() -> None:
    kind, asked = (
        FIELD_TYPES["select"],
        _question("select", {"options": "countries"}, optional=False),
    )
    named = {option.value: option.label for option in asked.settings.options}
    assert (named["FR"], named["GB"]) == ("Ffrainc", "Y Deyrnas Unedig")
    for typed in ("Ffrainc", "France"):
        assert kind.parse(asked, {"q-query": [typed], "q": [""]}, asking()) == "FR"


@pytest.mark.parametrize("country", ["FR", "France", "Ffrainc"])
def test_an_address_abroad_ends_with_the_country_in_the_language_it_was_asked_in(
    country: str,
) -> None:
    kind, asked = (
        FIELD_TYPES["international-address"],
        _question("international-address", {}, optional=False),
    )
    post = {"q-line-1": ["1 rue Haute"], "q-town": ["Lyon"], "q-country": [country]}
    value = kind.parse(asked, post, asking())
    assert kind.show(asked, value) == ("1 rue Haute", "Lyon", "Ffrainc")
    assert kind.cel(value)["one_line"] == "1 rue Haute, Lyon, France"
