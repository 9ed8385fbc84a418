"""Takes the pictures in the documentation: real pages of a portal that runs for the purpose.

    python scripts/take_pictures.py

It serves the shipped forms on free ports with data of its own, fills one in at phone width, pays
with a test card, and looks at the receipt and the case; then it does the same with one form for
each field type. It needs what `make install-dev` installs. Prints each file and its size.
"""

import io
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import indent

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, FilePayload, FloatRect, Page, sync_playwright

from portal.forms.fields import FIELD_TYPES

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
WIDTH, HEIGHT = 360, 740
LARGEST = 60_000
"""Bytes of one picture: README shows several."""
_SECTION = re.compile(
    r"^### `(?P<type>[a-z-]+)`$.*?^```yaml\n(?P<yaml>.*?)^```$", re.DOTALL | re.MULTILINE
)
_START_SECONDS = 300.0
_FORM = """\
form: show-{name}
title: Show {name}
summary: One question
service_area: Examples
lgsl: 1
pages:
  - page: show
{title}    questions:
{questions}
  - page: last
    questions:
      - {{question: shown, ask: Shown, type: text}}
case: {{type: example, queue: example, target: 1 working day, subject: An example}}
what_happens_next: Nothing.
examples:
  - {{example: Nothing, answers: {{shown: x}}}}
"""


def main() -> None:
    """Take every picture."""
    (PICTURES / "fields").mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with tempfile.TemporaryDirectory() as folder, _portal(Path(folder)) as url:
            _journey(browser, url)
        with tempfile.TemporaryDirectory() as folder:
            forms = _forms_of_fields(Path(folder) / "forms")
            with _portal(Path(folder), PORTAL_FORMS=str(forms)) as url:
                _fields(browser, url)
        browser.close()


# --- a journey ----------------------------------------------------------------------------------


def _journey(browser: Browser, url: str) -> None:
    page = _phone(browser)
    page.goto(f"{url}/forms/street-naming-and-numbering")
    _save(page, "start")
    page.get_by_role("button", name="Start now").click()
    _choose(page, "Number new properties")
    page.get_by_label("How many plots will be numbered?").fill("11")
    _save(page, "question")
    _continue(page)
    page.locator("#site-description").fill("Land north of Mill Lane, behind the school")
    _continue(page)
    _continue(page)
    page.set_input_files("input[type=file]", files=[_plan()])
    _continue(page)
    _choose(page, "Yes, I own it")
    page.get_by_label("First name").fill("Ann")
    page.get_by_label("Last name").fill("Example")
    page.get_by_label("Email address").fill("ann@example.test")
    _continue(page)
    page.get_by_text("Email address", exact=True).first.evaluate("row => row.scrollIntoView()")
    _save(page, "check-answers")
    page.locator("form[action$='check-answers'] button, main form button").last.click()
    _pay_button(page)
    page.get_by_label("Card number").fill("4242 4242 4242 4242")
    page.get_by_label("Expiry date").fill("12/40")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("Name on card").fill("Ann Example")
    page.get_by_label("Postcode").fill("ZZ1 1AA")
    _save(page, "payment")
    page.get_by_role("button", name=re.compile("^Pay £")).click()
    page.wait_for_url(re.compile("/confirmation/"))
    _save(page, "confirmation")
    _receipt(page)
    _case(browser, url)


def _pay_button(page: Page) -> None:
    """From the page that says what is owed to the provider's page."""
    if not page.get_by_label("Card number").count():
        page.get_by_role("button", name=re.compile("^(Pay|Continue to pay)")).click()
    page.get_by_label("Card number").wait_for()


def _receipt(page: Page) -> None:
    """The first page of the PDF, drawn with Poppler."""
    address = page.locator("a[href*='/receipts/']").first.get_attribute("href") or ""
    _wait_until(lambda: "pdf" in page.request.get(_beside(page, address)).headers["content-type"])
    answer = page.request.get(_beside(page, address))
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "receipt.pdf"
        pdf.write_bytes(answer.body())
        drawn = Path(folder) / "receipt"
        subprocess.run(
            ["pdftoppm", "-r", "60", "-png", "-singlefile", str(pdf), str(drawn)], check=True
        )
        _write(Image.open(f"{drawn}.png"), PICTURES / "receipt.webp")


def _beside(page: Page, address: str) -> str:
    return page.url.split("/forms/")[0] + address


def _case(browser: Browser, url: str) -> None:
    page = browser.new_page(viewport={"width": 900, "height": 800})
    page.goto(f"{url}/crm/queues/gis")
    case = page.locator("main a[href*='/cases/']").first
    for _try in range(60):
        if case.count():
            break
        time.sleep(1)
        page.reload()
    case.click()
    page.wait_for_load_state()
    _save(page, "case")


