"""How records become addresses people recognise: lines, order and the words that find them. Pure.

A property may have several addresses; one is shown (approved before provisional, English before
other languages) and the others only help to find it. The lines follow BS 7666 and the Royal
Mail's order: organisation, flat, building, number and street, locality.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from portal.addresses.coordinates import Degrees, in_degrees
from portal.addresses.gazetteer import LIVE, LogicalStatus
from portal.addresses.supply import ObjectName, Property, PropertyName, Street, StreetName
from portal.addresses.words import fold, natural

_SHOWN_FIRST = (LogicalStatus.APPROVED, LogicalStatus.PROVISIONAL, LogicalStatus.HISTORIC)
_LOOKED_FOR = (*LIVE, LogicalStatus.ALTERNATIVE)
_SMALL_WORDS = frozenset(("and", "at", "by", "in", "le", "of", "on", "the", "under", "upon"))
_LONGEST_RANGE = 40
_CLOSED_STREET = 4


@dataclass(slots=True)
class Content:
    """Records that belong together: everything, or what a change touches."""

    streets: dict[int, Street] = field(default_factory=dict[int, Street])
    street_names: dict[tuple[int, str], StreetName] = field(
        default_factory=dict[tuple[int, str], StreetName]
    )
    properties: dict[int, Property] = field(default_factory=dict[int, Property])
    names: dict[str, PropertyName] = field(default_factory=dict[str, PropertyName])


@dataclass(frozen=True, slots=True)
class NamedStreet:
    """A street as it is shown, its middle in metres and degrees, and the words that find it."""

    street: Street
    name: str
    locality: str
    town: str
    easting: int
    northing: int
    degrees: Degrees
    words: str
    """Empty for a street that is closed."""


@dataclass(frozen=True, slots=True)
class NamedProperty:
    """A property as it is shown. `usrn` is 0 and the lines are empty when it has no address."""

    unit: Property
    usrn: int
    lines: tuple[str, ...]
    town: str
    postcode: str
    degrees: Degrees
    sort_key: str
    words: str
    """Empty for a property that is not shown, so that no search finds it."""


@dataclass(slots=True)
class Assembled:
    """What is written to the database, and what looked wrong on the way."""

    streets: list[NamedStreet] = field(default_factory=list[NamedStreet])
    properties: list[NamedProperty] = field(default_factory=list[NamedProperty])
    warnings: list[str] = field(default_factory=list[str])


def assemble(content: Content) -> Assembled:
    """Turn records into streets and properties with addresses."""
    found = Assembled()
    spoken: defaultdict[int, list[StreetName]] = defaultdict(list)
    for street_name in content.street_names.values():
        spoken[street_name.usrn].append(street_name)
    found.streets = _name_streets(content.streets, spoken, found.warnings)
    names: defaultdict[int, list[PropertyName]] = defaultdict(list)
    for name in content.names.values():
        names[name.uprn].append(name)
    known = {street.street.usrn: street for street in found.streets if street.name}
    units = list(content.properties.values())
    degrees = in_degrees([(unit.easting, unit.northing) for unit in units])
    for unit, where in zip(units, degrees, strict=True):
        found.properties.append(_name(unit, where, names.pop(unit.uprn, []), known, found.warnings))
    found.warnings += [f"UPRN {uprn}: has an address but no property record" for uprn in names]
    return found


def _name_streets(
    streets: Mapping[int, Street], spoken: Mapping[int, list[StreetName]], warnings: list[str]
) -> list[NamedStreet]:
    middles = [
        ((s.start[0] + s.end[0]) // 2, (s.start[1] + s.end[1]) // 2) for s in streets.values()
    ]
    named: list[NamedStreet] = []
    for street, middle, degrees in zip(streets.values(), middles, in_degrees(middles), strict=True):
        names = sorted(spoken.get(street.usrn, []), key=lambda name: _language_order(name.language))
        if not names:
            warnings.append(f"USRN {street.usrn}: has no name")
        name, locality, town = _shown(names[0]) if names else ("", "", "")
        words = fold(" ".join(f"{n.name} {n.locality} {n.town}" for n in names))
        named.append(
            NamedStreet(
                street,
                name,
                locality,
                town,
                *middle,
                degrees,
                "" if street.state == _CLOSED_STREET else words,
            )
        )
    return named


def _shown(name: StreetName) -> tuple[str, str, str]:
    return in_title_case(name.name), in_title_case(name.locality), in_title_case(name.town)


def _name(
    unit: Property,
    degrees: Degrees,
    names: list[PropertyName],
    streets: Mapping[int, NamedStreet],
    warnings: list[str],
) -> NamedProperty:
    shown = LIVE if unit.status in LIVE else _SHOWN_FIRST
    usable = sorted(
        (n for n in names if n.usrn in streets and n.status in shown), key=_order_to_show
    )
    if not usable:
        warnings.append(f"UPRN {unit.uprn}: has no address on a known street")
        return NamedProperty(unit, 0, (), "", "", degrees, "", "")
    name = usable[0]
    street = streets[name.usrn]
    lines = address_lines(unit.organisation, name, street)
    town = in_title_case(name.post_town) or street.town
    first_words = fold(" ".join((*lines, town, name.postcode)))
    return NamedProperty(
        unit,
        name.usrn,
        lines,
        town,
        name.postcode,
        degrees,
        _sort_key(name, street),
        _all_words(first_words, names, streets) if unit.status in LIVE else "",
    )


def _order_to_show(name: PropertyName) -> tuple[int, int, str]:
    return _SHOWN_FIRST.index(name.status), _language_order(name.language), name.key


def _language_order(language: str) -> int:
    return {"ENG": 0, "BIL": 1}.get(language, 2)


def address_lines(organisation: str, name: PropertyName, street: NamedStreet) -> tuple[str, ...]:
    """The lines above the town: ("Flat 2", "Acacia Court", "14 High Street", "Little Fenning")."""
    flat, flat_number = in_title_case(name.secondary.text), numbers(name.secondary)
    building, number = in_title_case(name.primary.text), numbers(name.primary)
    if flat_number and not flat and building:
        building = f"{flat_number} {building}"
        flat_number = ""
    organisation = in_title_case(organisation)
    lines = (
        "" if organisation in (flat, building) else organisation,
        f"{flat} {flat_number}".strip(),
        building,
        f"{number} {street.name}".strip(),
        "" if street.locality == street.town else street.locality,
    )
    return tuple(line for line in lines if line)


def numbers(name: ObjectName) -> str:
    """The numbers of an addressable object: "14", "14A", "14-18"; empty when it has none."""
    start = "" if name.start is None else f"{name.start}{name.start_suffix.upper()}"
    end = "" if name.end is None else f"{name.end}{name.end_suffix.upper()}"
    return f"{start}-{end}" if start and end else start or end


def in_title_case(text: str) -> str:
    """Quieten text written all in capitals ("ST JOHN'S ROAD"); leave other text as it is."""
    if not text.isupper():
        return text
    words = [_title_word(word, first=place == 0) for place, word in enumerate(text.lower().split())]
    return " ".join(words)


def _title_word(word: str, *, first: bool) -> str:
    if "-" in word:
        parts = word.split("-")
        return "-".join(_title_word(part, first=place == 0) for place, part in enumerate(parts))
    if word in _SMALL_WORDS and not first:
        return word
    if re.fullmatch("[0-9]+[a-z]", word):
        return word.upper()
    return word[:1].upper() + word[1:]


def _sort_key(name: PropertyName, street: NamedStreet) -> str:
    parts = (
        natural(f"{street.name} {street.locality} {street.town}"),
        _object_key(name.primary),
        _object_key(name.secondary),
    )
    return "|".join(parts)


def _object_key(name: ObjectName) -> str:
    # Numbered houses before named ones, a whole building before its flats.
    if name.start is None and not name.text:
        return ""
    number = 999_999 if name.start is None else name.start
    return f"{number:06}{name.start_suffix.lower()} {natural(name.text)}"


def _all_words(
    shown: str, names: Iterable[PropertyName], streets: Mapping[int, NamedStreet]
) -> str:
    """The address as shown, then every other word it is known by."""
    more: dict[str, None] = {}
    for name in names:
        street = streets.get(name.usrn)
        if name.status not in _LOOKED_FOR or street is None:
            continue
        also = (
            *address_lines("", name, street),
            *_between(name.primary),
            street.words,
            name.postcode,
        )
        more |= dict.fromkeys(fold(" ".join(also)).split())
    known = set(shown.split())
    return " ".join((shown, *(word for word in more if word not in known)))


def _between(name: ObjectName) -> list[str]:
    """The numbers inside a range on its side of the street, so that 16 finds 14-18."""
    if name.start is None or name.end is None or not 0 < name.end - name.start <= _LONGEST_RANGE:
        return []
    step = 1 if (name.end - name.start) % 2 else 2
    return [str(number) for number in range(name.start, name.end + 1, step)]


def spelt_words(properties: Iterable[NamedProperty], streets: Iterable[NamedStreet]) -> set[str]:
    """Every word in use that is not a number: what a misspelt word is compared with."""
    words: set[str] = set()
    for one in properties:
        words.update(one.words.split())
    for one in streets:
        words.update(one.words.split())
    return {word for word in words if word.isalpha()}
