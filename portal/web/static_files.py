"""Serves the static files, compressed once at start-up: nothing is read from the disk per request.

An address with the file's hash in it is kept by browsers for a year (RFC 8246, `immutable`);
the plain address works too, for an hour.
"""

import gzip
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import brotli
from starlette.types import Receive, Scope, Send

from portal.assets import MEDIA_TYPES, Asset, Assets, read_assets

_COMPRESSED = (".css", ".js", ".svg")
_BROTLI_QUALITY, _BROTLI_QUALITY_OF_LARGE = 11, 5
_LARGE = 100_000
"""Bytes. Only the workbench's editor is larger: at its best it would cost a start a second."""
_FOR_EVER = (b"cache-control", b"public, max-age=31536000, immutable")
_FOR_AN_HOUR = (b"cache-control", b"public, max-age=3600")
_REFUSED = re.compile(r"^\s*q=0(\.0*)?\s*$")

Header = tuple[bytes, bytes]

_compress: Callable[..., bytes] = brotli.compress  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # untyped


@dataclass(frozen=True, slots=True)
class Encoded:
    """A file in one encoding: its bytes and the headers that go with them."""

    body: bytes
    headers: tuple[Header, ...]


@dataclass(frozen=True, slots=True)
class ServedFile:
    """A file in every encoding it is offered in, smallest first; the plain one is last."""

    etag: str
    encodings: tuple[tuple[str, Encoded], ...]

    def best(self, accepted: str) -> Encoded:
        """The smallest encoding the browser takes (RFC 9110, 12.5.3)."""
        wanted = (part.partition(";") for part in accepted.split(","))
        offered = {name.strip() for name, _, weight in wanted if not _REFUSED.search(weight)}
        return next(
            (encoded for name, encoded in self.encodings if name in offered), self.encodings[-1][1]
        )


class StaticFiles:
    """An ASGI application to mount at `prefix`."""

    def __init__(self, folder: Path, *, prefix: str = "/static") -> None:
        """Read and compress everything under the folder; about a fifth of a second."""
        self.assets: Assets = read_assets(folder, prefix=prefix)
        self._files: dict[str, tuple[ServedFile, Header]] = {}
        for asset in self.assets.files.values():
            file = _encode(asset)
            self._files[f"/{asset.name}"] = (file, _FOR_AN_HOUR)
            self._files[f"/{asset.hashed_name}"] = (file, _FOR_EVER)

    def url(self, name: str) -> str:
        """The address of a file; UnknownAsset when there is none of that name."""
        return self.assets.url(name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        del receive
        found = self._files.get(scope["path"].removeprefix(scope.get("root_path", "")))
        if found is None:
            await _refuse(send, 404, b"Not found\n")
        elif scope["method"] not in ("GET", "HEAD"):
            await _refuse(send, 405, b"Method not allowed\n", (b"allow", b"GET, HEAD"))
        else:
            await _give(scope, send, *found)


async def _give(scope: Scope, send: Send, file: ServedFile, caching: Header) -> None:
    asked = dict(scope["headers"])
    encoded = file.best(asked.get(b"accept-encoding", b"").decode("latin-1"))
    headers = (*encoded.headers, caching)
    if _holds(asked.get(b"if-none-match", b"").decode("latin-1"), file.etag):
        kept = tuple(header for header in headers if header[0] in _KEPT_AT_304)
        await _answer(send, 304, kept, b"")
    else:
        await _answer(send, 200, headers, b"" if scope["method"] == "HEAD" else encoded.body)


_KEPT_AT_304 = (b"etag", b"cache-control", b"vary")
"""RFC 9110, 15.4.5."""


def _holds(if_none_match: str, etag: str) -> bool:
    """Whether the browser holds this version already (weak comparison, RFC 9110, 13.1.2)."""
    held = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in held or "*" in held


@lru_cache(maxsize=64)
def _encode(asset: Asset) -> ServedFile:
    # Once for each file, however many applications of one process serve it.
    etag = f'"{asset.digest}"'
    bodies = {"identity": asset.body}
    if asset.suffix in _COMPRESSED:
        quality = _BROTLI_QUALITY if len(asset.body) < _LARGE else _BROTLI_QUALITY_OF_LARGE
        bodies = {
            "br": _compress(asset.body, quality=quality),
            "gzip": gzip.compress(asset.body, mtime=0),
            **bodies,
        }
    common = _headers(asset.suffix, etag)
    encodings = (
        (name, Encoded(body, (*common, *_encoding(name), _length(body))))
        for name, body in bodies.items()
    )
    return ServedFile(etag, tuple(encodings))


def _headers(suffix: str, etag: str) -> tuple[Header, ...]:
    headers: tuple[Header, ...] = (
        (b"content-type", MEDIA_TYPES[suffix].encode()),
        (b"etag", etag.encode()),
        (b"vary", b"Accept-Encoding"),
        (b"x-content-type-options", b"nosniff"),
    )
    if suffix == ".svg":  # a picture opened by itself is a document, and may hold a script
        headers += ((b"content-security-policy", b"default-src 'none'; sandbox"),)
    return headers


def _encoding(name: str) -> tuple[Header, ...]:
    return () if name == "identity" else ((b"content-encoding", name.encode()),)


def _length(body: bytes) -> Header:
    return (b"content-length", str(len(body)).encode())


async def _refuse(send: Send, status: int, words: bytes, *headers: Header) -> None:
    plain = (b"content-type", b"text/plain; charset=utf-8")
    await _answer(send, status, (plain, _length(words), *headers), words)


async def _answer(send: Send, status: int, headers: Sequence[Header], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})
