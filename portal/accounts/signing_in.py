"""How the council's own people come in and go: accounts, one-time links, sessions."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from portal.accounts import records
from portal.accounts.permissions import Role
from portal.accounts.records import StaffRow, StaffSessionRow, as_staff
from portal.accounts.secrets import (
    hash_password,
    hash_token,
    is_password,
    new_second_factor,
    new_token,
    step_of,
)
from portal.accounts.staff import (
    LINK_HOLDS,
    Staff,
    StaffSession,
    StaffState,
    as_email,
    as_name,
    has_ended,
    problem_of_password,
)
from portal.core.errors import Conflict, Missing
from portal.database import Transactions

_SEEN_EVERY = timedelta(minutes=1)
"""A session's last use is written down no more often."""
_LONGEST_BROWSER = 120


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody, in one browser."""

    staff: Staff
    token: str
    """The session's secret, which only the cookie holds."""
    session_number: int


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the page behind a one-time link shows."""

    staff: Staff
    second_factor: str


def add_staff(
    transactions: Transactions, email: str, name: str, roles: Collection[Role], *, now: datetime
) -> str:
    """Make an account; gives the secret of the one-time link with which its owner completes it.

    Raises ValueError for what is no address or name, Conflict when the address has an account.
    """
    email, name, token = as_email(email), as_name(name), new_token()
    row = _new_row(email, name, roles, StaffState.INVITED, now)
    _give_link(row, token, now)
    try:
        with transactions.write() as session:
            session.add(row)
    except IntegrityError:
        raise Conflict(f"{email} has an account already: portal staff reset {email}") from None
    return token


def reset_staff(transactions: Transactions, email: str, *, now: datetime) -> str:
    """Break glass: password and second factor are forgotten, every session ends; gives a new link.

    A disabled account is open again. Raises Missing when there is none.
    """
    token = new_token()
    with transactions.write() as session:
        row = _account(session, email)
        row.state, row.password_hash = StaffState.INVITED.value, ""
        _give_link(row, token, now)
        records.end_sessions(session, row.id)
    return token


def disable_staff(transactions: Transactions, email: str) -> None:
    """Shut an account and end its sessions. What its owner did stays told. Raises Missing."""
    with transactions.write() as session:
        row = _account(session, email)
        row.state, row.password_hash, row.second_factor = StaffState.DISABLED.value, "", ""
        row.link_hash, row.link_until = None, None
        records.end_sessions(session, row.id)


def give_roles(transactions: Transactions, email: str, roles: Collection[Role]) -> None:
    """Change what somebody is; it counts from their next request on. Raises Missing."""
    with transactions.write() as session:
        _account(session, email).roles = _roles_text(roles)


def list_staff(transactions: Transactions) -> list[tuple[Staff, datetime | None]]:
    """Everybody with when they last signed in."""
    with transactions.read() as session:
        return [(as_staff(row), row.signed_in_at) for row in records.list_staff(session)]


def welcome(transactions: Transactions, token: str, *, now: datetime) -> Welcome:
    """What somebody with a one-time link sees. Raises Missing when it is used up or too old."""
    with transactions.read() as session:
        row = _by_link(session, token, now)
        return Welcome(as_staff(row), row.second_factor)


def complete_account(
    transactions: Transactions,
    token: str,
    *,
    password: str,
    code: str,
    browser: str,
    now: datetime,
) -> SignedIn | dict[str, str]:
    """Take the password and the first code of the authenticator; gives what is wrong by input.

    The link is used up only when both are right. Raises Missing as `welcome` does.
    """
    hashed = hash_password(password)
    with transactions.write() as session:
        row = _by_link(session, token, now)
        problems: dict[str, str] = {}
        if problem := problem_of_password(password, row.email, row.name):
            problems["password"] = problem
        step = step_of(row.second_factor, code, now)
        if step is None:
            problems["code"] = "The code is not the one your authenticator shows now"
        if problems or step is None:
            return problems
        row.state, row.password_hash, row.last_step = StaffState.ACTIVE.value, hashed, step
        row.link_hash, row.link_until = None, None
        return _begin_session(session, row, browser, now)


def sign_in(
    transactions: Transactions, email: str, password: str, code: str, *, browser: str, now: datetime
) -> SignedIn | None:
    """Begin a session; None when anything is not right, without a word of what.

    It takes as long whether the account exists or not.
    """
    try:
        wanted = as_email(email)
    except ValueError:
        wanted = ""
    with transactions.read() as session:
        found = records.find_by_email(session, wanted) if wanted else None
        kept = found.password_hash if found else ""
    is_right = is_password(kept, password)
    with transactions.write() as session:
        row = records.find_by_email(session, wanted) if wanted else None
        step = step_of(row.second_factor if row else "", code, now)
        is_open = row is not None and row.state == StaffState.ACTIVE.value
        if row is None or step is None or not is_right or not is_open:
            return None
        # Both may have changed while the password was being looked at.
        if row.password_hash != kept or step <= row.last_step:
            return None
        row.last_step = step
        return _begin_session(session, row, browser, now)


def become(
    transactions: Transactions, email: str, *, browser: str, now: datetime
) -> SignedIn | None:
    """Sign in as one of the people that development brings along; None when there is none."""
    with transactions.write() as session:
        row = records.find_by_email(session, email)
        if row is None or row.state != StaffState.DEMO.value:
            return None
        return _begin_session(session, row, browser, now)


def find_signed_in(
    transactions: Transactions, token: str, *, now: datetime, demo: bool, keep: bool = True
) -> SignedIn | None:
    """Who is signed in with this secret; None when nobody is, or not any more.

    `demo` says whether the people that development brings along count, `keep` whether this is
    something done, which keeps a session from its idle end.
    """
    open_states = {StaffState.ACTIVE.value, *([StaffState.DEMO.value] if demo else [])}
    hashed = hash_token(token)
    with transactions.read() as session:
        found = records.find_session(session, hashed)
        if found is None:
            return None
        row, owner = found
        if owner.state not in open_states or has_ended(row.started_at, row.seen_at, now):
            return None
        signed_in = SignedIn(as_staff(owner), token, row.number or 0)
    if keep and now - row.seen_at > _SEEN_EVERY:
        with transactions.write() as session:
            kept = records.find_session(session, hashed)
            if kept is not None:  # it may have been ended meanwhile
                kept[0].seen_at = max(kept[0].seen_at, now)
    return signed_in


def sessions_of(transactions: Transactions, staff_id: str, *, now: datetime) -> list[StaffSession]:
    """Where somebody is signed in, the newest first."""
    with transactions.read() as session:
        listed = records.list_sessions(session, staff_id)
    return [one for one in listed if not has_ended(one.started_at, one.seen_at, now)]


def end_session(transactions: Transactions, staff_id: str, number: int | None = None) -> None:
    """End one of somebody's own sessions, or all of them. Harmless twice."""
    with transactions.write() as session:
        records.end_sessions(session, staff_id, number=number)


