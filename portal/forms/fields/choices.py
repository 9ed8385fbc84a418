"""What radios, select and checkboxes share: the list of choices and how one of them is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from portal.forms.fields.base import Asking, FieldError, Keys, Option, Question, Raw, Unfinished
from portal.forms.fields.domain import OneOf
from portal.forms.fields.one_text import OneText
from portal.forms.fields.text_rules import only_value, repeated, unanswered
from portal.forms.fields.wording import about


@dataclass(frozen=True, slots=True)
class ChoiceSettings:
    """The choices, in the designer's order."""

    options: tuple[Option, ...] = ()
    also: Mapping[str, str] = field(default_factory=dict[str, str])
    """Value → more words people may find a choice by."""

    @property
    def values(self) -> tuple[str, ...]:
        """What may be posted."""
        return tuple(option.value for option in self.options)

    def offering(self, is_offered: Callable[[Option], bool]) -> "ChoiceSettings":
        """The same with only some of the choices."""
        return replace(self, options=tuple(o for o in self.options if is_offered(o)))

    def label(self, value: str) -> str:
        """What people read; the value itself when the choice is no longer offered."""
        return next((o.label for o in self.options if o.value == value), value)

    def value_of(self, written: str) -> str:
        """The value of a choice written as its value or its label; else as it was written."""
        if written in self.values:
            return written
        return next((o.value for o in self.options if o.label == written), written)


def unknown(question: Question) -> FieldError:
    """Something was posted that is not in the list."""
    said = f"Choose {about(question)} from the list"
    return FieldError(question.name, question.say("unknown", said))


class SingleChoice(OneText):
    """One choice. Posts `{q}`; the value is the choice's value, a str.

    Errors: `missing`, `repeated` and `unknown`.
    """

    mistakes: Mapping[str, str] = {
        "missing": "nothing was selected",
        "repeated": "several were sent where one belongs",
        "unknown": "something was sent that is not in the list",
    }

    def __init__(self, name: str, keys: Mapping[str, str]) -> None:
        self.name = name
        self.keys = keys

    def read(self, keys: Keys) -> ChoiceSettings:
        """Read the choices."""
        return ChoiceSettings(keys.options())

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> str | Unfinished | tuple[FieldError, ...] | None:
        """Read the choice; only what is in the list is taken."""
        del asking
        what = about(question)
        typed = only_value(raw, question.name)
        if typed is None:
            return (repeated(question, question.name, what),)
        if not typed:
            return unanswered(question, question.name, f"Select {what}")
        settings: ChoiceSettings = question.settings
        return typed if typed in settings.values else (unknown(question),)

    def show(self, question: Question, value: str) -> tuple[str, ...]:
        """The choice's label."""
        settings: ChoiceSettings = question.settings
        return (settings.label(value),)

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """A choice by its value or its label."""
        settings: ChoiceSettings = question.settings
        return {question.name: [settings.value_of(str(written))]}

    def domain(self, question: Question) -> OneOf:
        """Every choice."""
        settings: ChoiceSettings = question.settings
        return OneOf(settings.values)

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """The choice's value."""
        del question
        return value

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """Nothing, a stranger, and two at once."""
        settings: ChoiceSettings = question.settings
        stranger = {question.name: ["x".join(("no", *settings.values))]}
        posts = [stranger]
        if settings.values:
            posts.append({question.name: [settings.values[0], settings.values[-1]]})
        return tuple(posts if question.optional else [{}, {question.name: [""]}, *posts])
