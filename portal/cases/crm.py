"""The port to a CRM: what the portal asks of any of them, and how one is found by name."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from pydantic import JsonValue

from portal.cases.case import Case, CaseAttachment, CaseProgress
from portal.core.errors import UnsafeSettings
from portal.core.references import Reference

_ADAPTERS = Path(__file__).parent / "adapters"


@dataclass(frozen=True, slots=True)
class CaseReference:
    """A case as the CRM knows it."""

    id: str
    """The CRM's own number."""
    url: str = ""
    """Where an officer opens it; empty when the CRM does not say."""


@dataclass(frozen=True, slots=True)
class CaseStatus:
    """How a case stands."""

    raw: str
    """The CRM's own word, kept whatever it is."""
    progress: CaseProgress | None
    """Ours; None when the mapping does not know the word."""


class Crm(Protocol):
    """A council's CRM. Every call is one conversation over the network.

    Each may raise CrmUnavailable (the same call may succeed later) or CrmRefused (a person must
    look). A note on the exception (`__notes__`) may quote the CRM: it can hold personal data, so
    it is stored with the case and never logged.
    """

    name: str
    """The name it was loaded by."""
    settles_in: timedelta
    """How long after `create_case` `find_case` may miss the case. Zero when creating is
    idempotent by key."""
    longest_call: timedelta
    """No call takes longer, whatever the CRM does."""
    longest_attach: timedelta
    """The same for `attach`."""

    def find_case(self, reference: Reference) -> CaseReference | None:
        """Look for a case that carries our reference."""
        ...

    def create_case(self, case: Case, *, key: str) -> CaseReference:
        """Open the case. The key is the idempotency key where the CRM honours one.

        After CrmUnavailable the case may exist: ask `find_case` before calling again.
        """
        ...

    def attach(
        self, case: CaseReference, attachment: CaseAttachment, content: Callable[[], bytes]
    ) -> str:
        """Add a file to the case; gives the CRM's id for it, or "" when it has none."""
        ...

    def add_note(self, case: CaseReference, text: str, *, key: str) -> None:
        """Add a remark to the case. The key is the idempotency key where the CRM honours one."""
        ...

    def read_back(self, case: CaseReference) -> Mapping[str, JsonValue]:
        """What the CRM holds, by path of the published case, for every value it promises."""
        ...

    def get_status(self, case: CaseReference) -> CaseStatus:
        """How the case stands now."""
        ...

    def check(self) -> None:
        """Raise when the CRM cannot be used with these settings. Opens nothing."""
        ...


@dataclass(frozen=True, slots=True)
class CrmSettings:
    """What an adapter is given."""

    name: str
    """PORTAL_CRM."""
    folder: Path
    """Where mapping files are: `crm_adapters/`."""
    url: str
    """PORTAL_CRM_URL, without a slash at the end."""
    token: str
    """PORTAL_CRM_TOKEN."""
    patience_seconds: float = 20.0
    """How long one call may take in all; a file may take six times as long."""


def load_crm(settings: CrmSettings) -> Crm:
    """Find the adapter: the module of that name, or else the mapping file `{name}.yml`.

    Raises UnsafeSettings saying which names there are.
    """
    modules = {module.name for module in pkgutil.iter_modules([str(_ADAPTERS)])}
    mappings = {path.stem for path in settings.folder.glob("*.yml")}
    if settings.name in mappings:
        return _build("http_json", settings)
    if settings.name in modules - {"http_json"}:
        return _build(settings.name, settings)
    known = ", ".join(sorted(mappings | modules - {"http_json"})) or "none"
    raise UnsafeSettings(
        f"PORTAL_CRM={settings.name}: there is no {settings.name}.yml in {settings.folder} and no "
        f"adapter of that name. Known: {known}."
    )


def _build(module: str, settings: CrmSettings) -> Crm:
    return importlib.import_module(f"portal.cases.adapters.{module}").build(settings)
