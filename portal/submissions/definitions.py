"""Which definition reads which draft: the one it was begun with, for ever."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from portal.core.errors import Missing
from portal.database import Transactions
from portal.forms.definition import FormDefinition
from portal.forms.library import Library, load_library, stamp_of, with_form, with_texts
from portal.forms.opening import Opening
from portal.forms.parsing import Bundle, parse_kept
from portal.submissions.proposal_records import (
    PublishedForm,
    published_digests,
    published_forms,
)
from portal.submissions.publication import Choice, Course, course_of
from portal.submissions.publication_records import publications_of
from portal.submissions.records import FormDefinitionRow, keep_definition

LOOK_EVERY = 2.0
"""Seconds after which a process looks again what was published."""
log = structlog.get_logger(__name__)


class DefinitionUnreadable(Missing):
    """What a draft or submission was made with is not there, or cannot be read any more."""


class Definitions:
    """The forms served now, and every definition that ever served a draft.

    What was published from the workbench is served in place of its file, by every process of the
    portal: each looks every few seconds whether something was (decision record 0023).
    """

    def __init__(
        self,
        library: Library,
        transactions: Transactions,
        *,
        watch: bool,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.library = library
        """As it is served."""
        self._of_files = library
        self.published: Mapping[str, PublishedForm] = {}
        """What is served in place of its file, by form."""
        self._transactions = transactions
        self._watch = watch
        self._ticks = ticks
        self._looked_at: float | None = None
        self._lock = threading.Lock()
        self._older: dict[str, FormDefinition] = {}
        self._seen = library.stamp

    def current(self, form: str) -> FormDefinition:
        """The form as it is served now. Raises Missing when there is none of that name."""
        self._reload_if_changed()
        return _found(self.library, form)

    def of_file(self, form: str) -> FormDefinition:
        """The form as its file says, whatever is served. Raises Missing when it has none."""
        self._reload_if_changed()
        return _found(self._of_files, form)

    def served(self) -> Mapping[str, FormDefinition]:
        """Every form served now, by name."""
        self._reload_if_changed()
        return self.library.forms

    def opening(self, definition: FormDefinition) -> Opening:
        """When the service is open: as it says now, also for a draft begun with an older one."""
        return self.served().get(definition.form, definition).opening

    def by_digest(self, form: str, digest: str) -> FormDefinition:
        """The very definition a draft or submission was made with."""
        served = self.library.forms.get(form)
        if served is not None and served.digest == digest:
            return served
        if digest not in self._older:
            self._older[digest] = self._read_kept(digest)
        return self._older[digest]

    def course(self, form: str, digest: str) -> Course:
        """What becomes of a draft of this version now; a draft of the served one is at home."""
        served = self.library.forms.get(form)
        if served is not None and served.digest == digest:
            return Course(Choice.PIN, digest)
        with self._transactions.read() as session:
            return self.course_within(session, form, digest)

    def course_within(self, session: Session, form: str, digest: str) -> Course:
        """The same as the caller's transaction sees it."""
        served = self.library.forms.get(form)
        home = served.digest if served else ""
        if home == digest:
            return Course(Choice.PIN, digest)
        return course_of(publications_of(session, form), digest, home)

    def keep(
        self,
        session: Session,
        definition: FormDefinition,
        now: datetime,
        bundle: Bundle | None = None,
    ) -> None:
        """Keep the definition for good, in the caller's transaction.

        Its `bundle` must be given when it is neither served nor in a file.
        """
        for library in (self.library, self._of_files):
            bundle = bundle or library.bundles.get(definition.digest)
        if bundle is None:
            return  # an older one: it was kept when its first draft was made
        keep_definition(
            session,
            FormDefinitionRow(
                digest=definition.digest,
                form=definition.form,
                file=bundle.file,
                text=bundle.text,
                shared=bundle.shared,
                fees=bundle.fees,
                first_served_at=now,
            ),
        )

    def _read_kept(self, digest: str) -> FormDefinition:
        with self._transactions.read() as session:
            row = session.get(FormDefinitionRow, digest)
        if row is None:
            msg = f"no definition with the digest {digest} was kept"
            raise DefinitionUnreadable(msg)
        parsed = parse_kept(Bundle(row.file, row.text, row.shared, row.fees))
        if parsed.findings:
            # The language has grown stricter since, or somebody changed the row.
            log.warning(
                "kept_definition_has_findings",
                digest=digest,
                finding=str(parsed.findings[0]),
                read=parsed.definition is not None,
            )
        if parsed.definition is None:
            msg = f"the kept definition {digest} cannot be read"
            raise DefinitionUnreadable(msg)
        # The row is this version whatever is in it: whoever changed it changed no draft's digest.
        return replace(parsed.definition, form=row.form, digest=digest)

    def look(self) -> None:
        """See at once what was published from the workbench, here or by another process."""
        with self._lock:
            self._looked_at = None
        self._reload_if_changed()

    def _reload_if_changed(self) -> None:
        """Look whether files have changed (in development), or something was published."""
        stamp = stamp_of(self.library.folder) if self._watch else self._seen
        if stamp == self._seen and not self._is_time_to_look():
            return
        with self._lock:
            changed = False
            if stamp != self._seen:
                self._seen, changed = stamp, self._reload_files()
            if self._is_time_to_look():
                changed = self._read_published() or changed
                self._looked_at = self._ticks()
            if changed:
                self.library = self._with_published()

    def _is_time_to_look(self) -> bool:
        return self._looked_at is None or self._ticks() - self._looked_at >= LOOK_EVERY

    def _reload_files(self) -> bool:
        """A saved file is served at once; a broken one keeps its last good form."""
        try:
            fresh = load_library(self.library.folder)
        except (OSError, ValueError) as error:  # the council's own file is broken or gone
            log.warning("definitions_not_reloaded", reason=str(error))
            return False
        for finding in fresh.findings:
            log.warning("definition_broken", finding=str(finding))
        self._of_files = _with_last_good(fresh, self._of_files)
        return True

    def _read_published(self) -> bool:
        """Whether what was published is not what it was when we looked last."""
        try:
            with self._transactions.read() as session:
                digests = published_digests(session)
                if digests == {form: one.digest for form, one in self.published.items()}:
                    return False
                self.published = published_forms(session)
        except DBAPIError as error:  # not migrated yet, or away: what is known goes on
            log.warning("publications_not_read", reason=type(error).__name__)
            return False
        return True

    def _with_published(self) -> Library:
        """The files, with what was published in the place of theirs."""
        if not self.published:
            return self._of_files
        texts = {form: one.text for form, one in self.published.items()}
        library, broken = with_texts(self._of_files, texts)
        # A file they share was changed so that they are wrong: as they were published they are not.
        for form in broken:
            log.warning("published_form_broken", form=form)
            try:
                kept = self._read_kept(self.published[form].digest)
            except DefinitionUnreadable:
                continue
            library = with_form(library, kept)
        return library


def _found(library: Library, form: str) -> FormDefinition:
    definition = library.forms.get(form)
    if definition is None:
        msg = f"there is no form called {form}"
        raise Missing(msg)
    return definition


def _with_last_good(fresh: Library, before: Library) -> Library:
    """The fresh library, with the last good form of each file that is there but broken."""
    there = {name.removesuffix(".yml") for name, *_ in fresh.stamp}
    kept = {
        name: form
        for name, form in before.forms.items()
        if name in there and name not in fresh.forms
    }
    forms = sorted((*fresh.forms.values(), *kept.values()), key=lambda form: form.title)
    return replace(
        fresh,
        forms={form.form: form for form in forms},
        bundles={**{f.digest: before.bundles[f.digest] for f in kept.values()}, **fresh.bundles},
    )


Clock = Callable[[], datetime]
"""Tells the time; only the composition root holds the real one."""
