"""What the first view of a form weighs on the wire: to a phone that holds nothing yet."""

import re
from http.client import HTTPConnection
from types import SimpleNamespace

import httpx2

from portal.core.bank_holidays import bank_holidays
from portal.core.dates import Today, council_day
from portal.forms.library import load_library
from tests.bench.figures import Figure
from tests.support.portal_house import FORMS, SteeredClock
from tests.support.resident import PAID, Resident, scripts_in

_START = f"/forms/{PAID}"
_ASKED = f"{_START}/what-you-need"
_ADDRESSED = re.compile(r"""(?:src|href)="(/static/[^"]+)\"""")
_LATER = re.compile(r'data-(?:htmx|files|location)="(/static/[^"]+)"')
_KB = 1024


def figures(port: int) -> list[Figure]:
    """The start page with all it asks for, each kind by itself, and the scripts that come later."""
    seen = [_view(port, path) for path in (_START, _ASKED)]
    total, requests = max(view[0] for view in seen), max(view[1] for view in seen)
    page = max(_wire_bytes(port, path)[0] for path in (_START, _ASKED))
    html = _wire_bytes(port, _ASKED)[1].decode()
    parts = sorted({*_ADDRESSED.findall(html), *_LATER.findall(html)})
    weigh = {path: len(_wire_bytes(port, path)[1]) for path in parts}
    css = sum(size for path, size in weigh.items() if path.endswith(".css"))
    scripts = sum(size for path, size in weigh.items() if path.endswith(".js"))
    fonts = sum(path.endswith((".woff2", ".woff", ".ttf")) for path in parts)
    return [
        Figure("first view, heads included", total, "bytes", 30_000, True),
        Figure("first view", requests, "requests", 5, True),
        Figure("HTML as sent", page / _KB, "KB", 8, True),
        Figure("CSS, brotli", css / _KB, "KB", 11, True),
        Figure("all JavaScript, loaded later included, brotli", scripts / _KB, "KB", 18, True),
        Figure("web fonts", fonts, "files", 0, True),
        Figure("the pay page", _scripts_on_pay_page(port), "scripts", 0, True),
    ]


def _view(port: int, path: str) -> tuple[int, int]:
    size, body = _wire_bytes(port, path)
    asked = set(_ADDRESSED.findall(body.decode()))
    return size + sum(_wire_bytes(port, part)[0] for part in asked), 1 + len(asked)


def _wire_bytes(port: int, path: str) -> tuple[int, bytes]:
    """What an answer weighs with its head, and its body as sent."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers={"accept-encoding": "br, gzip"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200, (path, answer.status)
    head = sum(len(name) + len(value) + 4 for name, value in answer.getheaders())
    return head + len(body), body


def _scripts_on_pay_page(port: int) -> int:
    today = Today(council_day(SteeredClock()()), bank_holidays())
    definitions = SimpleNamespace(current=load_library(FORMS).forms.__getitem__)
    house = SimpleNamespace(definitions=definitions, today=lambda: today)
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as browser:
        resident = Resident(browser, house)
        return scripts_in(resident.read(resident.owe()))
