"""What was right once is read leniently, but never so that it means another thing."""

import pytest

from portal.forms.parsing import Bundle, Parsed, parse_form, parse_kept
from tests.forms.hall import FEES, FILE, FORM, SHARED, without


def kept(text: str, file: str = FILE) -> Parsed:
    bundle = Bundle(file, text, SHARED, FEES)
    assert parse_form(bundle).definition is None
    return parse_kept(bundle)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Hire a hall\n", ""),
        ("summary: Hire a hall for an afternoon\n", ""),
        ("    title: Your guests\n", ""),
        ("{hall.label}: {your_name}", "{hall.label}: {nobody}"),
        ("    ends_at: crowded\n", "    ends_at: nowhere\n"),
        ("guests: 501}", "visitors: 501}"),
    ],
)
def test_what_is_only_words_or_an_example_is_forgiven(old: str, new: str) -> None:
    parsed = kept(without(old, new))
    assert parsed.definition is not None
    assert parsed.findings
    right = parse_form(Bundle(FILE, FORM, SHARED, FEES)).definition
    assert right is not None
    names = [question.name for question in right.questions]
    assert [question.name for question in parsed.definition.questions] == names
    assert [line.schedule for line in parsed.definition.fee] == [f.schedule for f in right.fee]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('    when: hall == "big"\n    amount', "    when: hull == 1\n    amount"),
        ("    amount: hall-hire\n", "    amount: hall-higher\n"),
        ("    income_code: LEI-1\n", ""),
        ("        type: radios\n", "        type: wireless\n"),
        ("  - page: crowded\n    when: guests > 500\n", "  - page: crowded\n    when: gusts > 5\n"),
        ("use: contact", "use: nobody"),
        ("  queue: leisure\n", ""),
        ("form: hire-a-hall", "form: [unclosed"),
    ],
)
def test_what_is_asked_charged_or_sent_is_never_guessed(old: str, new: str) -> None:
    assert kept(without(old, new)).definition is None


def test_a_file_that_was_renamed_is_read() -> None:
    assert kept(FORM, "hall.yml").definition is not None


CHAIRS = """\
  - repeat: chairs
    title: Chairs
    each: chair
    max: 9
    pages:
      - page: chair
        questions: [{question: colour, ask: Colour, type: text}]
  - page: red
    when: WHEN
    title: Red
    guidance: Red.
  - page: your-details
"""


@pytest.mark.parametrize(
    "when",
    ['chairs.exists(c, c.color == "red")', "chairs.exists(c, c.colour > 3)", "chairs[0].colour"],
)
def test_what_went_wrong_within_a_list_unnoticed_means_what_it_meant(when: str) -> None:
    parsed = kept(without("  - page: your-details\n", CHAIRS.replace("WHEN", when)))
    assert {finding.code for finding in parsed.findings} <= {"C007", "C008"}
    assert parsed.definition is not None
    red = parsed.definition.page("red")
    assert red is not None
    assert red.when is not None
    assert red.when.text == when
