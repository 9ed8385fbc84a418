"""The receipt: what it says, its number, and how it reads on paper.

Pure. A receipt is a snapshot taken once, when the money came; it never looks anything up
again, so that a copy made in seven years says the same.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import segno

from portal.core.languages import day_in_words, when_in_words
from portal.core.money import Pence, format_pounds
from portal.payments.payment import VAT_RATES, PaymentLine, VatTreatment, read_line

VERSION = 1
_APRIL = 4
SIMPLIFIED_UP_TO = Pence(250_00)
"""Up to £250.00 a simplified VAT invoice will do (VAT Regulations 1995, regulation 16A)."""

_VAT_WORDS = {
    "en": {
        VatTreatment.OUTSIDE_SCOPE: "Outside scope",
        VatTreatment.EXEMPT: "Exempt",
        VatTreatment.ZERO: "Zero rated, 0%",
        VatTreatment.REDUCED: "Reduced, 5%",
        VatTreatment.STANDARD: "Standard, 20%",
    },
    "cy": {
        VatTreatment.OUTSIDE_SCOPE: "Y tu allan i gwmpas TAW",
        VatTreatment.EXEMPT: "Wedi’i eithrio",
        VatTreatment.ZERO: "Cyfradd sero, 0%",
        VatTreatment.REDUCED: "Cyfradd ostyngol, 5%",
        VatTreatment.STANDARD: "Cyfradd safonol, 20%",
    },
}
_NO_VAT = {"en": "none", "cy": "dim"}
_ENDING = re.compile(r"\bending (?=\d)")
_WELSH_METHODS = {
    "Card": "Cerdyn",
    "Bacs Direct Debit": "Debyd Uniongyrchol Bacs",
    "No payment due": "Dim taliad yn ddyledus",
}


@dataclass(frozen=True, slots=True)
class CouncilDetails:
    """Who issues receipts."""

    name: str
    address: tuple[str, ...]
    phone: str
    email: str
    website: str
    vat_number: str
    """As it is printed ("GB 123 4567 89"); empty when the council is not registered."""
    series: str
    """Names the run of receipt numbers: capital letters, as in `R2627-HM-000001`."""


@dataclass(frozen=True, slots=True)
class VatTotal:
    """What one rate comes to."""

    vat: VatTreatment
    net: Pence
    vat_amount: Pence
    gross: Pence


@dataclass(frozen=True, slots=True)
class Receipt:
    """Numbered proof of one payment."""

    number: str
    issued_at: datetime
    paid_on: date
    """Time of supply: the day the money came, on the council's calendar."""
    request_reference: str
    owner_reference: str
    attempt_reference: str
    description: str
    payer_name: str
    payer_email: str
    lines: tuple[PaymentLine, ...]
    method: str
    provider: str
    provider_reference: str
    council: CouncilDetails
    overpayment: bool = False
    """The money was not owed: it is held to be refunded."""

    @property
    def total(self) -> Pence:
        """What was paid, VAT included."""
        return Pence(sum(line.amount for line in self.lines))

    @property
    def vat_total(self) -> Pence:
        """The VAT within the total."""
        return Pence(sum(line.vat_amount for line in self.lines))

    @property
    def vat_totals(self) -> tuple[VatTotal, ...]:
        """The totals by rate, in the order the rates first appear."""
        rates = dict.fromkeys(line.vat for line in self.lines)
        return tuple(_vat_total(rate, self.lines) for rate in rates)


def _vat_total(vat: VatTreatment, lines: tuple[PaymentLine, ...]) -> VatTotal:
    mine = [line for line in lines if line.vat is vat]
    return VatTotal(
        vat,
        net=Pence(sum(line.net for line in mine)),
        vat_amount=Pence(sum(line.vat_amount for line in mine)),
        gross=Pence(sum(line.amount for line in mine)),
    )


def financial_year(day: date) -> str:
    """The council's year, which begins on 1 April: 24 November 2026 is in "2627"."""
    first = day.year if day.month >= _APRIL else day.year - 1
    return f"{first % 100:02d}{(first + 1) % 100:02d}"


def receipt_series(council_series: str, day: date) -> str:
    """The run of numbers a day's receipts belong to: `R2627-HM`."""
    return f"R{financial_year(day)}-{council_series}"


