"""The rows of publications, and their queries."""

# pyright: reportDeprecated=false
# SQLModel would have `exec`, which takes only its own select; these are SQLAlchemy's statements.

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Field, Session, SQLModel, col

from portal.database import UtcDateTime
from portal.submissions.publication import Choice, Publication
from portal.submissions.records import DraftRow, FormDefinitionRow
from portal.submissions.submission import DraftState


class PublicationRow(SQLModel, table=True):
    """What was chosen for the drafts of one version when another took its place."""

    __tablename__ = "publication"  # pyright: ignore[reportAssignmentType]

    number: int | None = Field(default=None, primary_key=True)
    form: str = Field(index=True)
    from_digest: str
    to_digest: str = Field(foreign_key="form_definition.digest")
    choice: str
    published_by: str
    published_at: datetime = Field(sa_type=UtcDateTime)


def publications_of(session: Session, form: str) -> list[Publication]:
    """Every choice made for a form, oldest first."""
    statement = (
        select(PublicationRow)
        .where(col(PublicationRow.form) == form)
        .order_by(col(PublicationRow.number))
    )
    return [
        Publication(
            row.number or 0,
            row.form,
            row.from_digest,
            row.to_digest,
            Choice(row.choice),
            row.published_by,
            row.published_at,
        )
        for row in session.execute(statement).scalars()
    ]


def queue_to_publish(session: Session, form: str) -> None:
    """Wait for whoever is publishing the form. On SQLite every writer waits for every other."""
    if session.get_bind().dialect.name == "postgresql":
        key = func.hashtextextended(f"publish:{form}", 0)
        session.execute(select(func.pg_advisory_xact_lock(key)))


def kept_digests(session: Session, form: str) -> Sequence[str]:
    """Every version of a form that was ever kept, the oldest first."""
    statement = (
        select(col(FormDefinitionRow.digest))
        .where(col(FormDefinitionRow.form) == form)
        .order_by(col(FormDefinitionRow.first_served_at))
    )
    return session.execute(statement).scalars().all()


def open_answers(session: Session, form: str, digest: str, now: datetime) -> Sequence[str]:
    """The stored answers of every open draft of one version that is not past its date."""
    statement = select(col(DraftRow.answers)).where(
        col(DraftRow.form) == form,
        col(DraftRow.digest) == digest,
        col(DraftRow.state) == DraftState.OPEN.value,
        col(DraftRow.expires_at) >= now,
    )
    return session.execute(statement).scalars().all()