def _choose(page: Page, label: str) -> None:
    page.get_by_label(label).check()
    _continue(page)


def _continue(page: Page) -> None:
    was = page.url
    page.get_by_role("button", name="Continue", exact=True).click()
    page.wait_for_url(lambda url: url != was)
    page.wait_for_load_state()


def _plan() -> FilePayload:
    image = Image.new("RGB", (640, 480), "white")
    ImageDraw.Draw(image).rectangle((80, 80, 560, 400), outline="black", width=4)
    with io.BytesIO() as out:
        image.save(out, "PNG")
        return {"name": "plan.png", "mimeType": "image/png", "buffer": out.getvalue()}


# --- the field types ----------------------------------------------------------------------------


def _examples() -> Iterator[tuple[str, str]]:
    text = (ROOT / "docs" / "form-definitions.md").read_text("utf-8")
    for found in _SECTION.finditer(text):
        first = re.split(r"^(?=- )", found["yaml"], flags=re.MULTILINE)[1]
        yield found["type"], first


def _forms_of_fields(folder: Path) -> Path:
    """A form for each field type, with the first example of its section."""
    folder.mkdir()
    shutil.copy(ROOT / "form_definitions" / "_council.yml", folder)
    text = (ROOT / "docs" / "form-definitions.md").read_text("utf-8")
    calendars = text.partition("```yaml _calendars.yml\n")[2].partition("```")[0]
    (folder / "_calendars.yml").write_text(calendars, "utf-8")
    for name, example in _examples():
        title = (
            "" if FIELD_TYPES[name].asks and name != "hidden" else "    title: Words on a page\n"
        )
        form = _FORM.format(name=name, questions=indent(example, "      "), title=title)
        (folder / f"show-{name}.yml").write_text(form, "utf-8")
    return folder


def _fields(browser: Browser, url: str) -> None:
    page = _phone(browser)
    for name, _example in _examples():
        if name == "hidden":
            continue
        page.goto(f"{url}/forms/show-{name}")
        page.get_by_role("button", name="Start now").click()
        page.wait_for_load_state()
        if name == "details":
            page.locator("main details summary").first.click()
        box = page.locator("main").bounding_box() or {"y": 0.0, "height": float(HEIGHT)}
        clip: FloatRect = {"x": 0, "y": box["y"], "width": WIDTH, "height": box["height"]}
        shot = page.screenshot(clip=clip, full_page=True, animations="disabled")
        _write(Image.open(io.BytesIO(shot)), PICTURES / "fields" / f"{name}.webp")


# --- shared -------------------------------------------------------------------------------------


def _phone(browser: Browser) -> Page:
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, is_mobile=True, has_touch=True, locale="en-GB"
    )
    return context.new_page()


def _save(page: Page, name: str) -> None:
    shot = page.screenshot(animations="disabled")
    _write(Image.open(io.BytesIO(shot)), PICTURES / f"{name}.webp")


def _write(image: Image.Image, file: Path) -> None:
    """Save as WebP, a little worse each time until it is small enough."""
    for quality in (85, 70, 55, 40):
        image.convert("RGB").save(file, "WEBP", quality=quality, method=6)
        if file.stat().st_size < LARGEST:
            break
    print(f"{file.relative_to(ROOT)}  {file.stat().st_size:,} bytes")


@contextmanager
def _portal(folder: Path, **settings: str) -> Generator[str]:
    """A portal with data of its own; it is stopped at the end."""
    port = _free_pair()
    own = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    data = str(folder / "data")
    serving = subprocess.Popen(
        [sys.executable, "-m", "portal", "serve", "--prepare", "--port", str(port)],
        cwd=ROOT,
        env={**own, "PORTAL_DATA_DIR": data, **settings},
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until(lambda: _is_ready(url))
        yield url
    finally:
        serving.terminate()
        serving.wait(30)


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
            return answer.status == 200  # noqa: PLR2004  # OK
    except (urllib.error.URLError, OSError):
        return False


def _wait_until(ready: Callable[[], bool]) -> None:
    for _try in range(int(_START_SECONDS * 2)):
        if ready():
            return
        time.sleep(0.5)
    raise RuntimeError("the portal does not start: see what it says above")


def _free_pair() -> int:
    """A free port whose neighbour is free too: the sandbox payment service takes the next one."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port = int(first.getsockname()[1])
            try:
                socket.create_server(("127.0.0.1", port + 1)).close()
            except (OSError, OverflowError):
                continue
            return port


if __name__ == "__main__":
    main()
