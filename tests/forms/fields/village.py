"""Fenwick: a made-up village whose addresses, streets and uploaded files the field tests use."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from portal.forms.calendars import WHOLE_DAY, Calendar, OpenDay, nothing_taken
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import (
    AddressRecord,
    Asking,
    Keys,
    Place,
    Question,
    StoredFile,
)

TODAY = date(2026, 11, 24)
ADDRESSES = (
    AddressRecord(
        ("1 High Street",), "Fenwick", "ZZ1 1AA", "900000000001", "10010001", 553100, 155100
    ),
    AddressRecord(
        ("Flat 2", "14 High Street"),
        "Fenwick",
        "ZZ1 1AA",
        "900000000002",
        "10010001",
        553120,
        155120,
    ),
    AddressRecord(("The Old Forge", "Mill Lane"), "Fenwick", "ZZ1 1AB", "900000000003", "10010002"),
)
STREETS = (
    Place("High Street, Fenwick", 553110, 155110, "51.274567", "0.193678", usrn="10010001"),
    Place("Mill Lane, Fenwick", 553900, 155900, "51.281456", "0.205345", usrn="10010002"),
)
FILES = tuple(
    StoredFile(f"file-{n}", f"Plan {n}.pdf", "application/pdf", 2048 + n, f"{n}" * 64)
    for n in range(6)
)


class Village:
    """A gazetteer of three addresses and two streets, within a kilometre or so of the church."""

    def find(self, uprn: str) -> AddressRecord | None:
        """The address with this UPRN."""
        return next((record for record in ADDRESSES if record.uprn == uprn), None)

    def search(self, words: str, limit: int = 50) -> Sequence[AddressRecord]:
        """Addresses that have every word."""
        wanted = words.replace(",", " ").casefold().split()
        found = [a for a in ADDRESSES if all(w in a.one_line.casefold() for w in wanted)]
        return found[:limit]

    def place(self, words: str) -> Sequence[Place]:
        """Streets that have every word."""
        wanted = words.casefold().split()
        return [s for s in STREETS if all(w in s.description.casefold() for w in wanted)]

    def nearest(self, latitude: str, longitude: str) -> Place | None:
        """The nearest street, seen from the point; None a few kilometres out."""
        here = Decimal(latitude), Decimal(longitude)

        def away(street: Place) -> Decimal:
            return abs(Decimal(street.latitude) - here[0]) + abs(
                Decimal(street.longitude) - here[1]
            )

        near = min(STREETS, key=away)
        if away(near) > Decimal("0.05"):
            return None
        return Place(f"Near {near.description}", None, None, latitude, longitude, usrn=near.usrn)


def asking(*, on: date = TODAY) -> Asking:
    """What a field may use: the village, and six files stored with the draft."""
    files = {file.id: file for file in FILES}
    return Asking(on, Village(), files.get, free=nothing_taken(CALENDARS, on, frozenset()))


CALENDARS = {
    "rounds": Calendar("rounds", 0, {n: OpenDay((WHOLE_DAY,), 2) for n in range(5)}, 60),
    "visits": Calendar("visits", 30, {n: OpenDay((540, 570, 780), 1) for n in range(5)}, 60),
}
"""The diary of the village hall."""


def question(
    kind: str,
    keys: Mapping[str, Any] | None = None,
    *,
    ask: str = "What is your answer?",
    **more: Any,  # optional, about, errors
) -> Question:
    """A question `q` of a type, its settings read from keys as a designer writes them."""
    read = Keys(keys or {})
    settings = FIELD_TYPES[kind].read(read)
    assert not read.problems, read.problems
    return Question("q", ask, kind, settings=settings, **more)


def problems(kind: str, keys: Mapping[str, Any]) -> list[str]:
    """The keys a designer got wrong."""
    read = Keys(keys)
    FIELD_TYPES[kind].read(read)
    return [problem.key for problem in read.problems]


def answer(asked: Question, **posted: str | list[str]) -> Any:  # a value or mistakes
    """What comes of posting these inputs; `day=` is `q-day` and `_=` is `q` itself."""
    raw = {
        "q" if name == "_" else f"q-{name.replace('_', '-')}": [v] if isinstance(v, str) else v
        for name, v in posted.items()
    }
    return FIELD_TYPES[asked.type].parse(asked, raw, asking())


def mistake(asked: Question, **posted: str | list[str]) -> tuple[str, str]:
    """The one mistake such a post makes: the input it belongs to and the message."""
    outcome = answer(asked, **posted)
    assert isinstance(outcome, tuple), outcome
    (error,) = outcome
    return error.input, error.message
