"""Turns templates into pages. Everything is escaped; every link respects where we are mounted."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.crm.days import (
    day_in_words,
    days_left,
    london_day,
    moment_in_words,
    pounds,
    size_in_words,
)
from portal.crm.views import words_of

TEMPLATES = Path(__file__).with_name("templates")


def _dialled(phone: str) -> str:
    """What a telephone dials: digits, with a leading plus if there is one (RFC 3966)."""
    digits = "".join(letter for letter in phone if letter in "0123456789")
    return f"+{digits}" if phone.strip().startswith("+") else digits


def _on_day(moment: datetime) -> str:
    return day_in_words(london_day(moment))


_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_FILTERS: dict[str, Callable[..., str]] = {
    "dialled": _dialled,
    "days_left": days_left,
    "on_day": _on_day,
    "words": words_of,
    "day": day_in_words,
    "moment": moment_in_words,
    "pounds": pounds,
    "size": size_in_words,
}
for _name, _filter in _FILTERS.items():
    _environment.filters[_name] = _filter


def render(request: Request, name: str, *, status: int = 200, **known: Any) -> HTMLResponse:  # noqa: ANN401 - a template takes anything
    """Draw a page."""
    root = request.scope["root_path"].rstrip("/")
    asked = {"q": "", "mistake": "", **known}
    return HTMLResponse(_environment.get_template(name).render(root=root, **asked), status)
