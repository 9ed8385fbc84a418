"""Proposals: a draft definition put forward to be published by a second person. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.forms.parsing import Bundle

LONGEST_WORDS = 4_000
"""Characters of a note, or of what is said with a proposal that is sent back."""


class ProposalState(StrEnum):
    """What became of a proposal."""

    WAITING = "waiting"
    PUBLISHED = "published"
    SENT_BACK = "sent-back"
    WITHDRAWN = "withdrawn"
    """By whoever proposed it, or because the draft definition was changed afterwards."""


class Deed(StrEnum):
    """What somebody did with a form. Each is kept, with who and when."""

    SAVED = "saved"
    DISCARDED = "discarded"
    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"
    SENT_BACK = "sent-back"
    PUBLISHED = "published"
    FOLLOWS_FILE = "follows-file"


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does something."""

    id: str
    """Of their account; empty at the command line, where only a name is known."""
    name: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft definition as it was when its publication was asked for."""

    number: int
    form: str
    bundle: Bundle
    note: str
    """What changes, in the proposer's words."""
    authors: frozenset[str]
    """The accounts of everybody who saved the draft definition, the proposer among them."""
    proposed_by: Doer
    proposed_at: datetime
    state: ProposalState
    answered_by: str = ""
    """The name of who published it, sent it back or withdrew it."""
    answered_at: datetime | None = None
    words: str = ""
    """Said with it when it was sent back."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One deed, or several of the same kind by the same person in a row."""

    deed: Deed
    by: str
    first_at: datetime
    last_at: datetime
    times: int
    note: str
    digest: str
    """Of the version it was about."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the definition of a proposal fares, as far as publishing asks for it."""

    findings: int = 0
    refuted: int = 0
    failing_examples: int = 0


def reason_against(authors: Collection[str], publisher: Doer) -> str:
    """Why this person cannot publish it, in words; empty when they can.

    Nobody publishes what they wrote a part of, whatever their roles are.
    """
    if not publisher.id:
        return "Only somebody who is signed in can publish a draft definition."
    if publisher.id in authors:
        return "You wrote a part of this yourself: somebody else has to publish it."
    return ""


def obstacles(standing: Standing) -> tuple[str, ...]:
    """What has to be mended before anybody can publish it, in words."""
    counted = (
        (standing.findings, "problem in the definition", "problems in the definition"),
        (standing.refuted, "proof says that it is wrong", "proofs say that it is wrong"),
        (standing.failing_examples, "example fails", "examples fail"),
    )
    return tuple(f"{n} {one if n == 1 else many}" for n, one, many in counted if n)


def in_short(entries: Sequence[HistoryEntry]) -> tuple[HistoryEntry, ...]:
    """A history, newest first, in which saving again and again is one entry."""
    short: list[HistoryEntry] = []
    for entry in entries:
        later = short[-1] if short else None
        if (
            later is not None
            and entry.deed is later.deed is Deed.SAVED
            and (entry.by, entry.note) == (later.by, later.note)
        ):
            short[-1] = HistoryEntry(
                entry.deed, entry.by, entry.first_at, later.last_at,
                later.times + entry.times, entry.note, later.digest,
            )  # fmt: skip
        else:
            short.append(entry)
    return tuple(short)
