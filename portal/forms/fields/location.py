"""The field type `location`: where something is, on the map or in words.

Three ways, none of which needs a map or a pointing device: search (street, postcode, property or
grid reference) and choose; the phone's own position; a description. A choice counts only while it
belongs to what is in the search box.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from portal.forms.fields.base import (
    Asking,
    FieldError,
    FieldType,
    Json,
    Keys,
    Place,
    Question,
    Raw,
    Unfinished,
)
from portal.forms.fields.domain import Parts, PartsWanted, Way
from portal.forms.fields.place_search import (
    Match,
    as_reference,
    described_in,
    find_matches,
    on_one_line,
)
from portal.forms.fields.stored import load_mapping, load_number, load_text
from portal.forms.fields.text_rules import (
    TEXT_MISTAKES,
    read_text,
    too_long,
    unanswered,
    unstorable_samples,
)
from portal.forms.fields.written import written_parts

NONE = "none"
"""What `{q}` posts for "none of these": the place is described in words alone."""
_LONGEST_WORDS = 500
_WORDS = "the description"
_DEGREES = re.compile(r"-?\d{1,3}(?:\.\d{1,17})?", re.ASCII)
_SIX_PLACES = Decimal("0.000001")
# The United Kingdom and a little more: anything else is surely not in a district.
_LATITUDES, _LONGITUDES = (Decimal(49), Decimal(61)), (Decimal(-9), Decimal(3))
_SAMPLE_POINT = {"latitude": "52.006000", "longitude": "1.996000"}
_Outcome = Place | Unfinished | tuple[FieldError, ...] | None


@dataclass(frozen=True, slots=True)
class LocationSettings:
    """What a designer chose for one location."""

    words: bool = True
    """Whether a description alone is enough."""


@dataclass(frozen=True, slots=True)
class _Typed:
    """What was posted, tidied."""

    query: str
    choice: str
    description: str
    position: "tuple[str, str] | FieldError | None"
    """Latitude and longitude with six decimals; or why they are no use; None when none came."""

    @property
    def degrees(self) -> tuple[str, str] | None:
        """The position, when it can be used."""
        return None if isinstance(self.position, FieldError) else self.position


class LocationField:
    """A place. The value is a Place; what people add in words is after a line break in its text.

    Posts `{q}` (the chosen match, or `none`), `{q}-query` (what to search for), `{q}-latitude` and
    `{q}-longitude` ("use my location"; decimal degrees, WGS 84), `{q}-find` (the button) and
    `{q}-description`. Errors: those of every text, `not_found`, `outside` and `position`.
    """

    name = "location"
    asks = True
    cel_type = "map(string, string)"
    keys: Mapping[str, str] = {
        "words": "no: a description is not enough, the place must be found on the map.",
    }
    mistakes: Mapping[str, str] = {
        **TEXT_MISTAKES,
        "not_found": "no place matches the search",
        "outside": "the place is outside the council's area",
        "position": "the phone's position could not be read",
    }

    def read(self, keys: Keys) -> LocationSettings:
        """Read whether words are enough."""
        return LocationSettings(keys.flag("words", default=True))

    def inputs(self, question: Question) -> tuple[str, ...]:
        """First the search box, which is there whatever is shown."""
        name = question.name
        parts = ("latitude", "longitude", "description", "find")
        return (f"{name}-query", name, *(f"{name}-{part}" for part in parts))

    def parse(self, question: Question, raw: Raw, asking: Asking) -> _Outcome:
        """Search when the button asks for it, else read the choice, the position or the words."""
        typed = _read(question, raw)
        if isinstance(typed, tuple):
            return typed
        if f"{question.name}-find" in raw:
            return _search(question, typed, asking)
        if typed.choice and typed.choice != NONE:
            return _chosen(question, typed, asking)
        if typed.query and typed.choice != NONE:
            return _searched(question, typed, asking)
        if typed.position and typed.choice != NONE:
            return _at_position(question, typed, asking)
        return _in_words(question, typed)

    def as_raw(self, question: Question, value: Place) -> dict[str, list[str]]:
        """The match, what finds it again, and the words."""
        name = question.name
        if not _is_found(value):
            return {name: [NONE], f"{name}-description": [value.description]}
        shown = described_in(value.description, question.language)
        found, _, words = shown.partition("\n")
        raw = {name: [Match(value).value], f"{name}-query": [found], f"{name}-description": [words]}
        if value.latitude and value.longitude:
            raw |= {f"{name}-latitude": [value.latitude], f"{name}-longitude": [value.longitude]}
        return raw

    def show(self, question: Question, value: Place) -> tuple[str, ...]:
        """The place, and below it the words."""
        return tuple(described_in(value.description, question.language).split("\n"))

    def dump(self, value: Place) -> Json:
        """Every part by name."""
        return {part.name: getattr(value, part.name) for part in fields(Place)}

    def load(self, stored: Json) -> Place:
        """The place back. Raises ValueError."""
        parts = load_mapping(stored, [part.name for part in fields(Place)])
        easting, northing = parts["easting"], parts["northing"]
        return Place(
            load_text(parts["description"]),
            None if easting is None else load_number(easting),
            None if northing is None else load_number(northing),
            load_text(parts["latitude"]),
            load_text(parts["longitude"]),
            load_text(parts["uprn"]),
            load_text(parts["usrn"]),
        )

    def cel(self, value: Place) -> dict[str, str]:
        """`one_line`, `usrn`, `uprn`, `easting`, `northing`: empty when not known."""
        metres = {"easting": value.easting, "northing": value.northing}
        return {
            "one_line": value.description.replace("\n", ", "),
            "uprn": value.uprn,
            "usrn": value.usrn,
            **{axis: "" if metre is None else str(metre) for axis, metre in metres.items()},
        }

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """A description, or {latitude, longitude, description}."""
        name = question.name
        parts = written_parts(written)
        if parts is not None:
            return {f"{name}-{part}": [text] for part, text in parts.items()}
        return {f"{name}-description": [str(written)]}

    def domain(self, question: Question) -> Parts:
        """A point on the map, or words where they are enough."""
        settings: LocationSettings = question.settings
        point = Way("point", full=frozenset({"one_line"}))
        metres = frozenset({"uprn", "usrn", "easting", "northing"})
        words = Way("words", full=frozenset({"one_line"}), empty=metres)
        names = ("one_line", "uprn", "usrn", "easting", "northing")
        return Parts(names, (words, point) if settings.words else (point,), _sample, _could_be)

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """{description}, and {latitude, longitude} for a point."""
        del question
        wanted: PartsWanted = value
        words = {"description": wanted.parts["one_line"]}
        return words if wanted.way == "words" else {**_SAMPLE_POINT, **words}

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """A position that is none or far away, nothing to search for, and what cannot be stored."""
        name = question.name
        posts = [p for p in unstorable_samples(question, f"{name}-query", 200) if p]
        posts += [
            p for p in unstorable_samples(question, f"{name}-description", _LONGEST_WORDS) if p
        ]
        far = (("1e1", "0"), ("NaN", "0"), ("0.0", "0.0"), ("51.5", ""), ("\u0665\u0661", "0"))
        posts += [{f"{name}-latitude": [lat], f"{name}-longitude": [long]} for lat, long in far]
        posts += [{f"{name}-find": ["find"]}]
        return tuple(posts if question.optional else [{}, *posts])


def _read(question: Question, raw: Raw) -> _Typed | tuple[FieldError, ...]:
    name = question.name
    query = read_text(question, raw, f"{name}-query", about="what you search for")
    choice = read_text(question, raw, name, about="the place")
    if isinstance(choice, FieldError):  # the matches are not shown again: they are searched
        choice = replace(choice, input=f"{name}-query")
    words = read_text(
        question, raw, f"{name}-description", about=_WORDS, most=_LONGEST_WORDS, lines=True
    )
    wrong = tuple(part for part in (query, choice, words) if isinstance(part, FieldError))
    if wrong:
        return wrong
    one_line = " ".join(str(words).split())
    return _Typed(str(query), str(choice), one_line, _read_degrees(question, raw))


def _read_degrees(question: Question, raw: Raw) -> tuple[str, str] | FieldError | None:
    """The position with six decimals (about 10 cm); None when none was sent."""
    sent = [raw.get(f"{question.name}-{part}", ()) for part in ("latitude", "longitude")]
    if not any(any(values) for values in sent):
        return None
    if any(len(values) != 1 or not _DEGREES.fullmatch(values[0]) for values in sent):
        said = "We could not read your position. Search for the place instead"
        return FieldError(f"{question.name}-query", question.say("position", said))
    latitude, longitude = (Decimal(values[0]).quantize(_SIX_PLACES) + 0 for values in sent)
    inside = (
        _LATITUDES[0] <= latitude <= _LATITUDES[1] and _LONGITUDES[0] <= longitude <= _LONGITUDES[1]
    )
    return (f"{latitude:f}", f"{longitude:f}") if inside else _outside(question)


def _search(
    question: Question, typed: _Typed, asking: Asking
) -> Unfinished | tuple[FieldError, ...]:
    name = f"{question.name}-query"
    if not typed.query:
        said = question.say("missing", "Enter a street, a postcode or a grid reference")
        return (FieldError(name, said),)
    reference = as_reference(typed.query)
    matches = find_matches(typed.query, asking, question.language)
    if matches:
        count = "1 place found" if len(matches) == 1 else f"{len(matches)} places found"
        return Unfinished(matches, count)
    if reference is not None:
        return (_outside(question),)
    settings: LocationSettings = question.settings
    cure = "Check it or describe where it is" if settings.words else "Check it"
    said = question.say("not_found", f"We could not find that place. {cure}")
    return (FieldError(name, said),)


def _searched(question: Question, typed: _Typed, asking: Asking) -> _Outcome:
    """Words to search for, and "Continue" pressed: they are searched, or taken as they are."""
    outcome = _search(question, typed, asking)
    settings: LocationSettings = question.settings
    if isinstance(outcome, Unfinished) or not (settings.words and typed.description):
        return outcome
    return _in_words(question, typed)


def _at_position(question: Question, typed: _Typed, asking: Asking) -> _Outcome:
    """Where the phone is. One that is no use never stands in the way of a description."""
    place = _nearest(typed, asking)
    if place is not None:
        return _described(place, typed)
    settings: LocationSettings = question.settings
    if typed.description and settings.words:
        return _in_words(question, typed)
    return (typed.position if isinstance(typed.position, FieldError) else _outside(question),)


def _chosen(question: Question, typed: _Typed, asking: Asking) -> _Outcome:
    matches = find_matches(typed.query, asking) if typed.query else ()
    near = _nearest(typed, asking)
    # The position found before, unless something else is in the search box now.
    if near and typed.query.casefold() in ("", near.description.casefold()):
        matches = (*matches, Match(near))
    place = next((match.place for match in matches if match.value == typed.choice), None)
    return _described(place, typed) if place else _searched(question, typed, asking)


def _in_words(question: Question, typed: _Typed) -> _Outcome:
    settings: LocationSettings = question.settings
    words = ", ".join(part for part in (typed.query, typed.description) if part)
    name = f"{question.name}-query"
    if not settings.words:
        said = "Search for the place and select it from the list"
        wrong = (FieldError(name, question.say("not_found", said)),)
        return wrong if words else unanswered(question, name, said)
    if len(words) > _LONGEST_WORDS:
        return (too_long(question, f"{question.name}-description", _WORDS, _LONGEST_WORDS),)
    if words:
        return Place(words)
    if typed.choice == NONE:
        return unanswered(question, f"{question.name}-description", "Describe where it is")
    return unanswered(question, name, "Enter a street or a postcode, or describe where it is")


def _nearest(typed: _Typed, asking: Asking) -> Place | None:
    place = asking.gazetteer.nearest(*typed.degrees) if typed.degrees else None
    return on_one_line(place) if place else None


def _described(place: Place, typed: _Typed) -> Place:
    """The place with what people said about it on a line of its own."""
    described = "\n".join(filter(None, (place.description, typed.description)))
    return replace(place, description=described)


def _is_found(place: Place) -> bool:
    return bool(place.uprn or place.usrn or place.latitude or place.easting is not None)


def _outside(question: Question) -> FieldError:
    said = "The place must be inside the council area"
    return FieldError(f"{question.name}-query", question.say("outside", said))


def _could_be(part: str, text: str) -> bool:
    return part == "one_line" or (text.isascii() and text.isdigit())


def _sample(part: str, number: int) -> str:
    return f"Sample place {number}" if part == "one_line" else f"{number}"


FIELD: FieldType = LocationField()
