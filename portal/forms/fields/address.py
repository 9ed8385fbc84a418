"""The field type `address`: found in the council's gazetteer, or typed by hand.

Search, choose, confirm without JavaScript, as the GOV.UK Design System's addresses pattern has it
(https://design-system.service.gov.uk/patterns/addresses/). A choice counts only while it belongs
to what is in the search box, so an address chosen earlier never outlives a new search.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from portal.forms.fields.base import (
    AddressRecord,
    Asking,
    FieldError,
    FieldType,
    Json,
    Keys,
    Question,
    Raw,
    Unfinished,
)
from portal.forms.fields.domain import Parts, PartsWanted, Way
from portal.forms.fields.stored import load_list, load_mapping, load_number, load_text
from portal.forms.fields.text_rules import TEXT_MISTAKES, read_text, unstorable_samples
from portal.forms.fields.written import written_parts

MANUAL = "manual"
"""What `{q}` posts when the address is typed by hand."""
LINES: Mapping[str, str] = {
    "line-1": "address line 1",
    "line-2": "address line 2",
    "town": "town or city",
    "postcode": "postcode",
}
"""The inputs for an address typed by hand, after `{q}-`, and what each is called."""
_ENTER: Mapping[str, str] = {
    "line-1": "Enter address line 1, typically the building and street",
    "town": "Enter town or city",
    "postcode": "Enter postcode",
}
_LONGEST_PART = 100
_UPRN = re.compile(r"\d{1,12}", re.ASCII)
_POSTCODE = re.compile(
    r"(?P<outward>[A-Z]{1,2}\d[A-Z\d]?|GIR)(?P<inward>\d[ABD-HJLNP-UW-Z]{2})", re.ASCII
)
_BETWEEN = re.compile(r"[\s.\-]+")
_STORED = ("lines", "town", "postcode", "uprn", "usrn", "easting", "northing")
_Outcome = AddressRecord | Unfinished | tuple[FieldError, ...] | None


@dataclass(frozen=True, slots=True)
class AddressSettings:
    """What a designer chose for one address."""

    manual: bool = True
    """Whether an address may be typed by hand."""
    autocomplete: bool = True


class AddressField:
    """An address. The value is an AddressRecord, without a UPRN when it was typed by hand.

    Posts `{q}` (the chosen UPRN, or `manual`), `{q}-query` (what to search for), `{q}-find` and
    `{q}-manual` (the buttons), and `{q}-line-1`, `{q}-line-2`, `{q}-town`, `{q}-postcode`.
    Errors: those of every text, `not_found`, `unknown` and `postcode`.
    """

    name = "address"
    asks = True
    cel_type = "map(string, string)"
    keys: Mapping[str, str] = {
        "manual": "no: it must be chosen from the gazetteer, never typed by hand.",
        "require_uprn": "yes: the same, because the case needs the property's UPRN.",
        "autocomplete": "no: it is not the person's own, so the browser offers nothing.",
    }
    mistakes: Mapping[str, str] = {
        **TEXT_MISTAKES,
        "not_found": "no address matches the search",
        "unknown": "the chosen address is not in the gazetteer",
        "postcode": "it is not a full UK postcode",
    }

    def read(self, keys: Keys) -> AddressSettings:
        """Read whether it may be typed by hand."""
        need_uprn = keys.flag("require_uprn")
        manual = keys.flag("manual", default=not need_uprn)
        if manual and need_uprn:
            keys.problem("manual", "an address typed by hand has no UPRN", "Remove one of the two.")
        return AddressSettings(manual and not need_uprn, keys.flag("autocomplete", default=True))

    def inputs(self, question: Question) -> tuple[str, ...]:
        """First the search box, which is there whatever is shown."""
        name = question.name
        lines = (f"{name}-{part}" for part in LINES)
        return (f"{name}-query", name, *lines, f"{name}-find", f"{name}-manual")

    def parse(self, question: Question, raw: Raw, asking: Asking) -> _Outcome:
        """Search when a button asks for it, else read the choice, the lines or the search words."""
        name = question.name
        settings: AddressSettings = question.settings
        choice = read_text(question, raw, name, about="the address")
        if isinstance(choice, FieldError):
            return (replace(choice, input=_first_shown(question, raw)),)
        is_searched = f"{name}-find" in raw
        if settings.manual and not is_searched and _is_by_hand(question, raw, choice):
            return _by_hand(question, raw)
        query = read_text(question, raw, f"{name}-query", about="what you search for")
        if isinstance(query, FieldError):
            return (query,)
        if is_searched:
            return _search(question, query, asking)
        if choice and choice != MANUAL:
            return _chosen(question, choice, query, asking)
        return _search(question, query, asking) if query or not question.optional else None

    def as_raw(self, question: Question, value: AddressRecord) -> dict[str, list[str]]:
        """The UPRN, or the lines as they were typed."""
        name = question.name
        if value.uprn:
            return {name: [value.uprn]}
        first, second = (*value.lines, "", "")[:2]
        parts = zip(LINES, (first, second, value.town, value.postcode), strict=True)
        return {name: [MANUAL], **{f"{name}-{part}": [text] for part, text in parts}}

    def show(self, question: Question, value: AddressRecord) -> tuple[str, ...]:
        """As on an envelope."""
        del question
        return tuple(line for line in (*value.lines, value.town, value.postcode) if line)

    def dump(self, value: AddressRecord) -> Json:
        """Every part by name."""
        return {
            "lines": list(value.lines),
            "town": value.town,
            "postcode": value.postcode,
            "uprn": value.uprn,
            "usrn": value.usrn,
            "easting": value.easting,
            "northing": value.northing,
        }

    def load(self, stored: Json) -> AddressRecord:
        """The address back. Raises ValueError."""
        parts = load_mapping(stored, _STORED)
        easting, northing = parts["easting"], parts["northing"]
        return AddressRecord(
            tuple(load_text(line) for line in load_list(parts["lines"])),
            load_text(parts["town"]),
            load_text(parts["postcode"]),
            load_text(parts["uprn"]),
            load_text(parts["usrn"]),
            None if easting is None else load_number(easting),
            None if northing is None else load_number(northing),
        )

    def cel(self, value: AddressRecord) -> dict[str, str]:
        """`one_line`, `town`, `postcode`, and `uprn` and `usrn`, empty when not known."""
        return {
            "one_line": value.one_line,
            "town": value.town,
            "postcode": value.postcode,
            "uprn": value.uprn,
            "usrn": value.usrn,
        }

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """A UPRN; {line_1, line_2, town, postcode}; or words to search for."""
        name = question.name
        parts = written_parts(written)
        if parts is not None:
            lines = {f"{name}-{part}": [parts.get(part.replace("-", "_"), "")] for part in LINES}
            return {name: [MANUAL], **lines}
        text = str(written).strip()
        return {name: [text]} if _UPRN.fullmatch(text) else {f"{name}-query": [text]}

    def domain(self, question: Question) -> Parts:
        """One of the gazetteer, or typed by hand where that is allowed."""
        settings: AddressSettings = question.settings
        always = frozenset({"one_line", "town", "postcode"})
        found = Way("found", full=frozenset({"one_line", "uprn"}))  # some have no postcode
        by_hand = Way("by_hand", full=always, empty=frozenset({"uprn", "usrn"}))
        ways = (found, by_hand) if settings.manual else (found,)
        return Parts(("one_line", "town", "postcode", "uprn", "usrn"), ways, _sample, _could_be)

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """A UPRN, or {line_1, town, postcode}."""
        del question
        wanted: PartsWanted = value
        if wanted.way == "found":
            return wanted.parts["uprn"]
        parts = {"line_1": wanted.parts["one_line"].partition(",")[0]}
        return parts | {part: wanted.parts[part] for part in ("town", "postcode")}

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """A stranger's UPRN, a half-typed address, and what cannot be stored."""
        name = question.name
        query = f"{name}-query"
        posts = [p for p in unstorable_samples(question, query, 200) if p]
        posts += [{name: ["0"]}, {name: ["1", "2"]}, {f"{name}-find": ["find"]}]
        if question.settings.manual:
            lines = {"line-1": "1 High Street", "town": "Fenwick", "postcode": "ZZ1 1AA"}
            whole = {name: [MANUAL], **{f"{name}-{part}": [text] for part, text in lines.items()}}
            posts += [{**whole, f"{name}-{part}": [""]} for part in lines]
            posts += [
                {**whole, f"{name}-postcode": [text]} for text in ("ZZ1", "12345", "ZZ1 1AAA")
            ]
        return tuple(posts if question.optional else [{}, *posts])


