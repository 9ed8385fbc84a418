"""The rows of staff and their sessions, and their queries."""

# pyright: reportDeprecated=false
# SQLModel would have `exec`, which takes only its own select; these are SQLAlchemy's statements.

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Field, Session, SQLModel, col

from portal.accounts.permissions import Role
from portal.accounts.staff import IDLE, LONGEST, Staff, StaffSession, StaffState
from portal.database import UtcDateTime


class StaffRow(SQLModel, table=True):
    """One of the council's own people."""

    __tablename__ = "staff"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True)
    email: str = Field(unique=True)
    name: str
    roles: str
    """Their names with a space between."""
    state: str
    password_hash: str = ""
    second_factor: str = ""
    """The secret shared with the authenticator; waiting until it is confirmed."""
    last_step: int = 0
    """Of the last code that was used: no code works twice."""
    link_hash: str | None = Field(default=None, unique=True)
    """Of the one-time link; None once it was used."""
    link_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    signed_in_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StaffSessionRow(SQLModel, table=True):
    """A browser that one of them is signed in with."""

    __tablename__ = "staff_session"  # pyright: ignore[reportAssignmentType]

    number: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    staff_id: str = Field(foreign_key="staff.id", index=True)
    browser: str
    started_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)


def as_staff(row: StaffRow) -> Staff:
    """The person of a row. A role that a later version had and this one has not is left out."""
    known = {role.value for role in Role}
    roles = tuple(Role(name) for name in row.roles.split() if name in known)
    return Staff(row.id, row.email, row.name, roles, StaffState(row.state))


def find_by_email(session: Session, email: str) -> StaffRow | None:
    """The account with this address, held until the transaction ends."""
    statement = select(StaffRow).where(col(StaffRow.email) == email).with_for_update()
    return session.execute(statement).scalar_one_or_none()


def find_by_link(session: Session, link_hash: str) -> StaffRow | None:
    """The account a one-time link was made for, held until the transaction ends."""
    statement = select(StaffRow).where(col(StaffRow.link_hash) == link_hash).with_for_update()
    return session.execute(statement).scalar_one_or_none()


def list_staff(session: Session) -> Sequence[StaffRow]:
    """Everybody, by name."""
    statement = select(StaffRow).order_by(col(StaffRow.name), col(StaffRow.email))
    return session.execute(statement).scalars().all()


def find_session(session: Session, token_hash: str) -> tuple[StaffSessionRow, StaffRow] | None:
    """A session with whose it is."""
    statement = (
        select(StaffSessionRow, StaffRow)
        .join(StaffRow, col(StaffRow.id) == col(StaffSessionRow.staff_id))
        .where(col(StaffSessionRow.token_hash) == token_hash)
    )
    found = session.execute(statement).one_or_none()
    return (found[0], found[1]) if found else None


def list_sessions(session: Session, staff_id: str) -> list[StaffSession]:
    """Where somebody is signed in, the newest first."""
    statement = (
        select(StaffSessionRow)
        .where(col(StaffSessionRow.staff_id) == staff_id)
        .order_by(col(StaffSessionRow.number).desc())
    )
    return [
        StaffSession(row.number or 0, row.browser, row.started_at, row.seen_at)
        for row in session.execute(statement).scalars()
    ]


def end_sessions(session: Session, staff_id: str, *, number: int | None = None) -> None:
    """End one of somebody's sessions, or all."""
    statement = delete(StaffSessionRow).where(col(StaffSessionRow.staff_id) == staff_id)
    if number is not None:
        statement = statement.where(col(StaffSessionRow.number) == number)
    session.execute(statement)


def forget_ended_sessions(session: Session, now: datetime) -> None:
    """Delete the sessions past one of their limits."""
    session.execute(
        delete(StaffSessionRow).where(
            (col(StaffSessionRow.seen_at) < now - IDLE)
            | (col(StaffSessionRow.started_at) < now - LONGEST)
        )
    )
