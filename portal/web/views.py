"""What a template needs, worked out beforehand: pure, and no template decides anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from portal.core.languages import when_in_words
from portal.core.money import format_pounds
from portal.forms.answering import Refused
from portal.forms.answers import Answers, Item
from portal.forms.calendars import Free, no_calendars
from portal.forms.definition import FormDefinition, Page, Repeat
from portal.forms.fees import Fee
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.appointment import Offered, offered_now
from portal.forms.fields.base import (
    AnswerValue,
    FieldError,
    Question,
    Raw,
    StoredFile,
    Unfinished,
)
from portal.forms.journey import Journey, Step
from portal.forms.list_words import ask_for_another
from portal.forms.opening import Opening, Standing
from portal.forms.summary import (
    SummaryGroup,
    capital,
    caption_of,
    shown,
    summary_groups,
)
from portal.forms.texts import fill

_OPTIONAL = {"en": "optional", "cy": "dewisol"}


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
    offered: Offered | None = None
    """The free days or times, for an appointment."""
    shown: tuple[str, ...] = ()
    """The answer given before, in words; empty when there is none."""
    revealed: "Mapping[str, tuple[QuestionView, ...]]" = field(
        default_factory=dict[str, "tuple[QuestionView, ...]"]
    )
    """Option → the questions it reveals, drawn beneath it."""

    @property
    def label(self) -> str:
        """The question as it is asked."""
        said = _OPTIONAL[self.question.language]
        optional = f" ({said})" if self.question.optional else ""
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
    caption: str = ""
    """Which of several things it is about: "Item 2"."""
    warnings: tuple[FieldError, ...] = ()
    warned: str = ""
    """What is posted to go on in spite of the warnings."""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item in the list of a repeating group."""

    id: int
    number: str
    """"Item 2"."""
    line: str
    """What it is, in words."""
    change: str
    remove: str
    is_complete: bool
    can_move: bool


@dataclass(frozen=True, slots=True)
class ListView:
    """The list of a repeating group, with the question whether there is another."""

    form: FormDefinition
    name: str
    title: str
    guidance: str
    caption: str
    rows: tuple[ItemRow, ...]
    question: str
    has_room: bool
    chosen: str
    errors: tuple[FieldError, ...]
    error: str
    back: str
    action: str
    returns_to_check: bool


@dataclass(frozen=True, slots=True)
class RemoveView:
    """The question whether one item is really to go."""

    number: str
    line: str
    back: str
    action: str


@dataclass(frozen=True, slots=True)
class FeeRow:
    """One row of what is to be paid."""

    label: str
    amount: str


@dataclass(frozen=True, slots=True)
class CheckView:
    """The check answers page."""

    form: FormDefinition
    groups: tuple[SummaryGroup, ...]
    fee: tuple[FeeRow, ...]
    total: str
    """Empty when there is nothing to pay."""
    quote: str
    """The total in pence and our signature over it: what the resident was shown."""
    back: str
    fee_changed: bool = False


def page_view(  # everything one page shows
    form: FormDefinition,
    step: Step,
    page: Page,
    journey: Journey,
    *,
    raw: Raw | None = None,
    errors: Sequence[FieldError] = (),
    outcome: Refused | None = None,
    files: Mapping[str, tuple[StoredFile, ...]] | None = None,
    free: Free = no_calendars,
    returns_to_check: bool = False,
) -> PageView:
    """Draw up a page: with what was just typed when there is any, else with the answers given.

    `page` is the step's page as it is asked of these answers.
    """
    asked = [q for q in page.questions if FIELD_TYPES[q.type].asks]
    heads = len(asked) == 1 and page.title == asked[0].ask
    wrong: dict[str, str] = {}
    for error in errors:
        wrong.setdefault(error.input, error.message)
    given = journey.answers.at(step.item_path).values
    views = tuple(
        _question_view(
            question,
            _raw_of(question, raw, given),
            wrong,
            is_heading=heads and question is asked[0],
            found=outcome.unfinished.get(question.name) if outcome else None,
            files=(files or {}).get(question.name, ()),
            offered=_offered(question, _raw_of(question, raw, given), free),
            shown=shown(question, given) if raw is None else (),
        )
        for question in page.questions
    )
    return PageView(
        form=form,
        page=page,
        questions=_nested(page, views),
        errors=tuple(errors),
        back=_check_path(form) if returns_to_check else _back(form, step, journey),
        action=f"/forms/{form.form}/{step.path}",
        returns_to_check=returns_to_check,
        has_file=any(q.type == "file" for q in page.questions),
        can_save=bool(journey.values) or bool(step.item_path),
        own_heading=not heads,
        caption=_captioned(form, step, journey.answers),
        warnings=outcome.warnings if outcome else (),
        warned=outcome.warned if outcome else "",
    )


