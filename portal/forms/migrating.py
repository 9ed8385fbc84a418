"""Moving a draft from one definition of its form to another: nothing is lost without being listed.

An answer fits when the new definition asks a question of its name at the same place and would
take that very answer; all else is listed with what was answered. Pure: what was looked up or
uploaded for an answer is known from the answer itself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from portal.core.dates import Today
from portal.forms.answers import Answers, Item, ItemPath
from portal.forms.calendars import FreeSlot, Slot
from portal.forms.conditions import evaluate
from portal.forms.definition import FormDefinition, Page, Part, Repeat
from portal.forms.fees import Fee, FeeUnknown, calculate_fee
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import (
    AddressRecord,
    AnswerValue,
    Asking,
    Place,
    Question,
    StoredFile,
)
from portal.forms.fields.modulus_check import SAMPLE_WEIGHTS, ModulusTable
from portal.forms.fields.upload_check import KINDS
from portal.forms.journey import Journey, compute, is_asked, walk_all
from portal.forms.texts import fill

Within: TypeAlias = tuple[str, ...]
"""The names of the repeating groups a question stands in, the outer one first."""

_ALIKE = (frozenset({"radios", "select"}), frozenset({"text", "textarea"}))
"""Types whose answers mean the same; between others the same text may mean something else."""


class Why(StrEnum):
    """Why an answer is not taken along."""

    GONE = "It is not asked any more"
    UNFIT = "It has to be answered again"
    TOO_MANY = "There is no room for as many any more"
    OFF_ROUTE = "It is not asked any more with your other answers"
    """The draft keeps it, as it keeps every answer off the route; it is not sent."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """One answer that is not taken along."""

    question: str
    place: ItemPath
    label: str
    """What was asked; within a list with the item before it: "Vehicle 2: Its number plate"."""
    lines: tuple[str, ...]
    """What was answered, as check answers shows it."""
    why: Why


@dataclass(frozen=True, slots=True)
class Migrated:
    """What becomes of a draft."""

    answers: Answers
    dropped: tuple[Dropped, ...] = ()
    newly_asked: tuple[str, ...] = ()
    """What is to be answered, or seen, before going on as far as the draft had come."""
    fee_before: Fee | None = None
    """None while the answers are not complete, and where it cannot be worked out."""
    fee_after: Fee | None = None
    again: tuple[str, ...] = ()
    """What a check of the new definition says of answers that were right before."""

    @property
    def changes_price(self) -> bool:
        """Whether a price that was known is another now."""
        before, after = self.fee_before, self.fee_after
        return before is not None and after is not None and before.total != after.total

    @property
    def is_unaffected(self) -> bool:
        """Whether the resident needs to be told nothing."""
        return not (self.dropped or self.newly_asked or self.again or self.changes_price)


def migrate(
    old: FormDefinition,
    new: FormDefinition,
    answers: Answers,
    today: Today,
    *,
    bank_weights: ModulusTable = SAMPLE_WEIGHTS,
) -> Migrated:
    """Take a draft's answers along from one definition to another.

    To the same definition nothing changes. Whatever comes out can be walked in the new one.
    """
    before = walk_all(old, answers, today)
    if old.digest == new.digest:
        fee = _fee(old, before, today)
        return Migrated(answers, fee_before=fee, fee_after=fee)
    move = _Move(old, new, before, today, bank_weights)
    moved = move.take(answers)
    after = walk_all(new, moved, today)
    asked = move.newly_asked(moved)
    if before.complete and not (after.complete or after.errors or asked):
        # A page is on the way now where nothing must be answered, or one that turns people away.
        asked = (after.steps[-1].page.title,)
    return Migrated(
        moved,
        (*move.dropped, *move.left_aside(after, moved)),
        asked,
        _fee(old, before, today),
        _fee(new, after, today),
        tuple(error.message for error in after.errors),
    )


def _fee(definition: FormDefinition, journey: Journey, today: Today) -> Fee | None:
    if not journey.complete:
        return None
    try:
        return calculate_fee(definition, journey.scope, today)
    except FeeUnknown:
        return None


@dataclass(frozen=True, slots=True)
class _Stands:
    """Where a question stands in a definition."""

    question: Question
    page: Page
    within: Within


def _standing(parts: Iterable[Part], within: Within = ()) -> Iterator[_Stands]:
    for part in parts:
        if isinstance(part, Repeat):
            yield from _standing(part.parts, (*within, part.name))
        else:
            for question in part.questions:
                if FIELD_TYPES[question.type].asks:
                    yield _Stands(question, part, within)


def _lists(parts: Iterable[Part], within: Within = ()) -> Iterator[tuple[str, Repeat, Within]]:
    for part in parts:
        if isinstance(part, Repeat):
            yield part.name, part, within
            yield from _lists(part.parts, (*within, part.name))


@dataclass(slots=True)
class _Move:
    """One move: what is dropped on the way, and what will be asked."""

    old: FormDefinition
    new: FormDefinition
    before: Journey
    today: Today
    bank_weights: ModulusTable
    dropped: list[Dropped] = field(default_factory=list[Dropped])
    _asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """(Page, what is asked there) wherever something must be answered that was not before."""
    _from: dict[str, _Stands] = field(default_factory=dict[str, _Stands])
    _to: dict[str, _Stands] = field(default_factory=dict[str, _Stands])
    _old_lists: dict[str, Within] = field(default_factory=dict[str, Within])
    _new_lists: dict[str, tuple[Repeat, Within]] = field(
        default_factory=dict[str, tuple[Repeat, Within]]
    )

    def __post_init__(self) -> None:
        """Note where everything stands."""
        self._from = {each.question.name: each for each in _standing(self.old.parts)}
        self._to = {each.question.name: each for each in _standing(self.new.parts)}
        self._old_lists = {name: within for name, _, within in _lists(self.old.parts)}
        self._new_lists = {name: (it, within) for name, it, within in _lists(self.new.parts)}

    def take(self, given: Answers) -> Answers:
        """The answers that fit."""
        return self._take(given, (), self.new.parts, {})

    def _take(
        self, given: Answers, place: ItemPath, parts: Sequence[Part], known: Mapping[str, Any]
    ) -> Answers:
        within = tuple(name for name, _item in place)
        values = {n: v for n, v in given.values.items() if self._fits(n, v, within)}
        for name in given.values.keys() - values.keys():
            self._drop(name, given.values[name], place, self._why(name, within))
        scope = self._scope(values, place, known)
        answered = {
            page.name
            for page in parts
            if isinstance(page, Page) and self._is_answered(page, given, values, within, scope)
        }
        items: dict[str, tuple[Item, ...]] = {}
        for name, listed in given.items.items():
            taken = self._take_items(name, listed, place, scope)
            if taken is None:
                continue
            items[name] = taken
            if name in given.answered_pages and len(taken) == len(listed):
                answered.add(name)
        self._note_asked(parts, given, values, items, within, scope)
        return Answers(values, frozenset(answered), items)

    def _take_items(
        self, name: str, listed: Sequence[Item], place: ItemPath, scope: Mapping[str, Any]
    ) -> tuple[Item, ...] | None:
        """The items of a list that fit; None when there is no such list any more."""
        within = tuple(outer for outer, _item in place)
        repeat, stands = self._new_lists.get(name, (None, ()))
        if repeat is None or stands != within:
            for item in listed:
                self._drop_all(item.answers, (*place, (name, item.id)), Why.GONE)
            return None
        for item in listed[repeat.max :]:
            self._drop_all(item.answers, (*place, (name, item.id)), Why.TOO_MANY)
        return tuple(
            Item(item.id, self._take(item.answers, (*place, (name, item.id)), repeat.parts, scope))
            for item in listed[: repeat.max]
        )

    def _scope(
        self, values: Mapping[str, AnswerValue], place: ItemPath, known: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What is known at a place, as conditions see it: only what was on the route."""
        on_route = self.before.answers.at(place).values
        scope = dict(known)
        for name, value in values.items():
            if name in on_route:
                scope[name] = FIELD_TYPES[self._to[name].question.type].cel(value)
        compute(self.new, scope, self.today)
        return scope

    def _fits(self, name: str, value: AnswerValue, within: Within) -> bool:
        """Whether the new definition would take this very answer at this place."""
        was, will = self._from.get(name), self._to.get(name)
        if was is None or will is None or was.within != within or will.within != within:
            return False
        if was.question == will.question:
            return not self._is_reworded(will.question)
        return self._would_take(was.question, will.question, value)

    def _is_reworded(self, question: Question) -> bool:
        """Whether people agreed to other words, in a language the draft may have been filled in."""
        if question.type != "declaration":
            return False
        return any(
            it.question(question.name) != self.new.translations[language].question(question.name)
            for language, it in self.old.translations.items()
            if language in self.new.translations
        )

    def _would_take(self, was: Question, will: Question, value: AnswerValue) -> bool:
        kinds = {was.type, will.type}
        if len(kinds) > 1 and not any(kinds <= alike for alike in _ALIKE):
            return False
        if "declaration" in kinds:
            return False  # other words: nobody has agreed to them yet
        if will.type == "appointment" and was.settings != will.settings:
            return False  # another calendar: what is free there is not known
        if will.type == "file" and not _are_accepted(will, value):
            return False
        raw = FIELD_TYPES[was.type].as_raw(was, value)
        return FIELD_TYPES[will.type].parse(will, raw, self._asking(will, value)) == value

    def _asking(self, question: Question, value: AnswerValue) -> Asking:
        """What an answer was found by, so that asking for it again finds it again."""
        files: Sequence[StoredFile] = value if question.type == "file" else ()
        own = (FreeSlot(value, 1),) if isinstance(value, Slot) else ()
        return Asking(
            self.today.on,
            _Known(value),
            lambda file_id: next((file for file in files if file.id == file_id), None),
            {question.name: value} if isinstance(value, str) else {},
            self.bank_weights,
            free=lambda _calendar, _question: own,
        )

    def _why(self, name: str, within: Within) -> Why:
        will = self._to.get(name)
        return Why.GONE if will is None or will.within != within else Why.UNFIT

    def _drop_all(self, answers: Answers, place: ItemPath, why: Why) -> None:
        for name, value in answers.values.items():
            self._drop(name, value, place, why)
        for name, listed in answers.items.items():
            for item in listed:
                self._drop_all(item.answers, (*place, (name, item.id)), why)

    def _drop(self, name: str, value: AnswerValue, place: ItemPath, why: Why) -> None:
        self.dropped.append(self._listed(name, value, place, why))

    def _listed(self, name: str, value: AnswerValue, place: ItemPath, why: Why) -> Dropped:
        stands = self._from.get(name)
        if stands is None:  # an answer of a question the old definition has lost already
            return Dropped(name, place, name, (str(value),), why)
        question = stands.question
        at = self.before.answers.at(place)
        label = fill(question.ask, self.old, at.values, self.before.scope) or name
        lines = FIELD_TYPES[question.type].show(question, value) or (str(value),)
        return Dropped(name, place, f"{self._item_words(place)}{label}", lines, why)

    def _item_words(self, place: ItemPath) -> str:
        """Which item it is: "Vehicle 2: "."""
        words: list[str] = []
        for depth, (name, item_id) in enumerate(place):
            repeat = self.old.repeat(name)
            ids = [item.id for item in self.before.answers.at(place[:depth]).items.get(name, ())]
            number = ids.index(item_id) + 1 if item_id in ids else item_id
            words.append(f"{repeat.each if repeat else name} {number}")
        said = ", ".join(words)
        return f"{said[:1].upper()}{said[1:]}: " if said else ""

    def _is_answered(
        self,
        page: Page,
        given: Answers,
        values: Mapping[str, AnswerValue],
        within: Within,
        scope: Mapping[str, Any],
    ) -> bool:
        """Whether nothing on a page of the new definition needs to be asked."""
        questions = [q for q in page.questions if FIELD_TYPES[q.type].asks]
        if not questions:
            return page.name in given.answered_pages
        return all(
            self._is_settled(page, question, given, values, within, scope) for question in questions
        )

    def _is_settled(
        self,
        page: Page,
        question: Question,
        given: Answers,
        values: Mapping[str, AnswerValue],
        within: Within,
        scope: Mapping[str, Any],
    ) -> bool:
        if question.name in given.values and question.name not in values:
            return False
        was = self._from.get(question.name)
        if was is not None and was.within == within:
            return was.page.name in given.answered_pages
        return not is_asked(page, question, scope, self.today)

    def _note_asked(
        self,
        parts: Sequence[Part],
        given: Answers,
        values: Mapping[str, AnswerValue],
        items: Mapping[str, Sequence[Item]],
        within: Within,
        scope: Mapping[str, Any],
    ) -> None:
        for part in parts:
            if part.when is not None and evaluate(part.when, scope, self.today) is False:
                continue
            if isinstance(part, Repeat):
                if self._old_lists.get(part.name) != within and not items.get(part.name):
                    self._asked.append((part.first_page.name, part.title))
                continue
            for question in part.questions:
                if question.name in values or not FIELD_TYPES[question.type].asks:
                    continue
                if is_asked(part, question, scope, self.today) and self._is_new(
                    question, given, within
                ):
                    self._asked.append((part.name, question.ask))
            is_text = not part.is_exit and not any(FIELD_TYPES[q.type].asks for q in part.questions)
            if is_text and self.old.page(part.name) is None:
                self._asked.append((part.name, part.title))

    def _is_new(self, question: Question, given: Answers, within: Within) -> bool:
        """Whether a question without an answer was not put before, or could be left then."""
        was = self._from.get(question.name)
        if was is None or was.within != within or question.name in given.values:
            return True
        return was.page.name in given.answered_pages and not question.optional

    def newly_asked(self, moved: Answers) -> tuple[str, ...]:
        """What is asked anew, as far as the draft had come."""
        names = [page.name for page in self.new.pages]
        answered = _pages_answered(moved) | {
            self._to[name].page.name for name in _names_of(moved) if name in self._to
        }
        reach = max((n for n, name in enumerate(names) if name in answered), default=-1)
        if self.before.complete:
            reach = len(names)
        by_place = {name: number for number, name in enumerate(names)}
        asked = [words for page, words in self._asked if by_place[page] <= reach]
        known = self.before
        return tuple(
            dict.fromkeys(fill(w, self.old, known.values, known.scope) or w for w in asked)
        )

    def left_aside(self, after: Journey, moved: Answers) -> Iterator[Dropped]:
        """Answers the draft keeps but the new definition does not ask for any more."""
        yield from self._left_aside(
            self.before.answers, after, moved, (), after.scope, self.new.parts
        )

    def _left_aside(
        self,
        was: Answers,
        after: Journey,
        moved: Answers,
        place: ItemPath,
        scope: Mapping[str, Any],
        parts: Sequence[Part],
    ) -> Iterator[Dropped]:
        kept, now = moved.at(place), after.answers.at(place)
        inner = dict(scope)
        for name, value in now.values.items():
            inner[name] = FIELD_TYPES[self._to[name].question.type].cel(value)
        visited = {step.name for step in after.steps if step.item_path == place}
        for part in parts:
            out = part.when is not None and evaluate(part.when, inner, self.today) is False
            if isinstance(part, Page):
                for question in part.questions:
                    name = question.name
                    if name not in was.values or name not in kept.values or name in now.values:
                        continue
                    if out or part.name in visited:
                        value = kept.values[name]
                        yield self._listed(name, value, place, Why.OFF_ROUTE)
                continue
            for item in was.items.get(part.name, ()):
                at = (*place, (part.name, item.id))
                if out:
                    yield from self._whole(item.answers, moved.at(at), at)
                else:
                    yield from self._left_aside(item.answers, after, moved, at, inner, part.parts)

    def _whole(self, was: Answers, kept: Answers, place: ItemPath) -> Iterator[Dropped]:
        for name, value in was.values.items():
            if name in kept.values:
                yield self._listed(name, value, place, Why.OFF_ROUTE)
        for name, listed in was.items.items():
            for item in listed:
                inner = kept.item(name, item.id) or Answers()
                yield from self._whole(item.answers, inner, (*place, (name, item.id)))


