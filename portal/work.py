"""The durable engine: work promised in a transaction, done at least once, parked when stuck.

The only module that imports `dbos`. A *job* is a name and a few ids (never personal data, for
the engine's history outlives the rows); its *handler* is a plain function that may run twice
for the same ids and must then do the thing once. A handler

* returns None: done;
* returns a timedelta: "ask me again after this long" (a payment still open);
* raises `TryAgain`: tried again with growing pauses for five days, then parked;
* fails because our own database or disk does (away, locked, full): the same;
* raises anything else: parked at once, with the reason, until a person retries it.
"""

import contextlib
import errno
import fcntl
import os
import secrets
import signal
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import structlog
from dbos import (
    DBOS,
    DBOSClient,
    DBOSConfig,
    DBOSPortableJSONSerializer,
    EnqueueOptions,
    SetEnqueueOptions,
    SetWorkflowID,
)
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.pool import NullPool
from sqlmodel import Session

from portal.core.errors import TryAgain
from portal.database import Transactions

Handler = Callable[..., timedelta | None]
"""Does one job for the ids it is given. Idempotent. Opens its own transactions."""

QUEUE = "portal"
_WORKFLOW = "job"
# Set by us: by default it is a hash of the source, and a deploy would orphan waiting work.
_APPLICATION_VERSION = "1"
_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(hours=6)
_GIVE_UP_AFTER = timedelta(days=5)
_KEEP_HISTORY = timedelta(days=30)
_REAP_EVERY = timedelta(seconds=20)
_SLOTS = 64
_LOCK_NAMESPACE = 0x706F7274  # "port"
# A machine that lost its power closes no connection: without these PostgreSQL would hold its
# lock, and with it the work, for the two hours that Linux waits by default.
_NOTICE_THE_DEAD = {
    "options": "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3",
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
_DISK_IN_TROUBLE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WaitingJob:
    """One piece of work as an officer sees it."""

    key: str
    job: str
    ids: tuple[str, ...]
    status: str
    """`waiting`, `running` or `parked`."""
    reason: str
    since: datetime


class ParkedJob(Exception):  # named for what happened
    """Raised inside the engine so that it keeps the job, with the reason, for a person."""


def pause_before(attempt: int) -> timedelta:
    """How long to wait before the given attempt (1 is the first retry), before jitter."""
    return min(_FIRST_PAUSE * 2 ** min(attempt - 1, 20), _LONGEST_PAUSE)


def attempts_before_parking() -> int:
    """How many retries fit in five days."""
    waited, attempt = timedelta(), 0
    while waited < _GIVE_UP_AFTER:
        attempt += 1
        waited += pause_before(attempt)
    return attempt


class Work:
    """Promises, lists and retries jobs. Any process may hold one; it runs nothing itself."""

    def __init__(self, engine: Engine, *, pace: float = 1.0) -> None:
        """`pace` shortens every wait that many times: a test sees days pass in seconds."""
        self.pace = pace
        self._client = DBOSClient(
            system_database_engine=engine, serializer=DBOSPortableJSONSerializer()
        )

    def enqueue(
        self,
        session: Session,
        job: str,
        *ids: str,
        after: timedelta = timedelta(),
        key: str | None = None,
    ) -> None:
        """Promise a job inside the caller's transaction: it exists if and only if that commits.

        The same job for the same ids (or the same `key`) is promised once, however often asked.
        """
        root = key or ":".join((job, *ids))
        options: EnqueueOptions = {
            "workflow_name": _WORKFLOW,
            "queue_name": QUEUE,
            "workflow_id": f"{root}#0",
        }
        if after:
            options["delay_seconds"] = after.total_seconds() / self.pace
        self._client.enqueue_in_transaction(
            session,
            options,
            job,
            list(ids),
            root,
            0,
            0,
        )

    def waiting(self, *, limit: int = 200) -> list[WaitingJob]:
        """Work not yet done: waiting for its turn or its next try, running, or parked."""
        return self._list(["ENQUEUED", "DELAYED", "PENDING", *_PARKED], limit)

    def parked(self, *, limit: int = 200) -> list[WaitingJob]:
        """Work a machine must not retry: a person must look."""
        return self._list(list(_PARKED), limit)

    def counts(self) -> dict[str, int]:
        """How many jobs are `waiting`, `running` and `parked`; above 10,000 of one, 10,000."""
        statuses: dict[str, list[str]] = {
            "waiting": ["ENQUEUED", "DELAYED"],
            "running": ["PENDING"],
            "parked": list(_PARKED),
        }
        return {
            name: len(
                self._client.list_workflows(
                    status=those, name=_WORKFLOW, limit=10_000, load_input=False, load_output=False
                )
            )
            for name, those in statuses.items()
        }

    def retry(self, transactions: Transactions, key: str) -> bool:
        """Let a parked job run again from its first attempt; False when it is not parked.

        A fresh run is promised, and the parked one forgotten once that has committed: a crash in
        between repeats the job, never loses it.
        """
        # Looked up before the transaction: SQLite would make the look-up wait for its end.
        parked = self._client.list_workflows(workflow_ids=[key], status=list(_PARKED))
        if not parked or not parked[0].input:
            return False
        job, ids, root, number, _attempt = parked[0].input["args"]
        options: EnqueueOptions = {
            "workflow_name": _WORKFLOW,
            "queue_name": QUEUE,
            "workflow_id": f"{root}#{number + 1}",
        }
        with transactions.write() as session:
            self._client.enqueue_in_transaction(session, options, job, ids, root, number + 1, 0)
        self.forget(key)
        return True

    def forget(self, key: str) -> None:
        """Drop a parked job that was handled by hand."""
        self._client.delete_workflow(key)

    def _list(self, statuses: list[str], limit: int) -> list[WaitingJob]:
        rows = self._client.list_workflows(status=statuses, name=_WORKFLOW, limit=limit)
        return [_waiting_job(row) for row in rows]

    def close(self) -> None:
        """Let go of the connections."""
        self._client.destroy()


_PARKED = ("ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")


def _waiting_job(row: Any) -> WaitingJob:  # noqa: ANN401  # dbos's own status object
    given: Mapping[str, Any] = row.input or {}
    arguments = cast("Sequence[Any]", given.get("args") or ("?", []))
    status = (
        "parked" if row.status in _PARKED else "running" if row.status == "PENDING" else "waiting"
    )
    return WaitingJob(
        key=row.workflow_id,
        job=str(arguments[0]),
        ids=tuple(str(i) for i in arguments[1]),
        status=status,
        reason=str(row.error or ""),
        since=datetime.fromtimestamp((row.created_at or 0) / 1000, UTC),
    )


class Worker:
    """Runs the jobs. One in each working process; on SQLite only one process may work.

    `schedules` are jobs without ids that come round: name → cron expression in UTC (five
    fields). Each turn is promised once, however many processes work. `pace` is as for `Work`.
    """

    def __init__(
        self,
        *,
        url: str,
        state_dir: Path,
        handlers: Mapping[str, Handler],
        schedules: Mapping[str, str] | None = None,
        concurrency: int = 4,
        pace: float = 1.0,
    ) -> None:
        self._url = url
        self._slots = _Slots(url, state_dir)
        self._handlers = handlers
        self._schedules = schedules or {}
        self._concurrency = concurrency
        self._pace = pace
        self._stopping = threading.Event()
        self._reaper = threading.Thread(target=self._reap, name="reaper", daemon=True)

    def start(self) -> None:
        """Take a slot, recover what its last holder left unfinished, and begin working."""
        slot = self._slots.take()
        config: DBOSConfig = {
            "name": "portal",
            "system_database_url": _dbos_url(self._url),
            "application_version": _APPLICATION_VERSION,
            "executor_id": f"slot-{slot}",
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "CRITICAL",
            "scheduler_polling_interval_sec": 60.0,
        }
        DBOS(config=config)
        promise = _register(self._handlers, self._pace)
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=self._concurrency, polling_interval_sec=0.25)
        DBOS.apply_schedules(
            [
                {"schedule_name": job, "workflow_fn": promise, "schedule": cron, "context": job}
                for job, cron in self._schedules.items()
            ]
        )
        self._reaper.start()

    def stop(self, *, patience_seconds: int = 10) -> None:
        """Finish what is running (within the patience), then let go. The rest waits, durable."""
        self._stopping.set()
        DBOS.destroy(workflow_completion_timeout_sec=patience_seconds, destroy_registry=True)
        self._slots.release()

    def _reap(self) -> None:
        """Take over the work of processes that died and never came back; clean old history."""
        while not self._stopping.wait(_REAP_EVERY.total_seconds() / self._pace):
            try:
                if not self._slots.hold_on():
                    # Another process has our number, and with it our work: two must not have it.
                    log.critical("worker_slot_lost")
                    os.kill(os.getpid(), signal.SIGTERM)
                    return
                self._recover_dead_slots()
                _forget_old_history()
            except Exception as error:  # noqa: BLE001  # the reaper outlives any one failure
                log.warning("reaper_failed", error=type(error).__name__)

    def _recover_dead_slots(self) -> None:
        pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        for executor in {w.executor_id for w in pending if w.executor_id}:
            with self._slots.borrow(executor) as dead:
                if dead:
                    DBOS._recover_pending_workflows([executor])  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # decision 0005


