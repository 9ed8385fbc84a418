"""Calendars: when there are appointments, how many of each, and which are still free. Pure.

A calendar is the council's diary, not part of a form's definition: a day that is closed today is
closed for everybody from now on, also in drafts begun before.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

from portal.core.dates import LONDON, add_working_days, council_day

WHOLE_DAY = -1
"""The start of a slot that is a day as a whole: a round of the refuse lorry, for example."""


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One appointment to be had: a day, or a day and when it starts."""

    day: date
    start: int = WHOLE_DAY
    """Minutes after midnight on the council's clock."""

    @property
    def begins(self) -> datetime:
        """The moment it begins, in UTC; a whole day begins at midnight."""
        minutes = max(self.start, 0)
        local = datetime(
            self.day.year, self.day.month, self.day.day, *divmod(minutes, 60), tzinfo=LONDON
        )
        return local.astimezone(UTC)


Taken: TypeAlias = Mapping[Slot, int]
"""How many of each slot are booked or held; a slot that is left out is not taken at all."""


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """A slot that can be had, and how many are left of it: one or more."""

    slot: Slot
    left: int


Free: TypeAlias = Callable[[str, str], Sequence[FreeSlot] | None]
"""A calendar and a question → what can be had, earliest first; None when there is no such
calendar. What the question's own answer holds counts as free."""


def no_calendars(calendar: str, question: str) -> None:
    """Where there is no calendar at all."""
    del calendar, question


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as a calendar says it: working days, days or minutes."""

    count: int
    unit: str
    """working days, days or minutes."""

    def is_reached(self, slot: Slot, now: datetime, bank_holidays: AbstractSet[date]) -> bool:
        """Whether the slot is at least so long after now.

        Days are counted from today, which is not counted itself: with 2 working days on a Monday
        the first such day is the Wednesday.
        """
        today = council_day(now)
        if self.unit == "working days":
            return slot.day >= add_working_days(today, self.count, bank_holidays)
        if self.unit == "days":
            return slot.day >= today + timedelta(days=self.count)
        return slot.begins >= now + timedelta(minutes=self.count)


@dataclass(frozen=True, slots=True)
class OpenDay:
    """The slots of one day: when they start, and how many there are of each."""

    starts: tuple[int, ...]
    capacity: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """One calendar of the council."""

    name: str
    minutes: int
    """How long a slot is; 0 for whole days."""
    week: Mapping[int, OpenDay]
    """Weekday (Monday is 0) → its slots."""
    horizon: int
    """How many days ahead one can book."""
    notice: Span = Span(0, "minutes")
    """How long before it starts a slot must be taken."""
    change: Span = Span(0, "minutes")
    """How long before it starts a booked one may still be moved or cancelled."""
    hold: timedelta = timedelta(minutes=30)
    """How long a slot is kept for somebody who has chosen it and not sent the form yet."""
    closed: tuple[tuple[date, date], ...] = ()
    """First and last days."""
    extra: Mapping[date, OpenDay] = field(default_factory=dict[date, OpenDay])
    """Days that are open although the week or a bank holiday says otherwise."""
    works_on_bank_holidays: bool = False
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """Language → what it is called."""
    if_cancelled: Mapping[str, str] = field(default_factory=dict[str, str])
    """Language → what becomes of the money when an appointment is cancelled."""

    @property
    def is_whole_days(self) -> bool:
        """Whether its slots are days as a whole."""
        return self.minutes == 0

    def label(self, language: str) -> str:
        """What it is called; in English where it has no other name."""
        return self.labels.get(language) or self.labels.get("en", self.name)

    def about_money(self, language: str) -> str:
        """What becomes of the money when an appointment is cancelled; may be empty."""
        return self.if_cancelled.get(language) or self.if_cancelled.get("en", "")

    def on(self, day: date, bank_holidays: AbstractSet[date]) -> OpenDay | None:
        """The slots of a day; None when it is closed."""
        if day in self.extra:
            return self.extra[day]
        if any(first <= day <= last for first, last in self.closed):
            return None
        if day in bank_holidays and not self.works_on_bank_holidays:
            return None
        return self.week.get(day.weekday())

    def capacity(self, slot: Slot, bank_holidays: AbstractSet[date]) -> int:
        """How many there are of a slot as the calendar stands now; 0 when it has none such."""
        open_day = self.on(slot.day, bank_holidays)
        return open_day.capacity if open_day and slot.start in open_day.starts else 0

    def may_change(self, slot: Slot, now: datetime, bank_holidays: AbstractSet[date]) -> bool:
        """Whether whoever booked the slot may still move or cancel it."""
        return slot.begins > now and self.change.is_reached(slot, now, bank_holidays)


def free_slots(
    calendar: Calendar, taken: Taken, now: datetime, bank_holidays: AbstractSet[date]
) -> tuple[FreeSlot, ...]:
    """What can be had now, earliest first: open, not full, not too soon and not too far away."""
    return tuple(_free(calendar, taken, now, bank_holidays))


def _free(
    calendar: Calendar, taken: Taken, now: datetime, bank_holidays: AbstractSet[date]
) -> Iterator[FreeSlot]:
    today = council_day(now)
    for ahead in range(calendar.horizon + 1):
        day = today + timedelta(days=ahead)
        open_day = calendar.on(day, bank_holidays)
        for start in open_day.starts if open_day else ():
            slot = Slot(day, start)
            left = open_day.capacity - taken.get(slot, 0) if open_day else 0
            if left > 0 and _is_in_time(calendar, slot, now, bank_holidays):
                yield FreeSlot(slot, left)


def _is_in_time(
    calendar: Calendar, slot: Slot, now: datetime, bank_holidays: AbstractSet[date]
) -> bool:
    is_over = slot.begins <= now and not (calendar.is_whole_days and slot.day == council_day(now))
    return not is_over and calendar.notice.is_reached(slot, now, bank_holidays)


def is_free(slot: Slot, free: Sequence[FreeSlot] | None) -> bool:
    """Whether a slot is among what can be had."""
    return any(each.slot == slot for each in free or ())


def nothing_taken(
    calendars: Mapping[str, Calendar], on: date, bank_holidays: AbstractSet[date]
) -> Free:
    """What can be had at the beginning of a day in calendars nobody has booked in: for examples
    and previews, which must not depend on what residents do."""
    midnight = datetime(on.year, on.month, on.day, tzinfo=LONDON).astimezone(UTC)

    def free(name: str, question: str) -> Sequence[FreeSlot] | None:
        del question
        calendar = calendars.get(name)
        return None if calendar is None else free_slots(calendar, {}, midnight, bank_holidays)

    return free
