"""What an officer sees: whole pages, nothing run that a stranger typed, forms that work."""

import re
from typing import Any

import html5lib
import pytest

from tests.crm.samples import HOSTILE, a_case, a_hostile_case, a_photograph, a_small_case
from tests.support.crm_server import CrmServer


def _read(page: str) -> Any:
    """Parse a page, as strictly as HTML5 can be."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def _words(page: str) -> str:
    """What a page says, in one line."""
    return " ".join(" ".join(_read(page).find("body").itertext()).split())


@pytest.fixture
def full_crm(crm: CrmServer) -> CrmServer:
    crm.api.post("cases", json=a_case())
    crm.attach("CRM-000001", a_photograph(), name="site.png", media_type="image/png")
    crm.attach("CRM-000001", b"%PDF", question="plots")
    crm.api.post("cases", json=a_small_case())
    crm.api.post("cases", json=a_hostile_case())
    crm.attach("CRM-000003", b"x", name=HOSTILE, question=HOSTILE)
    crm.api.post("cases/CRM-000003/notes", json={"text": HOSTILE, "author": HOSTILE})
    return crm


PAGES = ("/", "/queues/gis", "/queues/gis?status=new", "/queues/gis?status=closed", "/search",
         "/search?q=mill", f"/search?q={HOSTILE}", "/cases/CRM-000001", "/cases/CRM-000002",
         "/cases/CRM-000003", "/docs", "/nothing", "/cases/CRM-000099", "/queues/none")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_html5_without_script_or_style_of_its_own(
    full_crm: CrmServer, path: str
) -> None:
    page = full_crm.browser.get(path).text
    tree = _read(page)
    assert tree.attrib["lang"] == "en-GB"
    assert len(list(tree.iter("h1"))) == 1
    for element in tree.iter():
        assert element.tag not in {"script", "style", "iframe", "object"}
        assert not any(name == "style" or name.startswith("on") for name in element.attrib)
    ids = [element.attrib["id"] for element in tree.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    named = {element.attrib["for"] for element in tree.iter("label")}
    for kind in ("input", "select", "textarea"):
        for control in tree.iter(kind):
            assert control.attrib.get("type") == "hidden" or control.attrib["id"] in named


@pytest.mark.parametrize("path", ["/", "/queues/gis", "/search?q=script", "/cases/CRM-000003"])
def test_what_a_stranger_typed_is_shown_and_never_run(full_crm: CrmServer, path: str) -> None:
    page = full_crm.browser.get(path).text
    assert HOSTILE in _words(page)
    assert "<script" not in page


def test_no_link_takes_a_scheme_from_a_customer(crm: CrmServer) -> None:
    customer = {"name": "A", "email": "javascript:alert(1)", "phone": "javascript:alert(1)"}
    crm.api.post("cases", json=a_small_case(customer=customer))
    tree = _read(crm.browser.get("/cases/CRM-000001").text)
    links = [link.attrib["href"] for link in tree.iter("a")]
    assert not [link for link in links if link.startswith("javascript")]


def test_the_case_page_says_everything_that_was_sent(full_crm: CrmServer) -> None:
    said = _words(full_crm.browser.get("/cases/CRM-000001").text)
    for wanted in (
        "Number new properties: land east of Mill Lane, Shoreham",
        "CRM-000001 HM-7K3M-9QX2 Street naming",
        "Target 22 December 2026",
        "Fernleigh Homes Ltd",
        "Siân Ŵyn-Jones",
        "+44 1732 227000",
        "100062075999",
        "20900161",
        "534846, 186763.5",
        "51.272345, 0.190812",
        "Filled in by Priya Shah",
        "Sent 24 November 2026 at 3:05pm",
        "What you need What do you need? Number new properties",
        "The new properties How many plots will be numbered? 11",
        "When will the first property be occupied? Not answered",
        "Numbering of 11 plots",
        "Income code GIS-4412",
        "£1,204.50",
        "£5.00 VAT in it",
        "Total £1,234.50",
        "R-000451",
        "You may tell Royal Mail and the emergency services.",
        "site.png",
        "How many plots will be numbered?",
    ):
        assert wanted in said


def test_the_queues_page_counts_and_lists(full_crm: CrmServer) -> None:
    full_crm.api.post("cases", json=a_small_case(target_date="2020-01-01"))
    said = _words(full_crm.browser.get("/").text)
    assert "GIS 2 open 2 in all" in said
    assert "Street scene 2 open, 1 overdue 2 in all" in said
    assert said.index("CRM-000004") < said.index("CRM-000001")


def test_a_new_crm_says_what_to_do(crm: CrmServer) -> None:
    assert "There are no cases yet" in _words(crm.browser.get("/").text)


@pytest.mark.parametrize(
    "wanted",
    ["HM-7K3M-9QX2", "hm-7k3m", "CRM-000001", "crm-1", "mill lane", "FERNLEIGH", "ŵyn",
     "SIAN@fernleigh", "TN13 1DL", "Fernleigh shoreham"],
)  # fmt: skip
def test_search_finds_by_reference_subject_or_customer(crm: CrmServer, wanted: str) -> None:
    crm.api.post("cases", json=a_case())
    crm.api.post("cases", json=a_small_case())
    page = crm.browser.get("/search", params={"q": wanted}).text
    assert "/cases/CRM-000001" in page
    assert "/cases/CRM-000002" not in page


@pytest.mark.parametrize("wanted", ["zebra", "%", "_", "' OR 1=1 --", "Mill Zebra", "\x00"])
def test_search_takes_every_sign_for_itself(crm: CrmServer, wanted: str) -> None:
    crm.api.post("cases", json=a_case())
    found = crm.browser.get("/search", params={"q": wanted})
    assert found.status_code == 200
    assert "/cases/" not in found.text


def test_lists_go_on_page_by_page_and_show_each_case_once(crm: CrmServer) -> None:
    for _ in range(53):
        crm.api.post("cases", json=a_small_case())
    crm.api.post("cases/CRM-000010/status", json={"status": "closed"})
    for start in ("/queues/street-scene?status=new", "/search?q=mattress"):
        seen: list[str] = []
        path: str | None = start
        while path:
            tree = _read(crm.browser.get(path).text)
            links = [link.attrib for link in tree.iter("a")]
            seen += [a["href"][-10:] for a in links if a["href"].startswith("/cases/")]
            path = next((a["href"] for a in links if a.get("rel") == "next"), None)
        expected = [f"CRM-{n:06d}" for n in range(53, 0, -1)]
        if "status" in start:
            expected.remove("CRM-000010")
        assert seen == expected


def test_a_note_is_added_once_however_often_it_is_sent(crm: CrmServer) -> None:
    crm.api.post("cases", json=a_small_case())
    form = {"text": "Rang back\r\nNo answer", "public": "yes", "once": _once(crm, "notes")}
    sent = [crm.browser.post("/cases/CRM-000001/notes", data=form) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [303, 303]
    said = _words(crm.browser.get(sent[0].headers["Location"]).text)
    assert "Note added" in said
    assert said.count("Rang back") == 1
    assert "Customer may see" in said
    note = crm.case("CRM-000001")["notes"][0]
    assert (note["author"], note["public"]) == ("Officer", True)


def _once(crm: CrmServer, form: str) -> str:
    """The form's mark, as the page gives it."""
    page = crm.browser.get("/cases/CRM-000001").text
    found = re.search(rf'/{form}">\s*<input type="hidden" name="once" value="([^"]+)"', page)
    assert found
    return found[1]


