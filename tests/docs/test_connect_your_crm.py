"""docs/how-to/connect-your-crm.md shows a mapping that can be used, and names every part of one."""

import re
from dataclasses import fields

from portal.cases.mapping import CrmMapping
from portal.cases.mapping_file import read_mapping
from tests.docs.fitting import DOCS

TEXT = (DOCS / "how-to" / "connect-your-crm.md").read_text("utf-8")


def test_the_mapping_shown_is_read_without_a_problem() -> None:
    (shown,) = re.findall(r"^```yaml mapping\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    mapping = read_mapping(shown, "shown.yml")
    assert mapping.create.call.method == "POST"


def test_every_part_of_a_mapping_is_explained() -> None:
    told = set(re.findall(r"`([a-z]+)`", TEXT))
    assert {field.name for field in fields(CrmMapping)} - told == set()
