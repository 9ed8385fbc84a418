"""Finds places for words, postcodes and grid references, each with a value to choose it by."""

import re
from dataclasses import dataclass, replace

from portal.forms.fields.base import Asking, Place
from portal.forms.fields.grid_reference import GridReference, as_degrees, read_grid_reference

_REFERENCE = re.compile(
    r"(?:grid reference\s+)?(?P<reference>[^(]+?)(?:\s*\(near .*\))?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Match:
    """One place a search found, to be chosen."""

    place: Place

    @property
    def value(self) -> str:
        """What `{q}` posts to choose it: the same for the same place, whatever was searched."""
        it = self.place
        parts = (it.uprn, it.usrn, it.easting, it.northing, it.latitude, it.longitude)
        # Commas: digits with spaces between could look like a payment card number.
        return ",".join("" if part is None else str(part) for part in parts)

    @property
    def label(self) -> str:
        """What people read."""
        return self.place.description


def find_matches(query: str, asking: Asking) -> tuple[Match, ...]:
    """Every place that matches, best first; a grid reference outside the district matches none.

    Descriptions are on one line, for a line break is where a person's own words begin.
    """
    reference = as_reference(query)
    if reference is None:
        return tuple(Match(on_one_line(place)) for place in asking.gazetteer.place(query))
    latitude, longitude = as_degrees(reference)
    near = asking.gazetteer.nearest(latitude, longitude)
    if near is None:
        return ()
    text = f"Grid reference {reference.text} (near {on_one_line(near).description})"
    here = Place(text, reference.easting, reference.northing, latitude, longitude, usrn=near.usrn)
    return (Match(here),)


def as_reference(query: str) -> GridReference | None:
    """The grid reference the words are, also as a match's own description says it; else None."""
    match = _REFERENCE.fullmatch(query)
    return read_grid_reference(match["reference"]) if match else None


def on_one_line(place: Place) -> Place:
    """The place with its description on one line."""
    return replace(place, description=" ".join(place.description.split()))
