"""Takes uploaded files in: checked by content, pictures drawn again without their hidden data."""

import io
from datetime import datetime
from typing import Any

import structlog
from PIL import Image, ImageFile, ImageOps

from portal.forms.fields.base import FieldError, Question
from portal.forms.fields.file import check_upload, clean_file_name
from portal.submissions.attachments import Attachments
from portal.submissions.records import DraftFileRow
from portal.web.posting import Upload

_PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG"}
_MOST_PIXELS = 40_000_000
_HEAD_BYTES = 4096

log = structlog.get_logger(__name__)


def take_upload(
    attachments: Attachments, question: Question, upload: Upload, now: datetime
) -> DraftFileRow | FieldError:
    """Check and store one file. The row it returns has no draft yet."""
    head = upload.content.read(_HEAD_BYTES)
    upload.content.seek(-min(upload.size, _HEAD_BYTES), io.SEEK_END)
    tail = upload.content.read(_HEAD_BYTES)
    upload.content.seek(0)
    name = clean_file_name(upload.name)
    checked = check_upload(question.settings, name, upload.size, head, tail)
    if not checked.media_type:
        return FieldError(question.name, question.say(checked.kind, checked.message))
    content: Any = upload.content
    if checked.media_type in _PICTURES:
        content = _drawn_again(content, _PICTURES[checked.media_type])
        if content is None:
            return FieldError(
                question.name, question.say("broken", f"{name} is damaged and cannot be opened")
            )
    try:
        kept = attachments.keep(content)
    except OSError as error:
        log.error(  # noqa: TRY400  # a full disk needs no traceback
            "upload_not_kept", error=type(error).__name__, number=error.errno
        )
        said = f"{name} could not be uploaded. Try again in a few minutes"
        return FieldError(question.name, question.in_own_words(said))
    return DraftFileRow(
        id=kept.id,
        draft_id="",
        name=name,
        media_type=checked.media_type,
        size=kept.size,
        sha256=kept.sha256,
        created_at=now,
    )


def _drawn_again(content: Any, kind: str) -> io.BytesIO | None:  # noqa: ANN401  # a binary file
    """The same picture, upright, without EXIF (where it was taken); None if it is none."""
    # WeasyPrint turns this on for the whole process: a picture cut short would pass for whole.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(content, formats=[kind]) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                return None
            upright = ImageOps.exif_transpose(picture)
            out = io.BytesIO()
            upright.info = {}
            upright.save(out, kind, quality=88)
    except Exception:  # noqa: BLE001  # a decoder of hostile bytes raises anything at all
        return None
    out.seek(0)
    return out