def _offered(question: Question, raw: Raw, free: Free) -> Offered | None:
    """The slots an appointment question offers; None for any other question."""
    if question.type != "appointment":
        return None
    return offered_now(question, raw, free(question.settings.calendar, question.name) or ())


def _check_path(form: FormDefinition) -> str:
    return f"/forms/{form.form}/check-answers"


def _back(form: FormDefinition, step: Step, journey: Journey) -> str:
    before = journey.step_before(step.path)
    return f"/forms/{form.form}/{before.path}" if before else _beginning(form)


def _beginning(form: FormDefinition) -> str:
    """Where one comes from: the list of tasks, or the start page."""
    return f"/forms/{form.form}/tasks" if form.has_task_list else f"/forms/{form.form}"


def _nested(page: Page, views: tuple[QuestionView, ...]) -> tuple[QuestionView, ...]:
    """The questions with those revealed by a choice put beneath it."""
    if not page.reveals:
        return views
    by_name = {view.question.name: view for view in views}
    revealed: dict[str, dict[str, tuple[QuestionView, ...]]] = {}
    for name, (question, option) in reversed(list(page.reveals.items())):
        if name in by_name:
            view = replace(by_name[name], revealed=revealed.get(name, {}))
            beneath = revealed.setdefault(question, {})
            beneath[option] = (view, *beneath.get(option, ()))
    return tuple(
        replace(view, revealed=revealed.get(view.question.name, {}))
        for view in views
        if view.question.name not in page.reveals
    )


def _captioned(form: FormDefinition, step: Step, answers: Answers) -> str:
    """What stands over the heading: the section, and which item of a list it is about."""
    section = form.section_of(step.item_path[0][0] if step.item_path else step.name)
    parts = (section.title if section else "", caption_of(form, step, answers))
    return ": ".join(part for part in parts if part)


def _addressed(form: FormDefinition, group: SummaryGroup) -> SummaryGroup:
    """The same with addresses in place of paths."""
    rows = tuple(
        replace(row, change=f"/forms/{form.form}/{row.change}?change=yes") if row.change else row
        for row in group.rows
    )
    through = f"/forms/{form.form}/{group.through}" if group.through else ""
    return replace(group, rows=rows, through=through)


def list_view(
    form: FormDefinition,
    step: Step,
    repeat: Repeat,
    journey: Journey,
    kept: Answers,
    *,
    raw: Raw | None = None,
    errors: Sequence[FieldError] = (),
    returns_to_check: bool = False,
) -> ListView:
    """Draw up the list of a repeating group; `kept` are the draft's answers, finished or not."""
    items = kept.at(step.item_path).items.get(repeat.name, ())[: repeat.max]
    unfinished = _unfinished(step, repeat, journey)
    rows = tuple(
        _item_row(form, step, repeat, item, number, is_complete=item.id not in unfinished)
        for number, item in enumerate(items, start=1)
    )
    return ListView(
        form=form,
        name=repeat.name,
        title=fill(repeat.title, form, journey.values, journey.scope),
        guidance=repeat.guidance,
        caption=_captioned(form, step, kept),
        rows=rows,
        question=ask_for_another(repeat, form.language, has_some=bool(rows)),
        has_room=len(rows) < repeat.max,
        chosen=(raw or {}).get(repeat.name, ("",))[0],
        errors=tuple(errors),
        error=errors[0].message if errors else "",
        back=_check_path(form) if returns_to_check else _back_of_list(form, step, repeat, journey),
        action=f"/forms/{form.form}/{step.path}",
        returns_to_check=returns_to_check,
    )


def _unfinished(step: Step, repeat: Repeat, journey: Journey) -> frozenset[int]:
    """The items of a list that still need an answer."""
    depth, at = len(step.item_path), journey.next_step
    if at is None or len(at.item_path) <= depth or at.item_path[:depth] != step.item_path:
        return frozenset()
    name, item_id = at.item_path[depth]
    return frozenset({item_id}) if name == repeat.name else frozenset()


