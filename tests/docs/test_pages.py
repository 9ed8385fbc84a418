"""The documentation as a whole: nothing leads nowhere, nothing is too heavy for a phone."""

import re
from pathlib import Path

import pytest

from portal.forms.fields import FIELD_TYPES
from tests.docs.fitting import DOCS, ROOT

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted(DOCS.glob("*.md")),
    *sorted((DOCS / "how-to").glob("*.md")),
]
_LINK = re.compile(r"\]\((?!https?:|mailto:)(?P<to>[^)\s#]*)(?:#(?P<at>[^)\s]+))?\)")
_CODE = re.compile(
    r"`((?:portal|tests|scripts|docs|static|form_definitions|crm_adapters)/[\w./-]+)`"
)
_MADE_BY_THE_READER = frozenset(
    {
        "form_definitions/rent-a-garage.yml",
        "portal/forms/fields/your_type.py",
        "portal/templates/fields/your_type.html",
    }
)


def _without_fences(page: Path) -> str:
    return re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("document", PAGES, ids=lambda document: document.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in _LINK.finditer(_without_fences(document)):
        to = document.parent / link["to"] if link["to"] else document
        assert to.exists(), link[0]
        if link["at"]:
            assert link["at"] in _headings(to), link[0]


@pytest.mark.parametrize("document", PAGES, ids=lambda document: document.name)
def test_every_file_a_page_names_is_there(document: Path) -> None:
    named = set(_CODE.findall(_without_fences(document))) - _MADE_BY_THE_READER
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_every_page_is_reached_from_the_first_one() -> None:
    index = (DOCS / "index.md").read_text("utf-8")
    named = {(DOCS / m["to"]).resolve() for m in _LINK.finditer(index) if m["to"]}
    assert {page.name for page in PAGES[3:] if page.resolve() not in named} == {"index.md"}


def test_pictures_are_small_and_each_is_shown() -> None:
    shown = "".join(page.read_text("utf-8") for page in PAGES)
    for picture in (DOCS / "pictures").rglob("*.webp"):
        assert picture.stat().st_size < 60_000, picture.name
        assert f"pictures/{picture.relative_to(DOCS / 'pictures').as_posix()}" in shown
    fields = {p.stem for p in (DOCS / "pictures" / "fields").glob("*.webp")}
    assert fields | {"hidden"} == set(FIELD_TYPES)


def _headings(page: Path) -> set[str]:
    lines = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}
