"""Draws a component from an expression, as a template would."""

from functools import cache
from pathlib import Path

from jinja2 import Environment

from portal.templating import build_environment

ROOT = Path(__file__).parents[2]
PARITY = Path(__file__).with_name("parity.json")

_MODULES = {"character-count": "textarea"}
"""Components whose macro has another name than GOV.UK Frontend's folder."""


@cache
def environment() -> Environment:
    """The portal's own environment."""
    return build_environment(ROOT / "portal" / "templates", ROOT / "static")


def draw(component: str, expression: str, **values: object) -> str:
    """What `{{ expression }}` draws, where the expression calls a macro of components/."""
    macro = expression.partition("(")[0]
    source = f'{{% from "components/{component}.html" import {macro} %}}{{{{ {expression} }}}}'
    return environment().from_string(source).render(values)


def draw_fixture(component: str, expression: str) -> str:
    """The same, by the name of GOV.UK Frontend's component."""
    return draw(_MODULES.get(component, component.replace("-", "_")), expression)
