"""The nouns of a form definition: frozen values, as `parsing` reads them from YAML."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, TypeAlias

from portal.core.money import Pence
from portal.forms.calendars import Calendar
from portal.forms.conditions import Expression
from portal.forms.fields.base import Question, Spot
from portal.forms.opening import ALWAYS, Opening


@dataclass(frozen=True, slots=True)
class Check:
    """A rule across answers: when `that` is known and false, `otherwise` is said at `at`."""

    that: Expression
    otherwise: str
    at: str
    spot: Spot = field(default=Spot(), compare=False)


@dataclass(frozen=True, slots=True)
class Section:
    """Pages that stand together under one heading; in a task list, one task."""

    name: str
    title: str
    hint: str = ""
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
    warnings: tuple[Check, ...] = ()
    """Like checks, but people may go on all the same."""
    asked_when: Mapping[str, Expression] = field(default_factory=dict[str, Expression])
    """Question → the condition on which it is asked at all."""
    offered_when: Mapping[tuple[str, str], Expression] = field(
        default_factory=dict[tuple[str, str], Expression]
    )
    """(Question, option) → the condition on which the option is offered."""
    reveals: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """Question → the (question, option) of this page that reveals it."""
    is_fixed: bool = True
    """Whether it reads the same whatever was answered: no placeholder, no condition within."""
    section: str = ""
    """The section it belongs to; empty within a repeating group, and in a form without sections."""
    spot: Spot = field(default=Spot(), compare=False)

    def question(self, name: str) -> Question | None:
        """The question of this page with this name."""
        return next((q for q in self.questions if q.name == name), None)


@dataclass(frozen=True, slots=True)
class Repeat:
    """Pages asked once for each of several things; shown as a list one can add to."""

    name: str
    """What conditions call the list; also its place in addresses."""
    title: str
    """The heading of the list: "Items to collect"."""
    each: str
    """One of them, in the middle of a sentence: "item"."""
    parts: "tuple[Page | Repeat, ...]"
    line: str
    """How one is shown in the list, with {question} placeholders; empty for "Item 1"."""
    when: Expression | None = None
    min: int = 1
    max: int = 50
    can_reorder: bool = False
    guidance: str = ""
    checks: tuple[Check, ...] = ()
    section: str = ""
    """The section it belongs to, as a page's."""
    spot: Spot = field(default=Spot(), compare=False)

    @property
    def first_page(self) -> Page:
        """The page a new one begins with."""
        first = self.parts[0]
        return first if isinstance(first, Page) else first.first_page


Part: TypeAlias = Page | Repeat
"""What a form is made of, in order."""


@dataclass(frozen=True, slots=True)
class Computed:
    """A value worked out from answers; conditions, fees and texts may speak of it."""

    name: str
    value: Expression
    shown_as: str = "text"
    """text, number, money or date."""
    label: str = ""
    """Its words on check answers and in the case; empty when it is shown in neither."""
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
    language: str = "en"
    """The language it is filled in."""
    sees: tuple[str, ...] | None = None
    fee: Pence | None = None
    ends_at: str = ""
    """The exit page it must end at."""
    refused: Mapping[str, str] = field(default_factory=dict[str, str])
    """Question → the error message it must be refused with."""
    line: int = 0


@dataclass(frozen=True)  # no slots: what is looked up again and again is kept
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
    parts: tuple[Part, ...]
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
    computed: tuple[Computed, ...] = ()
    """In an order in which each reads only earlier ones."""
    sections: tuple[Section, ...] = ()
    """In the order of their pages."""
    has_task_list: bool = False
    """Whether people choose which section to fill in next."""
    waits: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """Section → the sections whose answers its pages depend on: they must be completed first."""
    opening: Opening = ALWAYS
    prefill: tuple[str, ...] = ()
    """The questions a signed link may fill."""
    calendars: Mapping[str, Calendar] = field(
        default_factory=dict[str, Calendar], compare=False, repr=False
    )
    """The council's calendars when it was read, for its examples and proofs. What residents are
    offered is the diary as it stands when they ask."""
    language: str = "en"
    """The language of its texts."""
    translations: "Mapping[str, FormDefinition]" = field(
        default_factory=dict[str, "FormDefinition"], compare=False, repr=False
    )
    """The same form in its other languages: one structure, one digest, other texts."""

    @property
    def is_for_officers(self) -> bool:
        """Whether only who is signed in as an officer may fill it."""
        return self.audience == ("officer",)

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language it is written in, its own first."""
        return (self.language, *self.translations)

    def in_language(self, language: str) -> "FormDefinition":
        """The form in a language; as it is when it is not written in that one."""
        return self.translations.get(language, self)

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """Every page, those that repeat among them, in the order of the file."""
        return tuple(pages_of(self.parts))

    @cached_property
    def repeats(self) -> tuple[Repeat, ...]:
        """Every repeating group, an outer one before those within it."""
        return tuple(repeats_of(self.parts))

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Every question and content block, in the order of the pages."""
        return tuple(question for page in self.pages for question in page.questions)

    def section_of(self, name: str) -> Section | None:
        """The section a page, or a repeating group, belongs to; None where there are none."""
        for part in self.parts if self.sections else ():
            inside = [part] if isinstance(part, Page) else [*pages_of([part]), *repeats_of([part])]
            if any(each.name == name for each in inside):
                return next((s for s in self.sections if s.name == part.section), None)
        return None

    def page(self, name: str) -> Page | None:
        """The page with this name."""
        return next((p for p in self.pages if p.name == name), None)

    def repeat(self, name: str) -> Repeat | None:
        """The repeating group with this name."""
        return next((r for r in self.repeats if r.name == name), None)

    def question(self, name: str) -> Question | None:
        """The question with this name."""
        return next((q for q in self.questions if q.name == name), None)

    def page_of(self, question: str) -> Page | None:
        """The page a question stands on."""
        return self._pages_by_question.get(question)

    @cached_property
    def _pages_by_question(self) -> Mapping[str, Page]:
        return {q.name: page for page in reversed(self.pages) for q in page.questions}


def pages_of(parts: Iterable[Part]) -> Iterator[Page]:
    """The pages among the parts, those of repeating groups too."""
    for part in parts:
        if isinstance(part, Page):
            yield part
        else:
            yield from pages_of(part.parts)


def repeats_of(parts: Iterable[Part]) -> Iterator[Repeat]:
    """The repeating groups among the parts."""
    for part in parts:
        if isinstance(part, Repeat):
            yield part
            yield from repeats_of(part.parts)


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
    language: str = "en"
    """The language of its texts."""
    translations: "Mapping[str, Council]" = field(
        default_factory=dict[str, "Council"], compare=False, repr=False
    )

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language its words are in, its own first."""
        return (self.language, *self.translations)

    def in_language(self, language: str) -> "Council":
        """Its words in a language; as they are when there are none in that one."""
        return self.translations.get(language, self)
