"""The solver's reading of an expression and of the calendar agrees with the engine's."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.bank_holidays import bank_holidays
from portal.core.dates import Today, add_working_days, is_working_day, working_days_between
from portal.forms.conditions import Expression, Vocabulary, evaluate
from portal.forms.proofs import calendar
from portal.forms.proofs.expressions import Expressions, Texts
from portal.forms.proofs.syntax import operands, spelt, tree_of
from portal.forms.proofs.terms import Known, Listed, Moment, Named, Number, Text, Truth

HOLIDAYS = bank_holidays()
VOCABULARY = Vocabulary(
    {
        "n": "int",
        "m": "int",
        "b": "bool",
        "t": "string",
        "d": "timestamp",
        "e": "timestamp",
        "w": "list(string)",
        "a": "map(string, string)",
    }
)
DAYS = st.dates(date(2024, 1, 1), date(2029, 12, 31))
BORN = st.dates(date(1900, 1, 1), date(2100, 12, 31))
WORDS = st.sampled_from(["", "x", "y", "xy", "London"])
SCOPES = st.fixed_dictionaries(
    {},
    optional={
        "n": st.integers(-60, 60),
        "m": st.integers(-5, 5),
        "b": st.booleans(),
        "t": WORDS,
        "d": DAYS,
        "e": DAYS,
        "w": st.lists(st.sampled_from(["x", "y", "xy"]), min_size=1, unique=True),
        "a": st.fixed_dictionaries({"town": WORDS, "uprn": WORDS}),
    },
)
NUMBERS = st.sampled_from(
    [
        "n", "m", "3", "n + m", "n - 2", "n * 2", "-n", "n / m", "n % m", "size(w)", "size(t)",
        "days_until(d)", "days_between(d, e)", "working_days_until(d)", "age(d)",
        "working_days_between(d, e)", "hours_between(d, n, e, m)", "pounds(n)", "(b ? n : m)",
        "d.getFullYear()", "d.getMonth()", "d.getDate()", "d.getDayOfWeek()",
    ]
)  # fmt: skip
SMALL = st.one_of(
    st.tuples(NUMBERS, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), NUMBERS).map(" ".join),
    st.sampled_from(
        [
            "b", "!b", 't == "x"', 't != "y"', '"x" in w', "n in [1, 2, 3]", 't in ["x", "London"]',
            "d < e", "d <= today()", 'd + duration("36h") > e', 'e - d > duration("48h")',
            "add_working_days(d, m) >= e", "d == e", 'a.town == "London"', "a.town == t",
            'a["uprn"] != ""', "has(a.town)", 'w == ["x", "y"]', 'w[0] == "x"', 'a.other == "x"',
            'w.exists(v, v == "x")', 'w.all(v, v != "y")', 'w.exists_one(v, v.startsWith("x"))',
            'size(w.filter(v, v != "x")) > 1', 't.startsWith("x")', 't.contains("ond")',
            't.endsWith("y")', 'today() > timestamp("2026-11-27T12:00:00Z")', "b == (n > 0)",
        ]
    ),
)  # fmt: skip
CONDITIONS = st.recursive(
    SMALL,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda p: f"({' '.join(p)})"),
        inner.map(lambda c: f"!({c})"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} ? {p[1]} : {p[2]})"),
    ),
    max_leaves=4,
)


def solver_says(condition: str, scope: dict[str, Any], today: Today) -> bool | None:
    """True, false, or None for unknown, with every answer fixed."""
    texts = Texts()
    texts.asks_size = True
    day = z3.Int("today")
    answers = {name: Known(False, kind) for name, kind in ABSENT.items()}
    facts: list[Any] = [day == calendar.number_of(today.on)]
    for name, value in scope.items():
        answers[name] = Known(True, fixed(name, value, texts, facts))
    compiled = VOCABULARY.compile(condition)
    assert isinstance(compiled, Expression), compiled
    expressions = Expressions(answers, day, today.on, today.bank_holidays, texts, [])
    known = expressions.condition(compiled)
    solver = z3.Solver()
    solver.add(*facts, *expressions.facts, *texts.facts())
    assert not expressions.free, "the expression is not modelled"
    assert solver.check() == z3.sat
    outcomes: set[bool | None] = set()
    for outcome, term in ((True, known.holds), (False, known.fails), (None, unknown(known))):
        solver.push()
        solver.add(term)
        if solver.check() == z3.sat:
            outcomes.add(outcome)
        solver.pop()
    assert len(outcomes) == 1
    return outcomes.pop()


def unknown(known: Known) -> Any:
    return not known.known if isinstance(known.known, bool) else z3.Not(known.known)


ABSENT = {
    "n": Number(0),
    "m": Number(0),
    "b": Truth(False),
    "t": Text(0),
    "d": Moment(0),
    "e": Moment(0),
    "w": Listed(()),
    "a": Named((("town", Text(0)), ("uprn", Text(0)))),
}


def fixed(name: str, value: Any, texts: Texts, facts: list[Any]) -> Any:
    """A variable that is known to have this value: so that nothing is folded beforehand."""
    if name == "w":
        flags = {word: z3.Bool(f"w {word}") for word in ("x", "y", "xy")}
        facts += [flag == (word in value) for word, flag in flags.items()]
        return Listed(tuple((flag, Text(texts.number(word))) for word, flag in flags.items()))
    if name == "a":
        return Named(tuple((part, fixed(part, text, texts, facts)) for part, text in value.items()))
    if isinstance(value, bool):
        flag = z3.Bool(name)
        facts.append(flag == value)
        return Truth(flag)
    number = z3.Int(name)
    if isinstance(value, date):
        facts.append(number == calendar.number_of(value))
        return Moment(number)
    facts.append(number == (texts.number(value) if isinstance(value, str) else value))
    return Text(number) if isinstance(value, str) else Number(number)


def engine_says(condition: str, scope: dict[str, Any], today: Today) -> bool | None:
    compiled = VOCABULARY.compile(condition)
    assert isinstance(compiled, Expression)
    order = ["x", "y", "xy"]
    seen = {
        name: datetime(value.year, value.month, value.day, tzinfo=UTC)
        if isinstance(value, date)
        else sorted(value, key=order.index)
        if isinstance(value, list)
        else value
        for name, value in scope.items()
    }
    return evaluate(compiled, seen, today)


@settings(max_examples=300, deadline=None)
@given(CONDITIONS, SCOPES, DAYS)
def test_the_solver_and_the_engine_read_every_expression_alike(
    condition: str, scope: dict[str, Any], on: date
) -> None:
    today = Today(on, HOLIDAYS)
    assert solver_says(condition, scope, today) == engine_says(condition, scope, today)


def value(term: Any) -> int:
    return z3.simplify(term).as_long()


@settings(max_examples=150, deadline=None)
@given(BORN, BORN)
def test_completed_years_and_the_parts_of_a_date_are_exact(born: date, on: date) -> None:
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    first, second = (z3.IntVal(calendar.number_of(day)) for day in (born, on))
    assert value(calendar.years_between(first, second)) == years
    assert value(calendar.year_of(first)) == born.year
    assert value(calendar.month_of(first)) == born.month - 1
    assert value(calendar.day_of_month(first)) == born.day - 1


@pytest.mark.parametrize("day", ["1900-01-01", "1900-02-28", "1900-03-01", "2000-02-29",
                                 "2024-02-29", "2100-02-28", "2100-03-01", "2100-12-31"])  # fmt: skip  # noqa: E501
def test_the_edges_of_the_calendar_are_exact(day: str) -> None:
    edge = date.fromisoformat(day)
    number = z3.IntVal(calendar.number_of(edge))
    assert value(calendar.year_of(number)) == edge.year
    assert value(calendar.month_of(number)) == edge.month - 1
    assert value(calendar.day_of_month(number)) == edge.day - 1


@settings(max_examples=40, deadline=None)
@given(DAYS, DAYS, st.integers(-3, 40))
def test_working_days_are_counted_as_the_council_counts_them(
    start: date, end: date, days: int
) -> None:
    one_by_one = sum(
        is_working_day(start + timedelta(days=n), HOLIDAYS) for n in range(1, (end - start).days)
    )
    assert working_days_between(start, end, HOLIDAYS) == one_by_one
    numbers = (z3.IntVal(calendar.number_of(day)) for day in (start, end))
    assert value(calendar.working_days_between(*numbers, HOLIDAYS)) == one_by_one
    after = add_working_days(start, days, HOLIDAYS)
    for day in (after, after + timedelta(days=1), after - timedelta(days=1)):
        holds = calendar.is_so_many_working_days_after(
            z3.IntVal(calendar.number_of(day)),
            z3.IntVal(calendar.number_of(start)),
            z3.IntVal(days),
            HOLIDAYS,
        )
        assert z3.is_true(z3.simplify(holds)) is (day == after)


def test_an_operand_is_quoted_as_the_designer_wrote_it() -> None:
    compiled = VOCABULARY.compile('n > 3 && (b || !("x" in w)) && a.town == "London"')
    assert isinstance(compiled, Expression)
    said = [spelt(operand) for operand, _, _ in operands(tree_of(compiled))]
    assert {"n > 3", "b", '!("x" in w)', 'a.town == "London"'} <= set(said)
