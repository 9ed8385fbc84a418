"""YAML is read strictly: text stays text, and every value knows where it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.forms.source import LARGEST_FILE, Source, read_source


def codes(text: str) -> list[str]:
    return [finding.code for finding in read_source("f.yml", text).findings]


@pytest.mark.parametrize(
    "written", ["no", "yes", "010", "85.10", "2026-04-01", "~", "null", "1e3", "0x1f", "12:30:45"]
)
def test_a_text_means_what_it_says(written: str):
    assert read_source("f.yml", f"a: {written}").value == {"a": written}


def test_a_key_with_nothing_after_it_is_an_empty_text():
    assert read_source("f.yml", "a:\nb: c").value == {"a": "", "b": "c"}


@pytest.mark.parametrize("text", ["", "# only a comment\n", "\n\n", "   "])
def test_a_file_without_values_is_empty_and_not_wrong(text: str):
    source = read_source("f.yml", text)
    assert (source.value, source.findings) == (None, [])


def test_windows_line_ends_and_a_byte_order_mark_change_nothing():
    source = read_source("f.yml", "\ufeffa: b\r\nc:\r\n  - d\r\n")
    assert source.value == {"a": "b", "c": ["d"]}
    assert source.positions["c", 0] == (3, 5)
    assert source.positions["a",] == (1, 1)


def test_a_chain_of_aliases_is_refused_at_the_first():
    bomb = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    source = read_source("f.yml", bomb)
    assert sorted((f.code, f.line, f.column) for f in source.findings) == [
        ("Y007", 1, 4),
        ("Y007", 2, 4),
        ("Y007", 2, 8),
    ]
    assert source.value is None


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
@pytest.mark.parametrize("levels", [21, 3_000, 30_000])
def test_deep_nesting_is_refused_where_it_goes_too_deep(opening: str, levels: int):
    (finding,) = read_source("f.yml", opening * levels).findings
    assert (finding.code, finding.line) == ("Y003", 1)
    assert finding.column == 20 * len(opening) + 1 or opening == "{a: "


def test_twenty_levels_are_enough_for_anybody():
    assert codes("[" * 19 + "a" + "]" * 19) == []


@pytest.mark.parametrize(
    "written",
    ["!!python/object/apply:os.system [ls]", "!!int five", "!!binary aGk=", "!mine x", "! x"],
)
def test_a_tag_of_any_kind_is_refused(written: str):
    assert codes(f"a: {written}") == ["Y004"]


def test_a_merge_key_merges_nothing():
    assert read_source("f.yml", "<<: {a: b}\n").value == {"<<": {"a": "b"}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a:\n\tb: c\n", ("Y002", 2, 1)),
        ("a: b\n---\nc: d\n", ("Y002", 2, 1)),
        ("%YAML 9.9\n---\na: b\n", ("Y002", 1, 1)),
        ('a: "\\UFFFFFFFF"\n', ("Y002", 1, 7)),
        ("a: b\0c", ("Y008", 1, 5)),
        ("a: b\nc: \ud800", ("Y008", 2, 4)),
        ('a: "\\0"', ("Y008", 1, 4)),
        ('"\\uDFFF": a', ("Y008", 1, 1)),
        ("a: \N{REPLACEMENT CHARACTER}", ("Y008", 1, 4)),
        ("a: b\n[c]: d\n", ("Y005", 2, 1)),
        ("a: b\na: c\n", ("Y006", 2, 1)),
        ("a" * (LARGEST_FILE + 1), ("Y001", 1, 1)),
    ],
)
def test_what_is_no_plain_yaml_is_told_where_it_stands(text: str, said: tuple[str, int, int]):
    (finding,) = read_source("f.yml", text).findings
    assert (finding.code, finding.line, finding.column) == said
    assert finding.hint


def test_the_first_of_two_same_keys_is_kept():
    assert read_source("f.yml", "a: b\na: c\n").value == {"a": "b"}


@given(st.text(alphabet=st.characters(codec=None), max_size=80))
def test_no_text_at_all_makes_the_reader_fail(text: str):
    source = read_source("f.yml", text)
    _check_places(source, text)


@given(st.text(alphabet="a: -[]{}\n\t'\"&*!|>%@`#,?\\<\r\ufeff0", max_size=60))
def test_no_heap_of_punctuation_makes_the_reader_fail(text: str):
    _check_places(read_source("f.yml", text), text)


def _check_places(source: Source, text: str) -> None:
    lines = len(text.splitlines()) + 1
    for finding in source.findings:
        assert 1 <= finding.line <= lines + 1
        assert finding.column >= 1


STYLES = {
    "plain": "when: one == 1 && tow",
    "plain after spaces": "when:     one == 1 && tow",
    "single quotes": "when: 'one == 1 && tow'",
    "double quotes": 'when: "one == 1 && tow"',
    "single quotes with one inside": "when: 'it''s == 1 && tow'",
    "double quotes with some inside": 'when: "a == \\"b\\" && tow"',
    "double quotes with a code": 'when: "a == \\u0041\\x20&& tow"',
    "double quotes with a broken line": 'when: "one == 1 &&\\\n   tow"',
    "kept lines": "when: |\n  one == 1 &&\n  tow",
    "kept lines indented": "when: |\n  one == 1\n    && tow\n",
    "folded lines": "when: >\n  one == 1 &&\n  tow\n",
    "folded and stripped": "when: >-\n\n  one == 1\n\n  && tow\n",
    "plain over two lines": "when: one == 1 &&\n  tow",
    "single quotes over two lines": "when: 'one == 1 &&\n  tow'",
    "emoji before it": 'when: "😀 é == 1 && tow"',
    "in braces": "{when: one == 1 && tow}",
}


@pytest.mark.parametrize("text", STYLES.values(), ids=STYLES.keys())
def test_a_place_inside_a_text_is_right_in_every_style(text: str):
    source = read_source("f.yml", text)
    value = source.value["when"].strip()
    source.error(("when",), "X", "x", offset=value.index("tow"))
    (finding,) = source.findings
    line = text.split("\n")[finding.line - 1]
    assert line[finding.column - 1 : finding.column + 2] == "tow"


@pytest.mark.parametrize("text", STYLES.values(), ids=STYLES.keys())
def test_a_place_at_the_end_of_a_text_is_just_after_it(text: str):
    source = read_source("f.yml", text)
    source.error(("when",), "X", "x", offset=len(source.value["when"].strip()))
    (finding,) = source.findings
    assert text.split("\n")[finding.line - 1][: finding.column - 1].endswith("tow")
