"""The designers' workbench over HTTP: who gets in, what it tells, and what residents never see."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forms.proofs.small_forms import BEYOND_PROOF, Written
from tests.support.colleague import OLIVE, PAT, become
from tests.support.portal_fixtures import OpenPortal
from tests.support.portal_house import FORMS, Portal
from tests.support.resident import Resident, errors_in, heading_of, hidden_inputs, path_of

FLY, SNN = "report-fly-tipping", "street-naming-and-numbering"


@pytest.fixture
def own(open_own: OpenPortal, tmp_path: Path) -> Iterator[Portal]:
    """A portal whose forms a test may change."""
    forms = tmp_path / "forms"
    forms.mkdir()
    for name in ("_council.yml", "_shared.yml", "_fees.yml", f"{FLY}.yml", f"{SNN}.yml"):
        (forms / name).write_text((FORMS / name).read_text())
    with open_own(forms=forms) as opened:
        yield opened


@pytest.fixture
def designer(own: Portal) -> Resident:
    """Somebody who writes forms."""
    return become(own)


def text_of(portal: Portal, form: str) -> str:
    return (portal.house.settings.forms / f"{form}.yml").read_text()


def write(designer: Resident, form: str, deed: str, text: str, version: str = ""):
    page = designer.get(f"/design/{form}")
    fields = hidden_inputs(page.text)
    data = {
        "csrf_token": fields.get("csrf_token") or designer.token(),
        "version": version or fields.get("version", "0"),
        "text": text,
        "deed": deed,
    }
    return designer.browser.post(
        f"/design/{form}", data=data, headers={"accept": "application/json"}
    )


ADDRESSES = [
    "/design",
    f"/design/{FLY}",
    f"/design/{FLY}/state",
    f"/design/{FLY}/flow",
    f"/design/{FLY}/prices",
    f"/design/{FLY}/differences",
    f"/design/{FLY}/reading",
    f"/design/{FLY}/publish",
    f"/design/{FLY}/history",
    f"/design/{FLY}/published.yml",
    f"/design/{FLY}/preview",
    f"/design/{FLY}/preview/where",
    "/design/schema.json",
]


def test_only_who_is_signed_in_and_may_look_gets_in(shared_portal: Portal):
    designer, officer = become(shared_portal), become(shared_portal, OLIVE)
    stranger = shared_portal.resident()
    for path in ADDRESSES:
        assert designer.get(path).status_code in (200, 303), path
        assert officer.get(path).status_code == 403, path
        asked = stranger.get(path)
        assert path_of(asked.headers["location"]) == f"/staff/sign-in?then={path}"
    data = {"text": "x", "deed": "save"}
    assert stranger.browser.post(f"/design/{FLY}", data=data).status_code == 401
    assert officer.browser.post(f"/design/{FLY}", data=data).status_code == 403


def test_who_publishes_may_look_and_try_but_not_write(own: Portal):
    publisher, before = become(own, PAT), own.everything()
    assert publisher.get(f"/design/{FLY}").status_code == 200
    assert write(publisher, FLY, "save", "form: x").status_code == 403
    assert write(publisher, FLY, "check", "form: x").status_code == 403
    assert own.everything() == before
    shown = publisher.post(
        f"/design/{SNN}/show", {"kind": "example", "number": "0"}, page=f"/design/{SNN}"
    )
    assert shown.status_code == 303


def test_the_list_tells_how_each_form_fares(own: Portal, designer: Resident):
    page = designer.read("/design")
    assert heading_of(page) == "Workbench"
    assert page.count(">Good<") == 2
    assert "Served as it stands" in page
    file = own.house.settings.forms / f"{FLY}.yml"
    file.write_text(file.read_text().replace("takes:", "tekes:", 1))
    page = designer.read("/design")
    assert "1 problem" in page
    assert "The last good version is served: the file has problems" in page
    assert own.resident().get(f"/forms/{FLY}").status_code == 200


def test_a_broken_file_is_shown_with_its_problems_and_the_last_good_pages(
    own: Portal, designer: Resident
):
    file = own.house.settings.forms / f"{FLY}.yml"
    designer.read(f"/design/{FLY}")
    good = file.read_text()
    file.write_text(good.replace("takes:", "tekes:", 1))
    line = 1 + good[: good.index("takes:")].count("\n")
    page = designer.read(f"/design/{FLY}")
    assert f'data-line="{line}"' in page
    assert "Did you mean takes?" in page
    assert "this is the last good version" in page
    assert designer.get(f"/design/{FLY}/preview/where").status_code == 200
    assert designer.get(f"/design/{FLY}/state").json()["findings"][0]["line"] == line


def test_a_draft_definition_is_tried_at_once_and_no_resident_gets_it(
    own: Portal, designer: Resident
):
    text = text_of(own, SNN)
    title = re.search(r"^title: (.*)$", text, re.MULTILINE)
    assert title is not None
    changed = text.replace(title[0], "title: Tell us of a tip")
    told = write(designer, SNN, "save", changed).json()
    assert (told["findings"], told["error"], told["version"]) == ([], "", 1)
    assert "Tell us of a tip" in designer.read(f"/design/{SNN}/preview")
    assert text_of(own, SNN) == text
    resident = own.resident()
    assert "Tell us of a tip" not in resident.read(f"/forms/{SNN}")
    assert "Tell us of a tip" not in resident.read("/")
    compared = designer.read(f"/design/{SNN}/differences")
    assert "<ins>title: Tell us of a tip</ins>" in compared
    assert "a draft definition waits" in designer.read("/design")
    assert resident.get(f"/design/{SNN}/preview").status_code == 303


def test_a_broken_draft_is_kept_too_and_tried_in_its_last_good_version(
    own: Portal, designer: Resident
):
    told = write(designer, FLY, "save", "form: [").json()
    assert told["findings"][0]["code"] == "Y002"
    assert "form: [" in designer.read(f"/design/{FLY}")
    assert designer.get(f"/design/{FLY}/preview/where").status_code == 200
    gone = designer.post(f"/design/{FLY}", {"deed": "discard"})
    assert gone.status_code == 303
    assert "form: [" not in designer.read(f"/design/{FLY}")
    assert text_of(own, FLY).startswith("# yaml")


def test_two_designers_do_not_write_over_each_other(own: Portal, designer: Resident):
    other = become(own)
    text = text_of(own, FLY)
    assert write(designer, FLY, "save", text + "# one\n", "0").status_code == 200
    late = write(other, FLY, "save", text + "# two\n", "0")
    assert late.status_code == 409
    assert "Somebody else has saved" in late.json()["error"]
    assert "# one" in designer.read(f"/design/{FLY}")
    plain = other.browser.post(
        f"/design/{FLY}",
        data={"csrf_token": other.token(), "version": "0", "deed": "save", "text": "# mine"},
    )
    assert plain.status_code == 409
    assert "# mine" in plain.text


def test_checking_stores_nothing(own: Portal, designer: Resident):
    before = own.counts()["draft_definition"]
    told = write(designer, FLY, "check", text_of(own, FLY).replace("lgsl:", "lgls:", 1))
    assert "Did you mean lgsl?" in [finding["hint"] for finding in told.json()["findings"]]
    assert own.counts()["draft_definition"] == before


def test_without_a_script_the_same_form_checks_and_saves(own: Portal, designer: Resident):
    changed = text_of(own, FLY).replace("lgsl:", "lgls:", 1)
    checked = designer.post(f"/design/{FLY}", {"deed": "check", "text": changed})
    assert checked.status_code == 200
    assert "Did you mean lgsl?" in checked.text
    saved = designer.post(f"/design/{FLY}", {"deed": "save", "text": changed})
    assert path_of(saved.headers["location"]) == f"/design/{FLY}"
    assert "lgls:" in designer.read(f"/design/{FLY}")


HOSTILE = {
    "a bomb of aliases": "a: &a [x]\nb: [" + "*a, " * 30_000 + "]",
    "deep nesting": "[" * 60_000,
    "many keys": "".join(f"k{n}: v\n" for n in range(20_000)),
    "one long line": "form: " + "x" * 120_000,
    "tabs": "form:\tx\n\tpages: y",
    "binary": "\x01\x02\x7f" * 1000,
    "half a character": "\ud800",
    "nothing": "",
    "thousands of keys that are none": "".join(f"zzzzzzzz{n}: v\n" for n in range(3_900)),
    "too large": "x" * 140_000,
    "far too large": "x" * 600_000,
    "a regular expression's worst": 'pattern: "' + "(a+)+" * 2_000 + '"',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_answered_with_what_is_wrong(shared_portal: Portal, text: str):
    designer = become(shared_portal)
    answer = write(designer, FLY, "check", text.encode("utf-8", "replace").decode())
    told = answer.json()
    assert answer.status_code in (200, 413)
    assert told["findings"] or told["error"]
    assert len(told["findings"]) <= 200
    assert len(answer.content) < 200_000


def test_what_no_page_of_ours_sent_changes_nothing(own: Portal, designer: Resident):
    before = own.everything()
    data = {"text": "x", "deed": "save", "version": "0", "csrf_token": "wrong"}
    for path in (f"/design/{FLY}", f"/design/{FLY}/show", f"/design/{FLY}/preview/where"):
        assert designer.browser.post(path, data=data).status_code == 403
        crossing = {"sec-fetch-site": "cross-site"}
        token = {"csrf_token": designer.token()}
        assert (
            designer.browser.post(path, data={**data, **token}, headers=crossing).status_code == 403
        )
    assert own.everything() == before


@pytest.mark.parametrize(
    "form", ["..%2f..%2fetc", "_council", "Big", "x" * 90, "%2e%2e", "a.b", "nothing-here", "~x"]
)
def test_a_name_of_no_form_leads_nowhere(shared_portal: Portal, form: str):
    designer = become(shared_portal)
    for tail in ("", "/state", "/flow", "/proofs", "/preview", "/preview/x", "/differences"):
        assert designer.get(f"/design/{form}{tail}").status_code == 404, tail


def test_a_new_form_can_be_written_here(own: Portal, designer: Resident):
    text = text_of(own, FLY).replace(f"form: {FLY}", "form: a-new-form")
    token = designer.token()
    data = {"csrf_token": token, "version": "0", "deed": "save", "text": text}
    assert designer.browser.post("/design/a-new-form", data=data).status_code == 303
    assert "Not served: a draft definition is new" in designer.read("/design")
    assert designer.get("/design/a-new-form/preview/where").status_code == 200
    assert own.resident().get("/forms/a-new-form").status_code == 404
    assert not (own.house.settings.forms / "a-new-form.yml").exists()
    for name in ("../x", "Big", "_shared"):
        assert designer.browser.post(f"/design/{name}", data=data).status_code in (404, 405)


def test_only_previews_may_be_framed_and_only_by_us(shared_portal: Portal):
    designer = become(shared_portal)
    policies = {
        path: designer.get(path).headers["content-security-policy"]
        for path in (f"/design/{FLY}", f"/design/{FLY}/preview", f"/forms/{FLY}", "/design")
    }
    assert "frame-ancestors 'self'" in policies[f"/design/{FLY}/preview"]
    assert "frame-src 'self'" in policies[f"/design/{FLY}"]
    for path in (f"/design/{FLY}", f"/forms/{FLY}", "/design"):
        assert "frame-ancestors 'none'" in policies[path]
    assert all("unsafe" not in policy for policy in policies.values())


def test_a_preview_is_filled_like_the_form_and_nothing_is_sent(own: Portal, designer: Resident):
    before = own.counts()
    example = own.house.definitions.current(SNN).examples[0]
    shown = designer.post(
        f"/design/{SNN}/show", {"kind": "example", "number": "0"}, page=f"/design/{SNN}"
    )
    assert path_of(shown.headers["location"]) == f"/design/{SNN}/preview/check-answers"
    page = designer.read(f"/design/{SNN}/preview/check-answers")
    assert heading_of(page) == "Check your answers"
    assert "/forms/" not in page.partition("<main")[2].partition("</main>")[0]
    assert example.fee is None or f"{example.fee / 100:.2f}" in page
    sent = designer.browser.post(f"/design/{SNN}/preview/check-answers", data={})
    assert "Nothing is sent" in sent.text
    after = own.counts()
    assert {
        name: after[name] - count for name, count in before.items() if after[name] != count
    } == {"trial": 1}


def test_a_preview_says_what_is_wrong_as_the_form_does(shared_portal: Portal):
    designer = become(shared_portal)
    designer.post(f"/design/{SNN}/preview/start-again", page=f"/design/{SNN}/preview/what-you-need")
    left = designer.post(f"/design/{SNN}/preview/what-you-need", {})
    assert left.status_code == 422
    assert errors_in(left.text) == ["Select what you need"]
    gone = designer.post(f"/design/{SNN}/preview/what-you-need", {"request": "rename-house"})
    assert path_of(gone.headers["location"]) == f"/design/{SNN}/preview/property"
    assert "What do you need?" in designer.read(f"/design/{SNN}/preview/what-you-need")


def test_answers_outlive_a_change_of_the_definition_where_they_still_fit(
    own: Portal, designer: Resident
):
    designer.post(f"/design/{SNN}/preview/what-you-need", {"request": "number-new"})
    designer.post(f"/design/{SNN}/preview/plots", {"plots": "12"})
    assert 'value="12"' in designer.read(f"/design/{SNN}/preview/plots")
    text = text_of(own, SNN)
    write(designer, SNN, "save", text + "# changed\n")
    assert 'value="12"' in designer.read(f"/design/{SNN}/preview/plots")
    assert "max: 999" in text
    write(designer, SNN, "save", text.replace("max: 999", "max: 9", 1))
    page = designer.read(f"/design/{SNN}/preview/plots")
    assert 'value="12"' not in page


def test_proofs_are_told_and_shown(own: Portal, designer: Resident):
    page = designer.read(f"/design/{SNN}/proofs")
    assert "refuted" not in page.partition("Proven")[0]
    assert "Shortest: " in page
    assert "Longest: " in page
    assert "proven" in designer.read("/design")
    text = text_of(own, SNN).replace("location: [property, site, street]", "location: property")
    write(designer, SNN, "save", text)
    page = designer.read(f"/design/{SNN}/proofs")
    assert "none of property is answered" in page
    shown = designer.post(
        f"/design/{SNN}/show", {"kind": "refuted", "number": "0"}, page=f"/design/{SNN}/proofs"
    )
    assert path_of(shown.headers["location"]).startswith(f"/design/{SNN}/preview/")
    assert designer.get(path_of(shown.headers["location"])).status_code == 200
    none = designer.post(
        f"/design/{SNN}/show", {"kind": "refuted", "number": "99"}, page=f"/design/{SNN}/proofs"
    )
    assert path_of(none.headers["location"]) == f"/design/{SNN}/proofs"


def test_both_ends_of_the_ways_through_are_told_and_shown(shared_portal: Portal):
    designer = become(shared_portal)
    page = designer.read(f"/design/{SNN}/proofs")
    assert "Shortest: 6 pages, 3 minutes" in page
    assert "Proven: no answers take a longer way." in page
    shown = designer.post(
        f"/design/{SNN}/show", {"kind": "route", "number": "1"}, page=f"/design/{SNN}/proofs"
    )
    assert path_of(shown.headers["location"]) == f"/design/{SNN}/preview/check-answers"


def test_what_the_prover_cannot_follow_is_said_where_the_ways_through_would_be(
    own: Portal, designer: Resident
):
    text = Written(BEYOND_PROOF).bundle.text.replace("form: small", "form: beyond")
    (own.house.settings.forms / "beyond.yml").write_text(text)
    assert "beyond the prover" in designer.read("/design/beyond/proofs")


def test_how_easy_a_form_is_to_read_is_told_page_by_page(own: Portal, designer: Resident):
    page = designer.read(f"/design/{SNN}/reading")
    assert "Reading age: <strong>" in page
    hard = (
        "Authorisation necessitates documentation of proprietorial responsibility for &amp; this."
    )
    text = text_of(own, SNN)
    summary = re.search(r"^summary: .*$", text, re.MULTILINE)
    assert summary is not None
    write(designer, SNN, "save", text.replace(summary[0], f"summary: {hard.replace('&amp;', '&')}"))
    page = designer.read(f"/design/{SNN}/reading")
    assert hard in page
    assert "Is there a plainer word for authorisation, necessitates" in page
    assert "how easy" in designer.read("/design")


def test_prices_and_the_flow_are_drawn(shared_portal: Portal):
    designer = become(shared_portal)
    assert "plots 2 to 10" in designer.read(f"/design/{SNN}/prices")
    assert "costs nothing" in designer.read(f"/design/{FLY}/prices")
    flow = designer.read(f"/design/{SNN}/flow")
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in flow
    assert " style=" not in flow
