"""Turns the YAML of one form into a FormDefinition, or says everything that is wrong with it."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache

from portal.core.languages import LANGUAGES
from portal.core.money import parse_pounds
from portal.forms.calendar_parsing import Calendars, check_uses, parse_calendars
from portal.forms.calendars import Calendar
from portal.forms.computed_parsing import parse_computed
from portal.forms.definition import (
    CaseRule,
    Council,
    Example,
    FormDefinition,
    Page,
    Part,
    Repeat,
    pages_of,
    repeats_of,
)
from portal.forms.fee_parsing import Fees, parse_fee_lines
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import Question
from portal.forms.language import CASE, COUNCIL, CUSTOMER, EXAMPLE, FORM, KEEP
from portal.forms.list_types import ROWS
from portal.forms.opening_parsing import parse_opening
from portal.forms.page_parsing import (
    outline_parts,
    pages_among,
    parse_parts,
    repeats_among,
    rows_of,
)
from portal.forms.placeholders import check_placeholders
from portal.forms.prefill_parsing import parse_prefill
from portal.forms.reader import PAGE_NAME, Reader, nearest
from portal.forms.section_parsing import has_task_list, parse_sections, waits_for
from portal.forms.source import Finding, Source, read_source
from portal.forms.translations import (
    COUNCIL_TEXTS,
    FORM_TEXTS,
    SHARED_TEXTS,
    in_language,
    languages_of,
)

PRIORITIES = ("low", "normal", "high", "urgent")
CHARGES = ("one", "some", "any")
AUDIENCES = ("resident", "business")
OFFICER = "officer"
_SPAN = re.compile(r"(?P<count>\d{1,4}) (?P<unit>day|week|month|year)s?", re.ASCII)
_WORKING_DAYS = re.compile(r"(?P<count>\d{1,3}) working days?", re.ASCII)
_DAYS = {"day": 1, "week": 7, "month": 31, "year": 366}
_CUSTOMER_TYPES = {
    "email": ("email",),
    "phone": ("phone",),
    "address": ("address",),
    "name": ("name", "text"),
    "organisation": ("organisation", "text"),
}


@dataclass(frozen=True, slots=True)
class Bundle:
    """The texts one form is made of. Its digest is the form's identity."""

    file: str
    text: str
    shared: str = ""
    fees: str = ""
    calendars: str | None = None
    """The text of `_calendars.yml`, which is no part of the form's identity: a calendar changes
    for drafts begun before as well. None where nothing is known of it."""

    @property
    def digest(self) -> str:
        """SHA-256 over the form's, the shared and the fees' texts, in hexadecimal."""
        whole = json.dumps([self.text, self.shared, self.fees], ensure_ascii=False)
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Parsed:
    """What came of reading one form."""

    definition: FormDefinition | None
    """None when there is any error."""
    findings: tuple[Finding, ...]


@lru_cache(maxsize=32)
def parse_form(bundle: Bundle) -> Parsed:
    """Read one form. Every problem is found at once; none raises.

    What was read is kept for a while: of a folder that is read again most forms are as they were.
    """
    definition, findings, _ = _read(bundle)
    return Parsed(None if findings else definition, findings)


def parse_kept(bundle: Bundle) -> Parsed:
    """Read a definition that was right once, when the language was less strict.

    A finding is told but forgiven where it changes nothing of what is asked, checked, charged
    or sent: it is about the words people read, about the file's name, or among the examples.
    """
    definition, findings, examples = _read(bundle)
    forgiven = all(_is_harmless(finding, bundle.file, examples) for finding in findings)
    return Parsed(definition if forgiven else None, findings)


_HARMLESS = frozenset({"C007", "C008", "F024", "F028", "F029", "F032", "F037", "F038", "F042"})
"""Codes of findings about words people read, empty pages, the file's name, and expressions that
came to nothing within a list before that was found."""
_WORDS = ("title", "summary", "service_area", "lgsl", "takes", "before_you_start", "subject")
_MISSING_WORDS = frozenset(f"{key} is missing" for key in (*_WORDS, "what_happens_next"))


