"""Good forms broken on purpose: one small slip each, of the kinds designers make."""

import copy
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import yaml

from portal.forms.parsing import Bundle

Form = dict[str, Any]


class Copies:
    """Hands out a fresh copy of a form for every mutant."""

    def __init__(self, form: Form, fees: Form) -> None:
        self._form, self._fees = form, fees
        self.made: list[tuple[str, str, Form, Form]] = []

    def make(self, kind: str, what: str) -> tuple[Form, Form]:
        form, fees = copy.deepcopy(self._form), copy.deepcopy(self._fees)
        self.made.append((kind, what, form, fees))
        return form, fees


def mutants(bundle: Bundle, every: int) -> Iterator[tuple[str, str, Callable[[], Bundle]]]:
    """Mutants of a form, all or every second or third: the slip, what was done, and the texts."""
    form = yaml.load(bundle.text, yaml.BaseLoader)  # noqa: S506  # every scalar as text
    form["examples"] = form["examples"][:1]
    form["examples"][0] = {
        "example": "Any",
        "answers": dict(list(form["examples"][0]["answers"].items())[:1]),
    }
    fees = yaml.load(bundle.fees, yaml.BaseLoader) if bundle.fees else {"fees": {}}  # noqa: S506
    copies = Copies(form, fees)
    for mutate in MUTATIONS:
        mutate(copies, form, fees)
    for kind, what, broken, amounts in copies.made[::every]:
        yield kind, what, partial(_written, bundle, broken, amounts)


def _written(bundle: Bundle, form: Form, fees: Form) -> Bundle:
    text, fees_text = _as_yaml(form), _as_yaml(fees) if fees["fees"] else ""
    return Bundle(bundle.file, text, bundle.shared, fees_text)


def _as_yaml(value: Form) -> str:
    return yaml.dump(value, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)


def _conditions(form: Form) -> Iterator[tuple[tuple[Any, ...], str]]:
    for number, page in enumerate(form["pages"]):
        if "when" in page:
            yield ("pages", number, "when"), page["when"]
        for place, check in enumerate(page.get("check", [])):
            yield ("pages", number, "check", place, "that"), check["that"]
    for number, line in enumerate(form.get("fee", [])):
        if "when" in line:
            yield ("fee", number, "when"), line["when"]


