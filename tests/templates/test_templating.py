"""The environment: what is escaped, what designers' Markdown may hold, how figures are written."""

import re
from datetime import date

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from portal.assets import UnknownAsset
from portal.templating import (
    accepts,
    build_environment,
    file_kinds,
    file_size,
    markdown,
    read_words,
    telephone,
)
from tests.templates.drawing import ROOT, environment

STATIC = ROOT / "static"


@pytest.mark.parametrize("name", ["a.html", "a.txt", "a.jinja", "a"])
def test_everything_is_escaped_whatever_a_template_is_called(tmp_path, name):
    (tmp_path / name).write_text("{{ name }}")
    (tmp_path / "words.toml").write_text("")

    drawn = build_environment(tmp_path, STATIC).get_template(name).render(name="<b>")

    assert drawn == "&lt;b&gt;"


def test_a_fact_that_was_forgotten_is_an_error(tmp_path):
    (tmp_path / "words.toml").write_text("")
    (tmp_path / "a.html").write_text("Dear {{ name }}")

    with pytest.raises(UndefinedError):
        build_environment(tmp_path, STATIC).get_template("a.html").render()


def test_a_static_file_that_is_not_there_is_an_error():
    with pytest.raises(UnknownAsset, match=r"css/nothing\.css"):
        environment().from_string("{{ static('css/nothing.css') }}").render()


@pytest.mark.parametrize("development", [True, False])
def test_a_changed_template_is_read_again_only_in_development(tmp_path, development):
    (tmp_path / "words.toml").write_text("")
    template = tmp_path / "a.html"
    template.write_text("old")
    environment = build_environment(tmp_path, STATIC, development=development)
    assert environment.get_template("a.html").render() == "old"

    template.write_text("something new")

    drawn = environment.get_template("a.html").render()
    assert drawn == ("something new" if development else "old")


def test_compiled_templates_are_kept(tmp_path):
    (tmp_path / "words.toml").write_text("")
    (tmp_path / "a.html").write_text("kept")
    folder = tmp_path / "compiled" / "templates"

    build_environment(tmp_path, STATIC, bytecode=folder).get_template("a.html").render()

    assert list(folder.iterdir())


def test_every_word_is_there_in_both_languages():
    words = read_words(ROOT / "portal" / "templates" / "words.toml")

    assert words["en"].keys() == words["cy"].keys()
    for name in words["en"]:
        marks = [re.findall(r"\{\w+\}", words[language][name]) for language in ("en", "cy")]
        assert marks[0] == marks[1], name
        assert words["en"][name].strip()
        assert words["cy"][name].strip()


def test_a_word_without_welsh_stops_the_start(tmp_path):
    (tmp_path / "words.toml").write_text('[back]\nen = "Back"\n')

    with pytest.raises(KeyError):
        read_words(tmp_path / "words.toml")


def test_every_word_a_template_asks_for_exists():
    words = read_words(ROOT / "portal" / "templates" / "words.toml")["en"]
    asked = {
        name
        for template in (ROOT / "portal" / "templates").rglob("*.html")
        for name in re.findall(
            r"(?:words\[language\]|\bsay)\.(\w+)", template.read_text(encoding="utf-8")
        )
    }

    assert asked
    assert asked <= set(words)


def test_markdown_looks_like_the_rest_of_the_page():
    drawn = markdown(
        "# Before you start\n\nYou need **one** of:\n\n"
        "- a [plan](https://example.org)\n- a list\n\n"
        "| What | Fee |\n|---|---|\n| House | £100 |\n"
    )

    assert '<h2 class="govuk-heading-m">Before you start</h2>' in drawn
    assert '<p class="govuk-body">You need <strong>one</strong> of:</p>' in drawn
    assert '<ul class="govuk-list govuk-list--bullet">' in drawn
    assert '<a href="https://example.org" class="govuk-link">plan</a>' in drawn
    assert '<th class="govuk-table__header" scope="col">What</th>' in drawn


def test_the_page_keeps_the_only_h1():
    drawn = markdown("# One\n## Two\n### Three\n#### Four\n##### Five\n###### Six")

    assert re.findall(r"<h(\d)", drawn) == ["2", "3", "4", "4", "4", "4"]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "<img src=x onerror=alert(1)>",
        "![x](https://example.org/x.png)",
        '[x](https://example.org "t" onmouseover=alert(1))',
        "<a href='vbscript:x'>x</a>",
        "`<b>`",
    ],
)
def test_markdown_cannot_run_anything_or_fetch_pictures(text):
    drawn = markdown(text)

    assert not re.search(r"<(script|img|b|iframe|svg)\b", drawn)
    for tag in re.findall(r"<[^>]*>", drawn):
        assert not re.search(r"\son\w+=|(javascript|data|vbscript):", tag)


@given(st.text(max_size=200))
def test_no_markdown_draws_more_than_is_listed(text):
    drawn = markdown(text)

    listed = "p ul ol li a strong em br hr h2 h3 h4 code blockquote table thead tbody tr th td"
    tree = html5lib.parseFragment(drawn, namespaceHTMLElements=False)
    assert {element.tag for element in tree.iter()} - {"DOCUMENT_FRAGMENT"} <= set(listed.split())
    assert {name for element in tree.iter() for name in element.attrib} <= {
        "class", "href", "start", "scope",
    }  # fmt: skip


def test_filters_write_money_and_dates_as_people_read_them():
    source = "{{ fee|pounds }} on {{ day|date_words }}"

    drawn = environment().from_string(source).render(fee=123450, day=date(2026, 11, 24))

    assert drawn == "£1,234.50 on 24 November 2026"


@pytest.mark.parametrize(
    ("number", "link"),
    [
        ("01632 960 100", "01632960100"),
        ("+44 1632 960100", "+441632960100"),
        ("(01632) 960-100", "01632960100"),
    ],
)
def test_a_phone_number_can_be_rung_from_the_page(number, link):
    assert telephone(number) == link


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "1 KB"),
        (900, "1 KB"),
        (850 * 1024, "850 KB"),
        (1536 * 1024, "1.5 MB"),
        (10 * 1024**2, "10 MB"),
    ],
)
def test_the_size_of_a_file_is_told_in_words(size, words):
    assert file_size(size) == words


def test_phones_are_told_that_they_may_use_the_camera():
    assert accepts(("pdf", "jpg")) == ".pdf,.jpg,.jpeg,image/jpeg"


@pytest.mark.parametrize(
    ("kinds", "words"), [(("pdf",), "PDF"), (("pdf", "jpg", "png"), "PDF, JPG or PNG")]
)
def test_kinds_of_file_are_told_in_words(kinds, words):
    assert file_kinds(kinds) == words
