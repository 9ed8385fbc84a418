"""A form as a transition system: which pages are visited, what may be answered, when it ends.

One variable for today, one for each answer, one for each page visited, answered and left behind.
A question has a value only where its page is visited and answered and it is asked, so that
"unknown" in the solver is "unknown" in the engine. A construct of the language is one method here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TypeAlias

import z3

from portal.core.dates import Today
from portal.forms.conditions import Expression
from portal.forms.definition import (
    Band,
    FeeLine,
    FormDefinition,
    Page,
    Part,
    Repeat,
    pages_of,
)
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import Question
from portal.forms.fields.domain import (
    Days,
    Domain,
    Files,
    Nothing,
    OneOf,
    Parts,
    SomeOf,
    Unmodelled,
    Whole,
    Words,
    YesNo,
)
from portal.forms.proofs import calendar
from portal.forms.proofs.expressions import FRESH, Expressions, Texts
from portal.forms.proofs.syntax import calls, comprehensions, literals, tree_of
from portal.forms.proofs.terms import (
    Free,
    Known,
    Listed,
    Moment,
    Named,
    Number,
    Record,
    Term,
    Text,
    Truth,
    Value,
    choose,
    count,
    every,
    implies,
    no,
    some,
)

WINDOW = timedelta(days=731)
"""How long a form is proved for: two years from the council's day, and past any later fee."""
AFTER_A_FEE = timedelta(days=31)
_AT = " @"
"""Before the place in the name of a variable."""


Place: TypeAlias = tuple[tuple[str, int], ...]
"""Where in repeating groups: (("vehicles", 0),) is the first vehicle. () is outside."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: the variable for its answer and when it has one."""

    question: Question
    page: Page
    place: Place
    domain: Domain
    visited: Term
    """Its page is come to."""
    wanted: Term
    """It is asked, if its page is."""
    filled: Term
    """False when an optional question is left blank."""
    given: Term
    value: Value
    fits: Term
    """The value is one the question takes."""
    ways: Term = 0
    """Which way an answer of several parts is given."""

    @property
    def known(self) -> Known:
        """The answer as a condition sees it."""
        return Known(self.given, self.value)

    @property
    def texts(self) -> list[Term]:
        """The texts its value is made of."""
        match self.value:
            case Text(term):
                return [term]
            case Named(parts):
                return [value.term for _, value in parts if isinstance(value, Text)]
            case _:
                return []


