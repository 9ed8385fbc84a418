"""The field type `file`: one or several uploaded files, already stored with the draft.

The web layer stores what a browser uploads, after `check_upload`, and posts the ids here.
"""

import re
from collections.abc import Mapping
from typing import Any

from portal.forms.fields.base import (
    Asking,
    FieldError,
    FieldType,
    Json,
    Keys,
    Question,
    Raw,
    StoredFile,
    Unfinished,
)
from portal.forms.fields.domain import Files
from portal.forms.fields.stored import load_list, load_mapping, load_number, load_text
from portal.forms.fields.text_rules import name_unstorable, read_limit, unanswered
from portal.forms.fields.upload_check import (
    ALSO_KNOWN_AS,
    KINDS,
    MEGABYTE,
    FileSettings,
    UploadCheck,
    check_upload,
    clean_file_name,
)
from portal.forms.fields.wording import about
from portal.forms.fields.written import written_list

__all__ = ["FIELD", "FileField", "FileSettings", "UploadCheck", "check_upload", "clean_file_name"]

_LARGEST_SIZE = 25 * MEGABYTE
_MOST_FILES = 10
_LONGEST_ID = 255
_SIZE = re.compile(r"(?P<count>\d{1,5}) ?(?P<unit>KB|MB)", re.ASCII | re.IGNORECASE)
_UNITS = {"KB": 1024, "MB": MEGABYTE}
_STORED = ("id", "name", "media_type", "size", "sha256")
_Outcome = tuple[StoredFile, ...] | Unfinished | tuple[FieldError, ...] | None


class FileField:
    """Files. Posts `{q}`, the id of each stored file; the value is a tuple of StoredFile.

    `{q}-remove` is the id of one to take away: the question is then shown again without it.
    Errors: `missing`, `unknown` and `too_many` here; `empty`, `too_large`, `wrong_type` and
    `broken` while a file is uploaded.
    """

    name = "file"
    asks = True
    cel_type = "list(string)"
    keys: Mapping[str, str] = {
        "accept": f"The kinds of file: {', '.join(KINDS)}; pdf, jpg and png when left out.",
        "max_size": "The largest file, like 10 MB (the most is 25 MB); 10 MB when left out.",
        "max_files": f"The most files, up to {_MOST_FILES}; 1 when left out.",
    }
    mistakes: Mapping[str, str] = {
        "missing": "no file was selected",
        "unknown": "a file is not among those stored with the draft",
        "too_many": "there are more files than allowed",
        "empty": "the file has nothing in it",
        "too_large": "the file is too large",
        "wrong_type": "the file is not of a kind that is accepted, or its name says otherwise",
        "broken": "the file is cut short or damaged",
    }

    def read(self, keys: Keys) -> FileSettings:
        """Read the designer's limits."""
        words = keys.words("accept", (*KINDS, *ALSO_KNOWN_AS), FileSettings().accept)
        accept = tuple(dict.fromkeys(ALSO_KNOWN_AS.get(word, word) for word in words))
        most = read_limit(keys, "max_files", 1, _MOST_FILES) or 1
        return FileSettings(accept, _read_size(keys), most)

    def inputs(self, question: Question) -> tuple[str, ...]:
        """The file input, and the button that takes one away."""
        return (question.name, f"{question.name}-remove")

    def parse(self, question: Question, raw: Raw, asking: Asking) -> _Outcome:
        """Look the files up among the draft's own."""
        name, settings = question.name, question.settings
        removed = set(raw.get(f"{name}-remove", ()))
        ids = dict.fromkeys(i for i in raw.get(name, ()) if i and i not in removed)
        files = tuple(_find(file_id, asking) for file_id in list(ids)[: settings.max_files])
        if None in files:
            said = "The selected file could not be uploaded. Try again"
            return (FieldError(name, question.say("unknown", said)),)
        known = tuple(file for file in files if file is not None)
        if removed:
            return Unfinished(known, "File removed")
        if len(ids) > settings.max_files:
            count = "1 file" if settings.max_files == 1 else f"up to {settings.max_files} files"
            return (FieldError(name, question.say("too_many", f"You can only select {count}")),)
        return known or unanswered(question, name, f"Select {about(question)}")

    def as_raw(self, question: Question, value: tuple[StoredFile, ...]) -> dict[str, list[str]]:
        """The ids."""
        return {question.name: [file.id for file in value]}

    def show(self, question: Question, value: tuple[StoredFile, ...]) -> tuple[str, ...]:
        """The names, one on each line."""
        del question
        return tuple(file.name for file in value)

    def dump(self, value: tuple[StoredFile, ...]) -> Json:
        """Every part of each file by name; the content stays where it is stored."""
        return [{part: getattr(file, part) for part in _STORED} for file in value]

    def load(self, stored: Json) -> tuple[StoredFile, ...]:
        """The files back. Raises ValueError."""
        return tuple(_load_file(each) for each in load_list(stored))

    def cel(self, value: tuple[StoredFile, ...]) -> list[str]:
        """The names: `size(plan) > 1`."""
        return [file.name for file in value]

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """A file name or a list of them; the examples pretend it was uploaded, its id its name."""
        return {question.name: written_list(written)}

    def domain(self, question: Question) -> Files:
        """Up to the most files."""
        settings: FileSettings = question.settings
        return Files(settings.max_files, settings.accept[0])

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """The list of names."""
        del question
        return list(value)

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """No file, a file that is nobody's, and more than allowed."""
        too_many = [f"file-{n}" for n in range(question.settings.max_files + 1)]
        posts = ({question.name: ["\x00"]}, {question.name: too_many})
        return posts if question.optional else ({}, {question.name: [""]}, *posts)


def _read_size(keys: Keys) -> int:
    default = FileSettings().max_size
    written = keys.text("max_size").strip()
    if not written:
        return default
    match = _SIZE.fullmatch(written)
    size = int(match["count"]) * _UNITS[match["unit"].upper()] if match else 0
    if not 0 < size <= _LARGEST_SIZE:
        keys.problem("max_size", f"{written!r} is not a size", "Write it like 10 MB, up to 25 MB.")
        return default
    return size


def _find(file_id: str, asking: Asking) -> StoredFile | None:
    # The id goes to a database as it is: what could not be one is not even looked for.
    if len(file_id) > _LONGEST_ID or name_unstorable(file_id):
        return None
    return asking.files(file_id)


def _load_file(stored: Json) -> StoredFile:
    parts = load_mapping(stored, _STORED)
    return StoredFile(
        load_text(parts["id"]),
        load_text(parts["name"]),
        load_text(parts["media_type"]),
        load_number(parts["size"]),
        load_text(parts["sha256"]),
    )


FIELD: FieldType = FileField()
