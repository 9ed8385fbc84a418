"""The unit that stands beside a number: kg after it, Class before it.

A unit is only shown; people who type it with the number are not told off for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.forms.fields.base import Keys

UNIT_KEYS: Mapping[str, str] = {
    "unit": "What is counted or measured, shown after the number: kg, metres, guests.",
    "unit_before": "The same, shown before the number.",
}
_LONGEST = 20


@dataclass(frozen=True, slots=True)
class Unit:
    """What stands before or after a number; empty for nothing."""

    before: str = ""
    after: str = ""

    @property
    def words(self) -> str:
        """What a screen reader adds to the question, for it skips what only stands beside."""
        return f"In {self.before or self.after}" if self.before or self.after else ""

    def stripped(self, typed: str) -> str:
        """The number without the unit, where somebody typed it too."""
        text = typed
        if self.before and text.casefold().startswith(self.before.casefold()):
            text = text[len(self.before) :]
        if self.after and text.casefold().endswith(self.after.casefold()):
            text = text[: len(text) - len(self.after)]
        return text.strip()

    def beside(self, number: str) -> str:
        """The number with its unit, as it is shown."""
        before = self.before if _is_sign(self.before) else f"{self.before} "
        after = self.after if _is_sign(self.after) else f" {self.after}"
        return f"{before}{number}{after}".strip()


def _is_sign(unit: str) -> bool:
    """Whether it stands close to its number: £87,001 and 20%, but 20 kg."""
    return not any(c.isalnum() for c in unit)


NO_UNIT = Unit()


def read_unit(keys: Keys) -> Unit:
    """Read the designer's unit; a number has one, before it or after it."""
    after, before = keys.text("unit").strip(), keys.text("unit_before").strip()
    for key, written in (("unit", after), ("unit_before", before)):
        if len(written) > _LONGEST or any(c.isdecimal() for c in written):
            keys.problem(
                key,
                f"{key} must be {_LONGEST} characters or less and have no figures in it",
                "Say more in the question itself.",
            )
            return NO_UNIT
    if after and before:
        keys.problem("unit_before", "a number has one unit", "Remove unit or unit_before.")
        return Unit(after=after)
    return Unit(before, after)
