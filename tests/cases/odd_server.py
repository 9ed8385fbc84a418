"""A small HTTP server that answers with whatever bytes it is told to, as slowly as it is told."""

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Answer:
    """What the next caller gets."""

    body: bytes = b"{}"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """Sent instead of all of the above."""
    pause: float = 0.0
    """Seconds between one byte and the next; nought sends everything at once."""


@dataclass
class OddServer:
    """Answers in turn; the last answer is repeated."""

    url: str
    answers: list[Answer]
    requests: list[bytes] = field(default_factory=list)

    def next_answer(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def _bytes_of(answer: Answer) -> bytes:
    if answer.raw is not None:
        return answer.raw
    headers = {"content-length": str(len(answer.body)), "connection": "close", **answer.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {answer.status} Odd\r\n{lines}\r\n".encode() + answer.body


def _read_request(connection: socket.socket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got:
        chunk = connection.recv(65536)
        if not chunk:
            return got
        got += chunk
    head, _, body = got.partition(b"\r\n\r\n")
    lengths = [
        int(ln[15:]) for ln in head.lower().split(b"\r\n") if ln.startswith(b"content-length:")
    ]
    while lengths and len(body) < lengths[0]:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def _serve(server: OddServer, connection: socket.socket, stop: threading.Event) -> None:
    with connection, suppress(OSError):
        request = _read_request(connection)
        if not request:
            return  # our own knock, to end the accepting
        server.requests.append(request)
        answer = server.next_answer()
        whole = _bytes_of(answer)
        if not answer.pause:
            connection.sendall(whole)
            return
        for byte in whole:
            connection.sendall(bytes([byte]))
            if stop.wait(answer.pause):
                return


@contextmanager
def odd_server(*answers: Answer) -> Generator[OddServer]:
    """Run the server on a free port of the loopback interface."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = OddServer(f"http://127.0.0.1:{listener.getsockname()[1]}", list(answers))

        def accept() -> None:
            with suppress(OSError):
                while not stop.is_set():
                    connection, _ = listener.accept()
                    threading.Thread(
                        target=_serve, args=(server, connection, stop), daemon=True
                    ).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            stop.set()
            with suppress(OSError), socket.create_connection(listener.getsockname(), 1):
                pass
            thread.join(5)
