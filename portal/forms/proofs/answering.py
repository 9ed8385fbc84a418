"""Whether a page can always be answered, whatever was answered before and whatever day it is.

"For all that came before there is an answer": a few answers that are often enough (the limits,
what was answered before) are tried for all that came before at once; where they are not enough,
the solver names a case they miss, and the answer to it joins them.
"""

from collections.abc import Iterator
from itertools import chain, islice, product
from typing import Any

import z3

from portal.forms.fields.domain import Days, OneOf, Whole, Words
from portal.forms.proofs.expressions import FRESH
from portal.forms.proofs.model import Asked, Model, Visit
from portal.forms.proofs.observing import Observation
from portal.forms.proofs.search import Found, Search, Unsure
from portal.forms.proofs.terms import (
    Listed,
    Moment,
    Named,
    Number,
    Term,
    Text,
    Truth,
    as_term,
    every,
    implies,
    no,
)

_ROUNDS, _CANDIDATES = 25, 32
Candidate = list[tuple[Any, Any]]
"""Each variable of the page with a term for it."""


def find_unanswerable(search: Search, visit: Visit) -> Found:
    """What leads to the page but leaves it without any answer it takes; None when nothing does."""
    model = search.model
    passes = _passes(model, visit)
    if passes is True:
        return None
    variables = [variable for asked in _on(model, visit) for variable in _variables(asked)]
    variables += _derived(model, variables)
    own = {_name(variable) for variable in variables}
    if not _names(passes) - own:
        # Nothing from before matters: one answer will do, or none ever does.
        match _check(passes):
            case z3.sat:
                return None
            case z3.unsat:
                return _shown(search, visit, visit.visited)
            case _:
                return Unsure("the solver gave up on the page's checks")
    return _refine(search, visit, passes, variables)


def _refine(search: Search, visit: Visit, passes: Term, variables: list[Any]) -> Found:
    missed: Term = visit.visited
    for candidate in islice(_candidates(search.model, visit), _CANDIDATES):
        missed = every(missed, no(z3.substitute(passes, *candidate)))
    search.settle()
    for _ in range(_ROUNDS):
        case = search.case(missed)
        if case is None:
            return None
        if isinstance(case, Unsure):
            return case
        inner = _solver(_fixed(passes, variables, case))
        match inner.check():
            case z3.sat:
                answer = inner.model()
                found = [(v, answer.eval(v, True)) for v in variables]
                missed = every(missed, no(z3.substitute(passes, *found)))
                later = _as_days_from_today(search.model, visit, found, case)
                missed = every(missed, no(z3.substitute(passes, *later)))
            case z3.unsat:
                return _shown(search, visit, every(visit.visited, _same(passes, variables, case)))
            case _:
                return Unsure("the solver gave up on the page's checks")
    return Unsure("there are too many cases in which to answer the page")


def _as_days_from_today(
    model: Model, visit: Visit, found: Candidate, case: z3.ModelRef
) -> Candidate:
    """The same answer with its dates as many days from today: it may do on every day there is."""
    days = {str(a.value.day) for a in _on(model, visit) if isinstance(a.value, Moment)}
    today = case.eval(model.today, True)
    return [
        (v, z3.simplify(model.today + value - today) if str(v) in days else value)
        for v, value in found
    ]


def _shown(search: Search, visit: Visit, goal: Term) -> Found:
    page = visit.page
    name = f"Nothing can be answered at {page.name}"
    tried = search.find(
        every(goal, visit.answered),
        lambda seen: seen.journey.next_page is page and seen.stuck,
        name,
    )
    if isinstance(tried, Observation):
        return tried
    return search.find(
        every(goal, no(visit.answered)),
        lambda seen: seen.journey.next_page is page and not seen.refused and not seen.stuck,
        name,
    )


def _passes(model: Model, visit: Visit) -> Term:
    """The page is answered and goes on, as a term over its own answers and what came before."""
    facts = [implies(every(asked.wanted, asked.filled), asked.fits) for asked in _on(model, visit)]
    checks = (visit.expressions.condition(check.that).fails for check in visit.page.checks)
    goes_on = every(*facts, *(no(fails) for fails in checks))
    if isinstance(goes_on, bool):
        return goes_on
    goes_on = z3.substitute(goes_on, (visit.answered, z3.BoolVal(True)))
    names = _names(goes_on)
    derived = [fact for term, fact in model.expressions.derived if _name(term) in names]
    return every(goes_on, *derived)


def _check(passes: Term) -> z3.CheckSatResult:
    return z3.unsat if passes is False else _solver(passes).check()


def _solver(passes: Term) -> z3.Solver:
    solver = z3.Solver()
    solver.set("timeout", 2_000)
    solver.add(passes)
    return solver


def _on(model: Model, visit: Visit) -> list[Asked]:
    return [a for a in model.every_asked if a.page is visit.page and a.place == visit.place]


