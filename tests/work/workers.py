"""Real workers in processes of their own: the engine allows one to a process.

Run as `python -m tests.work.workers URL FOLDER`: works until it is told to stop. Its jobs write
a line to `FOLDER/done` each time they run, and do what their first id says.
"""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import create_engine

from portal.core.errors import CrmUnavailable, PersonMustLook
from portal.work import Worker

ROOT = Path(__file__).parent.parent.parent
_PATIENCE_SECONDS = 40.0


def handlers_for(folder: Path) -> dict[str, Callable[..., timedelta | None]]:
    """Jobs that note each of their runs, then succeed, fail or wait."""

    def note(job: str, *ids: str) -> int:
        line = f"{job} {' '.join(ids)} {os.getpid()}\n"
        with (folder / "done").open("a") as out:
            out.write(line)
        runs = (folder / "done").read_text().splitlines()
        return sum(run.split()[:-1] == [job, *ids] for run in runs)

    def succeed(*ids: str) -> None:
        note("succeed", *ids)

    def fail_twice(*ids: str) -> None:
        if note("fail-twice", *ids) < 3:
            raise CrmUnavailable("the CRM did not answer")

    def wait_twice(*ids: str) -> timedelta | None:
        return timedelta(milliseconds=200) if note("wait-twice", *ids) < 3 else None

    def refuse(*ids: str) -> None:
        if note("refuse", *ids) < 2:
            raise PersonMustLook("the CRM knows no such queue")

    def break_down(*ids: str) -> None:
        note("break-down", *ids)
        raise KeyError("nothing of ours")

    def take_long(*ids: str) -> None:
        note("take-long", *ids)
        while not (folder / "go-on").exists():
            time.sleep(0.05)
        note("took-long", *ids)

    def find_disk_full(*ids: str) -> None:
        if note("find-disk-full", *ids) < 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def find_database_away(*ids: str) -> None:
        if note("find-database-away", *ids) < 3:
            create_engine("postgresql+psycopg://127.0.0.1:1/nobody").connect()

    def find_database_full(*ids: str) -> None:
        if note("find-database-full", *ids) < 3:
            with create_engine("sqlite://").begin() as connection:
                connection.exec_driver_sql("pragma max_page_count = 3")
                connection.exec_driver_sql("create table kept as select zeroblob(100000)")

    def say_wrong_sql(*ids: str) -> None:
        note("say-wrong-sql", *ids)
        with create_engine("sqlite://").begin() as connection:
            connection.exec_driver_sql("select * from nobody")

    return {
        "find-disk-full": find_disk_full,
        "find-database-away": find_database_away,
        "find-database-full": find_database_full,
        "say-wrong-sql": say_wrong_sql,
        "succeed": succeed,
        "fail-twice": fail_twice,
        "wait-twice": wait_twice,
        "refuse": refuse,
        "break-down": break_down,
        "take-long": take_long,
    }


@contextmanager
def working(url: str, folder: Path) -> Generator["subprocess.Popen[str]"]:
    """Run a worker until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.work.workers", url, str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = ""  # it may log what it does before it says that it is ready
        while (line := process.stdout.readline()) != "working\n":
            assert line, said
            said += line
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(_PATIENCE_SECONDS)
        assert process.stdout is not None
        process.stdout.close()


def runs_of(folder: Path) -> list[str]:
    """Every run of a job so far, its process left out."""
    done = folder / "done"
    lines = done.read_text().splitlines() if done.exists() else []
    return [line.rpartition(" ")[0] for line in lines]


def wait_until(seen: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not seen():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def main(url: str, folder: Path) -> int:
    """Work until SIGTERM."""
    stop = threading.Event()
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda *_: stop.set())
    worker = Worker(
        url=url,
        state_dir=folder,
        handlers=handlers_for(folder),
        pace=100,
    )
    try:
        worker.start()
    except RuntimeError as error:
        print(error, flush=True)
        return 1
    print("working", flush=True)
    stop.wait()
    worker.stop(patience_seconds=1)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
