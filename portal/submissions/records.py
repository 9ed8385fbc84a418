"""The rows of filling and sending, and their queries."""

# pyright: reportDeprecated=false
# SQLModel would have `exec`, which takes only its own select; these are SQLAlchemy's statements.

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Index,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col

from portal.core.references import Reference
from portal.database import Lookup, Transactions, UtcDateTime, moment_of
from portal.submissions.submission import (
    Channel,
    Draft,
    DraftState,
    Submission,
    SubmissionStatus,
)

_FILE_ID_LENGTH = 32


class FormDefinitionRow(SQLModel, table=True):
    """A definition that ever served a draft, kept so that the draft can always be read again."""

    __tablename__ = "form_definition"  # pyright: ignore[reportAssignmentType]

    digest: str = Field(primary_key=True)
    form: str = Field(index=True)
    file: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    shared: str = Field(sa_column=Column(Text, nullable=False))
    fees: str = Field(sa_column=Column(Text, nullable=False))
    first_served_at: datetime = Field(sa_type=UtcDateTime)


class DraftRow(SQLModel, table=True):
    """Unsent answers."""

    __tablename__ = "draft"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_draft_session_hash_form", "session_hash", "form"),)

    id: str = Field(primary_key=True)
    form: str
    digest: str = Field(foreign_key="form_definition.digest")
    session_hash: str
    answers: str = Field(sa_column=Column(Text, nullable=False))
    change: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """What its resident is still to be told of a change of the form; see `change.Change`."""
    state: str
    version: int
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    resume_hash: str | None = Field(default=None, index=True)
    """Of the secret link; None until the resident asks for one."""
    second_fact_hash: str | None = None
    resume_tries: int = 0


class DraftFileRow(SQLModel, table=True):
    """A file uploaded with a draft, and later with its submission."""

    __tablename__ = "draft_file"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True)
    draft_id: str = Field(foreign_key="draft.id", index=True)
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class SubmissionRow(SQLModel, table=True):
    """What was sent. Only its status changes."""

    __tablename__ = "submission"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True)
    reference: str = Field(unique=True)
    draft_id: str = Field(foreign_key="draft.id", index=True)
    form: str = Field(index=True)
    digest: str = Field(foreign_key="form_definition.digest")
    session_hash: str
    answers: str = Field(sa_column=Column(Text, nullable=False))
    fee: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    total: int
    channel: str
    status: str
    email: str
    language: str = "en"
    payment_token: str = ""
    """Opens the pay page. Secret; kept while a payment is owed."""
    submitted_at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    delete_after: date = Field(index=True)
    place_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """How long an unpaid one keeps its place of a limited number; then as long as a payment of it
    may still come in."""


_DRAFT = SQLModel.metadata.tables["draft"]
# The statements every page runs are put together once: that costs more than running them.
_OPEN_DRAFT = (
    select(
        _DRAFT.c.id,
        _DRAFT.c.form,
        _DRAFT.c.digest,
        _DRAFT.c.answers,
        _DRAFT.c.state,
        _DRAFT.c.version,
        _DRAFT.c.expires_at,
        _DRAFT.c.change,
    )
    .where(
        _DRAFT.c.session_hash == bindparam("session_hash"),
        _DRAFT.c.form == bindparam("form"),
        _DRAFT.c.state == DraftState.OPEN.value,
    )
    .order_by(_DRAFT.c.updated_at.desc())
    .limit(1)
)
_FIND_OPEN_DRAFT = Lookup(_OPEN_DRAFT)
_OPEN_DRAFT_HELD = _OPEN_DRAFT.with_for_update()
_BEGIN_DRAFT = insert(_DRAFT)
_SAVE_ANSWERS = (
    update(_DRAFT)
    .where(_DRAFT.c.id == bindparam("draft_id"))
    .values(
        answers=bindparam("answers"),
        version=_DRAFT.c.version + 1,
        updated_at=bindparam("now"),
        expires_at=bindparam("expires_at"),
    )
)