def _variables(asked: Asked) -> list[Any]:
    terms: list[Term] = [asked.filled, asked.ways]
    match asked.value:
        case Truth(term) | Number(term) | Text(term) | Moment(term):
            terms.append(term)
        case Listed(entries):
            terms += [there for there, _ in entries]
            terms += [item.term for _, item in entries if isinstance(item, Text)]
        case Named():
            terms += asked.texts
        case _:
            pass
    return [v for term in terms if not isinstance(term, bool | int) for v in _constants(term)]


def _candidates(model: Model, visit: Visit) -> Iterator[Candidate]:
    """Answers that are often enough: first with everything optional left blank."""
    choices = [list(_often_enough(model, asked)) for asked in _on(model, visit)]
    most = max((len(each) for each in choices), default=0)
    together = ([each[n % len(each)] for each in choices] for n in range(most))
    for chosen in chain(together, product(*choices)):
        yield [pair for each in chosen for pair in each]


def _often_enough(  # noqa: C901  # one branch for each kind of answer
    model: Model, asked: Asked
) -> Iterator[Candidate]:
    blank = _plain(asked)
    if not isinstance(asked.filled, bool):
        yield [*blank, (asked.filled, z3.BoolVal(False))]
        blank = [*blank, (asked.filled, z3.BoolVal(True))]
    match asked.value, asked.domain:
        case Moment(day), Days(first, last):
            for term in (
                model.moving(first) if first else None,
                model.moving(last) if last else None,
            ):
                if term is not None:
                    yield [*blank, (day, as_term(term))]
            yield [*blank, (day, model.today)]
            yield from ([*blank, (day, other + 1)] for other in _earlier(model, asked, Moment))
        case Number(number), Whole(first, last):
            yield [*blank, (number, as_term(first))]
            yield [*blank, (number, as_term(last))]
            yield from ([*blank, (number, other)] for other in _earlier(model, asked, Number))
        case Text(term), OneOf(values):
            for value in values:
                yield [*blank, (term, as_term(model.texts.number(value)))]
        case Text(term), Words(shortest, longest) if model.texts.asks_size:
            for size in (shortest, longest):
                yield [*blank, (term, as_term(model.texts.of_size(size)))]
        case Text(term), Words():
            yield [*blank, (term, as_term(FRESH))]
        case Truth(term), _ if not isinstance(term, bool):
            yield [*blank, (term, z3.BoolVal(True))]
            yield [*blank, (term, z3.BoolVal(False))]
        case _:
            yield blank


def _plain(asked: Asked) -> Candidate:
    """Some value for every variable of the question but the one its kind is tried with."""
    tried = asked.value.day if isinstance(asked.value, Moment) else None
    tried = asked.value.term if isinstance(asked.value, Number | Truth | Text) else tried
    plain: Candidate = []
    variables = _variables(asked)
    passed_over = {_name(each) for each in (tried, asked.filled) if z3.is_const(each)}
    for place, variable in enumerate(variables):
        name = _name(variable)
        if name in passed_over:
            continue
        is_flag = z3.is_bool(variable)
        value = z3.BoolVal(place == len(variables) - 1) if is_flag else z3.IntVal(FRESH + place)
        if name.startswith(("way ", "files ")):
            value = z3.IntVal(0 if name.startswith("way ") else 1)
        plain.append((variable, value))
    return plain


def _earlier(model: Model, asked: Asked, kind: type[Moment] | type[Number]) -> Iterator[Any]:
    for other in model.every_asked:
        if other is asked:
            return
        if isinstance(other.value, kind):
            yield other.value.day if isinstance(other.value, Moment) else other.value.term  # type: ignore[union-attr]


def _fixed(passes: Term, variables: list[Any], case: z3.ModelRef) -> Term:
    outside = _outside(passes, variables)
    return z3.substitute(passes, *((v, case.eval(v, True)) for v in outside))


def _same(passes: Term, variables: list[Any], case: z3.ModelRef) -> Term:
    return every(*(v == case.eval(v, True) for v in _outside(passes, variables)))


def _outside(passes: Term, variables: list[Any]) -> list[Any]:
    own = {_name(variable) for variable in variables}
    return [v for v in _constants(passes) if _name(v) not in own]


def _derived(model: Model, variables: list[Any]) -> list[Any]:
    """What is worked out from the page's own answers: it changes with them."""
    own = {_name(variable) for variable in variables}
    return [term for term, fact in model.expressions.derived if _names(fact) & own]


def _names(term: Term) -> set[str]:
    return {_name(constant) for constant in _constants(term)}


def _name(constant: Any) -> str:  # noqa: ANN401  # z3
    """What `str` would say, without the solver's printer, which takes its time."""
    return constant.decl().name()


def _constants(term: Term) -> list[Any]:
    if isinstance(term, bool | int):
        return []
    found: dict[str, Any] = {}
    seen: set[int] = set()
    waiting = [term]
    while waiting:
        here = waiting.pop()
        identity = here.get_id()
        if identity in seen:
            continue
        seen.add(identity)
        if here.num_args():
            waiting += here.children()
        elif here.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            found[_name(here)] = here
    return list(found.values())
