"""The field type `vehicle-registration`: what stands on a number plate.

The formats are those DVLA has given out (INF104 and leaflet V750): current, prefix, suffix,
dateless and Northern Ireland. Nought and O look alike on a plate: a slip between them is mended
in a current number, where only one of the two can be meant.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from portal.forms.fields.base import FieldType, Keys, Question
from portal.forms.fields.codes import CodeField

_FORMATS = tuple(
    re.compile(written, re.ASCII)
    for written in (
        r"([A-HJ-PR-Y]{2}\d{2})([A-HJ-PR-Z]{3})",  # current: AB12 CDE
        r"([A-HJ-NP-TV-Y][1-9]\d{0,2})([A-HJ-PR-Z]{3})",  # prefix: A123 BCD
        r"([A-HJ-PR-Z]{3})([1-9]\d{0,2}[A-HJ-NPR-TV-Y])",  # suffix: ABC 123D
        r"([A-Z]{1,3})([1-9]\d{0,3})",  # dateless and Northern Ireland: ABC 123, BIG 1234
        r"([1-9]\d{0,3})([A-Z]{1,3})",  # dateless: 1234 AB
        r"(\d{3})([DX]\d{3})",  # diplomatic: 101 D 234
    )
)
_LIKE_CURRENT = re.compile(r"[A-Z0]{2}[0-9O]{2}[A-Z0]{3}", re.ASCII)
_ANY_COUNTRY = re.compile(r"(?=.*[0-9])(?:[0-9]|[^\W\d_]){2,14}")


@dataclass(frozen=True, slots=True)
class VehicleRegistrationSettings:
    """What a designer chose."""

    other_countries: bool = False


class VehicleRegistrationField(CodeField):
    """A registration number. Posts `{q}`; the value is a str without spaces, like AB12CDE.

    Errors: `missing`, `repeated` and `format`.
    """

    name = "vehicle-registration"
    example = "AB12CDE"
    keys: Mapping[str, str] = {
        "other_countries": "yes: plates of other countries are taken as they are typed.",
    }
    wrong = (*CodeField.wrong, "ABCDEFG", "AB12 CDE 345 FGH 678", "AB1?CDE")

    def read(self, keys: Keys) -> VehicleRegistrationSettings:
        """Read whether it may be from abroad."""
        return VehicleRegistrationSettings(keys.flag("other_countries"))

    def as_code(self, question: Question, typed: str) -> str | None:
        """A number DVLA can have given out; any plate at all when other countries are taken."""
        mended = _mend(typed)
        if _split(mended):
            return mended
        settings: VehicleRegistrationSettings = question.settings
        return typed if settings.other_countries and _ANY_COUNTRY.fullmatch(typed) else None

    def explain(self, question: Question) -> str:
        """By example."""
        del question
        return "Enter a vehicle registration in the correct format, like AB12 CDE"

    def written(self, value: str) -> str:
        """With the space that stands on the plate."""
        return " ".join(_split(value)) or value


def _mend(typed: str) -> str:
    if any(each.fullmatch(typed) for each in _FORMATS) or not _LIKE_CURRENT.fullmatch(typed):
        return typed
    area, age, rest = typed[:2], typed[2:4], typed[4:]
    return area.replace("0", "O") + age.replace("O", "0") + rest.replace("0", "O")


def _split(plate: str) -> tuple[str, ...]:
    return next((m.groups() for each in _FORMATS if (m := each.fullmatch(plate))), ())


FIELD: FieldType = VehicleRegistrationField()
