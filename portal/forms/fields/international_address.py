"""The field type `international-address`: anywhere in the world, always written by hand.

No part but the first line, the town and the country is needed, and none has a format of its own:
many countries have no postal codes, and rules for the others refuse real addresses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.forms.fields.base import (
    Asking,
    FieldError,
    FieldType,
    Json,
    Keys,
    Option,
    Question,
    Raw,
)
from portal.forms.fields.countries import countries, country_name
from portal.forms.fields.domain import Unmodelled
from portal.forms.fields.narrowing import exactly
from portal.forms.fields.stored import load_mapping, load_text
from portal.forms.fields.text_rules import TEXT_MISTAKES, read_text, unstorable_samples
from portal.forms.fields.written import written_parts

PARTS: Mapping[str, str] = {
    "line-1": "address line 1",
    "line-2": "address line 2",
    "town": "town or city",
    "region": "state, province or region",
    "postal-code": "postal code",
    "country": "country",
}
"""The inputs, after `{q}-`, and what each is called."""
_ENTER: Mapping[str, str] = {
    "line-1": "Enter address line 1, typically the building and street",
    "town": "Enter town or city",
    "country": "Select a country",
}
_LONGEST_PART = 100
_STORED = ("line_1", "line_2", "town", "region", "postal_code", "country")


@dataclass(frozen=True, slots=True)
class InternationalAddress:
    """An address as it was written."""

    line_1: str
    line_2: str
    town: str
    region: str
    postal_code: str
    country: str
    """ISO 3166-1 code of two letters."""

    def lines(self, language: str = "en") -> tuple[str, ...]:
        """As on an envelope, the country last; its name is in a language."""
        parts = (self.line_1, self.line_2, self.town, self.region, self.postal_code)
        return (*(part for part in parts if part), country_name(self.country, language))


@dataclass(frozen=True, slots=True)
class InternationalAddressSettings:
    """What a designer chose for one address."""

    autocomplete: bool = True
    language: str = "en"

    @property
    def countries(self) -> tuple[Option, ...]:
        """Every country, in the order of its name in the question's language."""
        return countries(self.language)


class InternationalAddressField:
    """An address abroad, the value an InternationalAddress.

    Posts `{q}-line-1`, `-line-2`, `-town`, `-region`, `-postal-code` and `-country`.
    Errors: those of every text, and `unknown`.
    """

    name = "international-address"
    asks = True
    cel_type = "map(string, string)"
    keys: Mapping[str, str] = {
        "autocomplete": "no: it is not the person's own, so the browser offers nothing.",
    }
    mistakes: Mapping[str, str] = {**TEXT_MISTAKES, "unknown": "the country is not in the list"}

    def read(self, keys: Keys) -> InternationalAddressSettings:
        """Read whose address it is."""
        own = keys.flag("autocomplete", default=True)
        return InternationalAddressSettings(own, keys.language)

    def inputs(self, question: Question) -> tuple[str, ...]:
        """The lines and the country."""
        return tuple(f"{question.name}-{part}" for part in PARTS)

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> InternationalAddress | tuple[FieldError, ...] | None:
        """Read every part; the country by its code, or its name from an older form."""
        del asking
        inputs = {part: f"{question.name}-{part}" for part in PARTS}
        read = {
            part: read_text(question, raw, name, about=PARTS[part], most=_LONGEST_PART)
            for part, name in inputs.items()
        }
        if question.optional and not any(read.values()):
            return None
        wrong = [
            text
            if isinstance(text, FieldError)
            else FieldError(inputs[part], question.say("missing", _ENTER[part]))
            for part, text in read.items()
            if isinstance(text, FieldError) or (not text and part in _ENTER)
        ]
        typed = {part: str(text) for part, text in read.items()}
        chosen = _code(typed["country"])
        if not chosen and not any(error.input == inputs["country"] for error in wrong):
            said = question.say("unknown", "Select a country from the list")
            wrong.append(FieldError(inputs["country"], said))
        if wrong:
            return tuple(wrong)
        first, second, town, region, postal_code, _ = typed.values()
        return InternationalAddress(first, second, town, region, postal_code, chosen)

    def as_raw(self, question: Question, value: InternationalAddress) -> dict[str, list[str]]:
        """Every part as it was typed."""
        return {
            f"{question.name}-{part}": [getattr(value, part.replace("-", "_"))] for part in PARTS
        }

    def show(self, question: Question, value: InternationalAddress) -> tuple[str, ...]:
        """As on an envelope."""
        return value.lines(question.language)

    def dump(self, value: InternationalAddress) -> Json:
        """Every part by name, the country by its code."""
        return {part: getattr(value, part) for part in _STORED}

    def load(self, stored: Json) -> InternationalAddress:
        """The address back. Raises ValueError."""
        parts = load_mapping(stored, _STORED)
        return InternationalAddress(*(load_text(parts[part]) for part in _STORED))

    def cel(self, value: InternationalAddress) -> dict[str, str]:
        """`one_line`, `town`, `region`, `postal_code`, and `country` as a code: "FR"."""
        return {
            "one_line": ", ".join(value.lines()),
            "town": value.town,
            "region": value.region,
            "postal_code": value.postal_code,
            "country": value.country,
        }

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """{line_1, line_2, town, region, postal_code, country}; the country by code or name."""
        parts = written_parts(written) or {"line_1": str(written)}
        return {
            f"{question.name}-{part}": [parts.get(part.replace("-", "_"), "")] for part in PARTS
        }

    def domain(self, question: Question) -> Unmodelled:
        """Not modelled: conditions hardly ever read one."""
        del question
        return Unmodelled(
            lambda _today: {
                "line_1": "1 rue Haute",
                "town": "Lyon",
                "postal_code": "69001",
                "country": "France",
            }
        )

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """The answer `domain` gave, as it is."""
        del question
        return value

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """A part missing, a country there is not, and what cannot be stored."""
        whole = {"line-1": ["1 rue Haute"], "town": ["Fenwick-sur-Mer"], "country": ["FR"]}
        good = {f"{question.name}-{part}": text for part, text in whole.items()}
        posts = [{**good, f"{question.name}-{part}": [""]} for part in whole]
        posts += [{**good, f"{question.name}-country": [text]} for text in ("ZZ", "Ruritania")]
        for part in PARTS:
            name = f"{question.name}-{part}"
            unstorable = unstorable_samples(question, name, _LONGEST_PART)
            posts += [{**good, **post} for post in unstorable if post]
        return tuple(posts if question.optional else [{}, *posts])


def _code(written: str) -> str:
    """The country's code for its code or its name; empty when there is no such country."""
    if any(option.value == written for option in countries()):
        return written
    found = exactly(countries(), written) or exactly(countries("cy"), written)
    return found.value if found else ""


_EXAMPLE = {
    "line_1": "1 rue Haute",
    "town": "Lyon",
    "postal_code": "69001",
    "country": "France",
}

FIELD: FieldType = InternationalAddressField()
