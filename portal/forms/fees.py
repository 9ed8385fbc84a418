"""What a submission costs. Never guesses: an amount that cannot be worked out is an error."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.core.dates import Today
from portal.core.errors import PersonMustLook
from portal.core.money import Pence
from portal.forms.conditions import holds
from portal.forms.definition import Amount, FeeLine, FormDefinition


@dataclass(frozen=True, slots=True)
class ChargedLine:
    """One row of a fee, worked out."""

    name: str
    label: str
    amount: Pence
    """Includes VAT."""
    income_code: str
    vat: str


@dataclass(frozen=True, slots=True)
class Fee:
    """What is to be paid: the lines whose condition holds, in the order of the file."""

    lines: tuple[ChargedLine, ...]

    @property
    def total(self) -> Pence:
        """The sum of the lines."""
        return Pence(sum(line.amount for line in self.lines))


class FeeUnknown(PersonMustLook):
    """The schedule has no amount for these answers today. Nothing is charged and nothing sent."""


def calculate_fee(definition: FormDefinition, scope: Mapping[str, Any], today: Today) -> Fee:
    """Work out the fee for answers (as conditions see them) on the council's day.

    Raises FeeUnknown when a schedule does not cover the day or the number; trying again does
    not help, the schedule must be mended.
    """
    return Fee(
        tuple(
            _charge(line, scope, today)
            for line in definition.fee
            if line.when is None or holds(line.when, scope, today)
        )
    )


def _charge(line: FeeLine, scope: Mapping[str, Any], today: Today) -> ChargedLine:
    in_force = line.schedule.on(today.on)
    if in_force is None:
        msg = f"the fee {line.schedule.name} has no amount on {today.on}"
        raise FeeUnknown(msg)
    amount = _amount(line, in_force, scope)
    if line.times:
        amount = Pence(amount * _number(line, line.times, scope))
    return ChargedLine(line.name, line.label, amount, line.income_code, line.vat)


def _amount(line: FeeLine, in_force: Amount, scope: Mapping[str, Any]) -> Pence:
    if in_force.amount is not None:
        return in_force.amount
    number = _number(line, line.by, scope)
    for band in in_force.bands:
        if band.to is None or number <= band.to:
            return band.amount
    msg = f"the fee {line.schedule.name} has no band for {number}"
    raise FeeUnknown(msg)


def _number(line: FeeLine, question: str, scope: Mapping[str, Any]) -> int:
    number = scope.get(question)
    if not isinstance(number, int) or number < 0:
        msg = f"the fee line {line.name} needs a number from {question}, which was not given"
        raise FeeUnknown(msg)
    return number