def _is_harmless(finding: Finding, file: str, examples: AbstractSet[int]) -> bool:
    if finding.severity != "error" or finding.code in _HARMLESS:
        return True
    if finding.code == "F003":
        return finding.message in _MISSING_WORDS
    return finding.file == file and finding.line in examples and finding.code[:1] == "F"


def _read(bundle: Bundle) -> tuple[FormDefinition | None, tuple[Finding, ...], AbstractSet[int]]:
    """The form as far as it can be read, all findings, and the lines its examples stand on."""
    source = read_source(bundle.file, bundle.text)
    shared = read_source("_shared.yml", bundle.shared)
    fees = Fees(read_source("_fees.yml", bundle.fees))
    calendars = None if bundle.calendars is None else parse_calendars(bundle.calendars)
    definition = None
    if source.value is None and not source.findings:
        source.error((), "F000", "the file is empty", "Begin with `form:` and the form's name.")
    elif source.value is not None:
        known = calendars or Calendars()
        definition = _in_every_language(source, shared, fees, bundle.digest, known.by_name)
        check_uses(source, calendars)
        check_uses(shared, calendars, [("pages", page) for page in _shared_pages(source)])
    used = [source, *_used(source, shared, fees)]
    findings = sorted({finding for each in used for finding in each.findings})
    within = {line for path, (line, _) in source.positions.items() if path[:1] == ("examples",)}
    return definition, tuple(findings), within


def _in_every_language(
    source: Source, shared: Source, fees: Fees, digest: str, calendars: Mapping[str, Calendar]
) -> FormDefinition | None:
    """The form in English, with itself in each other language it is written in."""
    pages = _shared_pages(source)
    english, *others = (
        _form(
            in_language(source, FORM_TEXTS, language, must_have=True),
            in_language(shared, SHARED_TEXTS, language, must_have=True, pages=pages),
            fees,
            digest,
        )
        for language in languages_of(source)
    )
    if english is None:
        return None
    translations: dict[str, FormDefinition] = {}
    english = replace(english, translations=translations, calendars=calendars)
    for each in others:
        if each is not None:
            translations[each.language] = replace(
                each, translations={"en": english}, calendars=calendars
            )
    return english


def _shared_pages(source: Source) -> set[str]:
    """What the form takes from the shared file, by name."""
    return {text.value for path, text in source.scalars.items() if path[-1:] == ("use",)}


def _used(source: Source, shared: Source, fees: Fees) -> Iterator[Source]:
    """The files beside the form that it takes something from: others cannot take it down."""
    written = source.scalars.items()
    if any(path[:1] == ("pages",) and path[-1] == "use" for path, _ in written):
        yield shared
    if any(
        path[:1] == ("fee",) and path[2:] == ("amount",) and parse_pounds(text.value) is None
        for path, text in written
    ):
        yield fees.source


