"""Files that are not what they say, or too many, or too large: refused clearly, answers kept."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from PIL import Image

from tests.support.crm_server import serving
from tests.support.portal_house import Portal
from tests.support.resident import (
    FREE,
    JPEG,
    PDF,
    PNG,
    Resident,
    errors_in,
    heading_of,
    hidden_inputs,
    picture,
)

EARLIER = "Lay-by on Mill Lane"
EXE = b"MZ\x90\x00" + b"\x00" * 500
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
GIF_JS = b"GIF89a/*" + b"\x00" * 50 + b"*/=1;alert(1)"


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def _bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that unpacks into gigabytes."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\x00" * 1_000_000)
    body = _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _text_bomb() -> bytes:
    text = b"Comment\x00\x00" + zlib.compress(b"x" * 100_000_000)
    return PNG[:33] + _chunk(b"zTXt", text) + PNG[33:]


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
    return out.getvalue()


REFUSED = {
    "a renamed program": ("holiday.jpg", EXE),
    "a program": ("setup.exe", EXE),
    "an empty file": ("empty.jpg", b""),
    "an svg as jpg": ("drawing.jpg", SVG),
    "an svg": ("drawing.svg", SVG),
    "html as jpg": ("page.jpg", HTML),
    "html as png": ("page.png", HTML),
    "a gif that is a script": ("anim.gif", GIF_JS),
    "a pdf where photos are asked for": ("plan.pdf", PDF),
    "a jpg called png": ("photo.png", JPEG),
    "a second extension": ("photo.jpg.exe", JPEG),
    "no extension": ("photo", JPEG),
    "a truncated jpg": ("half.jpg", picture("JPEG", 600, 600)[:900]),
    "a jpg of a header alone": ("head.jpg", JPEG[:20]),
    "a truncated png": ("half.png", picture("PNG", 600, 600)[:200]),
    "a bomb of 900 megapixels": ("bomb.png", _bomb(30_000)),
    "a bomb of 100 megapixels": ("bomb.png", _bomb(10_000)),
    "a bomb of 42 megapixels": ("bomb.png", _bomb(6_500)),
    "a png with no size": ("none.png", _bomb(0)),
    "a png that lies about its rows": ("lies.png", _bomb(5_000)),
    "a bomb of text": ("text.png", _text_bomb()),
    "a zip as jpg": ("zip.jpg", _zip()),
    "a jpg with a torn exif": (
        "exif.jpg",
        JPEG[:2] + b"\xff\xe1\x00\x10Exif\0\0MM\0*\xff\xff\xff\xff",
    ),
}


@pytest.fixture
def resident(shared_portal: Portal) -> Resident:
    found = shared_portal.resident()
    found.fill(FREE, until="photos")
    return found


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_is_not_what_it_says_is_refused_and_nothing_is_lost(
    shared_portal: Portal, resident: Resident, what: str
) -> None:
    name, content = REFUSED[what]
    before = shared_portal.everything()
    answer = resident.answer(FREE, "photos", files=[("photos", (name, content, "image/jpeg"))])
    assert answer.status_code == 422
    (said,) = errors_in(answer.text)
    assert re.search(r"empty|must be|damaged|too large", said), said
    assert shared_portal.everything() == before
    assert EARLIER in resident.read(f"/forms/{FREE}/where")


@pytest.mark.parametrize(
    "name",
    [
        "../../../../etc/cron.d/x.jpg",
        "..\\..\\windows\\x.jpg",
        "/etc/passwd.jpg",
        "a\x00b.jpg",
        "a\r\nX-Evil: 1.jpg",
        "a\u202egpj.exe.jpg",
        ".jpg",
        "x" * 5_000 + ".jpg",
        '"><img src=x onerror=alert(1)>.jpg',
        "4242 4242 4242 4242.jpg",
        "CON.jpg",
        "фото.JPG",
    ],
)
def test_a_hostile_name_stores_the_file_under_a_name_of_ours(
    shared_portal: Portal, resident: Resident, name: str
) -> None:
    answer = resident.answer(FREE, "photos", files=[("photos", (name, JPEG, "image/jpeg"))])
    assert answer.status_code in (303, 422)
    folder = Path(shared_portal.house.settings.data_dir) / "attachments"
    stored = [path for path in folder.rglob("*") if path.is_file()]
    assert all(re.fullmatch(r"[0-9a-f]{32}", path.name) for path in stored)
    page = resident.read(f"/forms/{FREE}/photos")
    assert "<img src=x" not in page
    assert "4242 4242" not in page


def test_a_photo_loses_where_it_was_taken(shared_portal: Portal, resident: Resident) -> None:
    exif = Image.Exif()
    exif[0x010E] = "CANARY"
    exif.get_ifd(0x8825)[2] = (51.0, 30.0, 0.0)
    out = io.BytesIO()
    Image.new("RGB", (20, 10)).save(out, "JPEG", exif=exif)
    assert b"CANARY" in out.getvalue()
    resident.answer(FREE, "photos", files=[("photos", ("x.jpg", out.getvalue(), "image/jpeg"))])
    row = shared_portal.rows("draft_file")[-1]
    assert b"CANARY" not in shared_portal.house.attachments.read(row["id"])


def test_more_files_than_allowed_are_refused_and_can_be_taken_away_again(
    resident: Resident,
) -> None:
    files = [("photos", (f"{n}.jpg", JPEG, "image/jpeg")) for n in range(7)]
    answer = resident.answer(FREE, "photos", files=files)
    assert answer.status_code == 422
    assert "up to 5" in errors_in(answer.text)[0]
    ids = re.findall(r'name="photos" value="([0-9a-f]{32})"', answer.text)
    assert len(ids) == 7
    token = hidden_inputs(answer.text)["csrf_token"]
    fewer = resident.browser.post(
        f"/forms/{FREE}/photos", data={"csrf_token": token, "photos": ids[:5]}
    )
    assert fewer.status_code == 303


def test_one_bad_file_among_good_ones_keeps_the_good_ones(resident: Resident) -> None:
    files = [
        ("photos", ("good.jpg", JPEG, "image/jpeg")),
        ("photos", ("bad.jpg", EXE, "image/jpeg")),
    ]
    answer = resident.answer(FREE, "photos", files=files)
    assert answer.status_code == 422
    assert "good.jpg" in answer.text
    assert len(re.findall(r'name="photos" value="([0-9a-f]{32})"', answer.text)) == 1


def test_a_disk_that_will_not_have_the_file_is_said_so(portal: Portal) -> None:
    resident = portal.resident()
    resident.fill(FREE, until="photos")
    folder = portal.house.settings.data_dir / "attachments"
    folder.rmdir()
    folder.write_text("no folder any more")
    answer = resident.answer(FREE, "photos", files=[("photos", ("x.jpg", JPEG, "image/jpeg"))])
    assert answer.status_code == 422
    assert "could not be uploaded" in errors_in(answer.text)[0]
    assert resident.answer(FREE, "photos").status_code == 303


def test_uploading_without_end_is_stopped(portal: Portal) -> None:
    resident = portal.resident()
    resident.fill(FREE, until="photos")
    files = [("photos", (f"{n}.jpg", JPEG, "image/jpeg")) for n in range(31)]
    for _ in range(2):
        answer = resident.answer(FREE, "photos", {"photos-upload": "Upload"}, files=files)
    assert answer.status_code == 422
    assert "too many files" in " ".join(errors_in(answer.text))
    assert portal.counts()["draft_file"] == 60


def test_a_file_of_200_megabytes_is_refused_clearly_over_a_real_connection(
    shared_portal: Portal,
) -> None:
    with (
        serving(shared_portal.app) as url,
        httpx2.Client(base_url=url, timeout=120, trust_env=False) as client,
    ):
        resident = Resident(client, shared_portal.house)
        resident.fill(FREE, until="photos")
        token = resident.token()
        before = shared_portal.everything()
        answer = client.post(
            f"/forms/{FREE}/photos",
            content=_huge(token),
            headers={"content-type": "multipart/form-data; boundary=x"},
        )
        assert answer.status_code == 422
        assert heading_of(answer.text).startswith("Add photos")
        assert "too large" in errors_in(answer.text)[0]
        assert shared_portal.everything() == before
        assert EARLIER in resident.read(f"/forms/{FREE}/where")


def _huge(token: str) -> Iterator[bytes]:
    yield f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'.encode()
    yield b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n'
    megabyte = JPEG + b"\x00" * (1024 * 1024 - len(JPEG))
    for _ in range(200):
        yield megabyte
    yield b"\r\n--x--\r\n"
