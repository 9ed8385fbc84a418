"""The field type `yes-no`: a question with two answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.forms.fields.base import Asking, FieldError, FieldType, Json, Keys, Question, Raw
from portal.forms.fields.domain import YesNo
from portal.forms.fields.stored import load_flag
from portal.forms.fields.text_rules import only_value, repeated, unanswered
from portal.forms.fields.wording import about, yes_if

_ANSWERS: Mapping[str, bool] = {"yes": True, "no": False}
WORDS: Mapping[str, tuple[str, str]] = {"en": ("Yes", "No"), "cy": ("Ie", "Na")}
"""Yes and no in each language."""


@dataclass(frozen=True, slots=True)
class YesNoSettings:
    """A yes-no question has no keys of its own."""


class YesNoField:
    """Yes or no. Posts `{q}` as `yes` or `no`; the value is a bool.

    Errors: `missing`, `repeated` and `unknown`.
    """

    name = "yes-no"
    asks = True
    cel_type = "bool"
    keys: Mapping[str, str] = {}
    mistakes: Mapping[str, str] = {
        "missing": "neither was selected",
        "repeated": "both were sent",
        "unknown": "something else was sent",
    }

    def read(self, keys: Keys) -> YesNoSettings:
        """There is nothing to read."""
        del keys
        return YesNoSettings()

    def inputs(self, question: Question) -> tuple[str, ...]:
        """One input name."""
        return (question.name,)

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> bool | tuple[FieldError, ...] | None:
        """Read yes or no."""
        del asking
        typed = only_value(raw, question.name)
        if typed is None:
            return (repeated(question, question.name, about(question)),)
        if not typed:
            return unanswered(question, question.name, yes_if(question))
        if typed not in _ANSWERS:
            return (FieldError(question.name, question.say("unknown", "Select yes or no")),)
        return _ANSWERS[typed]

    def as_raw(self, question: Question, value: bool) -> dict[str, list[str]]:  # noqa: FBT001  # an answer
        """Yes or no."""
        return {question.name: ["yes" if value else "no"]}

    def show(self, question: Question, value: bool) -> tuple[str, ...]:  # noqa: FBT001  # an answer
        """Yes or No."""
        yes, no = WORDS[question.language]
        return (yes if value else no,)

    def dump(self, value: bool) -> Json:  # noqa: FBT001  # an answer
        """True or false."""
        return value

    def load(self, stored: Json) -> bool:
        """True or false back. Raises ValueError."""
        return load_flag(stored)

    def cel(self, value: bool) -> bool:  # noqa: FBT001  # an answer
        """True or false."""
        return value

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """`yes` or `no`."""
        return {question.name: [str(written).strip().lower()]}

    def domain(self, question: Question) -> YesNo:
        """Both."""
        del question
        return YesNo()

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """`yes` or `no`."""
        del question
        return "yes" if value else "no"

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """Neither, both, and something else."""
        posts = (
            {question.name: ["maybe"]},
            {question.name: ["true"]},
            {question.name: ["yes", "no"]},
        )
        return posts if question.optional else ({}, {question.name: [""]}, *posts)


FIELD: FieldType = YesNoField()
