"""Reads the pages and questions of a form, shared pages and repeating groups included."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from portal.core.shapes import is_mapping
from portal.forms.conditions import RESERVED, Expression, Vocabulary
from portal.forms.definition import Check, Page, Part, Repeat
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import Keys, Question
from portal.forms.language import CHECK, PAGE, QUESTION, REPEAT, SHARED, SHARED_PAGE
from portal.forms.list_types import ROWS
from portal.forms.placeholders import check_placeholders
from portal.forms.reader import PAGE_NAME, QUESTION_NAME, Reader, nearest
from portal.forms.shared_options import choices_of, read_list
from portal.forms.source import Finding, Source, read_source
from portal.forms.texts import placeholders
from portal.forms.translations import SHARED_TEXTS, in_language

RESERVED_PAGES = frozenset(
    {"check-answers", "confirmation", "start", "save", "resume", "address", "tasks"}
)
_MOST_REPEATED = 200
_DEEPEST = 2
"""How far repeating groups may be nested: vehicles, and the drivers of each."""
_IS_OPTION = re.compile(r"(?P<question>\w+) == (?P<q>[\"'])(?P<option>[^\"']*)(?P=q)")
_HAS_OPTION = re.compile(r"(?P<q>[\"'])(?P<option>[^\"']*)(?P=q) in (?P<question>\w+)")
_YES_OR_NO = re.compile(r"(?P<not>!?)(?P<question>\w+)")
_REVEALING = {"radios": (_IS_OPTION,), "checkboxes": (_HAS_OPTION,), "yes-no": (_YES_OR_NO,)}


@dataclass(frozen=True, slots=True)
class Outline:
    """A page with its questions read but its conditions not yet: they need every type."""

    reader: Reader
    """The page as the form says it."""
    content: Reader
    """Where its questions are: the same, or a page of _shared.yml."""
    name: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class RepeatOutline:
    """A repeating group whose pages are read but their conditions not yet."""

    reader: Reader
    name: str
    parts: "tuple[Outline | RepeatOutline, ...]"


@dataclass(slots=True)
class _Names:
    """What was named so far, to find a name used twice."""

    pages: set[str] = field(default_factory=set[str])
    questions: dict[str, str] = field(default_factory=dict[str, str])
    """Question or list → the page or group it is on."""


def outline_parts(form: Reader, shared: Source) -> tuple[Outline | RepeatOutline, ...]:
    """Read every page's questions, and note names used twice."""
    return _outlines(form, shared, _Names(), 0)


def pages_among(outlines: Sequence[Outline | RepeatOutline]) -> Iterator[Outline]:
    """Every page, those of repeating groups too."""
    for outline in outlines:
        if isinstance(outline, Outline):
            yield outline
        else:
            yield from pages_among(outline.parts)


def repeats_among(outlines: Sequence[Outline | RepeatOutline]) -> Iterator[RepeatOutline]:
    """Every repeating group, an outer one first."""
    for outline in outlines:
        if isinstance(outline, RepeatOutline):
            yield outline
            yield from repeats_among(outline.parts)


def rows_of(outlines: Sequence[Outline | RepeatOutline]) -> dict[str, dict[str, str]]:
    """Repeating group → what each of its things has, the groups within it too → its type."""
    return {
        repeat.name: {name: kind for part in repeat.parts for name, kind in _types_of(part) if name}
        for repeat in repeats_among(outlines)
        if repeat.name
    }


def _types_of(part: Outline | RepeatOutline) -> Iterator[tuple[str, str]]:
    if isinstance(part, RepeatOutline):
        yield part.name, ROWS
        return
    for question in part.questions:
        if FIELD_TYPES[question.type].asks:
            yield question.name, FIELD_TYPES[question.type].cel_type


def _outlines(
    reader: Reader, shared: Source, names: _Names, depth: int
) -> tuple[Outline | RepeatOutline, ...]:
    outlines: list[Outline | RepeatOutline] = []
    for item in reader.each("pages", None):
        if not item.is_mapping:
            continue
        if {"repeat", "pages"} & item.raw.keys():
            repeat = Reader(item.source, item.path, REPEAT)
            outlines.append(_repeat_outline(repeat, shared, names, depth + 1))
        else:
            page = Reader(item.source, item.path, PAGE)
            outline = _outline(page, shared)
            _note_names(outline, names)
            outlines.append(outline)
    return tuple(outlines)


