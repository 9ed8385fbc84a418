"""Every error of every field type leads to an input that is on the page, whatever was posted."""

import re
from typing import Any

import pytest

from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import FieldError, Keys, Question
from portal.web.views import QuestionView
from tests.forms.fields.test_laws import SETTINGS
from tests.forms.fields.village import asking
from tests.templates.drawing import environment

CASES = [
    (kind, given)
    for kind, all_given in SETTINGS.items()
    if FIELD_TYPES[kind].asks and kind != "hidden"
    for given in all_given
]


def drawn(question: Question, raw: dict[str, list[str]], errors: tuple[FieldError, ...]) -> str:
    """The question as its page shows it again."""
    wrong = {error.input: error.message for error in reversed(errors)}
    view = QuestionView(question, raw, wrong, is_heading=True)
    source = f'{{% import "{view.template}" as kind %}}{{{{ kind.field(view) }}}}'
    return environment().from_string(source).render(view=view)


@pytest.mark.parametrize(("kind", "given"), CASES)
def test_an_error_leads_to_an_input_of_the_page_it_is_shown_on(
    kind: str, given: dict[str, Any]
) -> None:
    field_type = FIELD_TYPES[kind]
    question = Question("q", "What is it?", kind, settings=field_type.read(Keys(given)))
    inputs = field_type.inputs(question)
    posts = [
        *field_type.sample_mistakes(question),
        *({name: ["manual", "manual"]} for name in inputs),
        *({name: ["yes", "yes"], inputs[0]: ["a"]} for name in inputs[1:]),
    ]
    for post in posts:
        outcome = field_type.parse(question, post, asking())
        errors = outcome if isinstance(outcome, tuple) else ()
        found = tuple(each for each in errors if isinstance(each, FieldError))
        ids = set(re.findall(r' id="([^"]*)"', drawn(question, dict(post), found)))
        assert {each.input for each in found} <= ids, post
