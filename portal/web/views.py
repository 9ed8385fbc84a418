"""What a template needs, worked out beforehand: pure, and no template decides anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.core.money import format_pounds
from portal.forms.definition import FormDefinition, Page
from portal.forms.fees import Fee
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import AnswerValue, FieldError, Question, Raw, StoredFile, Unfinished
from portal.forms.journey import Journey


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question as its template draws it."""

    question: Question
    raw: Mapping[str, Sequence[str]]
    """What fills the inputs: what was typed, or the answer given before."""
    errors: Mapping[str, str]
    """Input name → what is wrong with it."""
    is_heading: bool
    """Whether its label or legend is the page's h1."""
    found: Any = None
    """What a search found, when a choice must be made."""
    found_message: str = ""
    files: tuple[StoredFile, ...] = ()
    """The files uploaded so far, for a file question."""
    shown: tuple[str, ...] = ()
    """The answer given before, in words; empty when there is none."""

    @property
    def label(self) -> str:
        """The question as it is asked."""
        optional = " (optional)" if self.question.optional else ""
        return f"{self.question.ask}{optional}"

    @property
    def size(self) -> str:
        """How large its label or legend is."""
        return "l" if self.is_heading else "s"

    @property
    def wrong_parts(self) -> tuple[str, ...]:
        """The parts of a date that are wrong."""
        parts = ("day", "month", "year")
        return tuple(part for part in parts if f"{self.question.name}-{part}" in self.errors)

    @property
    def template(self) -> str:
        """The field type's own template."""
        return f"fields/{self.question.type.replace('-', '_')}.html"

    def value(self, suffix: str = "") -> str:
        """What one input holds: `value("-day")`, or `value()` for the question's own."""
        given = self.raw.get(self.question.name + suffix)
        return given[0] if given else ""

    def values(self) -> Sequence[str]:
        """Everything posted under the question's own name."""
        return self.raw.get(self.question.name, ())

    def error(self, suffix: str = "") -> str:
        """What is wrong with one input."""
        return self.errors.get(self.question.name + suffix, "")

    @property
    def first_error(self) -> str:
        """The first thing wrong with the question, for a group's one message."""
        inputs = FIELD_TYPES[self.question.type].inputs(self.question)
        return next((self.errors[name] for name in inputs if name in self.errors), "")


