"""Filling in a form: drafts are begun, saved, found again and given up."""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from portal.core.dates import Today
from portal.core.errors import Conflict, Missing
from portal.database import Transactions
from portal.forms.answering import Answered, Refused, answer_page
from portal.forms.answers import Answers, ItemPath, dump_answers, load_answers
from portal.forms.definition import FormDefinition
from portal.forms.fields.base import Asking, Gazetteer, Raw, StoredFile
from portal.forms.fields.modulus_check import SAMPLE_WEIGHTS, ModulusTable
from portal.forms.journey import Step
from portal.forms.prefilling import brought_before, offer
from portal.submissions.admitting import refuse_unless_open
from portal.submissions.appointment_records import let_go
from portal.submissions.appointments import free_at, hold_page
from portal.submissions.attachments import Attachments
from portal.submissions.definitions import Definitions
from portal.submissions.diary import Diary
from portal.submissions.records import (
    DraftFileRow,
    DraftRow,
    delete_draft,
    draft_by_resume_hash,
    file_of_draft,
    files_of_draft,
    hold_draft,
    insert_draft,
    lock_open_draft,
    queue_for_first_draft,
    save_answers,
)
from portal.submissions.submission import Draft, DraftState

MOST_TRIES = 5
"""Wrong second facts before a secret link stops working."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What saving an answer needs from outside."""

    transactions: Transactions
    definitions: Definitions
    attachments: Attachments
    gazetteer: Gazetteer
    diary: Diary
    bank_weights: ModulusTable = SAMPLE_WEIGHTS


def hash_token(token: str) -> str:
    """How a secret of 128 bits or more is stored: a fast hash is enough, it cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin_draft(
    filling: Filling, definition: FormDefinition, session_hash: str, now: datetime
) -> str:
    """Find the browser's open draft for the form, or begin one. Returns its id."""
    with filling.transactions.write() as session:
        draft = _hold_live_draft(session, session_hash, definition.form, now)
        if draft is not None:
            return draft.id
        return _begin(filling, session, definition, session_hash, now)


def save_page(  # one deed: who, which page, what was posted, when
    filling: Filling,
    definition: FormDefinition,
    step: Step,
    raw: Raw,
    *,
    session_hash: str,
    today: Today,
    now: datetime,
) -> Answered | Refused:
    """Read a posted page and store its answers, all in one transaction.

    The draft is read again inside it, so two tabs answering different pages both count. Nothing
    is written when the page is refused. A draft past its date counts as none. An appointment is
    held for the draft in the same transaction. Raises Conflict when the draft has moved to another
    version of the form than the page is of, and SlotTaken when two questions of the page want the
    same last place.
    """
    with filling.transactions.write() as session:
        draft = _hold_live_draft(session, session_hash, definition.form, now)
        if draft is not None and draft.digest != definition.digest:
            msg = "the draft is on another version of the form than the page"
            raise Conflict(msg)
        answers = load_answers(definition, draft.answers) if draft else Answers()
        draft_id = draft.id if draft else ""

        def find_file(file_id: str) -> StoredFile | None:
            found = file_of_draft(session, draft_id, file_id)
            return as_stored_file(found) if found else None

        asking = Asking(
            today.on,
            filling.gazetteer,
            find_file,
            brought=brought_before(definition, answers),
            bank_weights=filling.bank_weights,
            free=free_at(session, filling.diary, draft_id, step.path, now, taking=True),
        )
        outcome = answer_page(definition, step, answers, raw, asking=asking, today=today)
        if isinstance(outcome, Answered):
            draft_id = draft_id or _begin(filling, session, definition, session_hash, now)
            hold_page(session, filling.diary, draft_id, step, outcome.answers, now)
            save_answers(
                session,
                draft_id,
                dump_answers(definition, outcome.answers),
                now=now,
                expires_at=now + definition.keep_draft,
            )
        return outcome


def bring_answers(
    filling: Filling,
    definition: FormDefinition,
    brought: Mapping[str, str],
    session_hash: str,
    *,
    today: Today,
    now: datetime,
) -> None:
    """Offer what a link brought in the browser's draft, or in one begun for it.

    Nothing answered is overwritten. Raises ServiceClosed when nobody can begin now.
    """
    with filling.transactions.write() as session:
        draft = _hold_live_draft(session, session_hash, definition.form, now)
        if draft is not None:
            definition = filling.definitions.by_digest(draft.form, draft.digest)
        answers = load_answers(definition, draft.answers) if draft else Answers()
        asking = Asking(today.on, filling.gazetteer, lambda _file: None)
        save_answers(
            session,
            draft.id if draft else _begin(filling, session, definition, session_hash, now),
            dump_answers(definition, offer(definition, answers, brought, asking)),
            now=now,
            expires_at=now + definition.keep_draft,
        )


def remove_item(
    filling: Filling, form: str, item_path: ItemPath, session_hash: str, now: datetime
) -> None:
    """Take one item out of its list, with all that was answered about it. Harmless twice."""
    _change_answers(filling, form, session_hash, now, lambda a: a.without_item(item_path))


def move_item_up(
    filling: Filling, form: str, item_path: ItemPath, session_hash: str, now: datetime
) -> None:
    """Put one item before the one above it in its list."""
    _change_answers(filling, form, session_hash, now, lambda a: a.with_item_earlier(item_path))


