"""Draws the flow of a form as SVG: for eyes from top to bottom, for a screen reader as a list.

One column of boxes, 360 units wide like a phone: the pages in order, each with its condition above
it and a way around it, exits that lead nowhere, repeating groups as frames, the fee and the end. A
section is headed by a box of its own, which says what must be completed before it.
Only presentation attributes are used, so that it may stand in a page with a strict policy.
"""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeAlias
from xml.sax.saxutils import escape, quoteattr

from portal.core.money import format_pounds
from portal.forms.definition import FeeLine, FormDefinition, Page, Part, Repeat, Section
from portal.forms.fields import FIELD_TYPES

WIDTH = 360
"""Units across; the height is what it takes."""
_MARGIN, _AROUND, _GAP, _PAD, _LINE = 8, 16, 26, 10, 18
_MEETS, _PARTS = 8, 13
"""How far beneath a box a way around comes back to the arrow, and how far the next one parts."""
_BOLD, _PLAIN, _CODE = "bold", "plain", "code"
_UNITS = {_BOLD: 8.4, _PLAIN: 7.4, _CODE: 7.3}
"""How wide a character may be, at most, on average; the code is set in a font of one width."""
_INK, _FAINT = "#0b0c0c", "#505a5f"
_STYLES = {
    _BOLD: ' font-weight="700"',
    _PLAIN: ' font-size="13"',
    _CODE: f' font-family="ui-monospace, monospace" font-size="12" fill="{_FAINT}"',
}
_FILLS = {
    "start": "#cfe8e4",
    "section": "#dfe3f2",
    "page": "#ffffff",
    "list": "#eef5f4",
    "exit": "#f9dedd",
    "fee": "#fff2c9",
    "end": "#cfe8e4",
}


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text in a box or above it, and how it is set: bold, plain or code."""

    text: str
    style: str


@dataclass(frozen=True, slots=True)
class Box:
    """One box: what it stands for, where it is, and what it says."""

    kind: str
    """start, section, page, list, exit, fee or end."""
    name: str
    """The page's or list's name; empty for the rest."""
    x: float
    y: float
    width: float
    height: float
    words: tuple[Words, ...]
    condition: tuple[Words, ...] = ()
    """What stands above it: the condition on which people come here."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame around what repeats, with the condition above it."""

    name: str
    words: tuple[Words, ...]
    """What stands at its top."""
    x: float
    y: float
    width: float
    height: float
    condition: tuple[Words, ...] = ()


Points: TypeAlias = tuple[tuple[float, float], ...]


