"""Publishing a new version of a form, with the designer's choice of what becomes of open drafts.

Without a publication drafts stay on the version they were begun with (decision record 0020).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from portal.core.dates import Today
from portal.core.errors import Conflict
from portal.database import Transactions
from portal.forms.answers import load_answers
from portal.forms.definition import FormDefinition
from portal.forms.migrating import MigrationReport, migration_report
from portal.forms.parsing import Bundle
from portal.submissions.definitions import Definitions, DefinitionUnreadable
from portal.submissions.publication import Choice, Publication, undecided
from portal.submissions.publication_records import (
    PublicationRow,
    kept_digests,
    open_answers,
    publications_of,
    queue_to_publish,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What publishing a version would do."""

    form: str
    to_digest: str
    from_digests: tuple[str, ...]
    """The versions whose open drafts the choice is about."""
    report: MigrationReport
    is_published: bool
    """Whether the version is the one published last already."""

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to publish."""
        return bool(self.from_digests) or not self.is_published


def plan_publication(
    definitions: Definitions,
    transactions: Transactions,
    form: str,
    *,
    today: Today,
    now: datetime,
    again: bool = False,
    progress: Callable[[int], None] = lambda _done: None,
    target: FormDefinition | None = None,
) -> Plan:
    """What would become of every open draft of an older version, if it were carried on.

    What is to be published is the `target`; left out, the form's file as it stands. `again` takes
    in those versions a choice was made for before. Raises Missing when there is no form of that
    name.
    """
    target = target or definitions.of_file(form)
    with transactions.read() as session:
        made = publications_of(session, form)
        older = _older(session, made, target, again=again)
        drafts = {digest: open_answers(session, form, digest, now) for digest in older}
    report = MigrationReport()
    for number, (digest, stored) in enumerate(drafts.items(), 1):
        report += _report(definitions, form, digest, stored, target, today)
        progress(number)
    return Plan(form, target.digest, older, report, _is_published(made, target))


def publish(
    definitions: Definitions,
    transactions: Transactions,
    plan: Plan,
    choice: Choice,
    *,
    by: str,
    now: datetime,
    again: bool = False,
    target: FormDefinition | None = None,
    bundle: Bundle | None = None,
    within: Callable[[Session], object] = lambda _session: None,
) -> tuple[Publication, ...]:
    """Record the choice for all that the plan is about; the version published is kept for good.

    `target` with its `bundle` is what is published; left out, the form's file as it stands.
    `within` is done in the same transaction. Raises Conflict when the
    form or what was published has changed since the plan was made: somebody else has published, or
    the file was saved again.
    """
    target = target or definitions.of_file(plan.form)
    with transactions.write() as session:
        queue_to_publish(session, plan.form)
        made = publications_of(session, plan.form)
        older = _older(session, made, target, again=again)
        published = _is_published(made, target)
        if (target.digest, older, published) != (
            plan.to_digest,
            plan.from_digests,
            plan.is_published,
        ):
            msg = f"{plan.form} has changed, or somebody has just published it: look again"
            raise Conflict(msg)
        definitions.keep(session, target, now, bundle)
        session.flush()
        within(session)
        session.flush()
        for digest in older or ("",):
            session.add(
                PublicationRow(
                    form=plan.form,
                    from_digest=digest,
                    to_digest=target.digest,
                    choice=choice.value,
                    published_by=by,
                    published_at=now,
                )
            )
        session.flush()
        return tuple(publications_of(session, plan.form)[len(made) :])


def _older(
    session: Session, made: list[Publication], target: FormDefinition, *, again: bool
) -> tuple[str, ...]:
    kept = kept_digests(session, target.form)
    if again:
        return tuple(digest for digest in kept if digest != target.digest)
    return tuple(undecided(made, kept, target.digest))


def _is_published(made: list[Publication], target: FormDefinition) -> bool:
    return bool(made) and made[-1].to_digest == target.digest


def _report(
    definitions: Definitions,
    form: str,
    digest: str,
    stored: Sequence[str],
    target: FormDefinition,
    today: Today,
) -> MigrationReport:
    try:
        old = definitions.by_digest(form, digest)
    except DefinitionUnreadable:
        return MigrationReport(len(stored), unreadable=len(stored))
    report = MigrationReport()
    for each in stored:
        try:
            answers = load_answers(old, each)
        except (ValueError, KeyError, TypeError):
            report += MigrationReport(1, unreadable=1)
        else:
            report += migration_report(old, target, [answers], today)
    return report