def _change_answers(
    filling: Filling,
    form: str,
    session_hash: str,
    now: datetime,
    change: Callable[[Answers], Answers],
) -> None:
    with filling.transactions.write() as session:
        draft = _hold_live_draft(session, session_hash, form, now)
        if draft is None:
            return
        definition = filling.definitions.by_digest(draft.form, draft.digest)
        changed = change(load_answers(definition, draft.answers))
        save_answers(
            session,
            draft.id,
            dump_answers(definition, changed),
            now=now,
            expires_at=now + definition.keep_draft,
        )


def _hold_live_draft(session: Session, session_hash: str, form: str, now: datetime) -> Draft | None:
    draft = hold_draft(session, session_hash, form)
    if draft is None:
        # Two tabs may answer the first page at the same moment: both belong to one draft.
        queue_for_first_draft(session, session_hash, form)
        draft = hold_draft(session, session_hash, form)
    return None if draft is not None and draft.expires_at < now else draft


def _begin(
    filling: Filling, session: Session, definition: FormDefinition, session_hash: str, now: datetime
) -> str:
    refuse_unless_open(session, filling.definitions.opening(definition), definition.form, now)
    filling.definitions.keep(session, definition, now)
    row = _new_row(definition, session_hash, now)
    insert_draft(session, row)
    return row.id


def attach_upload(transactions: Transactions, draft_id: str, row: DraftFileRow) -> None:
    """Note a stored file as the draft's own."""
    with transactions.write() as session:
        row.draft_id = draft_id
        session.add(row)


def find_files(
    transactions: Transactions, draft_id: str, ids: Sequence[str]
) -> tuple[StoredFile, ...]:
    """The draft's own files among these ids, in their order."""
    with transactions.read() as session:
        rows = (file_of_draft(session, draft_id, file_id) for file_id in ids)
        return tuple(as_stored_file(row) for row in rows if row is not None)


def as_stored_file(row: DraftFileRow) -> StoredFile:
    """The row as a field type sees it."""
    return StoredFile(row.id, row.name, row.media_type, row.size, row.sha256)


def give_up_draft(filling: Filling, session_hash: str, form: str) -> None:
    """Delete the browser's open draft for a form, and its files."""
    with filling.transactions.write() as session:
        row = lock_open_draft(session, session_hash, form)
        if row is None:
            return
        files = [file.id for file in files_of_draft(session, row.id)]
        let_go(session, row.id)
        delete_draft(session, row.id)
    for file_id in files:
        filling.attachments.remove(file_id)


def save_for_later(
    transactions: Transactions, session_hash: str, form: str, second_fact: str, now: datetime
) -> tuple[str, datetime]:
    """Make a secret link for the draft; an earlier link stops working.

    Returns the link's token (128 bits; only its hash is stored) and the day it expires. Raises
    Missing when there is no draft.
    """
    token = secrets.token_urlsafe(24)
    with transactions.write() as session:
        row = lock_open_draft(session, session_hash, form)
        if row is None:
            raise Missing(form)
        row.resume_hash = hash_token(token)
        row.second_fact_hash = _hash_fact(row.id, second_fact)
        row.resume_tries = 0
        row.updated_at = now
        return token, row.expires_at


def resume_draft(
    transactions: Transactions,
    token: str,
    second_fact: str,
    session_hash: str,
    now: datetime,
) -> str | None:
    """Open a draft by its secret link in this browser. Returns the form's name.

    None means the second fact is wanted, or was wrong. The browser that made the link needs
    none. Raises Missing for a link that is unknown, used up, expired or sent already.
    """
    with transactions.write() as session:
        row = draft_by_resume_hash(session, hash_token(token))
        if row is None or row.state != DraftState.OPEN or row.expires_at < now:
            msg = "this link does not open a saved form"
            raise Missing(msg)
        if secrets.compare_digest(row.session_hash, session_hash):
            return row.form
        if row.resume_tries >= MOST_TRIES:
            msg = "this link was tried too often"
            raise Missing(msg)
        if not second_fact:
            return None
        if not secrets.compare_digest(_hash_fact(row.id, second_fact), row.second_fact_hash or ""):
            row.resume_tries += 1
            return None
        row.session_hash = session_hash
        row.resume_tries = 0
        row.updated_at = now
        return row.form


def as_draft(row: DraftRow) -> Draft:
    """The row as a frozen value."""
    return Draft(
        row.id,
        row.form,
        row.digest,
        row.answers,
        DraftState(row.state),
        row.version,
        row.expires_at,
        row.change,
    )


def _hash_fact(draft_id: str, fact: str) -> str:
    # A short fact can be guessed from its hash, but the link's 128 bits stand before it and
    # five tries void it; scrypt makes a stolen database slow to read.
    plain = "".join(fact.split()).casefold().encode()
    return hashlib.scrypt(plain, salt=draft_id.encode(), n=2**12, r=8, p=1).hex()


def _new_row(definition: FormDefinition, session_hash: str, now: datetime) -> DraftRow:
    return DraftRow(
        id=secrets.token_hex(16),
        form=definition.form,
        digest=definition.digest,
        session_hash=session_hash,
        answers="",
        state=DraftState.OPEN.value,
        version=0,
        created_at=now,
        updated_at=now,
        expires_at=now + definition.keep_draft,
    )