@dataclass(frozen=True, slots=True)
class Visit:
    """One page: the terms for what happens there."""

    page: Page
    place: Place
    expressions: Expressions
    """What conditions there may speak of."""
    before: Term
    """The journey comes as far as the place where the page stands."""
    visited: Term
    answered: Term
    passed: Term
    """It is answered, and no check fails."""
    after: Term
    """The journey goes on past it."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of a repeating group, with those of its items that are told one by one."""

    repeat: Repeat
    place: Place
    expressions: Expressions
    before: Term
    number: Term
    """How many items there are."""
    there: tuple[Term, ...]
    """Whether the first, the second and so on are there."""
    reached: Term
    """It is asked for, if only for its first item."""
    closed: Term
    """Nothing more is to be added."""
    passed: Term


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition where it stands."""

    name: str
    """What it is for."""
    expression: Expression
    asked: Term
    """It is come to."""
    inside: Expressions

    @property
    def known(self) -> Known:
        """What it gives."""
        return self.inside.condition(self.expression)


@dataclass(frozen=True, slots=True)
class Charge:
    """One fee line of a complete journey."""

    line: FeeLine
    charged: Term
    certain: Term
    """There is an amount, and it is not negative."""
    amount: Term


class Model:
    """Everything the solver knows of one form."""

    def __init__(self, definition: FormDefinition, today: Today) -> None:
        self.definition = definition
        self.first_day = today.on
        self.last_day = _last_day(definition, today.on)
        self.bank_holidays = today.bank_holidays
        self.today = z3.Int("today")
        self.texts = Texts()
        self._note_texts()
        self.facts: list[Term] = [
            self.today >= calendar.number_of(self.first_day),
            self.today <= calendar.number_of(self.last_day),
        ]
        self.expressions = Expressions(
            {}, self.today, self.first_day, self.bank_holidays, self.texts, self.facts
        )
        self._reads = reads_of_computed(definition)
        self._told = told_one_by_one(definition)
        """How many items of each list are told one by one."""
        self.every_asked: list[Asked] = []
        self._every_visit: list[Visit] = []
        self._begun: list[Term] = []
        self.every_listing: list[Listing] = []
        self._compute(self.expressions)
        self.complete: Term = self._follow(definition.parts, True, (), self.expressions)
        self.asked = {a.question.name: a for a in self.every_asked if _is_first(a.place)}
        """The questions; of those that repeat, as the first item is asked them."""
        self.visits = [visit for visit in self._every_visit if _is_first(visit.place)]
        """The pages; of those that repeat, as they are in the first item: all items are alike,
        and whatever may be answered in another may be answered in the first."""
        self.listings = [each for each in self.every_listing if _is_first(each.place)]
        self.charges = [self._charge(line) for line in definition.fee]
        self.short: Term = every(*(_is_short(each) for each in self.every_listing))
        """No list has more items than are told one by one: what is found then can be shown."""

        self.begun: Term = every(*self._begun)
        """The first page of every item is answered: the engine knows of no item before that."""

    def take_facts(self) -> list[Term]:
        """What is always true and was not taken before."""
        facts = [*self.facts, *self.expressions.facts, *self.texts.facts()]
        self.facts.clear()
        self.expressions.facts.clear()
        return facts

    def holds(self, condition: Expression | None) -> Term:
        """Whether a condition is known and true; where there is none, it is."""
        return True if condition is None else self.expressions.condition(condition).holds

    def given(self, question: str) -> Term:
        """Whether a question was answered."""
        return self.asked[question].given if question in self.asked else False

    def known(self, name: str) -> Known:
        """An answer or a computed value."""
        return self.expressions.named(name)

    def reads(self, condition: Expression) -> list[str]:
        """The questions it reads, those behind computed values included."""
        return sorted({q for name in condition.reads for q in self._reads.get(name, {name})})

    def visit(self, page: Page) -> Visit:
        """The terms of one page."""
        return next(visit for visit in self.visits if visit.page is page)

    def places(self) -> Iterator[Condition]:
        """Every condition with where it stands."""
        for visit in self.visits:
            yield from _conditions_of(visit)
        for listing in self.listings:
            repeat, inside = listing.repeat, listing.expressions
            if repeat.when is not None:
                yield Condition(f"list {repeat.name}", repeat.when, listing.before, inside)
            for number, check in enumerate(repeat.checks):
                yield Condition(check_name(repeat, number), check.that, listing.closed, inside)
        for line in self.definition.fee:
            if line.when is not None:
                name = f"fee {line.name}"
                yield Condition(name, line.when, self.complete, self.expressions)

    def _note_texts(self) -> None:
        """Number the texts written in the form, and note which a question may be compared with.

        Any other text is as good as one nobody ever wrote.
        """
        together = _Together()
        for expression in expressions_of(self.definition):
            tree = tree_of(expression)
            self.texts.asks_size |= calls(tree, "size")
            together.note(expression.reads, literals(tree))
        for computed in self.definition.computed:
            tree = tree_of(computed.value)
            self.texts.asks_size |= calls(tree, "size")
            together.note({computed.name, *computed.value.reads}, literals(tree))
        for question in self.definition.questions:  # what repeats is one question
            domain = FIELD_TYPES[question.type].domain(question)
            if isinstance(domain, OneOf | SomeOf):
                together.note({question.name}, domain.values)
        for text in together.texts:
            self.texts.number(text)
        for repeat in self.definition.repeats:
            inside = {q.name for page in pages_of(repeat.parts) for q in page.questions}
            together.note({repeat.name, *inside}, ())
        self._compared = together

    def _follow(
        self, parts: Sequence[Part], goes_on: Term, place: Place, inside: Expressions
    ) -> Term:
        """Follow the parts at one place; gives whether the journey goes on past them."""
        for part in parts:
            if isinstance(part, Page):
                visit = self._visit(part, goes_on, place, inside)
                self._every_visit.append(visit)
                goes_on = visit.after
            else:
                goes_on = self._list(part, goes_on, place, inside)
            self._compute(inside)
        return goes_on

    def _compute(self, inside: Expressions) -> None:
        """Name the computed values all of whose questions have come by now."""
        for computed in self.definition.computed:
            name = computed.name
            if not inside.knows({name}) and inside.knows(self._reads[name]):
                inside.name(name, inside.worked_out(computed.value))

    def _list(self, repeat: Repeat, before: Term, place: Place, inside: Expressions) -> Term:
        at = _spelt(place)
        reached = every(before, _holds(inside, repeat.when))
        ready: Term = reached
        """Every item so far is finished."""
        entries: list[tuple[Term, Value]] = []
        for number in range(min(repeat.max, self._told)):
            here = (*place, (repeat.name, number))
            there = z3.Bool(f"there {repeat.name} {number}{at}")
            earlier = (one for one, _ in entries)
            self.facts.append(implies(there, every(ready, *earlier)))
            item = inside.within(_spelt(here))
            self._compute(item)
            first = len(self._every_visit)
            done = self._follow(repeat.parts, there, here, item)
            self._begun.append(implies(there, self._every_visit[first].answered))
            ready = every(ready, implies(there, done))
            entries.append((there, _record(repeat, item)))
        counted = count(there for there, _ in entries)
        number: Term = counted
        if repeat.max > self._told:
            number = z3.Int(f"number of {repeat.name}{at}")
            all_told = every(ready, *(there for there, _ in entries))
            self.facts += [
                number <= repeat.max,
                some(number == counted, every(number > self._told, all_told)),
            ]
        known = every(ready, number >= 1) if repeat.min else ready
        rest = 0 if number is counted else number - counted
        inside.name(repeat.name, Known(known, Listed(tuple(entries), rest)))
        self._compute(inside)
        return self._close(repeat, before, reached, place, inside, number, entries)

    def _close(
        self,
        repeat: Repeat,
        before: Term,
        reached: Term,
        place: Place,
        inside: Expressions,
        number: Term,
        entries: list[tuple[Term, Value]],
    ) -> Term:
        """Nothing more is added: the list's checks, and whether the journey goes on."""
        at = _spelt(place)
        closed, after = z3.Bool(f"closed {repeat.name}{at}"), z3.Bool(f"after {repeat.name}{at}")
        known = inside.named(repeat.name).known
        fails = (inside.condition(check.that).fails for check in repeat.checks)
        passed = every(closed, *map(no, fails))
        self.facts += [
            implies(closed, every(known, number >= repeat.min)),
            after == every(before, some(no(reached), passed)),
        ]
        there = tuple(one for one, _ in entries)
        self.every_listing.append(
            Listing(repeat, place, inside, before, number, there, reached, closed, passed)
        )
        return after

    def _ask_page(
        self, page: Page, here: tuple[Term, Term], place: Place, inside: Expressions
    ) -> None:
        for question in page.questions:
            domain = FIELD_TYPES[question.type].domain(question)
            if not isinstance(domain, Nothing):
                asked = self._ask(page, question, domain, here, place, inside)
                self.every_asked.append(asked)
                inside.name(question.name, asked.known)
                if isinstance(domain, Whole):
                    inside.limits[question.name] = (domain.first, domain.last)

    def _ask(
        self,
        page: Page,
        question: Question,
        domain: Domain,
        here: tuple[Term, Term],
        place: Place,
        inside: Expressions,
    ) -> Asked:
        visited, answered = here
        name = f"{question.name}{_spelt(place)}"
        wanted = _holds(inside, page.asked_when.get(question.name))
        filled: Term = z3.Bool(f"filled {name}") if question.optional else True
        given = every(answered, wanted, filled)
        ways = z3.Int(f"way {name}") if isinstance(domain, Parts) else 0
        value, fits = self._value(name, domain, ways)
        fits = every(fits, *self._offered(page, question.name, value, inside))
        self.facts.append(implies(given, fits))
        return Asked(
            question, page, place, domain, visited, wanted, filled, given, value, fits, ways
        )

    def _offered(self, page: Page, name: str, value: Value, inside: Expressions) -> Iterator[Term]:
        """Every choice in the answer is offered."""
        for (question, option), condition in page.offered_when.items():
            if question == name:
                yield implies(self.chooses(value, option), _holds(inside, condition))

    def chooses(self, value: Value, option: str) -> Term:
        """Whether an answer is an option, or has it among others."""
        number = self.texts.number(option)
        match value:
            case Text(term):
                return term == number
            case Listed(entries):
                chosen = (
                    every(there, item.term == number)
                    for there, item in entries
                    if isinstance(item, Text)
                )
                return some(*chosen)
            case _:
                return False  # nothing is known of it, so nothing is asked of it

    def _value(self, name: str, domain: Domain, ways: Term) -> tuple[Value, Term]:  # noqa: C901, PLR0911  # one for each domain
        match domain:
            case Whole(first, last):
                number = z3.Int(f"answer {name}")
                return Number(number), every(number >= first, number <= last)
            case OneOf(values):
                number = z3.Int(f"answer {name}")
                fits = some(*(number == self.texts.number(value) for value in values))
                return Text(number), fits
            case SomeOf(values, alone):
                return self._choices(name, values, alone)
            case YesNo(only_yes):
                return Truth(True if only_yes else z3.Bool(f"answer {name}")), True
            case Days():
                day = z3.Int(f"answer {name}")
                return Moment(day), self._within(day, domain)
            case Words():
                number = z3.Int(f"answer {name}")
                return Text(number), self._is_text(name, number, domain)
            case Files(most, ending):
                files = z3.Int(f"files {name}")
                names = [z3.Int(f"file {n} {name}") for n in range(most)]
                entries = tuple((files > n, Text(each)) for n, each in enumerate(names))
                named = [
                    self._could_be(name, each, lambda text: text.endswith(f".{ending}"))
                    for each in names
                ]
                return Listed(entries), every(files >= 1, files <= most, *named)
            case Parts():
                return self._parts(name, domain, ways)
            case Unmodelled():
                return Free(f"answer {name}"), True
            case Nothing():
                return Truth(False), False

    def _choices(self, name: str, values: tuple[str, ...], alone: str) -> tuple[Value, Term]:
        ticked = {value: z3.Bool(f"ticked {value} {name}") for value in values}
        entries = tuple((ticked[value], Text(self.texts.number(value))) for value in values)
        fits = some(*ticked.values())
        if alone:
            others = (no(there) for value, there in ticked.items() if value != alone)
            fits = every(fits, implies(ticked[alone], every(*others)))
        return Listed(entries), fits

    def _within(self, day: Term, domain: Days) -> Term:
        limits = [day >= calendar.FIRST, day <= calendar.LAST]
        if domain.first is not None:
            limits.append(day >= self.moving(domain.first))
        if domain.last is not None:
            limits.append(day <= self.moving(domain.last))
        return every(*limits)

    def moving(self, limit: Callable[[date], date]) -> Term:
        """A limit of a date as a term over today."""
        return calendar.moved(limit, self.today, self.first_day, self.last_day)

    def _is_text(self, name: str, number: Term, domain: Words) -> Term:
        fits = self._could_be(name, number, domain.takes)
        if not self.texts.asks_size:
            return fits
        size: Term = self.texts.size(number)
        return every(fits, size >= domain.shortest, size <= domain.longest)

    def _could_be(self, name: str, number: Term, takes: Callable[[str], bool] = bool) -> Term:
        """One of the texts the question is compared with, or any other."""
        question = name.partition(_AT)[0]
        compared = [t for t in self._compared.with_question(question) if t and takes(t)]
        return some(*(number == self.texts.number(text) for text in compared), number >= FRESH)

    def _parts(self, name: str, domain: Parts, ways: Term) -> tuple[Value, Term]:
        numbers = {part: z3.Int(f"{part} of {name}") for part in domain.names}
        by_way = [
            every(
                ways == place,
                *(numbers[part] >= 1 for part in sorted(way.full)),
                *(numbers[part] == 0 for part in sorted(way.empty)),
            )
            for place, way in enumerate(domain.ways)
        ]
        texts = (
            some(number == 0, self._could_be(name, number, partial(domain.takes, part)))
            for part, number in numbers.items()
        )
        fits = every(some(*by_way), *texts)
        return Named(tuple((part, Text(number)) for part, number in numbers.items())), fits

    def _visit(self, page: Page, before: Term, place: Place, inside: Expressions) -> Visit:
        at = _spelt(place)
        visited = z3.Bool(f"visited {page.name}{at}")
        answered, after = z3.Bool(f"answered {page.name}{at}"), z3.Bool(f"after {page.name}{at}")
        self.facts.append(visited == every(before, _holds(inside, page.when)))
        self._ask_page(page, (visited, answered), place, inside)
        self._compute(inside)
        if page.is_exit:
            self.facts += [no(answered), after == every(before, no(visited))]
            return Visit(page, place, inside, before, visited, answered, False, after)
        passed = every(answered, *(no(inside.condition(c.that).fails) for c in page.checks))
        self.facts += [
            implies(answered, visited),
            after == every(before, some(no(visited), passed)),
        ]
        return Visit(page, place, inside, before, visited, answered, passed, after)

    def _charge(self, line: FeeLine) -> Charge:
        certain: Term = False
        amount: Term = 0
        for dated in line.schedule.amounts:  # each later one takes over from its first day
            from_now = self.today >= calendar.number_of(dated.start)
            if dated.amount is not None:
                sure, pence = True, dated.amount
            else:
                sure, pence = self._band(line, dated.bands)
            certain, amount = choose(from_now, sure, certain), choose(from_now, pence, amount)
        if line.times:
            times, number = self._number(line.times)
            certain, amount = every(certain, times), amount * number
        return Charge(line, every(self.complete, self.holds(line.when)), certain, amount)

    def _band(self, line: FeeLine, bands: tuple[Band, ...]) -> tuple[Term, Term]:
        sure, number = self._number(line.by)
        found: Term = False
        amount: Term = 0
        for band in reversed(bands):
            inside = True if band.to is None else number <= band.to
            found, amount = some(inside, found), choose(inside, band.amount, amount)
        return every(sure, found), amount

    def _number(self, name: str) -> tuple[Term, Term]:
        """Whether a number is known that is not negative, and the number."""
        known = self.known(name)
        term = self.expressions.as_number(known.value)
        return every(known.known, term >= 0), term


