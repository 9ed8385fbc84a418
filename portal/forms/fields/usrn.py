"""The field type `usrn`: a unique street reference number, up to eight digits (BS 7666)."""

import re
from collections.abc import Mapping

from portal.forms.fields.base import FieldType, Keys, Question
from portal.forms.fields.codes import CodeField

_USRN = re.compile(r"0*(?P<number>[1-9]\d{0,7})", re.ASCII)


class UsrnField(CodeField):
    """A USRN. Posts `{q}`; the value is a str of digits without leading zeros.

    Errors: `missing`, `repeated` and `format`.
    """

    name = "usrn"
    example = "10010001"
    keys: Mapping[str, str] = {}
    wrong = (*CodeField.wrong, "0", "123456789", "1234A")

    def read(self, keys: Keys) -> None:
        """There is nothing to choose."""
        del keys

    def as_code(self, question: Question, typed: str) -> str | None:
        """The number without the zeros some systems put in front."""
        del question
        match = _USRN.fullmatch(typed)
        return match["number"] if match else None

    def explain(self, question: Question) -> str:
        """How many digits it has."""
        del question
        return "Enter a street reference number (USRN) of up to 8 digits"


FIELD: FieldType = UsrnField()
