"""What a proof comes to."""

from dataclasses import dataclass
from typing import TypeAlias

from portal.forms.definition import Example
from portal.forms.fields.base import Spot
from portal.forms.source import Finding


@dataclass(frozen=True, slots=True)
class Proven:
    """It is so for every answer on every day."""

    claim: str
    witness: Example | None = None
    """For what can happen: answers with which it does."""


@dataclass(frozen=True, slots=True)
class Refuted:
    """It is not so: what is wrong, where, the cure, and answers that show it."""

    claim: str
    code: str
    message: str
    hint: str
    spot: Spot
    witness: Example | None
    severity: str = "error"
    """A `warning` is most likely a slip, but nobody is stopped by it."""

    @property
    def finding(self) -> Finding:
        """As `portal check` says it."""
        spot = self.spot
        return Finding(
            spot.file, spot.line, spot.column, self.severity, self.code, self.message, self.hint
        )


@dataclass(frozen=True, slots=True)
class Undecided:
    """Nobody knows: why the solver could not say."""

    claim: str
    reason: str


Verdict: TypeAlias = Proven | Refuted | Undecided