def _back_of_list(form: FormDefinition, step: Step, repeat: Repeat, journey: Journey) -> str:
    """The step before the whole list: its items are reached from the list itself."""
    depth = len(step.item_path)
    before = _beginning(form)
    for earlier in journey.steps:
        within = [name for name, _item in earlier.item_path[depth:]]
        same_place = earlier.item_path[:depth] == step.item_path
        if earlier.path == step.path or (same_place and within[:1] == [repeat.name]):
            break
        before = f"/forms/{form.form}/{earlier.path}"
    return before


def _item_row(
    form: FormDefinition, step: Step, repeat: Repeat, item: Item, number: int, *, is_complete: bool
) -> ItemRow:
    at = Step(repeat.first_page, (*step.item_path, (repeat.name, item.id)))
    address = f"/forms/{form.form}/{step.path}/{item.id}"
    return ItemRow(
        id=item.id,
        number=f"{capital(repeat.each)} {number}",
        line=item_line(form, repeat, item, number),
        change=f"/forms/{form.form}/{at.path}",
        remove=f"{address}/remove",
        is_complete=is_complete,
        can_move=repeat.can_reorder and number > 1,
    )


def item_line(form: FormDefinition, repeat: Repeat, item: Item, number: int) -> str:
    """An item in words: as the designer says it, or "Item 2"."""
    scope = {name: [None] * len(listed) for name, listed in item.answers.items.items()}
    line = fill(repeat.line, form, item.answers.values, scope)
    return line or f"{capital(repeat.each)} {number}"


def remove_view(
    form: FormDefinition, step: Step, repeat: Repeat, item: Item, number: int
) -> RemoveView:
    """Ask whether an item is really to go; `step` is its list."""
    address = f"/forms/{form.form}/{step.path}"
    return RemoveView(
        number=f"{capital(repeat.each)} {number}",
        line=item_line(form, repeat, item, number),
        back=address,
        action=f"{address}/{item.id}/remove",
    )


def _question_view(  # one question, all it shows
    question: Question,
    raw: Mapping[str, Sequence[str]],
    wrong: Mapping[str, str],
    *,
    is_heading: bool,
    found: Unfinished | None,
    files: tuple[StoredFile, ...],
    offered: Offered | None,
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
        offered=offered,
        shown=shown,
    )


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
    form: FormDefinition,
    asked: Sequence[tuple[Step, Page]],
    journey: Journey,
    fee: Fee,
    quote: str,
    *,
    fee_changed: bool = False,
) -> CheckView:
    """Draw up the check answers page; `asked` are the steps with their pages as they were asked."""
    last = journey.steps[-1] if journey.steps else None
    return CheckView(
        form=form,
        groups=tuple(_addressed(form, g) for g in summary_groups(form, asked, journey)),
        fee=tuple(FeeRow(line.label, format_pounds(line.amount)) for line in fee.lines),
        total=format_pounds(fee.total) if fee.lines else "",
        quote=quote,
        back=f"/forms/{form.form}/{last.path}"
        if last and not form.has_task_list
        else _beginning(form),
        fee_changed=fee_changed,
    )


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service in the list."""

    form: str
    title: str
    summary: str
    language: str = "en"
    """Of its title and summary: a service may have no Welsh."""
    closed: str = ""
    """Which words say why it cannot be begun: opens, closed or full; empty while it can."""
    opens: str = ""
    """"1 December 2026 at 9:00am", where it opens later."""


@dataclass(frozen=True, slots=True)
class ServicesView:
    """The list of services, searched or whole."""

    query: str
    services: tuple[ServiceRow, ...] = field(default=())


def why_closed(opening: Opening, standing: Standing, language: str) -> tuple[str, str]:
    """Which words say why a service cannot be begun now, and when it opens if it will.

    Both are empty when it can be begun.
    """
    if standing is Standing.NOT_YET and opening.start is not None:
        return "opens", when_in_words(opening.start, language)
    return {Standing.CLOSED: "closed", Standing.FULL: "full"}.get(standing, ""), ""


def services_view(
    forms: Sequence[FormDefinition],
    query: str,
    standings: Mapping[str, Standing],
    language: str = "en",
) -> ServicesView:
    """Every service whose title, summary or area holds all the words asked for.

    `standings` are those of the services that are not always open; `language` is the page's.
    """
    words = query.casefold().split()
    found = [
        form
        for form in forms
        if all(w in f"{form.title} {form.summary} {form.service_area}".casefold() for w in words)
    ]
    rows: list[ServiceRow] = []
    for form in found:
        standing = standings.get(form.form, Standing.OPEN)
        closed, opens = why_closed(form.opening, standing, language)
        rows.append(ServiceRow(form.form, form.title, form.summary, form.language, closed, opens))
    return ServicesView(query, tuple(rows))
