"""What a case, its attachments, notes and history are in this CRM. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from portal.crm.content import CaseContent


class Status(StrEnum):
    """How far the work is; any may follow any, as officers put mistakes right."""

    NEW = "new"
    IN_PROGRESS = "in progress"
    AWAITING_CUSTOMER = "awaiting customer"
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def is_finished(self) -> bool:
        """Whether nobody needs to work on it any more."""
        return self in {Status.RESOLVED, Status.CLOSED}


class Deed(StrEnum):
    """What can be done to a case; each is one line of its history."""

    CREATED = "created"
    STATUS_CHANGED = "status changed"
    NOTE_ADDED = "note added"
    ATTACHMENT_ADDED = "attachment added"


@dataclass(frozen=True, slots=True)
class Case:
    """One case: what was sent, and what has become of it."""

    seq: int
    status: Status
    created_at: datetime
    updated_at: datetime
    content: CaseContent

    @property
    def number(self) -> str:
        """What officers call it: `CRM-000123`."""
        return case_number(self.seq)

    def is_overdue(self, on: date) -> bool:
        """Whether the target date has passed and the work is not finished."""
        target = self.content.target_date
        return target is not None and target < on and not self.status.is_finished


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of a case; its bytes are kept under their SHA-256."""

    seq: int
    case_seq: int
    question: str
    file_name: str
    media_type: str
    size: int
    """Bytes."""
    sha256: str
    has_thumbnail: bool
    created_at: datetime

    @property
    def number(self) -> str:
        """What the API calls it: `ATT-000017`."""
        return f"ATT-{self.seq:06d}"


@dataclass(frozen=True, slots=True)
class Note:
    """One remark; `public` ones may be shown to the customer."""

    seq: int
    text: str
    author: str
    public: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One line of history: never changed, never removed."""

    seq: int
    deed: Deed
    by: str
    at: datetime
    detail: dict[str, str]


@dataclass(frozen=True, slots=True)
class Queue:
    """A team's list of work, and how much of it there is."""

    slug: str
    name: str
    open: int
    overdue: int
    total: int


def case_number(seq: int) -> str:
    """Write a case's number as officers read it."""
    return f"CRM-{seq:06d}"


def read_number(text: str, *, prefix: str = "CRM") -> int | None:
    """Read `CRM-000123` (case and leading zeros do not matter); None when it is not one."""
    found = re.fullmatch(rf"{prefix}-([0-9]{{1,15}})", text.strip(), re.ASCII | re.IGNORECASE)
    return int(found[1]) if found else None


_INITIALS = frozenset({"asb", "cctv", "foi", "gis", "hmo", "hr", "ict", "it", "mot", "sar"})


def queue_name(slug: str) -> str:
    """Make a display name from a slug: `parking-permits` is read "Parking permits"."""
    words = [word.upper() if word in _INITIALS else word for word in slug.split("-") if word]
    name = " ".join(words)
    return name[:1].upper() + name[1:]
