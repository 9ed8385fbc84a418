"""Builds cases for the tests of `portal.cases`."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from portal.cases.case import (
    Case,
    CaseAnswer,
    CaseAttachment,
    CasePayment,
    Consent,
    Customer,
    CustomerKind,
    Location,
    PaymentLine,
)
from portal.core.money import Pence
from portal.core.references import Reference, new_reference

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def a_case(**changes: Any) -> Case:
    """A complete case with a fresh reference."""
    case = Case(
        reference=new_reference("HM"),
        form="street-naming-and-numbering",
        form_digest="9f2c1e",
        lgsl=513,
        type="street-naming",
        queue="gis",
        priority="normal",
        target_date=date(2026, 12, 22),
        subject="Change a house name: 2 Heol y Llan",
        customer=Customer(
            kind=CustomerKind.PERSON,
            name="Siân O'Brien 李",
            email="sian@example.org",
            phone="01732 227000",
            address="2 Heol y Llan, Sevenoaks TN13 1HG",
            uprn="10008221234",
        ),
        channel="online",
        submitted_at=NOON,
        location=Location(
            address="2 Heol y Llan", uprn="10008221234", easting=552_500.0, northing=155_000.5
        ),
        answers=(
            CaseAnswer(
                page="house",
                page_title="Your house",
                question="new_name",
                label="What is the new name?",
                value="Tŷ Gwyn\nThe <b>White</b> House",
                typed="Tŷ Gwyn\nThe <b>White</b> House",
            ),
            CaseAnswer(
                page="house",
                page_title="Your house",
                question="plots",
                label="How many plots?",
                value="11",
                typed=11,
            ),
        ),
        payment=CasePayment(
            total=Pence(30_000),
            receipt_number="R-000017",
            provider_reference="pi_123",
            lines=(PaymentLine("Numbering", Pence(30_000), Pence(0), "GIS-4412", "outside-scope"),),
        ),
        consents=(Consent("declaration", "I declare that this is true.", NOON),),
    )
    return replace(case, **changes)


def an_attachment(content: bytes, *, file: str = "f1", name: str = "plan.pdf") -> CaseAttachment:
    """An attachment that says the truth about its content."""
    return CaseAttachment(
        file=file,
        question="plan",
        name=name,
        media_type="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


_words = st.text(max_size=40)
_moments = st.integers(946_684_800, 4_102_444_800).map(lambda s: datetime.fromtimestamp(s, UTC))
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=3),
    max_leaves=5,
)
_metres = st.none() | st.floats(0, 1_300_000, allow_nan=False)


def cases() -> st.SearchStrategy[Case]:
    """Any case at all."""
    references = st.integers(0, 10**9).map(lambda n: Reference(f"HM-{n:09d}"))
    pence = st.integers(0, 10**9).map(Pence)
    return st.builds(
        Case,
        reference=references,
        form=_words,
        form_digest=_words,
        lgsl=st.none() | st.integers(1, 2000),
        type=_words,
        queue=_words,
        priority=_words,
        target_date=st.none() | st.dates(),
        subject=_words,
        customer=st.builds(
            Customer, kind=st.sampled_from(CustomerKind), name=_words, email=_words, phone=_words
        ),
        channel=_words,
        submitted_at=_moments,
        location=st.none() | st.builds(Location, uprn=_words, easting=_metres, latitude=_metres),
        answers=st.lists(
            st.builds(
                CaseAnswer,
                page=_words,
                page_title=_words,
                question=_words,
                label=_words,
                value=_words,
                typed=_json,
            ),
            max_size=3,
        ).map(tuple),
        attachments=st.lists(st.binary(max_size=9).map(an_attachment), max_size=2).map(tuple),
        payment=st.none()
        | st.builds(
            CasePayment,
            total=pence,
            receipt_number=_words,
            provider_reference=_words,
            lines=st.lists(
                st.builds(
                    PaymentLine,
                    label=_words,
                    amount=pence,
                    vat=_words,
                    vat_amount=pence,
                    income_code=_words,
                ),
                max_size=2,
            ).map(tuple),
        ),
        consents=st.lists(
            st.builds(Consent, question=_words, wording=_words, given_at=_moments), max_size=2
        ).map(tuple),
        duplicates=st.lists(references, max_size=2).map(tuple),
    )
