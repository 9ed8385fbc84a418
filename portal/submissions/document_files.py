"""Drawn documents on disk, receipts and copies of answers: written whole or not at all."""

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from portal.submissions.attachments import flush_folder, is_older


class DocumentFiles:
    """One folder of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, name: str, content: bytes) -> tuple[str, str]:
        """Store a document; gives its file name and SHA-256. The same name overwrites itself."""
        place = self._folder / f"{name}.pdf"
        partial = place.with_suffix(f".{os.getpid()}.part")
        with partial.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        partial.rename(place)
        flush_folder(self._folder)
        return place.name, hashlib.sha256(content).hexdigest()

    def half_written(self, before: datetime) -> Iterator[Path]:
        """What a killed process left unfinished before a moment."""
        yield from (path for path in self._folder.glob("*.part") if is_older(path, before))

    def older_than(self, before: datetime) -> Iterator[Path]:
        """Every document drawn before a moment."""
        yield from (path for path in self._folder.glob("*.pdf") if is_older(path, before))

    def read(self, name: str) -> bytes | None:
        """A document's bytes; None when the file is gone and must be drawn again."""
        place = self._folder / Path(name).name
        return place.read_bytes() if place.is_file() else None
