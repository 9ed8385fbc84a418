"""Reads typed values out of a source, noting every problem and never stopping at the first."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from portal.core.money import Pence, parse_pounds
from portal.core.shapes import is_list, is_mapping
from portal.forms.conditions import Expression, Mistake, Vocabulary
from portal.forms.fields.base import Spot
from portal.forms.language import Key
from portal.forms.source import Path, Source

PAGE_NAME = re.compile(r"[a-z][a-z0-9-]{0,60}")
QUESTION_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Reader:
    """One mapping in a source."""

    def __init__(self, source: Source, path: Path, keys: Mapping[str, Key] | None = None) -> None:
        self.source = source
        self.path = path
        value = value_at(source, path)
        self.is_mapping = isinstance(value, dict)
        self.raw: Mapping[str, Any] = value if isinstance(value, dict) else {}
        if not isinstance(value, dict):
            self.error("", "F001", "this must be a list of `key: value` lines")
        elif keys is not None:
            self._check_keys(keys)

    def _check_keys(self, keys: Mapping[str, Key]) -> None:
        for name in self.raw:
            if name not in keys:
                self.unknown_key(name, keys)
        for name, key in keys.items():
            if key.required and self.raw.get(name) in (None, "", [], {}):
                self.error(
                    name if name in self.raw else "", "F003", f"{name} is missing", key.about
                )

    def unknown_key(self, name: str, keys: Mapping[str, Any]) -> None:
        """Note a key that does not belong here, with the one probably meant."""
        cure = nearest(name, keys) or f"Use one of: {', '.join(keys)}."
        self.error(name, "F002", f"{name or 'an empty text'} is not a key that belongs here", cure)

    def error(self, key: str, code: str, message: str, hint: str = "", *, offset: int = -1) -> None:
        """Note an error at one key (or at the mapping itself when the key is empty)."""
        self.source.error(
            (*self.path, key) if key else self.path, code, message, hint, offset=offset
        )

    def spot(self, key: str = "") -> Spot:
        """Where the value of a key stands (or the mapping itself)."""
        return self.source.spot((*self.path, key) if key else self.path)

    def text(self, key: str, default: str = "") -> str:
        """A text; leading and trailing space is not kept."""
        value = self.raw.get(key, default)
        if isinstance(value, str):
            return value.strip()
        self.error(key, "F004", f"{key} must be text")
        return default

    def name(self, key: str, pattern: re.Pattern[str], what: str) -> str:
        """A name in the given grammar."""
        value = self.text(key)
        if value and not pattern.fullmatch(value):
            self.error(
                key,
                "F005",
                f"{value!r} cannot be the name of a {what}",
                "Use small letters, digits and "
                f"{'underscores' if '_' in pattern.pattern else 'hyphens'}"
                ", beginning with a letter.",
            )
        return value

    def flag(self, key: str) -> bool:
        """Yes or no; no when it is left out."""
        value = self.raw.get(key, "no")
        if value not in ("yes", "no", "true", "false"):
            self.error(key, "F006", f"{key} must be yes or no")
        return value in ("yes", "true")

    def error_in(self, key: str, number: int, code: str, message: str, hint: str = "") -> None:
        """Note an error at one item of a list."""
        self.source.error((*self.path, key, number), code, message, hint)

    def number(self, key: str, default: int | None = None) -> int | None:
        """A whole number."""
        value = self.raw.get(key)
        if value is None:
            return default
        if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value, re.ASCII):
            return int(value)
        self.error(key, "F007", f"{key} must be a whole number")
        return default

    def money(self, key: str) -> Pence | None:
        """An amount of pounds, as pence."""
        value = self.raw.get(key)
        if value is None:
            return None
        amount = parse_pounds(value) if isinstance(value, str) else None
        if amount is None:
            self.error(key, "F008", f"{value!r} is not an amount of money", "Write it like £45.00.")
        return amount

    def date(self, key: str) -> date | None:
        """A day, written year-month-day."""
        value = self.raw.get(key)
        if value is None:
            return None
        try:
            if isinstance(value, str) and _DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.error(key, "F009", f"{value!r} is not a date", "Write it like 2026-04-01.")
        return None

    def words(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.raw.get(key, [])
        if is_list(value) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.error(key, "F010", f"{key} must be a list of texts", "Write it like [one, two].")
        return ()

    def names(self, key: str) -> tuple[str, ...]:
        """A text or a list of texts."""
        return (self.text(key),) if isinstance(self.raw.get(key), str) else self.words(key)

    def one_of(self, key: str, allowed: tuple[str, ...], default: str) -> str:
        """One of the allowed words."""
        value = self.raw.get(key, default)
        if value in allowed:
            return str(value)
        self.error(key, "F011", f"{key} cannot be {value!r}", f"Choose from {', '.join(allowed)}.")
        return default

    def mapping(self, key: str) -> Mapping[str, Any]:
        """A mapping, empty when left out."""
        value = self.raw.get(key, {})
        if is_mapping(value):
            return value
        self.error(key, "F001", f"{key} must be a list of `key: value` lines")
        return {}

    def texts(self, key: str) -> dict[str, str]:
        """A mapping of texts, empty when left out."""
        given = self.mapping(key)
        for name, of in given.items():
            if not isinstance(of, str):
                self.source.error((*self.path, key, name), "F004", f"{name} must be text")
        return {name: of for name, of in given.items() if isinstance(of, str)}

    def inside(self, key: str, keys: Mapping[str, Key]) -> "Reader | None":
        """The mapping under a key; None when it is left out."""
        return Reader(self.source, (*self.path, key), keys) if key in self.raw else None

    def each(self, key: str, keys: Mapping[str, Key] | None) -> Iterator["Reader"]:
        """Each mapping of a list."""
        value = self.raw.get(key, [])
        if not is_list(value):
            self.error(key, "F012", f"{key} must be a list", "Begin each item with a hyphen.")
            return
        for number, _item in enumerate(value):
            yield Reader(self.source, (*self.path, key, number), keys)

    def expression(
        self, key: str, vocabulary: Vocabulary, result: str = "BOOL"
    ) -> Expression | None:
        """A CEL expression of the wanted type; None when left out or wrong."""
        text = self.text(key)
        if not text:
            return None
        compiled = vocabulary.compile(text)
        if isinstance(compiled, Mistake):
            self.error(key, compiled.code, compiled.message, compiled.hint, offset=compiled.offset)
            compiled = compiled.expression
            if compiled is None:
                return None
        if compiled.result not in (result, "DYN"):
            self.error(
                key,
                "C008" if compiled.is_told_by_list else "C002",
                f"this gives {_in_words(compiled.result)}, not {_in_words(result)}",
                "Compare it with something: plots > 10.",
                offset=0,
            )
            if not compiled.is_told_by_list:
                return None
        return replace(compiled, spot=self.spot(key))


_LIKE = 0.65
"""How like (0 to 1) a name must be to be the one probably meant."""


def nearest(written: str, known: Iterable[str]) -> str:
    """Did you mean …? with the name probably meant; empty when none is near."""
    among = list(known)
    swapped = [name for name in among if sorted(name) == sorted(written)]
    near = swapped or difflib.get_close_matches(written, among, n=1, cutoff=_LIKE)
    return f"Did you mean {near[0]}?" if near else ""


_IN_WORDS = {
    "BOOL": "a yes or no",
    "INT": "a number",
    "UINT": "a number",
    "DOUBLE": "a number",
    "STRING": "a text",
    "TIMESTAMP": "a date",
    "DURATION": "a length of time",
    "LIST": "a list",
    "MAP": "several parts",
}


def _in_words(result: str) -> str:
    """LIST<STRING> → a list."""
    return _IN_WORDS.get(result.partition("<")[0], "something else")


def value_at(source: Source, path: Path) -> Any:  # noqa: ANN401  # YAML
    """The value at a path of a source."""
    value = source.value
    for step in path:
        value = value[step]
    return value
