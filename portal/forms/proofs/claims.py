"""What is claimed of every form. Each claim is one small function giving its verdicts."""

from collections.abc import Callable, Iterable, Iterator

from portal.core.shapes import is_mapping
from portal.forms.conditions import Expression
from portal.forms.definition import Check, Example, Page, Repeat, pages_of
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import Question, Spot
from portal.forms.fields.domain import OneOf, SomeOf, YesNo
from portal.forms.proofs.answering import find_unanswerable
from portal.forms.proofs.model import (
    Charge,
    Condition,
    Listing,
    Model,
    Visit,
    check_name,
    expressions_of,
    warning_name,
)
from portal.forms.proofs.observing import Observation, as_example
from portal.forms.proofs.search import Found, Search, Unsure
from portal.forms.proofs.syntax import AND, Node, literals, operands, spelt, without
from portal.forms.proofs.terms import (
    Known,
    Listed,
    Named,
    Term,
    Text,
    Truth,
    count,
    every,
    implies,
    no,
    some,
)
from portal.forms.proofs.verdicts import Proven, Refuted, Undecided, Verdict
from portal.forms.texts import placeholders

Claim = Callable[[Search], Iterator[Verdict]]
_FEW = 3
"""Options from which on one that is compared nowhere looks forgotten."""


def pages_can_be_reached(search: Search) -> Iterator[Verdict]:
    """Every page and exit page can be reached, and the form can be sent."""
    yield _can_be_sent(search)
    for visit in search.model.visits:
        yield _can_be_reached(search, visit)
    for listing in search.model.listings:
        yield _can_be_finished(search, listing)


def _can_be_finished(search: Search, listing: Listing) -> Verdict:
    """A list ends: it has a most, and so many things as it asks for can pass its checks."""
    repeat = listing.repeat
    claim = f"the list {repeat.name} can be finished"
    found = search.find(
        listing.passed,
        lambda seen: repeat.name in seen.lists,
        f"The list {repeat.name} is finished",
        hopeful=True,
    )
    if found is None and search.impossible(listing.reached):
        message, hint = f"the list {repeat.name} can never be reached", "Look at its condition."
        refuted = Refuted(claim, "V001", message, hint, _spot_of(repeat), _anything(search))
        return _possible(claim, found, refuted)
    message = f"the list {repeat.name} can never be finished"
    hint = "No things that can be added pass its checks, or one can never be answered to its end."
    witness = _some_way(search, listing.reached) if found is None else None
    return _possible(claim, found, Refuted(claim, "V003", message, hint, _spot_of(repeat), witness))


def _can_be_sent(search: Search) -> Verdict:
    name = "the form can be sent"
    found = search.find(
        search.model.complete, lambda seen: seen.complete, "It can be sent", hopeful=True
    )
    first = search.definition.parts[0]
    return _possible(
        name,
        found,
        Refuted(
            name,
            "V002",
            "no answers lead to the end of the form",
            "Look at the exit pages: together they turn everybody away.",
            first.spot,
            _anything(search),
        ),
    )


def _can_be_reached(search: Search, visit: Visit) -> Verdict:
    page = visit.page
    name = f"the page {page.name} can be reached"
    found = search.find(
        visit.visited,
        lambda seen: page.name in seen.pages,
        f"The page {page.name} is reached",
        hopeful=True,
    )
    passed = found is None and search.model.holds(page.when) is not True
    hint = (
        "No answers before it make its condition true."
        if passed
        else "The journey never comes this far."
    )
    return _possible(
        name,
        found,
        Refuted(
            name,
            "V001",
            f"the page {page.name} can never be reached",
            hint,
            _spot_of(page),
            _passing(search, visit) if found is None else None,
        ),
    )


def pages_can_be_answered(search: Search) -> Iterator[Verdict]:
    """No page can become impossible to answer, so every route ends: the pages are finite."""
    for visit in search.model.visits:
        if visit.page.is_exit:
            continue
        name = f"the page {visit.page.name} can always be answered"
        found = find_unanswerable(search, visit)
        spot = visit.page.checks[0].spot if visit.page.checks else visit.page.spot
        message = f"nothing that can be answered on the page {visit.page.name} is let through"
        hint = "After these answers every answer fails a check or a limit. Widen one of them."
        yield _never(name, found, "V003", message, hint, spot)


