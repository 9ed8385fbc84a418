"""Reads values back from storage strictly: what `dump` did not write raises ValueError.

A draft is written by us alone, so anything else is damage, and guessing would hide it.
"""

from collections.abc import Sequence

from portal.forms.fields.base import Json


def load_text(stored: Json) -> str:
    """A text. Raises ValueError."""
    if isinstance(stored, str):
        return stored
    raise _not_ours(stored)


def load_number(stored: Json) -> int:
    """A whole number. Raises ValueError."""
    if isinstance(stored, int) and not isinstance(stored, bool):
        return stored
    raise _not_ours(stored)


def load_flag(stored: Json) -> bool:
    """True or false. Raises ValueError."""
    if isinstance(stored, bool):
        return stored
    raise _not_ours(stored)


def load_list(stored: Json) -> list[Json]:
    """A list with at least one item. Raises ValueError."""
    if isinstance(stored, list) and stored:
        return stored
    raise _not_ours(stored)


def load_mapping(stored: Json, keys: Sequence[str]) -> dict[str, Json]:
    """A mapping with exactly these keys. Raises ValueError."""
    if isinstance(stored, dict) and set(stored) == set(keys):
        return stored
    raise _not_ours(stored)


def _not_ours(stored: Json) -> ValueError:
    # The value itself may be personal data: say only what kind of thing it is.
    return ValueError(f"a stored answer cannot be a {type(stored).__name__} here")
