"""The council's own gazetteer in our own database: how a search is read, loosened and answered.

A search is tried as typed; then with misspelt words put right and words no address has left out;
then without one word at a time. The first that finds anything is the answer, so a loose match
never hides an exact one.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from sqlmodel import Session

from portal.addresses.coordinates import as_text, in_degrees, on_grid, read_degrees
from portal.addresses.gazetteer import LIVE, Address, Place
from portal.addresses.records import (
    PropertyRow,
    StreetRow,
    find_property,
    is_spelt,
    middle_of_postcode,
    properties_in_postcode,
    search_properties,
    search_streets,
    streets_around,
    words_about_as_long,
)
from portal.addresses.words import (
    LONGEST_SEARCH,
    Wanted,
    is_number,
    one_slip_apart,
    read_postcode,
    searched_words,
    wanted,
)
from portal.database import Transactions

_MOST_PLACES = 20
_MOST_STREETS = 10
_MOST_CORRECTIONS = 8
_SHORTEST_CORRECTED = 4
_LONGEST_UPRN = 12
_RINGS = (250, 1_000, 3_000)
"""Metres round a point in which streets are looked for; past the last is another district."""

Row = TypeVar("Row")


class LocalGazetteer:
    """The gazetteer port over our own tables. Safe to share between threads; holds no state."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def find(self, uprn: str) -> Address | None:
        """The live address with this UPRN (up to 12 digits); None for anything else."""
        row = self._row(uprn)
        return _address(row) if row and row.state in LIVE and row.lines else None

    def find_even_if_historic(self, uprn: str) -> Address | None:
        """The address with this UPRN though it may be demolished or renumbered since.

        For officers reading an old submission; residents choose among live addresses only.
        """
        row = self._row(uprn)
        return _address(row) if row and row.lines else None

    def search(self, words: str, limit: int = 50) -> Sequence[Address]:
        """Live addresses, best first: by postcode, the start of one, or any words of an address."""
        starts = () if len(words) > LONGEST_SEARCH else read_postcode(words)
        with self._transactions.read() as session:
            if starts:
                rows = properties_in_postcode(session, starts, limit=limit)
            else:
                rows = _first_found(session, words, _searching_properties(session, limit))
        return tuple(_address(row) for row in rows)

    def place(self, words: str) -> Sequence[Place]:
        """Up to 20 points: a postcode with its properties, or streets and then properties."""
        starts = () if len(words) > LONGEST_SEARCH else read_postcode(words)
        with self._transactions.read() as session:
            if starts:
                rows = properties_in_postcode(session, starts, limit=_MOST_PLACES - 1)
                return (*_postcode_place(session, starts), *map(_property_place, rows))
            return _first_found(session, words, _searching_places(session))

    def nearest(self, latitude: str, longitude: str) -> Place | None:
        """The street nearest to a point in WGS 84 degrees, at that point.

        None when the text is not a position or no street lies within three kilometres: the
        gazetteer has no boundary, and its streets are where the district is.
        """
        degrees = read_degrees(latitude, longitude)
        point = on_grid(*degrees) if degrees else None
        if degrees is None or point is None:
            return None
        with self._transactions.read() as session:
            street = _nearest_street(session, *point)
        if street is None:
            return None
        written = as_text(*degrees)
        return Place(_street_words(street), *point, *written, usrn=str(street.usrn))

    def _row(self, uprn: str) -> PropertyRow | None:
        if not (uprn.isascii() and uprn.isdigit() and len(uprn) <= _LONGEST_UPRN):
            return None
        with self._transactions.read() as session:
            return find_property(session, int(uprn))


def _searching_properties(
    session: Session, limit: int
) -> Callable[[Sequence[Wanted]], Sequence[PropertyRow]]:
    def search(looked_for: Sequence[Wanted]) -> Sequence[PropertyRow]:
        return search_properties(session, looked_for, limit=limit)

    return search


def _searching_places(session: Session) -> Callable[[Sequence[Wanted]], Sequence[Place]]:
    def search(looked_for: Sequence[Wanted]) -> Sequence[Place]:
        streets = search_streets(session, looked_for, limit=_MOST_STREETS)
        room = _MOST_PLACES - len(streets)
        rows = search_properties(session, looked_for, limit=room)
        return (*map(_street_place, streets), *map(_property_place, rows))

    return search


