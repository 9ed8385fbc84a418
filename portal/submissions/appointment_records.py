"""The rows of appointments, held and booked, and their queries."""

# pyright: reportDeprecated=false
# SQLModel would have `exec`, which takes only its own select; these are SQLAlchemy's statements.

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, UniqueConstraint, and_, delete, exists, func, or_, select
from sqlmodel import Field, Session, SQLModel, col

from portal.database import UtcDateTime
from portal.forms.calendars import Slot
from portal.payments.payment import LIVE
from portal.payments.records import AttemptRow, PaymentRequestRow


class AppointmentState(StrEnum):
    """How an appointment stands."""

    HELD = "held"
    BOOKED = "booked"
    CANCELLED = "cancelled"


class AppointmentRow(SQLModel, table=True):
    """A slot somebody has chosen: held for a draft, then booked for its submission."""

    __tablename__ = "appointment"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("draft_id", "place"),)

    id: str = Field(primary_key=True)
    calendar: str = Field(index=True)
    day: date = Field(index=True)
    start: int
    """Minutes after midnight; -1 for a whole day."""
    draft_id: str
    place: str
    """Where it was chosen: the page's address within the form, a colon, and the question."""
    submission_id: str = Field(default="", index=True)
    reference: str = ""
    state: str
    held_until: datetime = Field(sa_type=UtcDateTime, index=True)
    token_hash: str | None = Field(default=None, unique=True)
    """Of the secret word of its address, once it is booked."""
    is_over: bool = False
    """Booked although the slot was full, closed or past: its payment came after its hold ended."""
    changes: int = 0
    """How often it was moved or cancelled."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)

    @property
    def slot(self) -> Slot:
        """The slot it is of."""
        return Slot(self.day, self.start)


def taken_slots(
    session: Session, calendar: str, since: date, now: datetime, *, but: tuple[str, str] = ("", "")
) -> dict[Slot, int]:
    """How many of each slot are booked or held; that of one draft's place `but` is left out."""
    draft_id, place = but
    own = and_(col(AppointmentRow.draft_id) == draft_id, col(AppointmentRow.place) == place)
    statement = (
        select(col(AppointmentRow.day), col(AppointmentRow.start), func.count())
        .where(
            col(AppointmentRow.calendar) == calendar,
            col(AppointmentRow.day) >= since,
            _counts(now),
            ~own,
        )
        .group_by(col(AppointmentRow.day), col(AppointmentRow.start))
    )
    return {Slot(day, start): many for day, start, many in session.execute(statement)}


def _counts(now: datetime) -> ColumnElement[bool]:
    """Booked, held, or being paid: as long as a payment may still come in it is nobody else's."""
    state = col(AppointmentRow.state)
    held = state == AppointmentState.HELD.value
    kept = or_(col(AppointmentRow.held_until) > now, _may_still_be_paid())
    return or_(state == AppointmentState.BOOKED.value, and_(held, kept))


def _may_still_be_paid() -> ColumnElement[bool]:
    return exists(
        select(col(AttemptRow.id))
        .join(PaymentRequestRow, col(PaymentRequestRow.id) == col(AttemptRow.request_id))
        .where(
            col(PaymentRequestRow.owner) == col(AppointmentRow.submission_id),
            col(AttemptRow.state).in_(sorted(LIVE)),
        )
    )


def is_kept(session: Session, row: AppointmentRow, now: datetime) -> bool:
    """Whether the row still keeps its slot."""
    statement = select(col(AppointmentRow.id)).where(col(AppointmentRow.id) == row.id, _counts(now))
    return session.execute(statement).first() is not None


def lock_place(session: Session, draft_id: str, place: str) -> AppointmentRow | None:
    """What a draft holds at one place, held until the transaction ends."""
    statement = (
        select(AppointmentRow)
        .where(col(AppointmentRow.draft_id) == draft_id, col(AppointmentRow.place) == place)
        .with_for_update()
    )
    return session.execute(statement).scalar_one_or_none()


def lock_by_token_hash(session: Session, token_hash: str) -> AppointmentRow | None:
    """The appointment with this secret word, held until the transaction ends."""
    statement = (
        select(AppointmentRow)
        .where(col(AppointmentRow.token_hash) == token_hash)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.execute(statement).scalar_one_or_none()


def appointments_of(session: Session, submission_id: str) -> Sequence[AppointmentRow]:
    """The appointments of a submission, earliest first."""
    statement = (
        select(AppointmentRow)
        .where(col(AppointmentRow.submission_id) == submission_id)
        .order_by(col(AppointmentRow.day), col(AppointmentRow.start))
    )
    return session.execute(statement).scalars().all()


def booked_of(session: Session, submission_id: str) -> list[AppointmentRow]:
    """What is booked for a submission, earliest first."""
    rows = appointments_of(session, submission_id)
    return [row for row in rows if row.state == AppointmentState.BOOKED.value]


def find_by_token_hash(session: Session, token_hash: str) -> AppointmentRow | None:
    """The appointment with this secret word, as it stands."""
    statement = select(AppointmentRow).where(col(AppointmentRow.token_hash) == token_hash)
    return session.execute(statement).scalar_one_or_none()


def booked_in(session: Session, calendar: str, since: date, limit: int) -> Sequence[AppointmentRow]:
    """What is booked in a calendar from a day on, earliest first."""
    statement = (
        select(AppointmentRow)
        .where(
            col(AppointmentRow.calendar) == calendar,
            col(AppointmentRow.day) >= since,
            col(AppointmentRow.state) == AppointmentState.BOOKED.value,
        )
        .order_by(col(AppointmentRow.day), col(AppointmentRow.start), col(AppointmentRow.reference))
        .limit(limit)
    )
    return session.execute(statement).scalars().all()


def calendars_booked_in(session: Session, since: date) -> Sequence[str]:
    """The names of all calendars with something booked from a day on."""
    statement = (
        select(col(AppointmentRow.calendar))
        .where(
            col(AppointmentRow.day) >= since,
            col(AppointmentRow.state) == AppointmentState.BOOKED.value,
        )
        .distinct()
    )
    return session.execute(statement).scalars().all()


def let_go(session: Session, draft_id: str, *, but: Sequence[str] = ()) -> None:
    """Give back what a draft holds, except at the places `but`."""
    session.execute(
        delete(AppointmentRow).where(
            col(AppointmentRow.draft_id) == draft_id,
            col(AppointmentRow.state) == AppointmentState.HELD.value,
            col(AppointmentRow.place).not_in(but),
        )
    )


def delete_expired(session: Session, now: datetime) -> int:
    """Delete holds that have ended; says how many. They did not count any more already."""
    gone = session.execute(
        delete(AppointmentRow).where(
            col(AppointmentRow.state) == AppointmentState.HELD.value, ~_counts(now)
        )
    )
    return int(getattr(gone, "rowcount", 0))
