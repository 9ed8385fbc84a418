"""Reads `_fees.yml` and the fee lines of a form."""

from datetime import date
from functools import cached_property

from portal.core.money import parse_pounds
from portal.forms.conditions import Vocabulary
from portal.forms.definition import Amount, Band, FeeLine, FeeSchedule
from portal.forms.language import BAND, FEE, FEE_LINE, FEES
from portal.forms.reader import Reader
from portal.forms.source import Finding, Source, read_source

VAT = ("outside-scope", "exempt", "zero", "reduced", "standard")
LEAST_PAYABLE = 30
"""Pence. Stripe's least charge in pounds sterling (https://docs.stripe.com/currencies)."""
_ALWAYS = date(1900, 1, 1)


class Fees:
    """The dated fees of `_fees.yml`, each read when a form first asks for it.

    So that a slip in one fee takes down the forms that charge it and no other.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._read: dict[str, FeeSchedule] = {}

    @property
    def can_be_read(self) -> bool:
        """Whether the file is YAML at all; an empty one is."""
        return self.source.value is not None or not self.source.findings

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The name of every fee."""
        if self.source.value is None:
            return ()
        return tuple(Reader(self.source, (), FEES).mapping("fees"))

    def schedule(self, name: str) -> FeeSchedule:
        """The fee with this name; without amounts when there is none."""
        if name not in self.names:
            return FeeSchedule(name, ())
        if name not in self._read:
            self._read[name] = _schedule(Reader(self.source, ("fees",)), name)
        return self._read[name]


def check_fees(file: str, text: str) -> tuple[Finding, ...]:
    """Every problem of `_fees.yml`, in fees that no form charges as well."""
    fees = Fees(read_source(file, text))
    for name in fees.names:
        fees.schedule(name)
    return tuple(sorted(set(fees.source.findings)))


def _schedule(fees: Reader, name: str) -> FeeSchedule:
    amounts = [amount for item in fees.each(name, FEE) if (amount := _dated(item))]
    starts = [amount.start for amount in amounts]
    if starts != sorted(set(starts)):
        fees.error(name, "P001", f"the dates of {name} must rise", "Put the oldest amount first.")
    if fees.raw.get(name) in ([], ""):
        fees.error(name, "P002", f"{name} has no amount", "Add a `from:` and an `amount:`.")
    return FeeSchedule(name, tuple(amounts))


def _dated(item: Reader) -> Amount | None:
    start, amount = item.date("from"), item.money("amount")
    bands = tuple(band for each in item.each("bands", BAND) if (band := _band(each)))
    if ("amount" in item.raw) == bool(item.raw.get("bands")):
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
    fees: Fees,
    numbers: frozenset[str],
    vocabulary: Vocabulary,
) -> tuple[FeeLine, ...]:
    """The form's fee lines."""
    lines = [_line(item, fees, numbers, vocabulary) for item in form.each("fee", FEE_LINE)]
    names = [line.name for line in lines]
    for number, name in enumerate(names):
        if name in names[:number]:
            Reader(form.source, ("fee", number)).error(
                "line", "P005", f"there are two lines called {name}"
            )
    return tuple(lines)


def _line(
    item: Reader,
    fees: Fees,
    numbers: frozenset[str],
    vocabulary: Vocabulary,
) -> FeeLine:
    schedule = _amount(item, fees)
    by, times = (_number(item, key, numbers) for key in ("by", "times"))
    banded = any(amount.bands for amount in schedule.amounts)
    if banded and not item.raw.get("by"):
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


def _amount(item: Reader, fees: Fees) -> FeeSchedule:
    written = item.text("amount")
    amount = parse_pounds(written)
    if amount is not None:
        return FeeSchedule(item.text("line"), (Amount(_ALWAYS, amount),))
    if written and fees.can_be_read and written not in fees.names:
        item.error(
            "amount",
            "P008",
            f"_fees.yml has no fee called {written}",
            f"It has: {', '.join(fees.names) or 'none'}.",
        )
    return fees.schedule(written)


def _number(item: Reader, key: str, numbers: frozenset[str]) -> str:
    name = item.text(key)
    if name and name not in numbers:
        item.error(
            key,
            "P009",
            f"{name} is not a whole-number question or computed number of this form",
            f"There are: {', '.join(sorted(numbers)) or 'none'}.",
        )
        return ""
    return name