def _put(form: Form, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        form = form[step]
    form[path[-1]] = value


def _rewrite(
    copies: Copies, form: Form, kind: str, pattern: str, swap: Callable[[str], str]
) -> None:
    for path, text in _conditions(form):
        for match in re.finditer(pattern, text):
            changed = text[: match.start()] + swap(match[0]) + text[match.end() :]
            if changed != text:
                broken, _ = copies.make(kind, f"{text} → {changed}")
                _put(broken, path, changed)


def flip_operators(copies: Copies, form: Form, _: Form) -> None:
    flipped = {"==": "!=", "!=": "==", "<=": ">", ">=": "<", "<": ">=", ">": "<="}
    _rewrite(copies, form, "flip an operator", "==|!=|<=|>=|<|>", lambda op: flipped[op])


def move_bounds(copies: Copies, form: Form, _: Form) -> None:
    edged = {"<=": "<", ">=": ">", "<": "<=", ">": ">="}
    _rewrite(copies, form, "shift a bound", "<=|>=|<|>", lambda op: edged[op])
    _rewrite(copies, form, "shift a bound", r"\b\d+\b", lambda n: str(int(n) + 1))


def swap_and_or(copies: Copies, form: Form, _: Form) -> None:
    _rewrite(copies, form, "swap && and ||", r"&&|\|\|", lambda op: "||" if op == "&&" else "&&")


def negate(copies: Copies, form: Form, _: Form) -> None:
    for path, text in _conditions(form):
        broken, _ = copies.make("negate a condition", text)
        _put(broken, path, f"!({text})")


def drop_an_operand(copies: Copies, form: Form, _: Form) -> None:
    _rewrite(copies, form, "drop a guard", r"^[^&|()]+&& ", lambda _: "")
    _rewrite(copies, form, "drop an operand", r" (&&|\|\|) [^&|()]+$", lambda _: "")


def misspell(copies: Copies, form: Form, _: Form) -> None:
    _rewrite(copies, form, "misspell an option", r'"[a-z-]+"', lambda text: text[:-1] + 'x"')


def drop_when(copies: Copies, form: Form, _: Form) -> None:
    for number, page in enumerate(form["pages"]):
        if "when" in page:
            kind = "exit always" if "exit" in page else "drop a page's when"
            broken, _ = copies.make(kind, page["page"])
            del broken["pages"][number]["when"]


def swap_pages(copies: Copies, form: Form, _: Form) -> None:
    for number in range(len(form["pages"]) - 1):
        broken, _ = copies.make("swap two pages", form["pages"][number]["page"])
        pages = broken["pages"]
        pages[number], pages[number + 1] = pages[number + 1], pages[number]


def drop_page(copies: Copies, form: Form, _: Form) -> None:
    for number, page in enumerate(form["pages"]):
        broken, _ = copies.make("drop a page", page["page"])
        del broken["pages"][number]


def drop_question(copies: Copies, form: Form, _: Form) -> None:
    for number, page in enumerate(form["pages"]):
        for place, question in enumerate(page.get("questions", [])):
            if len(page["questions"]) > 1:
                broken, _ = copies.make("drop a question", question["question"])
                del broken["pages"][number]["questions"][place]


def make_optional(copies: Copies, form: Form, _: Form) -> None:
    for number, page in enumerate(form["pages"]):
        for place, question in enumerate(page.get("questions", [])):
            if "optional" not in question and "ask" in question:
                broken, _ = copies.make("make a question optional", question["question"])
                broken["pages"][number]["questions"][place]["optional"] = "yes"


def break_fee_lines(copies: Copies, form: Form, _: Form) -> None:
    for number, line in enumerate(form.get("fee", [])):
        broken, _ = copies.make("drop a fee line", line["line"])
        del broken["fee"][number]
        broken, _ = copies.make("charge a line twice", line["line"])
        broken["fee"].append({**line, "line": f"{line['line']}-again"})
        if "when" in line:
            broken, _ = copies.make("drop a fee line's when", line["line"])
            del broken["fee"][number]["when"]
        for other in form["fee"]:
            if other is not line and "when" in other:
                broken, _ = copies.make("overlap two fee lines", line["line"])
                broken["fee"][number]["when"] = other["when"]


def break_bands(copies: Copies, form: Form, fees: Form) -> None:
    used = {line["amount"] for line in form.get("fee", [])}
    for name in used & set(fees["fees"]):
        for place, dated in enumerate(fees["fees"][name]):
            for band in range(len(dated.get("bands", []))):
                _, broken = copies.make("drop a band", f"{name} {dated['from']} {band}")
                del broken["fees"][name][place]["bands"][band]
            for band, of in enumerate(dated.get("bands", [])):
                if "to" in of:
                    _, broken = copies.make("move the edge of a band", f"{name} {of['to']}")
                    broken["fees"][name][place]["bands"][band]["to"] = str(int(of["to"]) + 5)
            _, broken = copies.make("begin a fee too late", f"{name} {dated['from']}")
            broken["fees"][name][place]["from"] = "2027-06-01"
        for number, line in enumerate(form["fee"]):
            if line["amount"] == name and "by" in line:
                for other in _numbers(form):
                    if other != line["by"]:
                        broken, _ = copies.make("band by another question", f"{name} {other}")
                        broken["fee"][number]["by"] = other


def _numbers(form: Form) -> Iterator[str]:
    for page in form["pages"]:
        for question in page.get("questions", []):
            if question["type"] == "whole-number":
                yield question["question"]


def read_elsewhere(copies: Copies, form: Form, _: Form) -> None:
    """Read a later answer, or one that is not always asked."""
    choices = [
        (question["question"], next(iter(question["options"])))
        for page in form["pages"]
        for question in page.get("questions", [])
        if question["type"] in ("radios", "select")
    ]
    flags = [
        question["question"]
        for page in form["pages"]
        for question in page.get("questions", [])
        if question["type"] == "yes-no"
    ]
    for path, text in _conditions(form):
        for added in [*(f'{name} != "{value}"' for name, value in choices), *flags]:
            if added.split()[0] not in text:
                broken, _ = copies.make("read an answer from elsewhere", f"{text} && {added}")
                _put(broken, path, f"({text}) && {added}")


def break_options(copies: Copies, form: Form, _: Form) -> None:
    for number, page in enumerate(form["pages"]):
        for place, question in enumerate(page.get("questions", [])):
            for value in question.get("options", {}):
                broken, _ = copies.make("drop an option", f"{question['question']} {value}")
                options = broken["pages"][number]["questions"][place]["options"]
                del options[value]
                broken, _ = copies.make("rename an option", f"{question['question']} {value}")
                options = broken["pages"][number]["questions"][place]["options"]
                options[f"{value}-2"] = options.pop(value)
            if "options" in question:
                broken, _ = copies.make("leave an option unhandled", question["question"])
                broken["pages"][number]["questions"][place]["options"]["another"] = "Another"


def break_checks(copies: Copies, form: Form, _: Form) -> None:
    for number, page in enumerate(form["pages"]):
        for place, check in enumerate(page.get("check", [])):
            broken, _ = copies.make("contradict a check", check["that"])
            broken["pages"][number]["check"].append({**check, "that": f"!({check['that']})"})
            broken, _ = copies.make("a check that lets nobody through", check["that"])
            broken["pages"][number]["check"][place]["that"] = f"({check['that']}) && 1 > 2"


def break_limits(copies: Copies, form: Form, _: Form) -> None:
    for number, page in enumerate(form["pages"]):
        for place, question in enumerate(page.get("questions", [])):
            changes: list[dict[str, str]] = []
            if question["type"] == "whole-number":
                changes = [{"min": "-3"}, {"max": "4", "min": "1"}, {"min": "12", "max": "60"}]
            elif question["type"] == "date":
                changes = [{"max": "2027-02-01"}, {"min": "2027-03-01", "max": "today + 1 year"}]
            for change in changes:
                broken, _ = copies.make("change a limit", f"{question['question']} {change}")
                broken["pages"][number]["questions"][place].update(change)


def break_the_case(copies: Copies, form: Form, _: Form) -> None:
    case = form["case"]
    if isinstance(case.get("location"), list):
        for name in case["location"]:
            broken, _ = copies.make("forget where it is", name)
            broken["case"]["location"].remove(name)
    for page in form["pages"]:
        for question in page.get("questions", []):
            if question["type"] in ("address", "location"):
                broken, _ = copies.make("take the place from one route", question["question"])
                broken["case"]["location"] = question["question"]
            if "ask" in question:
                broken, _ = copies.make("a subject that may be empty", question["question"])
                broken["case"]["subject"] = f"{{{question['question']}}}"


MUTATIONS = (
    flip_operators,
    move_bounds,
    swap_and_or,
    negate,
    drop_an_operand,
    misspell,
    drop_when,
    swap_pages,
    drop_page,
    drop_question,
    make_optional,
    break_fee_lines,
    break_bands,
    read_elsewhere,
    break_options,
    break_checks,
    break_limits,
    break_the_case,
)
