"""Checks the {question} placeholders of a text when a form is read."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import Question
from portal.forms.reader import Reader, nearest
from portal.forms.texts import placeholders, unreadable_placeholders


def check_placeholders(
    reader: Reader, key: str, questions: Mapping[str, Question], also: AbstractSet[str]
) -> None:
    """Note placeholders of what is neither a question nor a computed value or list (`also`)."""
    text = reader.text(key)
    for written in unreadable_placeholders(text):
        said, hint = f"{written} is not a placeholder", "Write it like {name} or {home.one_line}."
        reader.error(key, "F042", said, hint, offset=text.index(written))
    for name, part in placeholders(text):
        written = f"{{{name}.{part}}}" if part else f"{{{name}}}"
        at = text.index(written)
        if name in also and not part:
            continue
        if name not in questions:
            said = f"{{{name}}} is not a question of this form"
            cure = nearest(name, [*questions, *also]) or "Write the name after `question:`."
            reader.error(key, "F037", said, cure, offset=at)
        elif part and part != "label" and "map" not in FIELD_TYPES[questions[name].type].cel_type:
            said = f"{written}: a {questions[name].type} has no {part}"
            reader.error(key, "F038", said, f"Write {{{name}}}.", offset=at)
