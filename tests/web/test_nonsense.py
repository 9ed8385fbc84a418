"""Whatever is typed into whatever field: kept on the page or refused politely, never a failure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

import pytest

from portal.core.dates import Today
from portal.forms.definition import FormDefinition, Page
from portal.forms.examples import run_example
from portal.forms.fields import FIELD_TYPES
from portal.forms.library import load_library
from tests.support.portal_house import FORMS, Portal
from tests.support.resident import FREE, PAID, Resident, errors_in, hidden_inputs

LIBRARY = load_library(Path(FORMS))
PLAIN = {name: form for name, form in LIBRARY.forms.items() if not form.repeats}
"""The pages of lists have addresses of their own; test_repeating_pages.py has nonsense for them."""
CANARY = "<script>alert(1)</script><img src=x onerror=alert(2)>"
TEXTS: Mapping[str, str] = {
    "script": CANARY,
    "attribute": '"><svg onload=alert(1)>',
    "control": "a\x01b\x07\x1bc",
    "nul": "a\x00b",
    "bidi": "a\u202egnp.exe\u2066",
    "emoji": "👩‍👩‍👧‍👦🏴󠁧󠁢󠁷󠁬󠁳󠁿" * 20,
    "zalgo": "Z" + "\u0301" * 500,
    "newlines": "a\r\nBcc: x@example.test\r\n\r\nb",
    "template": "{{7*7}}{% raw %}${7*7}{0.__class__}",
    "sql": "'; drop table draft; --",
    "formula": "=cmd|'/c calc'!A1",
    "long": "x" * 100_000,
    "long word": "ﷺ" * 20_000,
    "digits": "9" * 5_000,
    "full width": "１２３４５",
    "nan": "NaN",
    "exponent": "1e999999",
    "negative": "-1",
    "card": "4242 4242 4242 4242",
    "path": "../../../../etc/passwd",
    "noncharacter": "\ufffe\uffff",
    "blank": " \t\u00a0\u200b",
}
WRONG_DATES: Sequence[tuple[str, str, str]] = (
    ("31", "2", "2026"),
    ("1", "13", "2026"),
    ("1", "Smarch", "2026"),
    ("0", "0", "0"),
    ("-1", "-1", "-1"),
    ("1", "1", "99999999999999999999"),
    ("29", "2", "2027"),
    ("١", "١", "٢٠٢٦"),
    ("1.5", "1", "2026"),
)


def _pages() -> Iterator[tuple[str, str, str]]:
    """Every page of questions: its form, its name, and an example that leads there."""
    seen: set[tuple[str, str]] = set()
    for form in PLAIN.values():
        for example in form.examples:
            today = Today(example.on or date(2026, 11, 24), frozenset())
            for page, _raw in run_example(form, example, today).posts:
                if (form.form, page.name) not in seen:
                    seen.add((form.form, page.name))
                    yield form.form, page.name, example.name
    missed = {
        (form.form, page.name)
        for form in PLAIN.values()
        for page in form.pages
        if any(FIELD_TYPES[q.type].asks for q in page.questions)
    } - seen
    assert not missed, f"no example leads to {missed}"


@pytest.mark.parametrize(("form", "at", "example"), list(_pages()))
def test_no_field_of_any_form_can_be_broken(
    shared_portal: Portal, form: str, at: str, example: str
) -> None:
    with shared_portal.clock.on(_day_of(form, example)):
        resident = shared_portal.resident()
        definition = PLAIN[form]
        _go_to(resident, definition, example, at)
        asked = definition.page(at)
        assert asked is not None
        path = f"/forms/{form}/{at}"
        token = resident.token()
        for post in _posts(asked):
            answer = resident.browser.post(path, data={"csrf_token": token, **post})
            assert answer.status_code in (200, 303, 422), (post, answer.status_code)
            _must_hold_no_markup_of_theirs(answer.text)
            if answer.status_code == 422:  # nothing was saved: the page is as it was
                continue
            shown = resident.get(path)
            assert shown.status_code in (200, 303)
            _must_hold_no_markup_of_theirs(shown.text)


@pytest.mark.parametrize(("form", "at", "example"), list(_pages()))
def test_what_a_type_calls_a_mistake_is_refused_and_kept_on_the_page(
    shared_portal: Portal, form: str, at: str, example: str
) -> None:
    with shared_portal.clock.on(_day_of(form, example)):
        resident = shared_portal.resident()
        definition = PLAIN[form]
        _go_to(resident, definition, example, at)
        asked = definition.page(at)
        assert asked is not None
        token = resident.token()
        before = shared_portal.rows("draft")
        for question in asked.questions:
            if not FIELD_TYPES[question.type].asks:
                continue
            for post in FIELD_TYPES[question.type].sample_mistakes(question):
                answer = resident.browser.post(
                    f"/forms/{form}/{at}", data={"csrf_token": token, **post}
                )
                assert answer.status_code == 422, (post, answer.status_code)
                assert errors_in(answer.text), post
                assert "Error: " in answer.text.partition("</title>")[0]
        assert shared_portal.rows("draft") == before


@pytest.mark.parametrize(
    ("encoded", "kind"),
    [
        (b"%ED%A0%80", "half a surrogate pair"),
        (b"%FF%FE%80", "bytes that are no UTF-8"),
        (b"%C0%AF", "an overlong slash"),
        (b"%00", "a NUL"),
        (b"%u0000", "an escape that is none"),
        (b"%", "an escape cut short"),
        (b"\xff\xfe", "raw bytes"),
        (quote_from_bytes("\u2028".encode()).encode(), "a line separator"),
    ],
)
def test_bytes_that_are_no_text_are_never_a_failure(
    shared_portal: Portal, encoded: bytes, kind: str
) -> None:
    resident = shared_portal.resident()
    resident.answer(FREE, "where", {"where-description": "Lay-by"})
    token = resident.token().encode()
    for path, field in (
        (f"/forms/{FREE}/where", b"where-description"),
        (f"/forms/{FREE}/land", b"land"),
        (f"/forms/{FREE}/save", b"email"),
        (f"/forms/{FREE}/check-answers", b"quote"),
        ("/resume/nothing", b"fact"),
        (f"/forms/{FREE}/where", encoded),
        (f"/forms/{FREE}/where", b"csrf_token"),
    ):
        body = b"csrf_token=" + token + b"&" + field + b"=" + encoded
        answer = resident.browser.post(
            path, content=body, headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code < 500, (path, kind)


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "utf-16", "nonsense", "idna"])
@pytest.mark.parametrize("path", [f"/forms/{FREE}/where", f"/forms/{FREE}/save", "/resume/x"])
def test_an_odd_charset_smuggles_nothing_in(shared_portal: Portal, charset: str, path: str) -> None:
    resident = shared_portal.resident()
    resident.answer(FREE, "where", {"where-description": "Lay-by"})
    parts = {
        "csrf_token": resident.token(),
        "where-description": "\\ud800 +2AA-",
        "email": "\\ud800@x.test",
        "fact": "\\ud800 +2AA-",
    }
    body = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parts.items()
    )
    answer = resident.browser.post(
        path,
        content=f"{body}--x--\r\n".encode(),
        headers={"content-type": f"multipart/form-data; boundary=x; charset={charset}"},
    )
    assert answer.status_code < 500


@pytest.mark.parametrize("how", ["urlencoded", "multipart"])
def test_ten_megabytes_of_text_are_refused_on_the_page_and_earlier_answers_stay(
    shared_portal: Portal, how: str
) -> None:
    resident = shared_portal.resident()
    resident.answer(FREE, "where", {"where-description": "Canal bridge"})
    huge = {"csrf_token": resident.token(), "where-description": "x" * 10_000_000}
    files = [("none", ("a", b"", "text/plain"))] if how == "multipart" else None
    answer = resident.browser.post(f"/forms/{FREE}/where", data=huge, files=files)
    assert answer.status_code == 422
    assert "too large" in errors_in(answer.text)[0]
    assert "Canal bridge" in answer.text


def test_too_much_on_a_page_that_opens_with_a_warning_is_refused_politely(
    shared_portal: Portal,
) -> None:
    resident = shared_portal.resident()
    resident.fill(FREE, "Asbestos", until="danger")
    answer = resident.post(f"/forms/{FREE}/danger", {"near_people": "x" * 2_000_000})
    assert answer.status_code == 422
    assert "too large" in errors_in(answer.text)[0]


def test_a_thousand_fields_are_refused_politely(shared_portal: Portal) -> None:
    resident = shared_portal.resident()
    fields = {f"field{number}": "x" for number in range(1_000)}
    answer = resident.post(f"/forms/{FREE}/where", fields)
    assert answer.status_code in (303, 422)


@pytest.mark.parametrize(
    "path",
    [
        "/forms/%00",
        "/forms/%00/where",
        f"/forms/{FREE}/%00",
        f"/forms/{FREE}/confirmation/%00",
        "/forms/%00/check-answers",
        "/forms/%00/save",
        "/pay/%00",
        "/pay/return/%00",
        "/pay/return/x?session_id=%00",
        "/receipts/%00.pdf",
        "/receipts/%00",
        "/resume/%00",
        "/staff/outbox/%00",
        "/staff/outbox/..%2f..%2fetc%2fpasswd",
        "/static/%00",
        "/static/..%2f..%2fpyproject.toml",
        "/static/../../pyproject.toml",
        "/?q=%00",
        "/?q=%ED%A0%80",
        "/forms/%ED%A0%80",
        "/forms/" + "x" * 5_000,
        f"/forms/{FREE}/where?change=%00",
        "//evil.example/",
        "/%5cevil.example",
    ],
)
def test_no_address_is_a_failure_or_leads_elsewhere(shared_portal: Portal, path: str) -> None:
    answer = shared_portal.resident().get(path)
    assert answer.status_code < 500
    assert "evil.example" not in answer.headers.get("location", "")
    assert "passwd" not in answer.text
    assert "[project]" not in answer.text


def test_a_field_sent_twice_is_a_mistake_not_a_choice(shared_portal: Portal) -> None:
    resident = shared_portal.resident()
    resident.answer(FREE, "where", {"where-description": "Lay-by"})
    twice = resident.answer(FREE, "land", {"land": ["road", "park"]})
    assert twice.status_code == 422
    assert shared_portal.rows("draft")[-1]["answers"].find("park") == -1
    query = resident.post(f"/forms/{FREE}/land?land=road", {}, page=f"/forms/{FREE}/land")
    assert query.status_code == 422


def test_the_token_or_the_quote_sent_twice_sends_nothing(shared_portal: Portal) -> None:
    resident = shared_portal.resident()
    resident.fill(PAID, "A house name costs")
    posted: dict[str, Any] = resident.check(PAID)
    two_quotes = {**posted, "quote": [posted["quote"], posted["quote"]]}
    two_tokens = {**posted, "csrf_token": [posted["csrf_token"], posted["csrf_token"]]}
    path = f"/forms/{PAID}/check-answers"
    assert resident.browser.post(path, data=two_quotes).status_code == 409
    assert resident.browser.post(path, data=two_tokens).status_code == 403


def test_names_from_every_script_reach_check_answers_as_they_were_written(
    shared_portal: Portal,
) -> None:
    resident = shared_portal.resident()
    resident.fill(PAID, "A house name costs", until="your-details")
    for first, last in (("Siân", "O'Brien"), ("李", "小龙"), ("Zoë", "D’Arcy-Ньютон")):
        resident.answer(
            PAID,
            "your-details",
            {"your_name-first": first, "your_name-last": last, "email": "a@example.test"},
        )
        page = resident.read(f"/forms/{PAID}/check-answers").replace("&#39;", "'")
        assert f"{first} {last}" in page


def _day_of(form: str, example: str) -> date | None:
    """The day an example happens on, when it is about a day."""
    return next(each.on for each in PLAIN[form].examples if each.name == example)


def _go_to(resident: Resident, form: FormDefinition, example: str, page: str) -> None:
    resident.fill(form.form, example, until=page)


def _posts(page: Page) -> Iterator[dict[str, Any]]:
    inputs = [
        name
        for question in page.questions
        if FIELD_TYPES[question.type].asks
        for name in FIELD_TYPES[question.type].inputs(question)
    ]
    for text in TEXTS.values():
        yield dict.fromkeys(inputs, text)
    yield {name: ["a", "b"] for name in inputs}
    yield {f"{name}-upload": "x" for name in inputs} | {f"{name}-remove": "\0" for name in inputs}
    for question in page.questions:
        if question.type == "date":
            parts = FIELD_TYPES["date"].inputs(question)
            for wrong in WRONG_DATES:
                yield dict(zip(parts, wrong, strict=True))


def _must_hold_no_markup_of_theirs(html: str) -> None:
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "<svg onload" not in html
    assert "\x00" not in html
    assert hidden_inputs(html) is not None
