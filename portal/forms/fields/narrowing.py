"""Narrows a long list of choices down to what somebody typed."""

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence

from portal.forms.fields.base import Option

_NO_LETTER = re.compile(r"[^\w]+")
_MOST_GUESSES = 5
_LIKENESS = 0.7


def narrow(
    options: Sequence[Option], typed: str, also: Mapping[str, str] | None = None
) -> tuple[Option, ...]:
    """The choices that match the words, best first; near ones when nothing matches.

    `also` has more words to find a choice by, under its value. Case, accents and punctuation
    do not matter.
    """
    wanted = folded(typed)
    if not wanted:
        return ()
    names = {o.value: folded(f"{o.label} {(also or {}).get(o.value, '')}") for o in options}
    found = [o for o in options if _has_all(names[o.value], wanted)]
    found = found or [o for o in options if wanted in names[o.value]]
    if not found:
        return _near(options, wanted)
    return tuple(sorted(found, key=lambda o: not folded(o.label).startswith(wanted)))


def exactly(
    options: Sequence[Option], typed: str, also: Mapping[str, str] | None = None
) -> Option | None:
    """The one choice whose label is what was typed; None when there is none, or several.

    A choice's other names count too when only one choice has them.
    """
    wanted = folded(typed)
    found = [o for o in options if folded(o.label) == wanted]
    found = found or [o for o in options if wanted == folded((also or {}).get(o.value, ""))]
    return found[0] if wanted and len(found) == 1 else None


def folded(text: str) -> str:
    """Small letters without accents and punctuation: "São Tomé & Co." → "sao tome and co"."""
    apart = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    plain = "".join(c for c in apart if not unicodedata.combining(c))
    return " ".join(_NO_LETTER.sub(" ", plain).split())


def _has_all(name: str, wanted: str) -> bool:
    words = name.split()
    return all(any(word.startswith(each) for word in words) for each in wanted.split())


def _near(options: Sequence[Option], wanted: str) -> tuple[Option, ...]:
    labels = {folded(o.label): o for o in options}
    near = difflib.get_close_matches(wanted, labels, _MOST_GUESSES, _LIKENESS)
    return tuple(labels[name] for name in near)