def _repeat_outline(reader: Reader, shared: Source, names: _Names, depth: int) -> RepeatOutline:
    name = reader.name("repeat", QUESTION_NAME, "list")
    if name in names.questions or name in names.pages:
        reader.error("repeat", "F051", f"something else is called {name}", "Choose another name.")
    if name in RESERVED or name in RESERVED_PAGES:
        reader.error("repeat", "F052", f"a list cannot be called {name}", "Choose another name.")
    names.pages.add(name)
    if name:
        names.questions.setdefault(name, name)
    if depth > _DEEPEST:
        reader.error(
            "repeat",
            "F049",
            f"{name} repeats inside a group that is inside another",
            "Groups may be nested once.",
        )
        return RepeatOutline(reader, name, ())
    parts = _outlines(reader, shared, names, depth)
    if parts and (not isinstance(parts[0], Outline) or parts[0].reader.text("when")):
        reader.error(
            "pages",
            "F044",
            f"{name} must begin with a page that is always asked",
            "A new one begins there. Move the page without `when:` to the front.",
        )
    if not any(isinstance(part, Outline) and part.questions for part in parts):
        reader.error("pages", "F045", f"{name} asks nothing", "Give it a page with a question.")
    return RepeatOutline(reader, name, parts)


def _note_names(outline: Outline, names: _Names) -> None:
    if outline.name in names.pages:
        outline.reader.error("page", "F020", f"there are two pages called {outline.name}")
    if outline.name in RESERVED_PAGES:
        outline.reader.error(
            "page",
            "F021",
            f"a page cannot be called {outline.name}",
            "The portal uses that address itself.",
        )
    names.pages.add(outline.name)
    page = outline.content
    for number, question in enumerate(outline.questions):
        if question.name in names.questions:
            first = names.questions[question.name]
            said = f"{question.name} is asked twice, first on the page {first}"
            if page is outline.reader:
                path = (*page.path, "questions", number, "question")
                page.source.error(path, "F022", said)
            else:
                outline.reader.error("use", "F022", said)
        elif question.name:
            names.questions[question.name] = outline.name


def _outline(reader: Reader, shared: Source) -> Outline:
    name = reader.name("page", PAGE_NAME, "page")
    content = _content(reader, shared)
    questions = tuple(_question(item, shared) for item in content.each("questions", None))
    is_exit = reader.flag("exit")
    asked = [q for q in questions if FIELD_TYPES.get(q.type) and FIELD_TYPES[q.type].asks]
    if is_exit and asked:
        reader.error(
            "exit", "F023", "an exit page asks nothing", "Move its questions to another page."
        )
    is_found = content is not reader or not reader.text("use")
    if name and is_found and not (is_exit or questions or content.text("guidance")):
        reader.error("", "F024", f"the page {name} is empty", "Give it questions or guidance.")
    return Outline(reader, content, name, questions)


def _content(reader: Reader, shared: Source) -> Reader:
    name = reader.text("use")
    if not name:
        return reader
    if shared.value is None and shared.findings:  # it cannot be read, which is said already
        return reader
    pages: Mapping[str, Any] = (
        Reader(shared, (), SHARED).mapping("pages") if shared.value is not None else {}
    )
    if name not in pages:
        known = ", ".join(pages) or "none"
        reader.error("use", "F025", f"_shared.yml has no page called {name}", f"It has: {known}.")
        return reader
    return Reader(shared, ("pages", name), SHARED_PAGE)


def _question(item: Reader, shared: Source) -> Question:
    name = item.name("question", QUESTION_NAME, "question")
    if name in RESERVED:
        item.error(
            "question", "F026", f"{name} means something else in conditions", "Choose another name."
        )
    kind = item.text("type")
    field_type = FIELD_TYPES.get(kind)
    allowed = {**QUESTION, **(field_type.keys if field_type else _ANY_TYPES_KEYS)}
    for key in item.raw:
        if key not in allowed:
            item.unknown_key(key, allowed)
    for key in ("question", "type"):
        if not item.raw.get(key):
            item.error("", "F003", f"{key} is missing", QUESTION[key].about)
    if kind and field_type is None:
        item.error(
            "type",
            "F027",
            f"there is no field type called {kind}",
            nearest(kind, FIELD_TYPES) or f"Choose from {', '.join(sorted(FIELD_TYPES))}.",
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
        settings=_settings(item, kind if field_type else "text", shared),
        errors=item.texts("errors"),
        language=item.source.language,
        spot=item.spot(),
    )


_ANY_TYPES_KEYS = {key: about for each in FIELD_TYPES.values() for key, about in each.keys.items()}


def _settings(item: Reader, kind: str, shared: Source) -> Any:  # noqa: ANN401  # the field type's own
    own = choices_of(item, shared)
    keys = Keys(
        {key: value for key, value in own.items() if key not in QUESTION},
        language=item.source.language,
    )
    settings = FIELD_TYPES[kind].read(keys)
    for problem in keys.problems:
        item.error(problem.key, "F030", problem.message, problem.hint)
    return settings


