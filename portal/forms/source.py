"""Reads YAML strictly: every scalar is text, every value knows its line and column.

No tags, no anchors and aliases (a 400-byte file of aliases can grow to gigabytes), no duplicate
keys, and a limit on size and depth. `no`, `010` and `85.10` mean what they say.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypeAlias, cast

import yaml
from yaml.composer import ComposerError
from yaml.reader import ReaderError

from portal.forms.fields.base import Spot

Path: TypeAlias = tuple[str | int, ...]
"""Where a value is: ("pages", 0, "questions", 1, "ask")."""

LARGEST_FILE = 128 * 1024  # characters
MOST_VALUES = 8_000  # keys, texts, lists and mappings: several times the largest form we know
_DEEPEST = 20
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile(
    r"\\(?:x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})|(?P<one>.))|\S",
    re.DOTALL,
)
_BLANK_ESCAPES = frozenset(" \ttnvfrN_LP\n")


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


@dataclass(frozen=True, slots=True)
class Scalar:
    """One text as it stands in the file."""

    value: str
    raw: str
    """What is written for it, quotes and block header included."""
    line: int
    column: int
    style: str
    """YAML's own sign: empty for plain, a quote, | or >."""

    def place(self, offset: int) -> tuple[int, int]:
        """The line and column of a character of the value (its outer space not counted).

        Folding and indentation change only white space, so characters that are not are counted.
        """
        text = self.value.strip()
        before = sum(not letter.isspace() for letter in text[:offset])
        spans = list(self._shown())
        if offset < len(text) and not text[offset].isspace() and before < len(spans):
            return self._place(spans[before][0])
        return self._place(spans[before - 1][1] if 0 < before <= len(spans) else 0)

    def _shown(self) -> Iterator[tuple[int, int]]:
        """The span in `raw` of each character that is not white space."""
        start, end = 0, len(self.raw)
        if self.style in ("'", '"'):
            start, end = 1, end - 1
        elif self.style in ("|", ">"):
            start = self.raw.find("\n") + 1
        pattern = {"'": re.compile(r"''|\S"), '"': _ESCAPE}.get(self.style, re.compile(r"\S"))
        for match in pattern.finditer(self.raw, start, end):
            if not _is_blank(match):
                yield match.span()

    def _place(self, at: int) -> tuple[int, int]:
        lines = self.raw[:at].split("\n")
        if len(lines) == 1:
            return self.line, self.column + at
        return self.line + len(lines) - 1, len(lines[-1]) + 1


def _is_blank(match: re.Match[str]) -> bool:
    if match.re is not _ESCAPE or not match[0].startswith("\\"):
        return False
    code = match["x"] or match["u"] or match["U"]
    return match["one"] in _BLANK_ESCAPES if match["one"] else chr(int(code, 16)).isspace()


@dataclass(slots=True)
class Source:
    """One YAML file as text values, with the position of each, collecting findings."""

    file: str
    value: Any = None
    positions: dict[Path, tuple[int, int]] = field(default_factory=dict[Path, tuple[int, int]])
    scalars: dict[Path, Scalar] = field(default_factory=dict[Path, Scalar])
    findings: list[Finding] = field(default_factory=list[Finding])
    language: str = "en"
    """The language its texts are in."""

    def error(
        self, path: Path, code: str, message: str, hint: str = "", *, offset: int = -1
    ) -> None:
        """Note an error at a value; `offset` points that many characters into a scalar."""
        scalar = self.scalars.get(path)
        place = self._position(path) if offset < 0 or scalar is None else scalar.place(offset)
        self.error_at(place, code, message, hint)

    def error_at(self, place: tuple[int, int], code: str, message: str, hint: str = "") -> None:
        """Note an error at a line and column, both counted from 1."""
        self.findings.append(Finding(self.file, *place, "error", code, message, hint))

    def spot(self, path: Path) -> Spot:
        """Where the value at a path begins, for something to be said about it later."""
        scalar = self.scalars.get(path)
        return Spot(self.file, *(scalar.place(0) if scalar else self._position(path)))

    def _position(self, path: Path) -> tuple[int, int]:
        # A value that is missing has no place of its own: point at the nearest thing around it.
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, (1, 1))


def read_source(file: str, text: str) -> Source:
    """Read one file. Problems are in `findings`; `value` is None when nothing could be read."""
    kept = _read_text(file, text)
    return replace(
        kept,
        positions=dict(kept.positions),
        scalars=dict(kept.scalars),
        findings=list(kept.findings),
    )


@lru_cache(maxsize=8)
def _read_text(file: str, text: str) -> Source:
    # Every form of a folder is read with the same shared texts and fees.
    source = Source(file)
    if len(text) > LARGEST_FILE:
        source.error(
            (), "Y001", f"the file is larger than {LARGEST_FILE // 1024} KB", "Split the form."
        )
        return source
    if "\N{REPLACEMENT CHARACTER}" in text:
        place = _place_in(text, text.index("\N{REPLACEMENT CHARACTER}"))
        source.error_at(place, "Y008", "this is not UTF-8 text", "Save the file as UTF-8.")
        return source
    try:
        loader = _StrictLoader(text)
    except ReaderError as error:
        _note_unshowable(source, _place_in(text, error.position), text[error.position])
        return source
    node = _compose(source, loader)
    if node is not None:
        source.value = _read(source, node, ())
    return source


