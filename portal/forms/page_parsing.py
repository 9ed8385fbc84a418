"""Reads the pages and questions of a form, shared pages included."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.forms.conditions import RESERVED, Vocabulary
from portal.forms.definition import Check, Page
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import Keys, Question
from portal.forms.language import CHECK, PAGE, QUESTION, Key
from portal.forms.reader import PAGE_NAME, QUESTION_NAME, Reader
from portal.forms.source import Source, read_source

RESERVED_PAGES = frozenset({"check-answers", "confirmation", "start", "save", "resume", "address"})
SHARED: Mapping[str, Key] = {"pages": Key("Pages several forms share, by name.", shape="map")}
_SHARED_PAGE = {
    name: key for name, key in PAGE.items() if name in ("title", "guidance", "questions", "check")
}


@dataclass(frozen=True, slots=True)
class Outline:
    """A page with its questions read but its conditions not yet: they need every type."""

    reader: Reader
    """The page as the form says it."""
    content: Reader
    """Where its questions are: the same, or a page of _shared.yml."""
    name: str
    questions: tuple[Question, ...]


def outline_pages(form: Reader, shared: Source) -> list[Outline]:
    """Read every page's questions, and note names used twice."""
    outlines = [_outline(reader, shared) for reader in form.each("pages", PAGE)]
    seen_pages: set[str] = set()
    seen_questions: dict[str, str] = {}
    for outline in outlines:
        if outline.name in seen_pages:
            outline.reader.error("page", "F020", f"there are two pages called {outline.name}")
        if outline.name in RESERVED_PAGES:
            outline.reader.error(
                "page",
                "F021",
                f"a page cannot be called {outline.name}",
                "The portal uses that address itself.",
            )
        seen_pages.add(outline.name)
        for question in outline.questions:
            if question.name in seen_questions:
                outline.reader.error(
                    "",
                    "F022",
                    f"the question {question.name} is asked twice, "
                    f"first on the page {seen_questions[question.name]}",
                )
            seen_questions.setdefault(question.name, outline.name)
    return outlines


def _outline(reader: Reader, shared: Source) -> Outline:
    name = reader.name("page", PAGE_NAME, "page")
    content = _content(reader, shared)
    questions = tuple(_question(item) for item in content.each("questions", None))
    is_exit = reader.flag("exit")
    asked = [q for q in questions if FIELD_TYPES.get(q.type) and FIELD_TYPES[q.type].asks]
    if is_exit and asked:
        reader.error(
            "exit", "F023", "an exit page asks nothing", "Move its questions to another page."
        )
    if not is_exit and not questions and not reader.text("guidance"):
        reader.error("", "F024", f"the page {name} is empty", "Give it questions or guidance.")
    return Outline(reader, content, name, questions)


def _content(reader: Reader, shared: Source) -> Reader:
    name = reader.text("use")
    if not name:
        return reader
    pages = shared.value.get("pages", {}) if isinstance(shared.value, dict) else {}
    if not isinstance(pages, dict) or name not in pages:
        known = ", ".join(pages) if isinstance(pages, dict) else ""
        reader.error(
            "use", "F025", f"_shared.yml has no page called {name}", f"It has: {known or 'none'}."
        )
        return reader
    return Reader(shared, ("pages", name), _SHARED_PAGE)


def _question(item: Reader) -> Question:
    name = item.name("question", QUESTION_NAME, "question")
    if name in RESERVED:
        item.error(
            "question", "F026", f"{name} means something else in conditions", "Choose another name."
        )
    kind = item.text("type")
    field_type = FIELD_TYPES.get(kind)
    allowed = {**QUESTION, **(field_type.keys if field_type else {})}
    for key in item.raw:
        if field_type is not None and key not in allowed:
            item.unknown_key(key, allowed)
    for key in ("question", "type"):
        if not item.raw.get(key):
            item.error("", "F003", f"{key} is missing", QUESTION[key].about)
    if kind and field_type is None:
        item.error(
            "type",
            "F027",
            f"there is no field type called {kind}",
            f"Choose from {', '.join(sorted(FIELD_TYPES))}.",
        )
    if field_type is not None and field_type.asks and not item.text("ask"):
        item.error("", "F028", "ask is missing", "Every question needs its words.")
    return Question(
        name=name,
        ask=item.text("ask"),
        type=kind if field_type else "text",
        hint=item.text("hint"),
        optional=item.flag("optional"),
        about=item.text("about"),
        settings=_settings(item, kind if field_type else "text"),
        errors={str(k): str(v) for k, v in item.mapping("errors").items()},
        spot=item.spot(),
    )


def _settings(item: Reader, kind: str) -> Any:  # noqa: ANN401  # the field type's own
    keys = Keys({key: value for key, value in item.raw.items() if key not in QUESTION})
    settings = FIELD_TYPES[kind].read(keys)
    for problem in keys.problems:
        item.error(problem.key, "F030", problem.message, problem.hint)
    return settings


def parse_pages(outlines: list[Outline], vocabulary: Vocabulary) -> tuple[Page, ...]:
    """Finish the pages: their conditions may read only what was asked before."""
    earlier: set[str] = set()
    pages: list[Page] = []
    for outline in outlines:
        when = outline.reader.expression("when", vocabulary)
        if when is not None:
            _note_later(outline.reader, "when", when.reads - earlier)
        earlier.update(question.name for question in outline.questions)
        pages.append(
            Page(
                name=outline.name,
                title=_title(outline),
                questions=outline.questions,
                when=when,
                guidance=outline.content.text("guidance"),
                is_exit=outline.reader.flag("exit"),
                checks=tuple(_checks(outline, vocabulary, earlier)),
                spot=outline.reader.spot(),
            )
        )
    return tuple(pages)


def _title(outline: Outline) -> str:
    title = outline.reader.text("title") or outline.content.text("title")
    asked = [q for q in outline.questions if FIELD_TYPES[q.type].asks]
    if title:
        return title
    if len(asked) == 1:
        return asked[0].ask
    outline.reader.error(
        "",
        "F029",
        f"the page {outline.name} needs a title",
        "Only a page with exactly one question is headed by it.",
    )
    return outline.name


def _checks(outline: Outline, vocabulary: Vocabulary, earlier: set[str]) -> list[Check]:
    checks: list[Check] = []
    readers = (
        [outline.content]
        if outline.content is outline.reader
        else [outline.reader, outline.content]
    )
    for item in (item for reader in readers for item in reader.each("check", CHECK)):
        that, at = item.expression("that", vocabulary), item.text("at")
        if that is not None:
            _note_later(item, "that", that.reads - earlier)
        if at and at not in {q.name for q in outline.questions}:
            item.error("at", "F031", f"the question {at} is not on this page")
        elif that is not None:
            checks.append(Check(that, item.text("else"), at, item.spot()))
    return checks


def _note_later(reader: Reader, key: str, later: frozenset[str]) -> None:
    for name in sorted(later):
        reader.error(
            key, "C003", f"{name} is asked later", "A condition reads only earlier answers."
        )


def read_shared(file: str, text: str) -> Source:
    """Read `_shared.yml`."""
    source = read_source(file, text)
    if isinstance(source.value, dict):
        Reader(source, (), SHARED)
    return source