@dataclass(slots=True)
class Layout:
    """Everything of a drawing at its place, in units from the top left."""

    items: list[Box | Frame] = field(default_factory=list[Box | Frame])
    """In the order in which they are read; a frame before what stands in it."""
    lines: list[Points] = field(default_factory=list[Points])
    """Each ends with an arrow head."""
    height: float = 0

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The boxes without the frames."""
        return tuple(item for item in self.items if isinstance(item, Box))


def draw(definition: FormDefinition) -> str:
    """The drawing, a whole SVG document without outside references."""
    layout = lay_out(definition)
    title = f"How {definition.title} goes"
    said = (
        f"{len(definition.pages)} pages in order. A condition stands above the page it leads to; "
        "people for whom it does not hold go on to the next."
    )
    height = round(layout.height)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="group" '
        f'aria-labelledby="flow-title" aria-describedby="flow-about" fill="{_INK}" '
        'font-family="system-ui, sans-serif" font-size="14">'
    )
    parts = [
        head,
        f'<title id="flow-title">{escape(title)}</title>',
        f'<desc id="flow-about">{escape(said)}</desc>',
        f'<g aria-hidden="true" fill="none" stroke="{_FAINT}" stroke-width="1.5">',
        *(_line(points) for points in layout.lines),
        '</g><g role="list">',
        *(_box(item) if isinstance(item, Box) else _frame(item) for item in layout.items),
        "</g></svg>",
    ]
    return "\n".join(parts) + "\n"


def lay_out(definition: FormDefinition) -> Layout:
    """Put every box at its place; boxes never overlap, and a frame holds all that repeats."""
    placing = _Placing(Layout())
    placing.box("start", "", [("Start", _BOLD), (definition.title, _PLAIN)])
    for section, parts in groupby(definition.parts, key=lambda part: part.section):
        heads = [each for each in definition.sections if each.name == section]
        for head in heads:
            placing.box("section", "", [*_section_words(definition, head)])
        placing.parts(tuple(parts))
    if definition.fee:
        placing.box("fee", "", [("To pay", _BOLD), *_fee_words(definition.fee)])
    placing.box(
        "end",
        "",
        [("Check answers and send", _BOLD), (f"becomes a case in {definition.case.queue}", _PLAIN)],
    )
    placing.layout.height = placing.y + _MARGIN
    return placing.layout


def _section_words(definition: FormDefinition, section: Section) -> Iterator[tuple[str, str]]:
    yield section.title, _BOLD
    yield f"section {section.name}", _CODE
    if definition.has_task_list:
        waits = definition.waits.get(section.name, frozenset())
        first = [each.title for each in definition.sections if each.name in waits]
        yield (
            f"Once completed: {', '.join(first)}" if first else "Can be filled in at any time",
            _PLAIN,
        )


def _fee_words(lines: Sequence[FeeLine]) -> Iterator[tuple[str, str]]:
    for line in lines:
        amounts = line.schedule.amounts
        known = amounts[-1].amount if amounts else None
        much = format_pounds(known) if known is not None else "by " + line.by
        each = f" for each of {line.times}" if line.times else ""
        yield f"{line.label}: {much}{each}", _PLAIN
        if line.when is not None:
            yield f"if {line.when.text}", _CODE


class _Placing:
    """Goes down the page, putting one thing beneath the other."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.y: float = _MARGIN
        self._left: float = _MARGIN + _AROUND
        self._right: float = WIDTH - _MARGIN
        self._comes_from: float | None = None
        """Where the arrow to what comes next begins; None when nothing leads there."""

    @property
    def _middle(self) -> float:
        return (self._left + self._right) / 2

    def parts(self, parts: Sequence[Part]) -> None:
        """The parts of a form or of a group, each with a way around it where it has a condition."""
        for part in parts:
            condition = part.when.text if part.when is not None else ""
            top = self.y
            if isinstance(part, Page):
                self._page(part, condition)
            else:
                self._repeat(part, condition)
            if condition:
                self._way_around(top)

    def _page(self, page: Page, condition: str) -> None:
        asked = [q.name for q in page.questions if FIELD_TYPES[q.type].asks]
        words = [(page.title, _BOLD), (page.name, _CODE)]
        if asked:
            words.append((f"Asks {', '.join(asked)}", _PLAIN))
        if page.is_exit:
            words.append(("Nobody goes on from here", _PLAIN))
        self.box("exit" if page.is_exit else "page", page.name, words, condition)
        if page.is_exit:
            self._comes_from = None

    def _repeat(self, repeat: Repeat, condition: str) -> None:
        above = self._condition(condition)
        self._arrive(above)
        top, left, right, place = self.y, self._left, self._right, len(self.layout.items)
        head = self._words([(f"For each {repeat.each}", _BOLD)])
        self._left, self._right = left + _AROUND + 6, right - 8
        self.y += _PAD + _LINE * len(head)
        self._comes_from = None
        self.parts(repeat.parts)
        says = f"{_how_many(repeat)} of them, shown as a list"
        self.box("list", repeat.name, [(repeat.title, _BOLD), (repeat.name, _CODE), (says, _PLAIN)])
        self.y += _PAD
        self._left, self._right, self._comes_from = left, right, self.y
        frame = Frame(repeat.name, head, left, top, right - left, self.y - top, above)
        self.layout.items.insert(place, frame)

    def box(
        self, kind: str, name: str, words: Sequence[tuple[str, str]], condition: str = ""
    ) -> None:
        """One box beneath all the others, with an arrow to it."""
        above = self._condition(condition)
        self._arrive(above)
        said = self._words(words)
        width, height = self._right - self._left, 2 * _PAD + _LINE * len(said)
        self.layout.items.append(Box(kind, name, self._left, self.y, width, height, said, above))
        self.y += height
        self._comes_from = self.y

    def _arrive(self, above: tuple[Words, ...]) -> None:
        """Room for the condition, and an arrow from what leads here."""
        if self._comes_from is not None:
            tip = self.y + _GAP - 3
            self.layout.lines.append(((self._middle, self._comes_from), (self._middle, tip)))
        if self.layout.items:
            self.y += _GAP
        self.y += _LINE * len(above)

    def _way_around(self, top: float) -> None:
        """Past what has a condition: down its left side, to beneath it."""
        beside, meets = self._left - _AROUND / 2, self.y + _MEETS
        corner = top + _PARTS
        self.layout.lines.append(
            ((self._middle, corner), (beside, corner), (beside, meets), (self._middle, meets))
        )
        if self._comes_from is None:
            self._comes_from = meets

    def _condition(self, condition: str) -> tuple[Words, ...]:
        return self._words([(f"if {condition}", _CODE)]) if condition else ()

    def _words(self, words: Sequence[tuple[str, str]]) -> tuple[Words, ...]:
        """The texts in lines that fit into a box here."""
        room = self._right - self._left - 2 * _PAD
        return tuple(
            Words(line, style)
            for text, style in words
            for line in textwrap.wrap(" ".join(text.split()), max(8, int(room / _UNITS[style])))
        )


