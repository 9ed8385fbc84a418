"""Countries and territories, by ISO 3166-1 code, from Unicode's CLDR: a list others keep.

The names are CLDR's, English or Welsh. What else people call a country is for finding it only.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import cast

from portal.forms.fields.base import Option
from portal.forms.fields.narrowing import folded

ALSO: Mapping[str, str] = {
    "AE": "UAE Dubai",
    "CD": "DRC Democratic Republic",
    "CI": "Ivory Coast",
    "CV": "Cabo Verde",
    "CZ": "Czech Republic",
    "GB": "UK Great Britain England Scotland Wales Northern Ireland",
    "IE": "Republic of Ireland Eire",
    "KR": "Republic of Korea",
    "NL": "Holland",
    "SZ": "Swaziland",
    "TL": "East Timor",
    "TR": "Turkey",
    "US": "USA America United States of America",
    "VA": "Holy See",
}
"""Code → other names people type."""

# Codes CLDR has that are no country: regions, exceptional reservations, tests of software.
_NO_COUNTRY = frozenset(["CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "UN", "XA", "XB", "ZZ"])
_CODE = re.compile(r"[A-Z]{2}")


@cache
def countries(language: str = "en") -> tuple[Option, ...]:
    """Every country, in the order of its name in a language: "en" or "cy"."""
    names = _names(language)
    found = [
        Option(code, names.get(code, name))
        for code, name in _names("en").items()
        if _CODE.fullmatch(code) and code not in _NO_COUNTRY
    ]
    return tuple(sorted(found, key=lambda option: folded(option.label)))


@cache
def also_called(language: str = "en") -> Mapping[str, str]:
    """Code → what else a country is found by; in Welsh its English name as well."""
    if language == "en":
        return ALSO
    return {each.value: f"{each.label} {ALSO.get(each.value, '')}" for each in countries()}


@cache
def country_name(code: str, language: str = "en") -> str:
    """The name of the country with this code; the code itself when there is none."""
    return next((option.label for option in countries(language) if option.value == code), code)


def _names(language: str) -> Mapping[str, str]:
    from babel import Locale  # noqa: PLC0415  # a tenth of a second, for forms that ask for one

    return cast("Mapping[str, str]", Locale.parse(language).territories)
