"""From a draft definition to what residents get: proposing, sending back, publishing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from portal.core.errors import Conflict, Missing, NotAllowed
from portal.database import Transactions
from portal.forms.definition import FormDefinition
from portal.forms.parsing import Bundle
from portal.submissions.definitions import Definitions
from portal.submissions.designing import DraftDefinitionRow
from portal.submissions.proposal import (
    LONGEST_WORDS,
    Deed,
    Doer,
    HistoryEntry,
    Proposal,
    ProposalState,
    reason_against,
)
from portal.submissions.proposal_records import (
    ProposalRow,
    PublishedFormRow,
    as_proposal,
    count_waiting,
    deeds_of,
    kept_versions,
    proposals_of,
    record_deed,
    waiting_row,
)
from portal.submissions.publication import Choice, Publication
from portal.submissions.publication_records import queue_to_publish
from portal.submissions.publishing import Plan, publish

_MOST_DEEDS = 500


@dataclass(frozen=True, slots=True)
class FormHistory:
    """What was done with a form, and the versions there are of it."""

    deeds: tuple[HistoryEntry, ...]
    """Newest first."""
    proposals: tuple[Proposal, ...]
    """Newest first."""
    versions: Mapping[str, tuple[datetime, Bundle]]
    """Every version that was served to somebody, by digest, newest first: since when, and what."""


def propose(
    transactions: Transactions, form: str, *, version: int, note: str, by: Doer, now: datetime
) -> Proposal:
    """Put the draft definition forward as it was saved last. Whoever proposes is an author of it.

    Raises ValueError without a note, Missing without a draft definition, and Conflict when it has
    been saved since `version`, or is proposed already.
    """
    note = _words(note, "Say what changes, and why")
    with transactions.write() as session:
        queue_to_publish(session, form)
        draft = session.get(DraftDefinitionRow, form, with_for_update=True)
        if draft is None:
            raise Missing(form)
        if draft.version != version:
            raise Conflict("The draft definition was saved again since you looked at it")
        if waiting_row(session, form) is not None:
            raise Conflict("Its publication was asked for already")
        row = ProposalRow(
            form=form,
            file=draft.file,
            text=draft.text,
            shared=draft.shared,
            fees=draft.fees,
            note=note,
            authors=" ".join(sorted({*draft.authors.split(), by.id} - {""})),
            proposed_by=by.id,
            proposed_by_name=by.name,
            proposed_at=now,
            state=ProposalState.WAITING.value,
        )
        session.add(row)
        session.flush()
        made = as_proposal(row)
        digest = made.bundle.digest
        record_deed(session, form, Deed.PROPOSED, by, now, digest=digest, note=note)
        return made


def withdraw(
    transactions: Transactions, form: str, number: int, *, by: Doer, now: datetime
) -> None:
    """Take a proposal back. Raises Conflict when it does not wait any more."""
    with transactions.write() as session:
        queue_to_publish(session, form)
        row = _still_waiting(session, form, number)
        _answer(session, row, ProposalState.WITHDRAWN, by, now)
        record_deed(session, form, Deed.WITHDRAWN, by, now, digest=as_proposal(row).bundle.digest)


def send_back(
    transactions: Transactions, form: str, number: int, *, words: str, by: Doer, now: datetime
) -> None:
    """Say why it is not published; the draft definition stays.

    Raises ValueError without words, and Conflict when it does not wait any more.
    """
    words = _words(words, "Say what has to change")
    with transactions.write() as session:
        queue_to_publish(session, form)
        row = _still_waiting(session, form, number)
        _answer(session, row, ProposalState.SENT_BACK, by, now, words)
        digest = as_proposal(row).bundle.digest
        record_deed(session, form, Deed.SENT_BACK, by, now, digest=digest, note=words)


def publish_proposal(
    definitions: Definitions,
    transactions: Transactions,
    plan: Plan,
    choice: Choice,
    *,
    number: int,
    target: FormDefinition,
    bundle: Bundle,
    by: Doer,
    now: datetime,
) -> tuple[Publication, ...]:
    """Serve exactly this version in place of the form's file, and record the choice for drafts.

    All of it happens, or nothing. Raises NotAllowed when a part of it is this person's own, and
    Conflict when it does not wait any more, the draft was changed, or somebody published.
    """

    def within(session: Session) -> None:
        row = _still_waiting(session, plan.form, number)
        draft = session.get(DraftDefinitionRow, plan.form, with_for_update=True)
        if row.text != bundle.text or draft is None or draft.text != row.text:
            raise Conflict("The draft definition was changed meanwhile")
        if reason := reason_against(as_proposal(row).authors, by):
            raise NotAllowed(reason)
        session.merge(
            PublishedFormRow(
                form=plan.form,
                text=bundle.text,
                digest=target.digest,
                published_by=by.name,
                published_at=now,
            )
        )
        _answer(session, row, ProposalState.PUBLISHED, by, now)
        session.delete(draft)
        note = f"{choice.value}. {row.note}"
        record_deed(session, plan.form, Deed.PUBLISHED, by, now, digest=target.digest, note=note)

    made = publish(
        definitions,
        transactions,
        plan,
        choice,
        by=by.name,
        now=now,
        target=target,
        bundle=bundle,
        within=within,
    )
    definitions.look()
    return made


def publish_file(
    definitions: Definitions,
    transactions: Transactions,
    plan: Plan,
    choice: Choice,
    *,
    by: Doer,
    now: datetime,
    again: bool = False,
) -> tuple[Publication, ...]:
    """Publish the form's file as it stands; from now on the form follows it again.

    Raises Conflict as `publish` does.
    """

    def within(session: Session) -> None:
        unpin(session, plan.form, by, now)
        digest, note = plan.to_digest, f"{choice.value}. From its file."
        record_deed(session, plan.form, Deed.PUBLISHED, by, now, digest=digest, note=note)

    made = publish(
        definitions, transactions, plan, choice, by=by.name, now=now, again=again, within=within
    )
    definitions.look()
    return made


def follow_file(
    definitions: Definitions, transactions: Transactions, form: str, *, by: Doer, now: datetime
) -> bool:
    """Serve the form's file again; one that has none is served no more.

    False when the file was what was served anyhow.
    """
    with transactions.write() as session:
        queue_to_publish(session, form)
        followed = unpin(session, form, by, now)
    definitions.look()
    return followed


def unpin(session: Session, form: str, by: Doer, now: datetime) -> bool:
    """The same within the caller's transaction, who lets the definitions look afterwards."""
    row = session.get(PublishedFormRow, form, with_for_update=True)
    if row is None:
        return False
    record_deed(session, form, Deed.FOLLOWS_FILE, by, now, digest=row.digest)
    session.delete(row)
    return True


