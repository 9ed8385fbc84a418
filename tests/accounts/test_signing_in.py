"""Accounts, one-time links and sessions, on both databases."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from portal.accounts.permissions import Permission, Role
from portal.accounts.signing_in import (
    DEMO,
    SignedIn,
    add_staff,
    become,
    complete_account,
    demo_staff,
    disable_staff,
    end_session,
    find_signed_in,
    give_roles,
    list_staff,
    reset_staff,
    seed_demo_staff,
    sessions_of,
    sign_in,
    welcome,
)
from portal.accounts.staff import IDLE, LINK_HOLDS, LONGEST, StaffState
from portal.core.errors import Conflict, Missing
from portal.database import Transactions
from tests.support.colleague import PASSWORD, code_at
from tests.support.steps import check_tables

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
ANN = "ann@council.test"


def invite(transactions: Transactions, *roles: Role) -> str:
    return add_staff(transactions, ANN, "Ann Example", roles or (Role.DESIGNER,), now=NOW)


def enrol(transactions: Transactions, *roles: Role) -> tuple[SignedIn, str]:
    """An account that is complete, and its authenticator's secret."""
    token = invite(transactions, *roles)
    secret = welcome(transactions, token, now=NOW).second_factor
    done = complete(transactions, token, secret)
    assert isinstance(done, SignedIn)
    return done, secret


def complete(transactions: Transactions, token: str, secret: str, **other: str):
    return complete_account(
        transactions,
        token,
        password=other.get("password", PASSWORD),
        code=other.get("code", code_at(secret, lambda: NOW)),
        browser="Firefox",
        now=NOW,
    )


def come_in(transactions: Transactions, secret: str, now: datetime, **other: str):
    return sign_in(
        transactions,
        other.get("email", ANN),
        other.get("password", PASSWORD),
        other.get("code", code_at(secret, lambda: now)),
        browser="Firefox",
        now=now,
    )


def who(transactions: Transactions, token: str, now: datetime = NOW, *, demo: bool = False):
    return find_signed_in(transactions, token, now=now, demo=demo)


LATER = NOW + timedelta(minutes=5)


def test_an_account_is_completed_once_and_signs_in_with_everything_right(
    transactions: Transactions,
):
    signed_in, secret = enrol(transactions)
    assert signed_in.staff.may(Permission.WRITE_FORMS)
    again = come_in(transactions, secret, LATER)
    assert again is not None
    assert again.token != signed_in.token
    assert who(transactions, again.token, LATER) == again
    assert [one.browser for one in sessions_of(transactions, again.staff.id, now=LATER)] == [
        "Firefox", "Firefox",
    ]  # fmt: skip
    (listed,) = list_staff(transactions)
    assert (listed[0].state, listed[1]) == (StaffState.ACTIVE, LATER)


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": PASSWORD + "."},
        {"password": ""},
        {"code": "000000"},
        {"code": ""},
        {"email": "bob@council.test"},
        {"email": "nonsense"},
        {"email": ""},
        {"password": "\ud800"},
    ],
)
def test_one_thing_wrong_is_everything_wrong(transactions: Transactions, wrong: dict[str, str]):
    _, secret = enrol(transactions)
    # A code that is right by chance would be no failure: the wrong one is made from the right one.
    if wrong.get("code"):
        right = code_at(secret, lambda: LATER)
        wrong = {"code": str((int(right[0]) + 5) % 10) + right[1:] + "1"}
    assert come_in(transactions, secret, LATER, **wrong) is None


def test_no_code_works_twice_nor_one_older_than_the_last(transactions: Transactions):
    _, secret = enrol(transactions)
    assert come_in(transactions, secret, NOW) is None  # the one the account was completed with
    assert come_in(transactions, secret, LATER) is not None
    assert come_in(transactions, secret, LATER) is None
    older = code_at(secret, lambda: LATER, steps=-1)
    assert come_in(transactions, secret, LATER, code=older) is None


