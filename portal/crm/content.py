"""The shape of a case on its way in: which fields there are, and which values are accepted.

Unknown keys are not an error, as in the CRMs of the trade: they are dropped. Unlike most, this
one says so, in the answer's `ignored`.
"""

import json
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    model_validator,
)

_MOST_PENCE = 10**12
LONGEST_TEXT = 20_000
"""Characters in a description, an answer or a note."""


def _as_text(value: object) -> object:
    """Accept a reference number sent as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _printable(text: str) -> str:
    """Refuse control characters, which no officer can see and some exports choke on."""
    if any(ord(letter) < ord(" ") and letter not in "\t\r\n" for letter in text):
        raise ValueError("must not contain control characters")
    return text


_Printable = AfterValidator(_printable)
Short = Annotated[str, Field(max_length=255), _Printable]
Needed = Annotated[str, Field(min_length=1, max_length=255), _Printable]
Long = Annotated[str, Field(max_length=LONGEST_TEXT), _Printable]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
PropertyNumber = Annotated[
    str, BeforeValidator(_as_text), StringConstraints(pattern=r"^[0-9]{1,12}$")
]
Pence = Annotated[int, Field(ge=-_MOST_PENCE, le=_MOST_PENCE, strict=True)]


class Incoming(BaseModel):
    """A body from outside: unknown keys are let in, to be named and dropped."""

    model_config = ConfigDict(extra="allow", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _check_json(cls, body: Any) -> Any:  # noqa: ANN401 - anything may come
        """Refuse what Python reads but JSON (RFC 8259) and UTF-8 cannot: NaN, lone surrogates."""
        if isinstance(body, dict):
            json.dumps(body, allow_nan=False, ensure_ascii=False, default=str).encode()
        return body  # pyright: ignore[reportUnknownVariableType]  # unread until validated


class CustomerKind(StrEnum):
    """Who asks."""

    PERSON = "person"
    ORGANISATION = "organisation"


class Priority(StrEnum):
    """How soon it should be looked at."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Customer(Incoming):
    """The person or organisation asking."""

    kind: CustomerKind = CustomerKind.PERSON
    name: Needed
    contact_name: Short | None = Field(
        default=None, description="Whom to ask for at an organisation."
    )
    email: Short | None = None
    phone: Short | None = None
    address: Long | None = Field(default=None, description="One line, or several.")
    uprn: PropertyNumber | None = None


class Location(Incoming):
    """Where it is about. Easting and northing are EPSG:27700 metres; lat and lon are WGS 84."""

    uprn: PropertyNumber | None = None
    usrn: PropertyNumber | None = None
    easting: float | None = Field(default=None, ge=0, le=800_000)
    northing: float | None = Field(default=None, ge=0, le=1_400_000)
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)
    address: Long | None = None


class Answer(Incoming):
    """One question as asked, and its answer in words and as data."""

    page: Short
    page_title: Short | None = Field(
        default=None, description="The page's heading; else made from `page`."
    )
    question: Short
    label: Annotated[str, Field(max_length=2_000), _Printable]
    value: Long = Field(default="", description="As the customer would read it.")
    typed: JsonValue = Field(default=None, description="The same as data.")


class PaymentLine(Incoming):
    """One charge. Amounts are whole pence, VAT included."""

    label: Short
    amount_pence: Pence
    vat: Short | None = Field(default=None, description="How it is taxed: standard, exempt…")
    vat_pence: Pence | None = Field(default=None, description="The VAT within the amount.")
    income_code: Short | None = None


class Payment(Incoming):
    """What was paid. `total_pence`, when given, must be the sum of the lines."""

    status: Short | None = None
    provider: Short | None = None
    reference: Short | None = None
    receipt: Short | None = Field(default=None, description="The receipt's number.")
    paid_at: AwareDatetime | None = None
    total_pence: Pence | None = None
    lines: list[PaymentLine] = Field(default=[], max_length=200)

    @property
    def sum_pence(self) -> int:
        """The lines added up."""
        return sum(line.amount_pence for line in self.lines)

    @model_validator(mode="after")
    def _check_total(self) -> Self:
        if self.total_pence is not None and self.total_pence != self.sum_pence:
            raise ValueError(
                f"total_pence is {self.total_pence}, but the lines add up to {self.sum_pence}"
            )
        return self


class Consent(Incoming):
    """What the customer agreed to, in the words they saw."""

    purpose: Short
    wording: Long = ""
    given_at: AwareDatetime | None = None


class CaseContent(Incoming):
    """A case as the portal (or another channel) sends it."""

    external_reference: Needed = Field(
        description="The sender's reference. Not unique here: search before creating."
    )
    type: Needed
    queue: Slug = Field(description="The team's list; made on first use.")
    priority: Priority = Priority.NORMAL
    subject: Needed
    description: Long = ""
    target_date: date | None = None
    submitted_at: AwareDatetime | None = None
    channel: Short | None = Field(
        default=None, description="online, telephone, face to face, post."
    )
    officer: Short | None = Field(default=None, description="Who filled the form for the customer.")
    customer: Customer | None = None
    location: Location | None = None
    answers: list[Answer] = Field(default=[], max_length=2_000)
    payment: Payment | None = None
    consent: list[Consent] = Field(default=[], max_length=100)
    related: list[Short] = Field(default=[], max_length=100, description="Possible duplicates.")


class NewNote(Incoming):
    """A remark to add to a case."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT), _Printable]
    author: Needed = "API"
    public: bool = Field(default=False, description="Whether the customer may see it.")


def drop_unknown(body: BaseModel, path: str = "") -> list[str]:
    """Remove every key the model does not know, in place; answers their paths, in order."""
    extra = body.__pydantic_extra__ or {}
    dropped = [path + name for name in extra]
    extra.clear()
    for name in type(body).model_fields:
        for inner_path, inner in _inside(getattr(body, name), path + name):
            dropped += drop_unknown(inner, inner_path)
    return dropped


def _inside(value: object, path: str) -> Iterator[tuple[str, BaseModel]]:
    if isinstance(value, BaseModel):
        yield f"{path}.", value
    elif isinstance(value, list):
        for place, item in enumerate(value):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  # any list may hold models
            if isinstance(item, BaseModel):
                yield f"{path}[{place}].", item


_PARTS: dict[str, type[BaseModel]] = {
    "customer": Customer, "location": Location, "payment": Payment,
}  # fmt: skip


def can_lose(path: str) -> bool:
    """Whether a case without the field at `path` (`location.uprn`) would still be a case."""
    top, _, name = path.partition(".")
    model, name = (_PARTS.get(top), name) if name else (CaseContent, top)
    field = model.model_fields.get(name) if model else None
    return field is not None and not field.is_required()


def lose(content: CaseContent, path: str) -> CaseContent:
    """Forget one field that `can_lose` allows, as a careless CRM would."""
    top, _, name = path.partition(".")
    body: dict[str, Any] = content.model_dump(mode="json")
    within: dict[str, Any] | None = body.get(top) if name else body
    if within is not None:
        within.pop(name or top, None)
    return CaseContent.model_validate(body)
