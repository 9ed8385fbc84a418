"""Ten times `kill -9` in the middle of submissions and payments: nothing lost, nothing twice.

The seed fixes what residents write and when the killer strikes, the same in every run; what the
operating system does in between it cannot fix. KILL_SEED=<any number> tries another.
"""

import itertools
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from portal.bootstrap import House, build_house
from portal.forms.library import load_library
from portal.payments.ledger import balances, clearing, first_broken
from portal.payments.ledger_records import read_ledger
from portal.payments.payment import LIVE, AttemptState, RequestStatus
from portal.payments.records import AttemptRow, PaymentRequestRow, ReceiptRow, request_status
from portal.settings import read_settings
from portal.submissions.records import DraftFileRow, DraftRow, SubmissionRow
from portal.submissions.retention import purge, sweep
from tests.durability.council import Council, running_council, wait_until
from tests.durability.residents import Browser, Visit, fill, go, pixels, visits
from tests.support.portal_house import FORMS, PreparedDatabases
from tests.support.resident import FREE, PAID

RESIDENTS = 3
COMES_UP_ALONE = 5
LEAVES_A_DEAD_SLOT = 2
"""After this kill the second worker stays dead a while: the portal takes its work over."""
AT_ONCE = 4
"""How many jobs one worker has in hand, and so how many mails one kill can repeat."""


@dataclass(frozen=True)
class Stage:
    """A moment to kill at: what to set up, and how to see that it has come."""

    name: str
    has_come: Callable[[], object]
    takes_worker: bool = False
    """Whether the second worker is killed with the portal: it may be the one that is at it."""


def stages(council: Council, source: random.Random) -> Generator[Stage]:
    """Ten moments, each set up only when its turn comes."""
    sandbox, crm, post = council.sandbox, council.crm, council.post

    def after(low: float, high: float) -> Callable[[], bool]:
        ends = time.monotonic() + source.uniform(low, high)
        return lambda: time.monotonic() > ends

    def crm_is_hit() -> bool:
        return crm.browser.get("/_faults").json() == []

    yield Stage("residents are filling in", after(1, 3))

    crm.break_next("timeout_after", route="/api/v1/cases", method="POST", seconds=1.5)
    yield Stage("the CRM has stored the case and not said so", crm_is_hit, takes_worker=True)

    slow = {"route": "/v1/checkout/sessions", "method": "POST", "action": "slow", "seconds": 1}
    sandbox.set_faults(next_response=slow)
    yield Stage(
        "the payment page is being opened",
        lambda: sandbox.state()["faults"]["next_response"] is None,
    )

    sandbox.set_faults(webhooks="duplicate", times=3)
    paid = sandbox.count("checkout.session.complete")
    yield Stage(
        "a resident has just paid", lambda: sandbox.count("checkout.session.complete") > paid
    )

    crm.break_next("timeout_after", route="/api/v1/cases/", method="POST", seconds=1.5)
    yield Stage("the CRM has stored a photo and not said so", crm_is_hit, takes_worker=True)

    crm.break_next("error_after", route="/api/v1/cases", method="POST")
    sandbox.set_faults(webhooks="drop")
    yield Stage("it is coming up again", after(0.1, 0.9))

    post.delaying.clear()
    post.slow = 2
    yield Stage("the mail is taken and not acknowledged", post.delaying.is_set, takes_worker=True)

    post.close()
    crm.break_next("close_after", route="/api/v1/cases", method="POST")
    yield Stage("the mail server is away", after(1, 3), takes_worker=True)

    post.open()
    sandbox.set_faults(
        webhooks="delay",
        delay_seconds=2,
        next_response=slow | {"action": "drop_reply"},
    )
    yield Stage("news of payments is late", after(2, 3))

    sandbox.set_faults(webhooks="reverse")
    crm.break_next("error_before", method="GET")
    crm.break_next("too_many", method="POST", retry_after=1)
    yield Stage("the CRM is unwell", after(1, 3), takes_worker=True)


@dataclass
class Residents:
    """Several people at once, one visit after another until they are told to stop."""

    url: str
    source: random.Random
    stop: threading.Event = field(default_factory=threading.Event)
    came: list[Visit] = field(default_factory=list[Visit])
    _number: Any = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next_visit(self) -> Visit:
        with self._lock:
            visit = visits(DEFINITIONS, next(self._number), self.source)
            self.came.append(visit)
            return visit

    def keep_coming(self) -> None:
        while not self.stop.is_set():
            go(self.url, self.next_visit())


