"""Whatever a form says, reading it ends with a definition or with findings, never an exception."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path as Folder
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.core.dates import Today
from portal.forms import language
from portal.forms.examples import run_example
from portal.forms.language import Key
from portal.forms.parsing import Bundle, parse_form
from portal.forms.source import Path
from tests.forms.fields.village import TODAY
from tests.forms.hall import FEES, FORM, SHARED, definition, parse, without
from tests.forms.writing import paths, tree, write

LEVELS: Mapping[str, Mapping[str, Key]] = {
    "page": language.PAGE,
    "repeat": language.REPEAT,
    "section": language.SECTION,
    "computed value": language.COMPUTED,
    "question": language.QUESTION,
    "check": language.CHECK,
    "fee line": language.FEE_LINE,
    "case": language.CASE,
    "customer": language.CUSTOMER,
    "keep": language.KEEP,
    "example": language.EXAMPLE,
}
WRONG: Mapping[str, tuple[str, ...]] = {
    "text": ("[wrong]", "{wrong: shape}"),
    "condition": ("[wrong]", "{wrong: shape}", '"1 +"', '"1"'),
    "expression": ("[wrong]", "{wrong: shape}", '"1 +"'),
    "flag": ("[yes]", "{yes: no}", "perhaps"),
    "number": ("[1]", "{1: 2}", "many", "-1", "1.5", "１２", "9" * 30),
    "money": ("[1]", "{1: 2}", "lots", "-£1.00", "£1.5", "1e3"),
    "date": ("[1]", "{1: 2}", "soon", "2026-13-01", "20260101", "2026-W01-1"),
    "list": ("wrong", "{a: b}", "[[a]]", "[{a: b}]"),
    "map": ("wrong", "[a]"),
}
GOOD = tree(FORM)
RICH = tree("""\
form: hire-a-hall
title: Hire chairs
summary: Hire several kinds of chairs
service_area: Leisure
lgsl: 461
task_list: yes
sections:
  - {section: seats, title: Your seats, hint: Several kinds}
  - {section: more, title: More}
pages:
  - repeat: chairs
    section: seats
    title: Your chairs
    each: kind
    line: "{colour}"
    when: "true"
    min: 1
    max: 5
    reorder: yes
    guidance: Add every kind.
    pages:
      - page: chair
        title: The chair
        questions:
          - {question: colour, ask: Colour, type: text, hint: Any, about: a colour}
          - {question: many, ask: How many, type: whole-number, errors: {missing: Say how many}}
          - {question: soft, ask: Are they soft, type: yes-no}
          - {question: cushion, ask: Which cushion, type: text, when: soft}
        warn:
          - {that: many < 100, else: That is many, at: many}
    check:
      - {that: "sum(chairs.map(c, c.many)) < 500", else: We have no more than 500}
  - page: note
    section: more
    questions: [{question: note, ask: Anything else, type: text, optional: yes}]
computed:
  - {value: all_chairs, is: "sum(chairs.map(c, c.many))", shown_as: number, label: Chairs}
fee:
  - {line: c, label: Chairs, amount: £1.00, times: all_chairs, income_code: X, vat: exempt}
case:
  type: chairs
  queue: leisure
  target: 5 working days
  subject: "{all_chairs} chairs"
what_happens_next: We bring them.
examples:
  - example: Two kinds
    answers: {chairs: [{colour: red, many: 1, soft: no}]}
    sees: [chair, chairs, note]
    fee: £1.00