class _Together:
    """Questions that meet in a condition, with the texts written in those conditions."""

    def __init__(self) -> None:
        self._groups: list[tuple[set[str], dict[str, None]]] = []

    @property
    def texts(self) -> Iterator[str]:
        for _, texts in self._groups:
            yield from texts

    def note(self, questions: Iterable[str], texts: Iterable[str]) -> None:
        joined: tuple[set[str], dict[str, None]] = (set(questions), dict.fromkeys(texts))
        apart: list[tuple[set[str], dict[str, None]]] = []
        for group in self._groups:
            if group[0] & joined[0]:
                joined = (group[0] | joined[0], {**group[1], **joined[1]})
            else:
                apart.append(group)
        self._groups = [*apart, joined]

    def with_question(self, name: str) -> Iterator[str]:
        for questions, texts in self._groups:
            if name in questions:
                yield from texts


def _conditions_of(visit: Visit) -> Iterator[Condition]:
    page, inside = visit.page, visit.expressions
    if page.when is not None:
        yield Condition(f"page {page.name}", page.when, visit.before, inside)
    for (question, option), condition in page.offered_when.items():
        name = option_name(question, option)
        yield Condition(name, condition, visit.visited, inside)
    for question, condition in page.asked_when.items():
        yield Condition(f"question {question}", condition, visit.answered, inside)
    for number, check in enumerate(page.checks):
        yield Condition(check_name(page, number), check.that, visit.answered, inside)
    for number, warning in enumerate(page.warnings):
        yield Condition(warning_name(page, number), warning.that, visit.passed, inside)