def conditions_matter(search: Search) -> Iterator[Verdict]:
    """No condition is always true or always false where it stands; no operand is idle."""
    model = search.model
    for place in model.places():
        kind = place.name.partition(" ")[0]
        if kind in ("fee", "question", "option"):
            yield _can_be_true(search, place)
        if kind not in ("check", "warning"):
            yield _can_be_false(search, place)
    for visit in model.visits:
        for number, check in enumerate(visit.page.checks):
            yield _can_fail(search, visit, check_name(visit.page, number), check)
        for number, warning in enumerate(visit.page.warnings):
            yield from _warns_of_some(search, visit, number, warning)
    for listing in model.listings:
        for number, check in enumerate(listing.repeat.checks):
            yield _can_fail(search, listing, check_name(listing.repeat, number), check)
    for place in model.places():
        yield from _idle_operands(search, place)


def _can_be_true(search: Search, place: Condition) -> Verdict:
    name, condition, asked, holds = place.name, place.expression, place.asked, place.known.holds
    found = search.find(
        every(asked, holds),
        lambda seen: seen.results.get(name) is True,
        f"The {name} applies",
        hopeful=True,
    )
    claim = f"the condition of {name} can be true"
    message = f"the condition of the {name} is never true here"
    hint = "What it describes cannot have been answered by then."
    if found is None and search.impossible(asked):
        return Proven(claim)  # the place itself cannot be reached, which is said elsewhere
    passing = _asked_at(search, name, asked) if found is None else None
    return _possible(claim, found, Refuted(claim, "V004", message, hint, condition.spot, passing))


def _can_be_false(search: Search, place: Condition) -> Verdict:
    name, condition, asked, holds = place.name, place.expression, place.asked, place.known.holds
    found = search.find(
        every(asked, no(holds)),
        lambda seen: name in seen.results and seen.results[name] is not True,
        f"The {name} does not apply",
        hopeful=True,
    )
    claim = f"the condition of {name} can be false"
    message = f"the condition of the {name} is always true here"
    hint = "Remove it, or correct what it compares with."
    if found is None and search.impossible(asked):
        return Proven(claim)  # the place itself cannot be reached, which is said elsewhere
    passing = _asked_at(search, name, asked) if found is None else None
    return _possible(claim, found, Refuted(claim, "V004", message, hint, condition.spot, passing))


def _can_fail(search: Search, at: Visit | Listing, name: str, check: Check) -> Verdict:
    fails = at.expressions.condition(check.that).fails
    reached, answered = (
        (at.visited, at.answered) if isinstance(at, Visit) else (at.reached, at.closed)
    )
    found = search.find(
        every(answered, fails), lambda seen: seen.results.get(name) is False, f"{name} fails"
    )
    claim = f"{name} can fail"
    message = f"this check can never fail: its error “{check.otherwise}” is never said"
    hint = "Correct what it compares, or remove it."
    if found is None and search.impossible(reached):
        return Proven(claim)
    passing = _asked_at(search, name, answered) if found is None else None
    return _possible(claim, found, Refuted(claim, "V004", message, hint, check.that.spot, passing))


def _warns_of_some(search: Search, visit: Visit, number: int, warning: Check) -> Iterator[Verdict]:
    """A warning is shown to some and not to all: it stops nobody, so this is most likely a slip."""
    name = warning_name(visit.page, number)
    fails = visit.expressions.condition(warning.that).fails
    for shown, goal in ((True, fails), (False, no(fails))):
        found = search.find(
            every(visit.passed, goal),
            lambda seen, shown=shown: (
                name in seen.results and (seen.results[name] is False) is shown
            ),
            f"{name} is{'' if shown else ' not'} shown",
            hopeful=True,
        )
        claim = f"{name} is {'shown to somebody' if shown else 'not shown to everybody'}"
        if found is None and search.impossible(visit.passed):
            yield Proven(claim)
            continue
        said = "never" if shown else "always"
        yield _possible(
            claim,
            found,
            Refuted(
                claim,
                "V013",
                f"this warning is {said} shown: “{warning.otherwise}”",
                "Correct what it compares, or remove it.",
                warning.that.spot,
                _asked_at(search, name, visit.passed) if found is None else None,
                severity="warning",
            ),
        )


