"""When a form may be begun and sent, and how many times: pure rules over moments."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Standing(StrEnum):
    """How a service stands at a moment."""

    OPEN = "open"
    NOT_YET = "not yet open"
    CLOSED = "closed"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Opening:
    """The opening window of a service, and how many submissions it takes. Moments have a zone."""

    start: datetime | None = None
    """Nobody begins or sends before it."""
    end: datetime | None = None
    """Nobody begins at it or after."""
    grace: datetime | None = None
    """Who began in time may send until just before it; never before `end`."""
    at_most: int | None = None
    """The most submissions there will ever be."""
    closed: str = ""
    """Markdown shown instead of the start page."""

    @property
    def is_limited(self) -> bool:
        """Whether it is ever closed or full."""
        return self.start is not None or self.end is not None or self.at_most is not None

    def standing(self, now: datetime, taken: int = 0) -> Standing:
        """How it stands for somebody who has not begun, when so many places are taken."""
        if self.start is not None and now < self.start:
            return Standing.NOT_YET
        if self.end is not None and now >= self.end:
            return Standing.CLOSED
        return self._room(taken)

    def standing_of_draft(self, begun_at: datetime, now: datetime, taken: int = 0) -> Standing:
        """How it stands for a draft begun then: it may be sent exactly when this is open."""
        if self.start is not None and now < self.start:
            return Standing.NOT_YET
        if self.end is not None and begun_at >= self.end:
            return Standing.CLOSED
        if self.grace is not None and now >= self.grace:
            return Standing.CLOSED
        return self._room(taken)

    def _room(self, taken: int) -> Standing:
        full = self.at_most is not None and taken >= self.at_most
        return Standing.FULL if full else Standing.OPEN


ALWAYS = Opening()
"""What a form has that says nothing of it."""
