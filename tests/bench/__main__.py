"""`make bench`: measures against the budgets. Ends with 1 when a hard one is broken.

Times and memory are soft: they depend on the machine. Bytes, counts and ratios are hard.
"""

import sys
import tempfile
from pathlib import Path

from tests.bench import bench_addresses, pages, receipts, starting
from tests.bench.figures import Figure, print_table


def main() -> int:
    """Run every measurement; about two minutes on a quiet machine."""
    with tempfile.TemporaryDirectory() as folder:
        figures: list[Figure] = []
        for name, measure in (
            ("pages", lambda: pages.figures(_made(folder, "pages"))),
            ("receipts", receipts.figures),
            ("start and first view", lambda: starting.figures(_made(folder, "portal"))),
            ("addresses", lambda: bench_addresses.figures(Path(folder) / "portal" / "portal.db")),
        ):
            print(f"Measuring {name}", file=sys.stderr)
            figures += measure()
    print_table(figures)
    return int(any(figure.is_hard and not figure.is_kept for figure in figures))


def _made(folder: str, name: str) -> Path:
    path = Path(folder) / name
    path.mkdir()
    return path


if __name__ == "__main__":
    sys.exit(main())
