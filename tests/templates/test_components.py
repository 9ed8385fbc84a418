"""What the components do beyond looking like GOV.UK Frontend's."""

import re
from types import SimpleNamespace as Thing

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.web.views import QuestionView
from tests.forms.fields.village import question
from tests.templates.drawing import draw, environment

OPTIONS = [Thing(value=v, label=v.title(), hint="") for v in ("red", "green", "blue")]
NASTY = '"><script>alert(1)</script>'
CALLS = [
    ("input", "input('n', nasty, value=nasty, hint=nasty, error=nasty)"),
    ("input", "input('n', nasty, prefix=nasty, suffix=nasty, autocomplete=nasty)"),
    ("textarea", "textarea('n', nasty, value=nasty, hint=nasty, error=nasty, max_words=3)"),
    ("radios", "radios('n', nasty, options, hint=nasty, error=nasty)"),
    ("checkboxes", "checkboxes('n', nasty, options, hint=nasty, error=nasty)"),
    ("checkboxes", "checkbox('n', nasty, hint=nasty, error=nasty)"),
    ("select", "select('n', nasty, options, hint=nasty, error=nasty, empty=nasty)"),
    ("date_input", "date_input('n', nasty, day=nasty, hint=nasty, error=nasty)"),
    ("file_upload", "file_upload('n', nasty, hint=nasty, error=nasty, accept=nasty, shrink=true)"),
    ("button", "button(nasty, name=nasty, value=nasty)"),
    ("button", "button_link(nasty, nasty)"),
    ("details", "details(nasty, nasty)"),
    ("panel", "panel(nasty, nasty)"),
    ("summary_list", "summary_list([{'label': nasty, 'lines': [nasty], 'change': nasty}])"),
    ("table", "table(nasty, [nasty], [[nasty]])"),
    ("error_summary", "error_summary([{'input': nasty, 'message': nasty}])"),
    ("notification_banner", "notification_banner(nasty, title=nasty)"),
    ("warning_text", "warning_text(nasty)"),
    ("inset_text", "inset_text(nasty)"),
    ("tag", "tag(nasty)"),
    ("back_link", "back_link(nasty, nasty)"),
    ("use_location", "use_location(nasty)"),
]


@pytest.mark.parametrize(("component", "expression"), CALLS)
def test_nothing_anybody_writes_becomes_markup(component, expression):
    options = [Thing(value=NASTY, label=NASTY, hint=NASTY)]

    drawn = draw(component, expression, nasty=NASTY, options=options)

    assert "<script" not in drawn
    assert "alert(1)" in drawn
    html5lib.HTMLParser(strict=True).parseFragment(drawn)


@pytest.mark.parametrize(("component", "expression"), CALLS)
def test_every_id_that_is_pointed_at_is_there_once(component, expression):
    drawn = draw(component, expression, nasty="words", options=OPTIONS)

    ids = re.findall(r' id="([^"]*)"', drawn)
    pointed = " ".join(re.findall(r'(?:aria-describedby|for)="([^"]*)"', drawn)).split()
    assert len(ids) == len(set(ids))
    assert set(pointed) <= set(ids)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=50))
def test_what_was_typed_comes_back_as_it_was_typed(typed):
    drawn = draw("input", "input('n', 'Name', value=typed)", typed=typed)

    field = html5lib.parseFragment(drawn, namespaceHTMLElements=False).find(".//input")
    assert field is not None
    assert field.get("value", "") == typed


@pytest.mark.parametrize("typed", ["\nfirst line is empty", "two\nlines", "", "</textarea><b>"])
def test_a_text_of_several_lines_comes_back_as_it_was_typed(typed):
    drawn = draw("textarea", "textarea('n', 'More', value=typed)", typed=typed)

    field = html5lib.parseFragment(drawn, namespaceHTMLElements=False).find(".//textarea")
    assert field is not None
    assert (field.text or "") == typed


