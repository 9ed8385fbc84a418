"""What the gazetteer answers with, and the port that asks it. Pure.

The names of the attributes are those the form floor uses, but this package knows no forms: the
composition root turns one into the other. BS 7666-2:2006 is the standard behind the words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol


class LogicalStatus(IntEnum):
    """Whether a property or one of its addresses is in use (BS 7666, DTF 7.3)."""

    APPROVED = 1
    ALTERNATIVE = 3
    """Another name people use for the same property: found, but never shown."""
    CANDIDATE = 5
    """Proposed and not yet checked: never shown."""
    PROVISIONAL = 6
    """Planned or being built: people move in before it is approved, so it is shown."""
    REJECTED = 7
    HISTORIC = 8
    """Demolished, split or renumbered: kept for old records, never shown in a search."""
    REJECTED_INTERNALLY = 9


LIVE = (LogicalStatus.APPROVED, LogicalStatus.PROVISIONAL)
"""What residents are shown."""


@dataclass(frozen=True, slots=True)
class Address:
    """One property of the gazetteer with its postal address."""

    lines: tuple[str, ...]
    town: str
    postcode: str
    uprn: str = ""
    usrn: str = ""
    easting: int | None = None
    """Metres, British National Grid (EPSG:27700)."""
    northing: int | None = None

    @property
    def one_line(self) -> str:
        """For example "Flat 2, 14 High Street, Fenwick, ZZ1 1AA"."""
        return ", ".join(part for part in (*self.lines, self.town, self.postcode) if part)


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map and how it was found. Degrees are WGS 84, kept as text: never float."""

    description: str
    easting: int | None = None
    northing: int | None = None
    latitude: str = ""
    longitude: str = ""
    uprn: str = ""
    usrn: str = ""


class Gazetteer(Protocol):
    """Where addresses are looked up. Never raises for text nobody lives at: no matches then."""

    def find(self, uprn: str) -> Address | None:
        """The live address with this UPRN, or None."""
        ...

    def search(self, words: str, limit: int = 50) -> Sequence[Address]:
        """Best matches first, for a postcode or any words of an address."""
        ...

    def place(self, words: str) -> Sequence[Place]:
        """Streets, postcodes and properties matching the words, as points on the map."""
        ...

    def nearest(self, latitude: str, longitude: str) -> Place | None:
        """The nearest street to a point in degrees; None when it is outside the district."""
        ...
