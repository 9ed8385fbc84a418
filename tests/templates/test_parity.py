"""Our components draw the markup GOV.UK Frontend publishes, fixture by fixture.

scripts/check_parity.py made the digests from the fixtures, and shows what differs.
"""

import json

import pytest

from tests.support.markup import canonical, digest
from tests.templates.drawing import PARITY, draw_fixture

TABLE: dict[str, dict[str, dict[str, str]]] = json.loads(PARITY.read_text(encoding="utf-8"))
ROWS = [
    pytest.param(component, row["draw"], row["digest"], id=f"{component}: {name}")
    for component, rows in TABLE.items()
    for name, row in rows.items()
]


@pytest.mark.parametrize(("component", "draw", "wanted"), ROWS)
def test_a_component_is_the_one_people_know_from_gov_uk(component, draw, wanted):
    drawn = draw_fixture(component, draw)

    assert digest(drawn) == wanted, canonical(drawn)


def test_every_component_a_form_is_made_of_is_compared():
    components = {
        "button", "character-count", "checkboxes", "date-input", "details", "error-message",
        "error-summary", "file-upload", "hint", "input", "inset-text", "label",
        "notification-banner", "panel", "radios", "select", "skip-link", "summary-list", "table",
        "tag", "task-list", "textarea", "warning-text",
    }  # fmt: skip

    assert components <= set(TABLE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('<p class="a b">Hi</p>', '<p class="a">Hi</p>'),
        ("<p>Hi</p>", "<p>Ho</p>"),
        ("<p>Hi</p>", "<div>Hi</div>"),
        ('<a href="/a">Hi</a>', '<a href="/b">Hi</a>'),
        ("<p>Hi<b>a</b></p>", "<p>Hi</p><b>a</b>"),
    ],
)
def test_a_difference_that_people_would_notice_is_noticed(one, other):
    assert digest(one) != digest(other)


def test_white_space_and_the_order_of_classes_do_not_count():
    assert digest('<p class="a b">\n  Hi </p>') == digest('<p class="b a">Hi</p>')