def parse_parts(
    outlines: Sequence[Outline | RepeatOutline],
    vocabulary: Vocabulary,
    computed: Mapping[str, frozenset[str]],
) -> tuple[Part, ...]:
    """Finish the pages: their conditions may read only what was asked before.

    `computed` says of each computed value which questions and lists it is worked out from.
    """
    questions = {q.name: q for outline in pages_among(outlines) for q in outline.questions}
    lists = frozenset(outline.name for outline in repeats_among(outlines))
    listed = {
        question.name: repeat.name
        for repeat in repeats_among(outlines)
        for page in pages_among(repeat.parts)
        for question in page.questions
    }
    return _parts(outlines, _Known(vocabulary, computed, questions, lists, listed))


@dataclass(slots=True)
class _Known:
    """What a condition may speak of where it stands."""

    vocabulary: Vocabulary
    computed: Mapping[str, frozenset[str]]
    questions: Mapping[str, Question]
    lists: frozenset[str]
    listed: Mapping[str, str]
    """Question → the list that asks it for each of its things."""
    earlier: set[str] = field(default_factory=set[str])

    def within(self) -> "_Known":
        """The same inside an item: what is asked there is not known outside."""
        return replace(self, earlier=set(self.earlier))

    def needs(self, condition: Expression) -> frozenset[str]:
        """The questions and lists a condition reads, those behind computed values included."""
        known = self.computed
        return frozenset[str]().union(*(known.get(name, {name}) for name in condition.reads))

    def read(self, reader: Reader, key: str) -> Expression | None:
        """A condition; noted when it reads something that is asked later or elsewhere."""
        expression = reader.expression(key, self.vocabulary)
        if expression is None:
            return None
        for name in sorted(expression.reads):
            self._note_later(reader, key, name)
        return expression

    def put(self, reader: Reader, *keys: str) -> None:
        """Note placeholders in texts of what does not exist, or is asked later."""
        for key in keys:
            check_placeholders(reader, key, self.questions, self.computed.keys() | self.lists)
            for name, _part in placeholders(reader.text(key)):
                if name in self.questions or name in self.lists or name in self.computed:
                    self._note_later(reader, key, name)

    def _note_later(self, reader: Reader, key: str, name: str) -> None:
        if name in self.listed and name not in self.earlier and self.listed[name] in self.earlier:
            group = self.listed[name]
            said = f"{name} is asked for each of {group}"
            reader.error(key, "C006", said, f"Read the list, for example {group}.exists(each, …).")
            return
        needs = self.computed.get(name, frozenset({name}))
        for later in sorted(needs - self.earlier):
            said = f"{name} is asked later"
            if later != name:
                said = f"{name} is worked out from {later}, which is asked later"
            found = re.search(rf"\b{name}\b", reader.text(key))
            at = found.start() if found else 0
            reader.error(key, "C003", said, "A condition reads only earlier answers.", offset=at)


def _parts(outlines: Sequence[Outline | RepeatOutline], known: _Known) -> tuple[Part, ...]:
    return tuple(
        _page(outline, known) if isinstance(outline, Outline) else _repeat(outline, known)
        for outline in outlines
    )


def _page(outline: Outline, known: _Known) -> Page:
    when = known.read(outline.reader, "when")
    known.put(outline.reader, "title")
    known.put(outline.content, "title", "guidance")
    asked_when, reveals, offered_when = _conditions_within(outline, known)
    title, guidance = _title(outline), outline.content.text("guidance")
    texts = (title, guidance, *(t for q in outline.questions for t in (q.ask, q.hint, q.about)))
    return Page(
        name=outline.name,
        title=title,
        questions=outline.questions,
        when=when,
        guidance=guidance,
        is_exit=outline.reader.flag("exit"),
        checks=tuple(_checks(outline, known, "check")),
        warnings=tuple(_checks(outline, known, "warn")),
        asked_when=asked_when,
        offered_when=offered_when,
        reveals=reveals,
        section=outline.reader.text("section"),
        spot=outline.reader.spot(),
        is_fixed=not asked_when and not offered_when and not any(map(placeholders, texts)),
    )


def _conditions_within(
    outline: Outline, known: _Known
) -> tuple[dict[str, Expression], dict[str, tuple[str, str]], dict[tuple[str, str], Expression]]:
    """The conditions of the page's questions and options, each reading only what is earlier."""
    asked_when: dict[str, Expression] = {}
    reveals: dict[str, tuple[str, str]] = {}
    offered_when: dict[tuple[str, str], Expression] = {}
    here: dict[str, Question] = {}
    before_page = set(known.earlier)
    for number, question in enumerate(outline.questions):
        item = Reader(outline.content.source, (*outline.content.path, "questions", number))
        offered_when.update(_offers(item, question, known, before_page))
        known.put(item, "ask", "hint", "about")
        when = known.read(item, "when")
        if when is not None:
            asked_when[question.name] = when
            if known.needs(when) & set(here):
                revealed = _revealed_by(item, when, here)
                if revealed:
                    reveals[question.name] = revealed
        here[question.name] = question
        if FIELD_TYPES[question.type].asks:
            known.earlier.add(question.name)
    return asked_when, reveals, offered_when


