"""Who may publish what, and what has to be mended first: rules without a database."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.submissions.proposal import (
    Deed,
    Doer,
    HistoryEntry,
    Standing,
    in_short,
    obstacles,
    reason_against,
)

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
IDS = st.text("abc123", min_size=1, max_size=4)


@given(st.frozensets(IDS), IDS)
def test_nobody_publishes_what_they_wrote_a_part_of(authors: frozenset[str], publisher: str):
    reason = reason_against(authors, Doer(publisher, "Pat"))
    assert bool(reason) == (publisher in authors)


@given(st.frozensets(IDS))
def test_nobody_publishes_without_an_account(authors: frozenset[str]):
    assert "signed in" in reason_against(authors, Doer("", "root"))


@given(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_only_what_is_clean_can_be_published_and_each_obstacle_is_told(
    findings: int, refuted: int, failing: int
):
    told = obstacles(Standing(findings, refuted, failing))
    assert len(told) == sum(bool(n) for n in (findings, refuted, failing))
    assert bool(told) == bool(findings or refuted or failing)


def test_one_and_several_are_told_in_their_own_words():
    assert obstacles(Standing(1, 1, 1)) == (
        "1 problem in the definition",
        "1 proof says that it is wrong",
        "1 example fails",
    )
    assert obstacles(Standing(2, 0, 3)) == ("2 problems in the definition", "3 examples fail")


def entry(deed: Deed, by: str, minute: int) -> HistoryEntry:
    at = NOW + timedelta(minutes=minute)
    return HistoryEntry(deed, by, at, at, 1, "", f"v{minute}")


def test_saving_again_and_again_is_one_entry_of_the_history():
    entries = [
        entry(Deed.PROPOSED, "Dee", 9),
        entry(Deed.SAVED, "Dee", 8),
        entry(Deed.SAVED, "Dee", 7),
        entry(Deed.SAVED, "Ann", 6),
        entry(Deed.SAVED, "Dee", 5),
    ]
    short = in_short(entries)
    assert [(one.deed, one.by, one.times) for one in short] == [
        (Deed.PROPOSED, "Dee", 1),
        (Deed.SAVED, "Dee", 2),
        (Deed.SAVED, "Ann", 1),
        (Deed.SAVED, "Dee", 1),
    ]
    assert (short[1].first_at.minute, short[1].last_at.minute, short[1].digest) == (7, 8, "v8")


@given(
    st.lists(
        st.builds(entry, st.sampled_from(Deed), st.sampled_from(["Dee", "Ann"]), st.just(1)),
        max_size=12,
    )
)
def test_no_deed_is_left_out_of_a_history(entries: list[HistoryEntry]):
    assert sum(one.times for one in in_short(entries)) == len(entries)
