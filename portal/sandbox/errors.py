"""The refusals of the API, in Stripe's own shape (https://docs.stripe.com/api/errors).

ApiError                 the call ran and was refused; the refusal is kept under its key
├── InvalidRequest         the parameters are wrong: nothing ran, so nothing is kept
└── Conflict               the idempotency key is in use, or was used for something else
"""

from typing import Any


class ApiError(Exception):
    """One refusal: HTTP status, type, code, message and the parameter at fault."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type_: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.type = type_
        self.code = code
        self.param = param

    def body(self) -> dict[str, Any]:
        """Write the refusal as Stripe does; absent fields are left out."""
        error: dict[str, Any] = {"message": self.message, "type": self.type}
        if self.code is not None:
            error["code"] = self.code
            error["doc_url"] = f"https://docs.stripe.com/error-codes/{self.code.replace('_', '-')}"
        if self.param is not None:
            error["param"] = self.param
        return {"error": error}


class InvalidRequest(ApiError):
    """The parameters are wrong; the same call with the same key may be mended and sent again."""


class Conflict(ApiError):
    """The idempotency key belongs to another call."""


def missing(noun: str, wanted: str, *, param: str = "id") -> InvalidRequest:
    """Refuse an id we do not have (404)."""
    return InvalidRequest(
        f"No such {noun}: '{wanted}'", status=404, code="resource_missing", param=param
    )
