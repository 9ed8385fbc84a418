"""Countries and territories, by ISO 3166-1 code, from Unicode's CLDR: a list others keep.

The names are CLDR's English ones. What else people call a country is for finding it only.
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
def countries() -> tuple[Option, ...]:
    """Every country, in the order of its name."""
    from babel import Locale  # noqa: PLC0415  # a tenth of a second, for forms that ask for one

    names = cast("Mapping[str, str]", Locale.parse("en").territories)
    found = [
        Option(code, name)
        for code, name in names.items()
        if _CODE.fullmatch(code) and code not in _NO_COUNTRY
    ]
    return tuple(sorted(found, key=lambda option: folded(option.label)))


@cache
def country_name(code: str) -> str:
    """The name of the country with this code; the code itself when there is none."""
    return next((option.label for option in countries() if option.value == code), code)
