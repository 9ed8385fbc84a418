"""The pure parts, over all that people may type."""

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from portal.crm.case import Status, case_number, queue_name, read_number
from portal.crm.content import Answer, CaseContent, drop_unknown
from portal.crm.days import days_left, moment_in_words, pounds, size_in_words
from portal.crm.files import safe_file_name, safe_media_type
from portal.crm.views import group_answers, words_of
from tests.crm.samples import a_case

MINUS = "\N{MINUS SIGN}"


@given(st.integers(0, 10**14))
def test_a_number_is_read_back_however_it_is_typed(seq: int) -> None:
    number = case_number(seq)
    assert read_number(number) == read_number(f" {number.lower()} ") == seq
    assert read_number(f"CRM-{seq}") == seq


@given(st.text(max_size=30))
def test_what_is_no_number_is_none(text: str) -> None:
    read = read_number(text)
    assert read is None or case_number(read).lstrip("CRM-0") == text.strip()[4:].lstrip("0")


@pytest.mark.parametrize(
    ("slug", "name"),
    [("gis", "GIS"), ("council-tax", "Council tax"), ("foi-requests", "FOI requests"), ("a", "A")],
)
def test_a_queue_is_named_after_its_slug(slug: str, name: str) -> None:
    assert queue_name(slug) == name


@given(st.integers(-(10**12), 10**12))
def test_pounds_are_read_back_as_the_same_pence(pence: int) -> None:
    said = pounds(pence)
    digits = said.replace(MINUS, "-").replace("£", "").replace(",", "")
    assert round(float(digits) * 100) == pence


def test_money_sizes_and_days_read_as_people_write_them() -> None:
    assert [pounds(pence) for pence in (0, 5, 123_450, -500)] == [
        "£0.00",
        "£0.05",
        "£1,234.50",
        f"{MINUS}£5.00",
    ]
    assert [size_in_words(n) for n in (0, 1023, 340_000, 2_200_000)] == [
        "0 bytes",
        "1023 bytes",
        "332 KB",
        "2.1 MB",
    ]
    today = date(2026, 11, 24)
    assert [days_left(date(2026, 11, day), today) for day in (24, 25, 27, 23)] == [
        "today",
        "1 day left",
        "3 days left",
        "1 day late",
    ]


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 7, 1, 23, 30, tzinfo=UTC), "2 July 2026 at 12:30am"),
        (datetime(2026, 12, 1, 12, 0, tzinfo=UTC), "1 December 2026 at 12:00pm"),
    ],
)
def test_moments_are_on_the_councils_clock(moment: datetime, said: str) -> None:
    assert moment_in_words(moment) == said


@given(st.text(max_size=400))
def test_a_file_name_never_leaves_its_folder_nor_breaks_a_header(name: str) -> None:
    safe = safe_file_name(name)
    assert 0 < len(safe) <= 200
    assert safe.isprintable()
    assert safe not in {".", ".."}
    assert not set(safe) & {"/", "\\", "\r", "\n", "\0"}


@given(st.text(max_size=100))
def test_a_media_type_is_always_one(declared: str) -> None:
    top, slash, rest = safe_media_type(declared).partition("/")
    assert top.isascii()
    assert slash
    assert rest.isascii()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*CaseContent.model_fields, "other", "x y"]), JSON))
def test_any_json_is_taken_or_refused_and_what_is_taken_can_be_kept(
    changes: dict[str, Any],
) -> None:
    try:
        content = CaseContent.model_validate({**a_case(), **changes})
    except ValidationError:
        return
    drop_unknown(content)
    kept = content.model_dump_json()
    assert CaseContent.model_validate_json(kept) == content
    assert set(content.model_dump()) == set(CaseContent.model_fields)


@given(st.lists(st.sampled_from(["a", "b", "c"])))
def test_grouping_loses_no_answer_and_keeps_their_order(pages: list[str]) -> None:
    answers = [
        Answer(page=page, question=str(place), label="?") for place, page in enumerate(pages)
    ]
    grouped = group_answers(answers)
    assert [answer for page in grouped for answer in page.answers] == answers
    titles = [page.title for page in grouped]
    assert all(one != other for one, other in pairwise(titles))


@given(st.text(max_size=50))
def test_a_slug_of_any_kind_can_be_read_as_words(slug: str) -> None:
    assert "-" not in words_of(slug)


def test_only_resolved_and_closed_are_finished() -> None:
    assert {status for status in Status if status.is_finished} == {Status.RESOLVED, Status.CLOSED}
