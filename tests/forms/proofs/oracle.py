"""An independent judge of forms: tries representative answers one after another in the engine.

It shares nothing with the prover but the engine itself. It sees only what it tries: every option,
and numbers, days and texts on both sides of whatever is written in the form. Page after page it
keeps one set of answers for each that later pages could tell apart.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import product
from math import gcd, prod
from typing import Any

from portal.core.dates import Today
from portal.core.errors import PersonMustLook
from portal.forms.conditions import Expression, evaluate, holds
from portal.forms.definition import FormDefinition, Page
from portal.forms.examples import example_asking
from portal.forms.fees import calculate_fee
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import FieldError, Question, Unfinished
from portal.forms.journey import compute, failing
from portal.forms.texts import fill, placeholders

FEWEST_TRIES, MOST_TRIES = 3, 300
"""Combinations tried of answers that only a page's own checks can tell apart."""
Values = dict[str, Any]


@dataclass
class Judgement:
    """What was seen."""

    defects: set[str] = field(default_factory=set)
    visited: set[str] = field(default_factory=set)
    results: dict[str, set[bool | None]] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    complete: int = 0
    idle_warnings: set[str] = field(default_factory=set)
    """Warnings shown to nobody, or to everybody."""

    @property
    def harmful(self) -> bool:
        return bool(self.defects)


def judge(form: FormDefinition, today: Today) -> Judgement:
    """Try the form on every day that matters."""
    seen = Judgement()
    for day in _days(form, today.on):
        for _ in _Trial(form, Today(day, today.bank_holidays), seen).run():
            pass
    _conclude(form, seen)
    return seen


def is_harmful(form: FormDefinition, today: Today) -> bool:
    """Whether there is any defect: the first that is seen is enough."""
    seen = Judgement()
    for day in _days(form, today.on):
        if any(seen.harmful for _ in _Trial(form, Today(day, today.bank_holidays), seen).run()):
            return True
    _conclude(form, seen)
    return seen.harmful


def _days(form: FormDefinition, first: date) -> list[date]:
    days = {first}
    for line in form.fee:
        for amount in line.schedule.amounts:
            days |= {amount.start + timedelta(days=n) for n in (-1, 0)}
    for written in _dates_written(form):
        days |= {written + timedelta(days=n) for n in (-1, 0, 1)}
    return sorted(day for day in days if day >= first)


def _dates_written(form: FormDefinition) -> Iterator[date]:
    for question in form.questions:
        for limit in (
            getattr(question.settings, "min", None),
            getattr(question.settings, "max", None),
        ):
            fixed = getattr(limit, "fixed", None)
            if fixed is not None and fixed.year < 2035:
                yield fixed
    for text in _expressions(form):
        for written in re.findall(r"\d{4}-\d\d-\d\d", text):
            yield date.fromisoformat(written)


def _expressions(form: FormDefinition) -> Iterator[str]:
    for page in form.pages:
        if page.when is not None:
            yield page.when.text
        for check in (*page.checks, *page.warnings):
            yield check.that.text
        for condition in (*page.asked_when.values(), *page.offered_when.values()):
            yield condition.text
    for computed in form.computed:
        yield computed.value.text
    for line in form.fee:
        if line.when is not None:
            yield line.when.text


def _reads(form: FormDefinition, condition: Expression) -> set[str]:
    """The questions it reads, through computed values too."""
    behind = {each.name: each.value for each in form.computed}
    found: set[str] = set()
    for name in condition.reads:
        found |= _reads(form, behind[name]) if name in behind else {name}
    return found