def receipt_number(series: str, count: int) -> str:
    """Write the number: `R2627-HM-000001`."""
    return f"{series}-{count:06d}"


def receipt_token(secret: bytes, receipt_id: str) -> str:
    """The secret word in a receipt's address: 128 bits, made again from the key when needed."""
    mac = hmac.new(secret, b"portal receipt\0" + receipt_id.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac[:16]).rstrip(b"=").decode()


def dump_receipt(receipt: Receipt) -> dict[str, Any]:
    """Write the snapshot as JSON values, to be kept for ever."""
    content = {"version": VERSION, **asdict(receipt)}
    content |= {"issued_at": receipt.issued_at.isoformat(), "paid_on": receipt.paid_on.isoformat()}
    return json.loads(json.dumps(content))


def load_receipt(content: Mapping[str, Any]) -> Receipt:
    """Read a snapshot back.

    Raises:
        ValueError: it is of a version this program does not know.
    """
    fields = dict(content)
    if fields.pop("version", None) != VERSION:
        msg = "this receipt was written by a later version of the portal"
        raise ValueError(msg)
    council = fields.pop("council")
    read: dict[str, Any] = {
        "issued_at": datetime.fromisoformat(fields["issued_at"]),
        "paid_on": date.fromisoformat(fields["paid_on"]),
        "lines": tuple(read_line(line) for line in fields["lines"]),
        "council": CouncilDetails(**council | {"address": tuple(council["address"])}),
    }
    return Receipt(**fields | read)


def receipt_view(
    receipt: Receipt, verify_url: str, *, reprint: bool = False, language: str = "en"
) -> dict[str, Any]:
    """Everything the template prints, already in words. `reprint` marks a copy."""
    council = receipt.council
    return {
        "title": f"Receipt {receipt.number}",
        "number": receipt.number,
        "reference": receipt.owner_reference,
        "payment_reference": receipt.request_reference,
        "description": receipt.description,
        "paid_on": day_in_words(receipt.paid_on, language),
        "paid_on_iso": receipt.paid_on.isoformat(),
        "issued_at": when_in_words(receipt.issued_at, language),
        "issued_at_iso": receipt.issued_at.isoformat(),
        "payer_name": receipt.payer_name,
        "payer_email": receipt.payer_email,
        "council": asdict(council),
        "lines": [_line_view(line, language) for line in receipt.lines],
        "rates": [_rate_view(rate, language) for rate in receipt.vat_totals],
        "net": format_pounds(receipt.total - receipt.vat_total),
        "vat": format_pounds(receipt.vat_total),
        "total": format_pounds(receipt.total),
        "nothing_due": receipt.total == 0,
        "overpayment": receipt.overpayment,
        "vat_receipt": bool(council.vat_number) and receipt.vat_total > 0,
        "full_vat_invoice_needed": receipt.vat_total > 0 and receipt.total > SIMPLIFIED_UP_TO,
        "method": method_in_words(receipt.method, language),
        "provider_reference": receipt.provider_reference,
        "verify_url": verify_url,
        "qr": segno.make(verify_url, error="m", micro=False).svg_data_uri(border=0, dark="#14191b"),
        "reprint": reprint,
    }


def method_in_words(method: str, language: str) -> str:
    """How it was paid, from the English of the snapshot: "Visa ending 4242".

    In Welsh "Visa yn gorffen â 4242"; the names of cards and wallets are the same.
    """
    if language != "cy":
        return method
    said = _ENDING.sub("yn gorffen â ", method)
    for english, welsh in _WELSH_METHODS.items():
        said = re.sub(rf"\b{english}\b", welsh, said)
    return said


def _line_view(line: PaymentLine, language: str) -> dict[str, str]:
    return {
        "label": line.label,
        "income_code": line.income_code,
        "rate": _VAT_WORDS[language][line.vat],
        "vat": format_pounds(line.vat_amount)
        if VAT_RATES[line.vat] > Decimal(0)
        else _NO_VAT[language],
        "amount": format_pounds(line.amount),
    }


def _rate_view(rate: VatTotal, language: str) -> dict[str, str]:
    return {
        "rate": _VAT_WORDS[language][rate.vat],
        "net": format_pounds(rate.net),
        "vat": format_pounds(rate.vat_amount),
        "gross": format_pounds(rate.gross),
    }
