"""Expressions as the solver sees them: what CEL gives, and whether it gives anything.

Every operator is strict (unknown in, unknown out) but `&&`, `||` and `?:`, as the CEL
specification has it. What is not modelled is a free value: a proof that does not need it stands,
and a counter-example that does is tried in the engine before anybody hears of it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import replace
from datetime import date, datetime

import z3

from portal.forms.conditions import Expression
from portal.forms.proofs import calendar
from portal.forms.proofs.syntax import (
    AND,
    NOT,
    OR,
    Call,
    Comprehension,
    Constant,
    ListOf,
    Name,
    Node,
    Part,
    tree_of,
)
from portal.forms.proofs.terms import (
    Free,
    Known,
    Listed,
    Moment,
    Named,
    Number,
    Record,
    Span,
    Term,
    Text,
    Truth,
    Value,
    as_term,
    choose,
    count,
    every,
    implies,
    no,
    some,
)

A_DAY = 86_400
"""Seconds."""
FRESH = 100_000
"""Texts written in a form have numbers below this; any other text has a larger one."""
_SIZED = 1_000_000
_PATIENCE = 500
"""Milliseconds for a question asked while expressions are read."""
_DURATION = re.compile(r"(?P<sign>-?)(?:(?P<h>\d+)h)?(?:(?P<m>\d+)m)?(?:(?P<s>\d+)s)?")
_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": str.__contains__,
}
_NEVER_FAILS = frozenset({*_TESTS, "size", "matches", "string", "dyn", "_+_", "type"})
Scope = Mapping[str, Known]


class Texts:
    """The texts of one form: those written in it by number, and what is known of the others."""

    def __init__(self) -> None:
        self.written: dict[str, int] = {"": 0}
        self.tests: dict[tuple[str, str], z3.FuncDeclRef] = {}
        self.size = z3.Function("size", z3.IntSort(), z3.IntSort())
        self.asks_size = False
        self._sizes: set[int] = set()
        self._asserted: set[tuple[str, str, str]] = set()

    def number(self, text: str) -> int:
        """The number that stands for a text."""
        return self.written.setdefault(text, len(self.written))

    def text(self, number: int) -> str | None:
        """The text a number stands for; None when it is any other."""
        return next((text for text, its in self.written.items() if its == number), None)

    def test(self, function: str, literal: str) -> z3.FuncDeclRef:
        """Whether a text begins with, ends with or contains a literal, as a function."""
        key = (function, literal)
        if key not in self.tests:
            name = f"{function} {literal}"
            self.tests[key] = z3.Function(name, z3.IntSort(), z3.BoolSort())
        return self.tests[key]

    def of_size(self, size: int) -> int:
        """The number of a text nobody wrote that has so many characters."""
        self._sizes.add(size)
        return _SIZED + size

    def facts(self) -> list[Term]:
        """What is true of the texts written in the form, as far as it was not said before."""
        said: list[Term] = []
        new = [size for size in sorted(self._sizes) if self._is_new("", "of size", str(size))]
        said.extend(self.size(_SIZED + size) == size for size in new)
        for text, number in self.written.items():
            for function, literal in self.tests:
                if function in _TESTS and self._is_new(text, function, literal):
                    holds = self.tests[function, literal](number)
                    said.append(holds if _TESTS[function](text, literal) else z3.Not(holds))
            if self.asks_size and self._is_new(text, "size", ""):
                said.append(self.size(number) == len(text))
        return said

    def _is_new(self, *fact: str) -> bool:
        key = (fact[0], fact[1], fact[2])
        if key in self._asserted:
            return False
        self._asserted.add(key)
        return True


class Expressions:
    """Turns the expressions of one form into terms over its answers."""

    def __init__(
        self,
        answers: dict[str, Known],
        today: Term,
        first_day: date,
        bank_holidays: frozenset[date],
        texts: Texts,
        surroundings: list[Term],
    ) -> None:
        self._answers = answers
        """What each name stands for; it grows page by page, and nothing reads a later one."""
        self._today = today
        self._holidays = sorted(bank_holidays)
        self._to_come = sorted(day for day in bank_holidays if day > first_day)
        self.texts = texts
        self.facts: list[Term] = []
        """What is always true, said while expressions were read."""
        self._surroundings = surroundings
        """What is always true of the pages and answers so far."""
        self.derived: list[tuple[Term, Term]] = []
        """Values that are worked out beside an expression, and what fixes each."""
        self.free: list[Term] = []
        """The free values made so far."""
        self.limits: dict[str, tuple[int, int]] = {}
        """Question → what its answer is between."""
        self._place = ""
        self._trees: dict[str, Node] = {}
        self._read: dict[str, Known] = {}

    def within(self, place: str) -> "Expressions":
        """The same inside an item: what is named there is not known outside."""
        inside = copy(self)
        inside._answers = dict(self._answers)  # noqa: SLF001  # its own kind
        inside._read = {}  # noqa: SLF001
        inside._place = place  # noqa: SLF001
        return inside

    def knows(self, names: Iterable[str]) -> bool:
        """Whether everything was named by now."""
        return self._answers.keys() >= set(names)

    def tree(self, expression: Expression) -> Node:
        """The tree of an expression, always the same object."""
        if expression.text not in self._trees:
            self._trees[expression.text] = tree_of(expression)
        return self._trees[expression.text]

    def named(self, name: str) -> Known:
        """What a name stands for."""
        return self._answers.get(name, Known(False, Truth(False)))

    def name(self, name: str, known: Known) -> None:
        """Let a name stand for something from now on."""
        self._answers[name] = known

    def worked_out(self, expression: Expression) -> Known:
        """An expression of any type."""
        return self._node(self.tree(expression), self._answers)

    def condition(self, expression: Expression) -> Known:
        """A condition."""
        if expression.text not in self._read:
            self._read[expression.text] = self.truth(self.tree(expression))
        return self._read[expression.text]

    def truth(self, node: Node) -> Known:
        """A part of a condition that is a yes or no itself."""
        known = self._node(node, self._answers)
        return Known(known.known, Truth(self.as_truth(known.value)))

    def _node(self, node: Node, scope: Scope) -> Known:  # noqa: C901, PLR0911  # one branch a node
        match node:
            case Constant(bool() as value):
                return Known(True, Truth(value))
            case Constant(int() as value):
                return Known(True, Number(value))
            case Constant(str() as value):
                return Known(True, Text(self.texts.number(value)))
            case Name(name) if name in scope:
                return scope[name]
            case Part():
                return self._part(node, scope)
            case ListOf(items):
                read = [self._node(item, scope) for item in items]
                entries = tuple((True, item.value) for item in read)
                return Known(every(*(item.known for item in read)), Listed(entries))
            case Comprehension():
                return self._fold(node, scope)
            case Call("_&&_" | "_||_" as function, (left, right)):
                return self._both(function, self._boolean(left, scope), self._boolean(right, scope))
            case Call("_?_:_", (condition, then, otherwise)):
                return self._choice(self._boolean(condition, scope), then, otherwise, scope)
            case Call(function, arguments):
                read = [self._node(argument, scope) for argument in arguments]
                return self._call(function, read, node, scope)
            case _:
                return self._unmodelled(node, scope, (), surely=False)

    def _boolean(self, node: Node, scope: Scope) -> Known:
        known = self._node(node, scope)
        return Known(known.known, Truth(self.as_truth(known.value)))

    def _both(self, function: str, left: Known, right: Known) -> Known:
        if function == AND:
            fails = some(left.fails, right.fails)
            known = some(fails, every(left.known, right.known))
            return Known(known, Truth(no(fails)))
        holds = some(left.holds, right.holds)
        return Known(some(holds, every(left.known, right.known)), Truth(holds))

    def _choice(self, condition: Known, then: Node, otherwise: Node, scope: Scope) -> Known:
        left, right = self._node(then, scope), self._node(otherwise, scope)
        chosen = self.as_truth(condition.value)
        known = every(condition.known, choose(chosen, left.known, right.known))
        return Known(known, self._either(chosen, left.value, right.value, f"{then}{otherwise}"))

    def _either(self, chosen: Term, left: Value, right: Value, key: str) -> Value:
        match left, right:
            case Truth(a), Truth(b):
                return Truth(choose(chosen, a, b))
            case Number(a), Number(b):
                return Number(choose(chosen, a, b))
            case Text(a), Text(b):
                return Text(choose(chosen, a, b))
            case Moment(a, second), Moment(b, other) if second == other:
                return Moment(choose(chosen, a, b), second)
            case Listed(a, int()), Listed(b, int()) if a[: len(b)] == b:
                added = tuple((every(chosen, there), item) for there, item in a[len(b) :])
                return Listed((*b, *added))
            case _:
                return Free(f"either {key}")

    def _part(self, node: Part, scope: Scope) -> Known:
        of = self._node(node.of, scope)
        if isinstance(of.value, Record):
            part = dict(of.value.parts).get(node.name, Known(False, Text(0)))
            if node.asked:
                return Known(of.known, Truth(part.known))
            return Known(every(of.known, part.known), part.value)
        if not isinstance(of.value, Named):
            return self._unmodelled(node, scope, (of,), surely=False)
        parts = dict(of.value.parts)
        if node.asked:
            return Known(of.known, Truth(node.name in parts))
        if node.name not in parts:
            return Known(False, Text(0))
        return Known(of.known, parts[node.name])

    def _fold(self, node: Comprehension, scope: Scope) -> Known:
        over = self._node(node.over, scope)
        if not isinstance(over.value, Listed) or not _is_told_by_few(node, over.value):
            return self._unmodelled(node, scope, (over,), surely=False)
        result = self._node(node.begin, scope)
        for there, item in over.value.entries:
            inside = {**scope, node.variable: Known(True, item), node.result_name: result}
            after = self._node(node.step, inside)
            result = Known(
                choose(there, after.known, result.known),
                self._either(there, after.value, result.value, f"{node}{item}"),
            )
        if isinstance(result.value, Listed) and not isinstance(over.value.rest, int):
            made = self._with_rest(node, scope, result.value, over.value)
            result = Known(result.known, self._bounded(made, over.known))
        last = self._node(node.result, {**scope, node.result_name: result})
        return Known(every(over.known, last.known), last.value)

    def _with_rest(self, node: Comprehension, scope: Scope, made: Listed, over: Listed) -> Listed:
        """What map and filter make of the rest of a list."""
        match node.step:
            case Call("_+_", (Name(), ListOf((Part(Name(variable), name, False),)))) if (
                variable == node.variable
            ):
                return Listed(made.entries, over.rest, self.limits.get(name))
            case Call("_+_", (Name(), ListOf((Constant(int() as number),)))):
                return Listed(made.entries, over.rest, (number, number))
            case Call("_+_", _):
                return Listed(made.entries, over.rest)
            case _:  # some of them
                left = z3.Int(f"left of {node!r}{self._bound(scope)}")
                self.facts += [left >= 0, left <= over.rest]
                return Listed(made.entries, left)

    def _bounded(self, made: Listed, known: Term) -> Listed:
        """The same; when no number it has can be negative, none of the rest is: all are alike."""
        if made.limits is not None or not made.entries:
            return made
        there, item = made.entries[0]
        if not isinstance(item, Number):
            return made
        solver = z3.Solver()
        solver.set("timeout", _PATIENCE)
        solver.add(*self._surroundings, *self.facts, every(known, there, item.term < 0))
        return replace(made, limits=(0, None)) if solver.check() == z3.unsat else made

    def _sum(self, listed: Listed, node: Node, scope: Scope) -> Value | None:
        if not all(isinstance(item, Number) for _, item in listed.entries):
            return None
        total: Term = 0
        for there, item in listed.entries:
            assert isinstance(item, Number)  # noqa: S101
            total = total + choose(there, item.term, 0)
        if isinstance(listed.rest, int):
            return Number(total)
        others = z3.Int(f"sum of the rest {node!r}{self._bound(scope)}")
        self.facts.append(implies(listed.rest == 0, others == 0))
        if listed.limits is not None:
            first, last = listed.limits
            self.facts.append(others >= first * listed.rest)
            if last is not None:
                self.facts.append(others <= last * listed.rest)
        return Number(total + others)

    def _bound(self, scope: Scope) -> str:
        bound = [f"{name}={v.value!r}" for name, v in scope.items() if name not in self._answers]
        return f" {' '.join(bound)}{self._place}"

    def _call(self, function: str, read: list[Known], node: Node, scope: Scope) -> Known:
        known = every(*(argument.known for argument in read))
        values = [argument.value for argument in read]
        if function in ("_/_", "_%_") and (divided := _divided(function, values)):
            return Known(every(known, divided.known), divided.value)
        if function == "sum" and isinstance(values[0], Listed):
            total = self._sum(values[0], node, scope)
            if total is not None:
                return Known(known, total)
        if function == "_[_]":
            found = self._indexed(values)
            if found is not None:
                return Known(every(known, found.known), found.value)
        value = self._value(function, values)
        if value is not None:
            return Known(known, value)
        return self._unmodelled(node, scope, tuple(read), surely=function in _NEVER_FAILS)

    def _unmodelled(
        self, node: Node, scope: Scope, read: tuple[Known, ...], *, surely: bool
    ) -> Known:
        bound = [
            f"{name}={known.value!r}" for name, known in scope.items() if name not in self._answers
        ]
        key = f"{node!r} {' '.join(bound)}{self._place}"
        known = every(*(argument.known for argument in read))
        if not surely:
            known = every(known, self._free(z3.Bool(f"known {key}")))
        return Known(known, Free(key))

    def _free(self, term: Term) -> Term:
        self.free.append(term)
        return term

    def as_truth(self, value: Value) -> Term:
        """A value as a yes or no; a free one where nothing more is known of it."""
        return self._coerced(value, Truth, z3.Bool)

    def as_number(self, value: Value) -> Term:
        """A value as a number; a free one where nothing more is known of it."""
        return self._coerced(value, Number, z3.Int)

    def _coerced(
        self,
        value: Value,
        kind: type[Truth] | type[Number] | type[Text],
        make: Callable[[str], Term],
    ) -> Term:
        if isinstance(value, kind):
            return value.term
        key = value.key if isinstance(value, Free) else repr(value)
        return self._free(make(f"free {key}"))

    def _value(self, function: str, values: list[Value]) -> Value | None:  # noqa: C901, PLR0911, PLR0912  # one branch a function
        match function, values:
            case "_==_", [left, right]:
                same = self._same(left, right)
                return None if same is None else Truth(same)
            case "_!=_", [left, right]:
                same = self._same(left, right)
                return None if same is None else Truth(no(same))
            case "!_", [value]:
                return Truth(no(self.as_truth(value)))
            case (("_<_" | "_<=_" | "_>_" | "_>=_"), [left, right]):
                compared = self._compared(function.strip("_"), left, right)
                return None if compared is None else Truth(compared)
            case "@in", [item, Listed(entries, int())]:
                found = [(there, self._same(item, entry)) for there, entry in entries]
                if any(same is None for _, same in found):
                    return None
                return Truth(some(*(every(there, same) for there, same in found)))
            case "size", [Listed(entries, rest)]:
                return Number(count(there for there, _ in entries) + rest)
            case "size", [Text(term)]:
                return Number(self.texts.size(term))
            case (("startsWith" | "endsWith" | "contains"), [Text(term), Text(int() as number)]):
                literal = self.texts.text(number)
                return Truth(self.texts.test(function, literal or "")(term))
            case (("_+_" | "_-_" | "_*_" | "-_"), _):
                return self._arithmetic(function, values)
            case "string", [Text() as same]:
                return same
            case "dyn", [same]:
                return same
            case _:
                return self._of_time(function, values)

    def _same(self, left: Value, right: Value) -> Term | None:  # noqa: PLR0911  # one branch a type
        match left, right:
            case (Truth(a), Truth(b)) | (Number(a), Number(b)) | (Text(a), Text(b)):
                return a == b
            case Moment(a, second), Moment(b, other):
                return every(a == b, second == other)
            case Span(a, second), Span(b, other):
                return every(a == b, second == other)
            case Free(), Truth(b):
                return self.as_truth(left) == b
            case Free(), Number(b):
                return self.as_number(left) == b
            case Free(), Text(b):
                return self._coerced(left, Text, z3.Int) == b
            case ((Truth() | Number() | Text()), Free()):
                return self._same(right, left)
            case Listed(a, int()), Listed(b, int()):
                return self._same_list(a, b)
            case _:
                return None

    def _same_list(
        self, left: tuple[tuple[Term, Value], ...], right: tuple[tuple[Term, Value], ...]
    ) -> Term | None:
        """Whether a list of the choices that were made is a list written out, or the reverse."""
        if any(there is not True for there, _ in right):
            left, right = right, left
        if any(there is not True for there, _ in right):
            return None
        wanted = [item.term for _, item in right if isinstance(item, Text)]
        offered = [item.term for _, item in left if isinstance(item, Text)]
        if not all(isinstance(term, int) for term in (*wanted, *offered)):
            return None
        places = [offered.index(term) if term in offered else -1 for term in wanted]
        if -1 in places or places != sorted(set(places)):
            return False
        return every(*(there if n in places else no(there) for n, (there, _) in enumerate(left)))

    def _compared(self, sign: str, left: Value, right: Value) -> Term | None:
        match left, right:
            case Number(a), Number(b):
                return _ordered(sign, a, b)
            case (Moment(a, second), Moment(b, other)) | (Span(a, second), Span(b, other)):
                return _ordered(sign if second == other else _settled(sign, second, other), a, b)
            case Free(), Number(b):
                return _ordered(sign, self.as_number(left), b)
            case Number(a), Free():
                return _ordered(sign, a, self.as_number(right))
            case _:
                return None

    def _arithmetic(self, function: str, values: list[Value]) -> Value | None:  # noqa: PLR0911
        match function, values:
            case "_+_", [Number(a), Number(b)]:
                return Number(a + b)
            case "_-_", [Number(a), Number(b)]:
                return Number(a - b)
            case "_*_", [Number(a), Number(b)]:
                return Number(a * b)
            case "-_", [Number(a)]:
                return Number(-a)
            case ("_+_", [Moment(day, second), Span(days, seconds)]) | (
                "_+_",
                [Span(days, seconds), Moment(day, second)],
            ):
                carried, rest = divmod(second + seconds, A_DAY)
                return Moment(day + days + carried, rest)
            case "_-_", [Moment(day, second), Span(days, seconds)]:
                carried, rest = divmod(second - seconds, A_DAY)
                return Moment(day - days + carried, rest)
            case "_-_", [Moment(day, second), Moment(other, theirs)]:
                carried, rest = divmod(second - theirs, A_DAY)
                return Span(day - other + carried, rest)
            case "_+_", [Listed(a, int()), Listed(b, int())]:
                return Listed((*a, *b))
            case _:
                return None

    def _of_time(self, function: str, values: list[Value]) -> Value | None:  # noqa: C901, PLR0911, PLR0912  # one branch a function
        match function, values:
            case "today", []:
                return Moment(self._today)
            case "timestamp", [Text(int() as number)]:
                return _written_moment(self.texts.text(number) or "")
            case "duration", [Text(int() as number)]:
                return _written_span(self.texts.text(number) or "")
            case "pounds", [Number(pounds)]:
                return Number(pounds * 100)
            case "days_until", [Moment(day)]:
                return Number(day - self._today)
            case "days_between", [Moment(start, begun), Moment(end, ended)]:
                return Number(end - start - (1 if ended < begun else 0))
            case "working_days_until", [Moment(day)]:
                counted = calendar.working_days_between(self._today, day, self._to_come)
                return Number(counted)
            case "working_days_between", [Moment(start), Moment(end)]:
                holidays = self._to_come if start is self._today else self._holidays
                return Number(calendar.working_days_between(start, end, holidays))
            case "add_working_days", [Moment(start), Number(days)]:
                return self._working_days_after(start, days)
            case "age", [Moment(born)]:
                return Number(calendar.years_between(born, self._today))
            case "hours_between", [Moment(a, 0), Number(from_minute), Moment(b, 0), Number(minute)]:
                minutes = as_term(from_minute) - minute - (as_term(b) - a) * 1440
                return Number(-(minutes / 60))
            case "getFullYear", [Moment(day)]:
                return Number(calendar.year_of(day))
            case "getMonth", [Moment(day)]:
                return Number(calendar.month_of(day))
            case "getDayOfMonth", [Moment(day)]:
                return Number(calendar.day_of_month(day))
            case "getDate", [Moment(day)]:
                return Number(calendar.day_of_month(day) + 1)
            case "getDayOfWeek", [Moment(day)]:
                return Number((day + 4) % 7)
            case _:
                return None

    def _working_days_after(self, start: Term, days: Term) -> Value:
        after = z3.FreshInt("working day")
        most = choose(days > 10_000, 10_000, days)  # noqa: PLR2004  # as the engine has it
        holidays = self._to_come if start is self._today else self._holidays
        fact = calendar.is_so_many_working_days_after(after, start, most, holidays)
        self.facts.append(fact)
        self.derived.append((after, fact))
        return Moment(after)

    def _indexed(self, values: list[Value]) -> Known | None:
        match values:
            case [Named(parts), Text(int() as number)]:
                name = self.texts.text(number)
                found = dict(parts).get(name or "")
                return Known(False, Text(0)) if found is None else Known(True, found)
            case [Listed(entries, int()), Number(int() as wanted)]:
                result: Known = Known(False, Text(0))
                for place in reversed(range(len(entries))):
                    there, item = entries[place]
                    before = count(earlier for earlier, _ in entries[:place])
                    here = every(there, before == wanted)
                    if not isinstance(item, Text):
                        return None
                    assert isinstance(result.value, Text)  # noqa: S101
                    result = Known(
                        some(here, result.known), Text(choose(here, item.term, result.value.term))
                    )
                return result
            case _:
                return None


def _is_told_by_few(node: Comprehension, over: Listed) -> bool:
    """Whether a fold comes to the same when it is over the few of a list that decide it.

    One item is enough to show that `exists` is true, that `all` is false, or that either, a map
    or a filter is not known. A model has an item for each such expression of the form.
    """
    if isinstance(over.rest, int):
        return True
    match node.begin, node.step:
        case (Constant(True), Call("_&&_")) | (Constant(False), Call("_||_")) | (ListOf(()), _):
            return True
        case _:
            return False


def _ordered(sign: str, left: Term, right: Term) -> Term:
    match sign:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right


def _settled(sign: str, second: int, other: int) -> str:
    """How the days must compare when the seconds within the day differ: they settle a tie."""
    wins = second < other if sign in ("<", "<=") else second > other
    return f"{sign[0]}=" if wins else sign[0]


def _divided(function: str, values: list[Value]) -> Known | None:
    """CEL rounds a quotient towards nought and gives a remainder the sign of the dividend."""
    match values:
        case [Number(left), Number(right)]:
            quotient = _whole_quotient(left, right)
            value = quotient if function == "_/_" else left - right * quotient
            return Known(right != 0, Number(value))
        case _:
            return None


def _whole_quotient(left: Term, right: Term) -> Term:
    if isinstance(left, int) and isinstance(right, int):
        size = abs(left) // abs(right) if right else 0
        return size if (left < 0) == (right < 0) else -size
    left = as_term(left)
    size = choose(left < 0, -left, left) / choose(right < 0, -right, right)
    return choose((left < 0) == (right < 0), size, -size)


def _written_moment(text: str) -> Moment | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.utcoffset() is None or moment.microsecond:
        return None
    seconds = int(moment.timestamp())
    return Moment(*divmod(seconds, A_DAY))


def _written_span(text: str) -> Span | None:
    match = _DURATION.fullmatch(text)
    if match is None or not any(match[part] for part in "hms"):
        return None
    size = sum(int(match[part] or 0) * of for part, of in (("h", 3600), ("m", 60), ("s", 1)))
    return Span(*divmod(-size if match["sign"] else size, A_DAY))


__all__ = ["AND", "FRESH", "NOT", "OR", "Expressions", "Texts"]
