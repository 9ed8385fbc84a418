"""What belongs to one browser opens in no other, and no page can be had out of turn."""

import re

import pytest

from portal.forms.answers import load_answers
from tests.support.portal_house import Portal
from tests.support.resident import FREE, PAID, PDF, Resident, hidden_inputs, path_of, pay_by_card

CANARY = "Canary Cottage"


@pytest.fixture
def owner(shared_portal: Portal) -> Resident:
    return shared_portal.resident()


@pytest.fixture
def stranger(shared_portal: Portal) -> Resident:
    return shared_portal.resident()


def test_a_draft_is_seen_by_nobody_else(
    shared_portal: Portal, owner: Resident, stranger: Resident
) -> None:
    owner.fill(PAID, "A house name costs", new_name=CANARY)
    for page in ("house-name", "check-answers", "save", ""):
        assert CANARY not in stranger.get(f"/forms/{PAID}/{page}".rstrip("/")).text
    before = shared_portal.rows("draft")
    posts = {**owner.check(PAID), "csrf_token": stranger.token()}
    answer = stranger.browser.post(f"/forms/{PAID}/check-answers", data=posts)
    assert path_of(answer.headers["location"]) == f"/forms/{PAID}"
    assert shared_portal.rows("draft") == before


@pytest.mark.parametrize("cookie", ["", "x", "x" * 43, "x" * 5_000, "\u00e9" * 43, "a" * 42 + ";"])
def test_a_made_up_session_opens_nothing(
    shared_portal: Portal, owner: Resident, stranger: Resident, cookie: str
) -> None:
    owner.fill(PAID, "A house name costs", new_name=CANARY)
    header = f"portal-session={cookie}".encode("latin-1", "replace")
    answer = stranger.browser.get(f"/forms/{PAID}/check-answers", headers=[(b"cookie", header)])
    assert answer.status_code == 303
    assert CANARY not in answer.text


def test_a_confirmation_opens_only_in_the_browser_that_sent_it(
    shared_portal: Portal, owner: Resident, stranger: Resident
) -> None:
    reference = owner.send_free()
    path = f"/forms/{FREE}/confirmation/{reference}"
    assert reference in owner.read(path)
    assert stranger.get(path).status_code == 404
    assert stranger.get(path).text == stranger.get(path.replace(reference, "HM-0000-0000-0")).text


def test_a_pay_page_shows_and_does_nothing_for_anybody_else(
    shared_portal: Portal, owner: Resident, stranger: Resident
) -> None:
    pay = owner.owe()
    posted = {**hidden_inputs(owner.read(pay)), "csrf_token": stranger.token()}
    before = shared_portal.everything()
    for answer in (
        stranger.get(pay),
        stranger.browser.post(pay, data=posted),
        stranger.browser.post(f"{pay}/change", data=posted),
    ):
        assert answer.status_code == 404
        assert "£45" not in answer.text
    assert shared_portal.everything() == before


def test_who_comes_back_in_another_browser_is_settled_but_told_nothing(
    shared_portal: Portal, owner: Resident, stranger: Resident
) -> None:
    back = path_of(pay_by_card(owner.press_pay(owner.owe())))
    answer = stranger.get(back)
    assert answer.status_code == 404
    assert not re.search(r"HM-\w{4}", answer.text)
    assert shared_portal.rows("receipt"), "the payment was taken in all the same"
    assert "/confirmation/" in owner.come_back(back)


def test_the_way_back_without_the_providers_session_is_no_proof(
    shared_portal: Portal, owner: Resident
) -> None:
    hosted = owner.press_pay(owner.owe())
    attempt = shared_portal.rows("payment_attempt")[-1]
    assert hosted
    for session_id in ("", "cs_test_forged", attempt["provider_reference"]):
        answer = owner.get(f"/pay/return/{'x' * 32}?session_id={session_id}")
        assert answer.status_code == 404
    assert shared_portal.rows("payment_attempt")[-1]["state"] == "open"


def test_anothers_file_cannot_be_claimed(
    shared_portal: Portal, owner: Resident, stranger: Resident
) -> None:
    for one in (owner, stranger):
        one.fill(PAID, "Eleven plots", until="location-plan")
    upload = {"plan-upload": "Upload"}
    page = owner.answer(
        PAID, "location-plan", upload, files=[("plan", ("canary.pdf", PDF, "application/pdf"))]
    )
    theirs = hidden_inputs(page.text)["plan"]
    answer = stranger.answer(PAID, "location-plan", {"plan": theirs})
    assert answer.status_code == 422
    assert "canary" not in answer.text
    removed = stranger.answer(PAID, "location-plan", {"plan": theirs, "plan-remove": theirs})
    assert "canary" not in removed.text
    assert owner.answer(PAID, "location-plan", {"plan": theirs}).status_code == 303


@pytest.mark.parametrize("at", ["your-details", "check-answers", "location-plan", "signatures"])
def test_a_page_posted_out_of_turn_changes_nothing(
    shared_portal: Portal, owner: Resident, at: str
) -> None:
    owner.answer(PAID, "what-you-need", {"request": "rename-house"})
    before = shared_portal.everything()
    answer = owner.browser.post(
        f"/forms/{PAID}/{at}", data={"csrf_token": owner.token(), "email": "a@example.test"}
    )
    assert answer.headers["location"] == f"/forms/{PAID}/property"
    assert shared_portal.everything() == before


