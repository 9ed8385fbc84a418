"""The durable engine: a promise is kept once, whoever dies on the way."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from portal.database import Transactions
from portal.work import Work, attempts_before_parking, migrate_engine_tables, pause_before
from tests.work.workers import ROOT, runs_of, wait_until, working


@pytest.fixture
def work(transactions: Transactions, database_url: str) -> Generator[Work]:
    migrate_engine_tables(database_url)
    opened = Work(transactions.engine)
    yield opened
    opened.close()


def _promise(transactions: Transactions, work: Work, job: str, *ids: str) -> None:
    with transactions.write() as session:
        work.enqueue(session, job, *ids)


def _give_up(transactions: Transactions, work: Work) -> None:
    """Promise in a transaction that comes to nothing."""
    with transactions.write() as session:
        work.enqueue(session, "succeed", "a")
        raise LookupError


def test_a_promise_made_in_a_transaction_that_fails_was_never_made(
    transactions: Transactions, work: Work
) -> None:
    with pytest.raises(LookupError):
        _give_up(transactions, work)
    assert work.waiting() == []


def test_the_same_promise_is_made_once_however_often_it_is_asked(
    transactions: Transactions, work: Work
) -> None:
    for _ in range(3):
        _promise(transactions, work, "succeed", "a")
    with transactions.write() as session:
        work.enqueue(session, "succeed", "a")
        work.enqueue(session, "succeed", "a")
        work.enqueue(session, "succeed", "b", key="one-key")
        work.enqueue(session, "succeed", "c", key="one-key")
    assert sorted(job.ids for job in work.waiting()) == [("a",), ("b",)]


def test_a_promise_names_its_job_its_ids_and_its_state(
    transactions: Transactions, work: Work
) -> None:
    with transactions.write() as session:
        work.enqueue(session, "succeed", "a", "b", after=timedelta(hours=1))
    (job,) = work.waiting()
    assert (job.job, job.ids, job.status, job.reason) == ("succeed", ("a", "b"), "waiting", "")
    assert work.parked() == []


def test_pauses_grow_to_six_hours_and_end_after_five_days() -> None:
    pauses = [pause_before(attempt) for attempt in range(1, 40)]
    assert pauses[0] == timedelta(seconds=5)
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(hours=6)
    waited = sum(map(pause_before, range(1, attempts_before_parking() + 1)), timedelta())
    assert timedelta(days=5) <= waited <= timedelta(days=5, hours=6)


def test_a_worker_keeps_every_promise_as_it_was_made(
    transactions: Transactions, work: Work, database_url: str, tmp_path: Path
) -> None:
    """One worker for all of these: starting one takes seconds."""
    for job in ("succeed", "fail-twice", "wait-twice", "refuse", "break-down", "unknown"):
        _promise(transactions, work, job, "a")
    with transactions.write() as session:
        work.enqueue(session, "succeed", "later", after=timedelta(seconds=1))
    with working(database_url, tmp_path):
        wait_until(lambda: len(work.waiting()) == 3 == len(work.parked()), "three are parked")
        runs = runs_of(tmp_path)
        assert runs.count("succeed a") == 1
        assert runs.count("succeed later") == 1
        assert runs.count("fail-twice a") == 3
        assert runs.count("wait-twice a") == 3
        assert runs.count("refuse a") == 1
        assert runs.count("break-down a") == 1
        reasons = {job.job: job.reason for job in work.parked()}
        assert "the CRM knows no such queue" in reasons["refuse"]
        assert "KeyError" in reasons["break-down"]
        assert "no handler" in reasons["unknown"]

        (refused,) = [job for job in work.parked() if job.job == "refuse"]
        assert work.retry(transactions, refused.key)
        assert not work.retry(transactions, refused.key)
        assert not work.retry(transactions, "nothing#0")
        wait_until(lambda: runs_of(tmp_path).count("refuse a") == 2, "the retried job ran")
        wait_until(lambda: len(work.waiting()) == 2, "and is parked no more")
        _promise(transactions, work, "succeed", "a")
    assert runs_of(tmp_path).count("succeed a") == 1


def test_what_a_dead_worker_was_doing_is_done_after_a_restart(
    transactions: Transactions, work: Work, database_url: str, tmp_path: Path
) -> None:
    with working(database_url, tmp_path) as worker:
        _promise(transactions, work, "take-long", "a")
        wait_until(lambda: "take-long a" in runs_of(tmp_path), "the job began")
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    assert "took-long a" not in runs_of(tmp_path)
    (tmp_path / "go-on").touch()
    _promise(transactions, work, "succeed", "b")
    with working(database_url, tmp_path):
        wait_until(lambda: work.waiting() == [], "all is done")
    assert runs_of(tmp_path).count("took-long a") == 1
    assert runs_of(tmp_path).count("succeed b") == 1


def test_another_worker_takes_over_what_a_dead_one_left(
    transactions: Transactions, work: Work, database_url: str, tmp_path: Path
) -> None:
    if database_url.startswith("sqlite"):
        with working(database_url, tmp_path):
            second = subprocess.run(
                [sys.executable, "-m", "tests.work.workers", database_url, str(tmp_path)],
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        assert second.returncode == 1
        assert "another portal process is already working" in second.stdout
        return
    with working(database_url, tmp_path) as first:
        _promise(transactions, work, "take-long", "a")
        wait_until(lambda: "take-long a" in runs_of(tmp_path), "the job began")
        with working(database_url, tmp_path):
            os.kill(first.pid, signal.SIGKILL)
            first.wait()
            (tmp_path / "go-on").touch()
            wait_until(lambda: "took-long a" in runs_of(tmp_path), "the job was taken over")
            wait_until(lambda: work.waiting() == [], "nothing is left")
    assert runs_of(tmp_path).count("took-long a") == 1


def test_a_living_workers_job_is_left_alone_by_the_others(
    transactions: Transactions, work: Work, database_url: str, tmp_path: Path
) -> None:
    with working(database_url, tmp_path):
        _promise(transactions, work, "take-long", "a")
        wait_until(lambda: "take-long a" in runs_of(tmp_path), "the job began")
        if not database_url.startswith("sqlite"):
            with working(database_url, tmp_path):
                for number in range(20):
                    _promise(transactions, work, "succeed", str(number))
                wait_until(lambda: len(work.waiting()) == 1, "all others are done")
        (tmp_path / "go-on").touch()
        wait_until(lambda: work.waiting() == [], "it is done")
    assert runs_of(tmp_path).count("take-long a") == 1


def test_work_that_met_a_full_disk_or_a_database_that_was_away_is_tried_again(
    transactions: Transactions, work: Work, database_url: str, tmp_path: Path
) -> None:
    for job in ("find-disk-full", "find-database-away", "find-database-full", "say-wrong-sql"):
        _promise(transactions, work, job, "a")
    with working(database_url, tmp_path):
        wait_until(lambda: len(work.waiting()) == 1 == len(work.parked()), "three are done")
    runs = runs_of(tmp_path)
    assert runs.count("find-disk-full a") == 3
    assert runs.count("find-database-away a") == 3
    assert runs.count("find-database-full a") == 3
    assert runs.count("say-wrong-sql a") == 1
    (wrong,) = work.parked()
    assert "no such table" in wrong.reason


_LOCKS = text(
    "select pid from pg_locks where locktype = 'advisory' and classid = 1886351988"
    " and objid = 0 and objsubid = 2 and granted and database ="
    " (select oid from pg_database where datname = current_database())"
)


def _holders(transactions: Transactions) -> set[int]:
    with transactions.read() as session:
        return set(session.connection().execute(_LOCKS).scalars())


def _cut_the_lines_of(transactions: Transactions, holders: set[int]) -> None:
    """What a restart of PostgreSQL does to whoever holds a slot."""
    with transactions.read() as session:
        for pid in holders:
            session.connection().execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_worker_whose_lock_was_lost_takes_it_again_and_goes_on(
    transactions: Transactions, work: Work, database_url: str, tmp_path: Path
) -> None:
    with working(database_url, tmp_path):
        _promise(transactions, work, "take-long", "a")
        wait_until(lambda: "take-long a" in runs_of(tmp_path), "the job began")
        before = _holders(transactions)
        assert len(before) == 1
        _cut_the_lines_of(transactions, before)
        wait_until(lambda: bool(_holders(transactions) - before), "the slot is held again")
        (tmp_path / "go-on").touch()
        wait_until(lambda: work.waiting() == [], "it is done")
    assert runs_of(tmp_path).count("take-long a") == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_worker_whose_slot_went_to_another_stops_before_both_do_the_same(
    transactions: Transactions, work: Work, database_url: str, tmp_path: Path
) -> None:
    with working(database_url, tmp_path) as worker, transactions.read() as other:
        take = text("select pg_advisory_lock(1886351988, 0)")
        holders = _holders(transactions)
        waiting = threading.Thread(target=lambda: other.connection().execute(take))
        waiting.start()
        wait_until(lambda: _is_queueing(transactions), "the other waits for the slot")
        _cut_the_lines_of(transactions, holders)
        waiting.join()
        worker.wait(60)
        assert worker.returncode == 0


def _is_queueing(transactions: Transactions) -> bool:
    asked = text("select count(*) from pg_locks where locktype = 'advisory' and not granted")
    with transactions.read() as session:
        return bool(session.connection().execute(asked).scalar())
