"""What designers keep while they write: a draft definition for each form, and what they try.

A draft definition is never served to residents: nothing but the workbench reads it. Its bundle is
whole, so that publishing can take it as it stands.
"""

# pyright: reportDeprecated=false
# SQLModel would have `exec`, which takes only its own select; these are SQLAlchemy's statements.

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Column, Text, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col

from portal.core.errors import Conflict
from portal.database import Transactions, UtcDateTime
from portal.forms.parsing import Bundle
from portal.submissions.proposal import Deed, Doer, ProposalState
from portal.submissions.proposal_records import as_proposal, record_deed, waiting_row
from portal.submissions.publication_records import queue_to_publish
from portal.submissions.records import DraftRow
from portal.submissions.submission import DraftState

_TRIALS_KEPT = timedelta(days=1)


class DraftDefinitionRow(SQLModel, table=True):
    """What is being written of one form, not yet published."""

    __tablename__ = "draft_definition"  # pyright: ignore[reportAssignmentType]

    form: str = Field(primary_key=True)
    file: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    shared: str = Field(sa_column=Column(Text, nullable=False))
    fees: str = Field(sa_column=Column(Text, nullable=False))
    based_on: str
    authors: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """The accounts of everybody who saved it, with a space between."""
    version: int
    saved_at: datetime = Field(sa_type=UtcDateTime)


class TrialRow(SQLModel, table=True):
    """Answers with which a designer tries a form; nobody's real ones, and never sent."""

    __tablename__ = "trial"  # pyright: ignore[reportAssignmentType]

    session_hash: str = Field(primary_key=True)
    form: str = Field(primary_key=True)
    digest: str
    answers: str = Field(sa_column=Column(Text, nullable=False))
    on_day: date | None = None
    used_at: datetime = Field(sa_type=UtcDateTime, index=True)


@dataclass(frozen=True, slots=True)
class DraftDefinition:
    """A draft definition as publishing and the workbench see it."""

    form: str
    bundle: Bundle
    based_on: str
    """The digest of the definition that was served when it was begun; empty when there was none."""
    version: int
    """One more with each save."""
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Trial:
    """Answers being tried."""

    digest: str
    """Of the definition they were given to."""
    answers: str
    on: date | None
    """The day it is to be; None for today."""


def find_draft_definition(transactions: Transactions, form: str) -> DraftDefinition | None:
    """What is being written of a form; None when nothing is."""
    with transactions.read() as session:
        row = session.get(DraftDefinitionRow, form)
    return _as_draft_definition(row) if row is not None else None


def list_draft_definitions(transactions: Transactions) -> Mapping[str, DraftDefinition]:
    """Everything that is being written, by form."""
    with transactions.read() as session:
        rows = session.execute(select(DraftDefinitionRow)).scalars().all()
    return {row.form: _as_draft_definition(row) for row in rows}


def save_draft_definition(  # what is saved, on top of what, and when
    transactions: Transactions,
    form: str,
    bundle: Bundle,
    *,
    based_on: str,
    version: int,
    by: Doer,
    now: datetime,
) -> DraftDefinition:
    """Store a draft definition over the `version` its writer began with (0 for none).

    A proposal of it that waits is withdrawn: what is published is what was proposed. Raises
    Conflict when somebody else has saved since: nothing of theirs is lost.
    """
    changed = f"{form} was saved by somebody else meanwhile"
    try:
        with transactions.write() as session:
            queue_to_publish(session, form)
            row = session.get(DraftDefinitionRow, form, with_for_update=True)
            if (row.version if row is not None else 0) != version:
                raise Conflict(changed)
            if row is None:
                row = DraftDefinitionRow(
                    form=form, file="", text="", shared="", fees="", based_on=based_on,
                    version=0, saved_at=now,
                )  # fmt: skip
                session.add(row)
            row.file, row.text = bundle.file, bundle.text
            row.shared, row.fees = bundle.shared, bundle.fees
            row.version, row.saved_at = version + 1, now
            row.authors = " ".join(sorted({*row.authors.split(), by.id} - {""}))
            _overtake(session, form, by, now)
            record_deed(session, form, Deed.SAVED, by, now, digest=bundle.digest)
            session.flush()
            return _as_draft_definition(row)
    except IntegrityError:  # two began at the same moment
        raise Conflict(changed) from None


def discard_draft_definition(
    transactions: Transactions, form: str, *, by: Doer, now: datetime
) -> None:
    """Forget what was being written; a proposal of it is withdrawn. Harmless twice."""
    with transactions.write() as session:
        queue_to_publish(session, form)
        row = session.get(DraftDefinitionRow, form, with_for_update=True)
        if row is not None:
            _overtake(session, form, by, now)
            digest = _as_draft_definition(row).bundle.digest
            record_deed(session, form, Deed.DISCARDED, by, now, digest=digest)
            session.delete(row)


def _overtake(session: Session, form: str, by: Doer, now: datetime) -> None:
    """Withdraw the proposal that waits: the draft definition is another now."""
    row = waiting_row(session, form)
    if row is not None:
        row.state = ProposalState.WITHDRAWN.value
        row.answered_by, row.answered_by_name, row.answered_at = by.id, by.name, now
        digest = as_proposal(row).bundle.digest
        record_deed(session, form, Deed.WITHDRAWN, by, now, digest=digest)


def find_trial(transactions: Transactions, session_hash: str, form: str) -> Trial | None:
    """What one browser is trying of a form."""
    with transactions.read() as session:
        row = session.get(TrialRow, (session_hash, form))
    return Trial(row.digest, row.answers, row.on_day) if row is not None else None


def keep_trial(
    transactions: Transactions, session_hash: str, form: str, trial: Trial, *, now: datetime
) -> None:
    """Keep what is being tried; what nobody has tried for a day is forgotten."""
    with transactions.write() as session:
        session.execute(delete(TrialRow).where(col(TrialRow.used_at) < now - _TRIALS_KEPT))
        session.merge(
            TrialRow(
                session_hash=session_hash,
                form=form,
                digest=trial.digest,
                answers=trial.answers,
                on_day=trial.on,
                used_at=now,
            )
        )


def count_live_drafts(transactions: Transactions, now: datetime) -> Mapping[str, int]:
    """How many residents are in the middle of each form."""
    statement = (
        select(col(DraftRow.form), func.count())
        .where(col(DraftRow.state) == DraftState.OPEN.value, col(DraftRow.expires_at) >= now)
        .group_by(col(DraftRow.form))
    )
    with transactions.read() as session:
        return {row[0]: row[1] for row in session.execute(statement)}


def _as_draft_definition(row: DraftDefinitionRow) -> DraftDefinition:
    bundle = Bundle(row.file, row.text, row.shared, row.fees)
    return DraftDefinition(row.form, bundle, row.based_on, row.version, row.saved_at)
