"""Reads YAML strictly: every scalar is text, every value knows its line and column.

No tags, no aliases (a 400-byte file of aliases can grow to gigabytes), no duplicate keys, and
a limit on size and depth. `no`, `010` and `85.10` mean what they say.
"""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml
from yaml.composer import ComposerError

from portal.forms.fields.base import Spot

Path: TypeAlias = tuple[str | int, ...]
"""Where a value is: ("pages", 0, "questions", 1, "ask")."""

LARGEST_FILE = 256 * 1024  # characters
_DEEPEST = 20


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One problem in a definition file, where it is, and what to do about it."""

    file: str
    line: int
    column: int
    severity: str
    """`error` stops the form from being served; `warning` does not."""
    code: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """The line editors understand: file:line:col: error CODE message."""
        head = f"{self.file}:{self.line}:{self.column}: {self.severity} {self.code} {self.message}"
        return f"{head}\n    {self.hint}" if self.hint else head


@dataclass(slots=True)
class Source:
    """One YAML file as text values, with the position of each, collecting findings."""

    file: str
    value: Any = None
    positions: dict[Path, tuple[int, int]] = field(default_factory=dict[Path, tuple[int, int]])
    values_at: dict[Path, tuple[int, int]] = field(default_factory=dict[Path, tuple[int, int]])
    findings: list[Finding] = field(default_factory=list[Finding])

    def error(
        self, path: Path, code: str, message: str, hint: str = "", *, offset: int = -1
    ) -> None:
        """Note an error at a value; `offset` points that many characters into a scalar."""
        if offset >= 0 and path in self.values_at:
            line, column = self.values_at[path]
            column += offset
        else:
            line, column = self._position(path)
        self.findings.append(Finding(self.file, line, column, "error", code, message, hint))

    def spot(self, path: Path) -> Spot:
        """Where the value at a path begins, for something to be said about it later."""
        return Spot(self.file, *(self.values_at.get(path) or self._position(path)))

    def _position(self, path: Path) -> tuple[int, int]:
        # A value that is missing has no place of its own: point at the nearest thing around it.
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, (1, 1))


def read_source(file: str, text: str) -> Source:
    """Read one file. Problems are in `findings`; `value` is None when nothing could be read."""
    source = Source(file)
    if len(text) > LARGEST_FILE:
        source.error(
            (), "Y001", f"the file is larger than {LARGEST_FILE // 1024} KB", "Split the form."
        )
        return source
    try:
        node = _NoAliases(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        _note_syntax(source, error)
        return source
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        message = str(error).splitlines()[0] if str(error) else type(error).__name__
        source.error((), "Y002", f"this is not YAML: {message}", "Save the file as UTF-8 text.")
        return source
    if node is not None:
        source.value = _read(source, node, (), 0)
    return source


class _NoAliases(yaml.SafeLoader):
    """Refuses `*alias`: a few bytes of them can stand for gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            problem = "an alias (*name) is not allowed"
            raise ComposerError(None, None, problem, mark)
        return super().compose_node(parent, index)


def _note_syntax(source: Source, error: yaml.MarkedYAMLError) -> None:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = error.problem or "the YAML cannot be read"
    source.findings.append(
        Finding(
            source.file,
            line,
            column,
            "error",
            "Y002",
            f"this is not YAML: {problem}",
            _cure(problem),
        )
    )


def _cure(problem: str) -> str:
    if "\\t" in problem or "tab" in problem:
        return "Indent with spaces, never with tabs."
    if "mapping values are not allowed" in problem:
        return 'Put text that contains ": " in double quotes, or check the indentation above.'
    if "alias" in problem:
        return "A text that begins with * must be in quotes."
    return "Check the indentation and the quotes on this line and the one above."


def _read(source: Source, node: yaml.Node, path: Path, depth: int) -> Any:  # noqa: ANN401  # YAML
    here = (node.start_mark.line + 1, node.start_mark.column + 1)
    source.values_at[path] = here
    source.positions.setdefault(path, here)
    if depth > _DEEPEST:
        source.error(path, "Y003", f"nested more than {_DEEPEST} levels deep")
        return ""
    if node.tag and not node.tag.startswith("tag:yaml.org,2002:"):
        source.error(path, "Y004", f"the tag {node.tag} is not allowed", "Remove it.")
    if isinstance(node, yaml.ScalarNode):
        _note_quoted(source, node, path)
        return str(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_read(source, item, (*path, n), depth + 1) for n, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _read_mapping(source, node, path, depth)
    return ""


def _note_quoted(source: Source, node: yaml.ScalarNode, path: Path) -> None:
    # So that a column inside a quoted condition is right.
    if node.style in ("'", '"'):
        line, column = source.values_at[path]
        source.values_at[path] = (line, column + 1)


def _read_mapping(source: Source, node: yaml.MappingNode, path: Path, depth: int) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            source.error(path, "Y005", "a key must be plain text")
            continue
        key = str(key_node.value)
        place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if key in read:
            line, _ = source.positions[(*path, key)]
            source.findings.append(
                Finding(
                    source.file,
                    *place,
                    "error",
                    "Y006",
                    f"{key} is written twice",
                    f"It is already on line {line}. Keep one of them.",
                )
            )
            continue
        source.positions[(*path, key)] = place
        read[key] = _read(source, value_node, (*path, key), depth + 1)
    return read
