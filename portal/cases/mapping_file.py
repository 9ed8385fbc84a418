"""Reads a council's CRM mapping file, and says where it is wrong, everything at once.

Every scalar is text (`no` and `010` mean what they say); anchors, tags and repeated keys are
refused; every path into the case is checked against the published schema.
"""

from collections.abc import Callable, Generator, Mapping
from typing import Any, Protocol, cast

import yaml
from pydantic import TypeAdapter, ValidationError
from yaml import MappingNode, Node, SequenceNode

from portal.cases.case import case_schema
from portal.cases.mapping import CrmMapping, Request
from portal.cases.shapes import Each, Fields, From, Items, Literal, Shape, Text
from portal.core.errors import UnsafeSettings

_LONGEST = 256 * 1024
_DEEPEST = 20
_IN_PLAIN_WORDS = {
    "unexpected_keyword_argument": "unknown key",
    "missing": "this key is missing",
    "dataclass_type": "keys are expected here",
}
_MAPPING = TypeAdapter(CrmMapping)


class Mark(Protocol):
    """Where the YAML reader is; it counts from nought."""

    line: int
    column: int


Place = tuple[str | int, ...]
"""Keys and positions from the top of the file."""
Knows = Callable[[str], bool]


class _Problems:
    """What is wrong, with its line and column."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: set[tuple[int, int, str]] = set()
        self.marks: dict[Place, Mark] = {}

    def note(self, mark: Mark | None, message: str) -> None:
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        self._found.add((line, column, message))

    def note_at(self, place: Place, message: str) -> None:
        """Note a problem at the deepest part of the place that is in the file."""
        here: Place = ()
        for step in place:
            if (*here, step) in self.marks:
                here = (*here, step)
        self.note(self.marks.get(here), message)

    def stop_if_any(self) -> None:
        if self._found:
            found = sorted(self._found)
            raise UnsafeSettings("\n".join(f"{self._file}:{ln}:{col}: {m}" for ln, col, m in found))


def read_mapping(text: str, file: str) -> CrmMapping:
    """Read a mapping. Raises UnsafeSettings with one `file:line:col: message` for each problem."""
    problems = _Problems(file)
    _refuse_tricks(text, problems)
    problems.stop_if_any()
    raw = _plain(yaml.compose(text, Loader=yaml.BaseLoader), (), problems)
    try:
        mapping = _MAPPING.validate_python(raw)
    except ValidationError as error:
        for wrong in error.errors():
            what = _IN_PLAIN_WORDS.get(wrong["type"], wrong["msg"])
            problems.note_at(wrong["loc"], f"{'.'.join(map(str, wrong['loc']))}: {what}")
        problems.stop_if_any()
        raise
    for place, path in _unknown_paths(mapping):
        problems.note_at(place, f"there is no {path!r} here; see docs/case.schema.json")
    problems.stop_if_any()
    return mapping


def _refuse_tricks(text: str, problems: _Problems) -> None:
    """Look at the stream before anything is built from it: a few lines can hold a bomb."""
    if len(text) > _LONGEST:
        problems.note(None, "a CRM mapping is at most 256 KB")
        return
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.NodeEvent) and event.anchor:
                problems.note(event.start_mark, "anchors and aliases are not allowed: write it out")
            elif getattr(event, "tag", None):
                problems.note(event.start_mark, "tags are not allowed")
            elif depth > _DEEPEST:
                problems.note(event.start_mark, f"nested more than {_DEEPEST} deep")
                return
    except yaml.MarkedYAMLError as error:
        problems.note(error.problem_mark, f"this is not YAML: {error.problem}")
    except yaml.YAMLError:
        problems.note(None, "this is not YAML: it holds a character YAML does not allow")


def _plain(node: Node | None, place: Place, problems: _Problems) -> object:
    if node is None:
        return None
    if isinstance(node, SequenceNode):
        problems.marks[place] = node.start_mark
        items = cast("list[Node]", node.value)
        return [_plain(item, (*place, n), problems) for n, item in enumerate(items)]
    if not isinstance(node, MappingNode):
        problems.marks.setdefault(place, node.start_mark)
        return str(node.value)
    problems.marks.setdefault(place, node.start_mark)
    found: dict[str, object] = {}
    for key, value in cast("list[tuple[Node, Node]]", node.value):
        name = str(key.value)
        if name in found:
            problems.note(key.start_mark, f"{name} is written twice")
        problems.marks[*place, name] = key.start_mark
        found[name] = _plain(value, (*place, name), problems)
    return found


def _unknown_paths(mapping: CrmMapping) -> Generator[tuple[Place, str]]:
    """Every path in the mapping that the published case, or the call's own scope, lacks."""
    in_case = _paths_of(case_schema())
    attachment = case_schema()["$defs"]["CaseAttachment"]["properties"]
    in_attach = {"case", "attachment.base64", *(f"attachment.{key}" for key in attachment)}
    scopes: dict[str, tuple[Request | None, Knows]] = {
        "find": (mapping.find, {"reference"}.__contains__),
        "create": (mapping.create, in_case),
        "read": (mapping.read, {"case"}.__contains__),
        "attach": (mapping.attach, in_attach.__contains__),
        "note": (mapping.note, {"case", "text"}.__contains__),
        "check": (mapping.check, set[str]().__contains__),
    }
    for name, (request, knows) in scopes.items():
        if request is not None:
            yield from _in_request(request, (name,), knows)
    for path in mapping.verify:
        if not in_case(path):
            yield ("verify", path), path