def _form(source: Source, shared: Source, fees: Fees, digest: str) -> FormDefinition | None:
    form = Reader(source, (), FORM)
    if not form.raw:
        return None
    name = form.name("form", PAGE_NAME, "form")
    if name and source.file.rpartition("/")[2].removesuffix(".yml") != name:
        form.error(
            "form",
            "F032",
            f"the file is called {source.file} but the form {name}",
            "Give both the same name.",
        )
    outlines = outline_parts(form, shared)
    questions: dict[str, Question] = {}
    for question in (q for outline in pages_among(outlines) for q in outline.questions):
        questions.setdefault(question.name, question)
    answered = {n: q for n, q in questions.items() if FIELD_TYPES[q.type].asks and n}
    lists = {outline.name: ROWS for outline in repeats_among(outlines) if outline.name}
    types = {n: FIELD_TYPES[q.type].cel_type for n, q in answered.items()}
    computed = parse_computed(form, {**types, **lists}, rows_of(outlines))
    parts = parse_parts(outlines, computed.vocabulary, computed.reads)
    outside = {n for part in parts if not isinstance(part, Repeat) for n in _asked_on(part)}
    single = {name: question for name, question in answered.items() if name in outside}
    if parts and all(page.is_exit for page in pages_of(parts)):
        form.error("pages", "F033", "every page is an exit page", "Nothing could ever be sent.")
    draft, submission = _keep(form)
    sections = parse_sections(form, outlines)
    return FormDefinition(
        form=name,
        title=form.text("title"),
        summary=form.text("summary"),
        service_area=form.text("service_area"),
        lgsl=form.number("lgsl") or 0,
        audience=_audience(form),
        takes=form.text("takes"),
        before_you_start=form.text("before_you_start"),
        parts=parts,
        fee=parse_fee_lines(form, fees, _numbers(single, computed.types), computed.vocabulary),
        case=_case(form, single, computed.types.keys() | lists.keys()),
        what_happens_next=form.text("what_happens_next"),
        declaration=form.text("declaration"),
        keep_draft=timedelta(days=draft),
        keep_submission_days=submission,
        examples=tuple(_examples(form, parts, answered)),
        digest=digest,
        computed=computed.values,
        charge=form.one_of("charge", CHARGES, "one"),
        sections=sections,
        has_task_list=has_task_list(form, sections),
        waits=waits_for(parts, computed.reads) if sections else {},
        opening=parse_opening(form),
        prefill=parse_prefill(form, answered, single),
        language=source.language,
    )


def _asked_on(page: Page) -> list[str]:
    return [q.name for q in page.questions if FIELD_TYPES[q.type].asks]


def _numbers(questions: Mapping[str, Question], computed: Mapping[str, str]) -> frozenset[str]:
    """What a fee may be reckoned by: whole numbers that were asked or computed."""
    asked = {name for name, question in questions.items() if question.type == "whole-number"}
    return frozenset(asked | {name for name, kind in computed.items() if kind == "int"})


def _audience(form: Reader) -> tuple[str, ...]:
    audience = form.words("audience") or AUDIENCES
    if audience == (OFFICER,):
        return audience
    for number, word in enumerate(audience):
        if word not in AUDIENCES:
            cure = f"Choose from {', '.join(AUDIENCES)}; or officer by itself."
            form.error_in("audience", number, "F011", f"audience cannot be {word!r}", cure)
    return audience


def _keep(form: Reader) -> tuple[int, int]:
    keep = form.inside("keep", KEEP)
    if keep is None:
        return 28, 6 * 366
    return _span(keep, "draft", 28), _span(keep, "submission", 6 * 366)


def _span(keep: Reader, key: str, default: int) -> int:
    written = keep.text(key)
    if not written:
        return default
    match = _SPAN.fullmatch(written)
    if match is None or int(match["count"]) == 0:
        keep.error(
            key, "F034", f"{written!r} is not a length of time", "Write it like 28 days or 6 years."
        )
        return default
    return int(match["count"]) * _DAYS[match["unit"]]


def _case(form: Reader, questions: Mapping[str, Question], also: AbstractSet[str]) -> CaseRule:
    case = form.inside("case", CASE)
    if case is None:
        return CaseRule("", "", "normal", 0, "")
    target = _WORKING_DAYS.fullmatch(case.text("target"))
    if target is None and case.text("target"):
        case.error(
            "target",
            "F035",
            "target must be a number of working days",
            "Write it like 20 working days.",
        )
    check_placeholders(case, "subject", questions, also)
    return CaseRule(
        type=case.text("type"),
        queue=case.text("queue"),
        priority=case.one_of("priority", PRIORITIES, "normal"),
        target_working_days=int(target["count"]) if target else 0,
        subject=case.text("subject"),
        customer=_customer(case, questions),
        location=tuple(_locations(case, questions)),
        anonymous=_is_anonymous(case),
        spot=case.spot(),
    )


def _is_anonymous(case: Reader) -> bool:
    customer = case.inside("customer", CUSTOMER)
    return customer is not None and customer.flag("anonymous")


