"""Booked appointments afterwards: seen, moved and cancelled by whoever has the secret link.

Each change is one transaction: the slot, the note the team gets with its case and the message to
the resident, all of them or none.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from portal.cases.notes import promise_note
from portal.core.dates import council_day
from portal.core.errors import Conflict, Missing, SlotTaken
from portal.database import Transactions
from portal.forms.calendars import Calendar, FreeSlot, Slot, free_slots, is_free
from portal.forms.definition import FormDefinition
from portal.forms.fields.appointment import slot_in_words
from portal.notices.messages import Message, appointment_cancelled, appointment_moved, write
from portal.notices.sending import Notice, notice_id, queue_notice
from portal.submissions.appointment_records import (
    AppointmentRow,
    AppointmentState,
    booked_in,
    calendars_booked_in,
    find_by_token_hash,
    lock_by_token_hash,
    taken_slots,
)
from portal.submissions.diary import Diary, hash_of
from portal.submissions.following_up import FollowingUp, about_submission
from portal.submissions.place_records import queue_for_places
from portal.submissions.records import SubmissionRow, as_submission, lock_submission


@dataclass(frozen=True, slots=True)
class Appointment:
    """A booked or cancelled appointment as its page shows it."""

    id: str
    calendar: str
    slot: Slot
    minutes: int
    """How long it is; 0 for a whole day, and where its calendar is gone."""
    reference: str
    definition: FormDefinition
    """The form it was booked with, in the language it was sent in."""
    is_cancelled: bool
    may_change: bool
    about_money: str
    """What becomes of the money when it is cancelled; empty when nothing was paid."""

    @property
    def when(self) -> str:
        """The slot in words."""
        return slot_in_words(self.slot, self.definition.language)


def find_appointment(house: FollowingUp, token: str, now: datetime) -> Appointment:
    """The appointment behind a secret link. Raises Missing."""
    with house.transactions.read() as session:
        row = find_by_token_hash(session, hash_of(token))
        if row is None:
            raise Missing(token)
        return _appointment(house, session, row, now)


def free_for(house: FollowingUp, appointment: Appointment, now: datetime) -> list[FreeSlot]:
    """Where an appointment could be moved to, its own slot left out."""
    calendar = house.diary.calendar(appointment.calendar)
    if calendar is None:
        return []
    with house.transactions.read() as session:
        found = _free(session, calendar, house.diary, now)
    return [each for each in found if each.slot != appointment.slot]


def move(house: FollowingUp, token: str, to: Slot, now: datetime) -> None:
    """Move an appointment to another free slot; to where it is already, nothing happens.

    Raises Conflict when it may not be moved (any more), and SlotTaken when the other is not free.
    """
    with house.transactions.write() as session:
        row = _lock(session, token)
        if row.state == AppointmentState.BOOKED.value and row.slot == to:
            return
        calendar = _changeable(house, row, now)
        if not is_free(to, _free(session, calendar, house.diary, now)):
            raise SlotTaken("slot")
        was = row.slot
        row.day, row.start, row.is_over = to.day, to.start, False
        said = (
            f"The customer has moved the appointment from {slot_in_words(was, 'en')} "
            f"to {slot_in_words(to, 'en')} ({calendar.label('en')})."
        )
        _tell(house, session, row, said, now)


def cancel(house: FollowingUp, token: str, now: datetime) -> None:
    """Cancel an appointment; twice is harmless. Raises Conflict when it is too late."""
    with house.transactions.write() as session:
        row = _lock(session, token)
        if row.state == AppointmentState.CANCELLED.value:
            return
        calendar = _changeable(house, row, now)
        row.state = AppointmentState.CANCELLED.value
        said = (
            f"The customer has cancelled the appointment on {slot_in_words(row.slot, 'en')} "
            f"({calendar.label('en')})."
        )
        submission = lock_submission(session, row.submission_id)
        if submission is not None and submission.total:
            said += " They paid for it: refund them if they are due one."
        _tell(house, session, row, said, now)


def _lock(session: Session, token: str) -> AppointmentRow:
    """The row, once nobody else is about to take a place in its calendar. Raises Missing."""
    found = find_by_token_hash(session, hash_of(token))
    if found is None:
        raise Missing(token)
    queue_for_places(session, f"calendar:{found.calendar}")
    row = lock_by_token_hash(session, hash_of(token))
    if row is None:
        raise Missing(token)
    return row


def _changeable(house: FollowingUp, row: AppointmentRow, now: datetime) -> Calendar:
    calendar = house.diary.calendar(row.calendar)
    if (
        calendar is None
        or row.state != AppointmentState.BOOKED.value
        or not calendar.may_change(row.slot, now, house.diary.bank_holidays)
    ):
        msg = f"the appointment of {row.reference} may not be changed any more"
        raise Conflict(msg)
    return calendar


def _free(
    session: Session, calendar: Calendar, diary: Diary, now: datetime
) -> tuple[FreeSlot, ...]:
    taken = taken_slots(session, calendar.name, council_day(now), now)
    return free_slots(calendar, taken, now, diary.bank_holidays)


def _tell(
    house: FollowingUp, session: Session, row: AppointmentRow, said: str, now: datetime
) -> None:
    """Tell the team and the resident of a change just made."""
    row.changes += 1
    row.changed_at = now
    session.add(row)
    promise_note(session, house.work, row.submission_id, said, now=now)
    submission = lock_submission(session, row.submission_id)
    if submission is None or not submission.email:
        return
    message = _message(house, submission, row)
    notice = Notice(
        id=notice_id(f"{row.id}:{row.changes}", message.kind),
        submission_id=submission.id,
        kind=message.kind,
        to=submission.email,
        subject=message.subject,
        text=write(message, house.render),
    )
    queue_notice(session, house.work, notice, sender=house.sender, now=now)


def _message(house: FollowingUp, row: SubmissionRow, appointment: AppointmentRow) -> Message:
    definition = house.definitions.by_digest(row.form, row.digest).in_language(row.language)
    about = about_submission(house, as_submission(row), definition)
    if appointment.state == AppointmentState.BOOKED.value:
        return appointment_moved(about, appointment_url=house.appointment_url(appointment.id))
    calendar = house.diary.calendar(appointment.calendar)
    return appointment_cancelled(about, about_money=_about_money(calendar, row))


def _about_money(calendar: Calendar | None, row: SubmissionRow) -> str:
    return calendar.about_money(row.language).strip() if calendar and row.total else ""


def _appointment(
    house: FollowingUp, session: Session, row: AppointmentRow, now: datetime
) -> Appointment:
    submission = lock_submission(session, row.submission_id)
    if submission is None:
        raise Missing(row.reference)
    definition = house.definitions.by_digest(submission.form, submission.digest)
    calendar = house.diary.calendar(row.calendar)
    is_booked = row.state == AppointmentState.BOOKED.value
    return Appointment(
        id=row.id,
        calendar=row.calendar,
        slot=row.slot,
        minutes=calendar.minutes if calendar else 0,
        reference=row.reference,
        definition=definition.in_language(submission.language),
        is_cancelled=not is_booked,
        may_change=is_booked
        and calendar is not None
        and calendar.may_change(row.slot, now, house.diary.bank_holidays),
        about_money=_about_money(calendar, submission),
    )


@dataclass(frozen=True, slots=True)
class BookedSlot:
    """One slot with all that is booked in it, for officers."""

    slot: Slot
    capacity: int
    """As the calendar stands now."""
    references: tuple[str, ...]

    @property
    def when(self) -> str:
        """The slot in words."""
        return slot_in_words(self.slot, "en")

    @property
    def over(self) -> int:
        """How many more are booked than the calendar has room for."""
        return max(len(self.references) - self.capacity, 0)


MOST_LISTED = 2_000


def booked_slots(
    transactions: Transactions, diary: Diary, name: str, now: datetime
) -> list[BookedSlot]:
    """What is booked in a calendar from today on, earliest first."""
    calendar = diary.calendar(name)
    with transactions.read() as session:
        rows = booked_in(session, name, council_day(now), MOST_LISTED)
    references: dict[Slot, list[str]] = {}
    for row in rows:
        references.setdefault(row.slot, []).append(row.reference)
    return [
        BookedSlot(
            slot, calendar.capacity(slot, diary.bank_holidays) if calendar else 0, tuple(listed)
        )
        for slot, listed in references.items()
    ]


def known_calendars(transactions: Transactions, diary: Diary, now: datetime) -> list[str]:
    """Every calendar of the file, and those that are gone but still have bookings."""
    with transactions.read() as session:
        booked = calendars_booked_in(session, council_day(now))
    return [*diary.calendars(), *sorted(set(booked) - set(diary.calendars()))]
