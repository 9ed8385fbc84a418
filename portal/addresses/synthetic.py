"""An invented district, Harrowmere, as a BS 7666 gazetteer: the same bytes for the same seed.

No open list of real addresses exists, and a demonstration must not point at anybody's door: every
property lies in the North Sea, has a postcode in the area ZZ, which Royal Mail does not use, and
a UPRN from 999000000001. This module alone may use `random`: what it makes is no secret, and a
seeded generator is what makes it the same on every machine.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import count as counting
from math import cos, hypot, sin, tau

from portal.addresses import synthetic_names as names
from portal.addresses.dtf_writing import Record, write_supply
from portal.addresses.gazetteer import LogicalStatus
from portal.addresses.supply import (
    ObjectName,
    Property,
    PropertyName,
    Street,
    StreetName,
    SupplyKind,
)

FULL_COUNT = 50_000
CUSTODIAN = "Harrowmere District Council"
CUSTODIAN_CODE = 9900
FIRST_UPRN = 999_000_000_001
FIRST_USRN = 99_000_001
BEGUN = date(2026, 4, 1)
_SEED = 7666
_STREETS_PER_PROPERTY = 1_800 / FULL_COUNT
_WEST, _EAST, _SOUTH, _NORTH = 662_000, 696_000, 232_000, 258_000
_PER_POSTCODE = 15
_OUTWARDS = tuple(f"ZZ{number}" for number in range(1, 12))
_INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_ALWAYS_ORDINARY = 20
"""The first properties are plain houses, so that documents and examples may rely on them."""
_CLASSES, _CLASS_WEIGHTS = ("RD02", "RD03", "RD04"), (22, 30, 25)


@dataclass(frozen=True, slots=True)
class Settlement:
    """A town or village: where it is and how far it reaches, in metres."""

    name: str
    town: str
    """The post town; a village's is its nearest town."""
    outward: str
    easting: int
    northing: int
    radius: int
    share: float

    @property
    def is_town(self) -> bool:
        """Whether it is one of the five towns."""
        return self.name == self.town


@dataclass(slots=True)
class _Maker:
    """The counters and the dice of one generation."""

    dice: random.Random
    uprns: Iterator[int] = field(default_factory=lambda: counting(FIRST_UPRN))
    usrns: Iterator[int] = field(default_factory=lambda: counting(FIRST_USRN))
    keys: Iterator[int] = field(default_factory=lambda: counting(1))
    postcodes: dict[str, int] = field(default_factory=dict[str, int])

    def chance(self, of: float) -> bool:
        return self.dice.random() < of

    def next_postcode(self, outward: str) -> str:
        number = self.postcodes.get(outward, 0)
        self.postcodes[outward] = number + 1
        sector, unit = divmod(number, len(_INWARD_LETTERS) ** 2)
        first, second = divmod(unit, len(_INWARD_LETTERS))
        return f"{outward} {(sector + 1) % 10}{_INWARD_LETTERS[first]}{_INWARD_LETTERS[second]}"

    def next_key(self) -> str:
        return f"{CUSTODIAN_CODE}L{next(self.keys):09}"


@dataclass(frozen=True, slots=True)
class _Road:
    street: Street
    name: StreetName
    second_name: StreetName | None
    settlement: Settlement
    weight: float
    """How many properties it takes, compared with the others."""


def generate(count: int = FULL_COUNT, *, seed: int = _SEED, on: date = BEGUN) -> Iterator[str]:
    """The lines of a full supply with exactly `count` properties, at least one."""
    return write_supply(
        SupplyKind.FULL,
        (("I", record) for record in _records(count, seed)),
        custodian=CUSTODIAN,
        custodian_code=CUSTODIAN_CODE,
        on=on,
    )


def _records(count: int, seed: int) -> Iterator[Record]:
    maker = _Maker(random.Random(seed))  # reproducible on purpose, and nothing secret
    roads = _roads(maker, _settlements(maker, count), max(8, round(count * _STREETS_PER_PROPERTY)))
    for road in roads:
        yield road.street
        yield road.name
        if road.second_name:
            yield road.second_name
    left, weight_left = count, sum(road.weight for road in roads)
    for road in roads:
        share = left if road is roads[-1] else min(left, round(left * road.weight / weight_left))
        weight_left -= road.weight
        left -= share
        yield from _properties(maker, road, share)


