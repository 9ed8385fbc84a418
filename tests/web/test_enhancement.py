"""What portal.js and htmx do for somebody on a phone, in a real Chromium with the real policy."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace as Thing

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import ChoiceLoader, DictLoader
from playwright.sync_api import Page, expect, sync_playwright

from portal.templating import build_environment
from portal.web.security import SecurityHeaders
from portal.web.static_files import StaticFiles

ROOT = Path(__file__).parents[2]
NOT_SAVED = "Your answer has not been saved. Check your connection and try again."
TEMPLATES = {
    "name.html": """{% extends "layout/base.html" %}
{% from "components/button.html" import button %}
{% from "components/error_summary.html" import error_summary %}
{% from "components/input.html" import input %}
{% from "components/page_form.html" import page_form %}
{% block content %}{% if errors %}{{ error_summary(errors) }}{% endif %}
{% call page_form("/name", "token") %}
{{ input("name", "What is your name?", error="Enter your name" if errors else "") }}
{{ button("Continue", name="go", value="on") }}{% endcall %}{% endblock %}""",
    "more.html": """{% extends "layout/base.html" %}
{% from "components/button.html" import button %}
{% from "components/checkboxes.html" import checkboxes %}
{% from "components/file_upload.html" import file_upload %}
{% from "components/page_form.html" import page_form %}
{% from "components/textarea.html" import textarea %}
{% from "components/use_location.html" import use_location %}
{% block content %}<h1>Tell us more</h1>{% call page_form("/more", "token", multipart=true) %}
{{ textarea("text", "What did you see?", max_characters=10) }}
{{ checkboxes("near", "Is it near these?", options, exclusive="none") }}
{{ use_location("place") }}
<input type="hidden" id="place-latitude"><input type="hidden" id="place-longitude">
{{ file_upload("photo", "Photo", shrink=true) }}
{{ button("Continue") }}{% endcall %}{% endblock %}""",
    "pay.html": """{% extends "layout/script_free.html" %}
{% block content %}<h1>Pay £45.00</h1>{% endblock %}""",
}
FACTS = {
    "council": Thing(name="Harrowmere", phone="01632 960 100", email="", hours="", website=""),
    "options": [Thing(value=v, label=v, hint="") for v in ("road", "river", "none")],
    "language": "en",
    "test_mode": True,
}


@dataclass
class Portal:
    """A little portal of three pages, and what was posted to it."""

    url: str = ""
    posted: list[dict[str, str]] = field(default_factory=list)
    files: list[bytes] = field(default_factory=list)
    fault: int = 0
    delay: float = 0


def make_app(portal: Portal) -> FastAPI:
    app = FastAPI()
    app.mount("/static", StaticFiles(ROOT / "static"))
    app.add_middleware(SecurityHeaders, is_secure=False)
    environment = build_environment(ROOT / "portal" / "templates", ROOT / "static")
    assert environment.loader is not None
    environment.loader = ChoiceLoader([DictLoader(TEMPLATES), environment.loader])

    def show(
        request: Request, name: str, title: str, status: int = 200, **facts: object
    ) -> Response:
        given = FACTS | {"page_title": title, "errors": []} | facts
        html = environment.get_template(name).render(given)
        headers = {"HX-Push-Url": request.url.path} if request.method == "GET" else {}
        return HTMLResponse(html, status, headers)

    @app.get("/name")
    def name(request: Request) -> Response:
        return show(request, "name.html", "Name")

    @app.post("/name")
    async def save_name(request: Request) -> Response:
        posted = {key: str(value) for key, value in (await request.form()).items()}
        portal.posted.append(posted)
        if portal.delay:
            time.sleep(portal.delay)  # noqa: ASYNC251  # one visitor: the wait is the point
        if portal.fault:
            return show(request, "layout/error.html", "Sorry", portal.fault)
        if posted["name"]:
            return RedirectResponse("/more", 303)
        errors = [Thing(input="name", message="Enter your name")]
        return show(request, "name.html", "Name", 422, errors=errors, has_error=True)

    @app.get("/more")
    def more(request: Request) -> Response:
        return show(request, "more.html", "More")

    @app.post("/more")
    async def save_more(request: Request) -> Response:
        async with request.form() as form:
            upload = form["photo"]
            portal.files.append(b"" if isinstance(upload, str) else await upload.read())
        return RedirectResponse("/pay", 303)

    @app.get("/pay")
    def pay(request: Request) -> Response:
        return show(request, "pay.html", "Pay")

    return app


@pytest.fixture(scope="module")
def served() -> Iterator[Portal]:
    portal = Portal()
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(make_app(portal), log_level="error"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    portal.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    yield portal
    server.should_exit = True
    thread.join(5)


@pytest.fixture
def portal(served: Portal) -> Portal:
    served.fault, served.delay = 0, 0
    served.posted.clear()
    served.files.clear()
    return served


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=options)
        yield browser
        browser.close()


@pytest.fixture
def phone(chromium, portal: Portal) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True, base_url=portal.url
    )
    context.add_init_script(
        "window.violations = [];"
        "addEventListener('securitypolicyviolation', e => violations.push(e.violatedDirective))"
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto("/name")
    yield page
    assert page.evaluate("violations") == []
    context.close()


def wake(page: Page) -> None:
    """Touch the page, so that htmx is fetched."""
    page.tap("#name")
    page.wait_for_selector("form[data-htmx-powered]")


def test_htmx_costs_nothing_until_somebody_touches_the_page(phone: Page):
    assert phone.evaluate("typeof htmx") == "undefined"

    wake(phone)

    assert phone.evaluate("htmx.version") == "4.0.1"


def test_a_mistake_is_shown_announced_and_focused(phone: Page):
    wake(phone)

    phone.tap("[name=go]")

    phone.wait_for_selector(".govuk-error-summary:focus")
    assert phone.title().startswith("Error: Name")
    phone.tap(".govuk-error-summary a")
    assert phone.evaluate("document.activeElement.id") == "name"


def test_a_box_dragged_to_another_size_does_not_break_the_policy(phone: Page):
    wake(phone)
    phone.evaluate("document.querySelector('#name').style.width = '90%'")

    phone.tap("[name=go]")

    phone.wait_for_selector(".govuk-error-summary:focus")
    assert phone.evaluate("violations") == []


def test_the_next_page_comes_with_its_own_address_title_and_focus(phone: Page, portal: Portal):
    wake(phone)
    phone.fill("#name", "Sam")

    phone.tap("[name=go]")

    phone.wait_for_url("**/more")
    expect(phone).to_have_title("More – Harrowmere")
    phone.wait_for_selector("h1:focus")
    assert portal.posted == [{"csrf_token": "token", "name": "Sam", "go": "on"}]


def test_back_and_forward_show_the_pages_they_name(phone: Page):
    wake(phone)
    phone.fill("#name", "Sam")
    phone.tap("[name=go]")
    phone.wait_for_url("**/more")

    phone.go_back()
    phone.wait_for_selector("#name")
    phone.go_forward()

    phone.wait_for_selector("#text")
    assert phone.url.endswith("/more")


def test_a_lost_signal_loses_nothing_that_was_typed(phone: Page, portal: Portal):
    wake(phone)
    phone.fill("#name", "Sam")
    phone.context.set_offline(True)

    phone.tap("[name=go]")

    phone.wait_for_selector(".portal-not-saved")
    assert phone.input_value("#name") == "Sam"
    expect(phone.locator("#announcer")).to_have_text(NOT_SAVED)

    phone.context.set_offline(False)
    phone.tap(".portal-not-saved button")
    phone.wait_for_url("**/more")
    assert portal.posted == [{"csrf_token": "token", "name": "Sam", "go": "on"}]


def test_a_lost_signal_loses_nothing_even_before_htmx_is_there(phone: Page, portal: Portal):
    phone.evaluate("document.querySelector('#name').value = 'Sam'")
    phone.context.set_offline(True)

    phone.tap("[name=go]")

    phone.wait_for_selector(".portal-not-saved")
    assert phone.input_value("#name") == "Sam"
    phone.context.set_offline(False)
    phone.tap(".portal-not-saved button")
    phone.wait_for_url("**/more")
    assert portal.posted[-1]["name"] == "Sam"


@pytest.mark.parametrize("fault", [500, 503])
def test_a_fault_of_the_server_keeps_the_page_and_says_so(phone: Page, portal: Portal, fault: int):
    portal.fault = fault
    wake(phone)
    phone.fill("#name", "Sam")

    phone.tap("[name=go]")

    phone.wait_for_selector(".portal-not-saved")
    assert phone.input_value("#name") == "Sam"
    assert phone.url.endswith("/name")


def test_a_refusal_is_shown_as_the_page_it_is(phone: Page, portal: Portal):
    portal.fault = 403
    wake(phone)

    phone.tap("[name=go]")

    phone.wait_for_selector("h1:has-text('Sorry')")
    assert phone.locator(".portal-not-saved").count() == 0


def test_impatient_tapping_sends_once(phone: Page, portal: Portal):
    portal.delay = 0.6
    wake(phone)
    phone.fill("#name", "Sam")

    phone.locator("[name=go]").dblclick()
    phone.locator("[name=go]").click()

    phone.wait_for_url("**/more")
    assert len(portal.posted) == 1


def test_leaving_the_skip_link_moves_nothing_away_under_a_finger(phone: Page):
    at_rest = phone.locator("[name=go]").bounding_box()

    phone.keyboard.press("Tab")

    assert phone.evaluate("document.activeElement.className") == "govuk-skip-link"
    assert phone.locator("[name=go]").bounding_box() == at_rest


def test_htmx_never_brings_a_payment_page_into_a_page_with_scripts(phone: Page, portal: Portal):
    phone.goto("/more")
    phone.tap("#text")
    phone.wait_for_selector("form[data-htmx-powered]")

    phone.tap("button[type=submit]")

    phone.wait_for_selector("h1:has-text('Pay')")
    assert phone.locator("script").count() == 0
    assert phone.evaluate("typeof htmx") == "undefined"
    assert portal.files == [b""]


def test_what_is_left_of_a_text_is_counted(phone: Page):
    phone.goto("/more")

    phone.fill("#text", "four")
    assert phone.text_content("#text-info") == "Characters left: 6"
    phone.fill("#text", "twelve chars")
    assert phone.text_content("#text-info") == "Characters too many: 2"


def test_none_of_these_and_the_others_exclude_one_another(phone: Page):
    phone.goto("/more")

    phone.check("#near")
    phone.check("[value=none]")
    assert not phone.is_checked("#near")
    phone.check("#near-2")
    assert not phone.is_checked("[value=none]")


def test_a_phone_that_will_not_say_where_it_is_leaves_another_way(phone: Page):
    phone.goto("/more")

    phone.tap("[data-use-location]")

    phone.wait_for_selector(".portal-location:has-text('Enter the place another way')")


def test_a_phone_that_agrees_fills_in_where_it_is(phone: Page):
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation({"latitude": 54.1, "longitude": -1.5, "accuracy": 12})
    phone.goto("/more")

    phone.tap("[data-use-location]")

    phone.wait_for_selector(".portal-location:has-text('to about 12 metres')")
    assert phone.input_value("#place-latitude") == "54.100000"
    assert phone.input_value("#place-longitude") == "-1.500000"


def test_a_photograph_is_made_smaller_and_forgets_where_it_was_taken(
    phone: Page, portal: Portal, tmp_path: Path
):
    from io import BytesIO

    from PIL import Image

    photo = tmp_path / "lay-by.jpeg"
    picture = Image.effect_noise((3000, 1500), 40).convert("RGB")
    exif = picture.getexif()
    exif[0x010F] = "SecretPhone"
    picture.save(photo, exif=exif)
    phone.goto("/more")

    phone.set_input_files("#photo", photo)

    phone.wait_for_selector("#photo-sizes:has-text('lay-by.jpg, made smaller')")
    phone.tap("button[type=submit]")
    phone.wait_for_selector("h1:has-text('Pay')")
    (arrived,) = portal.files
    assert Image.open(BytesIO(arrived)).size == (2000, 1000)
    assert b"SecretPhone" not in arrived
    assert len(arrived) < photo.stat().st_size


def test_everything_works_without_javascript(chromium, portal: Portal):
    context = chromium.new_context(java_script_enabled=False, base_url=portal.url)
    page = context.new_page()
    page.goto("/name")

    page.click("[name=go]")
    assert page.title().startswith("Error: Name")
    page.fill("#name", "Sam")
    page.click("[name=go]")

    assert page.url.endswith("/more")
    context.close()


def test_the_first_view_is_five_requests_and_under_thirty_kilobytes(chromium, portal: Portal):
    page = chromium.new_page(base_url=portal.url)
    sizes: list[int] = []

    def note(request) -> None:
        size = request.sizes()
        sizes.append(size["responseBodySize"] + size["responseHeadersSize"])

    page.on("requestfinished", note)
    page.goto("/name", wait_until="networkidle")

    assert len(sizes) <= 5
    assert sum(sizes) <= 30_000
    page.close()
