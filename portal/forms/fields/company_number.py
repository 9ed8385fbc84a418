"""The field type `company-number`: a number of the Companies House register."""

from collections.abc import Mapping

from portal.forms.fields.base import FieldType, Keys, Question
from portal.forms.fields.codes import CodeField
from portal.forms.fields.company_numbers import EXAMPLE, as_company_number


class CompanyNumberField(CodeField):
    """A company number. Posts `{q}`; the value is a str of eight characters, like 01234567.

    Errors: `missing`, `repeated` and `format`.
    """

    name = "company-number"
    example = "SC123456"
    keys: Mapping[str, str] = {}
    wrong = (
        *CodeField.wrong,
        "0",
        "123456789",
        "XX123456",
        "SC",
        "SC1234567",
        "SC000000",
        "R1234567",
    )

    def read(self, keys: Keys) -> None:
        """There is nothing to choose."""
        del keys

    def as_code(self, question: Question, typed: str) -> str | None:
        """A number with its leading zeros."""
        del question
        return as_company_number(typed)

    def explain(self, question: Question) -> str:
        """Both shapes it can have."""
        del question
        return f"Enter a company number in the correct format, like {EXAMPLE} or SC123456"


FIELD: FieldType = CompanyNumberField()
