"""Uploaded files on disk: stored whole or not at all, under names nobody can guess.

A file is written beside its place, flushed to the disk, then renamed, before any row speaks of
it: a crash leaves a stray file, never a row without one.
"""

import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """A file now on disk."""

    id: str
    size: int
    sha256: str


class Attachments:
    """The folder of uploaded files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, content: BinaryIO) -> Kept:
        """Store a file. Raises OSError when the disk will not have it; nothing is left behind."""
        file_id = secrets.token_hex(16)
        place = self._place(file_id)
        place.parent.mkdir(exist_ok=True)
        partial = place.with_suffix(".part")
        digest, size = hashlib.sha256(), 0
        try:
            with partial.open("xb") as out:
                while chunk := content.read(_CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            partial.rename(place)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        return Kept(file_id, size, digest.hexdigest())

    def read(self, file_id: str) -> bytes:
        """The whole content. Raises FileNotFoundError when it is gone."""
        return self._place(file_id).read_bytes()

    def remove(self, file_id: str) -> None:
        """Delete a file; harmless when it is gone already."""
        self._place(file_id).unlink(missing_ok=True)

    def ids(self) -> Iterator[str]:
        """Every file stored."""
        for path in self._folder.glob("??/*"):
            if not path.suffix:
                yield path.name

    def _place(self, file_id: str) -> Path:
        if not (len(file_id) == 32 and file_id.isalnum()):  # noqa: PLR2004  # 16 bytes in hexadecimal
            msg = "not the id of a stored file"
            raise FileNotFoundError(msg)
        return self._folder / file_id[:2] / file_id