DEMO = (
    ("dee@portal.example", "Dee Signer", (Role.DESIGNER,)),
    ("pat@portal.example", "Pat Publisher", (Role.PUBLISHER,)),
    ("olive@portal.example", "Olive Officer", (Role.OFFICER,)),
)
"""The people that development brings along."""


def seed_demo_staff(transactions: Transactions, *, now: datetime) -> None:
    """Make the people that development brings along, where they are not there yet."""
    with transactions.write() as session:
        for email, name, roles in DEMO:
            if records.find_by_email(session, email) is None:
                session.add(_new_row(email, name, roles, StaffState.DEMO, now))


def demo_staff(transactions: Transactions) -> list[Staff]:
    """Those of them that are there."""
    return [who for who, _seen in list_staff(transactions) if who.state is StaffState.DEMO]


def _new_row(
    email: str, name: str, roles: Collection[Role], state: StaffState, now: datetime
) -> StaffRow:
    return StaffRow(
        id=uuid.uuid4().hex,
        email=email,
        name=name,
        roles=_roles_text(roles),
        state=state.value,
        created_at=now,
    )


def _roles_text(roles: Collection[Role]) -> str:
    return " ".join(role.value for role in Role if role in roles)


def _give_link(row: StaffRow, token: str, now: datetime) -> None:
    row.second_factor, row.last_step = new_second_factor(), 0
    row.link_hash, row.link_until = hash_token(token), now + LINK_HOLDS


def _account(session: Session, email: str) -> StaffRow:
    row = records.find_by_email(session, as_email(email))
    if row is None or row.state == StaffState.DEMO.value:
        raise Missing(f"{email} has no account")
    return row


def _by_link(session: Session, token: str, now: datetime) -> StaffRow:
    row = records.find_by_link(session, hash_token(token))
    if row is None or row.link_until is None or row.link_until < now:
        raise Missing("link")
    return row


def _begin_session(session: Session, row: StaffRow, browser: str, now: datetime) -> SignedIn:
    """A session of its own secret, always a new one: none that was there before is taken over."""
    records.forget_ended_sessions(session, now)
    token = new_token()
    begun = StaffSessionRow(
        token_hash=hash_token(token),
        staff_id=row.id,
        browser="".join(c for c in browser if c.isprintable())[:_LONGEST_BROWSER],
        started_at=now,
        seen_at=now,
    )
    row.signed_in_at = now
    session.add(begun)
    session.flush()
    return SignedIn(as_staff(row), token, begun.number or 0)
