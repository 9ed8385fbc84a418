"""What the content blocks share: they show a text among the questions and ask nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.forms.fields.base import Asking, Json, Keys, Question, Raw
from portal.forms.fields.domain import Nothing


@dataclass(frozen=True, slots=True)
class Content:
    """What is shown."""

    text: str = ""
    """Markdown."""
    summary: str = ""
    """The words to press, for details that open."""


class ContentBlock:
    """A field type that posts nothing, has no answer and can make no mistake."""

    asks = False
    cel_type = "bool"
    mistakes: Mapping[str, str] = {}

    def __init__(self, name: str, keys: Mapping[str, str]) -> None:
        self.name = name
        self.keys = keys

    def read(self, keys: Keys) -> Content:
        """Read its words; every key it has must be there."""
        said = {key: keys.text(key).strip() for key in self.keys}
        for key, words in said.items():
            if not words:
                keys.problem(key, f"{key} is missing", self.keys[key])
        return Content(**said)

    def inputs(self, question: Question) -> tuple[str, ...]:
        """None."""
        del question
        return ()

    def parse(self, question: Question, raw: Raw, asking: Asking) -> None:
        """Nothing is read."""
        del question, raw, asking

    def as_raw(self, question: Question, value: object) -> dict[str, list[str]]:
        """Nothing is filled in."""
        del question, value
        return {}

    def show(self, question: Question, value: object) -> tuple[str, ...]:
        """Nothing on check answers."""
        del question, value
        return ()

    def dump(self, value: object) -> Json:
        """Nothing is stored."""
        del value

    def load(self, stored: Json) -> None:
        """Nothing comes back. Raises ValueError when something was stored."""
        if stored is not None:
            msg = "a content block has no stored answer"
            raise ValueError(msg)

    def cel(self, value: object) -> bool:
        """No condition can read it."""
        del value
        return False

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """Nothing is posted."""
        del question, written
        return {}

    def domain(self, question: Question) -> Nothing:
        """No answer."""
        del question
        return Nothing()

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """Nothing."""
        del question, value

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """None can be made."""
        del question
        return ()
