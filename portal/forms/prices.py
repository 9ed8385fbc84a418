"""The whole price table of a form: every line, every date, every band."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from portal.core.money import Pence, format_pounds
from portal.forms.definition import Amount, FeeLine, FormDefinition
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.domain import Whole

ALWAYS = date(1900, 1, 1)
"""The first day of an amount written in the form itself."""


@dataclass(frozen=True, slots=True)
class Price:
    """One row."""

    line: str
    label: str
    when: str
    """The condition as the designer wrote it; empty for always."""
    first_day: date
    last_day: date | None
    """None while no later amount is known."""
    smallest: int | None
    """The band, by the question `by`; None where there are no bands."""
    largest: int | None
    by: str
    times: str
    amount: Pence
    vat: str
    income_code: str


def price_table(definition: FormDefinition) -> list[Price]:
    """Every price of a form, in the order of its lines, oldest date first."""
    return [price for line in definition.fee for price in _prices(line, _least(definition, line))]


def _least(definition: FormDefinition, line: FeeLine) -> int:
    """The smallest number the question that chooses the band takes."""
    question = definition.question(line.by)
    domain = FIELD_TYPES[question.type].domain(question) if question else None
    return max(domain.first, 0) if isinstance(domain, Whole) else 0


def _prices(line: FeeLine, least: int) -> Iterator[Price]:
    amounts = line.schedule.amounts
    for number, dated in enumerate(amounts):
        later = amounts[number + 1].start if number + 1 < len(amounts) else None
        last = later - timedelta(days=1) if later else None
        for smallest, largest, amount in _bands(dated, least):
            yield Price(
                line.name,
                line.label,
                line.when.text if line.when else "",
                dated.start,
                last,
                smallest,
                largest,
                line.by,
                line.times,
                amount,
                line.vat,
                line.income_code,
            )


def _bands(dated: Amount, least: int) -> Iterator[tuple[int | None, int | None, Pence]]:
    if dated.amount is not None:
        yield None, None, dated.amount
    smallest = least
    for band in dated.bands:
        yield smallest, band.to, band.amount
        smallest = (band.to or 0) + 1


def as_row(price: Price) -> tuple[str, ...]:
    """Line, condition, first day, last day, what for, and the price, in words."""
    amount = format_pounds(price.amount)
    return (
        price.line,
        price.when or "always",
        str(price.first_day) if price.first_day > ALWAYS else "",
        str(price.last_day or ""),
        _band_in_words(price),
        f"{amount} for each of {price.times}" if price.times else amount,
    )


def _band_in_words(price: Price) -> str:
    if price.smallest is None:
        return ""
    if price.largest is None:
        return f"{price.by} {price.smallest:,} or more"
    if price.smallest == price.largest:
        return f"{price.by} {price.largest:,}"
    return f"{price.by} {price.smallest:,} to {price.largest:,}"
