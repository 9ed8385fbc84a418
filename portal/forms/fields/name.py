"""The field type `name`: a person's first and last name.

Any script and any punctuation is taken: O'Brien, Siân, 李. A person with a single name enters it
as the last name and a hyphen as the first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.forms.fields.base import Asking, FieldError, FieldType, Json, Keys, Question, Raw
from portal.forms.fields.domain import Parts, PartsWanted, Way
from portal.forms.fields.stored import load_mapping, load_text
from portal.forms.fields.text_rules import TEXT_MISTAKES, read_text, unstorable_samples
from portal.forms.fields.wording import about
from portal.forms.fields.written import written_parts

_LONGEST = 100
_PARTS = ("first", "last")


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name."""

    first: str
    last: str

    @property
    def full(self) -> str:
        """As it is written on a letter; a hyphen stands for no first name."""
        return f"{self.first} {self.last}" if self.first != "-" else self.last


@dataclass(frozen=True, slots=True)
class NameSettings:
    """What a designer chose for one name."""

    autocomplete: bool = True


class NameField:
    """A name. Posts `{q}-first` and `{q}-last`; the value is a PersonName.

    Errors: those of every text, `missing` being said for each part.
    """

    name = "name"
    asks = True
    cel_type = "map(string, string)"
    keys: Mapping[str, str] = {
        "autocomplete": "no: it is somebody else's, so the browser offers nothing.",
    }
    mistakes: Mapping[str, str] = TEXT_MISTAKES

    def read(self, keys: Keys) -> NameSettings:
        """Read whose name it is."""
        return NameSettings(keys.flag("autocomplete", default=True))

    def inputs(self, question: Question) -> tuple[str, ...]:
        """First and last name."""
        return tuple(f"{question.name}-{part}" for part in _PARTS)

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> PersonName | tuple[FieldError, ...] | None:
        """Read both parts; both are needed unless the question is optional and both are empty."""
        del asking
        yours = "your " if about(question).startswith("your ") else ""
        called = [f"{yours}{part} name" for part in _PARTS]
        inputs = self.inputs(question)
        read = [
            read_text(question, raw, name, about=what, most=_LONGEST)
            for name, what in zip(inputs, called, strict=True)
        ]
        if question.optional and not any(read):
            return None
        wrong = tuple(
            part
            if isinstance(part, FieldError)
            else FieldError(name, question.say("missing", f"Enter {what}"))
            for part, name, what in zip(read, inputs, called, strict=True)
            if isinstance(part, FieldError) or not part
        )
        return wrong or PersonName(*(str(part) for part in read))

    def as_raw(self, question: Question, value: PersonName) -> dict[str, list[str]]:
        """Both parts."""
        return {f"{question.name}-first": [value.first], f"{question.name}-last": [value.last]}

    def show(self, question: Question, value: PersonName) -> tuple[str, ...]:
        """The full name."""
        del question
        return (value.full,)

    def dump(self, value: PersonName) -> Json:
        """Both parts."""
        return {"first": value.first, "last": value.last}

    def load(self, stored: Json) -> PersonName:
        """The name back. Raises ValueError."""
        parts = load_mapping(stored, _PARTS)
        return PersonName(load_text(parts["first"]), load_text(parts["last"]))

    def cel(self, value: PersonName) -> dict[str, str]:
        """`first`, `last` and `full`."""
        return {"first": value.first, "last": value.last, "full": value.full}

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """`Ann Example` (the last word is the last name) or {first: Ann, last: Example}."""
        parts = written_parts(written)
        if parts is not None:
            return {f"{question.name}-{part}": [parts.get(part, "")] for part in _PARTS}
        first, _, last = str(written).strip().rpartition(" ")
        return {f"{question.name}-first": [first], f"{question.name}-last": [last]}

    def domain(self, question: Question) -> Parts:
        """Every name."""
        del question
        parts = ("first", "last", "full")
        return Parts(parts, (Way("typed", full=frozenset(parts)),), _sample, _could_be)

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """{first: Ann, last: Example}."""
        del question
        wanted: PartsWanted = value
        return {part: wanted.parts[part] for part in _PARTS}

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """A part missing, too long, or what cannot be stored, in either part."""
        first, last = self.inputs(question)
        posts = [{first: ["Ann"]}, {last: ["Example"]}]
        posts += [
            {last: ["Example"], **p} for p in unstorable_samples(question, first, _LONGEST) if p
        ]
        posts += [{first: ["Ann"], **p} for p in unstorable_samples(question, last, _LONGEST) if p]
        return tuple(posts if question.optional else [{}, *posts])


def _could_be(part: str, text: str) -> bool:
    return part != "full" or " " in text


def _sample(part: str, number: int) -> str:
    return "Ann" if part == "first" else f"Example {number}"


FIELD: FieldType = NameField()
