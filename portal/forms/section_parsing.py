"""Reads the sections of a form, and finds which of them depend on which."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from portal.forms.conditions import Expression
from portal.forms.definition import Page, Part, Section, pages_of, repeats_of
from portal.forms.language import SECTION
from portal.forms.reader import PAGE_NAME, Reader
from portal.forms.texts import placeholders


class Outlined(Protocol):
    """A page or a repeating group as far as it is read before its conditions."""

    @property
    def reader(self) -> Reader:
        """Where it stands in the form."""
        ...

    @property
    def name(self) -> str:
        """Its name."""
        ...


def parse_sections(form: Reader, outlines: Sequence[Outlined]) -> tuple[Section, ...]:
    """Read `sections:`, and note every page that is in none, in a wrong one, or apart."""
    sections: list[Section] = []
    for item in form.each("sections", SECTION):
        name = item.name("section", PAGE_NAME, "section")
        if name in {section.name for section in sections}:
            item.error("section", "F091", f"there are two sections called {name}")
        elif name:
            sections.append(Section(name, item.text("title"), item.text("hint"), item.spot()))
    _check_within(outlines)
    _check_pages(form, [section.name for section in sections], outlines)
    return tuple(sections)


def has_task_list(form: Reader, sections: Sequence[Section]) -> bool:
    """Whether the form is shown as a list of tasks."""
    wanted = form.flag("task_list")
    if wanted and not sections and "sections" not in form.raw:
        cure = "Add `sections:`, and name its section on every page."
        form.error("task_list", "F097", "a task list needs sections", cure)
    return wanted


def _check_within(outlines: Sequence[Outlined]) -> None:
    """Pages of a repeating group are in the section of the group."""
    for outline in outlines:
        for item in _inside(outline.reader):
            if "section" in item.raw:
                said = "a page of a group is in the section of the group"
                cure = f"Write `section:` beside `repeat: {outline.name}` only."
                item.error("section", "F096", said, cure)


def _inside(reader: Reader) -> Iterator[Reader]:
    if "repeat" in reader.raw:
        for item in reader.each("pages", None):
            if item.is_mapping:
                yield item
                yield from _inside(item)


def _check_pages(form: Reader, names: list[str], outlines: Sequence[Outlined]) -> None:
    is_written = "sections" in form.raw
    last, passed = "", list[str]()
    for outline in outlines:
        reader, name = outline.reader, outline.reader.text("section")
        if name and not is_written:
            reader.error(
                "section", "F090", "this form has no sections", "Add `sections:` before `pages:`."
            )
        if not is_written or not names:
            continue
        if not name:
            listed = f"Choose from {', '.join(names)}."
            reader.error("", "F092", f"{outline.name} is in no section", listed)
        elif name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            cure = f"Did you mean {near[0]}?" if near else f"Choose from {', '.join(names)}."
            reader.error("section", "F093", f"there is no section called {name}", cure)
        elif name != last and name in passed:
            cure = f"Move {outline.name} up to the other pages of {name}, or into {last}."
            reader.error("section", "F094", f"the pages of {name} do not stand together", cure)
        elif name != last:
            _check_order(reader, name, names, passed)
            passed.append(name)
            last = name
    named = {outline.reader.text("section") for outline in outlines}
    for number, name in enumerate(names if named <= {"", *names} else ()):
        if name not in named:
            form.error_in(
                "sections", number, "F095", f"no page is in the section {name}", "Remove it."
            )


def _check_order(reader: Reader, name: str, names: list[str], passed: list[str]) -> None:
    after = next((each for each in passed if names.index(each) > names.index(name)), "")
    if after:
        cure = "People read the sections in one order: that of their pages."
        reader.error("section", "F098", f"{name} stands before {after} in `sections:`", cure)


def waits_for(
    parts: Sequence[Part], computed: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """Section → the other sections whose answers its pages depend on, by whatever they read.

    Conditions, those of questions and choices among them, checks, warnings and texts; `computed`
    says of each computed value which questions and lists it is worked out from.
    """
    home = {name: part.section for part in parts for name in _answers_of(part)}
    waits: dict[str, set[str]] = {}
    for part in parts:
        reads = {base for name in _reads(part) for base in computed.get(name, {name})}
        wanted = {home[name] for name in reads if name in home} - {part.section}
        waits.setdefault(part.section, set()).update(wanted)
    return {section: frozenset(wanted) for section, wanted in waits.items()}


def _answers_of(part: Part) -> Iterator[str]:
    for page in pages_of([part]):
        yield from (question.name for question in page.questions)
    for repeat in repeats_of([part]):
        yield repeat.name


def _reads(part: Part) -> Iterator[str]:
    for page in pages_of([part]):
        yield from _reads_of_page(page)
    for repeat in repeats_of([part]):
        yield from _read_by([repeat.when, *(check.that for check in repeat.checks)])
        yield from _put_into([repeat.title, repeat.guidance, repeat.line])


def _reads_of_page(page: Page) -> Iterator[str]:
    checks = (*page.checks, *page.warnings)
    yield from _read_by([page.when, *page.asked_when.values(), *page.offered_when.values()])
    yield from _read_by(check.that for check in checks)
    yield from _put_into([page.title, page.guidance, *(check.otherwise for check in checks)])
    for question in page.questions:
        yield from _put_into([question.ask, question.hint, question.about])


def _read_by(expressions: Iterable[Expression | None]) -> Iterator[str]:
    for expression in expressions:
        if expression is not None:
            yield from expression.reads


def _put_into(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from (name for name, _part in placeholders(text))
