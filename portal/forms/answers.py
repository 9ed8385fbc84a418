"""Answers: an immutable set of validated values, and which pages have been answered.

Each thing of a repeating group has answers of its own, nested in the same way.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from portal.forms.definition import FormDefinition, Page
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import AnswerValue, FieldType

ItemPath: TypeAlias = tuple[tuple[str, int], ...]
"""Where in repeating groups: (("vehicles", 3),) is the vehicle with the id 3. () is outside."""


@dataclass(frozen=True, slots=True)
class Item:
    """One of several things a repeating group asks about."""

    id: int
    """Its own for as long as the draft lives; not its number in the list."""
    answers: "Answers"


@dataclass(frozen=True, slots=True)
class Answers:
    """What has been answered so far. A question left blank on purpose has no value."""

    values: Mapping[str, AnswerValue] = field(default_factory=dict[str, AnswerValue])
    answered_pages: frozenset[str] = frozenset()
    """Names of pages; and of lists to which nothing more is to be added."""
    items: Mapping[str, tuple[Item, ...]] = field(default_factory=dict[str, tuple[Item, ...]])
    """Repeating group → its things, in the order they are shown."""

    def with_page(
        self, page: Page, given: Mapping[str, AnswerValue], place: ItemPath = ()
    ) -> "Answers":
        """These answers with one page answered afresh: what it no longer says is gone.

        At a `place` where nothing is yet, a new item is made, and its list is open again.
        """
        if place:
            (name, item_id), *within = place
            inner = self.item(name, item_id) or Answers()
            return self._with_item(name, item_id, inner.with_page(page, given, tuple(within)))
        names = {q.name for q in page.questions}
        kept = {name: value for name, value in self.values.items() if name not in names}
        return replace(
            self, values={**kept, **given}, answered_pages=self.answered_pages | {page.name}
        )

    def with_list_closed(self, name: str, place: ItemPath = ()) -> "Answers":
        """These answers with "nothing more to add" said of a list."""
        if place:
            (outer, item_id), *within = place
            inner = (self.item(outer, item_id) or Answers()).with_list_closed(name, tuple(within))
            return self._with_item(outer, item_id, inner)
        return replace(self, answered_pages=self.answered_pages | {name})

    def without_item(self, place: ItemPath) -> "Answers":
        """These answers with one item taken out of its list, which is open again."""
        (name, item_id), *within = place
        if within:
            inner = self.item(name, item_id)
            return (
                self
                if inner is None
                else self._with_item(name, item_id, inner.without_item(tuple(within)))
            )
        kept = tuple(item for item in self.items.get(name, ()) if item.id != item_id)
        return replace(
            self, items={**self.items, name: kept}, answered_pages=self.answered_pages - {name}
        )

    def with_item_earlier(self, place: ItemPath) -> "Answers":
        """These answers with one item before the one it stood behind."""
        (name, item_id), *within = place
        if within:
            inner = self.item(name, item_id) or Answers()
            return self._with_item(name, item_id, inner.with_item_earlier(tuple(within)))
        listed = list(self.items.get(name, ()))
        at = next((n for n, item in enumerate(listed) if item.id == item_id), 0)
        if at:
            listed[at - 1], listed[at] = listed[at], listed[at - 1]
        return replace(self, items={**self.items, name: tuple(listed)})

    def item(self, name: str, item_id: int) -> "Answers | None":
        """The answers about one item; None when there is no such item."""
        return next((i.answers for i in self.items.get(name, ()) if i.id == item_id), None)

    def at(self, place: ItemPath) -> "Answers":
        """The answers at a place; none when nothing is there yet."""
        found = self
        for name, item_id in place:
            found = found.item(name, item_id) or Answers()
        return found

    def next_id(self, name: str) -> int:
        """The id a new item of a list will have."""
        return max((item.id for item in self.items.get(name, ())), default=0) + 1

    def _with_item(self, name: str, item_id: int, inner: "Answers") -> "Answers":
        listed = self.items.get(name, ())
        if any(item.id == item_id for item in listed):
            made = tuple(Item(item_id, inner) if i.id == item_id else i for i in listed)
            return replace(self, items={**self.items, name: made})
        return replace(
            self,
            items={**self.items, name: (*listed, Item(item_id, inner))},
            answered_pages=self.answered_pages - {name},
        )


def dump_answers(definition: FormDefinition, answers: Answers) -> str:
    """Answers as JSON text for storage."""
    types = {q.name: FIELD_TYPES[q.type] for q in definition.questions}
    return json.dumps(_dumped(types, answers), ensure_ascii=False, separators=(",", ":"))


def _dumped(types: Mapping[str, FieldType], answers: Answers) -> dict[str, Any]:
    stored: dict[str, Any] = {
        "answers": {name: types[name].dump(value) for name, value in answers.values.items()},
        "pages": sorted(answers.answered_pages),
    }
    if answers.items:
        stored["items"] = {
            name: [{"id": item.id, **_dumped(types, item.answers)} for item in listed]
            for name, listed in answers.items.items()
        }
    return stored


def load_answers(definition: FormDefinition, stored: str) -> Answers:
    """Answers back from storage. Raises ValueError when they were not written for this digest."""
    if not stored:
        return Answers()
    types = {q.name: FIELD_TYPES[q.type] for q in definition.questions}
    return _loaded(definition, types, json.loads(stored))


def _loaded(
    definition: FormDefinition, types: Mapping[str, FieldType], read: Mapping[str, Any]
) -> Answers:
    values: dict[str, AnswerValue] = {}
    for name, value in read["answers"].items():
        if name not in types:
            msg = f"the stored answer {name!r} belongs to no question of {definition.form}"
            raise ValueError(msg)
        values[name] = types[name].load(value)
    items = {
        name: tuple(Item(item["id"], _loaded(definition, types, item)) for item in listed)
        for name, listed in read.get("items", {}).items()
    }
    return Answers(values, frozenset(read["pages"]), items)
