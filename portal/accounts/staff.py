"""A member of staff, and the rules about their accounts and sessions. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.accounts.permissions import Permission, Role, may

IDLE, LONGEST = timedelta(hours=1), timedelta(hours=12)
"""A session ends after an hour in which nothing was done, and after half a day whatever was."""
LINK_HOLDS = timedelta(days=3)
"""How long the one-time link of a new account can be used."""
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
_FEWEST_CHARACTERS = 6
_LONGEST_EMAIL, _LONGEST_NAME = 254, 100
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class StaffState(StrEnum):
    """What can be done with an account."""

    INVITED = "invited"
    """Has a one-time link, and neither password nor second factor yet."""
    ACTIVE = "active"
    DISABLED = "disabled"
    DEMO = "demo"
    """Of nobody: in development one becomes it by pressing a button. Never in production."""


@dataclass(frozen=True, slots=True)
class Staff:
    """One of the council's own people."""

    id: str
    email: str
    name: str
    roles: tuple[Role, ...]
    state: StaffState

    def may(self, permission: Permission) -> bool:
        """Whether one of their roles has the permission."""
        return may(self.roles, permission)


@dataclass(frozen=True, slots=True)
class StaffSession:
    """One browser that somebody is signed in with."""

    number: int
    """Tells it from the others; not the secret."""
    browser: str
    """What the browser calls itself."""
    started_at: datetime
    seen_at: datetime


def as_email(written: str) -> str:
    """An e-mail address as accounts are found by it. Raises ValueError when it cannot be one."""
    email = unicodedata.normalize("NFC", written).strip().casefold()
    if len(email) > _LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        raise ValueError(f"{written.strip()!r} is not an e-mail address")
    return email


def as_name(written: str) -> str:
    """A name in one line. Raises ValueError when there is none, or it is too long."""
    name = " ".join(written.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ValueError(f"a name has 1 to {_LONGEST_NAME} characters")
    return name


def problem_of_password(password: str, email: str, name: str) -> str:
    """Why this cannot be the password, in words; empty when it can.

    Length is what counts (NIST SP 800-63B): no rule says which characters it must have.
    """
    if len(password) < SHORTEST_PASSWORD:
        return f"Your password must have at least {SHORTEST_PASSWORD} characters"
    if len(password) > LONGEST_PASSWORD:
        return f"Your password must have at most {LONGEST_PASSWORD} characters"
    if len(set(password)) < _FEWEST_CHARACTERS:
        return "Your password must have more different characters"
    bare = password.casefold()
    known = [email, email.partition("@")[0], *name.casefold().split()]
    for word in sorted(known, key=len, reverse=True):
        bare = bare.replace(word, "") if len(word) > 2 else bare  # noqa: PLR2004  # "al" is no name
    if len(bare) < SHORTEST_PASSWORD // 2:
        return "Your password must not be your name or e-mail address"
    return ""


def has_ended(started_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session is past one of its limits."""
    return now - seen_at > IDLE or now - started_at > LONGEST
