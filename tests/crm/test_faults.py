"""Every fault does to a caller what it says, as often as it says, and nothing more."""

import time

import httpx2
import pytest

from portal.crm.content import CaseContent, can_lose, lose
from portal.crm.faults import Fault, Faults, Kind
from tests.crm.samples import a_case, a_small_case
from tests.support.crm_server import CrmServer, running_crm


def test_an_error_before_storing_stores_nothing(crm: CrmServer) -> None:
    crm.break_next("error_before", times=2)
    for _ in range(2):
        failed = crm.api.post("cases", json=a_small_case())
        assert failed.status_code == 500
        assert failed.headers["Content-Type"] == "application/problem+json"
    assert crm.cases() == []
    assert crm.api.post("cases", json=a_small_case()).status_code == 201


def test_an_error_after_storing_leaves_a_case_to_be_found(crm: CrmServer) -> None:
    crm.break_next("error_after")
    key = {"Idempotency-Key": "k"}
    assert crm.api.post("cases", json=a_small_case(), headers=key).status_code == 500
    assert [case["id"] for case in crm.cases(external_reference="HM-1111-1111")] == ["CRM-000001"]
    again = crm.api.post("cases", json=a_small_case(), headers=key)
    assert (again.status_code, again.json()["id"]) == (200, "CRM-000001")


@pytest.mark.parametrize(("kind", "stored"), [("timeout_before", 0), ("timeout_after", 1)])
def test_a_caller_who_cannot_wait_may_have_made_a_case_or_not(
    crm: CrmServer, kind: str, stored: int
) -> None:
    crm.break_next(kind, seconds=1.5)
    with pytest.raises(httpx2.ReadTimeout):
        crm.api.post("cases", json=a_small_case(), timeout=0.5)
    time.sleep(1.5)  # long enough to store it: too short a wait could only hide a fault
    deadline = time.monotonic() + 30
    while len(crm.cases()) < stored:
        assert time.monotonic() < deadline, "the case was never stored"
        time.sleep(0.02)
    assert len(crm.cases()) == stored


def test_a_caller_who_waits_out_a_timeout_is_cut_off(crm: CrmServer) -> None:
    crm.break_next("timeout_before", seconds=0.1)
    with pytest.raises(httpx2.TransportError):
        crm.api.post("cases", json=a_small_case())


@pytest.mark.parametrize(("kind", "stored"), [("close_before", 0), ("close_after", 1)])
def test_a_broken_connection_says_nothing(crm: CrmServer, kind: str, stored: int) -> None:
    crm.break_next(kind)
    with pytest.raises(httpx2.TransportError):
        crm.api.post("cases", json=a_small_case())
    assert len(crm.cases()) == stored


def test_too_many_calls_are_told_when_to_come_back(crm: CrmServer) -> None:
    crm.break_next("too_many", retry_after=7)
    refused = crm.api.post("cases", json=a_small_case())
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "7")
    assert crm.cases() == []


def test_an_error_in_a_200_stores_nothing(crm: CrmServer) -> None:
    crm.break_next("error_in_200")
    answer = crm.api.post("cases", json=a_small_case())
    assert answer.status_code == 200
    assert "id" not in answer.json()
    assert crm.cases() == []


@pytest.mark.parametrize("field", ["location.uprn", "answers", "target_date", "customer"])
def test_a_field_is_lost_and_nobody_is_told(crm: CrmServer, field: str) -> None:
    crm.break_next("drop_field", field=field)
    created = crm.api.post("cases", json=a_case(), headers={"Idempotency-Key": "k"})
    assert (created.status_code, created.json()["ignored"]) == (201, [])
    kept = crm.case("CRM-000001")
    top, _, inner = field.partition(".")
    assert not (kept[top][inner] if inner else kept[top])
    assert kept["subject"] == a_case()["subject"]
    # The key stands for what was sent, not for what was kept.
    again = crm.api.post("cases", json=a_case(), headers={"Idempotency-Key": "k"})
    assert again.status_code == 200


def test_a_field_of_a_part_that_was_not_sent_is_no_loss() -> None:
    content = CaseContent.model_validate(a_small_case())
    assert lose(content, "location.uprn") == content


@pytest.mark.parametrize(
    "field", ["subject", "customer.name", "nothing", "location.nothing", "", "a.b"]
)
def test_a_field_no_case_can_be_without_is_never_dropped(crm: CrmServer, field: str) -> None:
    assert not can_lose(field)
    refused = crm.browser.post("/_faults", json={"kind": "drop_field", "field": field})
    assert refused.status_code == 422


def test_a_fault_strikes_only_its_route_and_method(crm: CrmServer) -> None:
    crm.break_next("error_before", route="/api/v1/cases", method="POST")
    assert crm.api.get("cases").status_code == 200
    assert crm.api.get("queues").status_code == 200
    assert crm.api.post("cases", json=a_small_case()).status_code == 500


def test_faults_wait_their_turn_and_can_be_lifted(crm: CrmServer) -> None:
    crm.break_next("error_before")
    crm.break_next("too_many", times=5)
    assert [fault["kind"] for fault in crm.browser.get("/_faults").json()] == [
        "error_before",
        "too_many",
    ]
    assert crm.api.get("cases").status_code == 500
    assert crm.api.get("cases").status_code == 429
    crm.lift_faults()
    assert crm.api.get("cases").status_code == 200


def test_health_and_the_switches_themselves_are_spared(crm: CrmServer) -> None:
    crm.break_next("error_before", route="/", times=9)
    assert crm.browser.get("/healthz").status_code == 200
    crm.lift_faults()
    assert crm.browser.get("/").status_code == 200


def test_without_the_setting_there_are_no_switches(tmp_path) -> None:
    with running_crm(tmp_path, faults=False) as crm:
        refused = crm.browser.post("/_faults", json={"kind": "error_before"})
        assert refused.status_code == 404
        assert crm.api.get("cases").status_code == 200


def test_a_fault_is_taken_exactly_as_often_as_asked() -> None:
    faults = Faults()
    faults.add(Fault(kind=Kind.ERROR_BEFORE, times=2, route="/api/v1/cases"))
    faults.add(Fault(kind=Kind.TOO_MANY))
    taken = [faults.take("GET", path) for path in ("/", "/api/v1/queues", "/api/v1/cases")]
    assert [fault and fault.kind for fault in taken] == [None, Kind.TOO_MANY, Kind.ERROR_BEFORE]
    assert [fault.times for fault in faults.waiting()] == [1]