@dataclass(frozen=True, slots=True)
class PageView:
    """A page of questions."""

    form: FormDefinition
    page: Page
    questions: tuple[QuestionView, ...]
    errors: tuple[FieldError, ...]
    back: str
    action: str
    returns_to_check: bool
    has_file: bool
    can_save: bool
    """Whether there is something to save for later yet."""
    own_heading: bool
    """Whether the page draws an h1 of its own, the questions being several or none."""


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One row of check answers."""

    label: str
    lines: tuple[str, ...]
    change: str
    page: str


@dataclass(frozen=True, slots=True)
class FeeRow:
    """One row of what is to be paid."""

    label: str
    amount: str


@dataclass(frozen=True, slots=True)
class CheckView:
    """The check answers page."""

    form: FormDefinition
    rows: tuple[SummaryRow, ...]
    fee: tuple[FeeRow, ...]
    total: str
    """Empty when there is nothing to pay."""
    quote: str
    """The total in pence and our signature over it: what the resident was shown."""
    back: str
    fee_changed: bool = False


def page_view(  # everything one page shows
    form: FormDefinition,
    page: Page,
    journey: Journey,
    *,
    raw: Raw | None = None,
    errors: Sequence[FieldError] = (),
    unfinished: Mapping[str, Unfinished] | None = None,
    files: Mapping[str, tuple[StoredFile, ...]] | None = None,
    returns_to_check: bool = False,
) -> PageView:
    """Draw up a page: with what was just typed when there is any, else with the answers given."""
    asked = [q for q in page.questions if FIELD_TYPES[q.type].asks]
    heads = len(asked) == 1 and page.title == asked[0].ask
    wrong: dict[str, str] = {}
    for error in errors:
        wrong.setdefault(error.input, error.message)
    views = tuple(
        _question_view(
            question,
            _raw_of(question, raw, journey.values),
            wrong,
            is_heading=heads and question is asked[0],
            found=(unfinished or {}).get(question.name),
            files=(files or {}).get(question.name, ()),
            shown=_shown(question, journey.values) if raw is None else (),
        )
        for question in page.questions
    )
    before = journey.page_before(page.name)
    back = f"/forms/{form.form}/{before.name}" if before else f"/forms/{form.form}"
    return PageView(
        form=form,
        page=page,
        questions=views,
        errors=tuple(errors),
        back=f"/forms/{form.form}/check-answers" if returns_to_check else back,
        action=f"/forms/{form.form}/{page.name}",
        returns_to_check=returns_to_check,
        has_file=any(q.type == "file" for q in page.questions),
        can_save=bool(journey.values),
        own_heading=not heads,
    )


def _question_view(  # one question, all it shows
    question: Question,
    raw: Mapping[str, Sequence[str]],
    wrong: Mapping[str, str],
    *,
    is_heading: bool,
    found: Unfinished | None,
    files: tuple[StoredFile, ...],
    shown: tuple[str, ...],
) -> QuestionView:
    return QuestionView(
        question=question,
        raw=raw,
        errors=wrong,
        is_heading=is_heading,
        found=found.found if found else None,
        found_message=found.message if found else "",
        files=files,
        shown=shown,
    )


def _shown(question: Question, values: Mapping[str, AnswerValue]) -> tuple[str, ...]:
    if question.name not in values:
        return ()
    return FIELD_TYPES[question.type].show(question, values[question.name])


def _raw_of(question: Question, raw: Raw | None, values: Mapping[str, AnswerValue]) -> Raw:
    field_type = FIELD_TYPES[question.type]
    if not field_type.asks:
        return {}
    if raw is not None:
        return {name: _drawable(raw[name]) for name in field_type.inputs(question) if name in raw}
    if question.name in values:
        return field_type.as_raw(question, values[question.name])
    return {}


def _drawable(values: Sequence[str]) -> list[str]:
    # What was typed goes back on the page; only a NUL no page can hold (HTML, 13.2.3.5).
    return [value.replace("\0", "\ufffd") for value in values]


def check_view(
    form: FormDefinition, journey: Journey, fee: Fee, quote: str, *, fee_changed: bool = False
) -> CheckView:
    """Draw up the check answers page."""
    rows = tuple(
        row
        for page in journey.pages
        for question in page.questions
        if FIELD_TYPES[question.type].asks
        and (row := _summary_row(form, page, question, journey)).lines
    )
    last = journey.pages[-1] if journey.pages else None
    return CheckView(
        form=form,
        rows=rows,
        fee=tuple(FeeRow(line.label, format_pounds(line.amount)) for line in fee.lines),
        total=format_pounds(fee.total) if fee.lines else "",
        quote=quote,
        back=f"/forms/{form.form}/{last.name}" if last else f"/forms/{form.form}",
        fee_changed=fee_changed,
    )


def _summary_row(
    form: FormDefinition, page: Page, question: Question, journey: Journey
) -> SummaryRow:
    """One row; without lines when the answer is not to be shown (a hidden one)."""
    lines: tuple[str, ...] = ("Not provided",)
    if question.name in journey.values:
        lines = FIELD_TYPES[question.type].show(question, journey.values[question.name])
    return SummaryRow(
        label=question.ask,
        lines=lines,
        change=f"/forms/{form.form}/{page.name}?change=yes",
        page=page.name,
    )


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service in the list."""

    form: str
    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class ServicesView:
    """The list of services, searched or whole."""

    query: str
    services: tuple[ServiceRow, ...] = field(default=())


def services_view(forms: Sequence[FormDefinition], query: str) -> ServicesView:
    """Every service whose title, summary or area holds all the words asked for."""
    words = query.casefold().split()
    found = [
        form
        for form in forms
        if all(w in f"{form.title} {form.summary} {form.service_area}".casefold() for w in words)
    ]
    return ServicesView(query, tuple(ServiceRow(f.form, f.title, f.summary) for f in found))
