"""The field type `national-insurance-number`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from portal.forms.fields.base import FieldType, Keys, Question
from portal.forms.fields.codes import CodeField
from portal.forms.fields.wording import about

# Which prefixes are never given out: HMRC, National Insurance Manual NIM39110.
_NUMBER = re.compile(
    r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]", re.ASCII
)


@dataclass(frozen=True, slots=True)
class NationalInsuranceNumberSettings:
    """What a designer chose."""

    masked: bool = False
    """Whether only its end is shown."""


class NationalInsuranceNumberField(CodeField):
    """A National Insurance number. Posts `{q}`; the value is a str like QQ123456C.

    Errors: `missing`, `repeated` and `format`.
    """

    name = "national-insurance-number"
    example = "AB123456C"
    keys: Mapping[str, str] = {
        "masked": "yes: check answers and documents show only the last three characters.",
    }
    wrong = (
        *CodeField.wrong,
        "QQ 12 34 56 C",  # the example on every form: never given out
        "AB 12 34 56 E",
        "AB 12 34 56",
        "AO 12 34 56 A",
        "DA 12 34 56 A",
        "GB 12 34 56 A",
        "AB 12 34 5 A",
        "A1 12 34 56 A",
    )

    def read(self, keys: Keys) -> NationalInsuranceNumberSettings:
        """Read how it is shown."""
        return NationalInsuranceNumberSettings(keys.flag("masked"))

    def as_code(self, question: Question, typed: str) -> str | None:
        """A number HMRC can have given out."""
        del question
        return typed if _NUMBER.fullmatch(typed) else None

    def explain(self, question: Question) -> str:
        """The GOV.UK wording."""
        del question
        return "Enter a National Insurance number in the correct format, like QQ 12 34 56 C"

    def called(self, question: Question) -> str:
        """With both of its capitals, wherever it stands in the question."""
        return about(question).replace("national Insurance", "National Insurance")

    def written(self, value: str) -> str:
        """In pairs, as on the card."""
        return " ".join((value[:2], value[2:4], value[4:6], value[6:8], value[8:]))

    def show(self, question: Question, value: str) -> tuple[str, ...]:
        """The number in pairs, or only its end."""
        settings: NationalInsuranceNumberSettings = question.settings
        end = question.in_own_words(f"Ends {value[6:8]} {value[8:]}")
        return (end if settings.masked else self.written(value),)


FIELD: FieldType = NationalInsuranceNumberField()
