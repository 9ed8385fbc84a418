"""Reads the computed values of a form, in whatever order they are written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from portal.forms.conditions import RESERVED, Expression, Mistake, Vocabulary, names_in
from portal.forms.definition import Computed
from portal.forms.language import COMPUTED
from portal.forms.list_types import FormVocabulary, Rows
from portal.forms.reader import QUESTION_NAME, Reader

SHOWN_AS = ("text", "number", "money", "date")
_TYPES = {"BOOL": "bool", "INT": "int", "STRING": "string", "TIMESTAMP": "timestamp"}


@dataclass(frozen=True, slots=True)
class ComputedValues:
    """The computed values in working order, and what the whole form may speak of."""

    values: tuple[Computed, ...]
    vocabulary: Vocabulary
    types: Mapping[str, str]
    """Name → bool, int, string or timestamp."""
    reads: Mapping[str, frozenset[str]]
    """Name → the questions and lists it is worked out from, in the end."""


def parse_computed(
    form: Reader, types: Mapping[str, str], rows: Rows | None = None
) -> ComputedValues:
    """Read `computed:`; `types` are those of the questions and lists, `rows` what lists hold."""
    written = dict(_by_name(form, types))
    known, made = dict(types), dict[str, str]()
    values: list[Computed] = []
    reads: dict[str, frozenset[str]] = {}
    vocabulary = FormVocabulary(known, rows or {})
    for name in _in_order(written):
        item = written[name]
        expression = _compile(item, vocabulary)
        if expression is None:
            continue
        made[name] = known[name] = _TYPES[expression.result]
        reads[name] = frozenset[str]().union(
            *(reads.get(read, frozenset({read})) for read in expression.reads)
        )
        shown_as = item.one_of("shown_as", SHOWN_AS, "text")
        values.append(Computed(name, expression, shown_as, item.text("label"), item.spot()))
        vocabulary = FormVocabulary(known, rows or {})
    return ComputedValues(tuple(values), vocabulary, made, reads)


def _by_name(form: Reader, types: Mapping[str, str]) -> Iterator[tuple[str, Reader]]:
    seen: set[str] = set()
    for item in form.each("computed", COMPUTED):
        name = item.name("value", QUESTION_NAME, "computed value")
        if name in RESERVED:
            item.error("value", "F053", f"a computed value cannot be called {name}")
        elif name in types or name in seen:
            item.error("value", "F054", f"{name} is a question, a list or another computed value")
        elif name:
            seen.add(name)
            yield name, item


def _in_order(written: Mapping[str, Reader]) -> list[str]:
    """The names, each after those it is worked out from."""
    graph = {name: names_in(item.text("is")) & written.keys() for name, item in written.items()}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = error.args[1]
        written[circle[0]].error(
            "is",
            "C004",
            f"{circle[0]} is worked out from itself: {' → '.join(reversed(circle))}",
            "Break the circle: a computed value may not read itself, by whatever way round.",
        )
        return []


def _compile(item: Reader, vocabulary: Vocabulary) -> Expression | None:
    compiled = vocabulary.compile(item.text("is"))
    if isinstance(compiled, Mistake):
        item.error("is", compiled.code, compiled.message, compiled.hint, offset=compiled.offset)
        compiled = compiled.expression
        if compiled is None:
            return None
    if compiled.result not in _TYPES:
        item.error(
            "is",
            "C005",
            "a computed value is a number, a text, a date or a yes or no",
            "Reduce a list with size(), sum(), exists() or all().",
        )
        return None
    return compiled
