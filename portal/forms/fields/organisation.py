"""The field type `organisation`: a business, charity or club, and its company number."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.forms.fields.base import Asking, FieldError, FieldType, Json, Keys, Question, Raw
from portal.forms.fields.codes import read_code
from portal.forms.fields.company_numbers import EXAMPLE, as_company_number
from portal.forms.fields.domain import Unmodelled
from portal.forms.fields.stored import load_mapping, load_text
from portal.forms.fields.text_rules import TEXT_MISTAKES, read_text, unstorable_samples
from portal.forms.fields.wording import about
from portal.forms.fields.written import written_parts

_LONGEST = 160
"""Characters: a company's name has at most that many (Companies Act 2006, regulations of 2015)."""
_PARTS = ("name", "company_number")


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as it calls itself."""

    name: str
    company_number: str = ""
    """Eight characters; empty when it has none or none was asked for."""


@dataclass(frozen=True, slots=True)
class OrganisationSettings:
    """What a designer chose."""

    company_number: str = "optional"
    """no, optional or required."""
    autocomplete: bool = True


class OrganisationField:
    """An organisation. Posts `{q}-name` and `{q}-number`; the value is an Organisation.

    Errors: those of every text, and `company_number`.
    """

    name = "organisation"
    asks = True
    cel_type = "map(string, string)"
    keys: Mapping[str, str] = {
        "company_number": "Whether it is asked for: no, optional (when left out) or required.",
        "autocomplete": "no: it is not the person's own, so the browser offers nothing.",
    }
    mistakes: Mapping[str, str] = {
        **TEXT_MISTAKES,
        "company_number": "the company number is missing or not in the right format",
    }

    def read(self, keys: Keys) -> OrganisationSettings:
        """Read whether a company number is asked for."""
        wanted = keys.one_of("company_number", ("no", "optional", "required"), "optional")
        return OrganisationSettings(wanted, keys.flag("autocomplete", default=True))

    def inputs(self, question: Question) -> tuple[str, ...]:
        """Name and number."""
        name = f"{question.name}-name"
        asks_number = question.settings.company_number != "no"
        return (name, f"{question.name}-number") if asks_number else (name,)

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> Organisation | tuple[FieldError, ...] | None:
        """Read both parts."""
        del asking
        asked = question.settings.company_number
        where = f"{question.name}-name"
        named = read_text(question, raw, where, about="the name of the organisation", most=_LONGEST)
        number = _read_number(question, raw) if asked != "no" else ""
        if question.optional and not named and not number:
            return None
        wrong: list[FieldError] = [e for e in (named, number) if isinstance(e, FieldError)]
        if not named:
            said = (
                "Enter the name of the organisation"
                if asked != "no"
                else f"Enter {about(question)}"
            )
            wrong.insert(0, FieldError(where, question.say("missing", said)))
        if not number and asked == "required":
            said = question.say("company_number", "Enter the company number")
            wrong.append(FieldError(f"{question.name}-number", said))
        return tuple(wrong) or Organisation(str(named), str(number))

    def as_raw(self, question: Question, value: Organisation) -> dict[str, list[str]]:
        """Both parts."""
        raw = {f"{question.name}-name": [value.name]}
        if question.settings.company_number != "no":
            raw[f"{question.name}-number"] = [value.company_number]
        return raw

    def show(self, question: Question, value: Organisation) -> tuple[str, ...]:
        """The name, and the company number below it."""
        if not value.company_number:
            return (value.name,)
        return (value.name, question.in_own_words(f"Company number {value.company_number}"))

    def dump(self, value: Organisation) -> Json:
        """Both parts."""
        return {"name": value.name, "company_number": value.company_number}

    def load(self, stored: Json) -> Organisation:
        """The organisation back. Raises ValueError."""
        parts = load_mapping(stored, _PARTS)
        return Organisation(*(load_text(parts[part]) for part in _PARTS))

    def cel(self, value: Organisation) -> dict[str, str]:
        """`name`, and `company_number`, empty when there is none."""
        return {"name": value.name, "company_number": value.company_number}

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """`Fenwick Bakery Ltd`, or {name: …, company_number: …}."""
        parts = written_parts(written) or {"name": str(written)}
        return {
            f"{question.name}-name": [parts.get("name", "")],
            f"{question.name}-number": [parts.get("company_number", "")],
        }

    def domain(self, question: Question) -> Unmodelled:
        """Not modelled: conditions hardly ever read one."""
        del question
        return Unmodelled(
            lambda _today: {"name": "Fenwick Bakery Ltd", "company_number": "1234567"}
        )

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """The answer `domain` gave, as it is."""
        del question
        return value

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """A name that cannot be stored, a number in no format, a number without a name."""
        name, number = f"{question.name}-name", f"{question.name}-number"
        asked = question.settings.company_number
        good = {number: [EXAMPLE]} if asked != "no" else {}
        posts = [{**good, **p} for p in unstorable_samples(question, name, _LONGEST) if p]
        if asked != "no":
            posts += [{name: ["Fenwick Bakery"], number: ["12X"]}, good]
        return tuple(posts if question.optional else [{}, *posts])


def _read_number(question: Question, raw: Raw) -> str | FieldError:
    where = f"{question.name}-number"
    typed = read_code(question, raw, where, "the company number")
    if isinstance(typed, FieldError) or not typed:
        return typed
    number = as_company_number(typed)
    if number is None:
        said = f"Enter a company number in the correct format, like {EXAMPLE} or SC123456"
        return FieldError(where, question.say("company_number", said))
    return number


_EXAMPLE = {"name": "Fenwick Bakery Ltd", "company_number": "1234567"}

FIELD: FieldType = OrganisationField()
