"""Pages: shared ones, names used twice, and conditions that look only back."""

import pytest

from portal.forms.page_parsing import RESERVED_PAGES, check_shared
from tests.forms.hall import FORM, SHARED, definition, parse, without


def codes(form: str = FORM, shared: str = SHARED) -> list[tuple[str, str, int]]:
    return [(f.code, f.file, f.line) for f in parse(form, shared=shared).findings]


def test_a_shared_page_brings_its_questions_and_its_title():
    page = definition().page("your-details")
    assert page is not None
    assert page.title == "Your details"
    assert [q.name for q in page.questions] == ["your_name", "email"]


def test_a_form_may_give_a_shared_page_a_title_of_its_own():
    page = definition(without("use: contact", "use: contact\n    title: Who are you?")).page(
        "your-details"
    )
    assert page is not None
    assert page.title == "Who are you?"


def test_a_slip_in_a_shared_page_is_told_in_its_own_file():
    assert codes(shared=without("type: email", "type: e-mail", SHARED))[0] == (
        "F027",
        "_shared.yml",
        6,
    )


def test_a_shared_question_the_form_asks_itself_is_told_in_the_form():
    text = without("question: hall", "question: email")
    assert ("F022", "hire-a-hall.yml", 42) in codes(text)


def test_a_page_with_one_question_is_headed_by_it():
    page = definition().page("hall")
    assert page is not None
    assert page.title == "Which hall?"


def test_content_blocks_do_not_count_as_questions():
    text = without(
        "      - question: hall\n",
        "      - {question: note, type: inset, text: Read this.}\n      - question: hall\n",
    )
    page = definition(text).page("hall")
    assert page is not None
    assert page.title == "Which hall?"
    assert len(page.questions) == 2


@pytest.mark.parametrize("name", sorted(RESERVED_PAGES))
def test_a_page_cannot_take_an_address_of_the_portals(name: str):
    assert codes(without("page: crowded", f"page: {name}"))[0][0] == "F021"


def test_a_condition_of_a_page_cannot_read_the_page_itself():
    assert ("C003", "hire-a-hall.yml", 19) in codes(without('hall == "big"', "guests > 1"))


def test_a_check_may_read_its_own_page():
    assert codes(without("cars <= guests", "cars <= guests && hall == 'big'")) == []


@pytest.mark.parametrize(
    ("when", "line", "column"),
    [
        ('when: hal == "big"', 19, 11),
        ("when: 'true && hal == \"big\"'", 19, 20),
        ('when: "true && hal == \\"big\\""', 19, 20),
        ('when: "\\"a\\" == \\"b\\" && hal == 1"', 19, 30),
        ("when: |\n      true\n      && hal == 'big'", 21, 10),
        ("when: >-\n      true &&\n      hal == 'big'", 21, 7),
        ("when: true &&\n      hal == 'big'", 20, 7),
    ],
)
def test_a_slip_in_a_condition_is_told_at_its_very_column(when: str, line: int, column: int):
    findings = parse(without('when: hall == "big"', when)).findings
    assert ("C001", line, column) in [(f.code, f.line, f.column) for f in findings]


@pytest.mark.parametrize(
    "text", ["lots", "- pages", "pages: lots", "pages: [a]", "pages: {a: lots}", "pages: {a: []}"]
)
def test_a_shared_file_of_another_shape_is_found(text: str):
    assert check_shared("_shared.yml", text)


def test_an_empty_shared_file_is_right():
    assert check_shared("_shared.yml", "# none yet\n") == ()


@pytest.mark.parametrize("questions", ["lots", "[]", "[lots]", "{a: b}", "[[a]]"])
def test_questions_of_another_shape_are_found_and_nothing_raised(questions: str):
    text = without("    use: contact\n", f"    title: T\n    questions: {questions}\n")
    assert parse(text).findings
