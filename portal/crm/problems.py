"""What can be wrong with a call, and how it is said (problem details, RFC 9457).

    Problem                   answered as application/problem+json; nothing was stored
    ├── 401 unauthorised        the token is missing or wrong: a person must look
    ├── 403 refused             the caller is not on this machine, or another site: a person
    ├── 404 not-found           no such case, attachment or address: a person
    ├── 409 key-reused          the Idempotency-Key was used for something else: a person
    ├── 413 too-large           a person
    ├── 422 invalid             the body is wrong: a person
    ├── 422 checksum-mismatch   the file was damaged on its way: try again
    ├── 429 too-many            try again after Retry-After seconds
    └── 500 broken              try again

Each line ends with who can cure it.
"""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

KINDS: Mapping[str, str] = {
    "unauthorised": "The token is missing or wrong.",
    "refused": "The caller is not on this machine, or another site sent the form.",
    "not-found": "There is no such case, attachment or address.",
    "key-reused": "The Idempotency-Key was used before, for another call or another body.",
    "too-large": "The body is larger than this CRM takes.",
    "invalid": "The call is wrong; `errors` names each field.",
    "checksum-mismatch": "The file's SHA-256 is not the one given. Try again.",
    "too-many": "Too many calls. Try again after `Retry-After` seconds.",
    "broken": "Something broke here. Try again.",
}
"""Every kind of problem, documented at `/docs#{kind}`."""


class Problem(Exception):
    """One refusal."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})

    def body(self, root: str) -> dict[str, Any]:
        """Write it as RFC 9457 does; `root` is the path this CRM is mounted at."""
        said: dict[str, Any] = {
            "type": f"{root}/docs#{self.kind}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            said["errors"] = [dict(error) for error in self.errors]
        return said

    def as_bytes(self, root: str) -> bytes:
        """Write it as JSON."""
        return json.dumps(self.body(root)).encode()


def missing(noun: str, wanted: str) -> Problem:
    """Refuse a number we do not have."""
    return Problem(404, "not-found", f"There is no {noun} {wanted[:100]}.")


def invalid(field: str, message: str) -> Problem:
    """Refuse one field."""
    return Problem(
        422, "invalid", f"{field}: {message}", errors=[{"field": field, "message": message}]
    )


def kind_of(status: int) -> str:
    """Name the kind of a problem of which only the status is known."""
    known = {401: "unauthorised", 403: "refused", 404: "not-found", 413: "too-large",
             429: "too-many"}  # fmt: skip
    if status in known:
        return known[status]
    return "broken" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid"