def migrate_engine_tables(url: str) -> None:
    """Create or bring up to date the engine's own tables. Safe to run again."""
    DBOS(
        config={
            "name": "portal",
            "system_database_url": _dbos_url(url),
            "log_level": "CRITICAL",
            "application_version": _APPLICATION_VERSION,
            "serializer": DBOSPortableJSONSerializer(),
        }
    )
    DBOS.launch()
    DBOS.destroy()


def _register(  # noqa: C901  # four small functions that must share the same handlers
    handlers: Mapping[str, Handler], pace: float
) -> Callable[[datetime, Any], None]:
    """Make the engine know our jobs. Gives what promises a scheduled one at its time."""

    def attempt_job(job: str, ids: list[str], attempt: int) -> dict[str, Any]:
        handler = handlers.get(job)
        if handler is None:
            return {"park": f"no handler is registered for the job {job!r}"}
        try:
            again = handler(*ids)
        except Exception as error:  # noqa: BLE001  # whatever it is, the job is kept for a person
            later = error if isinstance(error, TryAgain) else _our_own_trouble(error)
            if later is None:
                log.warning("job_parked", job=job, ids=ids, error=type(error).__name__)
                return {"park": f"{type(error).__name__}: {error}"}
            log.info("job_will_retry", job=job, ids=ids, attempt=attempt, reason=str(later))
            if attempt >= attempts_before_parking():
                return {"park": str(later)}
            pause = later.after or pause_before(attempt + 1)
            return {"pause": _with_jitter(pause / pace), "attempt": attempt + 1}
        if again is not None:
            return {"pause": again.total_seconds() / pace, "attempt": 0}
        return {}

    step = DBOS.step(name="attempt")(attempt_job)

    def run_job(job: str, ids: list[str], root: str, number: int, attempt: int) -> str:
        outcome = step(job, ids, attempt)
        if "park" in outcome:
            raise ParkedJob(outcome["park"])
        if "pause" in outcome:
            with (
                SetWorkflowID(f"{root}#{number + 1}"),
                SetEnqueueOptions(delay_seconds=outcome["pause"]),
            ):
                DBOS.enqueue_workflow(
                    QUEUE, workflow, job, ids, root, number + 1, outcome["attempt"]
                )
            return "again"
        return "done"

    workflow = DBOS.workflow(name=_WORKFLOW)(run_job)

    def promise(when: datetime, job: Any) -> None:  # noqa: ANN401  # the schedule's context
        root = f"{job}:{when.isoformat()}"
        with SetWorkflowID(f"{root}#0"):
            DBOS.enqueue_workflow(QUEUE, workflow, str(job), [], root, 0, 0)

    return DBOS.workflow(name="promise")(promise)


