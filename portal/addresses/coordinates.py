"""The one door to `convertbng`: British National Grid to WGS 84 degrees and back (OSTN15).

The library (and the numpy under it) is imported when first needed, not at start-up. Degrees
leave here as text with six decimals, which is 11 cm, and the grid as whole metres.
"""

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,15})?")
# One degree on the ground in Great Britain, near enough to converge in three steps to under 10 cm.
_METRES_PER_DEGREE = 111_200.0
_STEPS = 5
_BRITAIN = (49.0, 61.5, -9.5, 3.0)


class GridPoint(NamedTuple):
    """Whole metres east and north of the false origin (EPSG:27700)."""

    easting: int
    northing: int


class Degrees(NamedTuple):
    """WGS 84, as text with six decimals; both empty for a point outside the grid."""

    latitude: str
    longitude: str


def in_degrees(points: Sequence[tuple[int, int]]) -> list[Degrees]:
    """Convert many grid points at once (50,000 take a tenth of a second)."""
    if not points:
        return []
    eastings, northings = [float(e) for e, _ in points], [float(n) for _, n in points]
    return [as_text(*pair) for pair in _convert(eastings, northings)]


def read_degrees(latitude: str, longitude: str) -> tuple[float, float] | None:
    """Read two decimal numbers that lie in or near Great Britain; None for anything else."""
    if not (_DEGREES.fullmatch(latitude) and _DEGREES.fullmatch(longitude)):
        return None
    south, north, west, east = _BRITAIN
    point = float(latitude), float(longitude)
    return point if south <= point[0] <= north and west <= point[1] <= east else None


def on_grid(latitude: float, longitude: float) -> GridPoint | None:
    """Find the grid point of a position, to the metre; None outside the grid.

    The library's own conversion in this direction fails offshore, where the invented district
    lies, so the exact conversion the other way is turned round by closing in on the answer.
    """
    easting = 400_000 + (longitude + 2) * _METRES_PER_DEGREE * _shrink(latitude)
    northing = -100_000 + (latitude - 49) * _METRES_PER_DEGREE
    for _ in range(_STEPS):
        [(found_latitude, found_longitude)] = _convert([easting], [northing])
        if math.isnan(found_latitude):
            return None
        easting += (longitude - found_longitude) * _METRES_PER_DEGREE * _shrink(latitude)
        northing += (latitude - found_latitude) * _METRES_PER_DEGREE
    return GridPoint(round(easting), round(northing))


def _shrink(latitude: float) -> float:
    return math.cos(math.radians(latitude))


def _convert(eastings: list[float], northings: list[float]) -> list[tuple[float, float]]:
    from convertbng import cutil  # noqa: PLC0415  # numpy costs 0.2 s and 25 MB at start-up

    longitudes, latitudes = cutil.convert_osgb36_to_ll(eastings, northings)
    return list(zip(latitudes.tolist(), longitudes.tolist(), strict=True))


def as_text(latitude: float, longitude: float) -> Degrees:
    """Write a position with six decimals; empty when it is not a number."""
    if math.isnan(latitude) or math.isnan(longitude):
        return Degrees("", "")
    return Degrees(f"{latitude:.6f}", f"{longitude:.6f}")
