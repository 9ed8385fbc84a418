"""The one door to the folder of form definitions; a broken file takes no other form down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from portal.forms.definition import Council, FormDefinition
from portal.forms.parsing import Bundle, parse_council, parse_form
from portal.forms.source import Finding

COUNCIL_FILE, SHARED_FILE, FEES_FILE = "_council.yml", "_shared.yml", "_fees.yml"


@dataclass(frozen=True, slots=True)
class Library:
    """Every form of the folder as it stands now."""

    folder: Path
    council: Council
    forms: Mapping[str, FormDefinition]
    """By form name, in the order of their titles."""
    bundles: Mapping[str, Bundle]
    """By digest: what to keep so that a draft can always be read again."""
    findings: tuple[Finding, ...]
    stamp: tuple[tuple[str, int, int], ...] = field(default=(), repr=False)
    """What the files looked like when they were read: name, size, time in nanoseconds."""


def load_library(folder: Path) -> Library:
    """Read the folder. Raises FileNotFoundError when it or its `_council.yml` is not there, and
    ValueError when `_council.yml` has an error: without it no page can be drawn."""
    stamp = stamp_of(folder)
    council, findings = parse_council(COUNCIL_FILE, read_text(folder / COUNCIL_FILE))
    if council is None:
        raise ValueError("\n".join(str(finding) for finding in findings))
    forms: list[FormDefinition] = []
    bundles: dict[str, Bundle] = {}
    problems: set[Finding] = set()
    for bundle in read_bundles(folder):
        parsed = parse_form(bundle)
        problems.update(parsed.findings)
        if parsed.definition is not None:
            forms.append(parsed.definition)
            bundles[bundle.digest] = bundle
    forms.sort(key=lambda form: form.title)
    return Library(
        folder,
        council,
        {form.form: form for form in forms},
        bundles,
        tuple(sorted(problems)),
        stamp,
    )


def read_bundles(folder: Path) -> list[Bundle]:
    """The texts of every form of the folder; files beginning with _ or . are not forms."""
    shared, fees = (_read_if_there(folder / name) for name in (SHARED_FILE, FEES_FILE))
    return [
        Bundle(path.name, read_text(path), shared, fees)
        for path in sorted(folder.glob("*.yml"))
        if not path.name.startswith(("_", "."))
    ]


def stamp_of(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Changes whenever a file of the folder changes."""
    stats = ((path.name, path.stat()) for path in sorted(folder.glob("*.yml")))
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)


def read_text(path: Path) -> str:
    """A file's text; bytes that are not UTF-8 become marks the parser then complains of."""
    return path.read_bytes().decode("utf-8", "replace")


def _read_if_there(path: Path) -> str:
    return read_text(path) if path.exists() else ""
