"""Who takes what from `_shared.yml` and `_calendars.yml`: which forms a change of it touches."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.core.shapes import is_mapping
from portal.forms.calendar_parsing import parse_calendars
from portal.forms.calendar_parsing import uses_of as calendar_uses
from portal.forms.parsing import Bundle
from portal.forms.shared_options import USE
from portal.forms.source import Path, Source, read_source


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """One place that takes a shared page, list of choices or calendar."""

    kind: str
    """page, options or calendar."""
    name: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Shared:
    """One shared page, list of choices or calendar, and every place that takes it."""

    kind: str
    name: str
    uses: tuple[Use, ...]


def used_by(shared_file: str, bundles: Iterable[Bundle]) -> tuple[Shared, ...]:
    """Everything `_shared.yml` and `_calendars.yml` offer, in their order, with who takes it.

    All bundles are of one folder, so they have the same shared files. Files that cannot be read
    take nothing; `portal check` says what is wrong with them.
    """
    listed = list(bundles)
    shared = read_source(shared_file, listed[0].shared if listed else "")
    sources = [shared, *(read_source(bundle.file, bundle.text) for bundle in listed)]
    uses = sorted(use for source in sources for use in _uses(source))
    return tuple(
        Shared(kind, name, tuple(u for u in uses if (u.kind, u.name) == (kind, name)))
        for kind, name in (*_offered(shared), *_calendars(listed))
    )


def _calendars(bundles: list[Bundle]) -> Iterator[tuple[str, str]]:
    for name in parse_calendars((bundles[0].calendars if bundles else "") or "").names:
        yield "calendar", name


def _uses(source: Source) -> Iterator[Use]:
    for path, name in calendar_uses(source):
        yield Use("calendar", name.strip(), source.file, source.scalars[path].line)
    for path, scalar in source.scalars.items():
        if path[:1] == ("pages",) and path[-1] == USE:
            yield Use(_kind(path), scalar.value.strip(), source.file, scalar.line)


def _kind(path: Path) -> str:
    return "options" if path[-2] == "options" else "page"


def _offered(shared: Source) -> Iterator[tuple[str, str]]:
    value: Mapping[str, Any] = shared.value if is_mapping(shared.value) else {}
    for key, kind in (("pages", "page"), ("options", "options")):
        level = value.get(key)
        for name in level if is_mapping(level) else ():
            yield kind, name
