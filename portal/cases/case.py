"""The published case: the one shape every CRM adapter maps from. Pure.

Its JSON is versioned and described by `docs/case.schema.json`, which is made from the classes
below; a council's own programs may rely on it. A change that could break a reader raises
`VERSION`; a new optional key does not.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, cast

from pydantic import ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from portal.core.money import Pence
from portal.core.references import Reference

VERSION = 1
"""The version of the published shape."""

Json = Mapping[str, JsonValue]
"""A JSON object."""

_STRICT = ConfigDict(extra="forbid", use_attribute_docstrings=True)
_SHA256 = Field(pattern=r"^[0-9a-f]{64}$")


class CaseState(StrEnum):
    """How far the hand-over has come: waiting → opened → complete, or parked on the way."""

    WAITING = "waiting"
    """No case is known to exist in the CRM yet."""
    OPENED = "opened"
    """The CRM holds the case; it is not yet checked, or files are still to be attached."""
    COMPLETE = "complete"
    """The CRM holds the case as it was sent, with every file."""
    PARKED = "parked"
    """A person must look; the row says why. A retry resumes where it stopped."""


class CaseProgress(StrEnum):
    """What a resident is told about the work."""

    RECEIVED = "received"
    IN_PROGRESS = "in progress"
    AWAITING_CUSTOMER = "awaiting customer"
    COMPLETED = "completed"
    CLOSED = "closed"


class CustomerKind(StrEnum):
    """Whom the case is for."""

    PERSON = "person"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Customer:
    """Whom the case is for, as they told us."""

    __pydantic_config__ = _STRICT

    kind: CustomerKind
    """A person, or an organisation whose own name is in `name`."""
    name: str = ""
    """Full name of the person or organisation; empty when they were not asked."""
    email: str = ""
    """E-mail address; empty when not given."""
    phone: str = ""
    """Telephone number as given; empty when not given."""
    address: str = ""
    """Postal address on one line; empty when not given."""
    uprn: str = ""
    """Unique property reference number of that address (BS 7666); empty when not known."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where the matter is: a property, a street or a point on the map."""

    __pydantic_config__ = _STRICT

    address: str = ""
    """The address or a description of the place, on one line."""
    uprn: str = ""
    """Unique property reference number (BS 7666); empty when not known."""
    usrn: str = ""
    """Unique street reference number (BS 7666); empty when not known."""
    easting: float | None = None
    """Metres east on the British National Grid (EPSG:27700)."""
    northing: float | None = None
    """Metres north on the British National Grid (EPSG:27700)."""
    latitude: float | None = None
    """Degrees north (WGS 84, EPSG:4326)."""
    longitude: float | None = None
    """Degrees east (WGS 84, EPSG:4326)."""


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    """One answer on the route, as it was shown and as a value."""

    __pydantic_config__ = _STRICT

    page: str
    """The page's name in the form definition; check-answers for what was worked out."""
    page_title: str
    """The page's title, in the form's first language."""
    question: str
    """The question's name in the form definition."""
    label: str
    """The question, in the form's first language."""
    value: str
    """The answer in words, as on the check-answers page."""
    typed: JsonValue = None
    """The answer as a typed value: text, number, true or false, list or object."""


@dataclass(frozen=True, slots=True)
class CaseAttachment:
    """A file that came with the submission; the content travels beside the case."""

    __pydantic_config__ = _STRICT

    file: str
    """The file's id in the portal."""
    question: str
    """The name of the question it answers."""
    name: str
    """The file's name as the resident had it."""
    media_type: str
    """What the content is, for example application/pdf."""
    size: Annotated[int, Field(ge=0)]
    """Bytes."""
    sha256: Annotated[str, _SHA256]
    """SHA-256 of the content, in hexadecimal."""


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One line of what was paid."""

    __pydantic_config__ = _STRICT

    label: str
    """What the money is for."""
    amount: Pence
    """Pence, VAT included."""
    vat_amount: Pence
    """Pence of VAT within the amount."""
    income_code: str
    """The finance system's code."""
    vat: str = ""
    """How it is taxed: outside-scope, exempt, zero, standard…; empty when not told."""


