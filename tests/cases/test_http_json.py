"""The dialects a mapping can speak, against a server that answers whatever a CRM might."""

import base64
import importlib
import json
import pkgutil
from pathlib import Path

import pytest

from portal.cases import adapters
from portal.cases.crm import CaseReference, Crm, CrmSettings, load_crm
from portal.core.errors import CrmRefused, CrmUnavailable, UnsafeSettings
from portal.core.references import Reference
from tests.cases.building import a_case, an_attachment
from tests.cases.odd_server import Answer, OddServer, odd_server

OTHER_CRM = """
crm: Another CRM
auth: {header: X-Api-Key, value: "Token {token}"}
headers: {X-Requested-With: portal}
find:
  call: GET /case/{reference}
  match: custom.0.value
  id: number
  url: link
  absent: [404]
create:
  call: PUT /case
  body: {title: "{subject}", plots: {from: answer.plots.typed}, source: {literal: 3}}
  id: data.number
  url: data.link
read: {call: "GET /case/{case}"}
attach:
  call: POST /case/{case}/file
  body: {name: {from: attachment.name}, content: {from: attachment.base64}}
verify: {subject: title}
status:
  path: state
  words: {"*open*": in progress}
replies:
  unwell_when: [{path: message, equals: busy}]
  refused_when: [{path: ok, equals: "false"}]
"""
MINE = Reference("HM-7K3M-9QX2-4")


def speak(folder: Path, server: OddServer) -> Crm:
    (folder / "other.yml").write_text(OTHER_CRM)
    return load_crm(CrmSettings("other", folder, server.url, "t0ken"))


def sent(server: OddServer) -> tuple[str, dict[str, object]]:
    head, _, body = server.requests[-1].partition(b"\r\n\r\n")
    return head.decode(), json.loads(body or b"{}")


def answering(**body: object) -> Answer:
    return Answer(json.dumps(body).encode())


def test_a_crm_with_other_words_is_spoken_to_in_them(tmp_path: Path):
    reply = answering(data={"number": 17, "link": "/desk/17"})
    with odd_server(reply) as server:
        opened = speak(tmp_path, server).create_case(a_case(), key="k")

    head, body = sent(server)
    assert opened == CaseReference("17", "/desk/17")
    assert head.startswith("PUT /case HTTP/1.1\r\n")
    assert "x-api-key: token t0ken" in head.lower()
    assert "x-requested-with: portal" in head.lower()
    assert "idempotency" not in head.lower()
    assert body == {"title": "Change a house name: 2 Heol y Llan", "plots": 11, "source": 3}


def test_a_file_travels_as_base64_where_that_is_the_way(tmp_path: Path):
    with odd_server(Answer(b"", status=204)) as server:
        crm = speak(tmp_path, server)
        given = crm.attach(
            CaseReference("A/1 ?#é"), an_attachment(b"\x00\xff"), lambda: b"\x00\xff"
        )

    head, body = sent(server)
    assert given == ""
    assert head.startswith("POST /case/A%2F1%20%3F%23%C3%A9/file HTTP/1.1")
    assert body == {"name": "plan.pdf", "content": base64.b64encode(b"\x00\xff").decode()}


def test_not_found_means_no_case_only_where_the_mapping_says_so(tmp_path: Path):
    with odd_server(Answer(b"<html>", status=404)) as server:
        crm = speak(tmp_path, server)
        assert crm.find_case(MINE) is None
        with pytest.raises(CrmRefused, match="404"):
            crm.read_back(CaseReference("1"))


def test_a_fuzzy_search_never_takes_another_residents_case(tmp_path: Path):
    other = {"number": 1, "custom": [{"value": "HM-7K3M-9QX2-5"}]}
    mine = {"number": 2, "custom": [{"value": MINE}], "link": "javascript:alert(1)"}
    answers = [json.dumps([other]), json.dumps([other, mine]), json.dumps(mine)]
    with odd_server(*(Answer(body.encode()) for body in answers)) as server:
        crm = speak(tmp_path, server)

        assert crm.find_case(MINE) is None
        assert crm.find_case(MINE) == CaseReference("2", "")
        assert crm.find_case(MINE) == CaseReference("2", "")


