"""The field type `uprn`: a unique property reference number, looked up in the gazetteer.

For officers and letters that quote the number; residents are asked for an `address`. The answer
is the address itself, just as that type gives it.
"""

import re
from collections.abc import Mapping
from typing import Any

from portal.forms.fields.address_parts import cel_address, dump_address, load_address, on_envelope
from portal.forms.fields.base import (
    AddressRecord,
    Asking,
    FieldError,
    FieldType,
    Json,
    Keys,
    Question,
    Raw,
)
from portal.forms.fields.codes import CODE_MISTAKES, CodeField, read_code
from portal.forms.fields.domain import Unmodelled
from portal.forms.fields.text_rules import unanswered
from portal.forms.fields.wording import about

_UPRN = re.compile(r"0*(?P<number>[1-9]\d{0,11})", re.ASCII)
_LENGTH = 12


class UprnField:
    """A UPRN. Posts `{q}`; the value is the AddressRecord with this number.

    Errors: `missing`, `repeated`, `format` and `not_found`.
    """

    name = "uprn"
    asks = True
    cel_type = "map(string, string)"
    keys: Mapping[str, str] = {}
    mistakes: Mapping[str, str] = {
        **CODE_MISTAKES,
        "not_found": "the gazetteer has no address with this number",
    }

    def read(self, keys: Keys) -> None:
        """There is nothing to choose."""
        del keys

    def inputs(self, question: Question) -> tuple[str, ...]:
        """One input with the question's own name."""
        return (question.name,)

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> AddressRecord | tuple[FieldError, ...] | None:
        """Read the number, with or without the zeros some systems put in front, and look it up."""
        typed = read_code(question, raw, question.name, about(question))
        if isinstance(typed, FieldError):
            return (typed,)
        if not typed:
            return unanswered(question, question.name, f"Enter {about(question)}")
        match = _UPRN.fullmatch(typed)
        if match is None:
            said = "Enter a property reference number (UPRN) of up to 12 digits"
            return (FieldError(question.name, question.say("format", said)),)
        found = _look_up(match["number"], asking)
        if found is None:
            said = "We could not find a property with that reference number (UPRN). Check it"
            return (FieldError(question.name, question.say("not_found", said)),)
        return found

    def as_raw(self, question: Question, value: AddressRecord) -> dict[str, list[str]]:
        """The number."""
        return {question.name: [value.uprn]}

    def show(self, question: Question, value: AddressRecord) -> tuple[str, ...]:
        """The address, and the number below it."""
        del question
        return (*on_envelope(value), f"UPRN {value.uprn}")

    def dump(self, value: AddressRecord) -> Json:
        """Every part by name."""
        return dump_address(value)

    def load(self, stored: Json) -> AddressRecord:
        """The address back. Raises ValueError."""
        return load_address(stored)

    def cel(self, value: AddressRecord) -> dict[str, str]:
        """`one_line`, `town`, `postcode`, `uprn` and `usrn`."""
        return cel_address(value)

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """The number."""
        return {question.name: [str(written)]}

    def domain(self, question: Question) -> Unmodelled:
        """Not modelled: conditions hardly ever read one."""
        del question
        return Unmodelled(lambda _today: "999000000001")

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """The answer `domain` gave, as it is."""
        del question
        return value

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """What is no such number, and one of thirteen digits."""
        posts = tuple({question.name: [text]} for text in (*CodeField.wrong, "0", "1" * 13))
        twice = {question.name: ["1", "2"]}
        return (*posts, twice) if question.optional else ({}, *posts, twice)


def _look_up(number: str, asking: Asking) -> AddressRecord | None:
    """Gazetteers are loaded with the zeros in front or without them."""
    for written in dict.fromkeys((number, number.zfill(_LENGTH))):
        found = asking.gazetteer.find(written)
        if found is not None and found.uprn:
            return found
    return None


FIELD: FieldType = UprnField()
