"""The promises of handing over, kept against the real reference CRM over HTTP."""

import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from portal.cases.case import Case, CaseProgress, CaseState, to_json
from portal.cases.crm import Crm, CrmSettings, load_crm
from portal.cases.records import (
    CaseRow,
    attached_files,
    claim_case,
    count_cases,
    delete_case,
    find_case_row,
    parked_cases,
    read_case_row,
    record_case,
)
from portal.cases.routing import HAND_OVER, in_full, open_case, promise_case, refresh_status
from portal.core.errors import CrmRefused, CrmUnavailable, Missing
from portal.core.references import Reference
from portal.database import Transactions
from portal.work import Work, migrate_engine_tables
from tests.cases.building import NOON, a_case, an_attachment
from tests.support.crm_server import CrmServer, running_crm

MAPPINGS = Path(__file__).parents[2] / "crm_adapters"
PLAN = b"%PDF-1.7 a plan"
PHOTO = b"%PDF-1.7 a photo"
FILES = {"f1": PLAN, "f2": PHOTO}
CREATE = {"route": "/api/v1/cases", "method": "POST"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[CrmServer]:
    with running_crm(tmp_path_factory.mktemp("crm")) as crm:
        yield crm


@pytest.fixture
def crm(server: CrmServer) -> Generator[Crm]:
    yield speak_to(server)
    server.lift_faults()


class Now:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        return self.moment


def speak_to(server: CrmServer, *, folder: Path = MAPPINGS, name: str = "reference") -> Crm:
    return load_crm(CrmSettings(name, folder, server.url, server.token, patience_seconds=0.6))


def without_idempotency(folder: Path, **replaced: str) -> Path:
    text = (MAPPINGS / "reference.yml").read_text()
    text = text.replace("  idempotency_header: Idempotency-Key\n", "")
    for was, becomes in replaced.items():
        assert was in text
        text = text.replace(was, becomes, 1)
    (folder / "bare.yml").write_text(text)
    return folder


def store(transactions: Transactions, case: Case, submission: str | None = None) -> str:
    submission = submission or f"s-{case.reference}"
    with transactions.write() as session:
        record_case(session, submission, case, NOON)
    return submission


def hand_over(
    transactions: Transactions,
    crm: Crm,
    submission: str,
    *,
    clock: Callable[[], datetime] | None = None,
    load: Callable[[str], bytes] = FILES.__getitem__,
) -> timedelta | None:
    return open_case(transactions, crm, submission, clock=clock or Now(), load_content=load)


def row_of(transactions: Transactions, submission: str) -> CaseRow:
    with transactions.read() as session:
        return read_case_row(session, submission)


def with_files(**changes: object) -> Case:
    files = (an_attachment(PLAN), an_attachment(PHOTO, file="f2", name='tŷ "x".pdf'))
    return a_case(attachments=files, **changes)


def test_a_submission_becomes_one_case_with_everything_in_it(
    transactions: Transactions, crm: Crm, server: CrmServer
):
    case = with_files()
    submission = store(transactions, case)

    assert hand_over(transactions, crm, submission) is None

    (held,) = server.cases(external_reference=case.reference)
    row = row_of(transactions, submission)
    assert (row.state, row.case_id, row.case_url) == (CaseState.COMPLETE, held["id"], held["url"])
    assert (row.attempts, row.last_error, row.crm) == (1, "", "reference")
    assert row.claimed_until is None
    assert held["customer"]["name"] == "Siân O'Brien 李"
    assert held["location"]["northing"] == 155_000.5
    assert [a["typed"] for a in held["answers"]] == ["Tŷ Gwyn\nThe <b>White</b> House", 11]
    assert held["payment"]["lines"][0]["amount_pence"] == 30_000
    assert held["consent"][0]["wording"] == "I declare that this is true."
    assert [a["sha256"] for a in held["attachments"]] == [a.sha256 for a in case.attachments]


def test_the_least_a_form_can_ask_makes_a_case_too(
    transactions: Transactions, crm: Crm, server: CrmServer
):
    whole = a_case()
    anonymous = type(whole.customer)(kind=whole.customer.kind)
    case = a_case(
        customer=anonymous,
        location=None,
        payment=None,
        answers=(),
        consents=(),
        target_date=None,
        lgsl=None,
    )

    hand_over(transactions, crm, submission := store(transactions, case))

    assert row_of(transactions, submission).state == CaseState.COMPLETE
    (held,) = server.cases(external_reference=case.reference)
    assert held["payment"] is None
    assert held["location"] is None


def test_handing_over_again_does_nothing(transactions: Transactions, crm: Crm, server: CrmServer):
    case = with_files()
    submission = store(transactions, case)
    hand_over(transactions, crm, submission)

    assert hand_over(transactions, crm, submission) is None

    (held,) = server.cases(external_reference=case.reference)
    assert len(held["attachments"]) == 2
    assert row_of(transactions, submission).attempts == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error_before"},
        {"kind": "error_after"},
        {"kind": "timeout_before", "seconds": 2},
        {"kind": "timeout_after", "seconds": 2},
        {"kind": "close_before"},
        {"kind": "close_after"},
        {"kind": "too_many", "retry_after": 0},
    ],
    ids=lambda fault: fault["kind"],
)
@pytest.mark.parametrize("idempotent", [True, False], ids=["with a key", "without a key"])
def test_whatever_happens_to_the_answer_there_is_one_case(
    transactions: Transactions,
    server: CrmServer,
    tmp_path: Path,
    fault: dict[str, object],
    idempotent: bool,
):
    crm = (
        speak_to(server)
        if idempotent
        else speak_to(server, folder=without_idempotency(tmp_path), name="bare")
    )
    case = with_files()
    submission = store(transactions, case)
    server.break_next(**CREATE, **fault)  # pyright: ignore[reportArgumentType]

    with pytest.raises(CrmUnavailable) as unwell:
        hand_over(transactions, crm, submission)
    waiting = row_of(transactions, submission)
    assert hand_over(transactions, crm, submission) is None

    assert waiting.state == CaseState.WAITING
    assert waiting.last_error == in_full(unwell.value)
    assert waiting.create_sent_at == NOON
    (held,) = server.cases(external_reference=case.reference)
    assert len(held["attachments"]) == 2
    assert row_of(transactions, submission).state == CaseState.COMPLETE


