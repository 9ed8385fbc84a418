"""The regular expressions designers write: read, and refused when one could take for ever."""

import re

from portal.forms.fields.base import Keys

# A repeated group with a repeat inside it can take for ever to say no ("catastrophic
# backtracking"): refused when the form is read, not discovered by a resident.
_REPEATED_REPEAT = re.compile(r"\([^()]*[*+}][^()]*\)\??[*+{]")
_EXAMPLE = "For example [A-Z]{2}[0-9]{4}."


def read_pattern(keys: Keys, key: str = "pattern") -> re.Pattern[str] | None:
    """The designer's pattern, which the whole answer must match; None when there is none."""
    written = keys.text(key)
    if not written:
        return None
    if _REPEATED_REPEAT.search(written):
        said = "a repeat inside a repeated group can take for ever"
        keys.problem(key, said, "Write it flat.")
        return None
    try:
        return re.compile(written, re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        keys.problem(key, f"this is not a regular expression: {error}", _EXAMPLE)
        return None
