"""The drawing of a form: one that can be read, by eyes and by a screen reader, and is not wrong."""

import itertools
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from portal.forms.definition import FormDefinition
from portal.forms.drawing import WIDTH, Box, Frame, Layout, draw, lay_out
from portal.forms.library import load_library
from portal.forms.parsing import Bundle, parse_form
from tests.forms.small import form_of
from tests.forms.stall import FORM as SECTIONED

LIBRARY = load_library(Path(__file__).parents[2] / "form_definitions")
SVG = "{http://www.w3.org/2000/svg}"
NESTED = form_of(
    """
    - page: how-many
      questions:
        - {question: many, ask: "Many <or> few & none?", type: yes-no}
    - page: sorry
      when: "!many"
      title: Sorry
      exit: yes
    - repeat: cars
      title: Your cars
      each: car
      when: many && 1 < 2 && "a very long condition that goes over more than one line" != ""
      pages:
        - page: plate
          questions:
            - {question: plate, ask: Plate, type: text}
        - repeat: drivers
          title: Its drivers
          each: driver
          min: 0
          max: 2
          pages:
            - page: driver
              questions:
                - {question: licence, ask: Licence, type: text}
            - page: who
              when: licence != "x"
              questions:
                - {question: driver, ask: Who, type: text}
    - page: long
      questions:
        - {question: long, ask: Antidisestablishmentarianism-antidisestablishment, type: text}
    """,
    "fee: [{line: a, label: Each, amount: £3.00, when: many, income_code: A, vat: exempt}]\n"
    "charge: any\n",
)
STALL = parse_form(Bundle("market-stall.yml", SECTIONED)).definition
assert STALL is not None
FORMS = [*LIBRARY.forms.values(), NESTED, STALL]
every_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.form)


def parsed(form: FormDefinition) -> ET.Element:
    return ET.fromstring(draw(form))  # noqa: S314  # our own


def overlap(one: Box | Frame, other: Box | Frame) -> bool:
    """Whether two share any of the drawing, the words above them counted."""
    a, b = ((i.x, i.y - 18 * len(i.condition), i.x + i.width, i.y + i.height) for i in (one, other))
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def within(inner: Box | Frame, outer: Frame) -> bool:
    return (
        outer.x < inner.x
        and inner.x + inner.width < outer.x + outer.width
        and outer.y < inner.y - 18 * len(inner.condition)
        and inner.y + inner.height < outer.y + outer.height
    )


@every_form
def test_every_page_and_list_is_named_once_and_in_the_order_of_the_file(form: FormDefinition):
    drawn = [
        item.get("data-name") for item in parsed(form).iter(f"{SVG}g") if item.get("data-name")
    ]
    pages = [name for name in drawn if form.page(str(name))]
    assert pages == [page.name for page in form.pages]
    assert sorted(map(str, drawn)) == sorted(
        [*(page.name for page in form.pages), *(repeat.name for repeat in form.repeats)]
    )


@every_form
def test_no_box_lies_over_another_and_all_is_inside_the_drawing(form: FormDefinition):
    layout = lay_out(form)
    for one, other in itertools.combinations(layout.items, 2):
        apart = not overlap(one, other)
        assert apart or (isinstance(one, Frame) and within(other, one)), (one, other)
    for item in layout.items:
        assert 0 < item.x < item.x + item.width < WIDTH
        assert 0 < item.y < item.y + item.height < layout.height
    for x, y in itertools.chain.from_iterable(layout.lines):
        assert 0 < x < WIDTH
        assert 0 < y < layout.height


@every_form
def test_no_line_of_words_is_wider_than_its_box(form: FormDefinition):
    for item in lay_out(form).items:
        for words in (*item.words, *item.condition):
            assert len(words.text) * 7.3 <= item.width, words


@every_form
def test_a_screen_reader_finds_a_title_and_a_list_that_holds_all_the_words(form: FormDefinition):
    drawing = parsed(form)
    assert drawing.get("role") == "group"
    said = {child.get("id"): child.text for child in drawing if child.tag != f"{SVG}g"}
    assert form.title in str(said[drawing.get("aria-labelledby")])
    assert str(len(form.pages)) in str(said[drawing.get("aria-describedby")])
    (listed,) = (g for g in drawing if g.get("role") == "list")
    assert {child.get("role") for child in listed} == {"listitem"}
    assert len(list(drawing.iter(f"{SVG}text"))) == len(list(listed.iter(f"{SVG}text")))
    first, last = listed[0], listed[-1]
    assert "".join(first.itertext()).split()[0] == "Start"
    assert "Check answers and send" in "".join(last.itertext())


@every_form
def test_nothing_outside_is_asked_for_and_no_policy_is_in_the_way(form: FormDefinition):
    drawn = draw(form)
    assert not re.search(r"(href|src|style|url\(|<style|<script|@import)", drawn)


def conditions(layout: Layout, name: str) -> str:
    (item,) = (i for i in layout.items if i.name == name and i.condition)
    return " ".join(words.text for words in item.condition)


def test_conditions_exits_and_groups_are_told():
    layout = lay_out(NESTED)
    assert conditions(layout, "sorry") == "if !many"
    assert conditions(layout, "cars").startswith("if many && 1 < 2")
    kinds = {box.name: box.kind for box in layout.boxes}
    assert (kinds["sorry"], kinds["cars"], kinds["plate"]) == ("exit", "list", "page")
    text = " ".join("".join(parsed(NESTED).itertext()).split())
    assert "For each driver" in text
    assert "0 to 2 of them" in text
    assert "To pay Each: £3.00 if many" in text


def test_nothing_leads_on_from_an_exit_but_the_way_around_it():
    layout = lay_out(NESTED)
    (sorry,) = (box for box in layout.boxes if box.name == "sorry")
    bottom = sorry.y + sorry.height
    assert not [line for line in layout.lines if line[0][1] == bottom]


def test_a_section_is_headed_before_its_pages_with_what_must_be_completed_first():
    assert STALL is not None
    boxes = lay_out(STALL).boxes
    heads = [" ".join(w.text for w in box.words) for box in boxes if box.kind == "section"]
    assert heads == [
        "About you section you Can be filled in at any time",
        "What you sell section goods Can be filled in at any time",
        "Your food section food Once completed: What you sell",
        "Your pitch section pitch Can be filled in at any time",
        "Your promise section promise Once completed: About you, What you sell",
    ]
    order = [box.name or box.kind for box in boxes]
    assert order[order.index("pitch") - 1] == "section"
    assert order[:3] == ["start", "section", "your-name"]


def test_sections_without_a_task_list_are_headed_by_their_titles_alone():
    form = parse_form(Bundle("market-stall.yml", SECTIONED.replace("task_list: yes\n", "")))
    assert form.definition is not None
    first = next(box for box in lay_out(form.definition).boxes if box.kind == "section")
    assert [words.text for words in first.words] == ["About you", "section you"]
