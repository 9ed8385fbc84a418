"""A small village everybody in these tests knows, and how to load it."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Protocol

import pytest

from portal.addresses.dtf_writing import Record, write_supply
from portal.addresses.gazetteer import LogicalStatus
from portal.addresses.importing import ImportReport, import_gazetteer
from portal.addresses.local import LocalGazetteer
from portal.addresses.supply import (
    ObjectName,
    Property,
    PropertyName,
    Street,
    StreetName,
    SupplyKind,
)
from portal.database import Transactions

NOW = datetime(2026, 5, 1, 3, 0, tzinfo=UTC)
DAY = date(2026, 4, 30)
HIGH_STREET, MARSH_ROAD, FAR_STREET = 99000001, 99000002, 99000003


class House(Protocol):
    """How a test writes down one property."""

    def __call__(
        self,
        uprn: int,
        number: int | None = None,
        text: str = "",
        *,
        flat: str = "",
        usrn: int = HIGH_STREET,
        postcode: str = "ZZ1 1AA",
        status: LogicalStatus = LogicalStatus.APPROVED,
        organisation: str = "",
        suffix: str = "",
        end: int | None = None,
        parent: int | None = None,
    ) -> list[Record]:
        """The records of a property and its address."""
        ...


def write_house(
    uprn: int,
    number: int | None = None,
    text: str = "",
    *,
    flat: str = "",
    usrn: int = HIGH_STREET,
    postcode: str = "ZZ1 1AA",
    status: LogicalStatus = LogicalStatus.APPROVED,
    organisation: str = "",
    suffix: str = "",
    end: int | None = None,
    parent: int | None = None,
) -> list[Record]:
    unit = Property(uprn, status, "RD02", parent, 680_000 + uprn % 100, 245_000, organisation)
    name = PropertyName(
        f"9900L{uprn:09}",
        uprn,
        "ENG",
        status,
        ObjectName(text=flat),
        ObjectName(number, suffix, end, "", text),
        usrn,
        postcode,
        "Fenwick",
    )
    return [unit, name]


@pytest.fixture(name="house")
def house_fixture() -> House:
    return write_house


@pytest.fixture
def village() -> list[Record]:
    """Three streets, two of them called High Street, and the people on them."""
    status = LogicalStatus
    return [
        Street(HIGH_STREET, 2, (680_000, 245_000), (680_400, 245_000)),
        StreetName(HIGH_STREET, "ENG", "High Street", "", "Fenwick"),
        Street(MARSH_ROAD, 2, (680_000, 246_000), (680_000, 246_500)),
        StreetName(MARSH_ROAD, "ENG", "Marsh Road", "Little Fenning", "Fenwick"),
        StreetName(MARSH_ROAD, "CYM", "Heol y Gors", "Little Fenning", "Fenwick"),
        Street(FAR_STREET, 2, (690_000, 250_000), (690_300, 250_000)),
        StreetName(FAR_STREET, "ENG", "High Street", "", "Eastmarsh"),
        *write_house(10, 10),
        *write_house(2, 2),
        *write_house(14, 14),
        *write_house(15, 14, suffix="A"),
        *write_house(16, 16, "Acacia Court"),
        *write_house(17, 16, "Acacia Court", flat="Flat 10", parent=16),
        *write_house(18, 16, "Acacia Court", flat="Flat 2", parent=16),
        *write_house(20, 20, organisation="Café d'Or", end=24),
        *write_house(30, 30, status=status.HISTORIC),
        *write_house(32, 32, status=status.PROVISIONAL),
        *write_house(40, None, "Rose Cottage", usrn=MARSH_ROAD, postcode="ZZ1 1AB"),
        *write_house(41, 7, usrn=MARSH_ROAD, postcode="ZZ11 1AA"),
        PropertyName(
            "9900L900000041",
            41,
            "ENG",
            status.ALTERNATIVE,
            ObjectName(),
            ObjectName(text="The Old Forge"),
            MARSH_ROAD,
            "ZZ11 1AA",
            "Fenwick",
        ),
        *[
            record
            if not isinstance(record, PropertyName)
            else PropertyName(
                record.key,
                record.uprn,
                "ENG",
                record.status,
                record.secondary,
                record.primary,
                FAR_STREET,
                "ZZ2 1AA",
                "Eastmarsh",
            )
            for record in write_house(50, 14)
        ],
    ]


@pytest.fixture
def write_file() -> Callable[..., list[str]]:
    """The lines of a file; records are inserted unless they come as (change, record)."""

    def write(
        records: Iterable[Record | tuple[str, Record]],
        *,
        kind: SupplyKind = SupplyKind.FULL,
        on: date = DAY,
    ) -> list[str]:
        pairs = [one if isinstance(one, tuple) else ("I", one) for one in records]
        lines = write_supply(kind, pairs, custodian="Harrowmere", custodian_code=9900, on=on)
        return list(lines)

    return write


@pytest.fixture
def load(transactions: Transactions) -> Callable[[Iterable[str]], ImportReport]:
    def load_lines(lines: Iterable[str]) -> ImportReport:
        return import_gazetteer(transactions, lines, progress=lambda _done: None, now=NOW)

    return load_lines


@pytest.fixture
def gazetteer(
    transactions: Transactions,
    village: list[Record],
    write_file: Callable[..., list[str]],
    load: Callable[[Iterable[str]], ImportReport],
) -> LocalGazetteer:
    """The village, loaded."""
    load(write_file(village))
    return LocalGazetteer(transactions)