@pytest.mark.parametrize("kind", ["error_after", "close_after", "timeout_after"])
def test_a_file_whose_answer_is_lost_is_not_there_twice(
    transactions: Transactions, crm: Crm, server: CrmServer, kind: str
):
    case = with_files()
    submission = store(transactions, case)
    server.break_next(kind, route="/api/v1/cases/CRM", method="POST", seconds=5)

    with pytest.raises(CrmUnavailable):
        hand_over(transactions, crm, submission)
    assert row_of(transactions, submission).state == CaseState.OPENED
    hand_over(transactions, crm, submission)

    (held,) = server.cases(external_reference=case.reference)
    assert [a["question"] for a in held["attachments"]] == ["plan", "plan"]


def test_a_crm_that_wants_patience_says_how_much(
    transactions: Transactions, crm: Crm, server: CrmServer
):
    submission = store(transactions, a_case())
    server.break_next("too_many", **CREATE, retry_after=90)

    with pytest.raises(CrmUnavailable) as unwell:
        hand_over(transactions, crm, submission)

    assert unwell.value.after == timedelta(seconds=90)


@pytest.mark.parametrize(
    ("field", "named"),
    [
        ("customer.email", "customer.email"),
        ("location.uprn", "location.uprn"),
        ("answers", "answers"),
    ],
)
def test_a_field_the_crm_drops_parks_the_case_and_is_named(
    transactions: Transactions, crm: Crm, server: CrmServer, field: str, named: str
):
    case = with_files()
    submission = store(transactions, case)
    server.break_next("drop_field", **CREATE, field=field)

    for _ in range(2):  # a retry does not open another
        with pytest.raises(CrmRefused, match=named):
            hand_over(transactions, crm, submission)

    row = row_of(transactions, submission)
    assert row.state == CaseState.PARKED
    assert named in row.last_error
    assert "sian@example.org" not in row.last_error
    assert len(server.cases(external_reference=case.reference)) == 1
    with transactions.read() as session:
        assert submission in [r.submission_id for r in parked_cases(session)]
        assert count_cases(session)[CaseState.PARKED] == 1


