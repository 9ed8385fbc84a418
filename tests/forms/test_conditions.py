# ruff: noqa: E501  # a table reads best a line to a case
"""Conditions: an answer not given is unknown, and no expression can raise, loop or run away."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.bank_holidays import bank_holidays
from portal.core.dates import Today
from portal.forms.conditions import LONGEST, RESERVED, Expression, Mistake, Vocabulary, evaluate
from tests.forms.hall import vocabulary

TODAY = Today(date(2026, 11, 24), bank_holidays())
WORDS = vocabulary()


def day(year: int, month: int, number: int) -> datetime:
    return datetime(year, month, number, tzinfo=UTC)


def compiled(text: str, words: Vocabulary = WORDS) -> Expression:
    expression = words.compile(text)
    assert isinstance(expression, Expression), expression
    return expression


def value(text: str, today: Today = TODAY, **scope: Any) -> Any:
    return evaluate(compiled(text), scope, today)


def mistake(text: str) -> Mistake:
    found = WORDS.compile(text)
    assert isinstance(found, Mistake), found
    return found


@pytest.mark.parametrize(
    ("text", "known", "result"),
    [
        ("owner || plots > 1", {"owner": True}, True),
        ("plots > 1 || owner", {"owner": True}, True),
        ("owner || plots > 1", {"owner": False}, None),
        ("owner && plots > 1", {"owner": False}, False),
        ("plots > 1 && owner", {"owner": False}, False),
        ("owner && plots > 1", {"owner": True}, None),
        ("!owner", {}, None),
        ("owner == owner", {}, None),
        ("owner ? plots > 1 : true", {"owner": False}, True),
        ("owner ? plots > 1 : true", {"owner": True}, None),
        ("owner ? true : true", {}, None),
        ("request in ['a', 'b']", {}, None),
        ("'tyres' in waste", {}, None),
        ("working_days_until(begins) < 5", {}, None),
        ("property.uprn == '1'", {"property": {}}, None),
        ("has(property.uprn)", {"property": {}}, False),
        ("true", {}, True),
    ],
)
def test_what_is_not_answered_is_unknown_unless_it_cannot_matter(
    text: str, known: dict[str, Any], result: bool | None
):
    assert value(text, **known) is result


@given(st.data())
def test_and_or_and_not_are_kleenes(data: st.DataObject):
    truth = st.sampled_from([True, False, None])
    words = Vocabulary({"a": "bool", "b": "bool"})
    known = {name: given for name in "ab" if (given := data.draw(truth)) is not None}
    a, b = known.get("a"), known.get("b")
    both = False if False in (a, b) else None if None in (a, b) else True
    either = True if True in (a, b) else None if None in (a, b) else False
    assert evaluate(compiled("a && b", words), known, TODAY) is both
    assert evaluate(compiled("a || b", words), known, TODAY) is either
    assert evaluate(compiled("!a", words), known, TODAY) is (None if a is None else not a)


@pytest.mark.parametrize(
    ("text", "scope", "result"),
    [
        ("today() == begins", {"begins": day(2026, 11, 24)}, True),
        ("days_until(begins)", {"begins": day(2026, 11, 24)}, 0),
        ("days_until(begins)", {"begins": day(2026, 12, 1)}, 7),
        ("days_until(begins)", {"begins": day(2026, 11, 23)}, -1),
        ("days_between(begins, ends)", {"begins": day(2028, 2, 28), "ends": day(2028, 3, 1)}, 2),
        ("days_between(ends, begins)", {"begins": day(2028, 2, 28), "ends": day(2028, 3, 1)}, -2),
        ("working_days_until(begins)", {"begins": day(2026, 11, 24)}, 0),
        ("working_days_until(begins)", {"begins": day(2026, 11, 25)}, 0),
        ("working_days_until(begins)", {"begins": day(2026, 11, 26)}, 1),
        ("working_days_until(begins)", {"begins": day(2026, 11, 20)}, 0),
        ("working_days_until(begins)", {"begins": day(2026, 12, 9)}, 10),
        (
            "working_days_between(begins, ends)",
            {"begins": day(2026, 12, 24), "ends": day(2026, 12, 30)},
            1,  # Christmas Day, the weekend, and 28 December for Boxing Day do not count
        ),
        ("add_working_days(begins, 1) == ends", {"begins": day(2026, 12, 24), "ends": day(2026, 12, 29)}, True),
        ("add_working_days(begins, 0) == begins", {"begins": day(2026, 12, 25)}, True),
        ("add_working_days(begins, -3) == begins", {"begins": day(2026, 12, 25)}, True),
        ("age(begins)", {"begins": day(2008, 11, 24)}, 18),
        ("age(begins)", {"begins": day(2008, 11, 25)}, 17),
        ("hours_between(begins, 0, ends, 0)", {"begins": day(2026, 1, 1), "ends": day(2026, 1, 8)}, 168),
        ("hours_between(begins, 0, ends, 1)", {"begins": day(2026, 1, 1), "ends": day(2026, 1, 8)}, 169),
        ("hours_between(begins, 60, ends, 0)", {"begins": day(2026, 1, 1), "ends": day(2026, 1, 1)}, -1),
        ("hours_between(begins, 59, ends, 0)", {"begins": day(2026, 1, 1), "ends": day(2026, 1, 1)}, 0),
        ("pounds(45)", {}, 4500),
        ("size(waste)", {"waste": ["a", "b"]}, 2),
        ("waste.exists(w, w == 'b')", {"waste": ["a", "b"]}, True),
        ("waste.all(w, w == 'b')", {"waste": []}, True),
        ("person.first == 'Ann'", {"person": {"first": "Ann"}}, True),
        ("request.startsWith('n')", {"request": "number-new"}, True),
    ],
)  # fmt: skip
def test_the_calendar_and_the_rest_count_as_the_law_does(
    text: str, scope: dict[str, Any], result: Any
):
    assert value(text, **scope) == result


@pytest.mark.parametrize(
    ("on", "age"),
    [
        (date(2026, 2, 28), 17),
        (date(2026, 3, 1), 18),
        (date(2028, 2, 28), 19),
        (date(2028, 2, 29), 20),
    ],
)
def test_a_person_born_on_29_february_is_older_on_1_march_or_on_the_day(on: date, age: int):
    assert value("age(begins)", Today(on), begins=day(2008, 2, 29)) == age


DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))


@given(DAYS, DAYS)
def test_working_days_are_those_a_clerk_would_tick_off(start: date, end: date):
    holidays = bank_holidays()
    ticked, at = 0, start + timedelta(days=1)
    while at < end:
        ticked += at.isoweekday() <= 5 and at not in holidays
        at += timedelta(days=1)
    said = value(
        "working_days_between(begins, ends)",
        begins=day(start.year, start.month, start.day),
        ends=day(end.year, end.month, end.day),
    )
    assert said == ticked


@given(DAYS, st.integers(1, 60))
def test_a_day_so_many_working_days_on_is_itself_one(start: date, count: int):
    begins = day(start.year, start.month, start.day)
    end = value(f"add_working_days(begins, {count})", begins=begins)
    assert end.isoweekday() <= 5
    assert end.date() not in bank_holidays()
    assert value("working_days_between(begins, ends)", begins=begins, ends=end) == count - 1


BIG = 2**63 - 1


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("plots + 1 > 0", {"plots": BIG}),
        ("plots * plots > 0", {"plots": BIG}),
        ("-plots - 2 > 0", {"plots": BIG}),
        ("pounds(plots) > 0", {"plots": BIG}),
        ("plots / 0 == 1", {"plots": 1}),
        ("plots % 0 == 1", {"plots": 1}),
        ("plots > 1", {"plots": 2**63}),
        ("plots > 1", {"plots": 10**400}),
        ("plots > 1", {"plots": "ten"}),
        ("plots > 1", {"plots": None}),
        ("request == 'a'", {"request": "\ud800"}),
        ("request.matches('(')", {"request": "a"}),
        ("request.matches('(x{1000}){1000}')", {"request": "a"}),
        ("waste[9] == 'a'", {"waste": ["a"]}),
        ("waste[-1] == 'a'", {"waste": ["a"]}),
        ("property.uprn > 1", {"property": {"uprn": "a"}}),
        ("int(request) == 1", {"request": "x"}),
        ("timestamp(request) == begins", {"request": "x", "begins": day(2026, 1, 1)}),
        ("begins + duration('99999999h') > begins", {"begins": day(9999, 1, 1)}),
        ("add_working_days(begins, 9) > begins", {"begins": day(9999, 12, 31)}),
        ("today().getHours('No/Where') == 1", {}),
    ],
)  # fmt: skip
def test_what_cannot_be_worked_out_is_unknown(text: str, scope: dict[str, Any]):
    assert value(text, **scope) is None


def test_a_slip_of_the_finger_in_a_number_of_working_days_ends_soon():
    assert value("add_working_days(begins, plots) > begins", begins=day(2026, 1, 1), plots=BIG)


def test_centuries_of_working_days_are_counted_at_once():
    scope = {"begins": day(1, 1, 2), "ends": day(9999, 12, 31)}
    assert value("working_days_between(begins, ends)", **scope) > 2_000_000


@pytest.mark.parametrize(
    "text",
    [
        "waste.all(a, waste.all(b, waste.all(c, waste.all(d, true))))",
        "waste.all(a, waste.all(b, waste.all(c, a.matches('(x+x+)+y') || true)))",
        "[1,2,3,4,5,6,7,8,9].all(a, " * 8 + "true" + ")" * 8,
    ],
)
def test_a_loop_in_a_loop_is_stopped_and_unknown(text: str):
    words = [f"{n}" for n in range(50)]
    assert evaluate(compiled(text), {"waste": words}, TODAY) is None


def test_a_list_of_fifty_within_a_list_of_fifty_is_gone_through():
    words = [f"{n}" for n in range(50)]
    assert evaluate(compiled("waste.all(a, waste.all(b, b != 'x'))"), {"waste": words}, TODAY)


def test_numbers_of_a_list_are_added_up():
    items = [{"weight": 40}, {"weight": 2}]
    assert listed("sum(items.map(i, i.weight))", items) == 42
    assert listed("sum(items.filter(i, i.weight > 2).map(i, i.weight))", items) == 40
    assert listed("sum(items.map(i, i.weight))", []) == 0
    assert listed("sum(items.map(i, i.weight))", [{"weight": 40}, {}]) is None


def listed(text: str, items: list[dict[str, Any]]) -> Any:
    expression = Vocabulary({"items": "list(map(string, dyn))"}).compile(text)
    assert isinstance(expression, Expression), expression
    return evaluate(expression, {"items": items}, TODAY)


def test_a_pattern_that_hangs_other_engines_is_answered():
    assert value("request.matches('(a+)+$b')", request="a" * 10_000) is False
    assert value("request.matches('(a|aa)+c')", request="a" * 10_000) is False


@pytest.mark.parametrize(
    "text",
    [
        "[request].map(a, a + a).map(a, a + a).size() > 1",
        "waste.exists(a, a + a == 'x')",
        "waste.exists(a, dyn(a) + dyn(a) == 'x')",
        "waste.exists(a, bytes(a) + bytes(a) == b'x')",
        "(waste + waste).size() > 1",
    ],
)
def test_an_expression_that_could_fill_the_memory_is_refused(text: str):
    assert mistake(text).message == "a condition cannot build lists or texts"


@pytest.mark.parametrize(
    ("text", "offset", "message", "hint"),
    [
        ("requst == 'a'", 0, "there is no question called requst", "Did you mean request?"),
        ("request == 'é😀' && plos > 1", 19, "there is no question called plos", "Did you mean plots?"),
        ("owner &&\n  plos > 1", 11, "there is no question called plos", "Did you mean plots?"),
        ("owner.name.x", 5, "expression of type 'bool' cannot be the operand of a select operation", ""),
        ("zebra.stripes == 1", 0, "there is no question called zebra", "Use the name after `question:`."),
        ("plots > '5'", 6, "> does not work between a number and a text", 'Text goes in quotes ("yes"), numbers do not.'),
        ("!plots", 0, "! does not work on a number", 'Text goes in quotes ("yes"), numbers do not.'),
        ("plots in request", 6, "in does not work between a number and a text", 'Text goes in quotes ("yes"), numbers do not.'),
        ("age(plots) > 1", 0, "age() takes a date, not a number", ""),
        ("owner && working_days_until(request) > 1", 9, "working_days_until() takes a date, not a text", ""),
        ("age() > 1", 0, "age() takes a date in its brackets", ""),
        ("today(1) > 1", 0, "today() takes nothing in its brackets", ""),
        ("plots.size() > 1", 6, "size() does not work on a number", ""),
        ("plots = 1", 6, "the expression is not complete or has a slip", 'For example: request == "new" && plots > 10'),
        ("plots ==", 8, "the expression is not complete or has a slip", 'For example: request == "new" && plots > 10'),
        ("plots == 1 and owner", 11, "the expression is not complete or has a slip", 'For example: request == "new" && plots > 10'),
        ("(" * 60 + "owner" + ")" * 60, 0, "the expression is nested too deeply or has too many parts", "Split it between two pages."),
        ("plots" + " + 1" * 90 + " > 1", 0, "the expression is nested too deeply or has too many parts", "Split it between two pages."),
        ("owner || " * 100 + "owner", 0, f"the expression is longer than {LONGEST} characters", ""),
        ("\ud800", 0, "the expression is not complete or has a slip", 'For example: request == "new" && plots > 10'),
    ],
)  # fmt: skip
def test_a_mistake_says_what_where_and_how_to_mend_it(
    text: str, offset: int, message: str, hint: str
):
    found = mistake(text)
    assert (found.offset, found.message, found.hint) == (offset, message, hint)


def test_a_function_that_is_not_there_names_those_that_are():
    found = mistake("size_of(plots) > 1")
    assert (found.offset, found.message) == (0, "there is no function called size_of")
    assert "working_days_until" in found.hint


@pytest.mark.parametrize("name", sorted(RESERVED | {"Foo Bar", "", "a-b", "1a"}))
def test_a_name_no_question_may_have_does_not_spoil_the_others(name: str):
    words = Vocabulary({name: "string", "plots": "int"})
    assert evaluate(compiled("plots > 1", words), {"plots": 2}, TODAY) is True


def test_what_an_expression_reads_is_known():
    expression = compiled("owner && waste.exists(w, w == request) || age(begins) > 1")
    assert expression.reads == {"owner", "waste", "request", "begins"}


GRAMMAR = st.recursive(
    st.sampled_from(
        [
            "plots",
            "minute",
            "request",
            "begins",
            "ends",
            "owner",
            "waste",
            "property.uprn",
            "person.first",
            "today()",
            "1",
            "0",
            "-1",
            str(BIG),
            "'a'",
            "''",
            "true",
            "null",
            "2.5",
        ]
    ),
    lambda inner: st.one_of(
        st.tuples(
            inner,
            st.sampled_from(
                ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "in"]
            ),
            inner,
        ).map(lambda of: f"({of[0]} {of[1]} {of[2]})"),
        inner.map(lambda of: f"!{of}"),
        inner.map(lambda of: f"pounds({of})"),
        inner.map(lambda of: f"age({of})"),
        inner.map(lambda of: f"working_days_until({of})"),
        st.tuples(inner, inner).map(lambda of: f"add_working_days({of[0]}, {of[1]})"),
        st.tuples(inner, inner, inner).map(lambda of: f"({of[0]} ? {of[1]} : {of[2]})"),
        inner.map(lambda of: f"waste.exists(w, {of})"),
    ),
    max_leaves=6,
)
MOMENTS = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
SCOPE = st.fixed_dictionaries(
    {},
    optional={
        "plots": st.integers(-(2**63), BIG),
        "minute": st.integers(0, 1439),
        "request": st.text(max_size=5),
        "begins": MOMENTS,
        "ends": MOMENTS,
        "owner": st.booleans(),
        "waste": st.lists(st.text(max_size=3), max_size=3),
        "person": st.dictionaries(st.sampled_from(["first", "last"]), st.text(max_size=3)),
        "property": st.dictionaries(st.just("uprn"), st.text(max_size=3) | st.integers(0, 9)),
    },
)


@settings(max_examples=300, deadline=None)
@given(GRAMMAR, SCOPE)
def test_no_expression_of_any_answers_raises(text: str, scope: dict[str, Any]):
    expression = WORDS.compile(text)
    if isinstance(expression, Expression):
        evaluate(expression, scope, TODAY)
    else:
        assert 0 <= expression.offset <= len(text)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(codec=None), max_size=40))
def test_no_text_makes_the_compiler_raise(text: str):
    found = WORDS.compile(text)
    assert isinstance(found, Expression) or 0 <= found.offset <= len(text) + 1