def test_of_two_who_use_one_code_at_once_one_comes_in(transactions: Transactions):
    _, secret = enrol(transactions)
    came: list[SignedIn | None] = []
    both = [
        threading.Thread(target=lambda: came.append(come_in(transactions, secret, LATER)))
        for _ in range(2)
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(came) == 2
    assert [one is None for one in came].count(False) == 1


def test_a_link_holds_for_some_days_and_once(transactions: Transactions):
    token = invite(transactions)
    with pytest.raises(Missing):
        welcome(transactions, token, now=NOW + LINK_HOLDS + timedelta(seconds=1))
    with pytest.raises(Missing):
        welcome(transactions, token + "x", now=NOW)
    secret = welcome(transactions, token, now=NOW).second_factor
    complete(transactions, token, secret)
    with pytest.raises(Missing):
        welcome(transactions, token, now=NOW)
    with pytest.raises(Missing):
        complete(transactions, token, secret)


def test_a_wrong_code_or_a_weak_password_leaves_the_link_as_it_was(transactions: Transactions):
    token = invite(transactions)
    secret = welcome(transactions, token, now=NOW).second_factor
    assert complete(transactions, token, secret, code="12") == {
        "code": "The code is not the one your authenticator shows now"
    }
    assert set(complete(transactions, token, secret, code="", password="x")) == {
        "code", "password",
    }  # fmt: skip
    assert isinstance(complete(transactions, token, secret), SignedIn)


def test_an_account_that_is_not_complete_cannot_sign_in(transactions: Transactions):
    token = invite(transactions)
    secret = welcome(transactions, token, now=NOW).second_factor
    for password in ("", PASSWORD):
        assert come_in(transactions, secret, LATER, password=password) is None


def test_one_address_has_one_account(transactions: Transactions):
    invite(transactions)
    with pytest.raises(Conflict, match="portal staff reset"):
        add_staff(transactions, ANN.upper(), "Ann", [Role.OFFICER], now=NOW)
    with pytest.raises(ValueError, match="e-mail"):
        add_staff(transactions, "ann", "Ann", [Role.OFFICER], now=NOW)


def test_breaking_the_glass_ends_every_session_and_the_old_ways_in(transactions: Transactions):
    signed_in, secret = enrol(transactions)
    token = reset_staff(transactions, ANN, now=LATER)
    assert who(transactions, signed_in.token) is None
    assert come_in(transactions, secret, LATER) is None
    fresh = welcome(transactions, token, now=LATER).second_factor
    assert fresh != secret
    with pytest.raises(Missing):
        reset_staff(transactions, "bob@council.test", now=LATER)


def test_who_is_disabled_is_out_at_once_and_stays_out(transactions: Transactions):
    signed_in, secret = enrol(transactions)
    disable_staff(transactions, ANN)
    assert who(transactions, signed_in.token) is None
    assert come_in(transactions, secret, LATER) is None
    assert isinstance(reset_staff(transactions, ANN, now=LATER), str)


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(transactions: Transactions):
    signed_in, _ = enrol(transactions)
    give_roles(transactions, ANN, [Role.OFFICER])
    found = who(transactions, signed_in.token)
    assert found is not None
    assert found.staff.roles == (Role.OFFICER,)
    assert not found.staff.may(Permission.READ_FORMS)


def test_a_session_ends_when_idle_when_old_and_when_it_is_ended(transactions: Transactions):
    signed_in, secret = enrol(transactions)
    step = IDLE - timedelta(minutes=1)
    now = NOW
    while now + step <= NOW + LONGEST:
        now += step
        assert who(transactions, signed_in.token, now) is not None
    assert who(transactions, signed_in.token, NOW + LONGEST + timedelta(seconds=1)) is None
    other = come_in(transactions, secret, now)
    assert other is not None
    assert who(transactions, other.token, now + IDLE + timedelta(seconds=1)) is None
    end_session(transactions, other.staff.id, other.session_number)
    end_session(transactions, other.staff.id, other.session_number)
    assert who(transactions, other.token, now) is None
    assert who(transactions, signed_in.token, now) is not None


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(transactions: Transactions):
    signed_in, _ = enrol(transactions)
    soon, late = NOW + timedelta(minutes=50), NOW + timedelta(minutes=70)
    assert find_signed_in(transactions, signed_in.token, now=soon, demo=False, keep=False)
    assert who(transactions, signed_in.token, late) is None


def test_nobody_is_signed_in_with_a_made_up_secret(transactions: Transactions):
    enrol(transactions)
    for token in ("", "x", "\ud800", "0" * 64):
        assert who(transactions, token) is None


def test_the_people_of_development_have_no_password_and_do_not_count_in_production(
    transactions: Transactions,
):
    seed_demo_staff(transactions, now=NOW)
    seed_demo_staff(transactions, now=NOW)
    assert len(demo_staff(transactions)) == len(DEMO)
    email = DEMO[0][0]
    assert sign_in(transactions, email, "", "", browser="", now=NOW) is None
    signed_in = become(transactions, email, browser="", now=NOW)
    assert signed_in is not None
    assert who(transactions, signed_in.token, demo=True) is not None
    assert who(transactions, signed_in.token, demo=False) is None
    enrol(transactions)
    assert become(transactions, ANN, browser="", now=NOW) is None
    with pytest.raises(Missing):
        reset_staff(transactions, email, now=NOW)


def test_the_step_makes_what_the_code_believes_in(database_url: str):
    check_tables(database_url, TABLES, made_by="0010", before="0008")


TABLES = ("staff", "staff_session", "draft_definition", "proposal", "published_form", "form_deed")