def _how_many(repeat: Repeat) -> str:
    return f"{repeat.min} to {repeat.max}" if repeat.min < repeat.max else f"{repeat.max}"


def _line(points: Points) -> str:
    (before_x, before_y), (x, y) = points[-2:]
    along_x, along_y = (x > before_x) - (x < before_x), (y > before_y) - (y < before_y)
    back_x, back_y = x - 6 * along_x, y - 6 * along_y
    head = ((back_x - 4 * along_y, back_y - 4 * along_x), (x, y))
    tail = ((x, y), (back_x + 4 * along_y, back_y + 4 * along_x))
    return f'<path d="{_path(points)}{_path(head)}{_path(tail)}"/>'


def _path(points: Points) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def _frame(frame: Frame) -> str:
    return _item(
        frame,
        f"data-frame={quoteattr(frame.name)}",
        f'rx="8" fill="none" stroke="{_FAINT}" stroke-width="1.5" stroke-dasharray="6 4"',
        frame.y + 4,
    )


def _box(box: Box) -> str:
    stroke = 2.5 if box.kind in ("start", "exit", "end") else 1.5
    return _item(
        box,
        f'data-kind="{box.kind}" data-name={quoteattr(box.name)}',
        f'rx="6" fill="{_FILLS[box.kind]}" stroke="{_INK}" stroke-width="{stroke}"',
        box.y + _PAD,
    )


def _item(item: Box | Frame, data: str, look: str, first_line: float) -> str:
    above = item.y - _LINE * len(item.condition) - 6
    place = f'x="{item.x:g}" y="{item.y:g}" width="{item.width:g}" height="{item.height:g}"'
    return "\n".join(
        (
            f'<g role="listitem" {data}>',
            *_lines(item.condition, item.x + 4, above),
            f"<rect {place} {look}/>",
            *_lines(item.words, item.x + _PAD, first_line - 5),
            "</g>",
        )
    )


def _lines(words: Sequence[Words], x: float, y: float) -> Iterator[str]:
    for number, line in enumerate(words, start=1):
        at = y + _LINE * number
        yield f'<text x="{x:g}" y="{at:g}"{_STYLES[line.style]}>{escape(line.text)}</text>'
