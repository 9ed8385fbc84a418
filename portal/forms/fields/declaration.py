"""The field type `declaration`: one box that must be ticked to go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.forms.fields.base import Asking, FieldError, FieldType, Json, Keys, Question, Raw
from portal.forms.fields.domain import YesNo
from portal.forms.fields.stored import load_flag
from portal.forms.fields.text_rules import only_value, unanswered

TICKED = "yes"
"""What the box posts."""


@dataclass(frozen=True, slots=True)
class DeclarationSettings:
    """What is declared."""

    says: str = ""
    """The words beside the box."""


class DeclarationField:
    """One box. Posts `{q}` as `yes`; the value is True and nothing else.

    Errors: `missing`.
    """

    name = "declaration"
    asks = True
    cel_type = "bool"
    keys: Mapping[str, str] = {"says": "What people declare, beside the box to tick."}
    mistakes: Mapping[str, str] = {"missing": "the box was not ticked"}

    def read(self, keys: Keys) -> DeclarationSettings:
        """Read the words beside the box."""
        says = keys.text("says").strip()
        if not says:
            keys.problem("says", "says is missing", "Write what people declare.")
        return DeclarationSettings(says)

    def inputs(self, question: Question) -> tuple[str, ...]:
        """One input name."""
        return (question.name,)

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> bool | tuple[FieldError, ...] | None:
        """Read whether the box is ticked."""
        del asking
        typed = only_value(raw, question.name)
        if typed == TICKED:
            return True
        said = "Select the box to confirm that you agree"
        if typed == "":
            return unanswered(question, question.name, said)
        return (FieldError(question.name, question.say("missing", said)),)

    def as_raw(self, question: Question, value: bool) -> dict[str, list[str]]:  # noqa: FBT001  # an answer
        """The ticked box."""
        return {question.name: [TICKED]} if value else {}

    def show(self, question: Question, value: bool) -> tuple[str, ...]:  # noqa: FBT001  # an answer
        """What was declared: a document must say so in full."""
        settings: DeclarationSettings = question.settings
        return (settings.says,) if value else ()

    def dump(self, value: bool) -> Json:  # noqa: FBT001  # an answer
        """True."""
        return value

    def load(self, stored: Json) -> bool:
        """True back. Raises ValueError for anything else, false included."""
        if not load_flag(stored):
            msg = "a declaration that was not made is not stored"
            raise ValueError(msg)
        return True

    def cel(self, value: bool) -> bool:  # noqa: FBT001  # an answer
        """True."""
        return value

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """`yes`; `no` leaves the box empty."""
        word = str(written).strip().lower()
        return {} if word == "no" else {question.name: [word]}

    def domain(self, question: Question) -> YesNo:
        """Only yes."""
        del question
        return YesNo(only_yes=True)

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """`yes`."""
        del question
        return "yes" if value else "no"

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """Not ticked, or something else sent."""
        posts = ({question.name: ["no"]}, {question.name: [TICKED, TICKED]})
        return posts if question.optional else ({}, *posts)


FIELD: FieldType = DeclarationField()