def _compose(source: Source, loader: "_StrictLoader") -> yaml.Node | None:
    try:
        return loader.get_single_node()
    except _NotAllowed as error:
        source.error_at(error.place, error.code, error.said, error.hint)
    except yaml.MarkedYAMLError as error:
        _note_syntax(source, error)
    except (ValueError, OverflowError):  # from chr(), for an escape such as "\\UFFFFFFFF"
        place = (loader.line + 1, loader.column + 1)
        said = "this is not YAML: found an escape that is no character"
        source.error_at(place, "Y002", said, _cure("escape"))
    finally:
        for at, code, message, hint in loader.noted:
            source.error_at(at, code, message, hint)
    return None


class _NotAllowed(ComposerError):
    """YAML that the form language does not take, at a place from which nothing more is read."""

    def __init__(self, mark: yaml.Mark, code: str, problem: str, hint: str) -> None:
        super().__init__(None, None, problem, mark)
        self.place = (mark.line + 1, mark.column + 1)
        self.code = code
        self.said = problem
        self.hint = hint


class _StrictLoader(yaml.SafeLoader):
    """Composes nodes, and refuses what makes a small file large or its text mean something else."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.noted: list[tuple[tuple[int, int], str, str, str]] = []
        self._depth = 0
        self._count = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = cast("Any", self.peek_event())  # pyright: ignore[reportUnknownMemberType]  # as yaml has it
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            problem = f"an alias (*{event.anchor}) is not allowed"
            raise _NotAllowed(mark, "Y007", problem, "A text that begins with * must be in quotes.")
        self._count += 1
        if self._count > MOST_VALUES:
            problem = f"the file has more than {MOST_VALUES} values"
            raise _NotAllowed(mark, "Y001", problem, "Split the form.")
        if self._depth >= _DEEPEST:
            problem = f"nested more than {_DEEPEST} levels deep"
            raise _NotAllowed(mark, "Y003", problem, "Check the indentation and the brackets.")
        self._note(event, (mark.line + 1, mark.column + 1))
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def _note(self, event: yaml.NodeEvent, at: tuple[int, int]) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None:
            tag = tag.replace("tag:yaml.org,2002:", "!!")
            hint = "A text that begins with ! must be in quotes."
            self.noted.append((at, "Y004", f"the tag {tag} is not allowed", hint))
        if event.anchor is not None:
            hint = "A text that begins with & must be in quotes."
            self.noted.append((at, "Y007", f"an anchor (&{event.anchor}) is not allowed", hint))


def _note_syntax(source: Source, error: yaml.MarkedYAMLError) -> None:
    mark = error.problem_mark or error.context_mark
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = error.problem or "the YAML cannot be read"
    source.error_at(place, "Y002", f"this is not YAML: {problem}", _cure(problem))


def _cure(problem: str) -> str:
    if "\\t" in problem or "tab" in problem:
        return "Indent with spaces, never with tabs."
    if "mapping values are not allowed" in problem:
        return 'Put text that contains ": " in double quotes, or check the indentation above.'
    if "another document" in problem:
        return "Keep one form in a file: remove the line ---."
    if "got '?'" in problem:
        return "Inside braces and brackets put a text with a question mark in double quotes."
    if "escape" in problem:
        return "Use single quotes around text with a backslash."
    return "Check the indentation and the quotes on this line and the one above."


def _place_in(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _note_unshowable(source: Source, place: tuple[int, int], letter: str) -> None:
    source.error_at(
        place, "Y008", f"the character U+{ord(letter):04X} cannot be shown", "Remove it."
    )


def _read(source: Source, node: yaml.Node, path: Path) -> Any:  # noqa: ANN401  # YAML
    here = (node.start_mark.line + 1, node.start_mark.column + 1)
    source.positions.setdefault(path, here)
    if isinstance(node, yaml.ScalarNode):
        return _read_scalar(source, node, path)
    if isinstance(node, yaml.SequenceNode):
        return [_read(source, item, (*path, n)) for n, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _read_mapping(source, node, path)
    return ""


def _read_scalar(source: Source, node: yaml.ScalarNode, path: Path) -> str:
    start, end = node.start_mark, node.end_mark
    value = str(node.value)
    raw = (start.buffer or "")[start.pointer : end.pointer]
    scalar = Scalar(value, raw, start.line + 1, start.column + 1, node.style or "")
    source.scalars[path] = scalar
    return _showable(source, value, (scalar.line, scalar.column))


def _showable(source: Source, text: str, place: tuple[int, int]) -> str:
    # YAML refuses these characters themselves, but an escape in double quotes can still say one.
    unshowable = _UNSHOWABLE.search(text)
    if unshowable is None:
        return text
    _note_unshowable(source, place, unshowable[0])
    return _UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _read_mapping(source: Source, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key_node, value_node in node.value:
        place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, yaml.ScalarNode):
            source.error_at(
                place, "Y005", "a key must be plain text", "Write it like `key: value`."
            )
            continue
        key = _showable(source, str(key_node.value), place)
        if key in read:
            line, _ = source.positions[(*path, key)]
            source.error_at(
                place,
                "Y006",
                f"{key} is written twice",
                f"It is already on line {line}. Keep one of them.",
            )
            continue
        source.positions[(*path, key)] = place
        read[key] = _read(source, value_node, (*path, key))
    return read