def _idle_operands(search: Search, place: Condition) -> Iterator[Verdict]:
    name, condition, asked, expressions = (
        place.name,
        place.expression,
        place.asked,
        place.inside,
    )
    tree = expressions.tree(condition)
    whole = place.known
    parts = list(operands(tree))
    said = {spelt(operand) for operand, _, _ in parts}
    if not parts or search.impossible(asked):
        return
    for operand, sibling, joined in parts:
        if said & {f"!{spelt(operand)}", spelt(operand).removeprefix("!")} - {spelt(operand)}:
            continue  # "x and … or not x and …" tells two cases apart, needed or not
        rest = expressions.truth(without(tree, operand))
        search.settle()
        if not search.impossible(asked, _differ(whole, rest)):
            continue
        if _is_constant(search, place, operand, sibling, joined):
            yield Refuted(
                f"every part of the condition of {name} matters",
                "V005",
                f"{spelt(operand)} makes no difference in the condition of the {name}",
                "Remove it, or correct what it compares with.",
                condition.spot,
                _asked_at(search, name, asked),
                severity="warning",
            )


def _differ(one: Known, other: Known) -> Term:
    """Whether two conditions give something different: true, false or unknown."""
    return some(
        every(one.holds, no(other.holds)),
        every(no(one.holds), other.holds),
        every(one.fails, no(other.fails)),
        every(no(one.fails), other.fails),
    )


def _is_constant(
    search: Search, place: Condition, operand: Node, sibling: Node, joined: str
) -> bool:
    """Whether an operand is always the same where the other one leaves it to decide."""
    here, beside = place.inside.truth(operand), place.inside.truth(sibling)
    decides = every(place.asked, beside.holds if joined == AND else beside.fails)
    return search.impossible(decides, here.holds) or search.impossible(decides, no(here.holds))


def nothing_unasked_is_read(search: Search) -> Iterator[Verdict]:
    """No condition depends on an answer that was not asked for on the way."""
    revealed = {f"question {name}" for visit in search.model.visits for name in visit.page.reveals}
    for place in search.model.places():
        if place.name not in revealed:  # the choice beside it not made, or not asked
            yield _is_known(search, place)


def _is_known(search: Search, place: Condition) -> Verdict:
    model, name, condition, asked = search.model, place.name, place.expression, place.asked
    unknown = no(place.known.known)
    claim = f"the condition of {name} can always be worked out"
    reads = model.reads(condition)
    filled = _all_filled(model, reads)

    def shows(seen: Observation) -> bool:
        return name in seen.results and seen.results[name] is None and not _blanks(seen, reads)

    found = search.find(every(asked, unknown, filled), shows, f"The {name} cannot be worked out")
    if not isinstance(found, Observation):
        return _blank_or_known(search, name, condition, every(asked, unknown), found)
    off = [q for q in reads if q not in found.scope]
    if not off:
        message = f"the condition of the {name} cannot be worked out for every answer"
        hint = "It divides by nought, or reads a part or a place that is not there."
        return Refuted(claim, "V006", message, hint, condition.spot, as_example(found))
    message = f"the condition of the {name} reads {off[0]}, which may not have been asked"
    return Refuted(
        claim, "V006", message, _guard(search, off[0]), condition.spot, as_example(found)
    )


def _all_filled(model: Model, reads: Iterable[str]) -> Term:
    """Nothing optional was left blank, in any item of the lists it reads neither."""
    names = set(reads)
    for repeat in model.definition.repeats:
        if repeat.name in names:
            names |= {q.name for page in pages_of(repeat.parts) for q in page.questions}
    read = [asked for asked in model.every_asked if asked.question.name in names]
    return every(*(implies(asked.visited, asked.filled) for asked in read))


