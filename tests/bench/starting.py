"""How long `portal serve`, all in one, takes to its first answer, and the memory it then holds."""

from pathlib import Path

from tests.bench import first_view
from tests.bench.figures import Figure
from tests.bench.processes import free_port, resident_megabytes, started

_STARTS = 3


def figures(folder: Path) -> list[Figure]:
    """The first start prepares the database, gazetteer included; the others find it there."""
    port = free_port()
    serve = ("portal", "serve", "--prepare", "--port", str(port))
    with started(*serve, port=port, path="/", folder=folder) as first:
        prepared = first.milliseconds
    times: list[float] = []
    sizes: list[float] = []
    seen: list[Figure] = []
    for _ in range(_STARTS):
        with started(*serve, port=port, path="/", folder=folder) as again:
            times.append(again.milliseconds)
            sizes.append(resident_megabytes(again.pid))
            seen = seen or first_view.figures(port)
    return [
        *seen,
        Figure("first start, database and 50,000 addresses made", prepared, "ms"),
        Figure("start to first answer, sandbox and CRM included", min(times), "ms", 3_000),
        Figure("second `make run` to first answer, slowest of three", max(times), "ms", 5_000),
        Figure("memory of `portal serve`, after its first answer", max(sizes), "MB", 160),
    ]