def _our_own_trouble(error: Exception) -> TryAgain | None:
    """Say whether our own database or disk failed, and not the job: then it can be done later.

    Names kinds only: a database's words quote what was being written.
    """
    away = isinstance(error, OperationalError | InterfaceError) and not _is_our_sql(error)
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if away or lost or isinstance(error, NoFreeConnection):
        return TryAgain(f"the database did not answer ({type(error).__name__})")
    if isinstance(error, OSError) and error.errno in _DISK_IN_TROUBLE:
        return TryAgain(f"the disk is full or out of order ({errno.errorcode[error.errno]})")
    return None


def _is_our_sql(error: DBAPIError) -> bool:
    """SQLite gives the same kind of error to a wrong statement as to a full disk."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & 0xFF == sqlite3.SQLITE_ERROR


def _with_jitter(pause: timedelta) -> float:
    # Up to a fifth longer, so that a thousand jobs do not knock on a recovering CRM together.
    return pause.total_seconds() * (1 + secrets.randbelow(200) / 1000)


def _forget_old_history() -> None:
    before = (datetime.now(UTC) - _KEEP_HISTORY).isoformat()  # noqa: TID251  # the engine's own clock
    old = DBOS.list_workflows(
        status=["SUCCESS", "CANCELLED"],
        end_time=before,
        limit=500,
        load_input=False,
        load_output=False,
    )
    if old:
        DBOS.delete_workflows([w.workflow_id for w in old])


def _dbos_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


class _Slots:
    """Stable executor numbers: a file lock on SQLite, an advisory lock on PostgreSQL.

    The lock frees itself when the process dies, however it dies; the next process to take the
    slot recovers what was left. DBOS itself does not notice dead processes.
    """

    def __init__(self, url: str, state_dir: Path) -> None:
        self._postgres = None if url.startswith("sqlite") else _dbos_url(url)
        self._folder = state_dir / "slots"
        self._held: Any = None
        self._mine = -1

    def take(self) -> int:
        for slot in range(1 if self._postgres is None else _SLOTS):
            held = self._try(slot)
            if held is not None:
                self._held, self._mine = held, slot
                return slot
        if self._postgres is None:
            msg = "another portal process is already working on this SQLite database; stop it first"
            raise RuntimeError(msg)
        msg = f"all {_SLOTS} worker slots are taken"
        raise RuntimeError(msg)

    @contextlib.contextmanager
    def borrow(self, executor: str) -> Any:  # noqa: ANN401  # a generator of bool
        """Hold another executor's slot for a moment; yields False when its owner is alive."""
        number = executor.removeprefix("slot-")
        held = self._try(int(number)) if number.isdigit() and int(number) != self._mine else None
        try:
            yield held is not None
        finally:
            _let_go(held)

    def hold_on(self) -> bool:
        """Whether the slot is still ours; taken again if the database has let go of it.

        A restart of PostgreSQL frees every lock though their owners live.
        """
        if self._postgres is None:
            return True
        if self._held is not None:
            try:
                self._held.execute(text("select 1"))
            except SQLAlchemyError:
                _let_go(self._held)
                self._held = None
            else:
                return True
        self._held = self._try(self._mine)
        return self._held is not None

    def release(self) -> None:
        _let_go(self._held)
        self._held = None

    def _try(self, slot: int) -> Any:  # noqa: ANN401  # a file or a connection: whatever holds the lock
        return self._try_file(slot) if self._postgres is None else self._try_advisory(slot)

    def _try_file(self, slot: int) -> Any:  # noqa: ANN401
        self._folder.mkdir(parents=True, exist_ok=True)
        file = (self._folder / str(slot)).open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return None
        return file

    def _try_advisory(self, slot: int) -> Connection | None:
        engine = create_engine(
            self._postgres or "",
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args=_NOTICE_THE_DEAD,
        )
        connection = engine.connect()
        got = connection.scalar(
            text("select pg_try_advisory_lock(:space, :slot)"),
            {"space": _LOCK_NAMESPACE, "slot": slot},
        )
        if got:
            return connection
        connection.close()
        return None


def _let_go(held: Any) -> None:  # noqa: ANN401
    if held is not None:
        with contextlib.suppress(SQLAlchemyError):  # gone already
            held.close()
