"""Paying on the hosted page, in all the ways it goes right and wrong, and what comes of it."""

import json
import re
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from portal.core.money import format_pounds
from portal.forms.definition import Example, FormDefinition
from tests.e2e.conftest import NewPerson
from tests.e2e.inspecting import Inspector
from tests.e2e.person import ASKS_THE_BANK, DECLINED, Person
from tests.support.whole_portal import DAY, FORMS, WholePortal

pytestmark = pytest.mark.xdist_group("e2e-people")


def _first_paid(form: FormDefinition) -> Example:
    return next(e for e in form.examples if e.fee and e.on in (None, DAY))


PAID = [(form, _first_paid(form)) for form in FORMS.values() if form.fee]
SNN = FORMS["street-naming-and-numbering"]
HOUSE_NAME = _first_paid(SNN)


def _owe(person: Person, form: FormDefinition = SNN) -> str:
    """Fill and send a form with a fee: on the pay page; gives the reference."""
    example = _first_paid(form)
    person.start(form)
    person.fill_in(form, example)
    return person.send(form, example)


@contextmanager
def _faults(portal: WholePortal, **faults: Any) -> Generator[None]:
    """Make the payment service misbehave."""
    _control(portal, "POST", faults)
    try:
        yield
    finally:
        _control(portal, "DELETE", {})


