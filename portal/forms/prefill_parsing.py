"""Reads `prefill:` of a form: the questions a signed link may fill."""

from collections.abc import Mapping

from portal.forms.fields.base import Question
from portal.forms.reader import Reader, nearest

UNFILLABLE = ("file", "bank-details", "declaration")
"""Field types no link may fill: what only the person has, and what only the person may say."""


def parse_prefill(
    form: Reader, questions: Mapping[str, Question], single: Mapping[str, Question]
) -> tuple[str, ...]:
    """The names; `single` are the questions outside repeating groups."""
    allowed: list[str] = []
    for number, name in enumerate(form.words("prefill")):
        if name not in questions:
            near = nearest(name, questions)
            form.error_in("prefill", number, "F039", f"there is no question called {name}", near)
        elif name not in single:
            said = f"{name} is asked of each of several things: a link cannot fill it"
            form.error_in("prefill", number, "F077", said)
        elif questions[name].type in UNFILLABLE:
            said = f"no link may fill a question of type {questions[name].type}"
            form.error_in("prefill", number, "F078", said, "Only the person can answer it.")
        else:
            allowed.append(name)
    return tuple(allowed)
