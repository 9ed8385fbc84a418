"""Holds our components to GOV.UK Frontend's fixtures: the same markup, fixture by fixture.

tests/templates/parity.json says what we draw for which fixture, with a digest of what the fixture
asks for, so that the test suite needs no package. This reads the fixtures themselves from the
pinned npm package, shows where ours differ, and with `--record` writes the digests anew.
"""

import difflib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.build_assets import install  # noqa: E402  # the tree is put on the path above
from tests.support.markup import canonical, digest  # noqa: E402
from tests.templates.drawing import PARITY, draw_fixture  # noqa: E402

COMPONENTS = Path("node_modules") / "govuk-frontend" / "dist" / "govuk" / "components"


def main(arguments: list[str]) -> int:
    """Compare, and record when asked to; 1 when a component differs."""
    table: dict[str, dict[str, dict[str, str]]] = json.loads(PARITY.read_text(encoding="utf-8"))
    differing = 0
    with tempfile.TemporaryDirectory() as folder:
        install(Path(folder))
        for component, rows in table.items():
            wanted = dict(read_fixtures(Path(folder) / COMPONENTS, component))
            for name, row in rows.items():
                row["digest"] = digest(wanted[name])
                differing += show_difference(component, name, row["draw"], wanted[name])
    if "--record" in arguments:
        PARITY.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{sum(map(len, table.values()))} fixtures, {differing} differ")
    return 1 if differing else 0


def read_fixtures(components: Path, component: str) -> Iterator[tuple[str, str]]:
    """The name and the markup of each fixture."""
    text = (components / component / "fixtures.json").read_text(encoding="utf-8")
    for fixture in json.loads(text)["fixtures"]:
        yield fixture["name"], as_we_name(component, fixture["options"], fixture["html"])


def as_we_name(component: str, options: dict[str, Any], html: str) -> str:
    """A date posts NAME-day with us always; the fixtures without a prefix post plain `day`."""
    if component == "date-input" and not options.get("namePrefix"):
        for part in ("day", "month", "year"):
            html = html.replace(f' name="{part}"', f' name="{options["id"]}-{part}"')
    return html


def show_difference(component: str, name: str, draw: str, wanted: str) -> bool:
    """Print what differs, if anything."""
    ours, theirs = canonical(draw_fixture(component, draw)), canonical(wanted)
    if ours == theirs:
        return False
    print(f"{component}, {name!r}: {draw}")
    for line in difflib.unified_diff(
        theirs.splitlines(), ours.splitlines(), "GOV.UK Frontend", "ours", lineterm="", n=1
    ):
        print(f"  {line}")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
