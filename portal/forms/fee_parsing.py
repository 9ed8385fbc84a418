"""Reads `_fees.yml` and the fee lines of a form."""

from collections.abc import Mapping
from datetime import date

from portal.core.money import parse_pounds
from portal.forms.conditions import Vocabulary
from portal.forms.definition import Amount, Band, FeeLine, FeeSchedule
from portal.forms.fields.base import Question
from portal.forms.language import BAND, FEE, FEE_LINE, Key
from portal.forms.reader import Reader
from portal.forms.source import Source

VAT = ("outside-scope", "exempt", "zero", "reduced", "standard")
LEAST_PAYABLE = 30
"""Pence. Stripe's least charge in pounds sterling (https://docs.stripe.com/currencies)."""
_ALWAYS = date(1900, 1, 1)


def parse_fees(source: Source) -> dict[str, FeeSchedule]:
    """Every dated fee of `_fees.yml`, by name."""
    if source.value is None:
        return {}
    fees = Reader(source, (), {"fees": Key("Every fee, by name.", required=True)})
    return {name: _schedule(Reader(source, ("fees",)), name) for name in fees.mapping("fees")}


def _schedule(fees: Reader, name: str) -> FeeSchedule:
    amounts = [amount for item in fees.each(name, FEE) if (amount := _dated(item))]
    starts = [amount.start for amount in amounts]
    if starts != sorted(set(starts)):
        fees.error(name, "P001", f"the dates of {name} must rise", "Put the oldest amount first.")
    if not amounts:
        fees.error(name, "P002", f"{name} has no amount", "Add a `from:` and an `amount:`.")
    return FeeSchedule(name, tuple(amounts))


def _dated(item: Reader) -> Amount | None:
    start, amount = item.date("from"), item.money("amount")
    bands = tuple(band for each in item.each("bands", BAND) if (band := _band(each)))
    if (amount is None) == (not bands):
        item.error("", "P003", "a fee has either one amount or bands", "Keep one of the two.")
    limits = [band.to for band in bands[:-1]]
    if None in limits or limits != sorted(set(limits), key=lambda to: to or 0):
        item.error(
            "bands",
            "P004",
            "each band must end higher than the one before it",
            "Only the last band leaves `to:` out.",
        )
    elif len(bands) > 1 and bands[-1].to is not None and bands[-1].to <= (limits[-1] or 0):
        item.error("bands", "P004", "each band must end higher than the one before it")
    return Amount(start, amount, bands) if start else None


def _band(each: Reader) -> Band | None:
    amount = each.money("amount")
    return None if amount is None else Band(each.number("to"), amount)


def parse_fee_lines(
    form: Reader,
    fees: Mapping[str, FeeSchedule],
    questions: Mapping[str, Question],
    vocabulary: Vocabulary,
) -> tuple[FeeLine, ...]:
    """The form's fee lines."""
    lines = [_line(item, fees, questions, vocabulary) for item in form.each("fee", FEE_LINE)]
    names = [line.name for line in lines]
    for number, name in enumerate(names):
        if name in names[:number]:
            Reader(form.source, ("fee", number)).error(
                "line", "P005", f"there are two lines called {name}"
            )
    return tuple(lines)


def _line(
    item: Reader,
    fees: Mapping[str, FeeSchedule],
    questions: Mapping[str, Question],
    vocabulary: Vocabulary,
) -> FeeLine:
    schedule = _amount(item, fees)
    by, times = (_number_question(item, key, questions) for key in ("by", "times"))
    banded = any(amount.bands for amount in schedule.amounts)
    if banded and not by:
        item.error(
            "",
            "P006",
            f"{schedule.name} has bands, so the line needs `by:`",
            "Name the whole-number question that chooses the band.",
        )
    if by and not banded and schedule.amounts:
        item.error(
            "by",
            "P007",
            f"{schedule.name} has no bands, so `by:` does nothing",
            "Use `times:` to multiply, or remove it.",
        )
    if any(0 < amount < LEAST_PAYABLE for amount in _amounts(schedule)):
        item.error(
            "amount",
            "P010",
            f"{schedule.name} is less than 30p, which no card can pay",
            "Charge nothing, or 30p or more.",
        )
    return FeeLine(
        name=item.text("line"),
        label=item.text("label"),
        schedule=schedule,
        income_code=item.text("income_code"),
        vat=item.one_of("vat", VAT, "outside-scope"),
        when=item.expression("when", vocabulary),
        by=by,
        times=times,
        spot=item.spot(),
    )


def _amounts(schedule: FeeSchedule) -> list[int]:
    flat = [a.amount for a in schedule.amounts if a.amount is not None]
    return [*flat, *(band.amount for a in schedule.amounts for band in a.bands)]


def _amount(item: Reader, fees: Mapping[str, FeeSchedule]) -> FeeSchedule:
    written = item.text("amount")
    amount = parse_pounds(written)
    if amount is not None:
        return FeeSchedule(item.text("line"), (Amount(_ALWAYS, amount),))
    if written and written not in fees:
        item.error(
            "amount",
            "P008",
            f"_fees.yml has no fee called {written}",
            f"It has: {', '.join(fees) or 'none'}.",
        )
    return fees.get(written, FeeSchedule(written, ()))


def _number_question(item: Reader, key: str, questions: Mapping[str, Question]) -> str:
    name = item.text(key)
    if name and (name not in questions or questions[name].type != "whole-number"):
        item.error(key, "P009", f"{name} is not a whole-number question of this form")
        return ""
    return name
