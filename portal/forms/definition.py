"""The nouns of a form definition: frozen values, as `parsing` reads them from YAML."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from portal.core.money import Pence
from portal.forms.conditions import Expression
from portal.forms.fields.base import Question, Spot


@dataclass(frozen=True, slots=True)
class Check:
    """A rule across answers: when `that` is known and false, `otherwise` is said at `at`."""

    that: Expression
    otherwise: str
    at: str
    spot: Spot = field(default=Spot(), compare=False)


@dataclass(frozen=True, slots=True)
class Page:
    """One screen."""

    name: str
    title: str
    questions: tuple[Question, ...] = ()
    """Content blocks among them, in the order they are shown."""
    when: Expression | None = None
    guidance: str = ""
    """Markdown shown above the questions."""
    is_exit: bool = False
    """"You cannot use this service because…": the journey ends here and nothing is sent."""
    checks: tuple[Check, ...] = ()
    spot: Spot = field(default=Spot(), compare=False)


@dataclass(frozen=True, slots=True)
class Band:
    """One row of a banded fee: up to and including `to`; None for "and over"."""

    to: int | None
    amount: Pence


@dataclass(frozen=True, slots=True)
class Amount:
    """What a fee is from a day on: one amount, or bands by a number (whole band: the band the
    number falls in is the price)."""

    start: date
    amount: Pence | None = None
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """One fee with its dated amounts, oldest first."""

    name: str
    amounts: tuple[Amount, ...]

    def on(self, day: date) -> Amount | None:
        """What is in force on a day; None before the first amount begins."""
        return next((a for a in reversed(self.amounts) if a.start <= day), None)


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One row of what is charged, when its condition holds."""

    name: str
    label: str
    schedule: FeeSchedule
    income_code: str
    vat: str
    """outside-scope, exempt, zero, reduced or standard; amounts include it."""
    when: Expression | None = None
    by: str = ""
    """The whole-number question that chooses the band."""
    times: str = ""
    """The whole-number question the amount is multiplied by."""
    spot: Spot = field(default=Spot(), compare=False)


@dataclass(frozen=True, slots=True)
class CaseRule:
    """What the submission becomes in the CRM."""

    type: str
    queue: str
    priority: str
    target_working_days: int
    subject: str
    """With {question} placeholders."""
    customer: Mapping[str, str] = field(default_factory=dict[str, str])
    """name, email, phone, address, organisation → the question that gives it."""
    location: tuple[str, ...] = ()
    """The address or location questions that say where: the first that was answered does."""
    anonymous: bool = False
    """Whether people may keep their name and address to themselves."""
    spot: Spot = field(default=Spot(), compare=False)


@dataclass(frozen=True, slots=True)
class Example:
    """One worked example: answers, and what must come of them. Runs as a test."""

    name: str
    answers: Mapping[str, Any]
    on: date | None = None
    sees: tuple[str, ...] | None = None
    fee: Pence | None = None
    ends_at: str = ""
    """The exit page it must end at."""
    refused: Mapping[str, str] = field(default_factory=dict[str, str])
    """Question → the error message it must be refused with."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """Everything about one service's form."""

    form: str
    title: str
    summary: str
    service_area: str
    lgsl: int
    audience: tuple[str, ...]
    takes: str
    before_you_start: str
    pages: tuple[Page, ...]
    fee: tuple[FeeLine, ...]
    case: CaseRule
    what_happens_next: str
    declaration: str
    keep_draft: timedelta
    keep_submission_days: int
    examples: tuple[Example, ...]
    digest: str
    charge: str = "one"
    """How many fee lines every complete journey is charged: one, some (one or more) or any."""

    @property
    def questions(self) -> Iterator[Question]:
        """Every question and content block, in the order of the pages."""
        for page in self.pages:
            yield from page.questions

    def page(self, name: str) -> Page | None:
        """The page with this name."""
        return next((p for p in self.pages if p.name == name), None)

    def question(self, name: str) -> Question | None:
        """The question with this name."""
        return next((q for q in self.questions if q.name == name), None)

    def page_of(self, question: str) -> Page | None:
        """The page a question stands on."""
        return next((p for p in self.pages if any(q.name == question for q in p.questions)), None)


@dataclass(frozen=True, slots=True)
class Council:
    """The council's own words, from `_council.yml`."""

    name: str
    phone: str
    email: str
    hours: str
    website: str
    address: tuple[str, ...]
    reference_prefix: str
    """Two or three letters every reference begins with."""
    vat_number: str = ""
    accessibility: str = ""
    """Markdown of the accessibility statement."""
    privacy: str = ""
    """Markdown of the privacy notice."""