@dataclass
class _Trial:
    form: FormDefinition
    today: Today
    seen: Judgement

    def run(self) -> Iterator[None]:
        """Try everything, stopping after each page."""
        self.asking = example_asking(self.form, self.today)
        self.cel = {q.name: FIELD_TYPES[q.type].cel for q in self.form.questions}
        self.texts = {t for text in _expressions(self.form) for t in re.findall(r'"([^"]*)"', text)}
        self.samples = {q.name: self._samples(q) for q in self.form.questions}
        states: list[Values] = [{}]
        routes: list[frozenset[str]] = [frozenset()]
        alive = list(zip(states, routes, strict=True))
        for place, page in enumerate(self.form.pages):
            alive = self._page(place, page, alive)
            yield
        for values, route in alive:
            self._sent(values, route)
        yield

    def _page(
        self, place: int, page: Page, alive: list[tuple[Values, frozenset[str]]]
    ) -> list[tuple[Values, frozenset[str]]]:
        after: dict[Any, tuple[Values, frozenset[str]]] = {}
        kept = self._read_later(place)
        for values, route in alive:
            scope = self._scope(values)
            if page.when is not None and not self._asked(
                f"page {page.name}", page.when, scope, route
            ):
                self._keep(after, values, route, kept)
                continue
            self.seen.visited.add(page.name)
            if page.is_exit:
                self._note_end(values)
                continue
            for (question, option), condition in page.offered_when.items():
                self._asked(f"option {option} of {question}", condition, scope, route)
            here = route | {page.name}
            passed = False
            for told_apart, others in self._answers(page, kept):
                passed |= self._try(page, {**values, **told_apart}, others, here, after, kept)
            if not passed:
                self.seen.defects.add(f"nothing can be answered on {page.name}")
        return list(after.values())

    def _try(
        self,
        page: Page,
        values: Values,
        others: list[list[tuple[str, Any]]],
        route: frozenset[str],
        after: dict,
        kept: frozenset[str],
    ) -> bool:
        """Try what later pages cannot tell apart until one set of it passes."""
        passed = False
        names = [f"check {number} of {page.name}" for number in range(len(page.checks))]
        warns = [f"warning {number} of {page.name}" for number in range(len(page.warnings))]
        for tries, chosen in enumerate(_scattered(others)):
            whole = {**values, **{name: value for name, value in chosen if value is not None}}
            if not self._as_asked(page, whole, route):
                continue
            inside = self._scope(whole)
            for name, check in zip(names, page.checks, strict=True):
                self._asked(name, check.that, inside, route)
            if not any(failing(page, page.checks, inside, self.today)):
                passed = True
                self._keep(after, whole, route, kept)
                for name, warning in zip(warns, page.warnings, strict=True):
                    self._asked(name, warning.that, inside, route)
            settled = all(
                {True, False} <= self.seen.results.get(name, set()) for name in (*names, *warns)
            )
            if passed and (settled or tries > MOST_TRIES) and tries >= FEWEST_TRIES:
                break
        return passed

    def _as_asked(self, page: Page, values: Values, route: frozenset[str]) -> bool:
        """Take out what is not asked; false when a choice is not offered."""
        known = {q.name for q in page.questions}
        before = self._scope({n: v for n, v in values.items() if n not in known})
        scope = dict(before)
        for question in page.questions:
            name = question.name
            asked_when = page.asked_when.get(name)
            if asked_when is not None and not self._asked(
                f"question {name}", asked_when, scope, route
            ):
                values.pop(name, None)
            if name not in values:
                continue
            chosen = [values[name]] if isinstance(values[name], str) else values[name]
            for (of, option), condition in page.offered_when.items():
                if of == name and option in chosen and not holds(condition, before, self.today):
                    return False
            scope[name] = self.cel[name](values[name])
        return True

    def _keep(
        self, after: dict, values: Values, route: frozenset[str], kept: frozenset[str]
    ) -> None:
        told_apart = tuple(sorted((n, repr(v)) for n, v in values.items() if n in kept))
        choices = tuple(
            sorted(
                (n, repr(v))
                for n, v in values.items()
                if self._is_choice(n) and f"{n} is {v!r}" not in self.seen.ended
            )
        )
        key = (
            told_apart,
            frozenset(n for n in values if n in self._case_reads),
            route & self._routes(kept),
            choices if len(after) < 4_000 else (),
        )
        after.setdefault(key, (values, route))

    def _is_choice(self, name: str) -> bool:
        return name in self._choices

    @cached_property
    def _choices(self) -> frozenset[str]:
        kinds = ("radios", "select", "yes-no")
        return frozenset(q.name for q in self.form.questions if q.type in kinds)

    @cached_property
    def _pages_of(self) -> Mapping[str, str]:
        return {q.name: page.name for page in self.form.pages for q in page.questions}

    def _routes(self, kept: frozenset[str]) -> frozenset[str]:
        return frozenset(self._pages_of[name] for name in kept if name in self._pages_of)

    def _scope(self, values: Values) -> dict[str, Any]:
        scope = {name: self.cel[name](value) for name, value in values.items()}
        compute(self.form, scope, self.today)
        return scope

    @cached_property
    def _case_reads(self) -> frozenset[str]:
        rule = self.form.case
        return frozenset(
            (*rule.location, *rule.customer.values(), *(n for n, _ in placeholders(rule.subject)))
        )

    def _read_later(self, place: int) -> frozenset[str]:
        reads: set[str] = set()
        for page in self.form.pages[place + 1 :]:
            within = [check.that for check in (*page.checks, *page.warnings)]
            within += [*page.asked_when.values(), *page.offered_when.values()]
            for condition in filter(None, (page.when, *within)):
                reads |= _reads(self.form, condition)
        for line in self.form.fee:
            reads |= _reads(self.form, line.when) if line.when else set()
            reads |= {line.by, line.times}
        for computed in self.form.computed:
            reads |= _reads(self.form, computed.value) if computed.name in reads else set()
        for page in reversed(self.form.pages):
            for question, condition in reversed(page.asked_when.items()):
                reads |= _reads(self.form, condition) if question in reads else set()
        return frozenset(reads)

    def _asked(
        self, name: str, condition: Any, scope: Mapping[str, Any], route: frozenset[str]
    ) -> bool:
        result = evaluate(condition, scope, self.today)
        self.seen.results.setdefault(name, set()).add(result)
        if result is None:
            if any(name == f"question {q}" for page in self.form.pages for q in page.reveals):
                return False
            missing = [q for q in _reads(self.form, condition) if q not in scope]
            off = [q for q in missing if self._is_off(q, scope, route)]
            if off and len(off) == len(missing):
                self.seen.defects.add(f"{name} reads {off[0]} off the route")
            if not missing:
                self.seen.defects.add(f"{name} cannot be worked out")
        return result is True

    def _is_off(self, question: str, scope: Mapping[str, Any], route: frozenset[str]) -> bool:
        page = self.form.page_of(question)
        asked_when = page.asked_when.get(question)
        asked = asked_when is None or holds(asked_when, scope, self.today)
        return page.name not in route or not asked

    def _note_end(self, values: Values) -> None:
        for name, value in values.items():
            self.seen.ended.add(f"{name} is {value!r}")

    def _sent(self, values: Values, route: frozenset[str]) -> None:
        self.seen.complete += 1
        self._note_end(values)
        scope = self._scope(values)
        charged = [
            line
            for line in self.form.fee
            if line.when is None or self._asked(f"fee {line.name}", line.when, scope, route)
        ]
        self._fee(scope, len(charged))
        rule = self.form.case
        if rule.location and not any(name in values for name in rule.location):
            self.seen.defects.add("the case does not say where")
        if not rule.anonymous:
            for part, name in rule.customer.items():
                optional = self.form.question(name).optional and part != "email"
                if name not in values and not optional:
                    self.seen.defects.add(f"the customer's {part} is missing")
        if not fill(rule.subject, self.form, values):
            self.seen.defects.add("the subject is empty")

    def _fee(self, scope: Mapping[str, Any], lines: int) -> None:
        """Two lines are two lines though one of them may have no amount."""
        if not self.form.fee:
            return
        right = {"one": lines == 1, "some": lines > 0, "any": True}
        if not right[self.form.charge]:
            self.seen.defects.add(f"{lines} fee lines")
        try:
            fee = calculate_fee(self.form, scope, self.today)
        except PersonMustLook as error:
            self.seen.defects.add(f"no fee: {type(error).__name__}")
            return
        if fee.total < 0:
            self.seen.defects.add("a negative fee")

    def _answers(
        self, page: Page, kept: frozenset[str]
    ) -> Iterator[tuple[Values, list[list[tuple[str, Any]]]]]:
        """Each set of the answers that later pages tell apart, with the choices for the others."""
        within = [check.that for check in (*page.checks, *page.warnings)]
        within += page.asked_when.values()
        matters = kept.union(*(_reads(self.form, condition) for condition in within))
        told_apart: list[list[tuple[str, Any]]] = []
        others: list[list[tuple[str, Any]]] = []
        for question in page.questions:
            if not FIELD_TYPES[question.type].asks:
                continue
            name, tried = question.name, self.samples[question.name]
            if name not in matters and not self._is_choice(name):
                tried = [*tried[:1], *([None] if question.optional and tried[:1] != [None] else [])]
            apart = name in kept or self._is_choice(name) or name in self._case_reads
            (told_apart if apart else others).append([(name, value) for value in tried])
        for chosen in product(*told_apart):
            yield {name: value for name, value in chosen if value is not None}, others

    def _samples(self, question: Question) -> list[Any]:
        field_type = FIELD_TYPES[question.type]
        if not field_type.asks:
            return []
        found: list[Any] = []
        for written in self._written(question):
            value = field_type.parse(
                question, field_type.read_example(question, written), self.asking
            )
            wrong = isinstance(value, Unfinished) or (
                isinstance(value, tuple) and value and isinstance(value[0], FieldError)
            )
            if not wrong and value is not None and value not in found:
                found.append(value)
        return [*found, None] if question.optional else found

    def _written(self, question: Question) -> Iterator[Any]:
        settings = question.settings
        match question.type:
            case "radios" | "select":
                yield from settings.values
            case "yes-no":
                yield from ("yes", "no")
            case "declaration":
                yield "yes"
            case "checkboxes":
                yield from self._boxes(question)
            case "whole-number":
                limits = (settings.min, settings.max)
                near = {n + d for n in (*self._numbers(question), *limits) for d in (-1, 0, 1)}
                yield from (
                    str(n) for n in sorted({n for n in near if limits[0] <= n <= limits[1]})
                )
            case "money":
                pence = {
                    n * m + d for n in self._numbers(question) for m in (1, 100) for d in (-1, 0, 1)
                }
                for n in sorted(
                    p
                    for p in (*pence, settings.min, settings.max)
                    if settings.min <= p <= settings.max
                ):
                    yield f"{n // 100}.{n % 100:02d}"
            case "date":
                yield from (day.isoformat() for day in self._dates(question))
            case "time":
                minutes = {0, 600, 1439} | {n for n in self._numbers(question) if n < 1440}
                yield from (f"{m // 60:02d}:{m % 60:02d}" for m in sorted(minutes))
            case "address":
                yield "999000000001"
                yield {"line_1": "1 Some Street", "town": "Sometown", "postcode": "ZZ1 1AA"}
            case "location":
                yield {"description": "By the oak"}
                yield {"latitude": "52.0", "longitude": "1.0", "description": ""}
            case "name":
                yield "Ann Example"
            case "email":
                yield "ann@example.test"
            case "phone":
                yield "01632 960001"
            case "file":
                yield ["a.pdf"]
                yield [f"{n}.pdf" for n in range(settings.max_files)]
            case _:
                yield "HM-7K3M-9QX2-4"
                yield "Something else"
                yield from sorted(self.texts)

    def _about(self, question: Question) -> list[str]:
        """The conditions that name the question, and those that name what it meets in them."""
        texts = list(_expressions(self.form))
        names = {q.name for q in self.form.questions}

        def named(text: str) -> set[str]:
            return set(re.findall(r"[a-z_0-9]+", text)) & names

        met = {question.name}.union(*(named(t) for t in texts if question.name in named(t)))
        return [text for text in texts if named(text) & met]

    def _numbers(self, question: Question) -> set[int]:
        found = {int(n) for text in self._about(question) for n in re.findall(r"\d+", text)}
        bands = (
            a.bands
            for line in self.form.fee
            if question.name == line.by
            for a in line.schedule.amounts
        )
        return found | {band.to for each in bands for band in each if band.to is not None}

    def _boxes(self, question: Question) -> Iterator[list[str]]:
        values = question.settings.all.values
        named = [v for v in values if v in self.texts]
        others = [v for v in values if v not in self.texts][:2]
        interesting = [*named, *others]
        for size in range(1, 1 << min(len(interesting), 6)):
            yield [v for n, v in enumerate(interesting) if size >> n & 1]
        yield from ([v] for v in values)

    def _dates(self, question: Question) -> list[date]:
        today, settings = self.today.on, question.settings
        days = {today + timedelta(days=n) for n in (-400, -1, 0, 1, 2, 300)}
        for limit in (settings.min, settings.max):
            if limit is not None:
                days |= {limit.on(today) + timedelta(days=n) for n in (-1, 0, 1)}
        texts = self._about(question)
        for n in self._numbers(question):
            if n <= 1_000:
                days |= {today + timedelta(days=s * n + d) for s in (-1, 1) for d in (-1, 0, 1)}
            if any("working" in text for text in texts) and n <= 60:
                days |= {today + timedelta(days=n * 7 // 5 + d) for d in range(-3, 8)}
            if any("age(" in text for text in texts) and n <= 120:
                born = date(today.year - n, today.month, min(today.day, 28))
                days |= {born + timedelta(days=d) for d in range(-2, 5)}
        days |= {w + timedelta(days=d) for w in _dates_written(self.form) for d in (-1, 0, 1)}
        return sorted(days)


def _scattered(choices: list[list[tuple[str, Any]]]) -> Iterator[tuple[tuple[str, Any], ...]]:
    """Every combination, neighbours far apart, so that one that passes is soon found."""
    total = prod(len(each) for each in choices)
    stride = next(n for n in (7_919, 104_729, 1) if gcd(n, total) == 1)
    for turn in range(total):
        left = turn * stride % total
        chosen: list[tuple[str, Any]] = []
        for each in choices:
            left, here = divmod(left, len(each))
            chosen.append(each[here])
        yield tuple(chosen)


def _conclude(form: FormDefinition, seen: Judgement) -> None:
    for page in form.pages:
        if page.name not in seen.visited:
            seen.defects.add(f"{page.name} is never reached")
    if not seen.complete:
        seen.defects.add("it can never be sent")
    for page in form.pages:
        if page.when is not None and seen.results.get(f"page {page.name}") == {True}:
            seen.defects.add(f"{page.name} is always shown")
        for number in range(len(page.checks)):
            name = f"check {number} of {page.name}"
            if name in seen.results and False not in seen.results[name]:
                seen.defects.add(f"{name} never fails")
    both_ways = [f"fee {line.name}" for line in form.fee]
    for page in form.pages:
        both_ways += [f"question {name}" for name in page.asked_when]
        both_ways += [f"option {option} of {name}" for name, option in page.offered_when]
        for number in range(len(page.warnings)):
            results = seen.results.get(f"warning {number} of {page.name}")
            if results is not None and (False not in results or results == {False}):
                seen.idle_warnings.add(f"warning {number} of {page.name}")
    for name in both_ways:
        results = seen.results.get(name)
        if results is not None and (True not in results or results == {True}):
            seen.defects.add(f"{name} is always the same")
    for question in form.questions:
        page = form.page_of(question.name)
        if page is None or page.name not in seen.visited:
            continue
        if True not in seen.results.get(f"question {question.name}", {True}):
            continue
        for value in _options(question):
            if True not in seen.results.get(f"option {value} of {question.name}", {True}):
                continue
            if f"{question.name} is {value!r}" not in seen.ended:
                seen.defects.add(f"{question.name} {value} leads nowhere")


def _options(question: Question) -> tuple[Any, ...]:
    if question.type in ("radios", "select"):
        return question.settings.values
    return (True, False) if question.type == "yes-no" else ()
