"""A resident with a browser: reads pages, fills what they ask, presses their buttons."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import httpx2
from PIL import Image

from portal.forms.definition import Example, FormDefinition, Page
from portal.forms.examples import run_example


def picture(kind: str, width: int = 16, height: int = 16) -> bytes:
    """A small picture with a gradient in it."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).save(out, kind)
    return out.getvalue()


JPEG, PNG = picture("JPEG"), picture("PNG")
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"
FREE, PAID = "report-fly-tipping", "street-naming-and-numbering"
HOUSE_NAME = "A house name costs"

CARD = {
    "method": "card",
    "card_number": "4242 4242 4242 4242",
    "expiry": "12/40",
    "security_code": "123",
    "name": "Ann Example",
    "postcode": "ZZ1 1AA",
    "email": "ann@example.test",
}
Values = Mapping[str, str | Sequence[str]]
File = tuple[str, bytes, str]


class _Inputs(HTMLParser):
    """The named inputs of a page with their values, and its first heading."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.scripts += tag == "script"
        if tag == "input" and found.get("type") == "hidden" and found.get("name"):
            self.hidden[str(found["name"])] = found.get("value") or ""


def hidden_inputs(html: str) -> dict[str, str]:
    """What a page's forms post unseen: tokens, quotes, the ids of uploaded files."""
    parser = _Inputs()
    parser.feed(html)
    return parser.hidden


def scripts_in(html: str) -> int:
    """How many script elements a page has."""
    parser = _Inputs()
    parser.feed(html)
    return parser.scripts


def heading_of(html: str) -> str:
    """The words of the first h1, its markup left out."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", found[1])).split()) if found else ""


def errors_in(html: str) -> list[str]:
    """What the error summary says."""
    listed = re.search(r"error-summary__list.*?</ul>", html, re.DOTALL)
    said = re.findall(r"<a[^>]*>(.*?)</a>", listed[0], re.DOTALL) if listed else []
    return [unescape(message).strip() for message in said]


def path_of(address: str) -> str:
    """An address without its host."""
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


@dataclass
class Resident:
    """One browser, which keeps its cookies."""

    browser: httpx2.Client
    house: Any = None
    """The house, where it runs in this process: for the definitions it serves."""

    def get(self, path: str, **how: Any) -> httpx2.Response:
        return self.browser.get(path, **how)

    def read(self, path: str) -> str:
        """A page that must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.headers.get("location"))
        return answer.text

    def token(self) -> str:
        """This browser's CSRF token, as any of its pages with a form carries it."""
        return hidden_inputs(self.read(f"/forms/{FREE}/where"))["csrf_token"]

    def post(
        self,
        path: str,
        values: Values | None = None,
        *,
        files: Sequence[tuple[str, File]] = (),
        page: str = "",
        **how: Any,
    ) -> httpx2.Response:
        """Open a page (the one posted to, or `page`) and post its form."""
        opened = self.get(page or path)
        token = hidden_inputs(opened.text).get("csrf_token") or self.token()
        data: dict[str, Any] = {"csrf_token": token, **(values or {})}
        if files:
            how["files"] = list(files)
        return self.browser.post(path, data=data, **how)

    def answer(
        self, form: str, page: str, values: Values | None = None, **how: Any
    ) -> httpx2.Response:
        """Answer one page."""
        return self.post(f"/forms/{form}/{page}", values, **how)

    def fill(self, form: str, example: str = "", *, until: str = "", **instead: str) -> list[str]:
        """Answer page by page as an example of the definition does; gives the pages answered.

        Stops before the page `until`. `instead` are inputs with other values.
        """
        definition: FormDefinition = self.house.definitions.current(form)
        written = _example(definition, example)
        answered: list[str] = []
        for step, post in run_example(definition, written, self.house.today()).posts:
            if step.name == until:
                return answered
            raw = {name: list(values) for name, values in post.items()}
            questions = step.page.questions if isinstance(step.page, Page) else ()
            files = [
                (question.name, (name, PDF if name.endswith(".pdf") else JPEG, "text/plain"))
                for question in questions
                if question.type == "file"
                for name in raw.pop(question.name, [])
            ]
            raw |= {name: [value] for name, value in instead.items() if name in raw}
            got = self.answer(form, step.path, raw, files=files)
            assert got.status_code == 303, (step.path, got.status_code, errors_in(got.text))
            answered.append(step.name)
        return answered

    def check(self, form: str) -> dict[str, str]:
        """The check answers page, with what its button posts."""
        return hidden_inputs(self.read(f"/forms/{form}/check-answers"))

    def send(self, form: str) -> str:
        """Press the button of check answers; gives where it leads."""
        answer = self.browser.post(f"/forms/{form}/check-answers", data=self.check(form))
        assert answer.status_code == 303, (answer.status_code, heading_of(answer.text))
        return answer.headers["location"]

    def send_free(self, **instead: str) -> str:
        """Fill and send a form without a fee; gives the reference."""
        self.fill(FREE, **instead)
        return self.send(FREE).rpartition("/")[2]

    def owe(self) -> str:
        """Fill and send a form with a fee; gives the path of its pay page."""
        self.fill(PAID, HOUSE_NAME)
        path = self.send(PAID)
        assert path.startswith("/pay/"), path
        return path

    def press_pay(self, path: str) -> str:
        """Press the pay page's button; gives the address of the hosted page."""
        answer = self.browser.post(path, data=hidden_inputs(self.read(path)))
        assert answer.status_code == 303, (answer.status_code, heading_of(answer.text))
        return answer.headers["location"]

    def come_back(self, address: str) -> str:
        """Follow the hosted page's way back; gives where it leads."""
        answer = self.get(path_of(address))
        assert answer.status_code == 303, (answer.status_code, heading_of(answer.text))
        return answer.headers["location"]


def pay_by_card(hosted_page: str) -> str:
    """Pay on the provider's page as a person does; gives the address it sends the payer to."""
    with httpx2.Client(timeout=20, trust_env=False) as browser:
        page = browser.get(hosted_page)
        answer = browser.post(hosted_page, data={**hidden_inputs(page.text), **CARD})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]


def _example(definition: FormDefinition, name: str) -> Example:
    """The example whose name begins so; else the first that can be sent."""
    for example in definition.examples:
        if name and example.name.startswith(name):
            return example
    assert not name, f"{definition.form} has no example {name!r}"
    return next(e for e in definition.examples if not e.refused and not e.ends_at)
