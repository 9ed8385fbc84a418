"""Texts in two languages: `{en: …, cy: …}` wherever people read, one language of a file at a time.

A file is read once as YAML and then seen in one language: every text people read becomes the one
of that language, at its own line and column, and all else (codes, names, conditions) stays the
same. So a form has the same structure and the same digest in every language.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from portal.core.languages import LANGUAGES, NAMES
from portal.core.shapes import is_list, is_mapping
from portal.forms.source import Path, Source

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class _Text:
    """A text people read."""

    is_needed: bool = True
    """Whether a form that declares Welsh must have it in Welsh."""


@dataclass(frozen=True, slots=True)
class _Each:
    """A list, or a mapping of names, of the same."""

    of: "Shape"


@dataclass(frozen=True, slots=True)
class _Either:
    """A text, or a mapping with texts in it: a choice is a label, or a label with a hint."""

    parts: "Mapping[str, Shape]"


Shape: TypeAlias = "_Text | _Each | _Either | Mapping[str, Shape]"

_TEXT = _Text()
_CHOICES = _Each(_Either({"label": _TEXT, "hint": _TEXT}))
_CHECKS = _Each({"else": _TEXT})
_QUESTION: Mapping[str, Shape] = {
    "ask": _TEXT,
    "hint": _TEXT,
    "about": _Text(is_needed=False),  # Welsh errors quote the question instead
    "errors": _Each(_TEXT),
    "options": _CHOICES,
    "none_of_these": _TEXT,
    "statements": _CHOICES,
    "scale": _CHOICES,
    "from_label": _TEXT,
    "to_label": _TEXT,
    "low": _TEXT,
    "high": _TEXT,
    "says": _TEXT,
    "summary": _TEXT,
    "text": _TEXT,
    "unit": _Text(is_needed=False),
    "unit_before": _Text(is_needed=False),
}
_PAGE: dict[str, Shape] = {
    "title": _TEXT,
    "guidance": _TEXT,
    "questions": _Each(_QUESTION),
    "check": _CHECKS,
    "warn": _CHECKS,
    "each": _TEXT,
    "line": _TEXT,
}
_PAGE["pages"] = _Each(_PAGE)
FORM_TEXTS: Mapping[str, Shape] = {
    "title": _TEXT,
    "summary": _TEXT,
    "takes": _TEXT,
    "before_you_start": _TEXT,
    "pages": _Each(_PAGE),
    "sections": _Each({"title": _TEXT, "hint": _TEXT}),
    "computed": _Each({"label": _TEXT}),
    "declaration": _TEXT,
    "fee": _Each({"label": _TEXT}),
    "what_happens_next": _TEXT,
}
"""Where in a form texts stand that people read. Codes, names and conditions are no texts."""
SHARED_TEXTS: Mapping[str, Shape] = {"pages": _Each(_PAGE)}
"""The same in `_shared.yml`."""
CALENDAR_TEXTS: Mapping[str, Shape] = {
    "calendars": _Each({"label": _TEXT, "if_cancelled": _TEXT}),
}
"""The same in `_calendars.yml`."""
COUNCIL_TEXTS: Mapping[str, Shape] = {
    "name": _TEXT,
    "hours": _TEXT,
    "accessibility": _TEXT,
    "privacy": _TEXT,
}
"""The same in `_council.yml`."""


def languages_of(source: Source) -> tuple[str, ...]:
    """The languages a file says it is written in, English first; English alone when it says none.

    Notes what is no list of them.
    """
    value = source.value.get("languages") if is_mapping(source.value) else None
    if value is None:
        return LANGUAGES[:1]
    listed: list[Any] = value if is_list(value) else []
    if "en" not in listed or not set(map(str, listed)) <= set(LANGUAGES):
        source.error(("languages",), "L003", "languages must be [en] or [en, cy]")
    return tuple(code for code in LANGUAGES if code in listed) or LANGUAGES[:1]


def in_language(
    source: Source,
    shape: Shape,
    language: str,
    *,
    must_have: bool = False,
    pages: Collection[str] | None = None,
) -> Source:
    """The file as it reads in one language; findings go to the same list.

    `must_have` notes every text that has no words in this language; of a shared file only in
    the named `pages`.
    """
    if source.value is None:
        return source
    seen = replace(
        source, language=language, positions=dict(source.positions), scalars=dict(source.scalars)
    )
    picking = _Picking(seen, language, must_have, pages)
    seen.value = picking.pick(source.value, shape, ())
    return seen


@dataclass(frozen=True, slots=True)
class _Picking:
    source: Source
    language: str
    must_have: bool
    pages: Collection[str] | None

    def pick(self, value: Any, shape: Shape, path: Path) -> Any:  # noqa: ANN401  # YAML
        if isinstance(shape, _Text):
            return self._pick_text(value, shape, path)
        if isinstance(shape, _Either):
            if isinstance(value, str) or _is_translated(value):
                return self._pick_text(value, _TEXT, path)
            return self.pick(value, shape.parts, path)
        if is_list(value):
            of = shape.of if isinstance(shape, _Each) else None
            return [self.pick(v, of, (*path, n)) if of else v for n, v in enumerate(value)]
        if not is_mapping(value):
            return value
        if isinstance(shape, _Each):
            return {k: self.pick(v, shape.of, (*path, k)) for k, v in value.items()}
        return {
            k: self.pick(v, shape[k], (*path, k)) if k in shape else v for k, v in value.items()
        }

    def _pick_text(self, value: Any, text: _Text, path: Path) -> Any:  # noqa: ANN401  # YAML
        if not _is_translated(value):
            if text.is_needed:
                self._note_missing(value, path)
            elif self.language != "en" and path[-1] == "about":
                return ""
            return value
        if self.language not in value:
            self._note_missing("?", (*path, next(iter(value))))
            return next(iter(value.values()))
        for kept in (self.source.positions, self.source.scalars):
            if (*path, self.language) in kept:
                kept[path] = kept[(*path, self.language)]  # pyright: ignore[reportArgumentType]
        return value[self.language]

    def _note_missing(self, value: object, path: Path) -> None:
        """A text without letters (a unit, a list of placeholders) reads the same in both."""
        if self.language == "en" and value != "?":
            return
        wanted = self.must_have or self.language == "en"
        if self.pages is not None and (len(path) < 2 or path[1] not in self.pages):  # noqa: PLR2004
            wanted = self.language == "en"
        if not wanted or not isinstance(value, str):
            return
        if value != "?" and not re.search(r"[^\W\d_]", _PLACEHOLDER.sub("", value)):
            return
        name = NAMES[self.language]
        key = next((str(k) for k in reversed(path) if k not in LANGUAGES), "text")
        cure = f"Write it like {key}: {{en: …, cy: …}}."
        self.source.error(path, "L001", f"{key} has no {name} text", cure)


def _is_translated(value: Any) -> bool:  # noqa: ANN401  # YAML
    return (
        is_mapping(value)
        and bool(value)
        and set(value) <= set(LANGUAGES)
        and all(isinstance(each, str) for each in value.values())
    )
