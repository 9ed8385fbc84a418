"""Starts the processes that are measured, waits for their first answer and stops them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

_PATIENCE_SECONDS = 120


def free_port() -> int:
    """A port whose neighbour is free too: the sandbox takes the next one."""
    while True:
        with socket.socket() as one, socket.socket() as next_one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            with suppress(OSError):
                next_one.bind(("127.0.0.1", port + 1))
                return port


@dataclass(frozen=True, slots=True)
class Started:
    """A process that has given its first answer."""

    pid: int
    port: int
    milliseconds: float
    """From its start to that answer."""


@contextmanager
def started(*arguments: str, port: int, path: str, folder: Path) -> Generator[Started]:
    """Run `python -m …` until the block ends."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env={**os.environ, "PORTAL_DATA_DIR": str(folder)},
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(port, path):
            if process.poll() is not None or time.perf_counter() - begun > _PATIENCE_SECONDS:
                msg = f"{' '.join(arguments)} did not answer"
                raise RuntimeError(msg)
            time.sleep(0.02)
        yield Started(process.pid, port, (time.perf_counter() - begun) * 1000)
    finally:
        process.terminate()
        process.wait(30)


def _answers(port: int, path: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def resident_megabytes(pid: int) -> float:
    """The memory a process holds (RSS)."""
    command = ["ps", "-o", "rss=", "-p", str(pid)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return int(told) / 1024
