"""The rows of proposals, of what was published from them, and of every deed."""

# pyright: reportDeprecated=false
# SQLModel would have `exec`, which takes only its own select; these are SQLAlchemy's statements.

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Text, func, select
from sqlmodel import Field, Session, SQLModel, col

from portal.database import UtcDateTime
from portal.forms.parsing import Bundle
from portal.submissions.proposal import Deed, Doer, HistoryEntry, Proposal, ProposalState
from portal.submissions.records import FormDefinitionRow


class ProposalRow(SQLModel, table=True):
    """A draft definition put forward to be published."""

    __tablename__ = "proposal"  # pyright: ignore[reportAssignmentType]

    number: int | None = Field(default=None, primary_key=True)
    form: str = Field(index=True)
    file: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    shared: str = Field(sa_column=Column(Text, nullable=False))
    fees: str = Field(sa_column=Column(Text, nullable=False))
    note: str = Field(sa_column=Column(Text, nullable=False))
    authors: str = Field(sa_column=Column(Text, nullable=False))
    proposed_by: str
    proposed_by_name: str
    proposed_at: datetime = Field(sa_type=UtcDateTime)
    state: str
    answered_by: str = ""
    """The account of who answered."""
    answered_by_name: str = ""
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    words: str = Field(default="", sa_column=Column(Text, nullable=False))


class PublishedFormRow(SQLModel, table=True):
    """The text of a form that is served in place of its file."""

    __tablename__ = "published_form"  # pyright: ignore[reportAssignmentType]

    form: str = Field(primary_key=True)
    text: str = Field(sa_column=Column(Text, nullable=False))
    digest: str = Field(foreign_key="form_definition.digest")
    """Of the whole version as it was published, with what it shared then."""
    published_by: str
    published_at: datetime = Field(sa_type=UtcDateTime)


class FormDeedRow(SQLModel, table=True):
    """What somebody did with a form; never changed, never deleted."""

    __tablename__ = "form_deed"  # pyright: ignore[reportAssignmentType]

    number: int | None = Field(default=None, primary_key=True)
    form: str = Field(index=True)
    deed: str
    by_id: str
    by_name: str
    at: datetime = Field(sa_type=UtcDateTime)
    digest: str
    note: str = Field(sa_column=Column(Text, nullable=False))


@dataclass(frozen=True, slots=True)
class PublishedForm:
    """What is served of a form in place of its file."""

    form: str
    text: str
    digest: str
    published_by: str
    published_at: datetime


def record_deed(
    session: Session, form: str, deed: Deed, by: Doer, now: datetime, *, digest: str, note: str = ""
) -> None:
    """Write down what somebody did."""
    session.add(
        FormDeedRow(
            form=form, deed=deed.value, by_id=by.id, by_name=by.name, at=now, digest=digest,
            note=note,
        )
    )  # fmt: skip


def deeds_of(session: Session, form: str, *, limit: int) -> list[HistoryEntry]:
    """What was done with a form, newest first."""
    statement = (
        select(FormDeedRow)
        .where(col(FormDeedRow.form) == form)
        .order_by(col(FormDeedRow.number).desc())
        .limit(limit)
    )
    return [
        HistoryEntry(Deed(row.deed), row.by_name, row.at, row.at, 1, row.note, row.digest)
        for row in session.execute(statement).scalars()
    ]


def waiting_row(session: Session, form: str) -> ProposalRow | None:
    """The proposal of a form that waits, held until the transaction ends."""
    statement = (
        select(ProposalRow)
        .where(col(ProposalRow.form) == form, col(ProposalRow.state) == ProposalState.WAITING.value)
        .order_by(col(ProposalRow.number).desc())
        .limit(1)
        .with_for_update()
    )
    return session.execute(statement).scalar_one_or_none()


def proposals_of(session: Session, form: str) -> list[Proposal]:
    """Every proposal of a form, newest first."""
    statement = (
        select(ProposalRow)
        .where(col(ProposalRow.form) == form)
        .order_by(col(ProposalRow.number).desc())
    )
    return [as_proposal(row) for row in session.execute(statement).scalars()]


def count_waiting(session: Session) -> Mapping[str, int]:
    """How many proposals wait, by form."""
    statement = (
        select(col(ProposalRow.form), func.count())
        .where(col(ProposalRow.state) == ProposalState.WAITING.value)
        .group_by(col(ProposalRow.form))
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def kept_versions(session: Session, form: str) -> dict[str, tuple[datetime, Bundle]]:
    """Every version that was served to somebody, by digest, newest first: since when, and what."""
    statement = (
        select(FormDefinitionRow)
        .where(col(FormDefinitionRow.form) == form)
        .order_by(col(FormDefinitionRow.first_served_at).desc())
    )
    return {
        row.digest: (row.first_served_at, Bundle(row.file, row.text, row.shared, row.fees))
        for row in session.execute(statement).scalars()
    }


def published_digests(session: Session) -> dict[str, str]:
    """Which version was published in place of the file, by form: cheap to ask often."""
    statement = select(col(PublishedFormRow.form), col(PublishedFormRow.digest))
    return {row[0]: row[1] for row in session.execute(statement)}


def published_forms(session: Session) -> dict[str, PublishedForm]:
    """All of it, by form."""
    return {
        row.form: PublishedForm(row.form, row.text, row.digest, row.published_by, row.published_at)
        for row in session.execute(select(PublishedFormRow)).scalars()
    }


def as_proposal(row: ProposalRow) -> Proposal:
    """The proposal of a row."""
    return Proposal(
        number=row.number or 0,
        form=row.form,
        bundle=Bundle(row.file, row.text, row.shared, row.fees),
        note=row.note,
        authors=frozenset(row.authors.split()),
        proposed_by=Doer(row.proposed_by, row.proposed_by_name),
        proposed_at=row.proposed_at,
        state=ProposalState(row.state),
        answered_by=row.answered_by_name,
        answered_at=row.answered_at,
        words=row.words,
    )
