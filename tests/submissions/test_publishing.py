"""Which version a draft belongs on, as one choice follows another."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.submissions.change import Change, Lost, dump_change, load_change
from portal.submissions.publication import Choice, Publication, course_of, undecided

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


def published(*steps: tuple[str, str, str]) -> list[Publication]:
    return [
        Publication(number, "f", old, new, Choice(choice), "A", NOW + timedelta(hours=number))
        for number, (old, choice, new) in enumerate(steps, 1)
    ]


def goes_to(made: list[Publication], digest: str, served: str) -> tuple[str, str]:
    course = course_of(made, digest, served)
    return course.choice.value, course.to_digest


def test_without_a_publication_a_draft_stays() -> None:
    assert goes_to([], "a", "b") == ("pin", "a")


def test_a_draft_follows_the_choices_as_far_as_they_carry_it() -> None:
    made = published(("a", "carry", "b"), ("b", "carry", "c"))
    assert goes_to(made, "a", "c") == ("carry", "c")
    assert goes_to(made, "b", "c") == ("carry", "c")
    assert goes_to(made, "c", "c") == ("pin", "c")
    pinned = published(("a", "carry", "b"), ("b", "pin", "c"))
    assert goes_to(pinned, "a", "c") == ("carry", "b")


def test_a_stop_anywhere_on_the_way_stops_and_says_since_when() -> None:
    made = published(("a", "carry", "b"), ("b", "stop", "c"))
    assert goes_to(made, "a", "c") == ("stop", "a")
    assert course_of(made, "a", "c").since == NOW + timedelta(hours=2)


def test_going_back_to_an_earlier_version_brings_its_drafts_home() -> None:
    made = published(("a", "carry", "b"), ("b", "carry", "a"))
    assert goes_to(made, "a", "a") == ("pin", "a")
    assert goes_to(made, "b", "a") == ("carry", "a")
    # A process that has not heard of it yet does not send them round in circles.
    assert goes_to(made, "a", "b") == ("pin", "a")


def test_a_later_choice_for_the_same_version_counts() -> None:
    made = published(("a", "stop", "b"), ("a", "pin", "b"))
    assert goes_to(made, "a", "b") == ("pin", "a")


def test_a_choice_is_owed_to_versions_that_have_none_since_they_were_published() -> None:
    made = published(("a", "pin", "b"))
    assert undecided(made, ["a", "b", "c"], "c") == ["b"]
    back = published(("a", "pin", "b"), ("b", "carry", "a"))
    assert undecided(back, ["a", "b"], "c") == ["a"]


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from(list(Choice)), st.sampled_from("abcd"))
        .filter(lambda step: step[0] != step[2])
        .map(lambda step: (step[0], step[1].value, step[2])),
        max_size=12,
    ),
    st.sampled_from("abcd"),
    st.sampled_from(["a", "b", "c", "d", ""]),
)
def test_whatever_was_published_following_it_ends_and_moves_only_what_is_not_at_home(
    steps: list[tuple[str, str, str]], digest: str, served: str
) -> None:
    course = course_of(published(*steps), digest, served)
    if digest == served:
        assert (course.choice, course.to_digest) == (Choice.PIN, digest)
    assert (course.choice is Choice.CARRY) == (course.to_digest != digest)


def test_a_change_not_yet_told_grows_with_the_next_and_is_kept_whole() -> None:
    first = Change((Lost("Lamp", ("L-17",), "gone"),), ("Who",), ("Look",), 1000, 1200)
    second = Change((Lost("Plan", ("a.pdf",), "gone"),), ("When",), (), 1200, 1500)
    both = first.then(second)
    assert [lost.label for lost in both.lost] == ["Lamp", "Plan"]
    assert (both.total_before, both.total_after) == (1000, 1500)
    assert both.again == ()
    assert load_change(dump_change(both)) == both
    assert (dump_change(Change()), load_change("")) == ("", Change())


def test_a_change_is_told_in_welsh_where_the_welsh_of_it_is_kept() -> None:
    older = load_change(
        '{"lost": [{"label": "Lamp", "lines": ["L-17"], "why": "It is not asked any more"}],'
        ' "asked": [], "again": [], "total_before": null, "total_after": null}'
    )
    assert older.in_language("cy") == older
    welsh = Change((Lost("Cynllun", ("a.pdf",), "gone"),), ("Pryd",))
    later = Change((Lost("Plan", ("a.pdf",), "gone"),), ("When",), welsh=welsh)
    both = older.then(later)
    assert load_change(dump_change(both)) == both
    assert [lost.label for lost in both.in_language("en").lost] == ["Lamp", "Plan"]
    assert [lost.label for lost in both.in_language("cy").lost] == ["Lamp", "Cynllun"]
    assert both.in_language("cy").asked == ("Pryd",)
