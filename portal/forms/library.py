"""The one door to the folder of form definitions; a broken file takes no other form down."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from portal.forms.calendar_parsing import CALENDARS_FILE, parse_calendars
from portal.forms.definition import Council, FormDefinition
from portal.forms.fee_parsing import check_fees
from portal.forms.page_parsing import check_shared
from portal.forms.parsing import Bundle, parse_council, parse_form
from portal.forms.source import Finding

COUNCIL_FILE, SHARED_FILE, FEES_FILE = "_council.yml", "_shared.yml", "_fees.yml"
_BESIDE = (SHARED_FILE, FEES_FILE, CALENDARS_FILE)
"""What a form may take something from."""


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
    problems: set[Finding] = {
        *check_shared(SHARED_FILE, _read_if_there(folder / SHARED_FILE)),
        *check_fees(FEES_FILE, _read_if_there(folder / FEES_FILE)),
        *parse_calendars(_read_if_there(folder / CALENDARS_FILE)).findings,
    }
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


def with_texts(library: Library, texts: Mapping[str, str]) -> tuple[Library, tuple[str, ...]]:
    """The library with other texts in the place of some forms' files, and those that are broken.

    They share what the folder shares. A form whose text is broken is not in the library.
    """
    shared, fees = (_read_if_there(library.folder / name) for name in (SHARED_FILE, FEES_FILE))
    forms = {name: form for name, form in library.forms.items() if name not in texts}
    bundles, findings, broken = dict(library.bundles), set(library.findings), list[str]()
    for name, text in texts.items():
        bundle = Bundle(f"{name}.yml", text, shared, fees)
        parsed = parse_form(bundle)
        findings = {each for each in findings if each.file != bundle.file} | {*parsed.findings}
        if parsed.definition is None:
            broken.append(name)
        else:
            forms[name], bundles[bundle.digest] = parsed.definition, bundle
    return (
        replace(library, forms=_by_title(forms), bundles=bundles, findings=tuple(sorted(findings))),
        tuple(broken),
    )


def with_form(library: Library, form: FormDefinition) -> Library:
    """The library with one form more."""
    return replace(library, forms=_by_title({**library.forms, form.form: form}))


def _by_title(forms: Mapping[str, FormDefinition]) -> dict[str, FormDefinition]:
    return dict(sorted(forms.items(), key=lambda named: named[1].title))


def check_path(path: Path) -> tuple[Finding, ...]:
    """Every problem of one file, or of every file of a folder, under the path as it was given."""
    if path.is_dir():
        found = {finding for file in _files(path) for finding in _check_file(file)}
        found |= {
            Finding(file.name, 1, 1, "error", "F043", "nothing reads this file", _RENAME)
            for file in sorted(path.glob("*.yaml"))
        }
        if not _files(path):
            return (Finding(str(path), 1, 1, "error", "F000", "there is no form in this folder"),)
        return tuple(sorted(_within(path, finding) for finding in found))
    return tuple(sorted(_within(path.parent, finding) for finding in set(_check_file(path))))


_RENAME = "Give it a name that ends with .yml."


def _check_file(file: Path) -> tuple[Finding, ...]:
    try:
        text = read_text(file)
        shared, fees, calendars = (_read_if_there(file.parent / name) for name in _BESIDE)
    except OSError as error:
        said = f"it cannot be read: {error.strerror}"
        return (Finding(file.name, 1, 1, "error", "F000", said),)
    if file.name == COUNCIL_FILE:
        return parse_council(file.name, text)[1]
    if file.name == SHARED_FILE:
        return check_shared(file.name, text)
    if file.name == FEES_FILE:
        return check_fees(file.name, text)
    if file.name == CALENDARS_FILE:
        return parse_calendars(text).findings
    return parse_form(Bundle(file.name, text, shared, fees, calendars)).findings


def _within(folder: Path, finding: Finding) -> Finding:
    return replace(finding, file=str(folder / finding.file))


def read_bundles(folder: Path) -> list[Bundle]:
    """The texts of every form of the folder; files beginning with _ or . are not forms."""
    shared, fees, calendars = (_read_if_there(folder / name) for name in _BESIDE)
    return [
        Bundle(path.name, read_text(path), shared, fees, calendars)
        for path in _files(folder)
        if not path.name.startswith("_")
    ]


def stamp_of(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Changes whenever a file of the folder changes."""
    stats = ((path.name, path.stat()) for path in _files(folder))
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)


def _files(folder: Path) -> list[Path]:
    """The YAML files; not an editor's lock (`.#form.yml`, a link to nowhere) nor a folder."""
    return [
        path
        for path in sorted(folder.glob("*.yml"))
        if not path.name.startswith(".") and path.is_file()
    ]


def read_text(path: Path) -> str:
    """A file's text; bytes that are not UTF-8 become marks the parser then complains of."""
    return path.read_bytes().decode("utf-8", "replace")


def _read_if_there(path: Path) -> str:
    return read_text(path) if path.is_file() else ""