def _first_found(
    session: Session, text: str, search: Callable[[Sequence[Wanted]], Sequence[Row]]
) -> Sequence[Row]:
    words = searched_words(text)
    if not words:
        return ()
    for looked_for in _ever_looser(session, words):
        rows = search(looked_for)
        if rows:
            return rows
    return ()


def _ever_looser(session: Session, words: tuple[str, ...]) -> Iterator[Sequence[Wanted]]:
    as_typed = wanted(words)
    yield as_typed
    corrected = [_correct(session, one) for one in as_typed]
    known = [one for one in corrected if one is not None]
    if not any(_says_something(one) for one in known):
        return
    if known != list(as_typed):
        yield known
    for place in _order_of_leaving_out(known):
        rest = known[:place] + known[place + 1 :]
        if any(_says_something(one) for one in rest):
            yield rest


def _correct(session: Session, one: Wanted) -> Wanted | None:
    """The word as it is, or what was meant, or None when no address has anything like it."""
    typed = one.words[0]
    if is_number(typed) or any(c.isdigit() for c in typed) or is_spelt(session, one):
        return one
    if len(typed) < _SHORTEST_CORRECTED:
        return None
    near = [w for w in words_about_as_long(session, len(typed)) if one_slip_apart(typed, w)]
    return Wanted(tuple(near[:_MOST_CORRECTIONS])) if near else None


def _says_something(one: Wanted) -> bool:
    """Whether the word could name a place: a number alone would find a house in every street."""
    return not is_number(one.words[0])


def _order_of_leaving_out(known: Sequence[Wanted]) -> list[int]:
    # A number nobody has is left out first ("every High Street in Fenwick" still helps), then
    # from the end, where people write a town by its wrong name.
    places = range(len(known))
    return sorted(places, key=lambda place: (_says_something(known[place]), -place))


def _nearest_street(session: Session, easting: int, northing: int) -> StreetRow | None:
    for metres in _RINGS:
        around = streets_around(session, easting=easting, northing=northing, metres=metres)
        near = [(_metres_away(row, easting, northing), row.usrn, row) for row in around]
        within = [one for one in near if one[0] <= metres]
        if within:
            return min(within, key=lambda one: one[:2])[2]
    return None


def _metres_away(row: StreetRow, easting: int, northing: int) -> float:
    """From a point to the straight line between the street's ends."""
    east, north = row.end_easting - row.start_easting, row.end_northing - row.start_northing
    from_start = (easting - row.start_easting) * east + (northing - row.start_northing) * north
    along = min(max(from_start / ((east**2 + north**2) or 1), 0.0), 1.0)
    return math.hypot(
        easting - row.start_easting - along * east, northing - row.start_northing - along * north
    )


def _address(row: PropertyRow) -> Address:
    return Address(
        tuple(row.lines.split("\n")),
        row.town,
        row.postcode,
        str(row.uprn),
        str(row.usrn),
        row.easting,
        row.northing,
    )


def _property_place(row: PropertyRow) -> Place:
    return Place(
        _address(row).one_line,
        row.easting,
        row.northing,
        row.latitude,
        row.longitude,
        str(row.uprn),
        str(row.usrn),
    )


def _street_place(row: StreetRow) -> Place:
    return Place(
        _street_words(row),
        row.easting,
        row.northing,
        row.latitude,
        row.longitude,
        usrn=str(row.usrn),
    )


def _street_words(row: StreetRow) -> str:
    return ", ".join(dict.fromkeys(part for part in (row.name, row.locality, row.town) if part))


def _postcode_place(session: Session, starts: Sequence[str]) -> tuple[Place, ...]:
    if len(starts) != 1 or starts[0].endswith(" "):
        return ()
    easting, northing, count = middle_of_postcode(session, starts[0])
    if not count:
        return ()
    [degrees] = in_degrees([(easting, northing)])
    return (Place(f"Postcode {starts[0]}", easting, northing, *degrees),)
