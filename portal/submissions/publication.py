"""Publications: what the designer chose for open drafts when a form changed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Choice(StrEnum):
    """What becomes of the drafts begun with the version that a new one replaces."""

    PIN = "pin"
    """They are finished on their own version."""
    CARRY = "carry"
    """At the resident's next request they move to the new one, with all that fits."""
    STOP = "stop"
    """They cannot be sent any more; what fits may be taken into a new beginning."""


@dataclass(frozen=True, slots=True)
class Publication:
    """One choice: for the drafts of one version, when one other took its place."""

    number: int
    """Later ones have higher numbers."""
    form: str
    from_digest: str
    """Empty for a form published for the first time."""
    to_digest: str
    choice: Choice
    published_by: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Course:
    """What becomes of one draft now."""

    choice: Choice
    to_digest: str
    """The version it belongs on: its own, unless it is carried."""
    since: datetime | None = None
    """When the change that decides was published."""


def course_of(publications: Sequence[Publication], digest: str, served: str) -> Course:
    """Follow the choices from a draft's version as far as they carry it; oldest come first.

    A draft on the version served now is at home. A choice counts until its version is published
    again: whoever goes back to an earlier version does not send its drafts on from there.
    """
    latest = {each.from_digest: each for each in publications}
    published = {each.to_digest: each.number for each in publications}
    here, since = digest, None
    while here != served:
        # Numbers rise from step to step, because each is later than its version's publication.
        step = latest.get(here)
        if step is None or step.number < published.get(here, 0) or step.choice is Choice.PIN:
            break
        if step.choice is Choice.STOP:
            return Course(Choice.STOP, digest, step.published_at)
        here, since = step.to_digest, step.published_at
    return Course(Choice.PIN if here == digest else Choice.CARRY, here, since)


def undecided(publications: Sequence[Publication], kept: Sequence[str], to: str) -> list[str]:
    """The versions whose drafts have no choice made for them yet; the one published is home."""
    latest = {each.from_digest: each for each in publications}
    published = {each.to_digest: each.number for each in publications}

    def is_open(digest: str) -> bool:
        step = latest.get(digest)
        return step is None or step.number < published.get(digest, 0)

    return [digest for digest in dict.fromkeys(kept) if digest != to and is_open(digest)]