@pytest.mark.parametrize("before", ["red", "green", "blue"])
def test_every_radio_has_an_id_of_its_own_wherever_the_divider_stands(before):
    drawn = draw("radios", "radios('n', 'Colour', options, divided_from=before)",
                 options=OPTIONS, before=before)  # fmt: skip

    ids = re.findall(r'<input[^>]* id="([^"]*)"', drawn)
    assert len(set(ids)) == len(OPTIONS)
    assert ids[0] == "n"


def test_an_error_is_marked_for_eyes_and_for_screen_readers():
    drawn = draw("input", "input('n', 'Name', hint='As on your licence', error='Enter your name')")

    assert 'aria-describedby="n-hint n-error"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert '<span class="govuk-visually-hidden">Error:</span> Enter your name' in drawn


def test_only_the_wrong_part_of_a_date_is_marked():
    drawn = draw("date_input", "date_input('d', 'When?', error='Enter a year', wrong=('year',))")

    assert drawn.count('aria-invalid="true"') == 1
    assert re.search(r'govuk-input--error[^>]*id="d-year"', drawn)


def test_a_birthday_is_offered_from_the_browser():
    drawn = draw("date_input", "date_input('d', 'Born?', is_birthday=true)")

    offered = re.findall(r'autocomplete="([^"]*)"', drawn)
    assert offered == ["bday-day", "bday-month", "bday-year"]


@pytest.mark.parametrize(
    ("component", "expression", "welsh"),
    [
        ("input", "input('n', 'Enw', error='Rhowch enw', language='cy')", "Gwall:"),
        ("date_input", "date_input('n', 'Pryd?', language='cy')", "Blwyddyn"),
        ("error_summary", "error_summary([], language='cy')", "Mae problem wedi codi"),
        ("back_link", "back_link('/', language='cy')", "Yn ôl"),
        ("textarea", "textarea('n', 'Mwy', max_characters=9, language='cy')", "hyd at 9 nod"),
        ("radios", "radios('n', 'Lliw', options, divided_from='blue', language='cy')", ">neu<"),
    ],
)
def test_the_portals_own_words_are_welsh_in_welsh(component, expression, welsh):
    assert welsh in draw(component, expression, options=OPTIONS)


def test_a_text_limited_in_words_says_how_many_words():
    asked = question("textarea", {"max_words": "100"})
    view = QuestionView(asked, {}, {}, is_heading=True)
    source = '{% from "fields/textarea.html" import field %}{{ field(view) }}'

    drawn = environment().from_string(source).render(view=view)

    assert "You can enter up to 100 words" in drawn
    assert "characters" not in drawn


def test_the_limit_of_a_text_is_told_without_javascript():
    drawn = draw("textarea", "textarea('n', 'More', max_characters=500)")

    assert "You can enter up to 500 characters" in drawn
    assert 'aria-describedby="n-info"' in drawn


def test_a_page_form_is_plain_and_carries_the_token():
    source = """{% from "components/page_form.html" import page_form %}
        {%- call page_form("/forms/a/b", "t0ken", multipart=true) %}<p>in</p>{% endcall %}"""

    drawn = environment().from_string(source).render()

    assert drawn.startswith(
        '<form action="/forms/a/b" method="post" novalidate'
        ' enctype="multipart/form-data" data-enhance>'
    )
    assert '<input type="hidden" name="csrf_token" value="t0ken">' in drawn
    assert "hx-" not in drawn


def test_a_form_that_leaves_the_portal_is_not_enhanced():
    source = """{% from "components/page_form.html" import page_form %}
        {%- call page_form("/pay/x", "t", enhance=false) %}{% endcall %}"""

    assert "data-enhance" not in environment().from_string(source).render()


def test_the_button_for_a_location_is_hidden_until_a_script_shows_it():
    drawn = draw("use_location", "use_location('place')")

    assert drawn.endswith(" hidden>Use my location</button>")
    assert 'data-use-location="place"' in drawn