def find_waiting(transactions: Transactions, form: str) -> Proposal | None:
    """The proposal of a form that waits."""
    with transactions.read() as session:
        row = waiting_row(session, form)
        return as_proposal(row) if row is not None else None


def newest_proposal(transactions: Transactions, form: str) -> Proposal | None:
    """The newest proposal of a form, whatever became of it."""
    with transactions.read() as session:
        return next(iter(proposals_of(session, form)), None)


def waiting_by_form(transactions: Transactions) -> Mapping[str, int]:
    """How many proposals wait, by form."""
    with transactions.read() as session:
        return count_waiting(session)


def history_of(transactions: Transactions, form: str) -> FormHistory:
    """What was done with a form, and the versions there are of it."""
    with transactions.read() as session:
        return FormHistory(
            tuple(deeds_of(session, form, limit=_MOST_DEEDS)),
            tuple(proposals_of(session, form)),
            kept_versions(session, form),
        )


def _words(written: str, missing: str) -> str:
    words = written.strip()
    if not words:
        raise ValueError(missing)
    if len(words) > LONGEST_WORDS:
        raise ValueError(f"That is too long: {LONGEST_WORDS:,} characters are the most")
    return words


def _still_waiting(session: Session, form: str, number: int) -> ProposalRow:
    row = waiting_row(session, form)
    if row is None or row.number != number:
        raise Conflict("It does not wait any more: somebody has answered it, or changed the draft")
    return row


def _answer(
    session: Session,
    row: ProposalRow,
    state: ProposalState,
    by: Doer,
    now: datetime,
    words: str = "",
) -> None:
    row.state, row.words = state.value, words
    row.answered_by, row.answered_by_name, row.answered_at = by.id, by.name, now
    session.add(row)