def find_draft(transactions: Transactions, session_hash: str, form: str) -> Draft | None:
    """The open draft of one browser for one form: every page asks this, and nothing else.

    Of several (one begun here, one resumed here) it is the one used last.
    """
    return _as_open_draft(
        _FIND_OPEN_DRAFT.first(transactions, session_hash=session_hash, form=form)
    )


def hold_draft(session: Session, session_hash: str, form: str) -> Draft | None:
    """The same, held until the transaction ends, to save answers in it."""
    row = session.execute(_OPEN_DRAFT_HELD, {"session_hash": session_hash, "form": form}).first()
    return _as_open_draft(row)


def insert_draft(session: Session, row: DraftRow) -> None:
    """Begin a draft."""
    session.execute(_BEGIN_DRAFT, row.model_dump())


def save_answers(
    session: Session, draft_id: str, answers: str, *, now: datetime, expires_at: datetime
) -> None:
    """Store a held draft's answers; they are kept until `expires_at` from now on."""
    new = {"draft_id": draft_id, "answers": answers, "now": now, "expires_at": expires_at}
    session.execute(_SAVE_ANSWERS, new)


def move_draft(
    session: Session, row: DraftRow, digest: str, answers: str, change: str, now: datetime
) -> None:
    """Put a held draft on another version of its form; its files and its date stay."""
    row.digest, row.answers, row.change = digest, answers, change
    row.version += 1
    row.updated_at = now
    session.add(row)


def _as_open_draft(row: Sequence[Any] | None) -> Draft | None:
    if row is None:
        return None
    key, form, digest, answers, state, version, expires_at, change = row
    return Draft(
        key, form, digest, answers, DraftState(state), version, moment_of(expires_at), change
    )


def lock_draft(session: Session, draft_id: str) -> DraftRow | None:
    """The draft's row, held until the transaction ends."""
    statement = select(DraftRow).where(col(DraftRow.id) == draft_id).with_for_update()
    return session.execute(statement).scalar_one_or_none()


def queue_for_first_draft(session: Session, session_hash: str, form: str) -> None:
    """Wait for whoever is about to make this browser's draft: a row not there cannot be locked.

    On SQLite every writer waits for every other already.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = func.hashtextextended(f"{session_hash}:{form}", 0)
        session.execute(select(func.pg_advisory_xact_lock(key)))


def lock_open_draft(session: Session, session_hash: str, form: str) -> DraftRow | None:
    """The browser's open draft for a form, held until the transaction ends."""
    statement = (
        select(DraftRow)
        .where(
            col(DraftRow.session_hash) == session_hash,
            col(DraftRow.form) == form,
            col(DraftRow.state) == DraftState.OPEN.value,
        )
        .order_by(col(DraftRow.updated_at).desc())
        .limit(1)
        .with_for_update()
    )
    return session.execute(statement).scalar_one_or_none()


def lock_latest_draft(session: Session, session_hash: str, form: str) -> DraftRow | None:
    """The draft a browser used last for a form, sent or not, held until the transaction ends."""
    statement = (
        select(DraftRow)
        .where(col(DraftRow.session_hash) == session_hash, col(DraftRow.form) == form)
        .order_by(col(DraftRow.updated_at).desc())
        .limit(1)
        .with_for_update()
    )
    return session.execute(statement).scalar_one_or_none()


def latest_draft(session: Session, session_hash: str, form: str) -> DraftRow | None:
    """The draft a browser used last for a form, sent or not."""
    statement = (
        select(DraftRow)
        .where(col(DraftRow.session_hash) == session_hash, col(DraftRow.form) == form)
        .order_by(col(DraftRow.updated_at).desc())
        .limit(1)
    )
    return session.execute(statement).scalar_one_or_none()


def draft_by_resume_hash(session: Session, resume_hash: str) -> DraftRow | None:
    """The draft a secret link opens, held until the transaction ends."""
    statement = select(DraftRow).where(col(DraftRow.resume_hash) == resume_hash).with_for_update()
    return session.execute(statement).scalar_one_or_none()


def keep_definition(session: Session, row: FormDefinitionRow) -> None:
    """Keep a definition for good; harmless when it is kept already, by us or by another process."""
    if session.get(FormDefinitionRow, row.digest) is None:
        with suppress(IntegrityError), session.begin_nested():
            session.add(row)


