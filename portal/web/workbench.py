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
from portal.forms.source import LARGEST_FILE
from portal.submissions.designing import DraftDefinition, find_draft_definition
from portal.web.front import Front
from portal.web.staff_door import staff_route

if TYPE_CHECKING:
    from portal.forms.proofs.proving import Proof

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


def find_newest(house: Front, form: str) -> Newest:
    """The newest text of a form. Raises Missing when there is neither a file nor a draft of it."""
    draft = find_draft_definition(house.transactions, form) if PAGE_NAME.fullmatch(form) else None
    file = files(house).get(form)
    bundle = draft.bundle if draft else file
    if bundle is None:
        raise Missing(form)
    return newest_of(house, form, bundle, draft)


def newest_of(house: Front, form: str, bundle: Bundle, draft: DraftDefinition | None) -> Newest:
    """The same, with the text at hand."""
    if bundle.calendars is None:  # a draft is kept without what is no part of the form
        bundle = replace(bundle, calendars=bundle_of(house, form, "").calendars)
    served = house.definitions.served().get(form)
    kept = house.definitions.library.bundles.get(served.digest) if served else None
    return Newest(form, bundle, draft, served, kept.text if kept else "")


class Proofs:
    """Proofs that were made, the last of them kept: one takes seconds, and all hold for a day."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        """The solver does one thing at a time."""
        self._made: OrderedDict[tuple[str, str], Proof] = OrderedDict()

    def known(self, definition: FormDefinition, today: Today) -> "Proof | None":
        """The proof of this definition, when it was made today."""
        return self._made.get((definition.digest, today.on.isoformat()))

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