def _pages_answered(answers: Answers) -> frozenset[str]:
    inner = (item.answers for listed in answers.items.values() for item in listed)
    return answers.answered_pages.union(*map(_pages_answered, inner))


def _names_of(answers: Answers) -> frozenset[str]:
    inner = (item.answers for listed in answers.items.values() for item in listed)
    return frozenset(answers.values).union(*map(_names_of, inner))


def _are_accepted(question: Question, files: Sequence[StoredFile]) -> bool:
    settings = question.settings
    kinds = {KINDS[kind].media_type for kind in settings.accept}
    return all(file.media_type in kinds and file.size <= settings.max_size for file in files)


class _Known:
    """A gazetteer that knows one answer: what was found once is found again."""

    def __init__(self, value: AnswerValue) -> None:
        self._value = value

    def find(self, uprn: str) -> AddressRecord | None:
        value = self._value
        return value if isinstance(value, AddressRecord) and value.uprn == uprn else None

    def search(self, words: str, limit: int = 50) -> Sequence[AddressRecord]:
        del words, limit
        return (self._value,) if isinstance(self._value, AddressRecord) else ()

    def place(self, words: str) -> Sequence[Place]:
        del words
        return (self._value,) if isinstance(self._value, Place) else ()

    def nearest(self, latitude: str, longitude: str) -> Place | None:
        del latitude, longitude
        return self._value if isinstance(self._value, Place) else None


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """What a change would do to the open drafts of a form, counted."""

    open: int = 0
    unaffected: int = 0
    need_one: int = 0
    """Those that need one more answer."""
    need_more: int = 0
    lose_answers: int = 0
    change_price: int = 0
    unreadable: int = 0
    """Those whose own definition, or whose answers, cannot be read any more."""

    def __add__(self, other: "MigrationReport") -> "MigrationReport":
        """Both together."""
        return MigrationReport(
            self.open + other.open,
            self.unaffected + other.unaffected,
            self.need_one + other.need_one,
            self.need_more + other.need_more,
            self.lose_answers + other.lose_answers,
            self.change_price + other.change_price,
            self.unreadable + other.unreadable,
        )

    def __str__(self) -> str:
        """In words: 37 open: 31 unaffected, 4 need one more answer, 2 change price."""
        counted = (
            (self.need_one, "needs one more answer", "need one more answer"),
            (self.need_more, "needs more answers", "need more answers"),
            (self.lose_answers, "loses an answer", "lose an answer"),
            (self.change_price, "changes price", "change price"),
            (self.unreadable, "cannot be read", "cannot be read"),
        )
        said = [f"{n:,} {one if n == 1 else many}" for n, one, many in counted if n]
        return f"{self.open:,} open: " + ", ".join((f"{self.unaffected:,} unaffected", *said))


def migration_report(
    old: FormDefinition,
    new: FormDefinition,
    drafts: Iterable[Answers],
    today: Today,
    *,
    bank_weights: ModulusTable = SAMPLE_WEIGHTS,
) -> MigrationReport:
    """Try the change on every draft. One draft may need an answer and change its price too."""
    report = MigrationReport()
    for answers in drafts:
        report += _counted(migrate(old, new, answers, today, bank_weights=bank_weights))
    return report


def _counted(moved: Migrated) -> MigrationReport:
    needed = len(moved.newly_asked) + len(moved.again)
    return MigrationReport(
        open=1,
        unaffected=int(moved.is_unaffected),
        need_one=int(needed == 1),
        need_more=int(needed > 1),
        lose_answers=int(bool(moved.dropped)),
        change_price=int(moved.changes_price),
    )
