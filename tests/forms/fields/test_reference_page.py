"""docs/field-types.md says of every field type what it really takes."""

import re
from pathlib import Path

import pytest
import yaml

from portal.forms.fields import FIELD_TYPES
from tests.forms.fields.village import problems

PAGE = Path(__file__).parents[3] / "docs" / "field-types.md"
ROWS = {
    name: cells
    for line in PAGE.read_text("utf-8").splitlines()
    if line.startswith("| `")
    for cells in [line.strip("|").split("|")]
    for name in re.findall(r"`([a-z-]+)`", cells[0])
}


@pytest.mark.parametrize("name", FIELD_TYPES)
def test_the_page_for_designers_has_a_row_with_the_keys_of(name: str) -> None:
    keys = set(re.findall(r"`([a-z_]+)`", ROWS[name][2])) - {"countries"}
    own = set(FIELD_TYPES[name].keys)
    assert keys == own or (not FIELD_TYPES[name].asks and own <= keys)


def test_the_page_names_no_type_there_is_not() -> None:
    assert set(ROWS) == set(FIELD_TYPES)


def test_the_reference_the_page_shows_is_read_without_a_problem() -> None:
    block = PAGE.read_text("utf-8").split("```yaml")[1].split("```")[0]
    (written,) = yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506  # our own page, all text
    own = {key: value for key, value in written.items() if key in FIELD_TYPES["reference"].keys}
    assert problems("reference", own) == []
