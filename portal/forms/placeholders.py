"""Checks the {question} placeholders of a text when a form is read."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import Question
from portal.forms.reader import Reader
from portal.forms.texts import placeholders


def check_placeholders(
    reader: Reader, key: str, questions: Mapping[str, Question], also: AbstractSet[str]
) -> None:
    """Note placeholders of what is neither a question nor a computed value or list (`also`)."""
    for name, part in placeholders(reader.text(key)):
        if name in also and not part:
            continue
        if name not in questions:
            reader.error(key, "F037", f"{{{name}}} is not a question of this form")
        elif part and part != "label" and "map" not in FIELD_TYPES[questions[name].type].cel_type:
            reader.error(
                key,
                "F038",
                f"{{{name}.{part}}}: a {questions[name].type} has no {part}",
                f"Write {{{name}}}.",
            )