def _revealed_by(
    item: Reader, when: Expression, here: Mapping[str, Question]
) -> tuple[str, str] | None:
    """The choice of this page that reveals a question."""
    for pattern in (_IS_OPTION, _HAS_OPTION, _YES_OR_NO):
        match = pattern.fullmatch(when.text.strip())
        question = here.get(match["question"]) if match else None
        if match and question and pattern in _REVEALING.get(question.type, ()):
            if pattern is _YES_OR_NO:
                return question.name, "no" if match["not"] else "yes"
            return question.name, match["option"]
    item.error(
        "when",
        "F050",
        "a question can be revealed only by one choice on its page",
        'Write it like request == "other", or move the question to a page of its own.',
    )
    return None


def _offers(
    item: Reader, question: Question, known: _Known, before_page: set[str]
) -> Iterator[tuple[tuple[str, str], Expression]]:
    options = item.raw.get("options")
    if not is_mapping(options):
        return
    for value, written in options.items():
        if not isinstance(written, dict) or "when" not in written:
            continue
        option = Reader(item.source, (*item.path, "options", value))
        condition = known.read(option, "when")
        if condition is None:
            continue
        if known.needs(condition) - before_page:
            option.error(
                "when",
                "F046",
                "a choice can depend only on earlier pages",
                "Put this question on a page after the one it depends on.",
            )
        yield (question.name, str(value)), condition


def _repeat(outline: RepeatOutline, known: _Known) -> Repeat:
    reader = outline.reader
    when = known.read(reader, "when")
    least, most = reader.number("min", 1) or 0, reader.number("max", 50) or 50
    if least > most:
        reader.error("min", "F047", "min must not be more than max")
    if most > _MOST_REPEATED:
        reader.error("max", "F048", f"max must be {_MOST_REPEATED} or less")
    known.put(reader, "title", "guidance")
    inside = known.within()
    parts = _parts(outline.parts, inside)
    inside.put(reader, "line")
    known.earlier.add(outline.name)
    return Repeat(
        name=outline.name,
        title=reader.text("title"),
        each=reader.text("each"),
        parts=parts,
        line=reader.text("line"),
        when=when,
        min=least,
        max=most,
        can_reorder=reader.flag("reorder"),
        guidance=reader.text("guidance"),
        checks=tuple(_list_checks(reader, outline.name, known)),
        section=reader.text("section"),
        spot=reader.spot(),
    )


def _list_checks(reader: Reader, name: str, known: _Known) -> Iterator[Check]:
    for item in reader.each("check", CHECK):
        that = known.read(item, "that")
        if that is not None:
            yield Check(that, item.text("else"), name, item.spot())


def _title(outline: Outline) -> str:
    title = outline.reader.text("title") or outline.content.text("title")
    asked = [q for q in outline.questions if FIELD_TYPES[q.type].asks]
    if title:
        return title
    if len(asked) == 1:
        return asked[0].ask
    if outline.name and (outline.content is not outline.reader or not outline.reader.text("use")):
        outline.reader.error(
            "",
            "F029",
            f"the page {outline.name} needs a title",
            "Only a page with exactly one question is headed by it.",
        )
    return outline.name


def _checks(outline: Outline, known: _Known, key: str) -> Iterator[Check]:
    readers = (
        [outline.content]
        if outline.content is outline.reader
        else [outline.reader, outline.content]
    )
    for item in (item for reader in readers for item in reader.each(key, CHECK)):
        that, at = known.read(item, "that"), item.text("at")
        if not at:
            item.error("", "F003", "at is missing", CHECK["at"].about)
        elif at not in {q.name for q in outline.questions}:
            item.error("at", "F031", f"the question {at} is not on this page")
        elif that is not None:
            yield Check(that, item.text("else"), at, item.spot())


def check_shared(file: str, text: str) -> tuple[Finding, ...]:
    """Every problem of `_shared.yml`, in pages and lists that no form uses as well."""
    shared = in_language(read_source(file, text), SHARED_TEXTS, "en")
    if shared.value is not None:
        pages = Reader(shared, (), SHARED)
        for name in pages.mapping("pages"):
            page = Reader(shared, ("pages", name), SHARED_PAGE)
            for item in page.each("questions", None):
                _question(item, shared)
        for name in pages.mapping("options"):
            read_list(shared, name)
    return tuple(sorted(set(shared.findings)))