def test_a_page_asked_for_out_of_turn_leads_to_the_first_unanswered(owner: Resident) -> None:
    assert owner.get(f"/forms/{PAID}/your-details").headers["location"] == f"/forms/{PAID}"
    owner.answer(PAID, "what-you-need", {"request": "number-new"})
    got = owner.get(f"/forms/{PAID}/your-details")
    assert got.headers["location"] == f"/forms/{PAID}/plots"


def test_a_hidden_questions_value_and_unknown_fields_are_not_read(
    shared_portal: Portal, owner: Resident
) -> None:
    owner.answer(
        PAID,
        "what-you-need",
        {
            "request": "rename-house",
            "plots": "20",
            "residents_agree": "yes",
            "state": "submitted",
            "session_hash": "x",
            "version": "99",
        },
    )
    definition = shared_portal.house.definitions.current(PAID)
    row = max(shared_portal.rows("draft"), key=lambda draft: str(draft["created_at"]))
    stored = load_answers(definition, row["answers"])
    assert set(stored.values) == {"request"}
    assert (row["state"], row["version"]) == ("open", 1)


def test_an_answer_of_a_page_left_behind_never_reaches_the_council(
    shared_portal: Portal, owner: Resident
) -> None:
    owner.fill(PAID, "Eleven plots", until="location-plan")
    owner.answer(PAID, "what-you-need", {"request": "rename-house"})
    owner.fill(PAID, "A house name costs", new_name=CANARY)
    owner.send(PAID)
    sealed = next(row for row in shared_portal.rows("submission") if CANARY in row["answers"])
    assert "Mill Lane" not in sealed["answers"]
    assert "plots" not in sealed["answers"]
    assert sealed["total"] == 45_00


def test_an_exit_page_is_the_end_whatever_is_posted(shared_portal: Portal, owner: Resident) -> None:
    owner.answer(FREE, "where", {"where-description": "A field"})
    owner.answer(FREE, "land", {"land": "private"})
    before = shared_portal.everything()
    token = owner.token()
    for page in ("private-land", "what", "check-answers"):
        answer = owner.browser.post(f"/forms/{FREE}/{page}", data={"csrf_token": token})
        assert answer.headers["location"] == f"/forms/{FREE}/private-land"
    assert shared_portal.everything() == before


def test_what_is_sent_twice_is_one_submission(shared_portal: Portal, owner: Resident) -> None:
    owner.fill(FREE)
    posted = owner.check(FREE)
    first, second = (
        owner.browser.post(f"/forms/{FREE}/check-answers", data=posted) for _ in range(2)
    )
    assert first.headers["location"] == second.headers["location"]


def test_pressing_pay_twice_leads_to_the_same_hosted_page(
    shared_portal: Portal, owner: Resident
) -> None:
    pay = owner.owe()
    posted = hidden_inputs(owner.read(pay))
    pages = {owner.browser.post(pay, data=posted).headers["location"] for _ in range(3)}
    pages.add(owner.press_pay(pay))
    assert len(pages) == 1


@pytest.mark.parametrize("nonce", ["", "short", "x" * 65, "a\x00" + "b" * 30, "é" * 30])
def test_a_nonce_that_is_none_starts_no_payment(
    shared_portal: Portal, owner: Resident, nonce: str
) -> None:
    pay = owner.owe()
    before = shared_portal.counts()
    posted = {**hidden_inputs(owner.read(pay)), "nonce": nonce}
    answer = owner.browser.post(pay, data=posted)
    assert answer.headers["location"] == pay
    assert shared_portal.counts() == before


@pytest.mark.parametrize("where", ["pay", "confirmation"])
def test_who_paid_and_closed_the_browser_is_not_asked_to_pay_again(
    portal: Portal, where: str
) -> None:
    owner = portal.resident()
    pay = owner.owe()
    pay_by_card(owner.press_pay(pay))  # the way back is not taken, and no event has come
    reference = portal.rows("submission")[-1]["reference"]
    confirmation = f"/forms/{PAID}/confirmation/{reference}"
    opened = owner.get(pay if where == "pay" else confirmation)
    assert path_of(opened.headers["location"]) == confirmation
    assert "£45" in owner.read(confirmation)


def test_after_paying_the_pay_page_and_a_change_of_mind_lead_to_the_confirmation(
    shared_portal: Portal, owner: Resident
) -> None:
    pay = owner.owe()
    posted = hidden_inputs(owner.read(pay))
    confirmation = owner.come_back(pay_by_card(owner.press_pay(pay)))
    assert owner.get(pay).headers["location"] == confirmation
    for path in (pay, f"{pay}/change"):
        assert owner.browser.post(path, data=posted).headers["location"] == confirmation
    assert "£45" in owner.read(confirmation)


def test_answers_changed_before_paying_cost_what_they_cost_then(
    shared_portal: Portal, owner: Resident
) -> None:
    owner.fill(PAID, "One plot costs")
    pay = owner.send(PAID)
    hosted = owner.press_pay(pay)
    changed = owner.browser.post(f"{pay}/change", data=hidden_inputs(owner.read(pay)))
    assert changed.headers["location"] == f"/forms/{PAID}/check-answers"
    assert shared_portal.neighbours.sandbox.control.get(hosted).status_code in (303, 410, 404, 200)
    owner.answer(PAID, "plots", {"plots": "11", "return": "check-answers"})
    again = owner.send(PAID)
    assert again != pay
    assert "£300.00" in owner.read(again)
    sealed = [row for row in shared_portal.rows("submission") if row["total"] in (100_00, 300_00)]
    assert {(row["total"], row["status"]) for row in sealed} >= {
        (100_00, "reopened"),
        (300_00, "awaiting_payment"),
    }
