"""The nouns of filling and sending: drafts and submissions, pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.core.references import Reference


class Channel(StrEnum):
    """How the answers reached us."""

    ONLINE = "online"
    TELEPHONE = "telephone"
    FACE_TO_FACE = "face to face"
    POST = "post"


class DraftState(StrEnum):
    """A draft is open until it is sent; an expired one is deleted."""

    OPEN = "open"
    SUBMITTED = "submitted"


class SubmissionStatus(StrEnum):
    """awaiting_payment → received → handed_over; or reopened before it was paid."""

    AWAITING_PAYMENT = "awaiting_payment"
    RECEIVED = "received"
    HANDED_OVER = "handed_over"
    REOPENED = "reopened"
    """The resident went back to change answers before paying; a new submission takes its place."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Unsent answers, pinned to a definition digest."""

    id: str
    form: str
    digest: str
    answers: str
    """JSON, as `dump_answers` writes it."""
    state: DraftState
    version: int
    expires_at: datetime
    change: str = ""
    """What its resident is still to be told of a change of the form."""


@dataclass(frozen=True, slots=True)
class Submission:
    """Sealed answers: only those on the route, with the fee and the digest. Never edited."""

    id: str
    reference: Reference
    draft_id: str
    form: str
    digest: str
    answers: str
    channel: Channel
    status: SubmissionStatus
    total: int
    """Pence."""
    email: str
    submitted_at: datetime
    language: str = "en"
    """The language it was filled in: we write back in it."""


def delete_after(on: date, days: int) -> date:
    """The day a submission's retention ends."""
    return on + timedelta(days=days)
