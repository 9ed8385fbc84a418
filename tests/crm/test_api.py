"""The API as an adapter meets it, right and wrong."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.crm.samples import a_case, a_small_case
from tests.support.crm_server import CrmServer


def test_a_case_is_stored_as_it_was_sent(crm: CrmServer) -> None:
    created = crm.api.post("cases", json=a_case())
    assert created.status_code == 201
    assert created.json()["id"] == "CRM-000001"
    assert created.json()["url"] == f"{crm.url}/cases/CRM-000001"
    assert created.json()["ignored"] == []
    kept = crm.case("CRM-000001")
    assert {name: kept[name] for name in a_case()} == _with_defaults(a_case())
    assert kept["status"] == "new"


def _with_defaults(case: dict[str, Any]) -> dict[str, Any]:
    """What the CRM adds to a case: nulls where nothing was sent."""
    for answer in case["answers"]:
        answer.setdefault("page_title", None)
    for line in case["payment"]["lines"]:
        line.setdefault("vat_pence", None)
    return case


def test_numbers_follow_one_another_without_gaps(crm: CrmServer) -> None:
    crm.api.post("cases", json=a_small_case())
    crm.api.post("cases", json={"subject": "not a case"})
    second = crm.api.post("cases", json=a_small_case())
    assert second.json()["id"] == "CRM-000002"


def test_without_a_key_the_same_reference_twice_makes_two_cases(crm: CrmServer) -> None:
    for _ in range(2):
        assert crm.api.post("cases", json=a_small_case()).status_code == 201
    assert len(crm.cases(external_reference="HM-1111-1111")) == 2


def test_with_a_key_a_repeated_call_finds_its_first_case(crm: CrmServer) -> None:
    key = {"Idempotency-Key": "submission-1"}
    first = crm.api.post("cases", json=a_case(), headers=key)
    again = crm.api.post("cases", json=dict(reversed(a_case().items())), headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(crm.cases()) == 1


def test_a_key_used_for_another_body_is_refused(crm: CrmServer) -> None:
    key = {"Idempotency-Key": "submission-1"}
    crm.api.post("cases", json=a_small_case(), headers=key)
    other = crm.api.post("cases", json=a_small_case(subject="Another"), headers=key)
    assert other.status_code == 409
    assert other.json()["type"].endswith("/docs#key-reused")
    assert len(crm.cases()) == 1


def test_a_key_used_for_another_call_is_refused(crm: CrmServer) -> None:
    crm.api.post("cases", json=a_small_case())
    key = {"Idempotency-Key": "k"}
    crm.api.post("cases/CRM-000001/notes", json={"text": "One"}, headers=key)
    changed = crm.api.post("cases/CRM-000001/status", json={"status": "closed"}, headers=key)
    assert changed.status_code == 409
    assert crm.case("CRM-000001")["status"] == "new"


def test_a_refused_body_leaves_its_key_free(crm: CrmServer) -> None:
    key = {"Idempotency-Key": "submission-1"}
    assert crm.api.post("cases", json={"subject": "?"}, headers=key).status_code == 422
    assert crm.api.post("cases", json=a_small_case(), headers=key).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\u00e9"])
def test_a_key_that_is_none_is_refused(crm: CrmServer, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode()}
    refused = crm.api.post("cases", json=a_small_case(), headers=headers)
    assert refused.status_code == 422
    assert crm.cases() == []


def test_twenty_callers_with_one_key_open_one_case(crm: CrmServer) -> None:
    def post(_: int) -> str:
        answer = crm.api.post("cases", json=a_small_case(), headers={"Idempotency-Key": "same"})
        return answer.raise_for_status().json()["id"]

    with ThreadPoolExecutor(20) as callers:
        assert set(callers.map(post, range(20))) == {"CRM-000001"}
    assert len(crm.cases()) == 1


def test_unknown_keys_are_dropped_and_named(crm: CrmServer) -> None:
    case = a_case(colour="green", sla={"days": 3})
    case["customer"]["shoe_size"] = 9
    case["answers"][1]["reason"] = "x"
    created = crm.api.post("cases", json=case)
    assert created.status_code == 201
    assert created.json()["ignored"] == [
        "colour",
        "sla",
        "customer.shoe_size",
        "answers[1].reason",
    ]
    assert "shoe_size" not in json.dumps(crm.case("CRM-000001"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"subject": "x" * 256}, "subject"),
        ({"subject": "bell \x07"}, "subject"),
        ({"queue": "No Such/Queue"}, "queue"),
        ({"queue": "../etc"}, "queue"),
        ({"priority": "soonish"}, "priority"),
        ({"target_date": "31/12/2026"}, "target_date"),
        ({"submitted_at": "2026-11-24T10:00:00"}, "submitted_at"),
        ({"customer": {"kind": "robot", "name": "R2"}}, "customer.kind"),
        ({"customer": {}}, "customer.name"),
        ({"location": {"uprn": "ten"}}, "location.uprn"),
        ({"location": {"lat": 91}}, "location.lat"),
        ({"payment": {"lines": [{"label": "Fee", "amount_pence": 10.5}]}},
         "payment.lines.0.amount_pence"),
        ({"payment": {"total_pence": 1, "lines": []}}, "payment"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_and_nothing_is_stored(
    crm: CrmServer, change: dict[str, Any], field: str
) -> None:
    refused = crm.api.post("cases", json=a_small_case(**change))
    assert refused.status_code == 422
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert crm.cases() == []


def test_a_refusal_never_repeats_what_a_person_typed(crm: CrmServer) -> None:
    refused = crm.api.post("cases", json=a_small_case(customer={"name": "A", "uprn": "Jane Doe"}))
    assert refused.status_code == 422
    assert "Jane Doe" not in refused.text


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"case"', b'{"typed": NaN}', b'{"subject": "\\ud800"}',
     b"[" * 100_000, b"9" * 5_000, b"\xff\xfe"],
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_refused(crm: CrmServer, body: bytes) -> None:
    refused = crm.api.post("cases", content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code in {400, 422}
    assert refused.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("typed", ["NaN", "Infinity", '"\\ud800"', '{"\\udfff": 1}'])
def test_what_utf8_cannot_say_is_refused(crm: CrmServer, typed: str) -> None:
    whole = json.dumps(a_case(external_reference="HM-1")).replace('"number-new"', typed)
    refused = crm.api.post("cases", content=whole, headers={"Content-Type": "application/json"})
    assert refused.status_code == 422
    assert crm.cases() == []


@pytest.mark.parametrize("given", [None, "Bearer wrong", "Bearer", "Basic Y3JtOmNybQ=="])
def test_a_caller_without_the_token_learns_nothing(crm: CrmServer, given: str | None) -> None:
    headers = {"Authorization": given} if given else {}
    for path in ("cases", "cases/CRM-000001", "queues"):
        refused = crm.browser.get(f"/api/v1/{path}", headers=headers)
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert crm.browser.post("/api/v1/cases", json=a_case(), headers=headers).status_code == 401
    assert crm.cases() == []


@pytest.mark.parametrize("number", ["CRM-000002", "CRM-x", "2", "CRM-99999999999999999999", "%00"])
def test_a_case_that_does_not_exist_is_not_found(crm: CrmServer, number: str) -> None:
    crm.api.post("cases", json=a_small_case())
    for path in (f"cases/{number}", f"cases/{number}/history"):
        assert crm.api.get(path).status_code == 404
    assert crm.api.post(f"cases/{number}/notes", json={"text": "x"}).status_code == 404
    assert crm.api.post(f"cases/{number}/status", json={"status": "new"}).status_code == 404


def test_an_unknown_address_and_method_are_problems_too(crm: CrmServer) -> None:
    assert crm.api.get("tickets").headers["Content-Type"] == "application/problem+json"
    wrong = crm.api.delete("cases")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "POST")


def test_lists_are_filtered_and_go_on_where_they_stopped(crm: CrmServer) -> None:
    for place in range(5):
        crm.api.post("cases", json=a_small_case(external_reference=f"HM-{place}"))
    crm.api.post("cases", json=a_small_case(queue="gis"))
    crm.api.post("cases/CRM-000002/status", json={"status": "resolved"})
    assert [case["id"] for case in crm.cases(queue="gis")] == ["CRM-000006"]
    assert [case["id"] for case in crm.cases(status="resolved")] == ["CRM-000002"]
    assert [case["id"] for case in crm.cases(external_reference="HM-4")] == ["CRM-000005"]
    assert crm.cases(external_reference="HM-") == []
    page = crm.api.get("cases", params={"limit": "2", "after": "CRM-000003"}).json()
    assert [case["id"] for case in page["cases"]] == ["CRM-000004", "CRM-000005"]
    assert page["next"] == "CRM-000005"


@pytest.mark.parametrize(
    "wanted", [{"limit": "0"}, {"limit": "201"}, {"after": "x"}, {"status": "open"},
               {"updated_since": "yesterday"}],
)  # fmt: skip
def test_a_senseless_list_is_refused(crm: CrmServer, wanted: dict[str, str]) -> None:
    assert crm.api.get("cases", params=wanted).status_code == 422


def test_a_poller_sees_only_what_has_changed_since(crm: CrmServer) -> None:
    for _ in range(2):
        crm.api.post("cases", json=a_small_case())
    since = datetime.now(UTC).isoformat()
    crm.api.post("cases/CRM-000001/notes", json={"text": "Looked at it"})
    assert [case["id"] for case in crm.cases(updated_since=since)] == ["CRM-000001"]
    later = datetime.now(UTC) + timedelta(seconds=1)
    assert crm.cases(updated_since=later.isoformat()) == []


def test_status_and_notes_are_kept_with_their_history(crm: CrmServer) -> None:
    crm.api.post("cases", json=a_small_case(officer="Priya Shah"))
    note = {"text": "Rang back", "author": "Tom", "public": True, "loud": True}
    added = crm.api.post("cases/CRM-000001/notes", json=note)
    assert (added.status_code, added.json()["ignored"]) == (201, ["loud"])
    body = {"status": "awaiting customer", "note": "Wants a photograph"}
    assert crm.api.post("cases/CRM-000001/status", json=body).json()["status"] == body["status"]
    kept = crm.case("CRM-000001")
    assert [(n["text"], n["author"], n["public"]) for n in kept["notes"]] == [
        ("Rang back", "Tom", True),
        ("Wants a photograph", "API", False),
    ]
    events = crm.api.get("cases/CRM-000001/history").json()["events"]
    assert [(event["deed"], event["by"]) for event in events] == [
        ("created", "Priya Shah"),
        ("note added", "Tom"),
        ("note added", "API"),
        ("status changed", "API"),
    ]
    assert events[-1]["detail"] == {"was": "new", "now": "awaiting customer"}


def test_the_same_status_again_is_no_history(crm: CrmServer) -> None:
    crm.api.post("cases", json=a_small_case())
    assert crm.api.post("cases/CRM-000001/status", json={"status": "new"}).status_code == 200
    assert len(crm.api.get("cases/CRM-000001/history").json()["events"]) == 1


def test_an_unknown_status_changes_nothing(crm: CrmServer) -> None:
    crm.api.post("cases", json=a_small_case())
    body = {"status": "done", "note": "Finished"}
    assert crm.api.post("cases/CRM-000001/status", json=body).status_code == 422
    assert crm.case("CRM-000001")["notes"] == []


def test_a_note_sent_again_with_its_key_is_added_once(crm: CrmServer) -> None:
    crm.api.post("cases", json=a_small_case())
    answers = [
        crm.api.post(
            "cases/CRM-000001/notes", json={"text": "Once"}, headers={"Idempotency-Key": "n"}
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert len(crm.case("CRM-000001")["notes"]) == 1


def test_queues_are_made_on_first_use_and_count_their_work(crm: CrmServer) -> None:
    assert crm.api.get("queues").json() == {"queues": []}
    crm.api.post("cases", json=a_small_case(queue="parking-permits", target_date="2020-01-01"))
    crm.api.post("cases", json=a_small_case(queue="parking-permits", target_date="2020-01-01"))
    crm.api.post("cases", json=a_small_case(queue="gis"))
    crm.api.post("cases/CRM-000002/status", json={"status": "closed"})
    assert crm.api.get("queues").json()["queues"] == [
        {"slug": "gis", "name": "GIS", "open": 1, "overdue": 0, "total": 1},
        {"slug": "parking-permits", "name": "Parking permits", "open": 1, "overdue": 1, "total": 2},
    ]


def test_health_and_the_description_need_no_token(crm: CrmServer) -> None:
    assert crm.browser.get("/healthz").json() == {"status": "ok"}
    described = crm.browser.get("/openapi.json").json()
    assert {"/api/v1/cases", "/api/v1/cases/{id}/attachments"} < set(described["paths"])
    assert not any("_faults" in path for path in described["paths"])
