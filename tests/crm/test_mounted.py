"""Mounted at /crm, as the portal does in development: every link stays under it."""

from collections.abc import Generator
from pathlib import Path

import html5lib
import pytest
from fastapi import FastAPI

from portal.crm.app import close_crm, create_app
from portal.crm.settings import CrmSettings
from tests.crm.samples import a_case, a_photograph
from tests.support.crm_server import TOKEN, CrmServer, serving, speaking_to


@pytest.fixture
def mounted(tmp_path: Path) -> Generator[CrmServer]:
    inner = create_app(CrmSettings(data_dir=tmp_path, token=TOKEN, faults=True))
    outer = FastAPI()
    outer.mount("/crm", inner)
    with serving(outer) as url, speaking_to(f"{url}/crm", tmp_path) as server:
        yield server
    close_crm(inner)


def test_every_link_form_and_picture_stays_under_the_mount(mounted: CrmServer) -> None:
    created = mounted.api.post("cases", json=a_case()).json()
    assert created["url"] == f"{mounted.url}/cases/CRM-000001"
    attached = mounted.attach("CRM-000001", a_photograph(), name="p.png").json()
    assert attached["url"].startswith(f"{mounted.url}/api/v1/")
    assert mounted.api.get(attached["url"]).status_code == 200
    for path in ("/", "/cases/CRM-000001", "/queues/gis", "/search?q=mill", "/docs", "/nothing"):
        for address in _addresses(mounted.browser.get(path).text):
            assert address.startswith("/crm/"), (path, address)


def _addresses(page: str) -> list[str]:
    """Where a page leads, except within itself and to the telephone and the post."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    found = [
        element.attrib[name]
        for element in tree.iter()
        for name in ("href", "src", "action")
        if name in element.attrib
    ]
    return [address for address in found if not address.startswith(("#", "tel:", "mailto:"))]


def test_every_link_of_the_case_page_leads_somewhere(mounted: CrmServer) -> None:
    mounted.api.post("cases", json=a_case())
    mounted.attach("CRM-000001", a_photograph(), name="p.png")
    page = mounted.browser.get("/cases/CRM-000001").text
    origin = mounted.url.removesuffix("/crm")
    for address in _addresses(page):
        method = "POST" if address.endswith(("/notes", "/status")) else "GET"
        assert mounted.browser.request(method, f"{origin}{address}").status_code in {200, 422}


def test_a_form_leads_back_to_its_case(mounted: CrmServer) -> None:
    mounted.api.post("cases", json=a_case())
    added = mounted.browser.post("/cases/CRM-000001/notes", data={"text": "Hello"})
    assert added.headers["Location"] == "/crm/cases/CRM-000001?done=note"


def test_faults_and_problems_know_where_they_are_mounted(mounted: CrmServer) -> None:
    mounted.break_next("error_before")
    failed = mounted.api.post("cases", json=a_case())
    assert failed.json()["type"] == "/crm/docs#broken"
    assert mounted.api.get("cases/CRM-9").json()["type"] == "/crm/docs#not-found"
    assert mounted.browser.get("/openapi.json").json()["servers"] == [{"url": "/crm"}]
