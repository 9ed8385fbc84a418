"""What can be made to go wrong, as the control API is told it. Pure."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Post(StrEnum):
    """What happens to events on their way out."""

    DELIVER = "deliver"
    DROP = "drop"
    """Never posted; `events.list(delivery_success=false)` still finds them."""
    DUPLICATE = "duplicate"
    """Posted `times` times over."""
    DELAY = "delay"
    """Posted after `delay_seconds`."""
    REVERSE = "reverse"
    """The news of one moment is posted newest first."""
    FORGE = "forge"
    """Posted with a signature that does not hold, until the fault is lifted."""


class Wire(StrEnum):
    """What happens to a call of the API."""

    TIMEOUT = "timeout"
    """Nothing is done, nothing is said; the connection closes after `seconds`."""
    DROP_REPLY = "drop_reply"
    """Everything is done, then the connection breaks."""
    HTTP_500 = "http_500"
    """Nothing is done; nothing is kept under the key, so the same call may succeed next."""
    HTTP_429 = "http_429"
    STORED_500 = "stored_500"
    """The call fails while running, and its 500 is kept under its key for 24 hours (F25)."""
    SLOW = "slow"
    """The call holds its key for `seconds` before it is done."""


class NextResponse(BaseModel):
    """The fault of the next `times` calls whose path starts with `route`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    route: str = "/v1/"
    action: Wire
    method: str | None = None
    """GET or POST; None for both."""
    times: int = Field(default=1, ge=1)
    seconds: float = Field(default=30, ge=0, le=600)


class Faults(BaseModel):
    """Everything that goes wrong from now on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    webhooks: Post = Post.DELIVER
    times: int = Field(default=2, ge=1, le=50)
    delay_seconds: float = Field(default=5, ge=0)
    next_response: NextResponse | None = None

    def strikes(self, method: str, path: str) -> NextResponse | None:
        """The fault a call meets, or None."""
        fault = self.next_response
        if fault is None or not path.startswith(fault.route):
            return None
        return fault if fault.method in {None, method} else None

    def spent(self) -> "Faults":
        """What is left once a call has met its fault."""
        fault = self.next_response
        if fault is None or fault.times == 1:
            return self.model_copy(update={"next_response": None})
        fewer = fault.model_copy(update={"times": fault.times - 1})
        return self.model_copy(update={"next_response": fewer})
