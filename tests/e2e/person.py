"""A person with a browser: reads the screen, fills it in by its labels, presses buttons."""

import contextlib
import io
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from zipfile import ZipFile

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, expect

from portal.core.money import format_pounds
from portal.forms.definition import Example, FormDefinition, Repeat, Section
from portal.forms.definition import Page as FormPage
from portal.forms.examples import run_example
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import Question
from portal.forms.journey import Step
from tests.support.resident import JPEG, PDF, PNG
from tests.support.whole_portal import TODAY, WholePortal

CARD = {
    "Card number": "4242 4242 4242 4242",
    "Expiry date": "12/40",
    "Security code": "123",
    "Name on card": "Ann Example",
    "Postcode": "ZZ1 1AA",
}
DECLINED, ASKS_THE_BANK = "4000 0000 0000 0002", "4000 0025 0000 3155"
BANK_DETAILS = {
    "name": "Name on the account",
    "sort-code": "Sort code",
    "account-number": "Account number",
}
ADDRESS_ABROAD = {
    "line-1": "Address line 1",
    "town": "Town or city",
    "postal-code": "Postal code (optional)",
}
_DOCUMENT = "performance.timeOrigin"
"""What tells a page loaded from the same page loaded anew."""
_PRESSES, _PRESS_MS, _LOOKS, _LOOK_MS = 5, 5_000, 400, 10
Raw = Mapping[str, Sequence[str]]
Look = Callable[[str], None]


def _nothing(_name: str) -> None:
    """Look at nothing."""


