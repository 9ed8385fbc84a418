"""Reads Ordnance Survey grid references, "TQ 5312 5512", and turns them into degrees.

The lettered squares of the National Grid: 500 km squares named by the first letter, 100 km squares
within them by the second, I left out (Ordnance Survey, "A guide to coordinate systems in Great
Britain", section 7).
"""

import re
from dataclasses import dataclass

_LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
_REFERENCE = re.compile(
    r"(?P<square>[HNOST][A-HJ-Z])\s*(?:(?P<east>\d{3,5})\s+(?P<north>\d{3,5})|(?P<both>\d{6}|\d{8}|\d{10}))",
    re.ASCII | re.IGNORECASE,
)
_METRES = 5
"""Digits of a reference to the metre."""
_EASTMOST, _NORTHMOST = 700_000, 1_300_000


@dataclass(frozen=True, slots=True)
class GridReference:
    """The south-west corner of the square a reference names, in metres of the National Grid."""

    text: str
    """As the Ordnance Survey writes it: "TQ 5312 5512"."""
    easting: int
    northing: int


def read_grid_reference(typed: str) -> GridReference | None:
    """Read a reference of six, eight or ten digits (100 m, 10 m, 1 m); None when it is none."""
    match = _REFERENCE.fullmatch(typed.strip())
    if match is None:
        return None
    east, north = match["east"], match["north"]
    if match["both"]:
        half = len(match["both"]) // 2
        east, north = match["both"][:half], match["both"][half:]
    if len(east) != len(north):
        return None
    square = match["square"].upper()
    origin_east, origin_north = _origin(square)
    easting = origin_east + int(east.ljust(_METRES, "0"))
    northing = origin_north + int(north.ljust(_METRES, "0"))
    if not (0 <= easting < _EASTMOST and 0 <= northing < _NORTHMOST):
        return None
    return GridReference(f"{square} {east} {north}", easting, northing)


def as_degrees(reference: GridReference) -> tuple[str, str]:
    """Latitude and longitude (WGS 84) by OSTN15, as text with six decimals: about 10 cm."""
    from convertbng.cutil import convert_osgb36_to_ll  # noqa: PLC0415  # brings numpy: half a second

    longitudes, latitudes = convert_osgb36_to_ll([reference.easting], [reference.northing])
    return f"{latitudes[0]:.6f}", f"{longitudes[0]:.6f}"


def _origin(square: str) -> tuple[int, int]:
    """The south-west corner of a 100 km square, in metres from the grid's false origin (SV)."""
    big, small = (_LETTERS.index(letter) for letter in square)
    east = (big % 5 - 2) * 5 + small % 5
    north = (3 - big // 5) * 5 + 4 - small // 5
    return east * 100_000, north * 100_000
