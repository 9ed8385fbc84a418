"""Drafts: begun once, saved whole or not at all, opened again only with both facts."""

from datetime import timedelta

import pytest

from portal.core.errors import Missing
from portal.forms.answering import Answered, Refused
from portal.forms.answers import load_answers
from portal.forms.definition import FormDefinition
from portal.forms.fields.base import Raw
from portal.forms.journey import Step
from portal.submissions.filling import (
    MOST_TRIES,
    attach_upload,
    begin_draft,
    find_files,
    give_up_draft,
    resume_draft,
    save_for_later,
    save_page,
)
from portal.submissions.records import DraftFileRow, find_draft
from tests.support.portal_house import Portal
from tests.support.resident import FREE, PAID, PDF

ME, OTHER = "m" * 64, "o" * 64


def _form(portal: Portal, name: str = FREE) -> FormDefinition:
    return portal.house.definitions.current(name)


def _save(portal: Portal, at: str, raw: Raw, *, who: str = ME) -> Answered | Refused:
    form = _form(portal)
    page = form.page(at)
    assert page is not None
    house = portal.house
    return save_page(
        house.filling,
        form,
        Step(page),
        raw,
        session_hash=who,
        today=house.today(),
        now=house.clock(),
    )


def _upload(portal: Portal, draft_id: str, content: bytes = PDF) -> str:
    import io

    kept = portal.house.attachments.keep(io.BytesIO(content))
    row = DraftFileRow(
        id=kept.id,
        draft_id="",
        name="plan.pdf",
        media_type="application/pdf",
        size=kept.size,
        sha256=kept.sha256,
        created_at=portal.clock(),
    )
    attach_upload(portal.house.transactions, draft_id, row)
    return kept.id


def test_a_browser_has_one_draft_of_a_form_however_often_it_begins(portal: Portal) -> None:
    ids = {begin_draft(portal.house.filling, _form(portal), ME, portal.clock()) for _ in range(3)}
    theirs = begin_draft(portal.house.filling, _form(portal), OTHER, portal.clock())
    another = begin_draft(portal.house.filling, _form(portal, PAID), ME, portal.clock())
    assert len(ids) == 1
    assert len({*ids, theirs, another}) == 3


def test_an_answered_page_is_there_when_it_is_asked_for_again(portal: Portal) -> None:
    assert isinstance(_save(portal, "where", {"where-description": ["Lay-by"]}), Answered)
    draft = find_draft(portal.house.transactions, ME, FREE)
    assert draft is not None
    stored = load_answers(_form(portal), draft.answers)
    assert stored.values["where"].description == "Lay-by"
    assert (draft.version, draft.digest) == (1, _form(portal).digest)


def test_a_refused_page_writes_nothing_at_all(portal: Portal) -> None:
    assert isinstance(_save(portal, "land", {"land": ["the moon"]}), Refused)
    assert portal.counts()["draft"] == 0
    assert portal.counts()["form_definition"] == 0
    _save(portal, "where", {"where-description": ["Lay-by"]})
    before = portal.rows("draft")
    assert isinstance(_save(portal, "land", {"land": ["the moon"]}), Refused)
    assert portal.rows("draft") == before


def test_an_expired_draft_counts_as_none(portal: Portal) -> None:
    _save(portal, "where", {"where-description": ["Lay-by"]})
    portal.clock.ahead = timedelta(days=8)
    outcome = _save(portal, "land", {"land": ["road"]})
    assert isinstance(outcome, Answered)
    assert set(outcome.answers.values) == {"land"}
    assert portal.counts()["draft"] == 2


def test_a_draft_given_up_leaves_nothing_in_the_database_or_on_the_disk(portal: Portal) -> None:
    draft = begin_draft(portal.house.filling, _form(portal), ME, portal.clock())
    file_id = _upload(portal, draft)
    assert portal.house.attachments.read(file_id) == PDF
    give_up_draft(portal.house.filling, OTHER, FREE)
    assert portal.counts()["draft"] == 1
    give_up_draft(portal.house.filling, ME, FREE)
    give_up_draft(portal.house.filling, ME, FREE)
    assert (portal.counts()["draft"], portal.counts()["draft_file"]) == (0, 0)
    assert list(portal.house.attachments.ids()) == []


def test_only_a_drafts_own_files_are_found(portal: Portal) -> None:
    mine, theirs = (
        begin_draft(portal.house.filling, _form(portal), who, portal.clock()) for who in (ME, OTHER)
    )
    file_id, secret = _upload(portal, mine), _upload(portal, theirs)
    asked = [secret, file_id, "", "\0" * 32, "x" * 32, "../" * 11, file_id.upper()]
    found = find_files(portal.house.transactions, mine, asked)
    assert [file.id for file in found] == [file_id]


def test_a_new_link_ends_the_old_one(portal: Portal) -> None:
    begin_draft(portal.house.filling, _form(portal), ME, portal.clock())
    transactions, now = portal.house.transactions, portal.clock()
    first, _ = save_for_later(transactions, ME, FREE, "123456", now)
    second, _ = save_for_later(transactions, ME, FREE, "654321", now)
    with pytest.raises(Missing):
        resume_draft(transactions, first, "123456", OTHER, now)
    assert resume_draft(transactions, second, "123456", OTHER, now) is None
    assert resume_draft(transactions, second, "654321", OTHER, now) == FREE
    assert find_draft(transactions, ME, FREE) is None
    assert find_draft(transactions, OTHER, FREE) is not None


def test_the_browser_that_made_the_link_needs_no_second_fact(portal: Portal) -> None:
    begin_draft(portal.house.filling, _form(portal), ME, portal.clock())
    transactions, now = portal.house.transactions, portal.clock()
    token, _ = save_for_later(transactions, ME, FREE, "123456", now)
    assert resume_draft(transactions, token, "", ME, now) == FREE


def test_a_link_is_void_after_five_wrong_facts_and_blank_ones_do_not_count(
    portal: Portal,
) -> None:
    begin_draft(portal.house.filling, _form(portal), ME, portal.clock())
    transactions, now = portal.house.transactions, portal.clock()
    token, _ = save_for_later(transactions, ME, FREE, "123456", now)
    for fact in ("", "", *["000000"] * MOST_TRIES):
        assert resume_draft(transactions, token, fact, OTHER, now) is None
    with pytest.raises(Missing):
        resume_draft(transactions, token, "123456", OTHER, now)


def test_nothing_is_saved_for_later_where_nothing_is(portal: Portal) -> None:
    with pytest.raises(Missing):
        save_for_later(portal.house.transactions, ME, FREE, "123456", portal.clock())


def test_a_resumed_form_is_the_one_shown_even_where_another_was_begun_later(
    portal: Portal,
) -> None:
    transactions = portal.house.transactions
    old = begin_draft(portal.house.filling, _form(portal), ME, portal.clock())
    token, _ = save_for_later(transactions, ME, FREE, "123456", portal.clock())
    portal.clock.ahead = timedelta(minutes=5)
    begin_draft(portal.house.filling, _form(portal), OTHER, portal.clock())
    portal.clock.ahead = timedelta(minutes=10)
    assert resume_draft(transactions, token, "123456", OTHER, portal.clock()) == FREE
    shown = find_draft(transactions, OTHER, FREE)
    assert shown is not None
    assert shown.id == old
