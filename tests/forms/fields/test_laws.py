"""What every field type promises, whatever it asks."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from portal.core.dates import Today
from portal.forms.conditions import Expression, Vocabulary, evaluate
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.address import as_postcode
from portal.forms.fields.base import FieldError, Keys, Place, Question, Unfinished
from portal.forms.fields.name import PersonName
from tests.forms.fields.village import ADDRESSES, FILES, STREETS, TODAY, asking, question

OPTIONS = {
    "house": "A house",
    "flat": {"label": "A flat", "hint": "Or maisonette"},
    "none-yet": "X",
}
SETTINGS: Mapping[str, list[dict[str, Any]]] = {
    "text": [{}, {"max_length": "10", "min_length": "3"}],
    "textarea": [{}, {"max_words": "5", "max_length": "40"}],
    "appointment": [{"calendar": "rounds"}, {"calendar": "visits"}],
    "email": [{}],
    "phone": [{}, {"autocomplete": "no"}],
    "whole-number": [{}, {"min": "1", "max": "999"}, {"min": "-40", "max": "-3"}],
    "money": [{}, {"min": "£5.00", "max": "£1,000.00"}],
    "date": [{}, {"min": "today - 18 years", "max": "2030-12-24"}],
    "yes-no": [{}],
    "radios": [{"options": OPTIONS}],
    "select": [{"options": OPTIONS}, {"options": "countries"}],
    "checkboxes": [
        {"options": OPTIONS},
        {"options": OPTIONS, "none_of_these": "None of these"},
        {"options": OPTIONS, "min_choices": "2", "max_choices": "2"},
    ],
    "name": [{}],
    "address": [{}, {"manual": "no"}, {"require_uprn": "yes"}],
    "location": [{}, {"words": "no"}],
    "file": [{}, {"max_files": "4", "accept": ["pdf", "docx"]}],
    "declaration": [{"says": "The information is correct"}],
    "decimal": [{}, {"places": "3", "min": "-1.5", "max": "1,000", "unit": "kg"}],
    "month": [{}, {"min": "today - 12 months", "max": "2030-12"}],
    "date-range": [{}, {"min": "today", "longest": "14", "shortest": "2"}],
    "organisation": [{}, {"company_number": "required"}, {"company_number": "no"}],
    "company-number": [{}],
    "charity-number": [{}],
    "vehicle-registration": [{}, {"other_countries": "yes"}],
    "national-insurance-number": [{}, {"masked": "yes"}],
    "reference": [
        {},
        {"pattern": "[0-9]{8}", "check_digit": "luhn", "looks_like": "1234 5674"},
        {"check_digit": "mod-11", "weights": ["7", "6", "5", "4"], "looks_like": "1234-5"},
        {"check_digit": "mod-97", "looks_like": "CT 1234 73"},
    ],
    "uprn": [{}],
    "usrn": [{}],
    "bank-details": [{}, {"roll_number": "no"}],
    "international-address": [{}, {"autocomplete": "no"}],
    "likert": [
        {"statements": {"helpful": "Staff were helpful", "clear": "The form was clear"}},
        {"statements": {"clean": "It was clean"}, "scale": {"yes": "Yes", "no": "No"}},
    ],
    "scale": [{}, {"from": "1", "to": "5", "low": "Poor", "high": "Good"}],
    "hidden": [{}, {"default": "spring", "max_length": "20", "shown": "yes"}],
    "markdown": [{"text": "Read *this*."}],
    "inset": [{"text": "You have 28 days."}],
    "warning": [{"text": "You can be fined."}],
    "details": [{"summary": "Help", "text": "It is on the letter."}],
}
QUESTIONS = [
    pytest.param(question(kind, keys, optional=optional), id=f"{kind}-{number}-{optional}")
    for kind in FIELD_TYPES
    for number, keys in enumerate(SETTINGS.get(kind, [{}]))
    for optional in (False, True)
]
ASKING = [p for p in QUESTIONS if FIELD_TYPES[p.values[0].type].asks]  # type: ignore[union-attr]
READ = [p for p in ASKING if p.values[0].type != "hidden"]  # type: ignore[union-attr]
"""The questions that look at what is posted: a hidden one has its own tests."""

awkward = st.one_of(
    st.text(alphabet=st.characters(codec=None), max_size=60),
    st.text(
        alphabet="0123456789 -/.,£+@e\u200b\u202e\x00\ud800\ufdd0\uffff\u0301é\r\n\t", max_size=40
    ),
    st.sampled_from(
        [
            "",
            " ",
            "manual",
            "none",
            "yes",
            "2026",
            "31",
            "ZZ1 1AA",
            "900000000001",
            "TQ 531 551",
            "51.274567",
            "0.193678",
            "file-0",
            "x" * 10_240,
            "é" * 10_240,
            "a\u0301" * 5_000,
            "\u0316\u0301" * 5_000,
            "9" * 10_000,
            "1 " * 5_000,
            "house",
            "4242424242424242",
            "AB12 CDE",
            "SC123456",
            "AB 12 34 56 C",
            "00-01-00",
            "12.50 kg",
            "FR",
            "agree",
            "10010001",
        ]
    ),
)
quick = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@st.composite
def posts(draw: st.DrawFn, asked: Question) -> dict[str, list[str]]:
    """Anything at all under the inputs a question has."""
    inputs = FIELD_TYPES[asked.type].inputs(asked)
    chosen = draw(st.lists(st.sampled_from(inputs), unique=True)) if inputs else []
    return {name: draw(st.lists(awkward, max_size=3)) for name in chosen}


def is_mistake(outcome: object) -> bool:
    return isinstance(outcome, tuple) and bool(outcome) and isinstance(outcome[0], FieldError)


@pytest.mark.parametrize("asked", QUESTIONS)
@quick
@given(st.data())
def test_whatever_is_posted_is_answered_or_refused_at_an_input_and_never_an_accident(
    asked: Question, data: st.DataObject
) -> None:
    field_type = FIELD_TYPES[asked.type]
    outcome = field_type.parse(asked, data.draw(posts(asked)), asking())
    if is_mistake(outcome):
        assert all(isinstance(error, FieldError) for error in outcome)
        assert all(error.input in field_type.inputs(asked) for error in outcome)
        assert all(error.message and error.message[0].isupper() for error in outcome)
    elif outcome is not None and not isinstance(outcome, Unfinished):
        assert_kept(asked, outcome)


@pytest.mark.parametrize("asked", READ)
@pytest.mark.parametrize("text", ["1 " * 500_000, "\U0001f600" * 250_000, "\u202e" * 1_000_000])
def test_a_megabyte_in_every_input_is_answered_or_politely_refused(
    asked: Question, text: str
) -> None:
    field_type = FIELD_TYPES[asked.type]
    outcome = field_type.parse(asked, {n: [text] for n in field_type.inputs(asked)}, asking())
    if is_mistake(outcome):
        assert all(len(error.message) < 500 for error in outcome)
    elif outcome is not None and not isinstance(outcome, Unfinished):
        assert_kept(asked, outcome)


@pytest.mark.parametrize("asked", READ)
def test_a_blank_post_is_refused_unless_the_question_is_optional(asked: Question) -> None:
    field_type = FIELD_TYPES[asked.type]
    blank = {
        name: [""]
        for name in field_type.inputs(asked)
        if not name.endswith(("-find", "-manual", "-remove"))
    }
    for raw in ({}, blank):
        outcome = field_type.parse(asked, raw, asking())
        assert outcome is None if asked.optional else is_mistake(outcome)


@pytest.mark.parametrize("asked", READ)
def test_every_sample_mistake_is_refused(asked: Question) -> None:
    field_type = FIELD_TYPES[asked.type]
    samples = field_type.sample_mistakes(asked)
    assert samples
    for raw in samples:
        assert set(raw) <= set(field_type.inputs(asked))
        outcome = field_type.parse(asked, raw, asking())
        assert is_mistake(outcome), (raw, outcome)


@pytest.mark.parametrize(
    "asked", [p for p in ASKING if hasattr(FIELD_TYPES[p.values[0].type], "mistakes")]
)  # type: ignore[union-attr]
def test_a_designer_can_word_every_error_differently(asked: Question) -> None:
    field_type: Any = FIELD_TYPES[asked.type]
    own = {kind: f"Our own words for {kind}" for kind in field_type.mistakes}
    reworded = Question(
        "q", asked.ask, asked.type, settings=asked.settings, optional=asked.optional, errors=own
    )
    for raw in field_type.sample_mistakes(reworded):
        for error in field_type.parse(reworded, raw, asking()):
            assert error.message in own.values()


@pytest.mark.parametrize("kind", FIELD_TYPES)
@quick
@given(
    st.data(),
)
def test_whatever_a_designer_writes_is_read_or_noted_as_a_problem(
    kind: str, data: st.DataObject
) -> None:
    field_type = FIELD_TYPES[kind]
    yaml = st.recursive(
        st.one_of(
            st.text(max_size=12), st.sampled_from(["0", "-1", "99999999999", "yes", "today", "£5"])
        ),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
        max_leaves=5,
    )
    keys = Keys({key: data.draw(yaml) for key in field_type.keys if data.draw(st.booleans())})
    asked = Question("q", "What is it?", kind, settings=field_type.read(keys))
    assert all(problem.key in field_type.keys for problem in keys.problems)
    if field_type.asks:
        field_type.parse(asked, {name: ["1"] for name in field_type.inputs(asked)}, asking())


@pytest.mark.parametrize("asked", ASKING)
@quick
@given(
    st.recursive(
        st.one_of(
            st.text(max_size=20), st.sampled_from(["2026-02-31", "yes", "900000000001", "1 2 3"])
        ),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
        ),
        max_leaves=4,
    )
)
def test_an_example_may_be_written_in_any_way_and_is_still_a_post(
    asked: Question, written: Any
) -> None:
    raw = FIELD_TYPES[asked.type].read_example(asked, written)
    assert all(
        isinstance(values, list) and all(isinstance(v, str) for v in values)
        for values in raw.values()
    )
    known = {
        name: values
        for name, values in raw.items()
        if name in FIELD_TYPES[asked.type].inputs(asked)
    }
    FIELD_TYPES[asked.type].parse(asked, known, asking())


@pytest.mark.parametrize("kind", [name for name in FIELD_TYPES if name in SETTINGS])
@quick
@given(
    st.recursive(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.text(max_size=12),
            st.sampled_from(["2026-11-24"]),
        ),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(st.sampled_from(["first", "last", "id", "name"]), inner, max_size=3),
        ),
        max_leaves=6,
    )
)
def test_what_storage_did_not_get_from_us_is_refused(kind: str, stored: Any) -> None:
    field_type = FIELD_TYPES[kind]
    try:
        value = field_type.load(stored)
    except ValueError:
        return
    assert field_type.dump(value) == stored


def assert_kept(asked: Question, value: Any) -> None:
    """An answer survives its page, its storage and a condition."""
    field_type = FIELD_TYPES[asked.type]
    assert field_type.parse(asked, field_type.as_raw(asked, value), asking()) == value
    stored = json.loads(json.dumps(field_type.dump(value)))
    assert field_type.load(stored) == value
    assert all(
        isinstance(line, str) and line
        for line in field_type.show(asked, value)
        if asked.type != "textarea"
    )
    assert in_a_condition(asked, value)


def in_a_condition(asked: Question, value: Any) -> bool:
    """Whether CEL takes the value as the type the field says it has."""
    kind = FIELD_TYPES[asked.type].cel_type
    same = Vocabulary({"q": kind}).compile("q == q")
    assert isinstance(same, Expression)
    return evaluate(same, {"q": FIELD_TYPES[asked.type].cel(value)}, Today(TODAY)) is True


words = st.text(
    alphabet=st.characters(exclude_categories=("Cc", "Cs", "Cf", "Cn", "Mn", "Zl", "Zp")),
    min_size=1,
)
hand_made = st.builds(
    lambda line, more, town, postcode: {
        "q": ["manual"],
        "q-line-1": [line],
        "q-line-2": [more],
        "q-town": [town],
        "q-postcode": [postcode],
    },
    words,
    words,
    words,
    st.sampled_from(["zz11aa", "SW1A 1AA", "m1 1ae", "B33 8TH", "DN55 1PT"]),
)


def typed_range(first: date, last: date) -> dict[str, list[str]]:
    return {
        f"q-{end}-{part}": [str(getattr(day, part))]
        for end, day in (("from", first), ("to", last))
        for part in ("day", "month", "year")
    }


VALUES: Mapping[str, st.SearchStrategy[dict[str, list[str]]]] = {
    "text": words.map(lambda text: {"q": [text]}),
    "textarea": st.lists(words, max_size=4).map(lambda lines: {"q": ["\r\n".join(lines)]}),
    "email": st.emails().map(lambda text: {"q": [text]}),
    "phone": st.builds(
        lambda n, e: {"q": [f"{n}{e}"]},
        st.sampled_from(
            [
                "01632 960 001",
                "07700 900982",
                "+44 808 157 0192",
                "+33 1 70 18 99 00",
                "020 7946 0000",
            ]
        ),
        st.sampled_from(["", " ext 12", " x3", "#44"]),
    ),
    "whole-number": st.integers(-50, 2000).map(lambda n: {"q": [f"{n:,}"]}),
    "money": st.integers(0, 200_000).map(lambda n: {"q": [f"£{n / 100:,.2f}"]}),
    "date": st.dates(date(1890, 1, 1), date(2110, 1, 1)).map(
        lambda d: {"q-day": [str(d.day)], "q-month": [f"{d:%B}"], "q-year": [str(d.year)]}
    ),
    "yes-no": st.sampled_from(["yes", "no"]).map(lambda w: {"q": [w]}),
    "radios": st.sampled_from(sorted(OPTIONS)).map(lambda w: {"q": [w]}),
    "select": st.one_of(
        st.sampled_from(sorted(OPTIONS)).map(lambda w: {"q": [w]}),
        st.sampled_from(["Ireland", "holland", "türkiye", "UK"]).map(lambda w: {"q-query": [w]}),
        st.sampled_from(["FR", "DE"]).map(lambda w: {"q": [w], "q-query": [""]}),
    ),
    "checkboxes": st.lists(st.sampled_from(["none", *OPTIONS]), min_size=1).map(lambda w: {"q": w}),
    "name": st.builds(lambda f, last: {"q-first": [f], "q-last": [last]}, words, words),
    "address": st.one_of(
        st.sampled_from(ADDRESSES).map(lambda a: {"q": [a.uprn], "q-query": [a.postcode]}),
        hand_made,
    ),
    "location": st.one_of(
        words.map(lambda text: {"q-description": [text]}),
        st.builds(
            lambda lat, long, text: {
                "q-latitude": [lat],
                "q-longitude": [long],
                "q-description": [text],
            },
            st.decimals("51.26", "51.29", places=9).map(str),
            st.decimals("0.18", "0.21", places=9).map(str),
            st.one_of(st.just(""), words),
        ),
        st.sampled_from(STREETS).map(
            lambda s: {
                "q-query": ["fenwick"],
                "q": [f",{s.usrn},{s.easting},{s.northing},{s.latitude},{s.longitude}"],
            }
        ),
    ),
    "file": st.lists(st.sampled_from([file.id for file in FILES]), min_size=1, max_size=4).map(
        lambda i: {"q": i}
    ),
    "declaration": st.just({"q": ["yes"]}),
    "decimal": st.decimals("-1.5", "1000", places=2).map(lambda n: {"q": [f"{n:,}"]}),
    "month": st.dates(date(1890, 1, 1), date(2110, 1, 1)).map(
        lambda d: {"q-month": [f"{d:%b}"], "q-year": [str(d.year)]}
    ),
    "date-range": st.builds(
        lambda first, days: typed_range(first, first + timedelta(days)),
        st.dates(TODAY, date(2027, 6, 1)),
        st.integers(0, 20),
    ),
    "organisation": st.builds(
        lambda text, n: {"q-name": [text], "q-number": [n]},
        words,
        st.sampled_from(["", "1234567", "sc 123456", "IP12345R"]),
    ),
    "company-number": st.from_regex(r"(SC|NI|OC|R0|)[0-9]{1,6}", fullmatch=True).map(
        lambda text: {"q": [text]}
    ),
    "charity-number": st.from_regex(r"([1-9][0-9]{5,6}|SC0[0-9]{5})", fullmatch=True).map(
        lambda text: {"q": [text]}
    ),
    "vehicle-registration": st.from_regex(
        r"[A-HJ-P]{2}[0-9]{2} ?[A-H]{3}|[a-z]{3} [1-9][0-9]{0,3}", fullmatch=True
    ).map(lambda text: {"q": [text]}),
    "national-insurance-number": st.from_regex(
        r"[A-C]{2} ?[0-9]{2}[ -]?[0-9]{2} ?[0-9]{2} ?[A-Da-d]", fullmatch=True
    ).map(lambda text: {"q": [text]}),
    "reference": st.sampled_from(["12345674", "1234 5", "ct123473", "AB-12/34"]).map(
        lambda text: {"q": [text]}
    ),
    "uprn": st.sampled_from(ADDRESSES).map(lambda a: {"q": [f"00{a.uprn}"]}),
    "usrn": st.integers(1, 99_999_999).map(lambda n: {"q": [f"{n:08}"]}),
    "bank-details": st.builds(
        lambda name, code, number, roll: {
            "q-name": [name],
            "q-sort-code": [code],
            "q-account-number": [f"{number:06}"],
            "q-roll-number": [roll],
        },
        words,
        st.sampled_from(["20-00-00", "00 03 00", "00\u20131\u201300"]),
        st.integers(0, 99_999_999),
        st.sampled_from(["", "ab 123/4", "12-3"]),
    ),
    "international-address": st.builds(
        lambda line, town, code, country: {
            "q-line-1": [line],
            "q-town": [town],
            "q-postal-code": [code],
            "q-country": [country],
        },
        words,
        words,
        st.one_of(st.just(""), words),
        st.sampled_from(["FR", "United States", "cote d'ivoire"]),
    ),
    "likert": st.builds(
        lambda a, b: {"q-helpful": [a], "q-clear": [b], "q-clean": ["yes"]},
        st.sampled_from(["agree", "neither"]),
        st.sampled_from(["agree", ""]),
    ),
    "appointment": st.builds(
        lambda ahead, time: {"q": [f"{TODAY + timedelta(ahead)}{time}"], "q-shown": ["7"]},
        st.integers(0, 60),
        st.sampled_from(["", " 09:00", " 13:00"]),
    ),
    "scale": st.integers(0, 10).map(lambda n: {"q": [str(n)]}),
}


@pytest.mark.parametrize("asked", [p for p in ASKING if p.values[0].type in VALUES])  # type: ignore[union-attr]
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.data())
def test_a_good_answer_survives_its_page_its_storage_and_a_condition(
    asked: Question, data: st.DataObject
) -> None:
    value = FIELD_TYPES[asked.type].parse(asked, data.draw(VALUES[asked.type]), asking())
    assume(value is not None and not is_mistake(value) and not isinstance(value, Unfinished))
    assert_kept(asked, value)


def test_every_type_the_brief_of_a_form_names_is_there() -> None:
    assert set(SETTINGS) <= set(FIELD_TYPES)
    assert all(field.name == name for name, field in FIELD_TYPES.items())


def test_content_blocks_ask_nothing_and_post_nothing() -> None:
    blocks = {name for name, field in FIELD_TYPES.items() if not field.asks}
    assert blocks == {"markdown", "inset", "warning", "details"}
    for name in blocks:
        block = FIELD_TYPES[name]
        asked = question(name, SETTINGS[name][0])
        assert block.inputs(asked) == ()
        assert block.parse(asked, {"q": ["forged"]}, asking()) is None
        assert block.show(asked, None) == ()


def test_a_name_and_a_place_say_themselves_in_conditions() -> None:
    name = FIELD_TYPES["name"].cel(PersonName("Siân", "O'Brien"))
    assert name == {"first": "Siân", "last": "O'Brien", "full": "Siân O'Brien"}
    place = FIELD_TYPES["location"].cel(Place("High Street, Fenwick\nby the oak", 5, 6, usrn="7"))
    assert place["one_line"] == "High Street, Fenwick, by the oak"
    assert (place["easting"], place["usrn"], place["uprn"]) == ("5", "7", "")
    assert as_postcode("zz1 1aa") == "ZZ1 1AA"
