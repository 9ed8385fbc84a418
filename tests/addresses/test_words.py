"""How what people type is compared with addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.addresses.words import (
    fold,
    is_number,
    natural,
    one_slip_apart,
    read_postcode,
    searched_words,
    tidy_postcode,
    wanted,
)

LETTERS = st.text(alphabet="abcde", max_size=8)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Café d’Or, 14–18", "cafe dor 14 18"),
        ("St John's Road", "st johns road"),
        ("TŶ GWYN", "ty gwyn"),
        ("Løvenborg Way", "lovenborg way"),
        ("北京 😀", ""),
        ("\x00\ud800", ""),
    ],
)
def test_accents_case_and_punctuation_do_not_matter(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(st.text())
def test_whatever_is_typed_becomes_plain_words_once_and_for_all(typed: str) -> None:
    folded = fold(typed)
    assert fold(folded) == folded
    assert all(word.isascii() and word.isalnum() for word in folded.split(" ") if folded)


@pytest.mark.parametrize("typed", ["zz1 1aa", "ZZ11AA", " zZ1  1Aa ", "zz 11aa", "z z 1 1 a a"])
def test_a_postcode_is_read_however_it_is_spaced(typed: str) -> None:
    assert read_postcode(typed) == ("ZZ1 1AA",)


@pytest.mark.parametrize(
    ("typed", "starts"),
    [
        ("zz1", ("ZZ1 ",)),
        ("zz11", ("ZZ11 ", "ZZ1 1")),
        ("zz1 1", ("ZZ1 1",)),
        ("zz11a", ("ZZ1 1A",)),
        ("w1a", ("W1A ",)),
    ],
)
def test_the_start_of_a_postcode_may_mean_two_things(typed: str, starts: tuple[str, ...]) -> None:
    assert read_postcode(typed) == starts


@pytest.mark.parametrize(
    "typed", ["", "14", "zz", "rose cottage", "zz1 1aaa", "flat 1", "1", "a b c d", "14a"]
)
def test_other_words_are_not_taken_for_a_postcode(typed: str) -> None:
    assert read_postcode(typed) == ()


@given(st.text())
def test_no_text_breaks_the_reading_of_postcodes(typed: str) -> None:
    assert all(tidy_postcode(start) for start in read_postcode(typed))


def test_a_postcode_inside_an_address_is_read_without_its_space() -> None:
    assert searched_words("14 High St, ZZ11AA") == ("14", "high", "st", "zz1", "1aa")


def test_nothing_longer_than_an_address_is_looked_for() -> None:
    assert searched_words("high street " * 1_000) == ()
    assert searched_words("one two three four five six seven eight nine ten eleven") == ()


def test_a_house_number_is_never_half_of_another() -> None:
    assert wanted(("street", "1"))[-1].starts == ()
    assert wanted(("1", "stre"))[-1].starts == ("stre",)
    assert is_number("14a")
    assert not is_number("a14")


def test_short_forms_mean_the_long_ones_too() -> None:
    assert wanted(("mill", "rd", "fenwick"))[1].words == ("rd", "road")
    assert set(wanted(("st", "johns"))[0].words) == {"st", "street", "saint"}


def test_numbers_sort_as_people_count() -> None:
    assert sorted(["Flat 10", "Flat 2", "Flat 2A"], key=natural) == ["Flat 2", "Flat 2A", "Flat 10"]


@given(LETTERS, st.data())
def test_any_single_slip_of_the_finger_is_seen(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word)))
    letter = data.draw(st.sampled_from("abcdez"))
    swapped = word[:place] + word[place : place + 2][::-1] + word[place + 2 :]
    for typed in (
        word[:place] + letter + word[place:],
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place + 1 :],
        swapped,
    ):
        assert one_slip_apart(typed, word)
        assert one_slip_apart(word, typed)


@given(LETTERS, LETTERS)
def test_words_far_apart_are_not_confused(typed: str, word: str) -> None:
    if one_slip_apart(typed, word):
        assert abs(len(typed) - len(word)) <= 1
        assert (
            sum(a != b for a, b in zip(sorted(typed), sorted(word), strict=False)) <= len(word) + 1
        )
        assert len(set(typed) ^ set(word)) <= 2
