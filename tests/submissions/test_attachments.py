"""Files on disk: whole or not at all, under names nobody can choose."""

import fcntl
import hashlib
import io
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.submissions.attachments import Attachments
from portal.submissions.document_files import DocumentFiles


class BrokenPipe(io.BytesIO):
    """A connection that is cut after the first piece."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise OSError
        return super().read(size)


@given(content=st.binary(max_size=2_000))
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_kept_is_read_back_the_same(tmp_path: Path, content: bytes) -> None:
    attachments = Attachments(tmp_path)
    kept = attachments.keep(io.BytesIO(content))
    assert attachments.read(kept.id) == content
    assert (kept.size, kept.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_a_file_cut_short_leaves_nothing_behind(tmp_path: Path) -> None:
    attachments = Attachments(tmp_path)
    with pytest.raises(OSError, match=r"^$"):
        attachments.keep(BrokenPipe(b"x" * 600_000))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert list(attachments.ids()) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "x" * 31, "x" * 33, "a/" * 16, "\0" * 32])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    attachments = Attachments(tmp_path / "files")
    with pytest.raises(FileNotFoundError):
        attachments.read(name)
    with pytest.raises(FileNotFoundError):
        attachments.remove(name)


def test_removing_twice_is_harmless(tmp_path: Path) -> None:
    attachments = Attachments(tmp_path)
    kept = attachments.keep(io.BytesIO(b"x"))
    attachments.remove(kept.id)
    attachments.remove(kept.id)
    with pytest.raises(FileNotFoundError):
        attachments.read(kept.id)


def _name_of(handle: int) -> Path:
    if sys.platform == "darwin":
        return Path(fcntl.fcntl(handle, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0").decode())
    return Path(f"/proc/self/fd/{handle}").readlink()


def _flushed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What is forced to the disk from now on, in order; a power cut keeps nothing else."""
    seen: list[Path] = []
    flush = os.fsync

    def noting(handle: int) -> None:
        seen.append(_name_of(handle))
        flush(handle)

    monkeypatch.setattr(os, "fsync", noting)
    return seen


def test_a_power_cut_forgets_no_file_that_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attachments, flushed = Attachments(tmp_path), _flushed(monkeypatch)
    place = tmp_path / (kept := attachments.keep(io.BytesIO(b"plan")).id)[:2]
    # The new folder's name, the file's content, and the file's name.
    assert flushed == [tmp_path, place / f"{kept}.part", place]
    flushed.clear()
    DocumentFiles(tmp_path).keep("HM-1", b"%PDF")
    assert flushed[1:] == [tmp_path]
    assert flushed[0].suffix == ".part"
