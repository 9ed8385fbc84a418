"""The designers' workbench: who may use it, which definition is newest, and how it fares."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from portal.accounts.permissions import Permission
from portal.core.dates import Today
from portal.core.errors import Missing
from portal.forms.calendar_parsing import CALENDARS_FILE
from portal.forms.definition import FormDefinition
from portal.forms.library import FEES_FILE, SHARED_FILE, read_bundles, read_text
from portal.forms.parsing import Bundle, Parsed, parse_form
from portal.forms.reader import PAGE_NAME
from portal.forms.reading import reading_of
from portal.forms.source import LARGEST_FILE
from portal.submissions.designing import DraftDefinition, find_draft_definition
from portal.submissions.proposal import Standing
from portal.submissions.proposal_records import PublishedForm
from portal.web.design_views import example_rows
from portal.web.front import Front
from portal.web.staff_door import staff_route

if TYPE_CHECKING:
    from portal.forms.proofs.proving import Proof
    from portal.forms.proofs.routes import Routes

LARGEST_TEXT = 2 * LARGEST_FILE
"""Characters of one text that are looked at; the check itself refuses half as many."""
_MOST_PROOFS = 64

parsed: Callable[[Bundle], Parsed] = lru_cache(maxsize=128)(parse_form)
"""`parse_form`, which needs not read the same text again."""


WorkbenchRoute = staff_route(Permission.READ_FORMS)
"""A route for who may look at the workbench."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest text of a form: the draft definition where there is one, else the file."""

    form: str
    bundle: Bundle
    draft: DraftDefinition | None
    served: FormDefinition | None
    """What residents get now; None when the form was never good."""
    served_text: str
    """The text it was read from; empty when that is not at hand."""
    file_text: str | None = None
    """What stands in its file; None when it has none."""
    published: PublishedForm | None = None
    """What is served in place of the file, when something is."""

    @property
    def drift(self) -> str:
        """How the file and what is published differ, in words; empty when they do not."""
        if self.published is None or self.file_text == self.published.text:
            return ""
        if self.file_text is None:
            return "What is published has no file yet. Download it and keep it with the others."
        return (
            "The file and what is published differ, and what is published is served. Download it "
            "over the file; or publish the file with `portal publish`."
        )

    @property
    def found(self) -> Parsed:
        """What reading it comes to."""
        return parsed(self.bundle)

    @property
    def is_served(self) -> bool:
        """Whether residents get this very definition."""
        return self.served is not None and self.served.digest == self.bundle.digest

    @property
    def playable(self) -> FormDefinition:
        """What can be tried: the newest definition, or the last good one while it is broken.

        Raises Missing when there never was a good one.
        """
        definition = self.found.definition or self.served
        if definition is None:
            raise Missing(self.form)
        return definition


def files(house: Front) -> Mapping[str, Bundle]:
    """The forms of the folder as they stand now, by name."""
    bundles = ((b.file.removesuffix(".yml"), b) for b in read_bundles(house.settings.forms))
    return {name: bundle for name, bundle in bundles if PAGE_NAME.fullmatch(name)}


def bundle_of(house: Front, form: str, text: str) -> Bundle:
    """A text of a form with what stands beside it in the folder now."""
    names = (SHARED_FILE, FEES_FILE, CALENDARS_FILE)
    beside = (house.settings.forms / name for name in names)
    shared, fees, calendars = (read_text(path) if path.is_file() else "" for path in beside)
    return Bundle(f"{form}.yml", text, shared, fees, calendars)


def texts(house: Front) -> Mapping[str, Bundle]:
    """What stands now of each form, by name: what was published, else its file."""
    house.definitions.served()  # so that it has looked
    published = house.definitions.published
    mine = {form: bundle_of(house, form, one.text) for form, one in published.items()}
    return {**files(house), **mine}


def find_newest(house: Front, form: str) -> Newest:
    """The newest text of a form: the draft, else what was published, else the file.

    Raises Missing when there is none of the three.
    """
    draft = find_draft_definition(house.transactions, form) if PAGE_NAME.fullmatch(form) else None
    bundle = draft.bundle if draft else texts(house).get(form)
    if bundle is None:
        raise Missing(form)
    return newest_of(house, form, bundle, draft)


def newest_of(house: Front, form: str, bundle: Bundle, draft: DraftDefinition | None) -> Newest:
    """The same, with the text at hand."""
    if bundle.calendars is None:  # a draft is kept without what is no part of the form
        bundle = replace(bundle, calendars=bundle_of(house, form, "").calendars)
    served = house.definitions.served().get(form)
    kept = house.definitions.library.bundles.get(served.digest) if served else None
    path = house.settings.forms / f"{form}.yml"
    return Newest(
        form,
        bundle,
        draft,
        served,
        kept.text if kept else "",
        read_text(path) if path.is_file() else None,
        house.definitions.published.get(form),
    )


class Proofs:
    """Proofs that were made, the last of them kept: one takes seconds, and all hold for a day."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        """The solver does one thing at a time."""
        self._made: OrderedDict[tuple[str, str], Proof] = OrderedDict()
        self._routes: OrderedDict[tuple[str, str], Routes] = OrderedDict()

    def known(self, definition: FormDefinition, today: Today) -> "Proof | None":
        """The proof of this definition, when it was made today."""
        return self._made.get((definition.digest, today.on.isoformat()))

    def routes_of(self, definition: FormDefinition, today: Today) -> "Routes":
        """The shortest and the longest way through it."""
        from portal.forms.proofs.routes import find_routes  # noqa: PLC0415  # as below

        key = definition.digest, today.on.isoformat()
        with self._lock:
            if key not in self._routes:
                self._routes[key] = find_routes(definition, today)
                while len(self._routes) > _MOST_PROOFS:
                    self._routes.popitem(last=False)
            return self._routes[key]

    def of(self, definition: FormDefinition, today: Today) -> "Proof":
        """The proof of this definition."""
        from portal.forms.proofs.proving import prove  # noqa: PLC0415  # residents need no solver

        with self._lock:
            made = self.known(definition, today)
            if made is None:
                made = prove(definition, today)
                self._made[definition.digest, today.on.isoformat()] = made
                while len(self._made) > _MOST_PROOFS:
                    self._made.popitem(last=False)
            return made


proofs = Proofs()
"""Of this process: every page of the workbench shows the same."""


def tally(proof: "Proof") -> str:
    """What came of a proof: "17 proven, 1 refuted"."""
    parts = [f"{len(proof.proven)} proven"]
    parts += [f"{len(proof.refuted)} refuted"] if proof.refuted else []
    parts += [f"{len(proof.undecided)} not decided"] if proof.undecided else []
    return ", ".join(parts)


@lru_cache(maxsize=128)
def reading_age_of(bundle: Bundle) -> int | None:
    """How old one must be to read a form; None when it cannot be read at all."""
    definition = parsed(bundle).definition
    return reading_of(definition)[0].age if definition else None


def standing_of(found: Parsed, today: Today) -> Standing:
    """How a definition fares, as far as publishing asks for it. May take seconds: it proves."""
    if found.definition is None:
        return Standing(findings=max(len(found.findings), 1))
    rows = example_rows(found.definition, today)
    return Standing(
        findings=len(found.findings),
        refuted=len(proofs.of(found.definition, today).refuted),
        failing_examples=sum(bool(row.problems) for row in rows),
    )
