"""The field type `select`: one of many choices.

A short list is a drop-down. A long one is searched first, as an address is: a few words narrow it
down to a choice of a few, on the server, so that it works on every phone and without JavaScript;
the whole list is one button away.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.forms.fields.base import (
    Asking,
    FieldError,
    FieldType,
    Keys,
    Option,
    Question,
    Raw,
    Unfinished,
)
from portal.forms.fields.choices import ChoiceSettings, SingleChoice
from portal.forms.fields.countries import also_called, countries
from portal.forms.fields.narrowing import exactly, narrow
from portal.forms.fields.text_rules import (
    TEXT_MISTAKES,
    only_value,
    read_text,
    repeated,
    unanswered,
)
from portal.forms.fields.wording import about

LONG = 30
"""Choices; a longer list is searched."""
_BUILT_IN = "countries"
_LONGEST_QUERY = 100


@dataclass(frozen=True, slots=True)
class SelectSettings(ChoiceSettings):
    """The choices, and whether they are searched."""

    searched: bool = False


class SelectField(SingleChoice):
    """One choice. Posts `{q}`; a long list also `{q}-query`, `{q}-find` and `{q}-manual`.

    The value is the choice's value, a str. A choice counts only while it belongs to what is in
    the search box. Errors: `missing`, `repeated`, `unknown`, and for a long list `not_found` and
    those of every text.
    """

    mistakes: Mapping[str, str] = {
        **TEXT_MISTAKES,
        **SingleChoice.mistakes,
        "not_found": "nothing in the list matches the search",
    }

    def read(self, keys: Keys) -> SelectSettings:
        """Read the choices, or take a list the portal has."""
        named = keys.raw.get("options") == _BUILT_IN
        options = countries(keys.language) if named else keys.options()
        searched = keys.flag("search", default=len(options) > LONG)
        return SelectSettings(options, also_called(keys.language) if named else {}, searched)

    def inputs(self, question: Question) -> tuple[str, ...]:
        """The drop-down; for a long list first the search box, which most faces show."""
        name = question.name
        if not question.settings.searched:
            return (name,)
        return (f"{name}-query", name, f"{name}-find", f"{name}-manual")

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> str | Unfinished | tuple[FieldError, ...] | None:
        """Read the choice; for a long list search when a button or the box asks for it."""
        settings: SelectSettings = question.settings
        if not settings.searched:
            return super().parse(question, raw, asking)
        name, box = question.name, f"{question.name}-query"
        choice = only_value(raw, name)
        query = read_text(question, raw, box, about="what you search for", most=_LONGEST_QUERY)
        if isinstance(query, FieldError):
            return (query,)
        if choice is None:
            return (repeated(question, box, about(question)),)
        if f"{name}-find" in raw:
            return _search(question, query)
        if f"{name}-manual" in raw:
            return Unfinished(settings.options)
        return _choose(question, choice, query)

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """Nothing, a stranger, two at once; for a long list words that match nothing."""
        posts = super().sample_mistakes(question)
        if not question.settings.searched:
            return posts
        box = f"{question.name}-query"
        wrong = ("zqxzqxzqx", "Ann\x00Example", "x" * (_LONGEST_QUERY + 1))
        return (*posts, *({box: [text]} for text in wrong), {f"{question.name}-find": ["yes"]})


def _choose(
    question: Question, choice: str, query: str
) -> str | Unfinished | tuple[FieldError, ...] | None:
    settings: SelectSettings = question.settings
    box = f"{question.name}-query"
    if choice and choice not in settings.values:
        said = f"Choose {about(question)} from the list"
        return (FieldError(box, question.say("unknown", said)),)
    if choice and (not query or choice in {o.value for o in _matches(settings, query)}):
        return choice
    if not query:
        return unanswered(question, box, f"Select {about(question)}")
    exact = exactly(settings.options, query, settings.also)
    return exact.value if exact else _search(question, query)


def _search(question: Question, query: str) -> Unfinished | tuple[FieldError, ...]:
    box = f"{question.name}-query"
    if not query:
        return (FieldError(box, question.say("missing", f"Enter {about(question)}")),)
    found = _matches(question.settings, query)
    if not found:
        said = f"We could not find “{query}”. Check the spelling, or choose from the whole list"
        return (FieldError(box, question.say("not_found", said)),)
    return Unfinished(found, "1 choice found" if len(found) == 1 else f"{len(found)} choices found")


def _matches(settings: SelectSettings, query: str) -> tuple[Option, ...]:
    return narrow(settings.options, query, settings.also)


FIELD: FieldType = SelectField(
    "select",
    {
        "options": f"Lines of `value: Label`, or the word {_BUILT_IN}.",
        "search": f"no: a list of more than {LONG} is a plain drop-down too; yes: a short one "
        "is searched.",
    },
)