def test_the_status_is_changed_and_both_forms_work_on_one_page(crm: CrmServer) -> None:
    crm.api.post("cases", json=a_small_case())
    note, status = _once(crm, "notes"), _once(crm, "status")
    crm.browser.post("/cases/CRM-000001/notes", data={"text": "Done", "once": note})
    changed = crm.browser.post(
        "/cases/CRM-000001/status", data={"status": "resolved", "once": status}
    )
    assert changed.status_code == 303
    said = _words(crm.browser.get("/cases/CRM-000001").text)
    assert "Status changed from new to resolved" in said
    assert crm.case("CRM-000001")["status"] == "resolved"


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "Enter the note"),
        ("  \n ", "Enter the note"),
        ("x" * 20_001, "The note must be 20,000 characters or fewer"),
        ("bell \x07", "The note must not contain control characters"),
    ],
)
def test_a_mistaken_note_is_explained_and_kept(crm: CrmServer, text: str, mistake: str) -> None:
    crm.api.post("cases", json=a_small_case())
    form = {"text": text, "public": "yes", "once": "m"}
    refused = crm.browser.post("/cases/CRM-000001/notes", data=form)
    assert refused.status_code == 422
    assert "<title>Error: " in refused.text
    assert f'<a href="#text">{mistake}</a>' in refused.text
    assert text.strip() in refused.text
    assert " checked>" in refused.text
    assert crm.case("CRM-000001")["notes"] == []


def test_a_status_that_is_none_is_explained(crm: CrmServer) -> None:
    crm.api.post("cases", json=a_small_case())
    refused = crm.browser.post("/cases/CRM-000001/status", data={"status": "done"})
    assert refused.status_code == 422
    assert "Choose a status" in _words(refused.text)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {},
    ],
)
def test_a_form_from_another_site_does_nothing(crm: CrmServer, headers: dict[str, str]) -> None:
    crm.api.post("cases", json=a_small_case())
    del crm.browser.headers["Origin"]
    for form, data in (("notes", {"text": "Forged"}), ("status", {"status": "closed"})):
        address = f"/cases/CRM-000001/{form}"
        assert crm.browser.post(address, data=data, headers=headers).status_code == 403
    kept = crm.case("CRM-000001")
    assert (kept["status"], kept["notes"]) == ("new", [])


def test_a_browser_that_only_says_same_origin_is_believed(crm: CrmServer) -> None:
    crm.api.post("cases", json=a_small_case())
    del crm.browser.headers["Origin"]
    said = {"Sec-Fetch-Site": "same-origin"}
    sent = crm.browser.post("/cases/CRM-000001/notes", data={"text": "Mine"}, headers=said)
    assert sent.status_code == 303


def test_a_missing_page_is_a_page(crm: CrmServer) -> None:
    missing = crm.browser.get("/cases/CRM-000404")
    assert missing.status_code == 404
    assert "There is no case CRM-000404." in _words(missing.text)


def test_the_documentation_names_every_call_and_every_problem(crm: CrmServer) -> None:
    page = crm.browser.get("/docs").text
    for path, calls in crm.browser.get("/openapi.json").json()["paths"].items():
        for method in calls:
            assert f"{method.upper()} {path}" in page
    problem = crm.api.get("cases/CRM-9").json()["type"]
    assert f'id="{problem.rpartition("#")[2]}"' in page
    assert "http://" not in page
    assert "https://" not in page