def _control(portal: WholePortal, method: str, body: dict[str, Any]) -> None:
    request = urllib.request.Request(
        f"{portal.payments}/_sandbox/faults",
        json.dumps(body).encode(),
        {"content-type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize(("form", "example"), [pytest.param(*one, id=one[0].form) for one in PAID])
def test_a_payment_goes_wrong_in_every_way_and_then_right(
    new_person: NewPerson, form: FormDefinition, example: Example, script: bool, tmp_path: Path
):
    """Abandoned, come back to, declined, refused by the bank, and confirmed by it at last."""
    person = new_person(script=script)
    reference = _owe(person, form)
    email = "ann@example.test"

    person.go_to_hosted_page()
    person.page.get_by_role("link", name=re.compile("without paying")).click()
    person.page.wait_for_url(f"{person.portal.url}/pay/*")
    assert reference in person.page.inner_text("main")

    person.open(f"/forms/{form.form}/confirmation/{reference}")
    person.page.wait_for_url("**/pay/*")

    person.go_to_hosted_page()
    person.pay_by_card(Card_number=DECLINED)
    expect(person.page.locator(".summary")).to_contain_text("Your card was declined.")

    person.pay_by_card(Card_number=ASKS_THE_BANK)
    person.press("Fail")
    expect(person.page.locator(".summary")).to_be_visible()

    person.pay_by_card(Card_number=ASKS_THE_BANK)
    person.press("Complete")
    assert person.reference_of(form) == reference

    total = format_pounds(example.fee or 0)
    expect(person.page.locator("main")).to_contain_text(f"You have paid {total}")
    text = _receipt_text(person, tmp_path)
    assert reference in text
    assert total in text
    _is_in_the_crm(new_person, reference, total)
    _was_written_to(new_person, email, reference)


def _receipt_text(person: Person, folder: Path) -> str:
    """Download the receipt as the person would, waiting while it is drawn; gives its words."""
    link = person.page.get_by_role("link", name=re.compile("Download receipt"))
    address = f"{person.portal.url}{link.get_attribute('href')}"
    answer = _until(
        lambda: person.page.context.request.get(address),
        lambda got: got.headers["content-type"] == "application/pdf",
    )
    assert answer.body().startswith(b"%PDF-")
    path = folder / "receipt.pdf"
    path.write_bytes(answer.body())
    return subprocess.run(
        ["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True
    ).stdout


def _is_in_the_crm(new_person: NewPerson, reference: str, total: str) -> None:
    officer = new_person(width=1280, forwarded=False)
    page = officer.page
    officer.open("/crm/")

    def search() -> int:
        page.get_by_role("searchbox").fill(reference)
        officer.press("Search")
        page.wait_for_url("**/crm/search*")
        return page.locator(".cases li").count()

    _until(search, lambda found: found == 1)
    page.locator(".cases a").click()
    expect(page.locator("main")).to_contain_text(reference)
    expect(page.locator(".money tfoot")).to_contain_text(total)


def _was_written_to(new_person: NewPerson, email: str, reference: str) -> None:
    officer = new_person(width=1280)
    page = officer.page

    def letters() -> list[str]:
        officer.open("/staff/outbox")
        rows = page.locator("tr", has_text=email).filter(has_text=reference)
        return [str(row.locator("a").get_attribute("href")) for row in rows.all()]

    def with_receipt() -> bool:
        for letter in letters():
            officer.open(letter)
            if re.search(r"With: .*\.pdf", page.inner_text("main")):
                return True
        return False

    _until(with_receipt, bool)
    assert reference in page.inner_text("main")


def _until(act: Callable[[], Any], enough: Callable[[Any], bool]) -> Any:
    """Do it again until it is enough: the worker has its own pace. A minute at most."""
    deadline = time.monotonic() + 60
    while not enough(got := act()):
        assert time.monotonic() < deadline, got
        time.sleep(0.2)
    return got


def test_tapping_pay_twice_pays_once(person: Person):
    reference = _owe(person)
    page = person.page

    page.get_by_role("button", name="Pay now").dblclick(no_wait_after=True)
    page.wait_for_url(f"{person.portal.payments}/**")
    for label, value in {"Card number": "4242424242424242", "Expiry date": "12/40"}.items():
        page.get_by_label(label, exact=True).fill(value)
    person.pay_by_card()

    assert person.reference_of(SNN) == reference
    assert page.get_by_role("link", name=re.compile("Download receipt")).count() == 1


def test_going_back_after_paying_does_not_pay_again(person: Person):
    reference = _owe(person)
    person.go_to_hosted_page()
    person.pay_by_card()
    person.reference_of(SNN)

    person.go_back()
    person.page.wait_for_load_state()
    person.go_back()
    person.page.wait_for_load_state()
    person.open(f"/forms/{SNN.form}/confirmation/{reference}")

    assert person.page.get_by_role("link", name=re.compile("Download receipt")).count() == 1


def test_answers_are_changed_before_paying(person: Person):
    _owe(person)

    person.press("Change my answers before I pay")

    person.is_at(f"/forms/{SNN.form}/check-answers")
    assert person.heading() == "Check your answers"
    person.send(SNN, HOUSE_NAME)


def test_the_pages_of_paying_are_in_order(person: Person, inspector: Inspector):
    page = person.page
    reference = _owe(person)
    pay_path = person.path()
    inspector.look(page, "paying/pay")
    person.go_to_hosted_page()
    hosted = page.url
    inspector.look(page, "hosted/pay")
    page.locator("button.pay").click()
    inspector.look(page, "hosted/mistakes")
    person.pay_by_card(Card_number=DECLINED)
    expect(page.locator(".summary")).to_contain_text("declined")
    inspector.look(page, "hosted/declined")
    person.pay_by_card(Card_number=ASKS_THE_BANK)
    page.wait_for_url("**/authenticate")
    inspector.look(page, "hosted/bank")
    person.press("Fail")
    inspector.look(page, "hosted/bank refused")

    # The payment service breaks down just as the payer comes back.
    person.pay_by_card(Card_number=ASKS_THE_BANK)
    with _faults(
        person.portal,
        webhooks="drop",
        next_response={"route": "/v1/", "action": "http_500", "times": 50},
    ):
        person.press("Complete")
        page.wait_for_url("**/pay/return/*")
        assert person.heading() == "We are confirming your payment"
        inspector.look(page, "paying/confirming")
        person.press("Look again")
        assert person.heading() == "We are confirming your payment"
    person.press("Look again")
    assert person.reference_of(SNN) == reference
    inspector.look(page, "paying/confirmation")
    page.goto(hosted)
    inspector.look(page, "hosted/paid")
    person.open(pay_path)
    person.reference_of(SNN)
    receipt = str(
        page.get_by_role("link", name=re.compile("Download receipt")).get_attribute("href")
    )
    person.press("Download a copy of your answers (PDF)")
    assert person.heading() == "Your copy is being prepared"
    inspector.look(page, "paying/copy of the answers")
    person.open(receipt.removesuffix(".pdf"))
    inspector.look(page, "paying/receipt")


def test_a_payment_that_was_not_made_says_so(person: Person, inspector: Inspector):
    page = person.page
    _owe(person)
    person.go_to_hosted_page()

    page.goto(_way_back(person.portal))

    assert person.heading() == "No payment has been taken"
    inspector.look(page, "paying/not taken")
    person.press("Try to pay again")
    person.page.wait_for_url("**/pay/*")
    with _faults(person.portal, next_response={"route": "/v1/", "action": "http_500", "times": 50}):
        person.press("Pay now")
        page.locator(".govuk-error-summary, .summary, form").first.wait_for()
        inspector.look(page, "paying/service down")
    person.open("/pay/a-payment-that-is-not")
    inspector.look(page, "paying/unknown")
    page.goto(f"{person.portal.payments}/c/pay/cs_test_nothing")
    inspector.look(page, "hosted/unknown")


def _way_back(portal: WholePortal) -> str:
    """Where the payment service would send the newest payer: it stands on no page of ours."""
    with closing(sqlite3.connect(portal.data_dir / "portal.db")) as database:
        query = "select parameters from payment_attempt order by created_at desc limit 1"
        parameters = json.loads(database.execute(query).fetchone()[0])
    return str(parameters["success_url"]).partition("?")[0]
