"""Files, whole and damaged, friendly and not."""

import hashlib
from pathlib import Path

import pytest

from tests.crm.samples import a_photograph, a_small_case
from tests.support.crm_server import CrmServer, running_crm


@pytest.fixture
def case_id(crm: CrmServer) -> str:
    return crm.api.post("cases", json=a_small_case()).json()["id"]


def test_a_file_comes_back_as_it_was_sent(crm: CrmServer, case_id: str) -> None:
    added = crm.attach(case_id, b"%PDF-1.7 plan", name="plan.pdf")
    assert added.status_code == 201
    listed = crm.case(case_id)["attachments"]
    assert listed == [added.json()]
    got = crm.api.get(listed[0]["url"])
    assert got.content == b"%PDF-1.7 plan"
    assert listed[0]["sha256"] == hashlib.sha256(got.content).hexdigest()


def test_the_same_file_for_the_same_question_is_one_attachment(
    crm: CrmServer, case_id: str
) -> None:
    first = crm.attach(case_id, b"plan")
    again = crm.attach(case_id, b"plan", name="renamed.pdf")
    other = crm.attach(case_id, b"plan", question="photo")
    assert [answer.status_code for answer in (first, again, other)] == [201, 200, 201]
    assert again.json() == first.json()
    assert len(crm.case(case_id)["attachments"]) == 2


def test_a_damaged_file_is_refused_and_forgotten(crm: CrmServer, case_id: str) -> None:
    damaged = crm.attach(case_id, b"plan", sha256=hashlib.sha256(b"other").hexdigest())
    assert damaged.status_code == 422
    assert damaged.json()["type"].endswith("#checksum-mismatch")
    assert crm.case(case_id)["attachments"] == []
    assert list((crm.data_dir / "files").iterdir()) == []


def test_a_file_needs_its_checksum_its_bytes_and_its_case(crm: CrmServer, case_id: str) -> None:
    assert crm.attach(case_id, b"plan", sha256="abc").status_code == 422
    lone = crm.api.post(f"cases/{case_id}/attachments", data={"sha256": "0" * 64})
    assert lone.status_code == 422
    assert crm.attach("CRM-000099", b"plan").status_code == 404


def test_a_file_is_found_only_under_its_own_case(crm: CrmServer, case_id: str) -> None:
    other = crm.api.post("cases", json=a_small_case()).json()["id"]
    attached = crm.attach(case_id, b"plan").json()["id"]
    assert crm.api.get(f"cases/{case_id}/attachments/{attached}").status_code == 200
    assert crm.api.get(f"cases/{other}/attachments/{attached}").status_code == 404
    assert crm.browser.get(f"/cases/{other}/attachments/{attached}").status_code == 404


def test_a_page_sent_as_a_file_cannot_run_in_a_browser(crm: CrmServer, case_id: str) -> None:
    page = b"<script>alert(1)</script>"
    attached = crm.attach(case_id, page, name="page.html", media_type="text/html").json()["id"]
    for answer in (
        crm.api.get(f"cases/{case_id}/attachments/{attached}"),
        crm.browser.get(f"/cases/{case_id}/attachments/{attached}"),
    ):
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\plan.pdf", "plan.pdf"),
        ("<b>.png", "<b>.png"),
        ("x" * 400 + ".pdf", "x" * 180 + ".pdf"),
        ("cynllun ŵ.pdf", "cynllun ŵ.pdf"),
        ("...", "file"),
    ],
)
def test_a_file_name_keeps_only_what_is_harmless(
    crm: CrmServer, case_id: str, sent: str, kept: str
) -> None:
    assert crm.attach(case_id, b"x", name=sent).json()["file_name"] == kept


def test_a_senseless_media_type_becomes_plain_bytes(crm: CrmServer, case_id: str) -> None:
    added = crm.attach(case_id, b"x", media_type="text/html; charset=x")
    assert added.json()["media_type"] == "text/html"
    odd = crm.attach(case_id, b"y", media_type="not a type")
    assert odd.json()["media_type"] == "application/octet-stream"


def test_an_image_is_shown_small_and_redrawn(crm: CrmServer, case_id: str) -> None:
    photo = a_photograph()
    attached = crm.attach(case_id, photo, name="p.png", media_type="image/png").json()["id"]
    small = crm.browser.get(f"/cases/{case_id}/attachments/{attached}/thumbnail")
    assert small.headers["Content-Type"] == "image/jpeg"
    assert small.content.startswith(b"\xff\xd8")
    assert small.content not in photo


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n broken",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        a_photograph()[:2000],
    ],
)
def test_what_is_no_image_is_kept_without_a_picture(
    crm: CrmServer, case_id: str, content: bytes
) -> None:
    added = crm.attach(case_id, content, name="p.png", media_type="image/png")
    assert added.status_code == 201
    address = f"/cases/{case_id}/attachments/{added.json()['id']}"
    assert crm.browser.get(f"{address}/thumbnail").status_code == 404
    assert crm.browser.get(address).content == content
    assert crm.browser.get(f"/cases/{case_id}").status_code == 200


def test_too_large_a_file_is_refused(tmp_path: Path) -> None:
    with running_crm(tmp_path, max_attachment_bytes=100_000) as crm:
        crm.api.post("cases", json=a_small_case())
        assert crm.attach("CRM-000001", b"x" * 100_000).status_code == 201
        assert crm.attach("CRM-000001", b"y" * 100_001).status_code == 413
        assert crm.attach("CRM-000001", b"z" * 900_000).status_code == 413
        assert len(crm.case("CRM-000001")["attachments"]) == 1


def test_too_large_a_body_in_chunks_is_refused(crm: CrmServer) -> None:
    refused = crm.api.post(
        "cases",
        content=(b" " * 65_536 for _ in range(80)),
        headers={"Content-Type": "application/json"},
    )
    assert refused.status_code == 413
    assert refused.json()["type"].endswith("#too-large")
