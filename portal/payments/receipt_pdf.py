"""Draws a receipt, or another document, as a PDF: tagged for screen readers, the same bytes for
the same input.

The only module that imports `weasyprint` (over a second, so at the first drawing). About
100 ms of CPU a page: never on the request path. Nothing is fetched, from the network or from
the disk: what a page may show is handed in.
"""

import atexit
import io
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from portal.core.errors import PersonMustLook

if TYPE_CHECKING:
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

MOST_ROWS = 500
"""More table rows than any document; a table of 10,000 would hold a processor for a minute."""

_ASSET = "asset:"
_PRINTED = 4  # ISO 32000-1, table 165: the annotation is printed; PDF/UA-1 clause 7.18 wants it
_TYPES = {"svg": "image/svg+xml", "png": "image/png", "woff2": "font/woff2", "css": "text/css"}

# Pango's font map is not for two threads at once.
_one_at_a_time = threading.Lock()


class RefusedAddress(ValueError):
    """A page asked for something it was not given."""


@dataclass(frozen=True, slots=True)
class _Style:
    """A parsed style sheet with its fonts loaded: kept, since both are dear to make."""

    sheets: "tuple[weasyprint.CSS, ...]"
    fonts: "FontConfiguration"


def render_document(html: str, assets: Mapping[str, bytes]) -> bytes:
    """Draw a page of HTML as PDF/UA-1 (ISO 14289-1).

    `assets` is all it may use: names ending `.css` are its style, others are what it calls
    `asset:NAME` (fonts, the logo). `data:` addresses are allowed; an address that is not there
    is left out of the picture, never fetched. The PDF's dates are those in the page's
    `dcterms` metadata.

    Raises:
        PersonMustLook: the page has more than 500 table rows.
    """
    if html.count("<tr") > MOST_ROWS:
        msg = f"the document has more than {MOST_ROWS} rows and will not be drawn"
        raise PersonMustLook(msg)
    import weasyprint  # see above

    with _one_at_a_time:
        style = _style(tuple(sorted(assets.items())))
        page = weasyprint.HTML(string=html, base_url=_ASSET, url_fetcher=_fetcher(assets))
        drawn: Any = page.write_pdf(  # pyright: ignore[reportUnknownMemberType]
            stylesheets=list(style.sheets), font_config=style.fonts, pdf_variant="pdf/ua-1"
        )
    return _complete(drawn)


@lru_cache(maxsize=4)
def _style(assets: tuple[tuple[str, bytes], ...]) -> _Style:
    import weasyprint  # see above
    from weasyprint.text.fonts import FontConfiguration

    fonts, fetch = FontConfiguration(), _fetcher(dict(assets))
    sheets = tuple(
        weasyprint.CSS(string=content.decode(), font_config=fonts, url_fetcher=fetch)
        for name, content in assets
        if name.endswith(".css")
    )
    return _Style(sheets, fonts)


# Its clean-up (the fonts' temporary folder) needs an interpreter that still stands.
atexit.register(_style.cache_clear)


def _fetcher(assets: Mapping[str, bytes]) -> Any:  # noqa: ANN401  # weasyprint has no types
    """A fetcher that knows these assets and `data:`, and no other address."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # see above

    class OnlyTheseAssets(URLFetcher):
        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401
            if url.startswith("data:"):
                return super().fetch(url, headers)  # pyright: ignore[reportUnknownMemberType]
            name = url.removeprefix(_ASSET)
            if not url.startswith(_ASSET) or name not in assets:
                raise RefusedAddress(url[:200])
            kind = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
            return URLFetcherResponse(url, assets[name], {"Content-Type": kind})

    return OnlyTheseAssets(allowed_protocols=("data",), allow_redirects=False)


def _complete(drawn: bytes) -> bytes:
    """Add what the drawing leaves out for PDF/UA: which way a heading cell points, link flags."""
    import pikepdf  # noqa: PLC0415  # see above

    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        for cell, in_head in _heading_cells(pdf.Root.StructTreeRoot, in_head=False):
            scope = pikepdf.Name.Column if in_head else pikepdf.Name.Row
            cell.A = pikepdf.Dictionary(O=pikepdf.Name.Table, Scope=scope)
        for page in pdf.pages:
            for annotation in page.get("/Annots", ()):
                annotation.F = int(annotation.get("/F", 0)) | _PRINTED
        finished = io.BytesIO()
        pdf.save(finished, deterministic_id=True, fix_metadata_version=False)
    return finished.getvalue()


def _heading_cells(node: Any, *, in_head: bool) -> Iterator[tuple[Any, bool]]:  # noqa: ANN401
    """Every TH in the structure tree, and whether it stands in a table's head."""
    import pikepdf  # noqa: PLC0415  # see above

    if not isinstance(node, pikepdf.Dictionary):
        return
    kind = node.get("/S")
    if kind == pikepdf.Name.TH:
        yield node, in_head
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        yield from _heading_cells(kid, in_head=in_head or kind == pikepdf.Name.THead)
