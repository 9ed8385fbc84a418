"""A real HTTP endpoint that keeps what is posted to it."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Post:
    """One delivery, exactly as it came."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Letterbox:
    """Everything that was posted."""

    url: str
    posts: list[Post] = field(default_factory=list)

    def wait_for(self, type_: str, count: int = 1) -> list[Post]:
        """Wait until so many posts of one event type are here."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while len(found := self._of(type_)) < count:
            assert time.monotonic() < deadline, f"{len(found)} of {count} {type_} came"
            time.sleep(0.02)
        return found

    def _of(self, type_: str) -> list[Post]:
        wanted = f'"{type_}"'.encode()
        return [post for post in self.posts if wanted in post.body]


@contextmanager
def open_letterbox() -> Generator[Letterbox]:
    """Listen on a free port until the block ends."""
    box = Letterbox("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            box.posts.append(Post(dict(self.headers.items()), self.rfile.read(length)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # inherited
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    box.url = f"http://127.0.0.1:{server.server_port}/webhooks/sandbox"
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()