def _could_be(part: str, text: str) -> bool:
    match part:
        case "uprn" | "usrn":
            return _UPRN.fullmatch(text) is not None
        case "postcode":
            return as_postcode(text) == text
        case "one_line":
            return ", " in text
        case _:
            return True


def _sample(part: str, number: int) -> str:
    if part == "uprn":
        return f"999{number % (10**9 - 1) + 1:09d}"  # as the example gazetteer counts
    inward = f"{number % 10}{'ABDEFGHJLN'[number // 10 % 10]}A"
    samples = {"one_line": f"{number + 1} Sample Street", "town": f"Sampleton {number}"}
    return samples.get(part, f"ZZ1 {inward}")


def as_postcode(typed: str) -> str | None:
    """A UK postcode as Royal Mail writes it, "ZZ1 1AA", however it was typed; else None.

    The format is that of BS 7666; whether there is such a postcode the gazetteer may know.
    """
    match = _POSTCODE.fullmatch(_BETWEEN.sub("", typed).upper())
    return f"{match['outward']} {match['inward']}" if match else None


def _search(question: Question, query: str, asking: Asking) -> Unfinished | tuple[FieldError, ...]:
    name = f"{question.name}-query"
    if not query:
        said = "Enter a postcode or the first line of the address"
        return (FieldError(name, question.say("missing", said)),)
    found = tuple(asking.gazetteer.search(query))
    if found:
        count = "1 address found" if len(found) == 1 else f"{len(found)} addresses found"
        return Unfinished(found, count)
    cure = "Check it or enter the address yourself" if question.settings.manual else "Check it"
    said = f"We could not find that address. {cure}"
    return (FieldError(name, question.say("not_found", said)),)


