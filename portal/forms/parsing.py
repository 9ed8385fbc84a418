"""Turns the YAML of one form into a FormDefinition, or says everything that is wrong with it."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from portal.forms.conditions import Vocabulary
from portal.forms.definition import (
    CaseRule,
    Council,
    Example,
    FeeSchedule,
    FormDefinition,
    Page,
)
from portal.forms.fee_parsing import parse_fee_lines, parse_fees
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import Question
from portal.forms.language import CASE, COUNCIL, CUSTOMER, EXAMPLE, FORM, KEEP
from portal.forms.page_parsing import outline_pages, parse_pages, read_shared
from portal.forms.reader import PAGE_NAME, Reader
from portal.forms.source import Finding, Source, read_source
from portal.forms.texts import placeholders

PRIORITIES = ("low", "normal", "high", "urgent")
CHARGES = ("one", "some", "any")
AUDIENCES = ("resident", "business")
_SPAN = re.compile(r"(?P<count>\d{1,4}) (?P<unit>day|week|month|year)s?")
_WORKING_DAYS = re.compile(r"(?P<count>\d{1,3}) working days?")
_DAYS = {"day": 1, "week": 7, "month": 31, "year": 366}
_CUSTOMER_TYPES = {
    "email": ("email",),
    "phone": ("phone",),
    "address": ("address",),
    "name": ("name", "text"),
    "organisation": ("text",),
}


@dataclass(frozen=True, slots=True)
class Bundle:
    """The texts one form is made of. Its digest is the form's identity."""

    file: str
    text: str
    shared: str = ""
    fees: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 over all three texts, in hexadecimal."""
        whole = json.dumps([self.text, self.shared, self.fees], ensure_ascii=False)
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Parsed:
    """What came of reading one form."""

    definition: FormDefinition | None
    """None when there is any error."""
    findings: tuple[Finding, ...]


def parse_form(bundle: Bundle) -> Parsed:
    """Read one form. Every problem is found at once; none raises."""
    source = read_source(bundle.file, bundle.text)
    shared = read_shared("_shared.yml", bundle.shared)
    fees_source = read_source("_fees.yml", bundle.fees)
    definition = None
    if source.value is None and not source.findings:
        source.error((), "F000", "the file is empty", "Run `portal new` for a file to start from.")
    elif source.value is not None:
        definition = _form(source, shared, parse_fees(fees_source), bundle.digest)
    findings = sorted({*source.findings, *shared.findings, *fees_source.findings})
    return Parsed(None if findings else definition, tuple(findings))


def _form(
    source: Source, shared: Source, fees: Mapping[str, FeeSchedule], digest: str
) -> FormDefinition | None:
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
    outlines = outline_pages(form, shared)
    questions = {q.name: q for outline in outlines for q in outline.questions}
    answered = {n: q for n, q in questions.items() if FIELD_TYPES[q.type].asks and n}
    vocabulary = Vocabulary({n: FIELD_TYPES[q.type].cel_type for n, q in answered.items()})
    pages = parse_pages(outlines, vocabulary)
    if pages and all(page.is_exit for page in pages):
        form.error("pages", "F033", "every page is an exit page", "Nothing could ever be sent.")
    draft, submission = _keep(form)
    return FormDefinition(
        form=name,
        title=form.text("title"),
        summary=form.text("summary"),
        service_area=form.text("service_area"),
        lgsl=form.number("lgsl") or 0,
        audience=_audience(form),
        takes=form.text("takes"),
        before_you_start=form.text("before_you_start"),
        pages=pages,
        fee=parse_fee_lines(form, fees, answered, vocabulary),
        case=_case(form, answered),
        what_happens_next=form.text("what_happens_next"),
        declaration=form.text("declaration"),
        keep_draft=timedelta(days=draft),
        keep_submission_days=submission,
        examples=tuple(_examples(form, pages, answered)),
        digest=digest,
        charge=form.one_of("charge", CHARGES, "one"),
    )


def _audience(form: Reader) -> tuple[str, ...]:
    audience = form.words("audience") or AUDIENCES
    for word in audience:
        if word not in AUDIENCES:
            form.error(
                "audience",
                "F011",
                f"audience cannot be {word!r}",
                f"Choose from {', '.join(AUDIENCES)}.",
            )
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


def _case(form: Reader, questions: Mapping[str, Question]) -> CaseRule:
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
    _check_placeholders(case, "subject", questions)
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
        if _is_of_type(case, "location", name, questions, ("address", "location")):
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


def _check_placeholders(reader: Reader, key: str, questions: Mapping[str, Question]) -> None:
    for name, part in placeholders(reader.text(key)):
        if name not in questions:
            reader.error(key, "F037", f"{{{name}}} is not a question of this form")
        elif part and part != "label" and "map" not in FIELD_TYPES[questions[name].type].cel_type:
            reader.error(
                key,
                "F038",
                f"{{{name}.{part}}}: a {questions[name].type} has no {part}",
                f"Write {{{name}}}.",
            )


def _examples(
    form: Reader, pages: tuple[Page, ...], questions: Mapping[str, Question]
) -> list[Example]:
    names = {page.name for page in pages}
    examples: list[Example] = []
    for number, item in enumerate(form.each("examples", EXAMPLE)):
        answers, refused = item.mapping("answers"), item.mapping("refused")
        for key, of in (("answers", answers), ("refused", refused)):
            inside = Reader(form.source, ("examples", number, key)) if of else item
            for name in of:
                if name not in questions:
                    inside.error(name, "F039", f"there is no question called {name}")
        for name in (
            *item.words("sees"),
            *([item.text("ends_at")] if item.text("ends_at") else []),
        ):
            if name not in names:
                item.error(
                    "sees" if name in item.words("sees") else "ends_at",
                    "F040",
                    f"there is no page called {name}",
                )
        examples.append(
            Example(
                name=item.text("example"),
                answers=answers,
                on=item.date("on"),
                sees=item.words("sees") if "sees" in item.raw else None,
                fee=item.money("fee"),
                ends_at=item.text("ends_at"),
                refused={str(k): str(v) for k, v in refused.items()},
                line=form.source.positions.get(("examples", number), (0, 0))[0],
            )
        )
    return examples


def parse_council(file: str, text: str) -> tuple[Council | None, tuple[Finding, ...]]:
    """Read `_council.yml`."""
    source = read_source(file, text)
    council = Reader(source, (), COUNCIL)
    prefix = council.text("reference_prefix")
    if prefix and not re.fullmatch(r"[A-Z]{2,3}", prefix):
        council.error("reference_prefix", "F041", "the prefix must be two or three capital letters")
    read = Council(
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
    )
    return (None if source.findings else read), tuple(source.findings)
