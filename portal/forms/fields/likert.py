"""The field type `likert`: how far people agree with several statements, on one scale.

Each statement is its own set of radios: a table of radios cannot be used on a phone or followed
by a screen reader.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
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
from portal.forms.fields.choices import ChoiceSettings
from portal.forms.fields.domain import Unmodelled
from portal.forms.fields.stored import load_text
from portal.forms.fields.text_rules import only_value, repeated
from portal.forms.fields.written import written_parts

AGREEMENT = (
    Option("strongly-agree", "Strongly agree"),
    Option("agree", "Agree"),
    Option("neither", "Neither agree nor disagree"),
    Option("disagree", "Disagree"),
    Option("strongly-disagree", "Strongly disagree"),
)
AGREEMENTS = {
    "en": AGREEMENT,
    "cy": (
        Option("strongly-agree", "Cytuno’n gryf"),
        Option("agree", "Cytuno"),
        Option("neither", "Ddim yn cytuno nac yn anghytuno"),
        Option("disagree", "Anghytuno"),
        Option("strongly-disagree", "Anghytuno’n gryf"),
    ),
}
_AGREEMENT_SCALE = ChoiceSettings(AGREEMENT)
"""The scale where a designer gives no other."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Ratings:
    """Statement → the value chosen on the scale, in the designer's order."""

    of: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LikertSettings:
    """The statements and the scale."""

    statements: tuple[Option, ...] = ()
    scale: ChoiceSettings = _AGREEMENT_SCALE


class LikertField:
    """Ratings. Posts `{q}-{statement}` for each; the value is a Ratings.

    When the question is optional any statement may be left. Errors: `missing`, `repeated` and
    `unknown`, each at its own statement.
    """

    name = "likert"
    asks = True
    cel_type = "map(string, string)"
    keys: Mapping[str, str] = {
        "statements": "Lines of `name: Statement`; a name has small letters, figures and _.",
        "scale": "Lines of `value: Label`, best first; five steps of agreement when left out.",
    }
    mistakes: Mapping[str, str] = {
        "missing": "a statement has no answer",
        "repeated": "several answers were sent for one statement",
        "unknown": "something was sent that is not on the scale",
    }

    def read(self, keys: Keys) -> LikertSettings:
        """Read the statements and the scale."""
        statements = keys.options("statements")
        for statement in statements:
            if not _NAME.fullmatch(statement.value):
                keys.problem(
                    "statements",
                    f"a statement cannot be called {statement.value!r}",
                    "Use small letters, figures and _, like staff_were_helpful.",
                )
        named = tuple(s for s in statements if _NAME.fullmatch(s.value))
        scale = keys.options("scale") if "scale" in keys.raw else AGREEMENTS[keys.language]
        return LikertSettings(named, ChoiceSettings(scale))

    def inputs(self, question: Question) -> tuple[str, ...]:
        """One name for each statement; the question's own when it has none."""
        settings: LikertSettings = question.settings
        named = tuple(f"{question.name}-{s.value}" for s in settings.statements)
        return named or (question.name,)

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> Ratings | tuple[FieldError, ...] | None:
        """Read every statement's answer."""
        del asking
        settings: LikertSettings = question.settings
        read = [(s.value, _read_one(question, raw, s)) for s in settings.statements]
        wrong = tuple(found for _, found in read if isinstance(found, FieldError))
        given = tuple((name, found) for name, found in read if isinstance(found, str))
        if wrong:
            return wrong
        return Ratings(given) if given else None

    def as_raw(self, question: Question, value: Ratings) -> dict[str, list[str]]:
        """Each statement's answer."""
        return {f"{question.name}-{name}": [given] for name, given in value.of}

    def show(self, question: Question, value: Ratings) -> tuple[str, ...]:
        """Staff were helpful: Agree."""
        settings: LikertSettings = question.settings
        statements = ChoiceSettings(settings.statements)
        return tuple(
            f"{statements.label(name)}: {settings.scale.label(given)}" for name, given in value.of
        )

    def dump(self, value: Ratings) -> Json:
        """Statement → value."""
        return dict(value.of)

    def load(self, stored: Json) -> Ratings:
        """The ratings back. Raises ValueError."""
        if not isinstance(stored, dict) or not stored:
            msg = "stored ratings are not a mapping"
            raise ValueError(msg)
        return Ratings(tuple((name, load_text(given)) for name, given in stored.items()))

    def cel(self, value: Ratings) -> dict[str, str]:
        """`survey.staff_were_helpful == "agree"`; a statement left out is unknown."""
        return dict(value.of)

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """{statement: value or label, …}, or one value for every statement."""
        settings: LikertSettings = question.settings
        parts = written_parts(written)
        if parts is None:
            parts = {s.value: str(written) for s in settings.statements}
        return {
            f"{question.name}-{name}": [settings.scale.value_of(given)]
            for name, given in parts.items()
        }

    def domain(self, question: Question) -> Unmodelled:
        """Not modelled: conditions hardly ever read one."""
        settings: LikertSettings = question.settings
        return Unmodelled(lambda _today: settings.scale.values[0])

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """The answer `domain` gave, as it is."""
        del question
        return value

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """A statement without an answer, one with two, and a stranger."""
        settings: LikertSettings = question.settings
        inputs, scale = self.inputs(question), settings.scale.values
        whole = {name: [scale[0]] for name in inputs} if scale else {}
        stranger = "x".join(("no", *scale))
        posts = [{**whole, inputs[-1]: [stranger]}, {**whole, inputs[0]: [*scale, stranger]}]
        return tuple(posts if question.optional else [{}, {**whole, inputs[-1]: [""]}, *posts])


def _read_one(question: Question, raw: Raw, statement: Option) -> str | FieldError | None:
    settings: LikertSettings = question.settings
    name = f"{question.name}-{statement.value}"
    given = only_value(raw, name)
    if given is None:
        return repeated(question, name, f"the answer for “{statement.label}”")
    if given in settings.scale.values:
        return given
    if given:
        said = f"Choose an answer for “{statement.label}” from the list"
        return FieldError(name, question.say("unknown", said))
    if question.optional:
        return None
    return FieldError(name, question.say("missing", f"Select an answer for “{statement.label}”"))


FIELD: FieldType = LikertField()
