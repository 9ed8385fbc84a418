"""The field type `checkboxes`: any of several choices, or "none of these"."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
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
from portal.forms.fields.choices import ChoiceSettings, unknown
from portal.forms.fields.domain import SomeOf
from portal.forms.fields.stored import load_list, load_text
from portal.forms.fields.text_rules import unanswered
from portal.forms.fields.wording import about
from portal.forms.fields.written import written_list

NONE = "none"
"""What "none of these" posts and stores."""


@dataclass(frozen=True, slots=True)
class CheckboxesSettings:
    """The choices, and the one that excludes all others when there is one."""

    choices: ChoiceSettings
    none_of_these: str = ""
    """Its label; empty when it is not offered."""
    fewest: int = 1
    """Choices; "none of these" by itself is always enough."""
    most: int | None = None
    """Choices; None for any number."""

    @property
    def options(self) -> tuple[Option, ...]:
        """The choices without "none of these", which stands apart below an "or"."""
        return self.choices.options

    def offering(self, is_offered: Callable[[Option], bool]) -> "CheckboxesSettings":
        """The same with only some of the choices; "none of these" always stays."""
        return replace(self, choices=self.choices.offering(is_offered))

    @property
    def all(self) -> ChoiceSettings:
        """Every choice that may be posted."""
        if not self.none_of_these:
            return self.choices
        return ChoiceSettings((*self.options, Option(NONE, self.none_of_these)))


class CheckboxesField:
    """Several choices. Posts `{q}` once for each; the value is a tuple in the designer's order.

    Errors: `missing`, `unknown`, `none_and_others`, `too_few` and `too_many`.
    """

    name = "checkboxes"
    asks = True
    cel_type = "list(string)"
    keys: Mapping[str, str] = {
        "options": "Lines of `value: Label`; a label may be {label, hint}.",
        "none_of_these": f"The label of a choice that excludes all others; its value is {NONE}.",
        "min_choices": "The fewest choices to be selected.",
        "max_choices": "The most choices to be selected.",
    }
    mistakes: Mapping[str, str] = {
        "missing": "nothing was selected",
        "unknown": "something was sent that is not in the list",
        "none_and_others": '"none of these" was selected together with another choice',
        "too_few": "fewer choices were selected than asked for",
        "too_many": "more choices were selected than allowed",
    }

    def read(self, keys: Keys) -> CheckboxesSettings:
        """Read the choices."""
        choices, none_of_these = ChoiceSettings(keys.options()), keys.text("none_of_these")
        if none_of_these and NONE in choices.values:
            keys.problem(
                "options", f"{NONE} is the value of none_of_these", "Choose another value."
            )
        fewest, most = _count(keys, "min_choices", choices), _count(keys, "max_choices", choices)
        if fewest and most and fewest > most:
            keys.problem("min_choices", "min_choices must not be more than max_choices")
            fewest = None
        return CheckboxesSettings(choices, none_of_these, fewest or 1, most)

    def inputs(self, question: Question) -> tuple[str, ...]:
        """One input name, however many boxes."""
        return (question.name,)

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> tuple[str, ...] | tuple[FieldError, ...] | None:
        """Read the boxes that are ticked; ticking one twice is ticking it."""
        del asking
        settings: CheckboxesSettings = question.settings
        ticked = {value for value in raw.get(question.name, ()) if value}
        if not ticked:
            return unanswered(question, question.name, f"Select {about(question)}")
        if not ticked <= set(settings.all.values):
            return (unknown(question),)
        if settings.none_of_these and NONE in ticked and len(ticked) > 1:
            said = f"Select {about(question)}, or select “{settings.none_of_these}”"
            return (FieldError(question.name, question.say("none_and_others", said)),)
        if wrong := _miscounted(question, len(ticked), none=NONE in ticked):
            return (wrong,)
        return tuple(value for value in settings.all.values if value in ticked)

    def as_raw(self, question: Question, value: tuple[str, ...]) -> dict[str, list[str]]:
        """The ticked boxes."""
        return {question.name: list(value)}

    def show(self, question: Question, value: tuple[str, ...]) -> tuple[str, ...]:
        """Their labels, one on each line."""
        settings: CheckboxesSettings = question.settings
        return tuple(settings.all.label(each) for each in value)

    def dump(self, value: tuple[str, ...]) -> Json:
        """The list of values."""
        return list(value)

    def load(self, stored: Json) -> tuple[str, ...]:
        """The values back. Raises ValueError."""
        return tuple(load_text(each) for each in load_list(stored))

    def cel(self, value: tuple[str, ...]) -> list[str]:
        """The list of values: `"asbestos" in waste`."""
        return list(value)

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """A list of values or labels, or a single one."""
        settings: CheckboxesSettings = question.settings
        return {question.name: [settings.all.value_of(each) for each in written_list(written)]}

    def domain(self, question: Question) -> SomeOf:
        """Every set of choices, "none of these" by itself."""
        settings: CheckboxesSettings = question.settings
        return SomeOf(settings.all.values, NONE if settings.none_of_these else "")

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """The list of values."""
        del question
        return list(value)

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """Nothing, a stranger among others, and "none" with another."""
        settings: CheckboxesSettings = question.settings
        stranger = "x".join(("no", *settings.all.values))
        posts = [{question.name: [*settings.choices.values, stranger]}]
        if settings.none_of_these:
            posts.append({question.name: [NONE, *settings.choices.values]})
        if settings.fewest > 1:
            posts.append({question.name: list(settings.choices.values[: settings.fewest - 1])})
        if settings.most is not None and settings.most < len(settings.options):
            posts.append({question.name: list(settings.choices.values[: settings.most + 1])})
        return tuple(posts if question.optional else [{}, {question.name: [""]}, *posts])


def _miscounted(question: Question, ticked: int, *, none: bool) -> FieldError | None:
    settings: CheckboxesSettings = question.settings
    if settings.none_of_these and none:
        return None
    kind = said = ""
    if ticked < settings.fewest:
        kind, said = "too_few", f"Select at least {settings.fewest} choices"
    elif settings.most is not None and ticked > settings.most:
        kind = "too_many"
        said = f"Select no more than {settings.most} choice{'s' if settings.most > 1 else ''}"
    return FieldError(question.name, question.say(kind, said)) if kind else None


def _count(keys: Keys, key: str, choices: ChoiceSettings) -> int | None:
    count = keys.whole_number(key)
    if count is not None and not 1 <= count <= max(1, len(choices.options)):
        keys.problem(
            key,
            f"{key} must be from 1 to {len(choices.options)}",
            "There cannot be more than there are choices.",
        )
        return None
    return count


FIELD: FieldType = CheckboxesField()