DEFINITIONS = load_library(FORMS).forms


@contextmanager
def _house(council: Council, database_url: str) -> Generator[House]:
    """The same house, to look into what is stored."""
    os.environ["PORTAL_SANDBOX_API_BASE"] = council.sandbox.url
    os.environ["PORTAL_SANDBOX_API_KEY"] = council.sandbox.api_key
    os.environ["PORTAL_SANDBOX_WEBHOOK_SECRET"] = council.sandbox.webhook_secret
    house = build_house(
        read_settings(
            database_url=database_url,
            data_dir=council.data_dir,
            forms=FORMS,
            secret_key="k" * 48,
            crm_url=council.crm.url,
            smtp_url=f"smtp://127.0.0.1:{council.post.port}",
        )
    )
    yield house
    house.close()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_ten_kills_lose_nothing_and_do_nothing_twice(
    kind: str, databases: PreparedDatabases, tmp_path: Path
) -> None:
    seed = int(os.environ.get("KILL_SEED") or 20_261_124)
    print(f"KILL_SEED={seed}")
    source, url = random.Random(seed), databases.copy(kind)
    with running_council(url, tmp_path) as council, _house(council, url) as house:
        residents = Residents(council.url, random.Random(seed + 1))
        keeper = _draft_that_is_never_sent(council, residents.next_visit())
        with ThreadPoolExecutor(RESIDENTS) as pool:
            at_it = [pool.submit(residents.keep_coming) for _ in range(RESIDENTS)]
            try:
                kills = _kill_ten_times(council, source, at_it)
            finally:
                residents.stop.set()
        for one in at_it:
            one.result()
        sent = [visit for visit in residents.came if visit is not keeper]
        drops = sum(visit.drops for visit in sent)
        print(f"{len(sent)} visits, {drops} dropped lines, {kills} processes killed")
        assert drops > 0
        _wait_until_all_is_done(council, house)
        with house.transactions.read() as session:
            _assert_nothing_is_lost_or_double(session, council, sent)
            _assert_the_money_is_right(session, council, sent)
            _assert_all_were_told(council, sent, kills)
            _assert_the_draft_is_whole(session, keeper)
        _assert_no_stray_files(house)


def _kill_ten_times(council: Council, source: random.Random, at_it: list[Future[None]]) -> int:
    """Gives how many processes were killed in all: each kill takes the portal, some both."""
    killed = 0
    for number, stage in enumerate(stages(council, source), start=1):
        wait_until(lambda: stage.has_come() or _gone_wrong(at_it), f"never: {stage.name}")  # noqa: B023  # waited for here
        assert not _gone_wrong(at_it), "a resident was let down"
        print(f"kill {number}: {stage.name}")
        council.portal.kill()
        killed += 1
        if council.worker and stage.takes_worker:
            council.worker.kill()
            killed += 1
        council.portal.start()
        if number == COMES_UP_ALONE:
            continue  # the next kill strikes while it comes up
        if council.worker and number != LEAVES_A_DEAD_SLOT:
            council.worker.start()
        wait_until(council.is_up, "the portal answers again")
    council.sandbox.lift_faults()
    council.crm.lift_faults()
    return killed


def _gone_wrong(at_it: list[Future[None]]) -> bool:
    return any(one.done() for one in at_it)


def _wait_until_all_is_done(council: Council, house: House) -> None:
    def posted() -> bool:
        if council.sandbox.state()["webhooks"]["pending"]:
            council.sandbox.advance(10)  # it waits longer after each refusal
            return False
        return True

    wait_until(posted, "the sandbox has told all its news")
    wait_until(
        lambda: len(house.work.waiting()) == len(house.work.parked()),
        "all the work is done",
    )
    assert house.work.parked() == []


def _draft_that_is_never_sent(council: Council, visit: Visit) -> Visit:
    with Browser(council.url, visit) as browser:
        fill(browser, visit, until="check-answers")
    return visit


def _all(session: Session, table: type[Any]) -> list[Any]:
    return list(session.exec(select(table)))


