"""Which definition reads which draft: the one it was begun with, for ever."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import structlog
from sqlmodel import Session

from portal.core.errors import Missing
from portal.database import Transactions
from portal.forms.definition import FormDefinition
from portal.forms.library import Library, load_library, stamp_of
from portal.forms.opening import Opening
from portal.forms.parsing import Bundle, parse_kept
from portal.submissions.publication import Choice, Course, course_of
from portal.submissions.publication_records import publications_of
from portal.submissions.records import FormDefinitionRow, keep_definition

log = structlog.get_logger(__name__)


class DefinitionUnreadable(Missing):
    """What a draft or submission was made with is not there, or cannot be read any more."""


class Definitions:
    """The forms served now, and every definition that ever served a draft."""

    def __init__(self, library: Library, transactions: Transactions, *, watch: bool) -> None:
        self.library = library
        self._transactions = transactions
        self._watch = watch
        self._lock = threading.Lock()
        self._older: dict[str, FormDefinition] = {}
        self._seen = library.stamp

    def current(self, form: str) -> FormDefinition:
        """The form as it is served now. Raises Missing when there is none of that name."""
        self._reload_if_changed()
        definition = self.library.forms.get(form)
        if definition is None:
            msg = f"there is no form called {form}"
            raise Missing(msg)
        return definition

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

    def keep(self, session: Session, definition: FormDefinition, now: datetime) -> None:
        """Keep the definition for good, in the caller's transaction."""
        bundle = self.library.bundles.get(definition.digest)
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

    def _reload_if_changed(self) -> None:
        """In development a saved file is served at once; a broken one keeps its last good form."""
        if not self._watch:
            return
        stamp = stamp_of(self.library.folder)
        if stamp == self._seen:
            return
        with self._lock:
            self._seen = stamp
            try:
                fresh = load_library(self.library.folder)
            except (OSError, ValueError) as error:  # the council's own file is broken or gone
                log.warning("definitions_not_reloaded", reason=str(error))
                return
            for finding in fresh.findings:
                log.warning("definition_broken", finding=str(finding))
            self.library = _with_last_good(fresh, self.library)


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
