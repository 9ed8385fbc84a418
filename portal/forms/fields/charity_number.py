"""The field type `charity-number`: of England and Wales, Scotland or Northern Ireland."""

import re
from collections.abc import Mapping

from portal.forms.fields.base import FieldType, Keys, Question
from portal.forms.fields.codes import CodeField

# The Charity Commission, the Scottish Charity Register (OSCR) and the Charity Commission for NI.
_NUMBER = re.compile(r"[1-9]\d{5,6}|SC0\d{5}|NIC[1-9]\d{5}", re.ASCII)


class CharityNumberField(CodeField):
    """A charity number. Posts `{q}`; the value is a str like 1234567, SC012345 or NIC123456.

    Errors: `missing`, `repeated` and `format`.
    """

    name = "charity-number"
    example = "1234567"
    keys: Mapping[str, str] = {}
    wrong = (*CodeField.wrong, "12345", "12345678", "SC12345", "SC123456", "NIC12345", "XX123456")

    def read(self, keys: Keys) -> None:
        """There is nothing to choose."""
        del keys

    def as_code(self, question: Question, typed: str) -> str | None:
        """A number of one of the three registers."""
        del question
        plain = typed.removeprefix("NO") if typed[2:].isdigit() else typed
        return plain if _NUMBER.fullmatch(plain) else None

    def explain(self, question: Question) -> str:
        """The shape of each register."""
        del question
        return "Enter a charity number in the correct format, like 1234567, SC012345 or NIC123456"


FIELD: FieldType = CharityNumberField()
