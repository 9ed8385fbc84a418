"""Appointments: a slot is held when it is chosen, kept while it is paid, and booked when the form
is ours. Nobody can take the same place twice: all who want one of a calendar queue for it."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from portal.core.dates import Today, council_day
from portal.core.errors import SlotTaken
from portal.database import Transactions
from portal.forms.answers import Answers, load_answers
from portal.forms.calendars import Free, FreeSlot, Slot, free_slots, is_free
from portal.forms.definition import FormDefinition, Page
from portal.forms.fields.appointment import slot_in_words
from portal.forms.fields.base import Question
from portal.forms.journey import Journey, Step, walk
from portal.submissions.appointment_records import (
    AppointmentRow,
    AppointmentState,
    appointments_of,
    is_kept,
    let_go,
    lock_place,
    taken_slots,
)
from portal.submissions.definitions import Definitions
from portal.submissions.diary import Diary, hash_of
from portal.submissions.place_records import queue_for_places
from portal.submissions.records import SubmissionRow, lock_submission
from portal.submissions.submission import SubmissionStatus


@dataclass(frozen=True, slots=True)
class Chosen:
    """A slot that was answered with, and where."""

    path: str
    """The page's address within the form."""
    question: Question
    slot: Slot

    @property
    def calendar(self) -> str:
        """The calendar it is of."""
        return self.question.settings.calendar

    @property
    def place(self) -> str:
        """What names it within its draft."""
        return f"{self.path}:{self.question.name}"


def has_appointments(definition: FormDefinition) -> bool:
    """Whether the form asks for an appointment anywhere."""
    return any(question.type == "appointment" for question in definition.questions)


def chosen_in(journey: Journey) -> list[Chosen]:
    """Every slot on the route, in the order in which calendars are queued for."""
    found = [each for step in journey.steps for each in _chosen_on(step, journey.answers)]
    return sorted(found, key=lambda each: (each.calendar, each.place))


def _chosen_on(step: Step, answers: Answers) -> Iterator[Chosen]:
    if not isinstance(step.page, Page):
        return
    values = answers.at(step.item_path).values
    for question in step.page.questions:
        if question.type == "appointment" and question.name in values:
            yield Chosen(step.path, question, values[question.name])


def free_at(
    session: Session, diary: Diary, draft_id: str, path: str, now: datetime, *, taking: bool = False
) -> Free:
    """What a draft's page may offer. Who is `taking` queues first, so that it stays true until
    the transaction ends."""

    def free(name: str, question: str) -> tuple[FreeSlot, ...] | None:
        calendar = diary.calendar(name)
        if calendar is None:
            return None
        if taking:
            _queue(session, name)
        own = (draft_id, f"{path}:{question}")
        taken = taken_slots(session, name, council_day(now), now, but=own)
        return free_slots(calendar, taken, now, diary.bank_holidays)

    return free


def free_now(
    transactions: Transactions, diary: Diary, draft_id: str, path: str, now: datetime
) -> Free:
    """The same in a short transaction of its own, to draw a page with."""

    def free(name: str, question: str) -> tuple[FreeSlot, ...] | None:
        with transactions.read() as session:
            found = free_at(session, diary, draft_id, path, now)(name, question)
            return None if found is None else tuple(found)

    return free


def hold_page(
    session: Session,
    diary: Diary,
    draft_id: str,
    step: Step,
    answers: Answers,
    now: datetime,
) -> None:
    """Hold what was chosen on a page just answered, and give back what was held there before.

    Raises SlotTaken when two questions of the page want the same last place.
    """
    if not isinstance(step.page, Page):
        return
    chosen = {each.question.name: each for each in _chosen_on(step, answers)}
    for question in step.page.questions:
        if question.type != "appointment":
            continue
        if question.name in chosen:
            hold(session, diary, draft_id, chosen[question.name], now)
            continue
        row = lock_place(session, draft_id, f"{step.path}:{question.name}")
        if row is not None:
            session.delete(row)


def hold(
    session: Session, diary: Diary, draft_id: str, chosen: Chosen, now: datetime
) -> AppointmentRow:
    """Hold one slot for a draft from now on. Raises SlotTaken when it cannot be had (any more)."""
    calendar = diary.calendar(chosen.calendar)
    if calendar is None:
        raise SlotTaken(chosen.path)
    row = _lock_row(session, draft_id, chosen)
    free = free_at(session, diary, draft_id, chosen.path, now)(
        chosen.calendar, chosen.question.name
    )
    if not is_free(chosen.slot, free) and not (
        row is not None
        and _is_of(row, chosen)
        and is_kept(session, row, now)
        and _has_room(session, diary, draft_id, chosen, now)
    ):
        raise SlotTaken(chosen.path)
    row = row or _new_row(draft_id, chosen, now)
    row.calendar, row.day, row.start = chosen.calendar, chosen.slot.day, chosen.slot.start
    row.held_until = max(row.held_until, now + calendar.hold)
    row.changed_at = now
    session.add(row)
    session.flush()
    return row


