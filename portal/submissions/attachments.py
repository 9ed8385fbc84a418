"""Uploaded files on disk: stored whole or not at all, under names nobody can guess.

A file is written beside its place, flushed to the disk, then renamed, before any row speaks of
it: a crash leaves a stray file, which `retention.sweep` finds, never a row without one.
"""

import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """A file now on disk."""

    id: str
    size: int
    sha256: str


def flush_folder(folder: Path) -> None:
    """Write a folder's names to the disk: without it a power cut forgets the file just renamed."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_older(path: Path, moment: datetime) -> bool:
    """Whether a file was written before a moment; False when it has just been deleted."""
    try:
        return path.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:
        return False


class Attachments:
    """The folder of uploaded files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, content: BinaryIO) -> Kept:
        """Store a file. Raises OSError when the disk will not have it; nothing is left behind."""
        file_id = secrets.token_hex(16)
        place = self._place(file_id)
        if not place.parent.is_dir():
            place.parent.mkdir(exist_ok=True)
            flush_folder(self._folder)
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
            flush_folder(place.parent)
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

    def older_than(self, moment: datetime) -> Iterator[str]:
        """Every file on the disk since before a moment, half written ones too, by name."""
        for path in self._folder.glob("??/*"):
            if is_older(path, moment):
                yield path.name

    def remove_stray(self, name: str) -> None:
        """Delete what `older_than` found, whole or half written."""
        (self._folder / name[:2] / Path(name).name).unlink(missing_ok=True)

    def _place(self, file_id: str) -> Path:
        if not (len(file_id) == 32 and file_id.isalnum()):  # noqa: PLR2004  # 16 bytes in hexadecimal
            msg = "not the id of a stored file"
            raise FileNotFoundError(msg)
        return self._folder / file_id[:2] / file_id