def _locations(case: Reader, questions: Mapping[str, Question]) -> Iterator[str]:
    for name in case.names("location"):
        if _is_of_type(case, "location", name, questions, ("address", "location", "uprn")):
            yield name


def _customer(case: Reader, questions: Mapping[str, Question]) -> dict[str, str]:
    customer = case.inside("customer", CUSTOMER)
    if customer is None:
        return {}
    return {
        part: name
        for part, types in _CUSTOMER_TYPES.items()
        if (name := _of_type(customer, part, questions, types))
    }


def _of_type(
    reader: Reader, key: str, questions: Mapping[str, Question], types: tuple[str, ...]
) -> str:
    name = reader.text(key)
    return name if name and _is_of_type(reader, key, name, questions, types) else ""


def _is_of_type(
    reader: Reader,
    key: str,
    name: str,
    questions: Mapping[str, Question],
    types: tuple[str, ...],
) -> bool:
    if name in questions and questions[name].type in types:
        return True
    reader.error(
        key,
        "F036",
        f"{name} is not a question of type {' or '.join(types)}",
        "These are: "
        + (", ".join(n for n, q in questions.items() if q.type in types) or "none")
        + ".",
    )
    return False


def _examples(
    form: Reader, parts: tuple[Part, ...], questions: Mapping[str, Question]
) -> list[Example]:
    lists = {repeat.name for repeat in repeats_of(parts)}
    names = {page.name for page in pages_of(parts)} | lists
    examples: list[Example] = []
    for number, item in enumerate(form.each("examples", EXAMPLE)):
        answers, refused = item.mapping("answers"), item.texts("refused")
        for key, of in (("answers", answers), ("refused", refused)):
            for name in of:
                if name not in questions and name not in lists:
                    form.source.error(
                        ("examples", number, key, name),
                        "F039",
                        f"there is no question called {name}",
                        nearest(name, [*questions, *lists]),
                    )
        for place, name in enumerate(item.words("sees")):
            if name not in names:
                item.error_in(
                    "sees", place, "F040", f"there is no page called {name}", nearest(name, names)
                )
        ends_at = item.text("ends_at")
        if ends_at and ends_at not in names:
            said = f"there is no page called {ends_at}"
            item.error("ends_at", "F040", said, nearest(ends_at, names))
        examples.append(
            Example(
                name=item.text("example"),
                answers=answers,
                on=item.date("on"),
                language=item.one_of("language", LANGUAGES, "en"),
                sees=item.words("sees") if "sees" in item.raw else None,
                fee=item.money("fee"),
                ends_at=ends_at,
                refused=refused,
                line=form.source.positions.get(("examples", number), (0, 0))[0],
            )
        )
    return examples


def parse_council(file: str, text: str) -> tuple[Council | None, tuple[Finding, ...]]:
    """Read `_council.yml`."""
    source = read_source(file, text)
    if source.value is None and source.findings:
        return None, tuple(source.findings)
    english, *others = (
        _council(in_language(source, COUNCIL_TEXTS, language, must_have=True))
        for language in languages_of(source)
    )
    translations: dict[str, Council] = {}
    english = replace(english, translations=translations)
    for each in others:
        translations[each.language] = replace(each, translations={"en": english})
    return (None if source.findings else english), tuple(sorted(set(source.findings)))


def _council(source: Source) -> Council:
    council = Reader(source, (), COUNCIL)
    prefix = council.text("reference_prefix")
    if prefix and not re.fullmatch(r"[A-Z]{2,3}", prefix):
        council.error("reference_prefix", "F041", "the prefix must be two or three capital letters")
    return Council(
        name=council.text("name"),
        phone=council.text("phone"),
        email=council.text("email"),
        hours=council.text("hours"),
        website=council.text("website"),
        address=council.words("address"),
        reference_prefix=prefix,
        vat_number=council.text("vat_number"),
        accessibility=council.text("accessibility"),
        privacy=council.text("privacy"),
        language=source.language,
    )
