"""Writes a tree of texts, lists and mappings as YAML, one value a line, and says which line."""

import json
from collections.abc import Iterator
from typing import Any

from portal.forms.source import Path, read_source

Wrong = dict[Path, str]
"""Path → the YAML to write there instead."""


def tree(text: str) -> Any:
    """The values of a YAML text that is right."""
    source = read_source("any.yml", text)
    assert not source.findings, source.findings
    return source.value


def write(value: Any, wrong: Wrong | None = None) -> tuple[str, dict[Path, int]]:
    """The YAML text, and the line that every value begins on."""
    lines: list[str] = []
    places: dict[Path, int] = {}
    _write(value, wrong or {}, (), 0, lines, places)
    return "\n".join(lines) + "\n", places


def _write(
    value: Any, wrong: Wrong, path: Path, depth: int, lines: list[str], places: dict[Path, int]
) -> None:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, of in pairs:
        here = (*path, key)
        head = "  " * depth + (f"{json.dumps(key)}:" if isinstance(value, dict) else "-")
        places[here] = len(lines) + 1
        if here in wrong:
            lines.append(f"{head} {wrong[here]}")
        elif isinstance(of, (dict, list)) and of:
            lines.append(head)
            _write(of, wrong, here, depth + 1, lines, places)
        else:
            lines.append(f"{head} {json.dumps(of, ensure_ascii=False)}")


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every value, the outermost left out."""
    pairs: Any = ()
    if isinstance(value, (dict, list)):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, of in pairs:
        yield (*path, key)
        yield from paths(of, (*path, key))
