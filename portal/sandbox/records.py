"""What may be read and written inside one transaction: the only SQL on objects and promises."""

import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.sandbox.errors import missing
from portal.sandbox.faults import Faults
from portal.sandbox.objects import Json

_KEY_LIFE_SECONDS = 24 * 60 * 60
"""How long an idempotency key is kept (https://docs.stripe.com/api/idempotent_requests)."""


def new_id(prefix: str, length: int = 24) -> str:
    """Make an id as Stripe's look: a prefix and random letters and digits."""
    return prefix + secrets.token_urlsafe(length * 2).replace("-", "").replace("_", "")[:length]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event to be posted, `copies` times over; `due` in seconds since 1970."""

    seq: int
    event: Json
    copies: int
    tries: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What an idempotency key stands for; `status` is None while the first call still runs."""

    call: str
    digest: str
    request_id: str
    status: int | None
    body: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list call asks for."""

    equal: Mapping[str, Sequence[str]]
    """Field → accepted values; `*` at the end of a value stands for anything."""
    created: Mapping[str, int]
    """`gt`, `gte`, `lt`, `lte` or `eq` → seconds since 1970."""
    top: int
    after: str | None = None
    delivered: bool | None = None
    """For events: whether every posting of it has arrived."""


_COMPARE = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "eq": "="}
_OWED = "EXISTS (SELECT 1 FROM delivery WHERE event_id = object.id AND state != 'delivered')"


def _conditions(wanted: Wanted) -> tuple[list[str], list[str | int]]:
    """Write the WHERE clauses from our own constants, and list the values to bind."""
    clauses: list[str] = []
    values: list[str | int] = []
    for field, accepted in wanted.equal.items():
        one = "json_extract(body, ?) GLOB ?"
        clauses.append(f"({' OR '.join([one] * len(accepted))})")
        values += [part for value in accepted for part in (f"$.{field}", value)]
    for operator, moment in wanted.created.items():
        clauses.append(f"created {_COMPARE[operator]} ?")
        values.append(moment)
    if wanted.delivered is not None:
        clauses.append(f"NOT {_OWED}" if wanted.delivered else _OWED)
    if wanted.after is not None:
        clauses.append("seq < (SELECT seq FROM object WHERE id = ?)")
        values.append(wanted.after)
    return clauses, values


class Records:
    """What may be read and written inside one transaction."""

    def __init__(self, connection: sqlite3.Connection, *, now: int, listening: bool) -> None:
        self._sql = connection
        self.now = now
        """The sandbox's time: the machine's, plus what the control API advanced it by."""
        self.listening = listening
        """Whether anybody is told of events."""
        self.request: Json = {"id": None, "idempotency_key": None}
        """The call that causes the events told in this transaction."""

    # Objects

    def add(self, body: Json, *, parent: str | None = None) -> None:
        """Store a new object."""
        self._sql.execute(
            "INSERT INTO object (id, kind, parent, created, body) VALUES (?, ?, ?, ?, ?)",
            (body["id"], body["object"], parent, body.get("created", self.now), json.dumps(body)),
        )

    def save(self, body: Json) -> None:
        """Store an object's new state."""
        self._sql.execute("UPDATE object SET body = ? WHERE id = ?", (json.dumps(body), body["id"]))

    def get(self, kind: str, id_: str, *, param: str = "id") -> Json:
        """Fetch one object.

        Raises:
            InvalidRequest: there is none of that kind under that id (404).
        """
        found = self.find(id_)
        if found is None or found["object"] != kind:
            raise missing(kind, id_, param=param)
        return found

    def find(self, id_: str) -> Json | None:
        """Fetch any object by its id, or None."""
        row = self._sql.execute("SELECT body FROM object WHERE id = ?", (id_,)).fetchone()
        return None if row is None else json.loads(row[0])

    def children(self, parent: str, kind: str) -> list[Json]:
        """Fetch what hangs on an object (lines of a session, refunds of a charge), oldest first."""
        rows = self._sql.execute(
            "SELECT body FROM object WHERE parent = ? AND kind = ? ORDER BY seq", (parent, kind)
        )
        return [json.loads(row[0]) for row in rows]

    def parent_of(self, id_: str) -> str | None:
        """The id of the object this one hangs on."""
        row = self._sql.execute("SELECT parent FROM object WHERE id = ?", (id_,)).fetchone()
        return None if row is None else row[0]

    def every(self, kind: str) -> list[Json]:
        """Fetch all objects of a kind, oldest first."""
        rows = self._sql.execute("SELECT body FROM object WHERE kind = ? ORDER BY seq", (kind,))
        return [json.loads(row[0]) for row in rows]

    def select(self, kind: str, wanted: Wanted) -> list[Json]:
        """Fetch at most `wanted.top` objects, newest first.

        Raises:
            InvalidRequest: `wanted.after` is not an object of that kind (404).
        """
        clauses, values = _conditions(wanted)
        if wanted.after is not None:
            self.get(kind, wanted.after, param="starting_after")
        query = (
            f"SELECT body FROM object WHERE {' AND '.join(['kind = ?', *clauses])}"  # noqa: S608 - values are bound
            " ORDER BY seq DESC LIMIT ?"
        )
        return [json.loads(row[0]) for row in self._sql.execute(query, (kind, *values, wanted.top))]

    def remove(self, id_: str) -> None:
        """Forget an object."""
        self._sql.execute("DELETE FROM object WHERE id = ?", (id_,))

    def overdue_sessions(self) -> list[Json]:
        """Fetch the open sessions whose time is up."""
        rows = self._sql.execute(
            "SELECT body FROM object WHERE kind = 'checkout.session'"
            " AND json_extract(body, '$.status') = 'open'"
            " AND json_extract(body, '$.expires_at') <= ?",
            (self.now,),
        )
        return [json.loads(row[0]) for row in rows]

    def counts(self) -> dict[str, int]:
        """Count the objects of each kind and status, as `charge.succeeded`."""
        rows = self._sql.execute(
            "SELECT kind || CASE WHEN kind IN ('balance_transaction', 'payment_method') THEN ''"
            " ELSE coalesce('.' || json_extract(body, '$.status'), '') END, count(*)"
            " FROM object WHERE kind NOT LIKE 'sandbox.%' GROUP BY 1"
        )
        return dict(rows.fetchall())

    # Deliveries

    def promise(self, event_id: str, *, state: str, copies: int, due: float) -> None:
        """Promise to post an event."""
        self._sql.execute(
            "INSERT INTO delivery (event_id, state, copies, due) VALUES (?, ?, ?, ?)",
            (event_id, state, copies, due),
        )

    def due_deliveries(self, now: float, *, newest_first: bool) -> list[Delivery]:
        """Fetch what is to be posted now."""
        rows = self._sql.execute(
            "SELECT delivery.seq, object.body, copies, tries FROM delivery"
            " JOIN object ON object.id = event_id WHERE state = 'pending' AND due <= ?"
            " ORDER BY delivery.seq LIMIT 50",
            (now,),
        )
        due = [Delivery(row[0], json.loads(row[1]), row[2], row[3]) for row in rows]
        return due[::-1] if newest_first else due

    def next_due(self) -> float | None:
        """When the next delivery is due, in seconds since 1970."""
        row = self._sql.execute("SELECT min(due) FROM delivery WHERE state = 'pending'").fetchone()
        return row[0]

    def note_delivery(self, seq: int, *, state: str, tries: int, due: float) -> None:
        """Write down how a posting went."""
        self._sql.execute(
            "UPDATE delivery SET state = ?, tries = ?, due = ? WHERE seq = ?",
            (state, tries, due, seq),
        )

    def undelivered(self, event_id: str) -> int:
        """How many postings of an event are still to be made."""
        row = self._sql.execute(
            "SELECT count(*) FROM delivery WHERE event_id = ? AND state = 'pending'", (event_id,)
        ).fetchone()
        return row[0]

    def delivery_counts(self) -> dict[str, int]:
        """Count deliveries by state: pending, delivered, failed."""
        rows = self._sql.execute("SELECT state, count(*) FROM delivery GROUP BY state")
        return {"pending": 0, "delivered": 0, "failed": 0, **dict(rows.fetchall())}

    # Idempotency keys

    def kept(self, key: str) -> Kept | None:
        """Look a key up; one older than a day is forgotten."""
        self._sql.execute(
            "DELETE FROM idempotency WHERE created < ?", (self.now - _KEY_LIFE_SECONDS,)
        )
        row = self._sql.execute(
            "SELECT call, digest, request_id, status, body FROM idempotency WHERE key = ?", (key,)
        ).fetchone()
        return None if row is None else Kept(*row)

    def reserve(self, key: str, *, call: str, digest: str, request_id: str) -> None:
        """Take a key for a call that is about to run."""
        self._sql.execute(
            "INSERT INTO idempotency (key, call, digest, created, request_id)"
            " VALUES (?, ?, ?, ?, ?)",
            (key, call, digest, self.now, request_id),
        )

    def keep(self, key: str, *, status: int, body: str) -> None:
        """Store a call's answer under its key."""
        self._sql.execute(
            "UPDATE idempotency SET status = ?, body = ? WHERE key = ?", (status, body, key)
        )

    def release(self, key: str) -> None:
        """Give a key back: nothing ran."""
        self._sql.execute("DELETE FROM idempotency WHERE key = ?", (key,))

    # Settings

    def faults(self) -> Faults:
        """What is to go wrong, as the control API last said."""
        row = self._sql.execute("SELECT value FROM setting WHERE name = 'faults'").fetchone()
        return Faults.model_validate_json(row[0]) if row else Faults()

    def set_faults(self, faults: Faults) -> None:
        """Say what is to go wrong from now on."""
        self._sql.execute(
            "INSERT INTO setting (name, value) VALUES ('faults', ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (faults.model_dump_json(),),
        )

    def advance(self, seconds: int) -> int:
        """Move the sandbox's clock forward; answers the new time."""
        self._sql.execute(
            "INSERT INTO setting (name, value) VALUES ('advanced', ?)"
            " ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
            (seconds,),
        )
        self.now += seconds
        return self.now
