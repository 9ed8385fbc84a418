"""The field type `hidden`: what a link brought along, such as the campaign or the bin it was on.

What is posted under its name is never read: a value comes from `Asking.brought` alone, which the
portal fills from links it allows, else from the designer's `default`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.forms.fields.base import Asking, FieldError, FieldType, Keys, Question, Raw
from portal.forms.fields.domain import Words
from portal.forms.fields.one_text import OneText
from portal.forms.fields.text_rules import LONGEST_LINE, read_limit, read_text

_MOST = 2_000


@dataclass(frozen=True, slots=True)
class HiddenSettings:
    """What a designer chose."""

    default: str = ""
    max_length: int = LONGEST_LINE
    """Characters."""
    shown: bool = False
    """Whether check answers and documents show it."""


class HiddenField(OneText):
    """A value nobody is asked for. Posts nothing; the value is a str, empty when none came.

    There are no errors: a value from a link that is too long or cannot be stored counts as none,
    for the person cannot mend it.
    """

    name = "hidden"
    keys: Mapping[str, str] = {
        "default": "The value when the link brought none.",
        "max_length": f"The most characters allowed; {LONGEST_LINE} when left out.",
        "shown": "yes: check answers and documents show it.",
    }
    mistakes: Mapping[str, str] = {}

    def read(self, keys: Keys) -> HiddenSettings:
        """Read the designer's default and limit."""
        most = read_limit(keys, "max_length", LONGEST_LINE, _MOST) or LONGEST_LINE
        default = keys.text("default")
        settings = HiddenSettings(default, most, keys.flag("shown"))
        if default and _read(Question("hidden", "", "hidden", settings=settings), default) is None:
            keys.problem(
                "default",
                f"default must be {most:,} characters or less on one line, without hidden ones",
                "Shorten it, or raise max_length.",
            )
            return HiddenSettings("", most, settings.shown)
        return settings

    def parse(self, question: Question, raw: Raw, asking: Asking) -> str | None:
        """What the link brought, else the default. What was posted is not looked at."""
        del raw
        settings: HiddenSettings = question.settings
        brought = asking.brought.get(question.name, "")
        value = _read(question, brought) or _read(question, settings.default) or ""
        return None if question.optional and not value else value

    def as_raw(self, question: Question, value: str) -> dict[str, list[str]]:
        """Nothing: no browser is given it to send back."""
        del question, value
        return {}

    def show(self, question: Question, value: str) -> tuple[str, ...]:
        """The value when the designer wants it seen, else no line at all."""
        settings: HiddenSettings = question.settings
        return (value,) if settings.shown and value else ()

    def domain(self, question: Question) -> Words:
        """The default: what a link brings instead is not known."""
        settings: HiddenSettings = question.settings
        return Words(
            0,
            settings.max_length,
            sample=lambda _number: settings.default,
            takes=lambda _text: True,
            free=False,
        )

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """Nothing: an example cannot type into it."""
        del question, written
        return {}

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """There are none."""
        del question
        return ()


def _read(question: Question, text: str) -> str | None:
    settings: HiddenSettings = question.settings
    found = read_text(
        question,
        {question.name: [text]},
        question.name,
        about="the value",
        most=settings.max_length,
    )
    return None if isinstance(found, FieldError) else found


FIELD: FieldType = HiddenField()