def _assert_nothing_is_lost_or_double(
    session: Session, council: Council, sent: list[Visit]
) -> None:
    """One submission to a visit, one case to a submission, every photo pixel by pixel."""
    rows = {row.reference: row for row in _all(session, SubmissionRow)}
    assert all(len(visit.told) == 1 for visit in sent), "nobody was told two references"
    assert sorted(rows) == sorted(ref for visit in sent for ref in visit.told)
    cases = {case["external_reference"]: case for case in council.crm.cases()}
    assert len(council.crm.cases()) == len(cases)
    assert sorted(cases) == sorted(rows)
    files = {row.id: row for row in _all(session, DraftFileRow)}
    for visit in sent:
        (reference,) = visit.told
        assert visit.words in rows[reference].answers
        held = {
            found["sha256"]: council.crm.api.get(found["url"]).raise_for_status().content
            for found in cases[reference]["attachments"]
        }
        assert sorted(map(pixels, held.values())) == sorted(map(pixels, visit.photos))
        submitted = {f.sha256 for f in files.values() if f.id in rows[reference].answers}
        assert set(held) == submitted


def _assert_the_money_is_right(session: Session, council: Council, sent: list[Visit]) -> None:
    """Every payment settled once, numbered without a gap, and the book agrees with the sandbox."""
    paying = [visit for visit in sent if visit.definition.form == PAID]
    attempts: list[AttemptRow] = _all(session, AttemptRow)
    succeeded = [one for one in attempts if one.state == AttemptState.SUCCEEDED]
    assert len(succeeded) == len(paying) == council.sandbox.count("checkout.session.complete")
    assert [one.state for one in attempts if one.state in LIVE] == []
    requests: list[PaymentRequestRow] = _all(session, PaymentRequestRow)
    assert {request_status(session, one) for one in requests} == {RequestStatus.PAID}
    assert len(requests) == len(paying)

    receipts: list[ReceiptRow] = _all(session, ReceiptRow)
    assert sorted(one.attempt_id for one in receipts) == sorted(one.id for one in succeeded)
    numbers = sorted(int(one.number.rpartition("-")[2]) for one in receipts)
    assert numbers == list(range(1, len(paying) + 1))
    for one in receipts:
        drawn = council.data_dir / "receipts" / (one.pdf_path or "none")
        assert drawn.read_bytes().startswith(b"%PDF")

    book = list(read_ledger(session))
    assert first_broken(book) is None
    balance = balances(sealed.posting for sealed in book)
    taken = list(
        council.sandbox.stripe_client()
        .v1.balance_transactions.list({"limit": 100})
        .auto_paging_iter()
    )
    assert balance[clearing("sandbox")] == sum(one.amount for one in taken)
    assert sum(balance.values()) == 0


def _assert_all_were_told(council: Council, sent: list[Visit], kills: int) -> None:
    """Each mail at least once; again only for a kill, and then as the same mail."""
    arrived = Counter(str(mail["Message-ID"]) for mail in council.post.taken)
    different = {str(mail["Message-ID"]): str(mail["To"]) for mail in council.post.taken}
    by_person = Counter(different.values())
    for visit in sent:
        assert by_person[visit.email] == (2 if visit.definition.form == PAID else 1)
    again = arrived.total() - len(arrived)
    print(f"{len(arrived)} mails, {again} of them arrived again")
    assert again <= kills * AT_ONCE
    assert max(arrived.values()) <= 1 + kills


def _assert_the_draft_is_whole(session: Session, keeper: Visit) -> None:
    (draft,) = [row for row in _all(session, DraftRow) if row.state == "open"]
    assert draft.form == FREE
    assert keeper.kept >= {"where", "land", "what", "size", "photos", "your-details"}
    assert keeper.words in draft.answers
    assert keeper.email in draft.answers


def _assert_no_stray_files(house: House) -> None:
    """A kill may leave a file without a row: the daily purge finds it, and takes nothing else."""
    tomorrow = datetime.now(UTC) + timedelta(days=2)
    purge(house.transactions, house.attachments, now=tomorrow)
    stray = sweep(
        house.transactions,
        house.attachments,
        house.receipt_files,
        house.copying.files,
        now=tomorrow,
    )
    print(f"{stray} stray files were swept away")
    with house.transactions.read() as session:
        rows = {row.id for row in _all(session, DraftFileRow)}
    folder = house.settings.data_dir
    assert {path.name for path in (folder / "attachments").rglob("*") if path.is_file()} == rows
    assert not list((folder / "receipts").glob("*.part"))