def _guard(search: Search, question: str) -> str:
    page = search.definition.page_of(question)
    if page is not None:
        guards = [c.text for c in (page.when, page.asked_when.get(question)) if c is not None]
        if guards:
            return f"Ask first whether it was asked: {' && '.join(guards)} && …"
    return "Ask first whether it was asked, with the condition of its page and && before it."


def _blanks(seen: Observation, reads: Iterable[str]) -> list[str]:
    """The questions among them that were asked and left blank."""
    return [
        question
        for question in reads
        if question not in seen.scope
        and (page := seen.definition.page_of(question)) is not None
        and page.name in seen.pages
        and seen.results.get(f"question {question}", True) is True
    ]


def _blank_or_known(
    search: Search, name: str, condition: Expression, unknown: Term, found: Found
) -> Verdict:
    """Not unknown because of the route; perhaps because something optional was left blank."""
    claim = f"the condition of {name} can always be worked out"
    if isinstance(found, Unsure):
        return Undecided(claim, found.reason)
    if name.startswith(("check ", "warning ")):
        return Proven(claim)  # a check that cannot be worked out says nothing, as it should
    blank = search.find(
        unknown,
        lambda seen: name in seen.results and seen.results[name] is None,
        f"The {name} reads what was left blank",
    )
    if isinstance(blank, Observation):
        left = ", ".join(_blanks(blank, search.model.reads(condition)))
        return Refuted(
            claim,
            "V007",
            f"the condition of the {name} does not apply when {left} is left blank",
            "If that is not what you mean, do not make the question optional.",
            condition.spot,
            as_example(blank),
            severity="warning",
        )
    return Proven(claim) if blank is None else Undecided(claim, blank.reason)


def fees_are_certain(search: Search) -> Iterator[Verdict]:
    """Every complete journey has one amount for each line charged, on every date."""
    for charge in search.model.charges:
        yield _has_an_amount(search, charge)
    if search.definition.fee:
        yield _charges_as_many_as_it_says(search)


def _has_an_amount(search: Search, charge: Charge) -> Verdict:
    line = charge.line
    found = search.find(
        every(charge.charged, no(charge.certain)),
        lambda seen: line.name in seen.charged and seen.charged[line.name] is None,
        f"The line {line.name} has no amount",
    )
    message = f"the line {line.name} is charged but has no amount"
    hint = f"Look at the dates and bands of {line.schedule.name}"
    hint += f", and whether {line.by or line.times} is asked." if line.by or line.times else "."
    if isinstance(found, Observation):
        dated = line.schedule.on(found.today.on)
        if dated is None:
            message += f" on {found.today.on}"
        for question in filter(None, (line.by, line.times)):
            number = found.scope.get(question)
            message += f" when {question} is " + ("not asked" if number is None else f"{number:,}")
    return _never(f"the line {line.name} has one amount", found, "V008", message, hint, line.spot)


def _charges_as_many_as_it_says(search: Search) -> Verdict:
    model, charge = search.model, search.definition.charge
    lines = count(each.charged for each in model.charges)
    wrong = {"one": lines != 1, "some": lines == 0, "any": False}[charge]
    claim = {"one": "everybody is charged exactly one line", "some": "nobody pays nothing"}.get(
        charge, "anybody may be charged any lines"
    )
    if wrong is True or not isinstance(wrong, bool):
        wrong = every(model.complete, wrong)

    def shows(seen: Observation) -> bool:
        total = len(seen.charged)
        return seen.complete and (total != 1 if charge == "one" else charge == "some" and not total)

    found = search.find(wrong, shows, "The fee lines are not as they should be")
    charged = list(found.charged) if isinstance(found, Observation) else []
    message = (
        f"these answers are charged {len(charged)} lines: {', '.join(charged)}"
        if charged
        else "these answers are charged nothing"
    )
    hint = "Mend the conditions of the lines; or say `charge: some` or `charge: any`."
    spot = search.definition.fee[0].spot
    if charged:
        spot = next(line.spot for line in search.definition.fee if line.name == charged[-1])
    return _never(claim, found, "V009", message, hint, spot)