@pytest.mark.parametrize("body", [b'"nothing"', b"17", b"null", b""])
def test_an_answer_that_makes_no_sense_never_means_no_case(tmp_path: Path, body: bytes):
    with odd_server(Answer(body)) as server, pytest.raises(CrmUnavailable):
        speak(tmp_path, server).find_case(MINE)


@pytest.mark.parametrize("number", [None, "", True, {"a": 1}, "9" * 300])
def test_a_case_opened_without_a_number_is_looked_for_again(tmp_path: Path, number: object):
    with (
        odd_server(answering(data={"number": number})) as server,
        pytest.raises(CrmUnavailable, match="no case number"),
    ):
        speak(tmp_path, server).create_case(a_case(), key="k")


@pytest.mark.parametrize(
    ("body", "error"), [({"message": "busy"}, CrmUnavailable), ({"ok": False}, CrmRefused)]
)
def test_a_200_may_say_busy_or_no(
    tmp_path: Path, body: dict[str, object], error: type[CrmUnavailable | CrmRefused]
):
    with odd_server(answering(**body)) as server, pytest.raises(error) as failed:
        speak(tmp_path, server).create_case(a_case(), key="k")

    assert json.loads(failed.value.__notes__[0]) == body


def test_a_status_nobody_mapped_is_kept_as_it_is(tmp_path: Path):
    with odd_server(
        answering(state="Re-Opened"), answering(state="Mislaid"), answering()
    ) as server:
        crm = speak(tmp_path, server)
        found = [crm.get_status(CaseReference("1")) for _ in range(3)]

    assert [(s.raw, s.progress) for s in found] == [
        ("Re-Opened", "in progress"),
        ("Mislaid", None),
        ("", None),
    ]


def test_checking_without_a_call_of_its_own_looks_for_a_case_that_cannot_exist(tmp_path: Path):
    with odd_server(Answer(status=404), Answer(status=401)) as server:
        crm = speak(tmp_path, server)
        crm.check()
        with pytest.raises(CrmRefused):
            crm.check()


def test_a_crm_that_takes_no_files_parks_a_case_that_has_one(tmp_path: Path):
    text = OTHER_CRM[: OTHER_CRM.index("attach:")] + OTHER_CRM[OTHER_CRM.index("verify:") :]
    (tmp_path / "plain.yml").write_text(text)
    crm = load_crm(CrmSettings("plain", tmp_path, "http://127.0.0.1:9", ""))

    with pytest.raises(CrmRefused, match="takes no files"):
        crm.attach(CaseReference("1"), an_attachment(b""), lambda: b"")


def test_a_name_nobody_knows_stops_the_start_and_says_which_there_are(tmp_path: Path):
    (tmp_path / "ours.yml").write_text(OTHER_CRM)
    for name in ("lagan", "http_json", "../other", ""):
        with pytest.raises(UnsafeSettings, match=r"Known: ours\."):
            load_crm(CrmSettings(name, tmp_path, "http://127.0.0.1:9", ""))


def test_a_mapping_with_mistakes_stops_the_start(tmp_path: Path):
    (tmp_path / "ours.yml").write_text("crm: Ours\n")

    with pytest.raises(UnsafeSettings, match=r"ours\.yml:1:1: create: this key is missing"):
        load_crm(CrmSettings("ours", tmp_path, "http://127.0.0.1:9", ""))


@pytest.mark.parametrize("module", [m.name for m in pkgutil.iter_modules(adapters.__path__)])
def test_every_adapter_can_be_built_by_name(module: str):
    assert callable(importlib.import_module(f"portal.cases.adapters.{module}").build)