class Person:
    """One browser, and what its owner does with it."""

    def __init__(self, page: Page, portal: WholePortal, folder: Path) -> None:
        self.page = page
        self.portal = portal
        self.folder = folder
        """Where the files to upload are."""

    def open(self, path: str) -> None:
        """Go to an address of the portal."""
        self.page.goto(f"{self.portal.url}{path}")

    def heading(self) -> str:
        """The page's one h1."""
        return self.page.locator("h1").inner_text()

    def path(self) -> str:
        """Where the browser is."""
        return re.sub(r"^https?://[^/]+|[?#].*$", "", self.page.url)

    def press(self, name: str) -> None:
        """Press a button or follow a link with this name."""
        button = self.page.get_by_role("button", name=name, exact=True)
        (button if button.count() else self.page.get_by_role("link", name=name, exact=True)).click()

    def is_at(self, path: str) -> None:
        """Wait for an address of the portal."""
        expect(self.page).to_have_url(re.compile(f"^{re.escape(self.portal.url + path)}([?#].*)?$"))

    def go_back(self) -> None:
        """The browser's own way back, until the page has come."""
        self._travel(self.page.go_back)

    def go_forward(self) -> None:
        """The browser's own way forward, until the page has come."""
        self._travel(self.page.go_forward)

    def _travel(self, go: Callable[..., object]) -> None:
        # With htmx the address changes first, and then the page is loaded anew. A press in between
        # would be lost, so the new page is waited for; and should a press be lost all the same,
        # the next goes no further than the first would have.
        self.page.wait_for_load_state()
        before = self.page.evaluate(_DOCUMENT)
        for _press in range(_PRESSES):
            with contextlib.suppress(PlaywrightError):  # a page that is loaded anew breaks it off
                go(wait_until="commit", timeout=_PRESS_MS)
            for _look in range(_LOOKS):
                if self._has_come_after(before):
                    return
                self.page.wait_for_timeout(_LOOK_MS)
        raise AssertionError(f"the browser stays at {self.page.url}")

    def _has_come_after(self, before: object) -> bool:
        """Whether another page than that is wholly on the screen."""
        with contextlib.suppress(PlaywrightError):  # it may go in the middle of the question
            loaded = self.page.evaluate("document.readyState") == "complete"
            return loaded and self.page.evaluate(_DOCUMENT) != before
        return False

    def errors(self) -> list[str]:
        """What the error summary says."""
        expect(self.page.locator(".govuk-error-summary")).to_be_visible()
        return self.page.locator(".govuk-error-summary__list li").all_inner_texts()

    # --- a form --------------------------------------------------------------------------

    def start(self, definition: FormDefinition) -> None:
        """From the list of services to the first page, or the list of tasks."""
        if definition.is_for_officers:
            self.open(f"/staff/sign-in?then=/forms/{definition.form}")
            self.press("Olive Officer (officer)")
        else:
            self.open("/")
            self.press(definition.title)
        self.is_at(f"/forms/{definition.form}")
        self.press("Start now")
        first = "tasks" if definition.has_task_list else definition.pages[0].name
        self.is_at(f"/forms/{definition.form}/{first}")

    def fill_in(self, definition: FormDefinition, example: Example, look: Look = _nothing) -> None:
        """Answer page after page as the example says, up to where it ends."""
        outcome = run_example(definition, example, TODAY)
        section: Section | None = None
        for step, raw in outcome.posts:
            section = self._go_on(definition, step, section, look)
            self.is_at(f"/forms/{definition.form}/{step.path}")
            look(step.path)
            self.answer(step.page, raw)
            self.press("Continue")
        if definition.has_task_list and outcome.journey.complete:
            self.is_at(f"/forms/{definition.form}/tasks")
            look("tasks, all completed")
            self.press("Check your answers")
        if not example.refused:
            exit_page = outcome.journey.exit_page
            self.is_at(
                f"/forms/{definition.form}/{exit_page.name if exit_page else 'check-answers'}"
            )

    def _go_on(
        self, definition: FormDefinition, step: Step, section: Section | None, look: Look
    ) -> Section | None:
        """From the list of tasks into the section of a step, unless one is in it already."""
        if not definition.has_task_list:
            return None
        wanted = definition.section_of(step.item_path[0][0] if step.item_path else step.name)
        if wanted is not None and wanted != section:
            self.is_at(f"/forms/{definition.form}/tasks")
            look(f"tasks, {wanted.name}")
            self.press(wanted.title)
        return wanted

    def answer(self, page: FormPage | Repeat, raw: Raw) -> None:
        """Fill in one page with what is to be posted."""
        if isinstance(page, Repeat):
            for value in raw.get(page.name, ()):
                self._tap_label(self.page.locator(f"input[name={page.name}][value={value}]"))
            return
        for question in page.questions:
            field_type = FIELD_TYPES[question.type]
            if field_type.asks and raw.keys() & set(field_type.inputs(question)):
                self._fill(question, raw)

    def _fill(self, question: Question, raw: Raw) -> None:
        name, values = question.name, list(raw.get(question.name, ()))
        match question.type:
            case "radios" | "yes-no":
                for box in self.group(question).get_by_role("radio").all():
                    if box.get_attribute("value") in values:
                        self._tap_label(box)
            case "appointment":
                boxes = self.group(question).get_by_role("radio").all()
                wanted = [box for box in boxes if box.get_attribute("value") in values]
                self._tap_label((wanted or boxes)[0])
            case "checkboxes" | "declaration":
                for box in self.group(question).get_by_role("checkbox").all():
                    if box.get_attribute("value") in values:
                        self._tap_label(box)
            case "select":
                self.box(question).select_option(values)
            case "date":
                for part in ("Day", "Month", "Year"):
                    box = self.group(question).get_by_label(part, exact=True)
                    box.fill(*raw[f"{name}-{part.lower()}"])
            case "name":
                group = self.group(question)
                group.get_by_label("First name", exact=True).fill(*raw[f"{name}-first"])
                group.get_by_label("Last name", exact=True).fill(*raw[f"{name}-last"])
            case "file":
                self.upload(question, values)
            case "bank-details":
                self._fill_parts(question, raw, BANK_DETAILS)
            case "international-address":
                self._fill_parts(question, raw, ADDRESS_ABROAD)
                country = self.group(question).get_by_label("Country", exact=True)
                country.select_option(list(raw[f"{name}-country"]))
            case "address":
                self.find_address(question, *values)
            case "location":
                words = raw[f"{name}-description"]
                self.group(question).get_by_label("Describe the place", exact=True).fill(*words)
            case _:
                self.box(question).fill(*values)

    def _fill_parts(self, question: Question, raw: Raw, labels: Mapping[str, str]) -> None:
        group = self.group(question)
        for part, label in labels.items():
            group.get_by_label(label, exact=True).fill(*raw[f"{question.name}-{part}"])

    def group(self, question: Question) -> Locator:
        """The fieldset of a question."""
        return self.page.get_by_role("group", name=_label(question), exact=True)

    def box(self, question: Question) -> Locator:
        """The one control of a question."""
        return self.page.get_by_label(_label(question), exact=True)

    def _tap_label(self, box: Locator) -> None:
        self.page.locator(f"label[for='{box.get_attribute('id')}']").click()
        expect(box).to_be_checked()

    def upload(self, question: Question, names: Sequence[str]) -> None:
        """Choose files from the phone."""
        paths = [make_file(self.folder, name) for name in names]
        self.box(question).set_input_files(paths)
        shrunk = self.page.locator(".portal-sizes")
        if shrunk.count() and self.page.evaluate("'DataTransfer' in window && !!window.htmx"):
            expect(shrunk).not_to_be_empty()

    def find_address(self, question: Question, uprn: str) -> None:
        """Search by postcode and choose from what is found."""
        postcode, line = self.portal.address(uprn)
        group = self.group(question)
        group.get_by_label("Postcode or address", exact=True).fill(postcode)
        group.get_by_role("button", name="Find address").click()
        choose = self.page.locator(f"select[name='{question.name}']")
        expect(choose.or_(self.page.get_by_label(line, exact=True)).first).to_be_visible()
        if choose.count():
            choose.select_option(label=line)
        else:
            self._tap_label(self.page.get_by_label(line, exact=True))

    # --- sending and paying -----------------------------------------------------------------

    def send(self, definition: FormDefinition, example: Example) -> str:
        """Accept on check answers; gives the reference (of a paid form, on the pay page)."""
        total = example.fee or 0
        self.press(f"Accept and pay {format_pounds(total)}" if total else "Accept and send")
        if not total:
            return self.reference_of(definition)
        self.page.wait_for_url("**/pay/*")
        assert self.heading() == f"Pay {format_pounds(total)}"
        return self.page.locator("main strong").first.inner_text()

    def go_to_hosted_page(self) -> None:
        """From our pay page to the payment service's."""
        self.press("Pay now")
        self.page.wait_for_url(f"{self.portal.payments}/**")

    def pay_by_card(self, **instead: str) -> None:
        """Fill in the hosted page's card form and press its button."""
        email = self.page.get_by_label("Email", exact=True)
        if email.count():
            email.fill("ann@example.test")
        for label, value in (CARD | {k.replace("_", " "): v for k, v in instead.items()}).items():
            self.page.get_by_label(label, exact=True).fill(value)
        self.page.locator("button.pay").click()

    def reference_of(self, definition: FormDefinition) -> str:
        """On the confirmation page: the reference in its panel, also in the address."""
        self.page.wait_for_url(f"**/forms/{definition.form}/confirmation/*")
        reference = self.page.locator(".govuk-panel strong").inner_text()
        assert self.path().endswith(f"/{reference}")
        return reference


def _label(question: Question) -> str:
    return f"{question.ask} (optional)" if question.optional else question.ask


def make_file(folder: Path, name: str) -> Path:
    """A real file of the kind its name says."""
    path = folder / name
    if not path.exists():
        kind = path.suffix.lower()
        content = {".pdf": PDF, ".png": PNG, ".docx": _docx()}.get(kind, JPEG)
        path.write_bytes(content)
    return path


def _docx() -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    return out.getvalue()
