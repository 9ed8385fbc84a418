"""The paper receipt: readable by everybody, the same every time, and reaching for nothing."""

import io
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pikepdf
import pytest

import portal
from portal.core.errors import PersonMustLook
from portal.core.money import Pence
from portal.payments.payment import PaymentLine, VatTreatment
from portal.payments.receipt import Receipt, receipt_view
from portal.payments.receipt_pdf import MOST_ROWS, render_document
from portal.templating import build_environment
from tests.payments.council import a_line
from tests.payments.test_receipt import a_receipt

ROOT = Path(portal.__file__).parent.parent
DOCUMENTS = ROOT / "portal" / "templates" / "documents"
FONTS = ROOT / "static" / "vendor" / "fonts"
LOGO = (
    b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0h9v9z"/></svg>"""
)
VERIFY = "https://forms.hartwell.example/receipts/check/9uWnT0Kx2LrP4s8QeYbZcA"


def assets() -> dict[str, bytes]:
    files = [DOCUMENTS / "receipt.css", *FONTS.glob("*.woff2")]
    return {"logo.svg": LOGO, **{file.name: file.read_bytes() for file in files}}


def paper(receipt: Receipt, *, reprint: bool = False) -> str:
    environment = build_environment(DOCUMENTS.parent, FONTS.parents[1])
    view = receipt_view(receipt, VERIFY, reprint=reprint)
    return environment.get_template("documents/receipt.html").render(receipt=view)


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def tags(node: Any, kind: str) -> Iterator[Any]:
    if isinstance(node, pikepdf.Dictionary):
        if node.get("/S") == "/" + kind:
            yield node
        kids = node.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            yield from tags(kid, kind)


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return render_document(
        paper(a_receipt(a_line(), a_line(24_00, VatTreatment.STANDARD))), assets()
    )


def test_it_is_tagged_titled_and_says_its_language(drawn: bytes) -> None:
    with opened(drawn) as pdf:
        assert pdf.Root.MarkInfo.Marked == True  # noqa: E712  # a PDF boolean
        assert str(pdf.Root.Lang) == "en-GB"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle == True  # noqa: E712
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"].startswith("Receipt R2627-HM-000001 – Hartwell")


def test_every_heading_cell_says_which_way_it_points(drawn: bytes) -> None:
    with opened(drawn) as pdf:
        scopes = [str(cell.A.Scope) for cell in tags(pdf.Root.StructTreeRoot, "TH")]

    # five columns, two lines and the total; four columns and two rates
    assert scopes == ["/Column"] * 5 + ["/Row"] * 3 + ["/Column"] * 4 + ["/Row"] * 2


def test_tables_have_captions_and_pictures_have_words(drawn: bytes) -> None:
    with opened(drawn) as pdf:
        root = pdf.Root.StructTreeRoot
        assert len(list(tags(root, "Caption"))) == len(list(tags(root, "Table"))) == 2
        words = [str(figure.Alt) for figure in tags(root, "Figure")]
    assert words == ["Hartwell and Marlow District Council", f"QR code with the address {VERIFY}"]


def test_links_are_printed_and_lead_where_they_say(drawn: bytes) -> None:
    with opened(drawn) as pdf:
        links = [link for page in pdf.pages for link in page.get("/Annots", ())]
        assert {int(link.F) & 4 for link in links} == {4}
        assert VERIFY in {str(link.A.URI) for link in links}


def test_every_font_is_in_the_file_and_none_is_the_machines(drawn: bytes) -> None:
    with opened(drawn) as pdf:
        fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        for font in fonts:
            (inner,) = font.DescendantFonts
            assert "/FontFile2" in inner.FontDescriptor or "/FontFile3" in inner.FontDescriptor
            assert re.search(r"\+Receipt", str(font.BaseFont))
    assert len(fonts) >= 3  # plain, bold, and the one that has ŵ


def test_the_same_receipt_is_the_same_bytes_and_small(drawn: bytes) -> None:
    again = paper(a_receipt(a_line(), a_line(24_00, VatTreatment.STANDARD)))

    assert render_document(again, assets()) == drawn
    assert len(drawn) < 100_000


def test_two_threads_draw_the_same(drawn: bytes) -> None:
    html, copies = paper(a_receipt(a_line(), a_line(24_00, VatTreatment.STANDARD))), []
    threads = [
        threading.Thread(target=lambda: copies.append(render_document(html, assets())))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert copies == [drawn, drawn]


def test_one_page_is_enough_for_a_common_receipt_and_many_lines_go_on(drawn: bytes) -> None:
    many = a_receipt(*(a_line(10_00 + n) for n in range(60)))

    with opened(drawn) as short, opened(render_document(paper(many), assets())) as long:
        assert len(short.pages) == 1
        assert len(long.pages) > 2


def test_a_copy_says_copy_and_a_free_service_says_nothing_to_pay() -> None:
    free = a_receipt(PaymentLine("Blue Badge", Pence(0), VatTreatment.EXEMPT, "1"))

    assert "Copy" in paper(a_receipt(), reprint=True)
    assert "Copy" not in paper(a_receipt())
    assert "Nothing to pay" in paper(free)
    assert render_document(paper(free), assets())


def test_what_a_payer_typed_is_shown_and_never_obeyed() -> None:
    html = paper(
        a_receipt(
            a_line(45_00).__class__(
                "<img src=file:///etc/passwd>", Pence(1), VatTreatment.ZERO, "<b>"
            )
        )
    )

    assert "<img src=file" not in html
    assert "&lt;img src=file" in html


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A loopback server that notes who knocks."""
    knocks: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            knocks.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # inherited
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", knocks
    server.shutdown()
    server.server_close()


def test_a_page_reaches_neither_the_network_nor_the_disk(
    listener: tuple[str, list[str]], tmp_path: Path
) -> None:
    url, knocks = listener
    secret = tmp_path / "secret.svg"
    secret.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 2 3 4z"/></svg>'
    )
    reach = "".join(
        f"<img src='{address}'><object data='{address}'></object>"
        f"<link rel=stylesheet href='{address}'><link rel=attachment href='{address}'>"
        f"<p style=\"background:url('{address}')\">x</p>"
        for address in (
            url,
            secret.as_uri(),
            "file:///etc/passwd",
            str(secret),
            "//127.0.0.1/x",
            "ftp://127.0.0.1/x",
            "asset:../../etc/passwd",
        )
    )
    page = f"<html lang=en><title>x</title><body>{reach}<p>kept</p>"

    pdf = render_document(
        page, {"page.css": f"@import url('{url}/style'); p {{ color: red }}".encode()}
    )

    assert knocks == []
    with opened(pdf) as document:
        assert "/EmbeddedFiles" not in document.Root.get("/Names", {})
        images = [page.Resources.get("/XObject", {}) for page in document.pages]
        assert not any(images)
    assert b"root:" not in pdf


def test_an_absurdly_long_table_is_not_drawn() -> None:
    with pytest.raises(PersonMustLook):
        render_document("<table>" + "<tr><td>x" * (MOST_ROWS + 1), {})
