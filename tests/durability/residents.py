"""Residents who go on when the line drops: reload the page, look how it stands, press again."""

import io
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import httpx2
from PIL import Image

from portal.forms.answers import Answers
from portal.forms.definition import FormDefinition
from portal.forms.examples import post_for
from portal.forms.journey import Step
from tests.support.resident import (
    FREE,
    HOUSE_NAME,
    PAID,
    File,
    Values,
    errors_in,
    heading_of,
    hidden_inputs,
    path_of,
    pay_by_card,
)

_REFERENCE = re.compile(r"\bHM-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]\b")
_PATIENCE_SECONDS = 240.0
_BETWEEN_TRIES_SECONDS = 0.15


def photo(source: random.Random) -> bytes:
    """A picture like no other; the portal draws it again without changing a pixel."""
    side = source.randrange(16, 200)
    noise = Image.frombytes("RGB", (side, side), source.randbytes(side * side * 3))
    out = io.BytesIO()
    noise.save(out, "PNG")
    return out.getvalue()


def pixels(content: bytes) -> bytes:
    """What a picture shows."""
    with Image.open(io.BytesIO(content)) as picture:
        return picture.convert("RGB").tobytes()


@dataclass
class Visit:
    """One resident with a form: what they meant to do, and what they were told."""

    number: int
    definition: FormDefinition
    words: str
    """Words only this resident writes."""
    email: str
    photos: tuple[bytes, ...]
    closes_window: bool
    """Whether they shut the browser as soon as they have paid."""
    kept: set[str] = field(default_factory=set[str])
    """Pages whose answers the portal said it had."""
    told: set[str] = field(default_factory=set[str])
    """References shown to them."""
    drops: int = 0
    """How often the line dropped."""

    @property
    def is_paid_form(self) -> bool:
        return self.definition.form == PAID


def visits(definitions: dict[str, FormDefinition], number: int, source: random.Random) -> Visit:
    """The next visit: free ones with photos and paid ones by turns."""
    form = PAID if number % 2 else FREE
    return Visit(
        number=number,
        definition=definitions[form],
        words=f"Rose{number}x{source.randrange(10**6)}",
        email=f"resident{number}@example.test",
        photos=() if form == PAID else tuple(photo(source) for _ in range(source.randrange(1, 3))),
        closes_window=source.random() < 0.4,
    )


class Browser:
    """One browser: keeps its cookies whatever happens to the portal."""

    def __init__(self, url: str, visit: Visit) -> None:
        number = visit.number
        self._client = httpx2.Client(
            base_url=url,
            timeout=20,
            trust_env=False,
            follow_redirects=False,
            headers={
                "sec-fetch-site": "same-origin",
                "x-forwarded-for": f"10.0.{number // 250}.{number % 250 + 1}",
            },
        )
        self._visit = visit
        self._deadline = time.monotonic() + _PATIENCE_SECONDS

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def open(self, path: str) -> httpx2.Response:
        """The page at an address, wherever it leads, as soon as the portal answers."""
        while True:
            try:
                answer = self._client.get(path, follow_redirects=True)
            except httpx2.TransportError:
                self._wait()
                continue
            assert answer.status_code == 200, (path, answer.status_code, heading_of(answer.text))
            self._visit.told.update(_REFERENCE.findall(answer.text))
            return answer

    def press(
        self, path: str, values: Values, files: Sequence[tuple[str, File]] = ()
    ) -> httpx2.Response | None:
        """Press a page's button. None when the line dropped: nobody knows what came of it."""
        more: dict[str, Any] = {"files": list(files)} if files else {}
        try:
            return self._client.post(path, data=dict(values), **more)
        except httpx2.TransportError:
            self._wait()
            return None

    def _wait(self) -> None:
        self._visit.drops += 1
        self.pause("the portal came back")

    def pause(self, what: str) -> None:
        """Wait a moment before trying again, though not for ever."""
        assert time.monotonic() < self._deadline, f"visit {self._visit.number}: never {what}"
        time.sleep(_BETWEEN_TRIES_SECONDS)


def fill(browser: Browser, visit: Visit, *, until: str = "") -> str:
    """Answer page by page and send; gives the address that it led to."""
    form = visit.definition.form
    at = f"/forms/{form}/{visit.definition.pages[0].name}"
    while True:
        shown = browser.open(at)
        at = shown.url.path
        if at.startswith("/pay/") or "/confirmation/" in at:
            return at
        name = at.rpartition("/")[2]
        assert at.startswith(f"/forms/{form}/"), f"visit {visit.number} was sent back to {at}"
        if name == until:
            return at
        if name == "check-answers":
            answer = browser.press(at, hidden_inputs(shown.text))
        else:
            answer = browser.press(at, *_answers(visit, name, shown.text))
        if answer is None:
            continue
        assert answer.status_code == 303, (at, answer.status_code, errors_in(answer.text))
        visit.kept.add(name)
        at = path_of(answer.headers["location"])


def _answers(visit: Visit, name: str, shown: str) -> tuple[Values, list[tuple[str, File]]]:
    definition = visit.definition
    wanted = HOUSE_NAME if visit.is_paid_form else "A witness"
    example = next(e for e in definition.examples if e.name.startswith(wanted))
    own = {"email": visit.email}
    own |= (
        {"new_name": visit.words} if visit.is_paid_form else {"who": f"Two in a van {visit.words}"}
    )
    page = definition.page(name)
    assert page is not None
    unseen = hidden_inputs(shown)
    values: dict[str, Any] = dict(
        post_for(Step(page), replace(example, answers={**example.answers, **own}), Answers())
    )
    files: list[tuple[str, File]] = []
    for question in (q for q in page.questions if q.type == "file"):
        values.pop(question.name, None)
        if question.name in unseen:  # it was kept, though we never heard
            values[question.name] = re.findall(rf'name="{question.name}" value="(\w{{32}})"', shown)
            continue
        files += [
            (question.name, (f"photo{n}.png", content, "image/png"))
            for n, content in enumerate(visit.photos)
        ]
    return {"csrf_token": unseen["csrf_token"], **values}, files


def pay(browser: Browser, visit: Visit, at: str) -> None:
    """Pay on the hosted page, then come back, or never do."""
    hosted = ""
    while not hosted:
        shown = browser.open(at)
        if "/confirmation/" in shown.url.path:
            return
        answer = browser.press(shown.url.path, hidden_inputs(shown.text))
        if answer is not None and answer.status_code == 503:
            browser.pause("the payment service answered")
        elif answer is not None:
            assert answer.status_code == 303, (at, answer.status_code, heading_of(answer.text))
            led = answer.headers["location"]
            hosted = led if led.startswith("http") else ""
    back = path_of(pay_by_card(hosted))
    if visit.closes_window:
        return
    while "/confirmation/" not in browser.open(back).url.path:
        browser.pause("the payment was confirmed")


def go(url: str, visit: Visit) -> None:
    """Do all that the resident came for."""
    with Browser(url, visit) as browser:
        at = fill(browser, visit)
        if at.startswith("/pay/"):
            pay(browser, visit, at)
