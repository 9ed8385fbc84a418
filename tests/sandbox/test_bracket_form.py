"""Stripe's bracket encoding, read back exactly as the SDK writes it."""

import contextlib
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe._encode import _api_encode  # pyright: ignore[reportPrivateUsage]  # the real writer

from portal.sandbox.bracket_form import read_form
from portal.sandbox.errors import InvalidRequest

NAMES = st.from_regex(r"\A[a-z_]{1,8}\Z")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def trees(depth: int) -> st.SearchStrategy[Any]:
    if depth == 0:
        return TEXT
    below = trees(depth - 1)
    groups = st.dictionaries(NAMES, below, min_size=1, max_size=4)
    return TEXT | groups | st.lists(below, min_size=1, max_size=12)


@given(st.dictionaries(NAMES, trees(3), max_size=5))
def test_what_the_sdk_writes_is_read_back(parameters: dict[str, Any]) -> None:
    encoded = urlencode(list(_api_encode(parameters)))
    assert read_form(encoded) == parameters


def test_unnumbered_brackets_make_a_list() -> None:
    assert read_form("expand[]=a&expand[]=b&limit=3") == {"expand": ["a", "b"], "limit": "3"}


@given(st.text(max_size=60))
def test_nonsense_is_read_or_refused(encoded: str) -> None:
    with contextlib.suppress(InvalidRequest):
        assert isinstance(read_form(encoded), dict)


@pytest.mark.parametrize(
    "encoded", ["a=1&a[b]=2", "a[b]=2&a=1", "a[b=1", "[a]=1", "a" + "[b]" * 9 + "=1"]
)
def test_a_contradiction_is_refused(encoded: str) -> None:
    with pytest.raises(InvalidRequest):
        read_form(encoded)


def test_a_flood_of_parameters_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        read_form("&".join(f"a{n}=1" for n in range(3000)))
