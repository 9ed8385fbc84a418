"""The static files as they are served: what each holds, and the address that holds its hash.

The address changes with the content (`/static/portal.3f2a9c81d0.css`), so a browser may keep a
file for ever. Read once, at start-up; templates ask for addresses, the web serves the bodies.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType

BUNDLES: Mapping[str, Sequence[str]] = MappingProxyType(
    {"portal.css": ("vendor/govuk-frontend/portal.css", "council/brand.css", "css/portal.css")}
)
"""Files served as one, in this order: one request, and the council's tokens among ours."""

MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".jpg": "image/jpeg",
        ".webp": "image/webp",
        ".ico": "image/x-icon",
    }
)
"""What is served. Licences, checksums and the fonts of printed documents are not."""

_COMMENTS = re.compile(r"/\*.*?\*/", re.DOTALL)
_LINE_COMMENTS = re.compile(r"^\s*//.*\n", re.MULTILINE)
_INDENTS = re.compile(r"^[ \t]+|\n(?=\n)", re.MULTILINE)
_THEME_COLOUR = re.compile(rb"--portal-brand:\s*(#[0-9a-fA-F]{6})")
_HASH_LENGTH = 10


class UnknownAsset(LookupError):
    """A template asked for a static file that is not there: a mistake of ours, found by tests."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    name: str
    body: bytes
    digest: str

    @property
    def suffix(self) -> str:
        """The end of the name, which tells what it is: ".css"."""
        return PurePosixPath(self.name).suffix

    @property
    def hashed_name(self) -> str:
        """The name with the hash in it: "css/portal.3f2a9c81d0.css"."""
        path = PurePosixPath(self.name)
        return str(path.with_name(f"{path.stem}.{self.digest}{path.suffix}"))


@dataclass(frozen=True, slots=True)
class Assets:
    """Every static file, by name."""

    prefix: str
    files: Mapping[str, Asset]

    def url(self, name: str) -> str:
        """The address of a file: `url("council/logo.svg")`.

        Raises:
            UnknownAsset: there is no such file. Trying again does not help.
        """
        try:
            return f"{self.prefix}/{self.files[name].hashed_name}"
        except KeyError:
            raise UnknownAsset(f"there is no static file {name!r}") from None

    @property
    def theme_colour(self) -> str:
        """The council's own colour, for the browser's address bar; white when it names none."""
        stylesheet = self.files.get("portal.css")
        brand = _THEME_COLOUR.search(stylesheet.body) if stylesheet else None
        return brand[1].decode() if brand else "#ffffff"


def read_assets(
    folder: Path, *, prefix: str = "/static", bundles: Mapping[str, Sequence[str]] = BUNDLES
) -> Assets:
    """Read everything under the folder; a few milliseconds.

    Raises:
        FileNotFoundError: a file of a bundle is not there. Trying again does not help.
    """
    parts = {part for names in bundles.values() for part in names}
    bodies = {
        name: _slimmed(name, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.suffix in MEDIA_TYPES and path.is_file()
        if (name := path.relative_to(folder).as_posix()) not in parts
    }
    for name, names in bundles.items():
        bodies[name] = b"\n".join(_slimmed(part, (folder / part).read_bytes()) for part in names)
    return Assets(prefix, {name: _asset(name, body) for name, body in bodies.items()})


def _asset(name: str, body: bytes) -> Asset:
    return Asset(name, body, hashlib.sha256(body).hexdigest()[:_HASH_LENGTH])


def _slimmed(name: str, body: bytes) -> bytes:
    """Our own style sheets and scripts without comments and indents; others' as they are."""
    if name.startswith("vendor/") or not name.endswith((".css", ".js")):
        return body
    comments = _COMMENTS if name.endswith(".css") else _LINE_COMMENTS
    return _INDENTS.sub("", comments.sub("", body.decode())).encode()
