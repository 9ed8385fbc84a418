"""What may be read and written inside one transaction: the CRM's only SQL."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from portal.crm.case import (
    Attachment,
    Case,
    Deed,
    Event,
    Note,
    Queue,
    Status,
    case_number,
    queue_name,
    read_number,
)
from portal.crm.content import CaseContent, NewNote
from portal.crm.days import london_day
from portal.crm.files import FileLabel, StoredFile


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases a list asks for; None leaves a condition out."""

    external_reference: str | None = None
    queue: str | None = None
    status: Status | None = None
    updated_since: datetime | None = None
    words: str | None = None
    """Each must be found in a reference, the subject or the customer's details."""
    after: int | None = None
    """The last case seen; the list goes on from there."""
    newest_first: bool = False
    top: int = 50


@dataclass(frozen=True, slots=True)
class Kept:
    """What was answered to a call with an Idempotency-Key."""

    call: str
    digest: str
    answer: str


class Records:
    """One transaction's view of the store."""

    def __init__(self, sql: sqlite3.Connection, *, now: datetime) -> None:
        self._sql = sql
        self.now = now

    def add_case(self, content: CaseContent, *, by: str) -> Case:
        """Store a new case under the next number; its queue is made on first use."""
        now = _written(self.now)
        self._sql.execute(
            "INSERT INTO queue VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (content.queue, queue_name(content.queue), now),
        )
        target = content.target_date.isoformat() if content.target_date else None
        seq = self._insert(
            "INSERT INTO crm_case (external_reference, queue, status, target_date, created_at,"
            " updated_at, searched, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            content.external_reference, content.queue, Status.NEW, target, now, now,
            _searched(content), content.model_dump_json(),
        )  # fmt: skip
        self._tell(seq, Deed.CREATED, by=by)
        return Case(seq, Status.NEW, self.now, self.now, content)

    def find_case(self, seq: int) -> Case | None:
        """The case of that number, if there is one."""
        row = self._sql.execute("SELECT * FROM crm_case WHERE seq = ?", (seq,)).fetchone()
        return _case(row) if row else None

    def list_cases(self, wanted: Wanted) -> list[Case]:
        """The cases asked for, in the order of their numbers."""
        clauses, values = _conditions(wanted)
        where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
        order = "DESC" if wanted.newest_first else "ASC"
        found = self._sql.execute(
            f"SELECT * FROM crm_case {where} ORDER BY seq {order} LIMIT ?",  # noqa: S608 - our own words only
            (*values, wanted.top),
        )
        return [_case(row) for row in found]

    def set_status(self, case: Case, status: Status, *, by: str, note: str = "") -> None:
        """Change the status, with a remark if one is given."""
        if note:
            self.add_note(case, NewNote(text=note, author=by, public=False))
        if status is case.status:
            return
        self._sql.execute("UPDATE crm_case SET status = ? WHERE seq = ?", (status, case.seq))
        self._tell(case.seq, Deed.STATUS_CHANGED, by=by, was=case.status, now=status)

    def add_note(self, case: Case, new: NewNote) -> Note:
        """Add a remark."""
        seq = self._insert(
            "INSERT INTO note (case_seq, text, author, public, created_at) VALUES (?, ?, ?, ?, ?)",
            case.seq, new.text, new.author, new.public, _written(self.now),
        )  # fmt: skip
        self._tell(case.seq, Deed.NOTE_ADDED, by=new.author, note=str(seq))
        return Note(seq, new.text, new.author, new.public, self.now)

    def add_attachment(
        self, case: Case, stored: StoredFile, label: FileLabel, *, by: str
    ) -> tuple[Attachment, bool]:
        """Record a file that is on the disk; answers it, and whether it is new to this case.

        The same bytes sent for the same question are the same attachment.
        """
        for known in self.attachments(case.seq):
            if (known.sha256, known.question) == (stored.sha256, label.question):
                return known, False
        self._insert(
            "INSERT INTO attachment (case_seq, question, file_name, media_type, size, sha256,"
            " has_thumbnail, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            case.seq, label.question, label.file_name, label.media_type,
            stored.size, stored.sha256, stored.has_thumbnail, _written(self.now),
        )  # fmt: skip
        self._tell(case.seq, Deed.ATTACHMENT_ADDED, by=by, file_name=label.file_name)
        return self.attachments(case.seq)[-1], True

    def find_attachment(self, case_seq: int, seq: int) -> Attachment | None:
        """One file of one case."""
        found = (a for a in self.attachments(case_seq) if a.seq == seq)
        return next(found, None)

    def attachments(self, case_seq: int) -> list[Attachment]:
        """The files of a case, in the order they came."""
        return [_attachment(row) for row in self._of_case("attachment", case_seq)]

    def notes(self, case_seq: int) -> list[Note]:
        """The remarks on a case, oldest first."""
        return [
            Note(
                row["seq"],
                row["text"],
                row["author"],
                bool(row["public"]),
                _read(row["created_at"]),
            )
            for row in self._of_case("note", case_seq)
        ]

    def history(self, case_seq: int) -> list[Event]:
        """Everything done to a case, oldest first."""
        return [
            Event(row["seq"], Deed(row["deed"]), row["done_by"], _read(row["at"]),
                  json.loads(row["detail"]))
            for row in self._of_case("event", case_seq)
        ]  # fmt: skip

    def queues(self) -> list[Queue]:
        """Every queue with its counts, by name."""
        finished = ", ".join(f"'{status}'" for status in Status if status.is_finished)
        found = self._sql.execute(
            "SELECT slug, name, count(seq) AS total,"  # noqa: S608 - our own words only
            f" coalesce(sum(status NOT IN ({finished})), 0) AS open,"
            f" coalesce(sum(status NOT IN ({finished}) AND target_date < ?), 0) AS overdue"
            " FROM queue LEFT JOIN crm_case ON queue = slug GROUP BY slug ORDER BY name",
            (london_day(self.now).isoformat(),),
        )
        return [Queue(r["slug"], r["name"], r["open"], r["overdue"], r["total"]) for r in found]

    def kept(self, key: str) -> Kept | None:
        """What was answered under this Idempotency-Key."""
        row = self._sql.execute("SELECT * FROM idempotency WHERE key = ?", (key,)).fetchone()
        return Kept(row["call"], row["digest"], row["answer"]) if row else None

    def keep(self, key: str, kept: Kept) -> None:
        """Remember what is about to be answered; keys are kept for good."""
        self._sql.execute(
            "INSERT INTO idempotency VALUES (?, ?, ?, ?, ?)",
            (key, kept.call, kept.digest, kept.answer, _written(self.now)),
        )

    def _tell(self, case_seq: int, deed: Deed, *, by: str, **detail: str) -> None:
        """Write a line of history, and that the case has changed."""
        now = _written(self.now)
        self._insert(
            "INSERT INTO event (case_seq, deed, done_by, at, detail) VALUES (?, ?, ?, ?, ?)",
            case_seq, deed, by, now, json.dumps(detail),
        )  # fmt: skip
        self._sql.execute("UPDATE crm_case SET updated_at = ? WHERE seq = ?", (now, case_seq))

    def _insert(self, statement: str, *values: object) -> int:
        seq = self._sql.execute(statement, values).lastrowid
        assert seq is not None  # noqa: S101 - SQLite answers it for every INSERT
        return seq

    def _of_case(self, table: str, case_seq: int) -> list[Any]:
        statement = f"SELECT * FROM {table} WHERE case_seq = ? ORDER BY seq"  # noqa: S608 - our own three names
        return self._sql.execute(statement, (case_seq,)).fetchall()


