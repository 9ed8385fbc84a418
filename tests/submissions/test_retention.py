"""Drafts past their date go, files and all; what was sent never does."""

import io
from datetime import timedelta

from portal.submissions.filling import attach_upload, begin_draft
from portal.submissions.records import DraftFileRow
from portal.submissions.retention import Purged, purge, sweep
from tests.support.portal_house import Portal
from tests.support.resident import FREE, PDF


def _a_draft_with_a_file(portal: Portal, who: str) -> str:
    house = portal.house
    draft = begin_draft(house.filling, house.definitions.current(FREE), who, portal.clock())
    kept = house.attachments.keep(io.BytesIO(PDF))
    row = DraftFileRow(
        id=kept.id,
        draft_id="",
        name="plan.pdf",
        media_type="application/pdf",
        size=kept.size,
        sha256=kept.sha256,
        created_at=portal.clock(),
    )
    attach_upload(house.transactions, draft, row)
    return kept.id


def _purge(portal: Portal, *, dry_run: bool = False) -> Purged:
    house = portal.house
    return purge(house.transactions, house.attachments, now=house.clock(), dry_run=dry_run)


def test_a_draft_goes_the_moment_it_is_past_its_date_and_not_before(portal: Portal) -> None:
    _a_draft_with_a_file(portal, "a" * 64)
    portal.clock.ahead = timedelta(days=6, hours=23)
    assert _purge(portal) == Purged(0, 0)
    portal.clock.ahead = timedelta(days=7, minutes=1)
    assert _purge(portal) == Purged(1, 1)
    assert (portal.counts()["draft"], portal.counts()["draft_file"]) == (0, 0)
    assert list(portal.house.attachments.ids()) == []
    assert _purge(portal) == Purged(0, 0)


def test_a_rehearsal_counts_and_deletes_nothing(portal: Portal) -> None:
    file_id = _a_draft_with_a_file(portal, "a" * 64)
    portal.clock.ahead = timedelta(days=8)
    before = portal.everything()
    assert _purge(portal, dry_run=True) == Purged(1, 1)
    assert portal.everything() == before
    assert portal.house.attachments.read(file_id) == PDF


def test_what_was_sent_stays_with_its_draft_and_its_files(portal: Portal) -> None:
    resident = portal.resident()
    resident.fill(FREE, "Asbestos")
    resident.send(FREE)
    before = portal.everything()
    portal.clock.ahead = timedelta(days=4_000)
    assert _purge(portal) == Purged(0, 0)
    assert portal.everything() == before
    assert len(list(portal.house.attachments.ids())) == 1


def test_more_than_one_batch_goes_and_others_stay(portal: Portal) -> None:
    for number in range(230):
        who = f"{number:064d}"
        begin_draft(
            portal.house.filling, portal.house.definitions.current(FREE), who, portal.clock()
        )
    portal.clock.ahead = timedelta(days=8)
    young = portal.resident()
    young.fill(FREE, until="land")
    assert _purge(portal) == Purged(230, 0)
    assert portal.counts()["draft"] == 1


def test_a_file_that_is_gone_already_stops_nothing(portal: Portal) -> None:
    portal.house.attachments.remove(_a_draft_with_a_file(portal, "a" * 64))
    portal.clock.ahead = timedelta(days=8)
    assert _purge(portal) == Purged(1, 1)


def _sweep(portal: Portal, *, dry_run: bool = False) -> int:
    house = portal.house
    return sweep(
        house.transactions,
        house.attachments,
        house.receipt_files,
        house.copying.files,
        now=house.clock(),
        dry_run=dry_run,
    )


def test_a_file_without_a_row_goes_after_a_day_and_no_other_does(portal: Portal) -> None:
    """What a kill between the file and its row leaves: perhaps somebody's photo."""
    house, folder = portal.house, portal.house.settings.data_dir
    kept = _a_draft_with_a_file(portal, "a" * 64)
    for _ in range(130):  # more than one question to the database
        house.attachments.keep(io.BytesIO(PDF))
    half = folder / "attachments" / "ff" / f"{'f' * 32}.part"
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(b"%PDF")
    drawn, half_drawn = folder / "receipts" / "HM-1.pdf", folder / "receipts" / "HM-2.77.part"
    drawn.write_bytes(PDF)
    half_drawn.write_bytes(b"%PDF")

    assert _sweep(portal) == 0  # an upload may be on its way this very moment
    portal.clock.ahead = timedelta(hours=25)
    assert _sweep(portal, dry_run=True) == 132
    assert half.exists()
    assert _sweep(portal) == 132
    assert list(house.attachments.ids()) == [kept]
    assert not half.exists()
    assert [path.name for path in (folder / "receipts").iterdir()] == [drawn.name]
    assert _sweep(portal) == 0


def test_the_daily_job_sweeps_too(portal: Portal) -> None:
    portal.house.attachments.keep(io.BytesIO(PDF))
    portal.clock.ahead = timedelta(hours=25)
    portal.house.handlers["purge-drafts"]()
    assert list(portal.house.attachments.ids()) == []