def _has_room(session: Session, diary: Diary, draft_id: str, chosen: Chosen, now: datetime) -> bool:
    """Whether the calendar still has such a slot, and not all of it is others'."""
    calendar = diary.calendar(chosen.calendar)
    capacity = calendar.capacity(chosen.slot, diary.bank_holidays) if calendar else 0
    own = (draft_id, chosen.place)
    taken = taken_slots(session, chosen.calendar, chosen.slot.day, now, but=own)
    return taken.get(chosen.slot, 0) < capacity


def keep_holds(
    transactions: Transactions,
    diary: Diary,
    draft_id: str,
    journey: Journey,
    now: datetime,
) -> None:
    """Renew what a complete draft holds. Raises SlotTaken when something was lost meanwhile."""
    with transactions.write() as session:
        keep_holds_within(session, diary, draft_id, journey, now)


def keep_holds_within(
    session: Session, diary: Diary, draft_id: str, journey: Journey, now: datetime
) -> None:
    """The same in the caller's transaction; what is not on the route any more is given back."""
    chosen = chosen_in(journey)
    let_go(session, draft_id, but=[each.place for each in chosen])
    for each in chosen:
        hold(session, diary, draft_id, each, now)


def keep_for_payment(
    transactions: Transactions,
    diary: Diary,
    definitions: Definitions,
    submission_id: str,
    now: datetime,
) -> None:
    """Whoever goes to pay keeps what was chosen, or takes it again.

    Raises SlotTaken when another has it: then no payment may be begun.
    """
    with transactions.write() as session:
        row = lock_submission(session, submission_id)
        if row is None or row.status != SubmissionStatus.AWAITING_PAYMENT:
            return
        definition = definitions.by_digest(row.form, row.digest)
        if not has_appointments(definition):
            return
        for each in chosen_in(_journey_of(row, definition, diary)):
            held = hold(session, diary, row.draft_id, each, now)
            held.submission_id, held.reference = row.id, row.reference


def assign(session: Session, row: SubmissionRow, journey: Journey) -> None:
    """Note whose the holds of a draft just sealed are."""
    for each in chosen_in(journey):
        held = lock_place(session, row.draft_id, each.place)
        if held is not None:
            held.submission_id, held.reference = row.id, row.reference


def unassign(session: Session, row: SubmissionRow) -> None:
    """A form that is opened again before it was paid holds its slots as a draft does."""
    for each in appointments_of(session, row.id):
        each.submission_id, each.reference = "", ""


def book(
    session: Session,
    diary: Diary,
    row: SubmissionRow,
    definition: FormDefinition,
    now: datetime,
) -> list[str]:
    """Book what a submission chose: it is ours now, so it gets its appointments whatever happens.

    Says, in words, which of them a person must look at: a payment that came in after its hold
    had ended may find the slot full, closed or past.
    """
    if not has_appointments(definition):
        return []
    over: list[str] = []
    for chosen in chosen_in(_journey_of(row, definition, diary)):
        booked = _lock_row(session, row.draft_id, chosen) or _new_row(row.draft_id, chosen, now)
        booked.calendar, booked.day, booked.start = (
            chosen.calendar,
            chosen.slot.day,
            chosen.slot.start,
        )
        is_past = chosen.slot.day < council_day(now) or (
            chosen.slot.start >= 0 and chosen.slot.begins <= now
        )
        booked.is_over = is_past or not _has_room(session, diary, row.draft_id, chosen, now)
        booked.submission_id, booked.reference = row.id, row.reference
        booked.state = AppointmentState.BOOKED.value
        booked.token_hash = hash_of(diary.token(booked.id))
        booked.changed_at = now
        session.add(booked)
        session.flush()
        if booked.is_over:
            over.append(slot_in_words(chosen.slot, "en"))
    return over


def _journey_of(row: SubmissionRow, definition: FormDefinition, diary: Diary) -> Journey:
    """Where the sealed answers led on the day they were sent."""
    today = Today(council_day(row.submitted_at), diary.bank_holidays)
    return walk(definition, load_answers(definition, row.answers), today)


def _queue(session: Session, calendar: str) -> None:
    queue_for_places(session, f"calendar:{calendar}")


def _lock_row(session: Session, draft_id: str, chosen: Chosen) -> AppointmentRow | None:
    """The draft's row, once nobody else is about to take a place in the calendar."""
    _queue(session, chosen.calendar)
    return lock_place(session, draft_id, chosen.place)


def _is_of(row: AppointmentRow, chosen: Chosen) -> bool:
    return row.calendar == chosen.calendar and row.slot == chosen.slot


def _new_row(draft_id: str, chosen: Chosen, now: datetime) -> AppointmentRow:
    return AppointmentRow(
        id=secrets.token_hex(16),
        calendar=chosen.calendar,
        day=chosen.slot.day,
        start=chosen.slot.start,
        draft_id=draft_id,
        place=chosen.place,
        state=AppointmentState.HELD.value,
        held_until=now,
        created_at=now,
        changed_at=now,
    )