@dataclass(frozen=True, slots=True)
class CasePayment:
    """What was paid before the case was opened."""

    __pydantic_config__ = _STRICT

    total: Pence
    """Pence; the sum of the lines."""
    receipt_number: str
    """The council's receipt number."""
    provider_reference: str
    """The payment provider's own reference."""
    lines: tuple[PaymentLine, ...]
    """What the total is made of."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A declaration or consent the resident gave."""

    __pydantic_config__ = _STRICT

    question: str
    """The name of the question that asked."""
    wording: str
    """The words agreed to, as the resident read them."""
    given_at: datetime
    """When, with its offset from UTC."""


@dataclass(frozen=True, slots=True)
class Case:
    """A submission as the council's CRM should see it. Frozen at hand-over."""

    __pydantic_config__ = _STRICT

    reference: Reference
    """What the resident quotes. One case per reference, ever."""
    form: str
    """The form definition's slug."""
    form_digest: str
    """Which version of the form definition was filled in."""
    lgsl: int | None
    """The service's number in the Local Government Service List."""
    type: str
    """The case type."""
    queue: str
    """The team's queue it should land in."""
    priority: str
    """The council's own word, for example normal or urgent."""
    target_date: date | None
    """The day the council aims to be done by."""
    subject: str
    """One line for an officer's list."""
    customer: Customer
    """Whom it is for."""
    channel: str
    """online, telephone, face to face or post."""
    submitted_at: datetime
    """When it was sealed, with its offset from UTC."""
    officer: str = ""
    """The officer who filled it in for the customer; empty when they did it themselves."""
    location: Location | None = None
    """Where the matter is; absent when the form asks for no place."""
    answers: tuple[CaseAnswer, ...] = ()
    """Every answer on the route, in the order asked."""
    attachments: tuple[CaseAttachment, ...] = ()
    """The files, in the order given."""
    payment: CasePayment | None = None
    """What was paid; absent when nothing was."""
    consents: tuple[Consent, ...] = ()
    """Declarations and consents given."""
    duplicates: tuple[Reference, ...] = ()
    """References of earlier submissions that may be about the same matter."""
    version: Literal[1] = VERSION
    """The version of this shape."""


_CASE = TypeAdapter(Case)


def to_json(case: Case) -> dict[str, JsonValue]:
    """Write the case in its published shape."""
    return _CASE.dump_python(case, mode="json")


def parse_case(published: Json) -> Case:
    """Read a case from its published shape.

    Raises ValueError naming every key that is missing, unknown or of the wrong kind, without
    repeating the values: they are personal data.
    """
    try:
        return _CASE.validate_json(json.dumps(published), strict=True)
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ValueError(f"not a case of version {VERSION}: {'; '.join(wrong)}") from None


def case_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the published shape, as kept in docs/case.schema.json."""
    made = _CASE.json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Case",
        **{key: value for key, value in made.items() if key != "title"},
    }


def at(path: str, value: object) -> object:
    """What stands at a dotted path; None when nothing does.

    `customer.email` walks keys, `lines.0` a position, and `answers[].value` gathers the value of
    every item of a list.
    """
    for index, step in enumerate(parts := path.split(".")):
        name, every = step.removesuffix("[]"), step.endswith("[]")
        value = _child(name, value)
        if every:
            rest = ".".join(parts[index + 1 :])
            return [at(rest, item) if rest else item for item in _items(value)]
    return value


def _child(name: str, value: object) -> object:
    if isinstance(value, Mapping):
        return cast("Mapping[str, object]", value).get(name)
    if isinstance(value, list) and name.isdecimal():
        items = cast("list[object]", value)
        return items[int(name)] if int(name) < len(items) else None
    return None


def _items(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def differences(published: Json, held: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """Name the paths of the case whose value in the CRM is not what was sent.

    `held` maps paths of the published case to what the CRM holds. CRMs store numbers as text,
    trim text, drop the empty and fill in what was not given; those are not differences.
    """
    sent = {path: _plain(at(path, published)) for path in held}
    return tuple(path for path, value in held.items() if sent[path] not in ("", [], _plain(value)))


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[object]", value)]
    if value is None:
        return ""
    if isinstance(value, Mapping):
        named = cast("Mapping[str, object]", value).items()
        return {key: plain for key, inner in named if (plain := _plain(inner)) != ""}
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split())
