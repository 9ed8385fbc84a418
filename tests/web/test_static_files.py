"""Static files: quick on a phone, safe to keep for a year, and within their budgets."""

import gzip
import hashlib
import re
import shutil
import tomllib
from pathlib import Path

import brotli
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from portal.assets import UnknownAsset, read_assets
from portal.web.static_files import StaticFiles

STATIC = Path(__file__).parents[2] / "static"
FOREVER = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def files():
    return StaticFiles(STATIC)


@pytest.fixture(scope="module")
def client(files):
    return TestClient(Starlette(routes=[Mount("/static", files)]))


def copy_of_static(tmp_path):
    return Path(shutil.copytree(STATIC, tmp_path / "static"))


def sent(response):
    """The bytes on the wire: the test client would unpack them."""
    return b"".join(response.iter_raw())


def test_a_hashed_address_may_be_kept_for_a_year(client, files):
    response = client.get(files.url("portal.css"))

    assert response.status_code == 200
    assert response.headers["cache-control"] == FOREVER
    assert response.headers["content-type"] == "text/css; charset=utf-8"
    assert response.headers["x-content-type-options"] == "nosniff"


def test_the_plain_address_works_but_is_soon_asked_for_again(client):
    response = client.get("/static/portal.css")

    assert response.status_code == 200
    assert response.headers["cache-control"] == "public, max-age=3600"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("", None),
        ("identity", None),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br; q=0.000, gzip; q=0", None),
        ("brotli, gzipped", None),
    ],
)
def test_a_browser_gets_the_smallest_form_it_can_read(client, files, accepted, encoding):
    asking = {"accept-encoding": accepted}
    with client.stream("GET", files.url("portal.css"), headers=asking) as got:
        body = sent(got)

    assert got.headers.get("content-encoding") == encoding
    assert got.headers["vary"] == "Accept-Encoding"
    assert int(got.headers["content-length"]) == len(body)
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert unpack(body) == files.assets.files["portal.css"].body


@pytest.mark.parametrize("held", ['"{}"', 'W/"{}"', '"other", "{}"', "*"])
def test_a_browser_that_has_the_file_is_not_sent_it_again(client, files, held):
    url = files.url("js/portal.js")
    etag = client.get(url).headers["etag"].strip('"')

    response = client.get(url, headers={"if-none-match": held.format(etag)})

    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["etag"] == f'"{etag}"'
    assert response.headers["cache-control"] == FOREVER
    assert "content-type" not in response.headers


def test_a_browser_with_an_old_version_gets_the_new_one(client):
    response = client.get("/static/js/portal.js", headers={"if-none-match": '"0000000000"'})

    assert response.status_code == 200


def test_a_head_request_has_the_headers_and_no_body(client, files):
    response = client.head(files.url("portal.css"), headers={"accept-encoding": "identity"})

    assert response.status_code == 200
    assert int(response.headers["content-length"]) == len(files.assets.files["portal.css"].body)
    assert response.content == b""


def test_nothing_can_be_posted_to_a_file(client, files):
    response = client.post(files.url("portal.css"))

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "path",
    [
        "/static/nothing.css",
        "/static/portal.0000000000.css",
        "/static/../pyproject.toml",
        "/static/%2e%2e/pyproject.toml",
        "/static//etc/passwd",
        "/static/vendor/VENDORED.toml",
        "/static/vendor/htmx/LICENSE",
        "/static/vendor/govuk-frontend/portal.css",
        "/static/",
    ],
)
def test_only_listed_files_are_given(client, path):
    assert client.get(path).status_code == 404


def test_a_file_is_named_by_what_is_in_it(tmp_path):
    folder = copy_of_static(tmp_path)
    before = read_assets(folder)

    (folder / "council" / "brand.css").write_text(":root { --portal-brand: #123456; }")

    after = read_assets(folder)
    assert after.url("portal.css") != before.url("portal.css")
    assert after.url("council/logo.svg") == before.url("council/logo.svg")
    assert after.theme_colour == "#123456"


def test_a_council_without_a_colour_of_its_own_gets_white(tmp_path):
    folder = copy_of_static(tmp_path)
    (folder / "council" / "brand.css").write_text("")

    assert read_assets(folder).theme_colour == "#ffffff"


def test_a_file_that_is_not_there_is_an_error(files):
    with pytest.raises(UnknownAsset, match="no/such"):
        files.url("no/such.css")


