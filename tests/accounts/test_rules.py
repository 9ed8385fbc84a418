"""What roles may do, and what can be a password: rules without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.permissions import ABOUT, ROLES, Permission, Role, may, permissions_of
from portal.accounts.secrets import code_of, new_second_factor, step_of
from portal.accounts.staff import (
    IDLE,
    LONGEST,
    as_email,
    as_name,
    has_ended,
    problem_of_password,
)

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


@given(st.sets(st.sampled_from(Role)), st.sampled_from(Permission))
def test_several_roles_may_what_each_may_and_nothing_more(roles: set[Role], permission: Permission):
    assert may(roles, permission) == any(may([role], permission) for role in roles)
    assert may(roles, permission) == (permission in permissions_of(roles))


def test_every_role_may_something_and_every_permission_is_somebodys_and_told():
    assert set(ROLES) == set(Role)
    assert all(ROLES.values())
    assert permissions_of(list(Role)) == set(Permission) == set(ABOUT)


def test_no_role_both_writes_and_publishes():
    for allowed in ROLES.values():
        assert not {Permission.WRITE_FORMS, Permission.PUBLISH_FORMS} <= allowed


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "at least 12"),
        ("x" * 201, "at most 200"),
        ("abababababababab", "more different"),
        ("ann.example@council.test", "name or e-mail"),
        ("Ann Example 123", "name or e-mail"),
        ("four words and a goose", ""),
        ("gair hir gyda ŵ a 🦆!", ""),
    ],
)
def test_a_password_is_long_and_not_ones_own_name(password: str, said: str):
    problem = problem_of_password(password, "ann.example@council.test", "Ann Example")
    assert said in problem
    assert bool(problem) == bool(said)


@given(st.text(max_size=300))
def test_no_password_makes_the_rule_stumble(password: str):
    assert isinstance(problem_of_password(password, "a@b.cd", "Al B"), str)


@pytest.mark.parametrize(
    "written", ["", "ann", "ann@", "@b.cd", "a b@c.de", "a@b", "x" * 250 + "@b.cd"]
)
def test_what_is_no_address_is_refused(written: str):
    with pytest.raises(ValueError, match="not an e-mail address"):
        as_email(written)


def test_addresses_are_one_whatever_their_capitals():
    assert as_email("  Ann@Council.TEST ") == "ann@council.test"


@pytest.mark.parametrize("written", ["", "  ", "x" * 101, "Ann\x00"])
def test_what_is_no_name_is_refused(written: str):
    with pytest.raises(ValueError, match="a name has"):
        as_name(written)


def test_a_session_ends_idle_or_old():
    almost = timedelta(seconds=1)
    assert not has_ended(NOW, NOW, NOW + IDLE)
    assert has_ended(NOW, NOW, NOW + IDLE + almost)
    assert not has_ended(NOW, NOW + LONGEST - almost, NOW + LONGEST)
    assert has_ended(NOW, NOW + LONGEST, NOW + LONGEST + almost)


@given(st.integers(min_value=-5, max_value=5), st.integers(0, 100_000_000))
def test_a_code_holds_in_its_half_minute_and_the_ones_beside(off: int, seconds: int):
    secret, now = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", NOW + timedelta(seconds=seconds)
    step = step_of(secret, code_of(secret, now + timedelta(seconds=30 * off)), now)
    # Further off only by the chance of two codes being the same.
    assert step is not None or abs(off) > 1
    assert step is None or abs(step - int(now.timestamp()) // 30) <= 1


@pytest.mark.parametrize("code", ["", "abcdef", "12345", "1234567", "١٢٣٤٥٦", "\ud800", "0" * 400])
def test_what_is_no_code_is_none(code: str):
    assert step_of(new_second_factor(), code, NOW) is None


def test_a_code_may_be_pasted_with_spaces():
    secret = new_second_factor()
    code = code_of(secret, NOW)
    assert step_of(secret, f" {code[:3]} {code[3:]}\n", NOW) is not None


def test_nobodys_secret_has_no_code():
    assert step_of("", code_of("A" * 32, NOW), NOW) is None
