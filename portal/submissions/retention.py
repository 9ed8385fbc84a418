"""What is deleted when: drafts past their date, and files nothing speaks of any more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from portal.database import Transactions
from portal.submissions.attachments import Attachments
from portal.submissions.records import delete_draft, expired_drafts, files_of_draft

_BATCH = 100


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
    """Delete unsent drafts past their date, with their files. Submissions are never touched here.

    In batches, so that nobody waits for it. Rows go first, then files: a crash leaves a stray
    file, never a row without one.
    """
    drafts = files = 0
    while True:
        with transactions.write() as session:
            rows = expired_drafts(session, now, _BATCH)
            ids = [file.id for row in rows for file in files_of_draft(session, row.id)]
            if not dry_run:
                for row in rows:
                    delete_draft(session, row.id)
        drafts, files = drafts + len(rows), files + len(ids)
        if dry_run:
            return Purged(drafts, files)
        for file_id in ids:
            attachments.remove(file_id)
        progress(drafts)
        if len(rows) < _BATCH:
            return Purged(drafts, files)
