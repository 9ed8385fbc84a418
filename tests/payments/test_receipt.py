"""What a receipt says, and that it says the same in seven years."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.money import Pence
from portal.payments.payment import PaymentLine, VatTreatment
from portal.payments.receipt import (
    Receipt,
    dump_receipt,
    financial_year,
    load_receipt,
    method_in_words,
    receipt_number,
    receipt_series,
    receipt_token,
    receipt_view,
)
from tests.payments.council import COUNCIL

LINES = st.lists(
    st.builds(
        PaymentLine,
        label=st.text(min_size=1, max_size=40),
        amount=st.integers(0, 10_000_00).map(Pence),
        vat=st.sampled_from(VatTreatment),
        income_code=st.text(min_size=1, max_size=10),
    ),
    min_size=1,
    max_size=8,
)


def a_receipt(*lines: PaymentLine) -> Receipt:
    return Receipt(
        number="R2627-HM-000001",
        issued_at=datetime(2026, 11, 24, 15, 5, tzinfo=UTC),
        paid_on=date(2026, 11, 24),
        request_reference="PAY-7K3M-9QX2-4",
        owner_reference="HM-4T2B-8VXC-7",
        attempt_reference="PAY-7K3M-9QX2-4-1",
        description="Name or number a street",
        payer_name="Siân Ŵyn-Jones",
        payer_email="sian@example.org",
        lines=lines or (PaymentLine("House name", Pence(45_00), VatTreatment.ZERO, "4410"),),
        method="Visa ending 4242",
        provider="stripe",
        provider_reference="pi_1",
        council=COUNCIL,
    )


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2026, 4, 1), "2627"),
        (date(2027, 3, 31), "2627"),
        (date(2026, 3, 31), "2526"),
        (date(2099, 12, 1), "9900"),
    ],
)
def test_the_financial_year_begins_on_the_first_of_april(day: date, year: str) -> None:
    assert financial_year(day) == year


def test_a_number_names_its_year_and_its_council() -> None:
    series = receipt_series("HM", date(2026, 11, 24))

    assert receipt_number(series, 1) == "R2627-HM-000001"


@given(LINES)
def test_a_snapshot_reads_back_the_same(lines: list[PaymentLine]) -> None:
    receipt = a_receipt(*lines)

    assert load_receipt(json.loads(json.dumps(dump_receipt(receipt)))) == receipt


def test_a_snapshot_of_a_later_version_is_not_guessed_at() -> None:
    later = dump_receipt(a_receipt()) | {"version": 2}

    with pytest.raises(ValueError, match="later version"):
        load_receipt(later)


@given(LINES)
def test_the_rates_add_up_to_the_total(lines: list[PaymentLine]) -> None:
    receipt = a_receipt(*lines)

    assert sum(rate.gross for rate in receipt.vat_totals) == receipt.total
    assert sum(rate.vat_amount for rate in receipt.vat_totals) == receipt.vat_total
    assert all(rate.net + rate.vat_amount == rate.gross for rate in receipt.vat_totals)


def test_the_words_on_the_paper() -> None:
    view = receipt_view(
        a_receipt(
            PaymentLine("House name", Pence(45_00), VatTreatment.OUTSIDE_SCOPE, "4410"),
            PaymentLine("Letter", Pence(24_00), VatTreatment.STANDARD, "4412"),
        ),
        "https://example.org/check/abc",
    )

    assert view["paid_on"] == "24 November 2026"
    assert view["issued_at"] == "24 November 2026 at 3:05pm"
    assert (view["net"], view["vat"], view["total"]) == ("£65.00", "£4.00", "£69.00")
    assert view["lines"][0]["vat"] == "none"
    assert view["lines"][1] == {
        "label": "Letter",
        "income_code": "4412",
        "rate": "Standard, 20%",
        "vat": "£4.00",
        "amount": "£24.00",
    }
    assert view["vat_receipt"]
    assert not view["full_vat_invoice_needed"]


def test_above_250_pounds_with_vat_a_full_invoice_is_offered() -> None:
    large = a_receipt(PaymentLine("Hall", Pence(250_01), VatTreatment.STANDARD, "1"))
    exempt = a_receipt(PaymentLine("Hall", Pence(250_01), VatTreatment.EXEMPT, "1"))

    assert receipt_view(large, "https://x.example")["full_vat_invoice_needed"]
    assert not receipt_view(exempt, "https://x.example")["full_vat_invoice_needed"]


def test_a_receipts_secret_word_can_be_made_again_only_with_the_key() -> None:
    token = receipt_token(b"key", "receipt-1")

    assert token == receipt_token(b"key", "receipt-1")
    assert token not in {receipt_token(b"other", "receipt-1"), receipt_token(b"key", "receipt-2")}
    assert len(token) == 22


@pytest.mark.parametrize(
    ("kept", "welsh"),
    [
        ("Visa ending 4242", "Visa yn gorffen â 4242"),
        ("Apple Pay (Mastercard ending 4444)", "Apple Pay (Mastercard yn gorffen â 4444)"),
        ("Card ending 0005", "Cerdyn yn gorffen â 0005"),
        ("PayPal", "PayPal"),
        ("Bacs Direct Debit", "Debyd Uniongyrchol Bacs"),
        ("No payment due", "Dim taliad yn ddyledus"),
        ("", ""),
    ],
)
def test_how_it_was_paid_reads_in_the_language_of_the_receipt(kept: str, welsh: str) -> None:
    assert method_in_words(kept, "cy") == welsh
    assert method_in_words(kept, "en") == kept
