"""Choices that several questions share: `options: {use: name}` takes a list of `_shared.yml`."""

from collections.abc import Mapping
from typing import Any

from portal.core.shapes import is_mapping
from portal.forms.language import OPTION, SHARED
from portal.forms.reader import Reader
from portal.forms.source import Source

USE = "use"


def list_named(options: object) -> str:
    """The name of the list that `options:` takes; empty when it lists the choices itself."""
    if is_mapping(options) and set(options) == {USE} and isinstance(options[USE], str):
        return options[USE]
    return ""


def choices_of(item: Reader, shared: Source) -> Mapping[str, Any]:
    """The question's own keys, the list it takes put in the place of its name.

    Notes a list that is not there, and whatever is wrong in one that is.
    """
    name = list_named(item.raw.get("options"))
    if not name or (shared.value is None and shared.findings):  # unreadable: that is said already
        return item.raw
    lists: Mapping[str, Any] = (
        Reader(shared, (), SHARED).mapping("options") if shared.value is not None else {}
    )
    if name not in lists:
        known = ", ".join(lists) or "none"
        said = f"_shared.yml has no list of choices called {name}"
        item.source.error((*item.path, "options", USE), "F060", said, f"It has: {known}.")
        return item.raw
    return {**item.raw, "options": read_list(shared, name)}


def read_list(shared: Source, name: str) -> Mapping[str, Any]:
    """One list of choices; what is wrong in it is noted where it stands."""
    lists = Reader(shared, ("options",))
    choices = lists.mapping(name)
    if not choices:
        hint = "Write `value: Label` lines under it."
        lists.error(name, "F061", f"{name} lists no choice", hint)
    for value, written in choices.items():
        if not isinstance(written, str):
            _check_choice(Reader(shared, ("options", name, value), OPTION))
    return choices


def _check_choice(choice: Reader) -> None:
    choice.text("label")
    choice.text("hint")
