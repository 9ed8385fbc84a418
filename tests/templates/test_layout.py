"""The layout every page stands in: what helps people find their way, and what keeps them safe."""

import re
from time import perf_counter
from types import SimpleNamespace as Thing

import brotli
import html5lib
import pytest
from jinja2 import UndefinedError

from tests.templates.drawing import ROOT, environment

COUNCIL = Thing(
    name="Harrowmere District Council",
    phone="01632 960 100",
    email="contact@harrowmere.example",
    hours="Monday to Friday, 9am to 5pm",
    website="https://www.harrowmere.example",
)
QUESTION = """{% extends "layout/base.html" %}
{% from "components/back_link.html" import back_link %}
{% from "components/button.html" import button %}
{% from "components/error_summary.html" import error_summary %}
{% from "components/page_form.html" import page_form %}
{% from "components/radios.html" import radios %}
{% block before_content %}{{ back_link("/") }}{% endblock %}
{% block content %}
{% if errors %}{{ error_summary(errors) }}{% endif %}
{% call page_form("/forms/a/b", "token") %}
{{ radios("colour", "Which colour?", options, is_heading=true, size="l") }}
{{ button("Continue") }}
{% endcall %}
{% endblock %}"""
OPTIONS = [Thing(value=v, label=v, hint="") for v in ("red", "green", "blue")]
TEMPLATES = sorted((ROOT / "portal" / "templates").rglob("*.html"))


def page(source=QUESTION, **facts):
    given = {
        "council": COUNCIL, "page_title": "Which colour?", "form_title": "Paint a bench",
        "language": "en", "test_mode": False, "errors": [], "options": OPTIONS,
    }  # fmt: skip
    return environment().from_string(source).render(given | facts)


def test_a_page_is_clean_html():
    html5lib.HTMLParser(strict=True).parse(page(test_mode=True))


def test_the_title_says_question_form_and_council():
    assert "<title>Which colour? – Paint a bench – Harrowmere District Council</title>" in page()


def test_the_title_of_a_page_with_errors_says_so_first():
    assert "<title>Error: Which colour? – " in page(has_error=True)


def test_somebody_with_a_keyboard_meets_the_skip_link_first():
    drawn = page()

    first, *_ = re.findall(r"<(?:a|button|input)\b[^>]*>", drawn)
    assert first == '<a href="#main-content" class="govuk-skip-link">'
    assert drawn.count('id="main-content"') == 1


def test_people_may_zoom():
    viewport = re.search(r'name="viewport" content="([^"]*)"', page())

    assert viewport is not None
    assert "maximum-scale" not in viewport[1]
    assert "user-scalable" not in viewport[1]


def test_help_stands_on_every_page():
    drawn = page()

    assert '<a class="govuk-link" href="tel:01632960100">01632 960 100</a>' in drawn
    assert 'href="/accessibility"' in drawn
    assert 'href="/privacy"' in drawn


def test_changes_are_told_from_outside_what_is_swapped():
    drawn = page()

    tree = html5lib.parse(drawn, namespaceHTMLElements=False)
    swapped = tree.find(".//*[@id='page']")
    assert swapped is not None
    assert swapped.find(".//main") is not None
    assert swapped.find(".//*[@id='announcer']") is None
    assert tree.find(".//*[@id='announcer'][@role='status']") is not None


def test_a_welsh_page_is_welsh():
    drawn = page(language="cy", has_error=True)

    assert '<html lang="cy"' in drawn
    assert "<title>Gwall: " in drawn
    assert "Neidio i’r prif gynnwys" in drawn
    assert "Nid yw eich ateb wedi’i gadw" in drawn


def test_a_test_portal_says_so_and_a_real_one_does_not():
    assert "no money is taken" in page(test_mode=True)
    assert "no money is taken" not in page()


def test_a_page_takes_one_style_sheet_and_one_script():
    drawn = page()

    assert drawn.count('<link rel="stylesheet"') == 1
    (script,) = re.findall(r'<script [^>]*src="([^"]*)"[^>]*>', drawn)
    assert re.fullmatch(r"/static/js/portal\.[0-9a-f]{10}\.js", script)
    assert len(brotli.compress(drawn.encode())) <= 8 * 1024


def test_pages_of_payment_have_no_script_at_all():
    drawn = page('{% extends "layout/script_free.html" %}{% block content %}Pay{% endblock %}')

    assert "<script" not in drawn
    assert "<template" not in drawn
    assert "htmx" not in drawn
    assert '<div id="page" class="govuk-width-container" data-whole>' in drawn
    assert '<meta name="robots" content="noindex">' in drawn
    html5lib.HTMLParser(strict=True).parse(drawn)


def test_an_error_page_says_what_to_do_and_whom_to_ring():
    drawn = page('{% extends "layout/error.html" %}', page_title="Sorry, there is a problem",
                 lines=["Try again later."], reference="7F3A")  # fmt: skip

    assert '<h1 class="govuk-heading-l">Sorry, there is a problem</h1>' in drawn
    assert "Try again later." in drawn
    assert "7F3A" in drawn
    assert drawn.count("tel:01632960100") == 2


def test_a_fact_the_layout_needs_and_does_not_get_is_an_error_not_a_hole():
    with pytest.raises(UndefinedError):
        page(council=Thing(name="Somewhere"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: "/".join(path.parts[-2:]))
def test_no_template_needs_more_than_the_strict_policy_allows(template):
    source = template.read_text(encoding="utf-8")

    if "documents" not in template.parts:  # those are drawn to PDF, never sent to a browser
        assert not re.search(r"\sstyle=|<style", source)
    assert not re.search(r"\son[a-z]+=", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)
    assert not re.search(r"hx-(on|boost|ext|vars)|javascript:|\bjs:", source)
    assert "|safe" not in source.replace(" ", "")


def test_a_question_page_is_drawn_in_a_fraction_of_a_millisecond():
    template = environment().from_string(QUESTION)
    facts = {
        "council": COUNCIL, "page_title": "t", "form_title": "f", "language": "en",
        "test_mode": False, "errors": [], "options": OPTIONS,
    }  # fmt: skip

    def quickest():
        started = perf_counter()
        template.render(facts)
        return perf_counter() - started

    assert min(quickest() for _ in range(200)) < 0.001
