"""What is deleted when: drafts past their date, and files nothing speaks of any more."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from portal.database import Transactions
from portal.submissions.appointment_records import delete_expired, let_go
from portal.submissions.attachments import Attachments
from portal.submissions.document_files import DocumentFiles
from portal.submissions.records import delete_draft, expired_drafts, files_of_draft, known_files

_BATCH = 100
_STRAY_AFTER = timedelta(days=1)
"""A file is on the disk a moment before its row; a day is longer than any upload takes."""


@dataclass(frozen=True, slots=True)
class Purged:
    """What was deleted, or would be."""

    drafts: int
    files: int


def purge(
    transactions: Transactions,
    attachments: Attachments,
    *,
    now: datetime,
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda _done: None,
) -> Purged:
    """Delete unsent drafts past their date, with their files, and appointments no longer held.

    Submissions are never touched here.

    In batches, so that nobody waits for it. Rows go first, then files: a crash leaves a stray
    file, never a row without one.
    """
    drafts = files = 0
    while True:
        with transactions.write() as session:
            rows = expired_drafts(session, now, _BATCH)
            ids = [file.id for row in rows for file in files_of_draft(session, row.id)]
            if not dry_run:
                delete_expired(session, now)
                for row in rows:
                    let_go(session, row.id)
                    delete_draft(session, row.id)
        drafts, files = drafts + len(rows), files + len(ids)
        if dry_run:
            return Purged(drafts, files)
        for file_id in ids:
            attachments.remove(file_id)
        progress(drafts)
        if len(rows) < _BATCH:
            return Purged(drafts, files)


def sweep(
    transactions: Transactions,
    attachments: Attachments,
    receipt_files: DocumentFiles,
    copies: DocumentFiles,
    *,
    now: datetime,
    dry_run: bool = False,
) -> int:
    """Delete files on the disk that no row speaks of; says how many.

    A process killed between writing a file and its row, or between deleting a row and its file,
    leaves one behind: it may be somebody's photo, and nothing else would ever delete it. Copies
    of answers go after as long: they are drawn anew for whoever asks again.
    """
    before, swept = now - _STRAY_AFTER, 0
    for names in _batched(attachments.older_than(before)):
        with transactions.read() as session:
            known = known_files(session, names)
        for name in (n for n in names if n not in known):
            swept += 1
            if not dry_run:
                attachments.remove_stray(name)
    for path in receipt_files.half_written(before):
        swept += 1
        if not dry_run:
            path.unlink(missing_ok=True)
    for path in (*copies.half_written(before), *copies.older_than(before)):
        swept += 1
        if not dry_run:
            path.unlink(missing_ok=True)
    return swept


def _batched(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """The names in groups that fit into one question to the database."""
    left = iter(names)
    while group := tuple(islice(left, _BATCH)):
        yield group