def _spelt(place: Place) -> str:
    return "".join(f"{_AT}{name}/{number + 1}" for name, number in place)


def _is_short(listing: Listing) -> Term:
    told = len(listing.there)
    return True if listing.repeat.max <= told else listing.number <= told


def _is_first(place: Place) -> bool:
    return all(number == 0 for _, number in place)


def _holds(inside: Expressions, condition: Expression | None) -> Term:
    return True if condition is None else inside.condition(condition).holds


def _record(repeat: Repeat, item: Expressions) -> Record:
    """An item as conditions see it: its own answers and lists."""
    names = [q.name for part in repeat.parts if isinstance(part, Page) for q in part.questions]
    names += [part.name for part in repeat.parts if isinstance(part, Repeat)]
    return Record(tuple((name, item.named(name)) for name in names))


def expressions_of(definition: FormDefinition) -> Iterator[Expression]:
    """Every expression of the form."""
    yield from (computed.value for computed in definition.computed)
    for page in definition.pages:
        yield from filter(None, (page.when, *(check.that for check in page.checks)))
        yield from (warning.that for warning in page.warnings)
        yield from page.asked_when.values()
        yield from page.offered_when.values()
    for repeat in definition.repeats:
        yield from filter(None, (repeat.when, *(check.that for check in repeat.checks)))
    for line in definition.fee:
        if line.when is not None:
            yield line.when


