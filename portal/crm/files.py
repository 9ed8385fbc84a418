"""Attachments on the disk, each under its SHA-256, and small pictures of those that are images."""

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageOps

_CHUNK = 1024 * 1024
_THUMBNAIL = (480, 360)
_IMAGES = ("PNG", "JPEG", "WEBP", "GIF")
_MOST_PIXELS = 60_000_000
_UNREADABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is safely on the disk."""

    sha256: str
    size: int
    has_thumbnail: bool


@dataclass(frozen=True, slots=True)
class FileLabel:
    """What the sender calls a file."""

    question: str
    file_name: str
    media_type: str


class Files:
    """The attachments' folder. Files are written once and never changed."""

    def __init__(self, data_dir: Path) -> None:
        self._files = data_dir / "files"
        self._thumbnails = data_dir / "thumbnails"
        for folder in (self._files, self._thumbnails):
            folder.mkdir(parents=True, exist_ok=True)
        for unfinished in self._files.glob(".new-*"):
            # Left by a kill in mid-copy: nothing names it, and its sender will send it again.
            unfinished.unlink()

    def store(self, source: BinaryIO, *, expected: str) -> StoredFile | None:
        """Copy to the disk, durably; None when the bytes are not those expected (SHA-256)."""
        with tempfile.NamedTemporaryFile(dir=self._files, prefix=".new-", delete=False) as copy:
            unfinished = Path(copy.name)
            try:
                digest = hashlib.sha256()
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    copy.write(chunk)
                size = copy.tell()
                if digest.hexdigest() != expected:
                    return None
                copy.flush()
                os.fsync(copy.fileno())
                unfinished.replace(self.path(expected))
                _sync_folder(self._files)
            finally:
                unfinished.unlink(missing_ok=True)
        return StoredFile(expected, size, self._draw_thumbnail(expected))

    def path(self, sha256: str) -> Path:
        """Where the bytes are."""
        return self._files / sha256

    def thumbnail_path(self, sha256: str) -> Path:
        """Where the small picture is, if there is one: a JPEG of our own making."""
        return self._thumbnails / f"{sha256}.jpg"

    def _draw_thumbnail(self, sha256: str) -> bool:
        """Redraw an image small; what a stranger sent is never shown itself."""
        target = self.thumbnail_path(sha256)
        if target.exists():
            return True
        unfinished = target.with_suffix(f".{os.getpid()}.{id(target)}.new")
        try:
            _redraw(self.path(sha256), unfinished)
        except _UNREADABLE:
            unfinished.unlink(missing_ok=True)
            return False
        unfinished.replace(target)
        return True


def _redraw(source: Path, target: Path) -> None:
    with Image.open(source, formats=_IMAGES) as image:
        if image.width * image.height > _MOST_PIXELS:
            raise ValueError("too large a picture to redraw")
        image.draft("RGB", _THUMBNAIL)
        upright = ImageOps.exif_transpose(image).convert("RGBA")
    upright.thumbnail(_THUMBNAIL)
    paper = Image.new("RGB", upright.size, "white")
    paper.paste(upright, mask=upright)
    paper.save(target, "JPEG", quality=80)


def _sync_folder(folder: Path) -> None:
    """Make the new name durable too; a file may outlive a power cut and its name not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def safe_file_name(name: str) -> str:
    """Keep the last part of a path, without control characters, at most 200 letters."""
    last = re.split(r"[/\\]", name)[-1]
    printable = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    stem, dot, ending = printable.rpartition(".")
    if dot and len(ending) < 12:  # noqa: PLR2004 - longer than any file ending in use
        return f"{stem[:180]}.{ending}" if stem else f"file.{ending}"
    return printable[:200] or "file"


def safe_media_type(declared: str | None) -> str:
    """Keep a declared media type that looks like one, without parameters (RFC 6838)."""
    bare = (declared or "").split(";")[0].strip().lower()
    well_formed = re.fullmatch(
        r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}", bare
    )
    return bare if well_formed else "application/octet-stream"