def _in_request(request: Request, place: Place, knows: Knows) -> Generator[tuple[Place, str]]:
    yield from _in_shape(request.call.path, (*place, "call"), knows)
    for part, texts in (("query", request.query), ("form", request.form)):
        for key, text in texts.items():
            yield from _in_shape(text, (*place, part, key), knows)
    if request.body is not None:
        yield from _in_shape(request.body, (*place, "body"), knows)


def _in_shape(shape: Shape, place: Place, knows: Knows) -> Generator[tuple[Place, str]]:
    match shape:
        case Text():
            yield from ((place, path) for path in shape.paths() if not knows(path))
        case From():
            yield from [] if knows(shape.path) else [((*place, "from"), shape.path)]
        case Literal():
            return
        case Each():
            yield from _in_each(shape, place, knows)
        case Items() | Fields():
            parts = shape.items if isinstance(shape, Items) else ()
            named = shape.fields if isinstance(shape, Fields) else dict(enumerate(parts))
            for key, inner in named.items():
                yield from _in_shape(inner, (*place, key), knows)


def _in_each(each: Each, place: Place, knows: Knows) -> Generator[tuple[Place, str]]:
    if not knows(f"{each.path}[]"):
        yield (*place, "each"), each.path
        return
    yield from _in_shape(each.shape, (*place, "as"), lambda inner: knows(f"{each.path}.0.{inner}"))


def _paths_of(schema: Mapping[str, Any]) -> Knows:
    """Knows every path the published schema allows, and `answer.{question}.…`."""
    answer = schema["$defs"]["CaseAnswer"]

    def knows(path: str) -> bool:
        first, *rest = path.split(".")
        if first == "answer" and rest:
            return _allows(schema, answer, rest[1:])
        return _allows(schema, schema, [first, *rest])

    return knows


def _allows(schema: Mapping[str, Any], here: Mapping[str, Any], steps: list[str]) -> bool:
    if "$ref" in here:
        name = str(here["$ref"]).rsplit("/", 1)[1]
        return name == "JsonValue" or _allows(schema, schema["$defs"][name], steps)
    if not steps:
        return True
    if "anyOf" in here:
        return any(_allows(schema, option, steps) for option in here["anyOf"])
    if here.get("type") == "array":
        return steps[0].isdecimal() and _allows(schema, here["items"], steps[1:])
    inner = here.get("properties", {}).get(steps[0].removesuffix("[]"), {})
    if steps[0].endswith("[]"):
        inner = inner.get("items", {})
    return bool(inner) and _allows(schema, inner, steps[1:])