def test_a_missing_part_of_the_style_sheet_stops_the_start(tmp_path):
    folder = copy_of_static(tmp_path)
    (folder / "council" / "brand.css").unlink()

    with pytest.raises(FileNotFoundError):
        StaticFiles(folder)


def test_nothing_is_read_from_the_disk_for_a_request(tmp_path):
    folder = copy_of_static(tmp_path)
    files = StaticFiles(folder)
    shutil.rmtree(folder)

    client = TestClient(Starlette(routes=[Mount("/static", files)]))

    assert client.get(files.url("portal.css")).status_code == 200


def test_a_picture_opened_by_itself_runs_nothing(client, files):
    headers = client.get(files.url("council/logo.svg")).headers

    assert headers["content-type"] == "image/svg+xml"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"


OF_THE_WORKBENCH = ("js/design.js", "css/design.css", "vendor/codemirror/editor.js")


def test_nothing_of_the_workbench_is_in_a_page_of_a_resident():
    folder = STATIC.parent / "portal" / "templates"
    told = {
        path.relative_to(folder).parts[0]
        for path in folder.rglob("*.html")
        for name in OF_THE_WORKBENCH
        if name in path.read_text(encoding="utf-8")
    }
    assert told == {"design", "staff"}


def test_the_first_view_is_small(files):
    size = {name: len(brotli.compress(asset.body)) for name, asset in files.assets.files.items()}

    assert size["portal.css"] <= 11_000
    assert size["js/portal.js"] <= 2_048
    residents = [n for n in size if n.endswith(".js") and n not in OF_THE_WORKBENCH]
    assert sum(size[name] for name in residents) <= 18_000
    assert size["council/logo.svg"] + size["council/favicon.svg"] <= 3_072


def test_the_style_sheet_fetches_nothing_and_borrows_no_font_or_crown(files):
    css = files.assets.files["portal.css"].body.decode()

    assert not re.search(r"url\(|@import|@font-face|GDS Transport|crown", css)


def test_others_files_are_as_they_were_published():
    recorded = tomllib.loads((STATIC / "vendor" / "VENDORED.toml").read_text())

    for package in recorded["packages"].values():
        assert package["version"]
        assert package["licence"]
        assert any("LICENSE" in name for name in package["files"])
        for name, checksum in package["files"].items():
            body = (STATIC / "vendor" / name).read_bytes()
            assert hashlib.sha256(body).hexdigest() == checksum, name
    listed = {name for package in recorded["packages"].values() for name in package["files"]}
    there = {p.relative_to(STATIC / "vendor").as_posix() for p in (STATIC / "vendor").rglob("*.*")}
    assert there <= listed | {"VENDORED.toml"}


def luminance(colour):
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TOKENS = dict(
    re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", (STATIC / "council" / "brand.css").read_text())
)
WHITE, BLACK, FOCUS = "#ffffff", "#0b0c0c", "#ffdd00"


@pytest.mark.parametrize(
    ("text", "background", "least"),
    [
        (TOKENS["portal-brand-ink"], TOKENS["portal-brand"], 7),
        (TOKENS["portal-action-ink"], TOKENS["portal-action"], 4.5),
        (TOKENS["portal-action-ink"], TOKENS["portal-action-hover"], 4.5),
        (BLACK, TOKENS["portal-accent"], 4.5),
        (BLACK, TOKENS["portal-surface"], 7),
        (TOKENS["govuk-link-colour"], WHITE, 4.5),
        (TOKENS["govuk-link-colour"], TOKENS["portal-surface"], 4.5),
        (TOKENS["govuk-link-hover-colour"], TOKENS["portal-surface"], 4.5),
        (WHITE, TOKENS["govuk-success-colour"], 4.5),
        (TOKENS["portal-action"], WHITE, 3),
        (TOKENS["portal-action"], TOKENS["portal-surface"], 3),
        (FOCUS, TOKENS["portal-brand"], 3),
        (BLACK, FOCUS, 4.5),
        ("#8da3a6", WHITE, 2.5),
    ],
)
def test_colours_can_be_told_apart(text, background, least):
    """WCAG 2.2, 1.4.3 (4.5 for text) and 1.4.11 (3 for the edges of what can be used).

    The pale frame around a radio is decoration: the radio itself has an edge of 19 to 1.
    """
    assert contrast(text, background) >= least
