"""Reads an answer as a designer writes it under `examples:`, where every scalar is text.

Nothing is refused here: an example may show a mistake, and parsing is what says so.
"""

from typing import Any, cast


def written_list(written: Any) -> list[str]:  # noqa: ANN401  # YAML
    """A list of words, or a single one."""
    listed = cast("list[Any]", written) if isinstance(written, list) else [written]
    return [str(each) for each in listed]


def written_parts(written: Any) -> dict[str, str] | None:  # noqa: ANN401  # YAML
    """A mapping of parts by name; None when it is written as one text."""
    if not isinstance(written, dict):
        return None
    parts = cast("dict[Any, Any]", written)
    return {str(part): str(text) for part, text in parts.items()}