def told_one_by_one(definition: FormDefinition) -> int:
    """How many items decide everything: one for each exists, all, map and filter of the form."""
    folds = sum(comprehensions(tree_of(each)) for each in expressions_of(definition))
    nested = any(isinstance(part, Repeat) for each in definition.repeats for part in each.parts)
    return max(2 if nested else 3, folds)


def check_name(page: Page | Repeat, number: int) -> str:
    """How the check of a page or list is called in facts and verdicts."""
    return f"check {number + 1} of {page.name}"


def warning_name(page: Page, number: int) -> str:
    """How the warning of a page is called in facts and verdicts."""
    return f"warning {number + 1} of {page.name}"


def option_name(question: str, option: str) -> str:
    """How an option is called in facts and verdicts."""
    return f"option {option} of {question}"


def reads_of_computed(definition: FormDefinition) -> dict[str, frozenset[str]]:
    """Computed value → the questions and lists it is worked out from, in the end."""
    reads: dict[str, frozenset[str]] = {}
    for computed in definition.computed:
        needs = (reads.get(name, frozenset({name})) for name in computed.value.reads)
        reads[computed.name] = frozenset[str]().union(*needs)
    return reads


def _last_day(definition: FormDefinition, first: date) -> date:
    starts = [a.start + AFTER_A_FEE for line in definition.fee for a in line.schedule.amounts]
    return max([first + WINDOW, *starts])