def _settlements(maker: _Maker, count: int) -> list[Settlement]:
    towns: list[Settlement] = []
    for number, (name, share) in enumerate(names.TOWNS):
        angle = tau * number / len(names.TOWNS)
        towns.append(
            Settlement(
                name,
                name,
                _OUTWARDS[number],
                round((_WEST + _EAST) / 2 + 11_000 * sin(angle)),
                round((_SOUTH + _NORTH) / 2 + 8_000 * cos(angle)),
                round(2_600 * share**0.5 * 2),
                share,
            )
        )
    how_many = min(60, max(3, count // 500))
    called: dict[str, None] = {}
    while len(called) < how_many:
        stem, ending = (
            maker.dice.choice(names.VILLAGE_STEMS),
            maker.dice.choice(names.VILLAGE_ENDINGS),
        )
        called[maker.dice.choice(names.VILLAGE_BEGINNINGS) + stem + ending] = None
    left = 1 - sum(town.share for town in towns)
    return towns + [_village(maker, name, towns, left / how_many) for name in called]


def _village(maker: _Maker, name: str, towns: list[Settlement], share: float) -> Settlement:
    easting, northing = maker.dice.randint(_WEST, _EAST), maker.dice.randint(_SOUTH, _NORTH)
    town = min(towns, key=lambda one: hypot(one.easting - easting, one.northing - northing))
    outward = _OUTWARDS[len(towns) + maker.dice.randrange(len(_OUTWARDS) - len(towns))]
    return Settlement(name, town.name, outward, easting, northing, 450, share)


def _roads(maker: _Maker, settlements: list[Settlement], how_many: int) -> list[_Road]:
    unusual = list(names.UNUSUAL_STREETS)
    roads: list[_Road] = []
    for place, settlement in enumerate(settlements):
        called = [
            name
            for name, many in zip(names.EVERYWHERE, names.IN_SO_MANY, strict=True)
            if place < many
        ]
        wanted = max(2, round(how_many * settlement.share))
        taken = set(called)
        while len(called) < wanted:
            (kind,) = maker.dice.choices(names.STREET_KINDS, names.STREET_KIND_WEIGHTS)
            name = f"{maker.dice.choice(names.STREET_WORDS)} {kind}"
            if name not in taken:
                taken.add(name)
                called.append(name)
        roads += [_road(maker, settlement, name, "") for name in called[:wanted]]
        if unusual and place < len(names.UNUSUAL_STREETS):
            roads.append(_road(maker, settlement, *unusual.pop(0)))
        if not settlement.is_town:
            roads.append(_lane(maker, settlement, settlements))
    return roads


def _road(maker: _Maker, settlement: Settlement, name: str, english: str) -> _Road:
    reach, angle = settlement.radius * maker.dice.random() ** 0.5, tau * maker.dice.random()
    along, length = tau * maker.dice.random(), maker.dice.randint(60, 500)
    start = (
        round(settlement.easting + reach * cos(angle)),
        round(settlement.northing + reach * sin(angle)),
    )
    end = (round(start[0] + length * cos(along)), round(start[1] + length * sin(along)))
    weight = settlement.share * (1.8 if name == "High Street" else 0.4 + maker.dice.random())
    return _named_road(maker, settlement, name, english, (start, end), weight)


def _lane(maker: _Maker, village: Settlement, settlements: list[Settlement]) -> _Road:
    """The road from a village to its town, with its farms."""
    town = next(one for one in settlements if one.name == village.town)
    ends = ((village.easting, village.northing), (town.easting, town.northing))
    return _named_road(maker, village, f"{town.name} Road", "", ends, village.share / 6)


def _named_road(  # one row of a table
    maker: _Maker,
    settlement: Settlement,
    name: str,
    english: str,
    ends: tuple[tuple[int, int], tuple[int, int]],
    weight: float,
) -> _Road:
    usrn = next(maker.usrns)
    locality = "" if settlement.is_town else settlement.name
    first = StreetName(usrn, "ENG", english or name, locality, settlement.town)
    second = StreetName(usrn, "CYM", name, locality, settlement.town) if english else None
    return _Road(Street(usrn, 2, *ends), first, second, settlement, weight)


def _properties(maker: _Maker, road: _Road, how_many: int) -> Iterator[Record]:
    postcode, in_postcode, made = maker.next_postcode(road.settlement.outward), 0, 0
    sides = [counting(1, 2), counting(2, 2)]
    while made < how_many:
        if in_postcode >= _PER_POSTCODE:
            postcode, in_postcode = maker.next_postcode(road.settlement.outward), 0
        side = maker.dice.randrange(2)
        where = _beside(maker, road, made / how_many, side)
        built = list(_build(maker, road, next(sides[side]), where, postcode, how_many - made))
        if maker.chance(0.03):
            next(sides[side])  # a gap in the numbers
        units = sum(isinstance(record, Property) for record in built)
        made += units
        in_postcode += units
        yield from built


def _beside(maker: _Maker, road: _Road, along: float, side: int) -> tuple[int, int]:
    (east, north), (to_east, to_north) = road.street.start, road.street.end
    length = hypot(to_east - east, to_north - north) or 1.0
    away = (12 + maker.dice.randrange(6)) * (1 if side else -1) / length
    return (
        round(east + (to_east - east) * along - (to_north - north) * away),
        round(north + (to_north - north) * along + (to_east - east) * away),
    )


def _build(  # where one building stands
    maker: _Maker, road: _Road, number: int, where: tuple[int, int], postcode: str, room: int
) -> Iterator[Record]:
    uprn = next(maker.uprns)
    ordinary = uprn < FIRST_UPRN + _ALWAYS_ORDINARY
    draw = 1.0 if ordinary else maker.dice.random()
    if draw < 0.018 and room > 4:  # noqa: PLR2004  # a block and at least three flats
        yield from _block(
            maker, road, number, where, postcode, uprn, min(room, maker.dice.randint(4, 24))
        )
        return
    organisation, kind, primary = _what_stands_there(maker, road, number, draw)
    status = LogicalStatus.APPROVED if ordinary else _status(maker)
    yield Property(uprn, status, kind, None, *where, organisation)
    name = _address(maker, road, uprn, status, primary, postcode)
    yield name
    if primary.start and maker.chance(0.03) and status is not LogicalStatus.HISTORIC:
        also = ObjectName(text=maker.dice.choice(names.HOUSE_NAMES))
        yield _address(maker, road, uprn, LogicalStatus.ALTERNATIVE, also, postcode)


def _what_stands_there(
    maker: _Maker, road: _Road, number: int, draw: float
) -> tuple[str, str, ObjectName]:
    """Organisation, BLPU class and name or number."""
    rural = not road.settlement.is_town
    numbered = ObjectName(number)
    if draw < 0.026:  # noqa: PLR2004
        what, kind = maker.dice.choice(names.PUBLIC_PLACES)
        return "", kind, ObjectName(text=f"{road.settlement.name} {what}")
    if draw < (0.35 if road.name.name == "High Street" else 0.045):
        organisation, kind = maker.dice.choice(names.SHOPS)
        far = ObjectName(number, "", number + 4) if maker.chance(0.2) else numbered
        return organisation, kind, far
    if draw < 0.08:  # noqa: PLR2004
        return "", "RD02", ObjectName(number, maker.dice.choice("AB"))
    if draw < (0.40 if rural else 0.11):
        farm = rural and maker.chance(0.12)
        text = maker.dice.choice(names.FARM_NAMES if farm else names.HOUSE_NAMES)
        return "", "RD02", ObjectName(text=text)
    (kind,) = maker.dice.choices(_CLASSES, _CLASS_WEIGHTS)
    return "", kind, numbered


def _block(  # where one building stands
    maker: _Maker,
    road: _Road,
    number: int,
    where: tuple[int, int],
    postcode: str,
    uprn: int,
    units: int,
) -> Iterator[Record]:
    """A building and its flats, which have it as their parent."""
    called = f"{maker.dice.choice(names.BLOCK_WORDS)} {maker.dice.choice(names.BLOCK_KINDS)}"
    primary = ObjectName(number, text=called if maker.chance(0.7) else "")
    yield Property(uprn, LogicalStatus.APPROVED, "PP", None, *where, "")
    yield _address(maker, road, uprn, LogicalStatus.APPROVED, primary, postcode)
    for flat in range(1, units):
        inside, status = next(maker.uprns), _status(maker)
        yield Property(inside, status, "RD06", uprn, *where, "")
        yield _address(
            maker, road, inside, status, primary, postcode, ObjectName(text=f"Flat {flat}")
        )


def _status(maker: _Maker) -> LogicalStatus:
    draw = maker.dice.random()
    if draw < 0.01:  # noqa: PLR2004
        return LogicalStatus.HISTORIC
    return LogicalStatus.PROVISIONAL if draw < 0.03 else LogicalStatus.APPROVED  # noqa: PLR2004


def _address(  # one row of a table
    maker: _Maker,
    road: _Road,
    uprn: int,
    status: LogicalStatus,
    primary: ObjectName,
    postcode: str,
    secondary: ObjectName | None = None,
) -> PropertyName:
    return PropertyName(
        maker.next_key(),
        uprn,
        "ENG",
        status,
        secondary or ObjectName(),
        primary,
        road.street.usrn,
        postcode,
        road.settlement.town,
    )