def file_of_draft(session: Session, draft_id: str, file_id: str) -> DraftFileRow | None:
    """The draft's own file; None for anybody else's, and for what is no id at all."""
    if not (len(file_id) == _FILE_ID_LENGTH and file_id.isalnum()):
        return None
    row = session.get(DraftFileRow, file_id)
    return row if row is not None and row.draft_id == draft_id else None


def files_of_draft(session: Session, draft_id: str) -> Sequence[DraftFileRow]:
    """Every file uploaded with a draft, oldest first."""
    statement = (
        select(DraftFileRow)
        .where(col(DraftFileRow.draft_id) == draft_id)
        .order_by(col(DraftFileRow.created_at))
    )
    return session.execute(statement).scalars().all()


def known_files(session: Session, names: Sequence[str]) -> frozenset[str]:
    """Which of these files have a row."""
    statement = select(col(DraftFileRow.id)).where(col(DraftFileRow.id).in_(names))
    return frozenset(session.execute(statement).scalars())


def lock_submission(session: Session, submission_id: str) -> SubmissionRow | None:
    """A submission's row, held until the transaction ends."""
    statement = (
        select(SubmissionRow).where(col(SubmissionRow.id) == submission_id).with_for_update()
    )
    return session.execute(statement).scalar_one_or_none()


def submission_of_draft(session: Session, draft_id: str) -> SubmissionRow | None:
    """The live submission a draft became, if it did."""
    statement = select(SubmissionRow).where(
        col(SubmissionRow.draft_id) == draft_id,
        col(SubmissionRow.status) != SubmissionStatus.REOPENED.value,
    )
    return session.execute(statement).scalar_one_or_none()


def submission_by_reference(session: Session, reference: str) -> SubmissionRow | None:
    """The submission with a reference."""
    statement = select(SubmissionRow).where(col(SubmissionRow.reference) == reference)
    return session.execute(statement).scalar_one_or_none()


def reference_is_taken(session: Session, reference: str) -> bool:
    """Whether a reference was ever issued."""
    return submission_by_reference(session, reference) is not None


def set_status(session: Session, submission_id: str, status: SubmissionStatus) -> None:
    """Move a submission on."""
    session.execute(
        update(SubmissionRow)
        .where(col(SubmissionRow.id) == submission_id)
        .values(status=status.value)
    )


def count_submissions(session: Session) -> dict[str, int]:
    """How many submissions are kept, by form."""
    statement = select(col(SubmissionRow.form), func.count()).group_by(col(SubmissionRow.form))
    return {row[0]: row[1] for row in session.execute(statement)}


def count_open_drafts(session: Session) -> int:
    """How many drafts are not sent, those past their date included until they are purged."""
    statement = select(func.count()).where(col(DraftRow.state) == DraftState.OPEN.value)
    return session.execute(statement.select_from(DraftRow)).scalar_one()


def expired_drafts(session: Session, now: datetime, limit: int) -> Sequence[DraftRow]:
    """Open drafts past their date."""
    statement = (
        select(DraftRow)
        .where(col(DraftRow.expires_at) < now, col(DraftRow.state) == DraftState.OPEN.value)
        .limit(limit)
    )
    return session.execute(statement).scalars().all()


def delete_draft(session: Session, draft_id: str) -> None:
    """Remove a draft and the rows of its files. Its files on disk are the caller's to remove."""
    session.execute(delete(DraftFileRow).where(col(DraftFileRow.draft_id) == draft_id))
    session.execute(delete(DraftRow).where(col(DraftRow.id) == draft_id))


def as_submission(row: SubmissionRow) -> Submission:
    """The row as a frozen value."""
    return Submission(
        id=row.id,
        reference=Reference(row.reference),
        draft_id=row.draft_id,
        form=row.form,
        digest=row.digest,
        answers=row.answers,
        channel=Channel(row.channel),
        status=SubmissionStatus(row.status),
        total=row.total,
        email=row.email,
        language=row.language,
        submitted_at=row.submitted_at,
    )
