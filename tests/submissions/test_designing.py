"""Draft definitions and trials, on both databases."""

from datetime import UTC, date, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import MetaData, inspect
from sqlmodel import SQLModel

import portal.migrations
from portal.core.errors import Conflict
from portal.database import Transactions, open_engine
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

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
BUNDLE = Bundle("a.yml", "form: a\n", "pages: {}\n", "fees: {}\n")


def save(transactions: Transactions, version: int, bundle: Bundle = BUNDLE):
    return save_draft_definition(
        transactions, "a", bundle, based_on="d" * 64, version=version, now=NOW
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
    discard_draft_definition(transactions, "a")
    discard_draft_definition(transactions, "a")
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


def test_the_step_makes_what_the_code_believes_in(database_url: str):
    path = Path(portal.migrations.__file__).parent / "versions" / "0005_draft_definitions.py"
    spec = spec_from_file_location("step_0009", path)
    assert spec is not None
    assert spec.loader is not None
    step = module_from_spec(spec)
    spec.loader.exec_module(step)
    ours = MetaData(naming_convention=SQLModel.metadata.naming_convention)
    for name in ("draft_definition", "trial"):
        SQLModel.metadata.tables[name].to_metadata(ours)
    engine = open_engine(database_url)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        with Operations.context(context):
            step.upgrade()
        assert compare_metadata(context, ours) == []
        with Operations.context(context):
            step.downgrade()
        assert inspect(connection).get_table_names() == []
    engine.dispose()
