"""Two residents who do the same, one in English and one in Welsh; what both read alike is told.

A page is compared word by word, not with a list of what it should say: any new English that is
not told in Welsh is in both pages, and is found.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import httpx2

from tests.support.portal_house import Portal
from tests.support.resident import Resident, Values, path_of

NAMES = frozenset({
    # Names of brands, things and forms of things; words that are the same in both languages.
    "English", "Cymraeg", "Test", "PDF", "JPG", "PNG", "QR", "UPRN", "USRN", "Visa", "Braille",
    "HTMX", "GOV.UK", "Harrowmere", "MB", "KB", "VAT",
})  # fmt: skip
ENGLISH = frozenset({
    # Words of nearly every English sentence; none of them is Welsh.
    "the", "and", "you", "your", "this", "that", "with", "from", "have", "has", "not", "are", "was",
    "will", "for", "been", "any", "more", "which", "what", "when", "enter", "select", "choose",
})  # fmt: skip
_SPOKEN = ("alt", "aria-label", "title", "placeholder", "content")
_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "source", "wbr", "area", "col"})
_UNSEEN = frozenset({"script", "style", "svg"})
_NOT_WORDS = frozenset({"htmx-config", "viewport", "theme-color", "format-detection", "robots"})
_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")


class _Reader(HTMLParser):
    """Everything a person may read or hear of a page, one text each, with its language."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[tuple[str, str]] = []
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        language = (given.get("lang") or self._language())[:2]
        for name, value in given.items():
            is_said = name in _SPOKEN or (name.startswith("data-") and " " in (value or ""))
            is_button = tag == "input" and name == "value" and given.get("type") == "submit"
            if value and (is_said or is_button) and given.get("name") not in _NOT_WORDS:
                self.texts.append((language, value))
        if tag not in _VOID:
            self._open.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(tag in _UNSEEN or tag == "textarea" for tag, _ in self._open):
            self.texts.append((self._language(), " ".join(data.split())))

    def _language(self) -> str:
        return self._open[-1][1] if self._open else ""


def texts_of(html: str, language: str) -> list[str]:
    """The texts of a page that are in its language: what has a `lang` of its own is left out."""
    if not html.lstrip().startswith("<"):
        return html.splitlines()
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return [text for said_in, text in reader.texts if said_in == language]


def left_english(english: str, welsh: str, names: Iterable[str] = ()) -> list[str]:
    """What the Welsh page has in common with the English one, or has of English words.

    `names` are what people typed and other names: they are the same in both.
    """
    known = sorted({*NAMES, *names} - {""}, key=len, reverse=True)
    ours = [list(_runs(text, known)) for text in texts_of(english, "en")]
    theirs = [(text, list(_runs(text, known))) for text in texts_of(welsh, "cy")]
    pairs = {pair for runs in ours for pair in _pairs(runs)}
    alone = {run[0] for runs in ours if sum(map(len, runs)) == 1 for run in runs if run}
    found: list[str] = []
    for text, runs in theirs:
        words = [word for run in runs for word in run]
        is_same = len(words) == 1 and len(words[0]) > 2 and words[0] in alone
        if is_same or ENGLISH & set(words) or pairs & set(_pairs(runs)):
            found.append(text)
    return found


def _runs(text: str, names: list[str]) -> Iterator[list[str]]:
    """The words of a text in small letters, in runs between the names in it."""
    plain = text
    for name in names:
        plain = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " \0 ", plain)
    # Addresses, numbers and codes are the same in every language.
    plain = re.sub(r"\S*[@/\d]\S*|\{\w+\}|\b[A-Z]{2,}\b", " \0 ", plain)
    for run in plain.split("\0"):
        yield [word.casefold() for word in _WORD.findall(run)]


def _pairs(runs: list[list[str]]) -> Iterator[tuple[str, str]]:
    for run in runs:
        for pair in pairwise(run):
            if max(map(len, pair)) > 2:
                yield pair


@dataclass
class Pair:
    """Two residents of one portal, and what was English on the Welsh one's pages."""

    english: Resident
    welsh: Resident
    names: set[str] = field(default_factory=set[str])
    left: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    seen: set[str] = field(default_factory=set[str])
    _tokens: dict[int, str] = field(default_factory=dict[int, str])

    @classmethod
    def of(cls, portal: Portal, *names: str) -> "Pair":
        """Two new residents, each of whom has chosen their language."""
        pair = cls(portal.resident(), portal.resident(), set(names))
        pair.english.read("/?language=en")
        pair.welsh.read("/?language=cy")
        return pair

    def compare(self, where: str, english: str, welsh: str) -> None:
        """Note what both have in common."""
        self.seen.add(where)
        if found := left_english(english, welsh, self.names):
            self.left.setdefault(where, []).extend(found)

    def both(self, where: str, do: Callable[[Resident], httpx2.Response]) -> list[httpx2.Response]:
        """Let both do the same, which must come out the same, and compare what they are shown."""
        got = [do(self.english), do(self.welsh)]
        assert got[0].status_code == got[1].status_code, (where, got)
        if "html" in got[0].headers.get("content-type", "") and got[0].text:
            assert '<html lang="en-GB"' in got[0].text, where
            assert '<html lang="cy"' in got[1].text, where
        if got[0].status_code != 303:
            self.compare(where, got[0].text, got[1].text)
        return got

    def read(self, path: str, status: int = 200) -> list[str]:
        """Both open a page; gives what they read."""
        got = self.both(path, lambda resident: resident.get(path))
        assert got[0].status_code == status, (path, got[0].status_code)
        return [each.text for each in got]

    def post(
        self, path: str, values: Values | Mapping[str, Any] | None = None, **how: Any
    ) -> list[httpx2.Response]:
        """Both post a page."""
        return self.both(f"POST {path}", lambda resident: resident.post(path, values, **how))

    def token_of(self, resident: Resident) -> str:
        """A resident's own token, read once: it is the same on all their pages."""
        if id(resident) not in self._tokens:
            self._tokens[id(resident)] = resident.token()
        return self._tokens[id(resident)]

    def send(self, form: str) -> list[str]:
        """Both send what they filled in; gives where each is led, which both have read."""
        path = f"/forms/{form}/check-answers"
        got = self.both(path, lambda it: it.browser.post(path, data=it.check(form)))
        assert got[0].status_code == 303
        ways = [path_of(answer.headers["location"]) for answer in got]
        self.compare(f"{form} sent", self.english.read(ways[0]), self.welsh.read(ways[1]))
        return ways

    def assert_all_welsh(self) -> None:
        """No English was read in Welsh."""
        assert self.seen
        assert not self.left, self.left
