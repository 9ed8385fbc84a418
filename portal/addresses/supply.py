"""What a gazetteer file says, once read: streets, properties and their names. Pure.

These are the records of BS 7666 as they travel; how they become addresses is `assembling`'s.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from portal.addresses.gazetteer import LogicalStatus

Key = TypeVar("Key")
Value = TypeVar("Value")


class SupplyKind(StrEnum):
    """What a file is: everything there is, or what changed since the last one."""

    FULL = "full"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class Street:
    """Record 11: a street and where it begins and ends (metres, British National Grid)."""

    usrn: int
    state: int
    """1 under construction, 2 open, 4 closed for good, 5 for addresses only."""
    start: tuple[int, int]
    end: tuple[int, int]


@dataclass(frozen=True, slots=True)
class StreetName:
    """Record 15: what a street is called in one language (ENG, CYM or BIL)."""

    usrn: int
    language: str
    name: str
    locality: str
    town: str


@dataclass(frozen=True, slots=True)
class Property:
    """Record 21: a basic land and property unit."""

    uprn: int
    status: LogicalStatus
    classification: str
    parent: int | None
    easting: int
    northing: int
    organisation: str


@dataclass(frozen=True, slots=True)
class ObjectName:
    """An addressable object: numbers, a name, or both. "14A-18", "Rose Cottage"."""

    start: int | None = None
    start_suffix: str = ""
    end: int | None = None
    end_suffix: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class PropertyName:
    """Record 24: one address of a property (a land and property identifier)."""

    key: str
    uprn: int
    language: str
    status: LogicalStatus
    secondary: ObjectName
    """Within a building: "Flat 2"."""
    primary: ObjectName
    """On its street: "14", "Rose Cottage"."""
    usrn: int
    postcode: str
    post_town: str


@dataclass(slots=True)
class Changes(Generic[Key, Value]):
    """What one kind of record became: the last word about each key wins."""

    kept: dict[Key, Value] = field(default_factory=dict[Key, Value])
    deleted: set[Key] = field(default_factory=set[Key])

    def note(self, key: Key, value: Value, *, deleted: bool) -> None:
        """Take in one record."""
        if deleted:
            self.kept.pop(key, None)
            self.deleted.add(key)
            return
        self.kept[key] = value
        self.deleted.discard(key)


@dataclass(slots=True)
class Supply:
    """Everything a file says."""

    kind: SupplyKind = SupplyKind.FULL
    custodian: str = ""
    process_date: date = date.min
    streets: Changes[int, Street] = field(default_factory=Changes[int, Street])
    street_names: Changes[tuple[int, str], StreetName] = field(
        default_factory=Changes[tuple[int, str], StreetName]
    )
    properties: Changes[int, Property] = field(default_factory=Changes[int, Property])
    names: Changes[str, PropertyName] = field(default_factory=Changes[str, PropertyName])
    records: int = 0
    """Data records read: without header, metadata and trailer."""
    passed_over: int = 0
