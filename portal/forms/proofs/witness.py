"""Turns what the solver found into an example: each answer as a designer writes it."""

from typing import Any

import z3

from portal.core.dates import Today
from portal.forms.definition import Example
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import Json
from portal.forms.fields.domain import Files, Parts, PartsWanted, Unmodelled, Words
from portal.forms.proofs import calendar
from portal.forms.proofs.model import Asked, Model, Place
from portal.forms.proofs.terms import Free, Listed, Moment, Named, Number, Term, Text, Truth


def example_of(model: Model, found: z3.ModelRef, name: str) -> tuple[Example, Today]:
    """The answers of every page answered, and the day it is."""
    reading = _Reading(model, found)
    answers = reading.answers(model, ())
    day = calendar.day_of(reading.number(model.today))
    return Example(name, answers, on=day), Today(day, model.bank_holidays)


class _Reading:
    def __init__(self, model: Model, found: z3.ModelRef) -> None:
        self._texts = model.texts
        self._today = model.today
        self._found = found
        self._samples: dict[int, int] = {}

    def answers(self, model: Model, place: Place) -> dict[str, Any]:
        """What is answered at a place, lists among it."""
        answers: dict[str, Any] = {
            asked.question.name: self.written(asked)
            for asked in model.every_asked
            if asked.place == place and self.is_true(asked.given)
        }
        for listing in model.every_listing:
            number = self.number(listing.number) if listing.place == place else 0
            if number and self.is_true(listing.reached):
                name, told = listing.repeat.name, len(listing.there)
                items = [self.answers(model, (*place, (name, n))) for n in range(min(number, told))]
                answers[name] = items + [items[-1]] * (number - told)
        return answers

    def is_true(self, term: Term) -> bool:
        return term if isinstance(term, bool) else z3.is_true(self._found.eval(term, True))

    def number(self, term: Term) -> int:
        if isinstance(term, int):
            return term
        value: Any = self._found.eval(term, True)
        return value.as_long()

    def written(self, asked: Asked) -> Json:
        field_type = FIELD_TYPES[asked.question.type]
        return field_type.write_example(asked.question, self._value(asked))

    def _value(self, asked: Asked) -> Any:  # noqa: ANN401  # a value of the domain
        match asked.value:
            case Truth(term):
                return self.is_true(term)
            case Number(term):
                return self.number(term)
            case Moment(day):
                return calendar.day_of(self.number(day))
            case Text(term):
                return self._text(term, asked)
            case Listed(entries):
                return [
                    self._text(item.term, asked)
                    for there, item in entries
                    if self.is_true(there) and isinstance(item, Text)
                ]
            case Named():
                return self._parts(asked)
            case Free() if isinstance(asked.domain, Unmodelled):
                return asked.domain.example(calendar.day_of(self.number(self._today)))
            case _:
                return None

    def _text(self, term: Term, asked: Asked) -> str:
        number = self.number(term)
        known = self._texts.text(number)
        if known is not None:
            return known
        match asked.domain:
            case Words() as words:
                sample = words.sample(self._sample(number))
                return self._composed(number, sample, words) if words.free else sample
            case Files(_, ending):
                return f"file-{self._sample(number) + 1}.{ending}"
            case _:
                return ""

    def _sample(self, number: int) -> int:
        """Another number for another text."""
        return self._samples.setdefault(number, len(self._samples))

    def _composed(self, number: int, sample: str, words: Words) -> str:
        """A text that begins with, contains and ends with what the solver wants."""
        texts = self._texts
        wanted = {"startsWith": "", "contains": "", "endsWith": ""}
        for (function, literal), test in texts.tests.items():
            if (
                function in wanted
                and self.is_true(test(number))
                and len(literal) > len(wanted[function])
            ):
                wanted[function] = literal
        begins, holds, ends = wanted["startsWith"], wanted["contains"], wanted["endsWith"]
        middle = sample if holds in begins + ends else sample + holds
        text = f"{begins}{middle}{ends}" if any(wanted.values()) else sample
        if texts.asks_size:
            text = _of_size(text, begins, ends, self.number(texts.size(z3.IntVal(number))))
        return text if len(text) <= words.longest else (begins + holds + ends)[: words.longest]

    def _parts(self, asked: Asked) -> PartsWanted:
        assert isinstance(asked.value, Named)  # noqa: S101  # as its domain is
        domain = asked.domain
        assert isinstance(domain, Parts)  # noqa: S101
        way = domain.ways[self.number(asked.ways) % len(domain.ways)]
        parts: dict[str, str] = {}
        for part, value in asked.value.parts:
            number = self.number(value.term) if isinstance(value, Text) else 0
            known = self._texts.text(number)
            parts[part] = domain.sample(part, self._sample(number)) if known is None else known
        return PartsWanted(way.name, parts)


def _of_size(text: str, begins: str, ends: str, size: int) -> str:
    """The text made longer or shorter in its middle."""
    kept = len(text) - len(ends)
    if size >= len(text):
        return text[:kept] + "x" * (size - len(text)) + text[kept:]
    return (text[: max(size - len(ends), len(begins))] + ends)[:size]
