"""A figure: what was measured, against which budget, and what it means."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. Every budget is a ceiling."""

    name: str
    measured: float
    unit: str
    budget: float | None = None
    is_hard: bool = False
    """Breaking it fails the run: bytes, counts and ratios, which a busy machine does not change."""

    @property
    def is_kept(self) -> bool:
        """Whether the budget is kept; what has none is only told."""
        return self.budget is None or self.measured <= self.budget

    @property
    def verdict(self) -> str:
        """In a word."""
        if self.budget is None:
            return ""
        return "kept" if self.is_kept else "BROKEN" if self.is_hard else "over (soft)"


def print_table(figures: Sequence[Figure]) -> None:
    """All figures, one a line."""
    print(f"\n{'':58}{'measured':>12}{'budget':>12}  verdict")
    for figure in figures:
        budget = "" if figure.budget is None else f"{figure.budget:,g}"
        value = f"{figure.measured:,.2f}" if figure.measured < 100 else f"{figure.measured:,.0f}"
        print(f"{f'{figure.name}, {figure.unit}':58}{value:>12}{budget:>12}  {figure.verdict}")