def cases_are_whole(search: Search) -> Iterator[Verdict]:
    """What the case needs is there on every complete journey."""
    rule, model = search.definition.case, search.model
    if rule.location:
        yield _is_given(
            search,
            "the case says where it is",
            every(*(no(model.given(name)) for name in rule.location)),
            lambda seen: not any(name in seen.scope for name in rule.location),
            "the case may not say where: none of " + ", ".join(rule.location) + " is answered",
        )
    yield from _customer_is_known(search)
    yield _subject_is_not_empty(search)


def _customer_is_known(search: Search) -> Iterator[Verdict]:
    rule, model = search.definition.case, search.model
    if rule.anonymous:
        return
    for part, name in rule.customer.items():
        question = search.definition.question(name)
        if question is None or (question.optional and part != "email"):
            continue
        yield _is_given(
            search,
            f"the case has the customer's {part}",
            no(model.given(name)),
            lambda seen, name=name: name not in seen.scope,
            f"the case may not have the customer's {part}: {name} is not answered",
            "Ask it on every route, or say `anonymous: yes` under customer."
            if part != "email"
            else "The confirmation goes there. Ask it on every route, and do not make it optional.",
        )


def _is_given(
    search: Search,
    claim: str,
    missing: Term,
    shows: Callable[[Observation], bool],
    message: str,
    hint: str = "Ask it on every route, or name another question as well.",
) -> Verdict:
    found = search.find(
        every(search.model.complete, missing),
        lambda seen: seen.complete and shows(seen),
        f"Not so: {claim}",
    )
    return _never(claim, found, "V010", message, hint, search.definition.case.spot)


def _subject_is_not_empty(search: Search) -> Verdict:
    claim, rule, model = "the case's subject is never empty", search.definition.case, search.model
    asked = placeholders(rule.subject)
    plain = rule.subject
    for name, part in asked:
        plain = plain.replace(f"{{{name}.{part}}}" if part else f"{{{name}}}", "")
    if any(letter.isalnum() for letter in plain):
        return Proven(claim)
    empty = every(*(no(_has_words(search, name, part)) for name, part in asked))
    found = search.find(
        every(model.complete, empty),
        lambda seen: seen.complete and all(_is_empty(seen, name, part) for name, part in asked),
        f"Not so: {claim}",
    )
    message = "the case's subject may be empty: none of its placeholders is answered"
    return _never(claim, found, "V010", message, "Add words that are always there.", rule.spot)


def _has_words(search: Search, name: str, part: str) -> Term:
    asked = search.model.asked.get(name)
    if asked is None:
        known = search.model.known(name)
        text = known.value.term != 0 if isinstance(known.value, Text) else True
        return every(known.known, text)
    if isinstance(asked.value, Named) and part not in ("", "label"):
        value = dict(asked.value.parts).get(part)
        return every(asked.given, value.term != 0) if isinstance(value, Text) else False
    return asked.given


def _is_empty(seen: Observation, name: str, part: str) -> bool:
    value = seen.scope.get(name)
    return value in (None, "") or (
        is_mapping(value) and part not in ("", "label") and not value.get(part)
    )


def options_lead_on(search: Search) -> Iterator[Verdict]:
    """Every option leads to the end or to an exit page; none looks forgotten."""
    for question in search.definition.questions:
        page = search.definition.page_of(question.name)
        for value, chosen in _choices(search, question):
            yield _leads_on(search, question, value, chosen)
        if page is not None:
            yield from _forgotten(search, question)


def _choices(search: Search, question: Question) -> Iterator[tuple[str, Term]]:
    asked = search.model.asked.get(question.name)
    if asked is None:
        return
    texts = search.model.texts
    match asked.domain, asked.value:
        case OneOf(values), Text(term):
            for value in values:
                yield value, every(asked.given, term == texts.number(value))
        case SomeOf(values), Listed(entries):
            for value, (there, _) in zip(values, entries, strict=True):
                yield value, every(asked.given, there)
        case YesNo(only_yes), Truth(term):
            yield "yes", every(asked.given, term)
            if not only_yes:
                yield "no", every(asked.given, no(term))
        case _:
            pass