def _chosen(question: Question, choice: str, query: str, asking: Asking) -> _Outcome:
    record = asking.gazetteer.find(choice) if _UPRN.fullmatch(choice) else None
    if record is None or not record.uprn:
        said = "We could not find that address. Search again and select it from the list"
        return (FieldError(f"{question.name}-query", question.say("unknown", said)),)
    if _belongs(record, query, asking):
        return record
    return _search(question, query, asking)


def _belongs(record: AddressRecord, query: str, asking: Asking) -> bool:
    if not query or query.casefold() == record.one_line.casefold():
        return True
    found: Sequence[AddressRecord] = asking.gazetteer.search(query)
    return any(match.uprn == record.uprn for match in found)


def _first_shown(question: Question, raw: Raw) -> str:
    """The first input of the page as it is shown again: the matches are not, they are searched."""
    settings: AddressSettings = question.settings
    is_by_hand = settings.manual and list(raw.get(question.name, ()))[:1] == [MANUAL]
    return f"{question.name}-{'line-1' if is_by_hand else 'query'}"


def _is_by_hand(question: Question, raw: Raw, choice: str) -> bool:
    lines = (value for part in LINES for value in raw.get(f"{question.name}-{part}", ()))
    pressed = f"{question.name}-manual" in raw
    return pressed or choice == MANUAL or (not choice and any(map(str.strip, lines)))


def _by_hand(question: Question, raw: Raw) -> _Outcome:
    inputs = {part: f"{question.name}-{part}" for part in LINES}
    if f"{question.name}-manual" in raw or not any(name in raw for name in inputs.values()):
        return Unfinished(found=())
    read = {
        part: read_text(question, raw, name, about=LINES[part], most=_LONGEST_PART)
        for part, name in inputs.items()
    }
    if question.optional and not any(read.values()):
        return None
    wrong = tuple(
        text
        if isinstance(text, FieldError)
        else FieldError(inputs[part], question.say("missing", _ENTER[part]))
        for part, text in read.items()
        if isinstance(text, FieldError) or (not text and part in _ENTER)
    )
    typed = {part: str(text) for part, text in read.items()}
    postcode = as_postcode(typed["postcode"])
    if postcode is None and not any(error.input == inputs["postcode"] for error in wrong):
        said = question.say("postcode", "Enter a full UK postcode, like AA3 1AB")
        wrong = (*wrong, FieldError(inputs["postcode"], said))
    if wrong or postcode is None:
        return wrong
    lines = tuple(typed[part] for part in ("line-1", "line-2") if typed[part])
    return AddressRecord(lines, typed["town"], postcode)


FIELD: FieldType = AddressField()
