"""What field types share whose answer is one text under the question's own name."""

from typing import Any

from portal.forms.fields.base import Json, Question
from portal.forms.fields.stored import load_text


class OneText:
    """Posts `{q}`; the value is a str, stored, shown and seen by conditions as it is."""

    asks = True
    cel_type = "string"

    def inputs(self, question: Question) -> tuple[str, ...]:
        """One input with the question's own name."""
        return (question.name,)

    def as_raw(self, question: Question, value: str) -> dict[str, list[str]]:
        """The text."""
        return {question.name: [value]}

    def show(self, question: Question, value: str) -> tuple[str, ...]:
        """The text, on one line."""
        del question
        return (value,)

    def dump(self, value: str) -> Json:
        """The text."""
        return value

    def load(self, stored: Json) -> str:
        """The text back. Raises ValueError."""
        return load_text(stored)

    def cel(self, value: str) -> str:
        """The text."""
        return value

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """The text as it would be typed."""
        return {question.name: [str(written)]}

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """The text."""
        del question
        return value