def _leads_on(search: Search, question: Question, value: str, chosen: Term) -> Verdict:
    model = search.model
    ends = some(model.complete, *(v.visited for v in model.visits if v.page.is_exit))
    fact = f"{question.name} is {value}"
    found = search.find(
        every(chosen, ends), lambda seen: fact in seen.facts, f"{fact}, to the end", hopeful=True
    )
    claim = f"{fact} leads to an end"
    message = f"nobody who answers {fact} can ever finish"
    hint = "A check after it always fails, or a page after it cannot be answered."
    witness = None
    if found is None:
        page = search.definition.page_of(question.name)
        assert page is not None  # noqa: S101  # the question is on one
        offer = page.offered_when.get((question.name, value))
        wanted = model.asked[question.name].wanted
        if search.impossible(model.visit(page).visited, wanted, model.holds(offer)):
            return Proven(claim)  # it cannot come to this choice, which is said elsewhere
        stuck = search.find(
            chosen, lambda seen: _chose(seen, question.name, value), f"{fact}, but no end"
        )
        witness = as_example(stuck) if isinstance(stuck, Observation) else _anything(search)
    return _possible(claim, found, Refuted(claim, "V011", message, hint, question.spot, witness))


def _chose(seen: Observation, question: str, value: str) -> bool:
    said = seen.scope.get(question)
    if isinstance(said, bool):
        return said == (value == "yes")
    return value in said if isinstance(said, list) else said == value


def _forgotten(search: Search, question: Question) -> Iterator[Verdict]:
    domain = FIELD_TYPES[question.type].domain(question)
    if not isinstance(domain, OneOf) or len(domain.values) < _FEW:
        return
    compared = {
        text
        for condition in expressions_of(search.definition)
        if question.name in search.model.reads(condition)
        for text in literals(search.model.expressions.tree(condition))
    }
    left = [value for value in domain.values if value not in compared]
    if len(left) == 1:
        chosen = next(term for value, term in _choices(search, question) if value == left[0])
        found = search.find(
            chosen,
            lambda seen: _chose(seen, question.name, left[0]),
            f"{left[0]} is chosen",
            hopeful=True,
        )
        yield Refuted(
            f"every option of {question.name} is used",
            "V012",
            f"every option of {question.name} is compared somewhere but {left[0]}",
            "If that is what you mean, leave it; otherwise say what it leads to.",
            question.spot,
            as_example(found) if isinstance(found, Observation) else None,
            severity="warning",
        )


CLAIMS: tuple[Claim, ...] = (
    pages_can_be_reached,
    pages_can_be_answered,
    nothing_unasked_is_read,
    conditions_matter,
    fees_are_certain,
    cases_are_whole,
    options_lead_on,
)


def _possible(claim: str, found: Found, otherwise: Refuted) -> Verdict:
    """The verdict on something that must be able to happen."""
    if isinstance(found, Observation):
        return Proven(claim, as_example(found))
    return otherwise if found is None else Undecided(claim, found.reason)


def _never(claim: str, found: Found, code: str, message: str, hint: str, spot: Spot) -> Verdict:
    """The verdict on something that must never happen."""
    if isinstance(found, Observation):
        return Refuted(claim, code, message, hint, spot, as_example(found))
    return Proven(claim) if found is None else Undecided(claim, found.reason)


def _spot_of(page: Page | Repeat) -> Spot:
    return page.when.spot if page.when is not None else page.spot


def _passing(search: Search, visit: Visit) -> Example | None:
    """Answers that come to the place where the page stands, or else as far as they can."""
    return _asked_at(search, f"page {visit.page.name}", visit.before)


def _asked_at(search: Search, name: str, asked: Term) -> Example | None:
    found = search.find(asked, lambda seen: name in seen.results, f"The {name} is come to")
    return as_example(found) if isinstance(found, Observation) else _anything(search)


def _some_way(search: Search, goal: Term) -> Example | None:
    """Answers that come so far, as the solver has it."""
    found = search.find(goal, lambda _: True, "Answers that come so far")
    return as_example(found) if isinstance(found, Observation) else None


def _anything(search: Search) -> Example | None:
    """Any answers at all."""
    found = search.find(True, lambda _: True, "Any answers")
    return as_example(found) if isinstance(found, Observation) else None
