"""Does a call once, however often it is sent with the same Idempotency-Key."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.crm.problems import Problem, invalid
from portal.crm.records import Kept, Records

_LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Call:
    """One call as its sender means it: what is asked, of whom, under which key."""

    name: str
    """Method and path."""
    body: object
    """Anything JSON can say; compared, so that a key cannot stand for two things."""
    key: str | None

    @property
    def digest(self) -> str:
        """The body's fingerprint; the order of its keys does not matter."""
        return hashlib.sha256(json.dumps(self.body, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answered:
    """What is answered, and whether it had been answered before."""

    body: dict[str, Any]
    replayed: bool


def do_once(records: Records, call: Call, do: Callable[[], dict[str, Any]]) -> Answered:
    """Do it, or give the answer of the first time; in the caller's transaction.

    Raises Problem 409 when the key was used for another call or body: a person must look.
    """
    if call.key is None:
        return Answered(do(), replayed=False)
    if not (call.key.isascii() and call.key.isprintable() and 0 < len(call.key) <= _LONGEST_KEY):
        raise invalid("Idempotency-Key", "must be 1 to 255 printable ASCII characters")
    kept = records.kept(call.key)
    if kept is None:
        body = do()
        records.keep(call.key, Kept(call.name, call.digest, json.dumps(body)))
        return Answered(body, replayed=False)
    if (kept.call, kept.digest) != (call.name, call.digest):
        raise Problem(409, "key-reused", "This Idempotency-Key was used for something else.")
    return Answered(json.loads(kept.answer), replayed=True)