def test_an_error_inside_a_200_parks_the_case_and_a_retry_opens_it(
    transactions: Transactions, crm: Crm, server: CrmServer
):
    case = a_case()
    submission = store(transactions, case)
    server.break_next("error_in_200", **CREATE)

    with pytest.raises(CrmRefused, match="with an error inside") as refused:
        hand_over(transactions, crm, submission)
    parked = row_of(transactions, submission)
    hand_over(transactions, crm, submission)

    assert parked.state == CaseState.PARKED
    assert "E1042" in parked.last_error
    assert "E1042" not in str(refused.value)
    assert len(server.cases(external_reference=case.reference)) == 1
    assert row_of(transactions, submission).state == CaseState.COMPLETE
    assert row_of(transactions, submission).last_error == ""


def test_one_submission_the_crm_refuses_does_not_hold_up_the_next(
    transactions: Transactions, crm: Crm
):
    poisoned = store(transactions, a_case(subject=""))
    healthy = store(transactions, a_case())

    with pytest.raises(CrmRefused, match="422"):
        hand_over(transactions, crm, poisoned)
    hand_over(transactions, crm, healthy)

    row = row_of(transactions, poisoned)
    assert row.state == CaseState.PARKED
    assert "subject" in row.last_error
    assert row_of(transactions, healthy).state == CaseState.COMPLETE


def test_a_crm_that_restarts_in_between_keeps_one_case(transactions: Transactions, tmp_path: Path):
    case = with_files()
    submission = store(transactions, case)
    with running_crm(tmp_path) as first:
        first.break_next("error_after", **CREATE)
        crm = speak_to(first)
        with pytest.raises(CrmUnavailable):
            hand_over(transactions, crm, submission)
    with pytest.raises(CrmUnavailable):
        hand_over(transactions, crm, submission)

    with running_crm(tmp_path) as second:
        hand_over(transactions, speak_to(second), submission)

        (held,) = second.cases(external_reference=case.reference)
        assert len(held["attachments"]) == 2
    assert row_of(transactions, submission).attempts == 3


@pytest.mark.parametrize("idempotent", [True, False], ids=["with a key", "without a key"])
def test_twenty_at_once_hand_the_same_submission_over_once(
    transactions: Transactions, server: CrmServer, tmp_path: Path, idempotent: bool
):
    crm = (
        speak_to(server)
        if idempotent
        else speak_to(server, folder=without_idempotency(tmp_path), name="bare")
    )
    case = with_files()
    submission = store(transactions, case)
    barrier = threading.Barrier(20)

    def attempt(_: int) -> timedelta | None:
        barrier.wait()
        return hand_over(transactions, crm, submission)

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(attempt, range(20)))

    assert None in outcomes
    assert all(wait is None or wait > timedelta() for wait in outcomes)
    (held,) = server.cases(external_reference=case.reference)
    assert len(held["attachments"]) == 2
    assert row_of(transactions, submission).state == CaseState.COMPLETE