def _conditions(wanted: Wanted) -> tuple[list[str], list[object]]:
    since = _written(wanted.updated_since) if wanted.updated_since else None
    asked: list[tuple[str, object]] = [
        ("external_reference = ?", wanted.external_reference),
        ("queue = ?", wanted.queue),
        ("status = ?", wanted.status),
        ("updated_at >= ?", since),
        ("seq < ?" if wanted.newest_first else "seq > ?", wanted.after),
    ]
    for word in (wanted.words or "").casefold().split():
        number = read_number(word)
        sought = case_number(number).casefold() if number is not None else word
        # Searched with instr, not LIKE: a customer's % is only a %.
        asked.append(("instr(searched || ' crm-' || printf('%06d', seq), ?) > 0", sought))
    kept = [(clause, value) for clause, value in asked if value is not None]
    return [clause for clause, _ in kept], [value for _, value in kept]


def _searched(content: CaseContent) -> str:
    who = content.customer
    parts = [content.external_reference, content.subject]
    if who is not None:
        parts += [who.name, who.contact_name, who.email, who.phone, who.address]
    return "\n".join(part for part in parts if part).casefold()


def _case(row: sqlite3.Row) -> Case:
    return Case(
        seq=row["seq"],
        status=Status(row["status"]),
        created_at=_read(row["created_at"]),
        updated_at=_read(row["updated_at"]),
        content=CaseContent.model_validate_json(row["content"]),
    )


def _attachment(row: sqlite3.Row) -> Attachment:
    return Attachment(
        seq=row["seq"],
        case_seq=row["case_seq"],
        question=row["question"],
        file_name=row["file_name"],
        media_type=row["media_type"],
        size=row["size"],
        sha256=row["sha256"],
        has_thumbnail=bool(row["has_thumbnail"]),
        created_at=_read(row["created_at"]),
    )


def _written(moment: datetime) -> str:
    """UTC to the microsecond: one width, so that text sorts as time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text)