""")


def keys(
    value: Any, level: Mapping[str, Key], path: Path = ()
) -> Iterator[tuple[Path, Mapping[str, Key], str]]:
    """Every key of the language that the form uses: its path, its level and its shape."""
    for name, key in level.items():
        if name not in value:
            continue
        yield (*path, name), level, key.shape
        if key.shape.startswith("list of "):
            for number, item in enumerate(value[name]):
                kind = key.shape.removeprefix("list of ").removesuffix(" or repeat")
                inner = LEVELS["repeat" if "repeat" in item else kind]
                yield from keys(item, inner, (*path, name, number))
        elif key.shape in LEVELS:
            yield from keys(value[name], LEVELS[key.shape], (*path, name))


def wrong_for(shape: str) -> tuple[str, ...]:
    return WRONG["list"] if shape.startswith("list of") else WRONG.get(shape, WRONG["map"])


EVERY_KEY = [(form, *key) for form in (GOOD, RICH) for key in keys(form, language.FORM)]


def test_the_form_tried_here_uses_nearly_every_key_of_the_language():
    used = {(id(level), path[-1]) for _form, path, level, _ in EVERY_KEY}
    levels = (language.FORM, *LEVELS.values())
    missing = [key for level in levels for key in level if (id(level), key) not in used]
    assert missing == [
        *["languages", "charge", "open", "prefill", "priority", "location"],
        *["phone", "address", "organisation", "anonymous", "language"],
    ]


@pytest.mark.parametrize(
    ("form", "path", "shape"),
    [(form, path, shape) for form, path, _level, shape in EVERY_KEY],
    ids=lambda of: str(of)[:60],
)
def test_a_value_of_the_wrong_shape_is_found_on_its_line(form: Any, path: Path, shape: str):
    for wrong in wrong_for(shape):
        text, places = write(form, {path: wrong})
        findings = parse(text).findings
        assert [f for f in findings if f.line == places[path]], (wrong, [*map(str, findings)])


@pytest.mark.parametrize("level", [language.FORM, *LEVELS.values()], ids=["form", *LEVELS])
def test_a_key_with_a_slip_is_found_with_the_key_that_was_meant(level: Mapping[str, Key]):
    for form, path, of, _ in EVERY_KEY:
        if of is not level:
            continue
        name = str(path[-1])
        text, places = write(form)
        line = places[path]
        lines = text.split("\n")
        lines[line - 1] = lines[line - 1].replace(f'"{name}"', f'"{name}z"', 1)
        found = [f for f in parse("\n".join(lines)).findings if f.line == line]
        assert any(f"Did you mean {name}?" in f.hint for f in found), (name, found)


FOLDER = Folder(__file__).parents[2] / "form_definitions"
BESIDE = {
    name: (FOLDER / f"_{name}.yml").read_text(encoding="utf-8") for name in ("shared", "fees")
}
SHIPPED = {
    path.name: tree(path.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.glob("*.yml"))
    if not path.name.startswith("_")
}
EVERY_VALUE = [(file, path) for file, value in SHIPPED.items() for path in paths(value)]
ODD = st.one_of(
    st.sampled_from(
        ["''", "[]", "{}", "[wrong]", "{a: {b: c}}", "[[]]", "text", "-5", '"\'"', "today", "'{x}'"]
    ),
    st.sampled_from(["'1 / 0 == 1'", "'[[[['", "£0.01", "99999999999", "yes", "2026-02-30"]),
)


SHIPPED_KEYS = [
    pytest.param(file, path, level, id=f"{file}: {'.'.join(map(str, path))}")
    for file, value in SHIPPED.items()
    for number, (path, level, _) in enumerate(keys(value, language.FORM))
    if number % 48 == len(file)  # others in each file: some of every kind
]


@pytest.mark.parametrize(("file", "path", "level"), SHIPPED_KEYS)
def test_a_key_of_a_shipped_form_misspelt_dropped_or_twice_is_refused_where_it_is(
    file: str, path: Path, level: Mapping[str, Key]
):
    name = str(path[-1])
    text, places = write(SHIPPED[file])
    lines, line = text.split("\n"), places[path]
    assert f'"{name}":' in lines[line - 1]
    end = line
    indent = len(lines[line - 1]) - len(lines[line - 1].lstrip())
    while lines[end] and len(lines[end]) - len(lines[end].lstrip()) > indent:
        end += 1
    begins = places[path[:-1]] if len(path) > 1 else 1

    swapped = f"{name[:-2]}{name[-1]}{name[-2]}" if name[-1] != name[-2] else name[:-1]
    misspelt = [*lines[: line - 1], lines[line - 1].replace(name, swapped, 1), *lines[line:]]
    dropped = [*lines[: line - 1], *lines[end:]]
    twice = [*lines[:end], *lines[line - 1 : end], *lines[end:]]

    assert f"Did you mean {name}?" in said_at(file, misspelt, line)
    if level[name].required:
        assert f"{name} is missing" in said_at(file, dropped, begins, begins + 1)
    assert f"{name} is written twice" in said_at(file, twice, end + 1)


def said_at(file: str, lines: list[str], first: int, last: int = 0) -> str:
    """What is found wrong on these lines of a form, which is not served."""
    parsed = parse_form(Bundle(file, "\n".join(lines), **BESIDE))
    assert parsed.definition is None
    found = [each for each in parsed.findings if first <= each.line <= (last or first)]
    return "\n".join(f"{each} {each.hint}" for each in found)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(EVERY_VALUE), ODD)
def test_any_value_of_a_shipped_form_may_be_anything(where: tuple[str, Path], odd: str):
    file, path = where
    text, _ = write(SHIPPED[file], {path: odd})
    parsed = parse_form(Bundle(file, text, **BESIDE))
    assert (parsed.definition is None) == bool(parsed.findings)
    assert all(0 < f.line <= text.count("\n") + 1 for f in parsed.findings)
    if parsed.definition is not None and path[0] == "examples" and len(path) > 1:
        run_example(parsed.definition, parsed.definition.examples[int(path[1])], Today(TODAY))


def test_a_broken_file_beside_it_leaves_a_form_alone_that_takes_nothing_from_it():
    text = FORM.replace("use: contact", "title: You\n    guidance: Just you.")
    text = without("amount: hall-hire", "amount: £20.00", text)
    text = text[: text.index("  - line: chairs")] + text[text.index("case:") :]
    text = text.replace("{your_name}", "").replace("{name: your_name, email: email}", "{}")
    text = text.replace(", your_name: Ann Example, email: ann@example.test", "")
    assert parse(text, shared="[", fees=":\t[").findings == ()


@pytest.mark.parametrize(("shared", "fees"), [("[", FEES), (SHARED, "a: [")])
def test_a_broken_file_beside_it_takes_down_a_form_that_needs_it(shared: str, fees: str):
    parsed = parse(shared=shared, fees=fees)
    assert parsed.definition is None
    assert {f.file for f in parsed.findings if f.code == "Y002"} == (
        {"_shared.yml"} if shared == "[" else {"_fees.yml"}
    )
    assert not {f.code for f in parsed.findings} & {"F024", "F025", "F029", "P008"}


def test_a_slip_in_a_fee_or_page_it_does_not_use_leaves_a_form_alone():
    fees = without("  unused:\n    - from: 2026-01-01", "  unused:\n    - from: soon", FEES)
    shared = without("type: text", "type: tekst", SHARED)
    assert parse(shared=shared, fees=fees).findings == ()


def test_the_digest_tells_the_smallest_change_in_any_of_the_three_files():
    digests = {
        definition().digest,
        definition(without("3 minutes", "4 minutes")).digest,
        definition(shared=without("Ask", "ASK", SHARED.replace("Nothing", "Ask"))).digest,
        definition(fees=without("£1.00", "£1.01", FEES)).digest,
    }
    assert len(digests) == 4
    assert definition().digest == definition().digest


def test_texts_moved_between_the_files_are_another_form():
    one, two = Bundle("a.yml", "ab", "c", "d"), Bundle("a.yml", "a", "bc", "d")
    assert one.digest != two.digest


@pytest.mark.parametrize(
    ("written", "days"),
    [("1 day", 1), ("28 days", 28), ("2 weeks", 14), ("1 month", 31), ("6 years", 6 * 366)],
)
def test_a_keep_is_never_shorter_than_what_was_written(written: str, days: int):
    form = definition(without("28 days", written))
    assert form.keep_draft == timedelta(days=days)


@pytest.mark.parametrize(
    "written", ["0 days", "days", "-1 days", "1.5 years", "99999 days", "١ day"]
)
def test_a_keep_of_no_length_is_refused(written: str):
    assert [f.code for f in parse(without("28 days", written)).findings] == ["F034"]


def test_what_is_left_out_has_a_default():
    text = without("keep: {draft: 28 days, submission: 2 years}\n", "")
    form = definition(without("audience: [resident]\n", "", text))
    assert form.keep_draft == timedelta(days=28)
    assert form.keep_submission_days == 6 * 366
    assert form.audience == ("resident", "business")
    assert form.case.priority == "normal"