class Killed(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("step", range(12))
def test_a_crash_at_any_line_is_taken_up_again_where_it_stopped(
    transactions: Transactions, crm: Crm, server: CrmServer, step: int
):
    case = with_files()
    submission = store(transactions, case)
    now, readings = Now(), [0]

    def clock_of_a_doomed_worker() -> datetime:
        readings[0] += 1
        if readings[0] > step + 1:
            raise Killed
        return now()

    try:
        hand_over(transactions, crm, submission, clock=clock_of_a_doomed_worker)
    except Killed:
        busy = hand_over(transactions, crm, submission, clock=now)
        assert busy is not None  # as far as anyone can tell the first is still at it
        now.moment += busy
    assert hand_over(transactions, crm, submission, clock=now) is None

    (held,) = server.cases(external_reference=case.reference)
    assert len(held["attachments"]) == 2
    assert row_of(transactions, submission).state == CaseState.COMPLETE


def test_a_worker_that_was_stopped_for_long_writes_and_sends_nothing_more(
    transactions: Transactions, crm: Crm, server: CrmServer
):
    case = with_files()
    submission = store(transactions, case)
    now = Now()

    def another_takes_over(file: str) -> bytes:
        now.moment += timedelta(minutes=10)
        if file == "f1" and row_of(transactions, submission).attempts == 1:
            assert hand_over(transactions, crm, submission, clock=now) is None
        return FILES[file]

    wait = hand_over(transactions, crm, submission, clock=now, load=another_takes_over)

    row = row_of(transactions, submission)
    assert wait is not None
    assert row.state == CaseState.COMPLETE
    assert row.attempts == 2
    (held,) = server.cases(external_reference=case.reference)
    assert len(held["attachments"]) == 2


def test_a_search_that_lags_is_waited_for_before_anything_is_made_again(
    transactions: Transactions, server: CrmServer, tmp_path: Path
):
    slow_search = {
        "match: external_reference": "match: external_reference\n  settles_in_seconds: 60"
    }
    crm = speak_to(server, folder=without_idempotency(tmp_path, **slow_search), name="bare")
    case, now = a_case(), Now()
    submission = store(transactions, case)
    server.break_next("error_before", **CREATE)
    with pytest.raises(CrmUnavailable):
        hand_over(transactions, crm, submission, clock=now)

    now.moment += timedelta(seconds=20)
    with pytest.raises(CrmUnavailable, match="search") as waiting:
        hand_over(transactions, crm, submission, clock=now)
    now.moment += timedelta(seconds=40)
    hand_over(transactions, crm, submission, clock=now)

    assert waiting.value.after == timedelta(seconds=40)
    assert len(server.cases(external_reference=case.reference)) == 1


def test_a_case_somebody_opened_already_is_taken_as_ours(
    transactions: Transactions, crm: Crm, server: CrmServer
):
    case = a_case()
    opened = crm.create_case(case, key=f"by hand {case.reference}")

    hand_over(transactions, crm, submission := store(transactions, case))

    assert row_of(transactions, submission).case_id == opened.id


def test_two_cases_for_one_reference_are_shown_to_a_person(transactions: Transactions, crm: Crm):
    case = a_case()
    ids = [crm.create_case(case, key=f"{key} {case.reference}").id for key in "ab"]
    submission = store(transactions, case)

    with pytest.raises(CrmRefused, match="2 cases"):
        hand_over(transactions, crm, submission)

    assert all(case_id in row_of(transactions, submission).last_error for case_id in ids)


def test_a_file_that_is_gone_or_changed_parks_the_case(transactions: Transactions, crm: Crm):
    def gone(_: str) -> bytes:
        raise FileNotFoundError

    for load, why in ((gone, "is gone"), (lambda _: b"other", "is not what was submitted")):
        submission = store(transactions, with_files())

        with pytest.raises(CrmRefused, match=why):
            hand_over(transactions, crm, submission, load=load)

        assert why in row_of(transactions, submission).last_error
        assert hand_over(transactions, crm, submission) is None


def test_a_case_half_done_in_another_crm_is_finished_by_hand(
    transactions: Transactions, crm: Crm, server: CrmServer, tmp_path: Path
):
    submission = store(transactions, with_files())
    with pytest.raises(CrmRefused):
        hand_over(transactions, crm, submission, load=lambda _: b"")
    other = speak_to(server, folder=without_idempotency(tmp_path), name="bare")

    with pytest.raises(CrmRefused, match="opened in reference but not finished"):
        hand_over(transactions, other, submission)


def test_waiting_cases_follow_the_crm_when_its_settings_change(
    transactions: Transactions, crm: Crm, server: CrmServer, tmp_path: Path
):
    case = a_case()
    submission = store(transactions, case)
    server.break_next("error_before", **CREATE)
    with pytest.raises(CrmUnavailable):
        hand_over(transactions, crm, submission)

    with running_crm(tmp_path / "new") as new:
        bare = speak_to(new, folder=without_idempotency(tmp_path), name="bare")
        hand_over(transactions, bare, submission)
        assert len(new.cases(external_reference=case.reference)) == 1

    assert row_of(transactions, submission).crm == "bare"


def test_a_wrong_token_parks_with_the_reason(transactions: Transactions, server: CrmServer):
    crm = load_crm(CrmSettings("reference", MAPPINGS, server.url, "wrong"))
    submission = store(transactions, a_case())

    with pytest.raises(CrmRefused, match="401"):
        hand_over(transactions, crm, submission)
    with pytest.raises(CrmRefused, match="401"):
        crm.check()

    assert "401" in row_of(transactions, submission).last_error


def test_an_unknown_submission_is_missing(transactions: Transactions, crm: Crm):
    with pytest.raises(Missing):
        hand_over(transactions, crm, "nobody")


def test_a_stored_case_of_another_version_is_parked(transactions: Transactions, crm: Crm):
    submission = store(transactions, a_case())
    with transactions.write() as session:
        row = read_case_row(session, submission)
        row.published = {**row.published, "version": 99}

    with pytest.raises(CrmRefused, match="version"):
        hand_over(transactions, crm, submission)


def test_the_case_is_frozen_when_it_is_first_recorded(transactions: Transactions):
    first = a_case()
    submission = store(transactions, first)

    store(transactions, a_case(subject="changed"), submission)

    assert row_of(transactions, submission).published == to_json(first)
    with transactions.read() as session:
        found = find_case_row(session, first.reference)
        assert found is not None
        assert found.submission_id == submission
        assert find_case_row(session, "HM-NONE") is None


def test_the_status_comes_back_in_our_words(
    transactions: Transactions, crm: Crm, server: CrmServer
):
    submission = store(transactions, a_case())
    assert refresh_status(transactions, crm, submission, clock=Now()) is None
    hand_over(transactions, crm, submission)
    case_id = row_of(transactions, submission).case_id
    change = server.api.post(f"cases/{case_id}/status", json={"status": "awaiting customer"})
    change.raise_for_status()

    status = refresh_status(transactions, crm, submission, clock=Now())

    assert status is not None
    assert (status.raw, status.progress) == ("awaiting customer", CaseProgress.AWAITING_CUSTOMER)
    row = row_of(transactions, submission)
    assert (row.status_raw, row.progress) == ("awaiting customer", "awaiting customer")
    assert row.status_read_at == NOON


def test_a_case_can_be_forgotten_with_its_files(transactions: Transactions, crm: Crm):
    submission = store(transactions, with_files())
    hand_over(transactions, crm, submission)

    with transactions.write() as session:
        delete_case(session, submission)

    with transactions.read() as session:
        assert attached_files(session, submission) == frozenset()
        assert session.get(CaseRow, submission) is None


def test_a_claim_is_exclusive_until_its_time_is_up(transactions: Transactions):
    submission = store(transactions, a_case())
    later = NOON + timedelta(seconds=45)

    def claim(now: datetime) -> bool:
        with transactions.write() as session:
            return claim_case(
                session,
                submission,
                claim="c",
                now=now,
                until=now + timedelta(seconds=45),
                latest=now + timedelta(seconds=185),
            )

    assert claim(NOON)
    assert not claim(later)
    assert claim(later + timedelta(microseconds=1))


def test_a_claim_made_by_a_clock_that_was_wrong_holds_nobody_up(
    transactions: Transactions, crm: Crm
):
    """The worker died, and the clock that dated its claim was a year fast."""
    submission = store(transactions, a_case())
    next_year = NOON + timedelta(days=365)
    with transactions.write() as session:
        assert claim_case(
            session,
            submission,
            claim="dead",
            now=next_year,
            until=next_year + timedelta(seconds=35),
            latest=next_year + timedelta(seconds=185),
        )

    assert hand_over(transactions, crm, submission) is None

    assert row_of(transactions, submission).state == CaseState.COMPLETE


def test_the_case_and_its_job_are_promised_together_or_not_at_all(
    database_url: str, engine: Engine, transactions: Transactions
):
    migrate_engine_tables(database_url)
    work = Work(engine)
    case = a_case()

    with suppress(Killed), transactions.write() as session:
        promise_case(session, work, "s1", case, now=NOON)
        raise Killed
    nothing = work.waiting()
    for _ in range(2):
        with transactions.write() as session:
            promise_case(session, work, "s2", case, now=NOON)

    assert nothing == []
    assert [(job.job, job.ids) for job in work.waiting()] == [(HAND_OVER, ("s2",))]
    assert row_of(transactions, "s2").reference == case.reference
    work.close()


def test_the_reference_is_searched_for_exactly(crm: Crm):
    case = a_case()
    opened = crm.create_case(case, key=case.reference)

    assert opened.id.startswith("CRM-")
    assert crm.find_case(Reference("HM-0000-0000-0")) is None
