"""Reads what a browser posted, whatever it posted, without ever failing on it."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

MOST_BYTES = 60 * 1024 * 1024
"""Of one post: a page of photographs and some more. A page's own limits are lower."""
_MOST_DRAINED = 512 * 1024 * 1024
_MOST_TEXT = 1024 * 1024
_MOST_FIELDS = 500


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it was posted; its content has not been looked at."""

    name: str
    size: int
    content: BinaryIO


@dataclass(frozen=True, slots=True)
class Posted:
    """One posted form."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    uploads: Mapping[str, Sequence[Upload]] = field(default_factory=dict[str, Sequence[Upload]])
    too_large: bool = False
    """More was sent than is read; nothing of it was kept."""

    def one(self, name: str) -> str:
        """The value of a field that may be sent once; empty when it was sent more often."""
        values = self.values.get(name, ())
        return values[0] if len(values) == 1 else ""


class _TooLarge(Exception):  # stays in this module
    """The body is past the limit."""


@asynccontextmanager
async def read_posted(request: Request) -> AsyncGenerator[Posted]:
    """Read a posted form; its uploads are closed at the end.

    A body past the limit is read to its end and thrown away (up to half a gigabyte), because a
    browser shows an answer only when it could send all it had to say.
    """
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length) > MOST_BYTES:
        await _drain(request)
        yield Posted(too_large=True)
        return
    try:
        limited = Request(request.scope, _counting(request.receive), request._send)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # starlette's own way to wrap a request
        async with limited.form(
            max_files=50, max_fields=_MOST_FIELDS, max_part_size=_MOST_TEXT
        ) as form:
            yield _as_posted(form.multi_items())
    except _TooLarge:
        await _drain(request)
        yield Posted(too_large=True)
    except (MultiPartException, HTTPException, UnicodeError, ValueError):
        yield Posted(too_large=True)


def _counting(receive: Any) -> Any:  # noqa: ANN401  # ASGI's own callable
    seen = 0

    async def receive_counted() -> Any:  # noqa: ANN401
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MOST_BYTES:
            raise _TooLarge
        return message

    return receive_counted


async def _drain(request: Request) -> None:
    seen = 0
    while seen < _MOST_DRAINED:
        message = await request.receive()
        seen += len(message.get("body", b""))
        if not message.get("more_body", False):
            return


def _as_posted(items: list[tuple[str, UploadFile | str]]) -> Posted:
    values: dict[str, list[str]] = {}
    uploads: dict[str, list[Upload]] = {}
    text = 0
    for name, value in items:
        if isinstance(value, UploadFile):
            if value.filename:
                uploads.setdefault(name, []).append(
                    Upload(value.filename, value.size or 0, value.file)
                )
            continue
        text += len(value)
        if text > _MOST_TEXT:
            return Posted(too_large=True)
        values.setdefault(name, []).append(_storable(value))
    return Posted(values, uploads)


def _storable(value: str) -> str:
    # Half a character can be smuggled in by naming an odd charset; no UTF-8 can hold it.
    return value.encode("utf-8", "replace").decode() if not value.isascii() else value
