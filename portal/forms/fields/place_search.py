"""Finds places for words, postcodes and grid references, each with a value to choose it by."""

import re
from dataclasses import dataclass, replace

from portal.forms.fields.base import Asking, Place
from portal.forms.fields.grid_reference import GridReference, as_degrees, read_grid_reference

_REFERENCE = re.compile(
    r"(?:(?:grid reference|cyfeirnod grid)\s+)?(?P<reference>[^(]+?)(?:\s*\((?:near|ger) .*\))?",
    re.IGNORECASE,
)
_FOUND = re.compile(r"\AGrid reference (?P<reference>[^(\n]+) \(near (?P<near>[^\n]*)\)")


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

    language: str = "en"
    """The language it is read in."""

    @property
    def label(self) -> str:
        """What people read."""
        return described_in(self.place.description, self.language)


def described_in(description: str, language: str) -> str:
    """What is kept of a place, as it is shown: kept in English, for officers read it too."""
    if language != "cy":
        return description
    return _FOUND.sub(r"Cyfeirnod grid \g<reference> (ger \g<near>)", description)


def find_matches(query: str, asking: Asking, language: str = "en") -> tuple[Match, ...]:
    """Every place that matches, best first; a grid reference outside the district matches none.

    Descriptions are on one line, for a line break is where a person's own words begin.
    """
    reference = as_reference(query)
    if reference is None:
        found = asking.gazetteer.place(query)
        return tuple(Match(on_one_line(place), language) for place in found)
    latitude, longitude = as_degrees(reference)
    near = asking.gazetteer.nearest(latitude, longitude)
    if near is None:
        return ()
    text = f"Grid reference {reference.text} (near {on_one_line(near).description})"
    here = Place(text, reference.easting, reference.northing, latitude, longitude, usrn=near.usrn)
    return (Match(here, language),)


def as_reference(query: str) -> GridReference | None:
    """The grid reference the words are, also as a match's own description says it; else None."""
    match = _REFERENCE.fullmatch(query)
    return read_grid_reference(match["reference"]) if match else None


def on_one_line(place: Place) -> Place:
    """The place with its description on one line."""
    return replace(place, description=" ".join(place.description.split()))
