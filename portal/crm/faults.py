"""What can be made to go wrong, call by call. For tests; every fault was seen in a real CRM."""

import threading
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from portal.crm.content import can_lose


class Kind(StrEnum):
    """How a call goes wrong. "Before" means nothing is stored; "after", that everything is."""

    ERROR_BEFORE = "error_before"
    """500; nothing is stored."""
    ERROR_AFTER = "error_after"
    """500, though everything was stored."""
    TIMEOUT_BEFORE = "timeout_before"
    """Nothing is stored or said for `seconds`; then the connection breaks."""
    TIMEOUT_AFTER = "timeout_after"
    """Everything is stored, nothing is said for `seconds`; then the connection breaks."""
    CLOSE_BEFORE = "close_before"
    """The connection breaks at once; nothing is stored."""
    CLOSE_AFTER = "close_after"
    """Everything is stored; then the connection breaks."""
    TOO_MANY = "too_many"
    """429 with Retry-After; nothing is stored."""
    ERROR_IN_200 = "error_in_200"
    """200, with an error in the body; nothing is stored."""
    DROP_FIELD = "drop_field"
    """201, but a new case loses `field` and nobody is told."""


class Fault(BaseModel):
    """The fate of the next `times` calls whose path starts with `route`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    route: str = Field(
        default="/api/", pattern="^/", description="Without the path we are mounted at."
    )
    method: str | None = Field(default=None, description="GET, POST…; left out: any.")
    times: int = Field(default=1, ge=1, le=10_000)
    seconds: float = Field(default=30, ge=0, le=600)
    retry_after: int = Field(default=1, ge=0, le=86_400, description="Seconds, for too_many.")
    field: str | None = Field(default=None, description="For drop_field: `location.uprn`.")

    @model_validator(mode="after")
    def _check_field(self) -> Self:
        if self.kind is Kind.DROP_FIELD and not (self.field and can_lose(self.field)):
            raise ValueError("drop_field needs the `field` to drop, one that a case can be without")
        return self

    def strikes(self, method: str, path: str) -> bool:
        """Whether this call meets this fault."""
        return path.startswith(self.route) and self.method in {None, method}


class Faults:
    """The faults in force, oldest first. Kept in memory: a restart lifts them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let a fault strike once those before it are spent."""
        with self._lock:
            self._waiting.append(fault)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault this call meets, now spent once."""
        with self._lock:
            for place, fault in enumerate(self._waiting):
                if fault.strikes(method, path):
                    left = fault.model_copy(update={"times": fault.times - 1})
                    self._waiting[place : place + 1] = [left] if left.times else []
                    return fault
        return None

    def waiting(self) -> list[Fault]:
        """What is still to strike."""
        with self._lock:
            return list(self._waiting)

    def lift(self) -> None:
        """Let everything go right again."""
        with self._lock:
            self._waiting.clear()
