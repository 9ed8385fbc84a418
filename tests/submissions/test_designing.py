"""Draft definitions and trials, on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.core.errors import Conflict
from portal.database import Transactions
from portal.forms.parsing import Bundle
from portal.submissions.designing import (
    Trial,
    count_live_drafts,
    discard_draft_definition,
    find_draft_definition,
    find_trial,
    keep_trial,
    list_draft_definitions,
    save_draft_definition,
)
from portal.submissions.proposal import Doer

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DEE = Doer("d1", "Dee Signer")
BUNDLE = Bundle("a.yml", "form: a\n", "pages: {}\n", "fees: {}\n")


def save(transactions: Transactions, version: int, bundle: Bundle = BUNDLE):
    return save_draft_definition(
        transactions, "a", bundle, based_on="d" * 64, version=version, by=DEE, now=NOW
    )


def test_a_draft_definition_keeps_its_whole_bundle(transactions: Transactions):
    assert find_draft_definition(transactions, "a") is None
    saved = save(transactions, 0)
    found = find_draft_definition(transactions, "a")
    assert found == saved
    assert found is not None
    assert (found.bundle, found.bundle.digest) == (BUNDLE, BUNDLE.digest)
    assert (found.version, found.based_on, found.saved_at) == (1, "d" * 64, NOW)
    assert list_draft_definitions(transactions) == {"a": found}


def test_whoever_began_with_an_older_version_is_told_and_overwrites_nothing(
    transactions: Transactions,
):
    save(transactions, 0)
    save(transactions, 1, Bundle("a.yml", "form: a # newer\n"))
    for stale in (0, 1, 3):
        with pytest.raises(Conflict):
            save(transactions, stale)
    found = find_draft_definition(transactions, "a")
    assert found is not None
    assert (found.version, found.bundle.text) == (2, "form: a # newer\n")


def test_a_discarded_draft_is_gone_and_may_be_begun_again(transactions: Transactions):
    save(transactions, 0)
    discard_draft_definition(transactions, "a", by=DEE, now=NOW)
    discard_draft_definition(transactions, "a", by=DEE, now=NOW)
    assert find_draft_definition(transactions, "a") is None
    assert save(transactions, 0).version == 1


def test_each_browser_tries_on_its_own_and_is_forgotten_after_a_day(transactions: Transactions):
    mine, theirs = Trial("1", "{}", None), Trial("2", "{}", date(2027, 4, 1))
    keep_trial(transactions, "me", "a", mine, now=NOW)
    keep_trial(transactions, "them", "a", theirs, now=NOW + timedelta(hours=23))
    assert find_trial(transactions, "me", "a") == mine
    assert find_trial(transactions, "them", "a") == theirs
    assert find_trial(transactions, "me", "b") is None
    keep_trial(transactions, "me", "b", mine, now=NOW + timedelta(hours=25))
    assert find_trial(transactions, "me", "a") is None
    assert find_trial(transactions, "them", "a") == theirs


def test_where_nobody_is_in_the_middle_of_a_form_nothing_is_counted(transactions: Transactions):
    assert count_live_drafts(transactions, NOW) == {}
