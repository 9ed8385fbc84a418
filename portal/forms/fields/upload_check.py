"""What an uploaded file must be before it is stored: its name, its size and its first bytes agree.

The content decides, never the media type a browser claims; a name that says otherwise is refused.
Wording as the GOV.UK Design System has it
(https://design-system.service.gov.uk/components/file-upload/).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from portal.forms.fields.card_numbers import without_card_numbers
from portal.forms.fields.text_rules import name_unstorable
from portal.forms.fields.wording import in_a_row, with_article

MEGABYTE = 1024 * 1024
"""Bytes."""
LONGEST_NAME = 100
"""Characters."""
_LONGEST_EXTENSION = 10


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file that can be accepted."""

    label: str
    media_type: str
    extensions: tuple[str, ...]


KINDS: Mapping[str, Kind] = {
    "pdf": Kind("PDF", "application/pdf", ("pdf",)),
    "jpg": Kind("JPG", "image/jpeg", ("jpg", "jpeg")),
    "png": Kind("PNG", "image/png", ("png",)),
    "heic": Kind("HEIC", "image/heic", ("heic", "heif")),
    "docx": Kind(
        "DOCX",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ("docx",),
    ),
    "xlsx": Kind(
        "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",)
    ),
}
"""The word in `accept:` → the kind of file."""
ALSO_KNOWN_AS: Mapping[str, str] = {"jpeg": "jpg", "heif": "heic"}
"""Other words `accept:` may use."""


@dataclass(frozen=True, slots=True)
class FileSettings:
    """What a designer chose for one file question."""

    accept: tuple[str, ...] = ("pdf", "jpg", "png")
    """Keys of KINDS."""
    max_size: int = 10 * MEGABYTE
    """Bytes."""
    max_files: int = 1

    @property
    def accept_attribute(self) -> str:
        """For the input's `accept`: ".pdf,.jpg,.jpeg"."""
        return ",".join(f".{ext}" for kind in self.accept for ext in KINDS[kind].extensions)

    @property
    def size_in_words(self) -> str:
        """10MB or 500KB."""
        whole, rest = divmod(self.max_size, MEGABYTE)
        return f"{whole}MB" if not rest else f"{self.max_size // 1024}KB"

    @property
    def kinds_in_words(self) -> str:
        """The kinds a person may choose from: "a PDF, JPG or PNG"."""
        labels = [KINDS[kind].label for kind in self.accept]
        return in_a_row([with_article(labels[0]), *labels[1:]], "or") if labels else "a file"

    def kinds_in(self, language: str) -> str:
        """The same in a language: "PDF, JPG neu PNG", for Welsh has no indefinite article."""
        if language == "en":
            return self.kinds_in_words
        return in_a_row([KINDS[kind].label for kind in self.accept], "neu") or "ffeil"


@dataclass(frozen=True, slots=True)
class UploadCheck:
    """What came of looking at a file: its media type, or the kind of error and its wording."""

    media_type: str = ""
    """By its content; empty when the file is refused."""
    kind: str = ""
    """`empty`, `too_large`, `wrong_type` or `broken`; empty when it is fine."""
    message: str = ""


def check_upload(
    settings: FileSettings, name: str, size: int, head: bytes, tail: bytes = b""
) -> UploadCheck:
    """Check a file by its name, its size in bytes and its first and last bytes (some thousand).

    Without a tail a file cut short is not noticed.
    """
    if size == 0 or not head:
        return UploadCheck("", "empty", "The selected file is empty")
    if size > settings.max_size:
        said = f"The selected file must be smaller than {settings.size_in_words}"
        return UploadCheck("", "too_large", said)
    kind = _recognise(head, tail)
    extension = name.rpartition(".")[2].lower()
    if kind not in settings.accept or extension not in KINDS[kind].extensions:
        said = f"The selected file must be {settings.kinds_in_words}"
        return UploadCheck("", "wrong_type", said)
    if kind == "pdf" and tail and b"%%EOF" not in tail:
        said = "The selected file is damaged and cannot be opened"
        return UploadCheck("", "broken", said)
    return UploadCheck(KINDS[kind].media_type)


def clean_file_name(name: str) -> str:
    """The name without folders and without anything that could mislead or do harm.

    No control, hidden or broken characters, nothing a file system refuses, no card number; at most
    100 characters with its extension. Cleaning it again changes nothing.
    """
    last = re.split(r"[/\\]", name[-1000:])[-1]
    plain = unicodedata.normalize("NFC", "".join(filter(_is_fit, last)))
    stem, dot, extension = _shorten(without_card_numbers(plain, "number removed")).rpartition(".")
    stem, extension = (stem, extension) if dot else (extension, "")
    stem = stem.strip(" ._-") or "file"
    return f"{stem}.{extension}" if extension.strip() else stem


def _recognise(head: bytes, tail: bytes) -> str:
    """The key of KINDS the content is; empty when it is none of them."""
    return next((kind for kind, is_one in _SIGNS.items() if is_one(head, tail)), "")


def _office(part: bytes) -> Callable[[bytes, bytes], bool]:
    """Office Open XML (ECMA-376): a zip with this folder in it, and no macros."""
    entry = re.compile(rb"PK\x03\x04.{26}" + part + rb"/|PK\x01\x02.{42}" + part + rb"/", re.DOTALL)

    def is_one(head: bytes, tail: bytes) -> bool:
        if not head.startswith(b"PK\x03\x04") or b"vbaProject" in head + tail:
            return False
        return bool(entry.search(head) or entry.search(tail))

    return is_one


_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")
_SIGNS: Mapping[str, Callable[[bytes, bytes], bool]] = {
    "pdf": lambda head, _: head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"%PDF-"),
    "jpg": lambda head, _: head.startswith(b"\xff\xd8\xff"),
    "png": lambda head, _: head.startswith(b"\x89PNG\r\n\x1a\n"),
    "heic": lambda head, _: head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS,
    "docx": _office(b"word"),
    "xlsx": _office(b"xl"),
}


def _is_fit(character: str) -> bool:
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Cn"):
        return False
    return character not in '<>:"|?*' and not name_unstorable(character)


def _shorten(name: str) -> str:
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > _LONGEST_EXTENSION:
        return name[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(extension) - 1]}.{extension}"
