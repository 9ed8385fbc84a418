"""How long address searches take with 50,000 properties; run it, it is not a test.

`python -m tests.bench.bench_addresses [sqlite:///file | postgresql://…]`; a fresh SQLite file in a
temporary folder is filled when no address is given. Times are wall clock, in milliseconds.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import SQLModel, col, select

from portal.addresses.local import LocalGazetteer
from portal.addresses.records import PropertyRow
from portal.addresses.seeding import seed_gazetteer
from portal.database import Transactions, open_engine
from tests.bench.figures import Figure

NEAR_MISSES: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    lambda words: words.replace(" Road", " Rd").replace(" Street", " St"),
    lambda words: words[:-2],
    lambda words: words.replace("e", "", 1),
    lambda words: f"{words} nowhereville",
)


def searches(transactions: Transactions, how_many: int) -> list[str]:
    """What people would type to find properties picked by chance, and some that find nothing."""
    dice = random.Random(1)
    with transactions.read() as session:
        rows = session.exec(select(PropertyRow).order_by(col(PropertyRow.uprn))).all()[
            :: 100_000 // how_many
        ]
    typed: list[str] = []
    for row in rows:
        words = f"{row.lines.replace(chr(10), ', ')}, {row.town}"
        kinds = (
            row.postcode,
            row.postcode[:-2],
            row.postcode.split(" ")[0],
            row.lines.split("\n")[-1],
        )
        typed += [dice.choice(NEAR_MISSES)(words), dice.choice(kinds)]
    broad = ["road", "a", "high street", "flat 1", "zz", "harrowmere", "the", "1", "e", "cottage"]
    nonsense = ["qqqqq xxxxx", "'; drop table --", "AND OR NOT", '"*"', "harowmeer", "statoin raod"]
    return typed[: how_many - 16] + broad + nonsense


def measure(name: str, search: Callable[[str], Sequence[object]], typed: Sequence[str]) -> None:
    """Run every search once and print how long they took."""
    took: list[tuple[float, str, int]] = []
    for words in typed:
        begun = time.perf_counter()
        found = search(words)
        took.append(((time.perf_counter() - begun) * 1000, words, len(found)))
    took.sort()
    middle, high = took[len(took) // 2][0], took[int(len(took) * 0.95)][0]
    empty = sum(not found for _, _, found in took)
    times = f"median {middle:.1f}, p95 {high:.1f}, worst {took[-1][0]:.1f} ms"
    print(f"{name}: {len(took)} searches, {times}; {empty} found nothing")
    for slow in took[-5:]:
        print(f"    {slow[0]:.1f} ms, {slow[2]} found: {slow[1]}")


def figures(database: Path) -> list[Figure]:
    """The 95th percentile of searches among 50,000 properties in a file filled before."""
    transactions = Transactions(open_engine(f"sqlite:///{database}"))
    search = LocalGazetteer(transactions).search
    took: list[float] = []
    for words in searches(transactions, 200) * 2:
        begun = time.perf_counter()
        search(words)
        took.append((time.perf_counter() - begun) * 1000)
    transactions.dispose()
    took = sorted(took[len(took) // 2 :])
    return [
        Figure("address search, median", took[len(took) // 2], "ms"),
        Figure("address search, 95 of 100", took[int(len(took) * 0.95)], "ms", 50),
    ]


def main() -> None:
    """Fill a database if it is empty, and measure."""
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{Path(folder) / 'bench.db'}"
        engine = open_engine(url)
        with engine.begin() as connection:
            SQLModel.metadata.create_all(connection)
        transactions = Transactions(engine)
        begun = time.perf_counter()
        loaded = seed_gazetteer(transactions, now=datetime.now(UTC), progress=lambda _done: None)
        print(f"loaded {loaded:,} in {time.perf_counter() - begun:.1f} s")
        gazetteer = LocalGazetteer(transactions)
        typed = searches(transactions, 200)
        for _ in range(2):
            measure("search", gazetteer.search, typed)
        measure("place", gazetteer.place, typed)
        points = [("52.036", "2.03"), ("51.95", "1.95"), ("52.10", "2.2"), ("51.5", "-0.1")] * 10
        measure(
            "nearest",
            lambda at: [found for found in (gazetteer.nearest(*at.split()),) if found],
            [" ".join(p) for p in points],
        )
        transactions.dispose()


if __name__ == "__main__":
    main()
