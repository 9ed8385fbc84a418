"""The invented district: always the same, and nobody's home."""

import hashlib
from collections import Counter

import pytest

from portal.addresses.assembling import Content, assemble
from portal.addresses.dtf import read_supply
from portal.addresses.gazetteer import LogicalStatus
from portal.addresses.supply import Supply
from portal.addresses.synthetic import FIRST_UPRN, generate


@pytest.fixture(scope="module")
def supply() -> Supply:
    return read_supply(generate(3_000), lambda _done: None)


def test_the_same_seed_gives_the_same_bytes() -> None:
    def digest(seed: int) -> str:
        return hashlib.sha256("".join(generate(500, seed=seed)).encode()).hexdigest()

    assert digest(1) == digest(1)
    assert digest(1) != digest(2)


@pytest.mark.parametrize("count", [1, 2, 30, 777])
def test_it_has_as_many_properties_as_asked_for(count: int) -> None:
    assert len(read_supply(generate(count), lambda _done: None).properties.kept) == count


def test_no_property_can_be_taken_for_a_real_one(supply: Supply) -> None:
    for name in supply.names.kept.values():
        assert name.postcode.startswith("ZZ")
    for unit in supply.properties.kept.values():
        assert unit.uprn >= FIRST_UPRN
        assert 655_000 <= unit.easting <= 699_000
        assert 225_000 <= unit.northing <= 265_000


def test_everything_in_it_has_a_place_and_an_address(supply: Supply) -> None:
    found = assemble(
        Content(
            supply.streets.kept, supply.street_names.kept, supply.properties.kept, supply.names.kept
        )
    )
    assert found.warnings == []
    assert all(one.lines and one.degrees.latitude for one in found.properties)


def test_it_has_the_awkward_kinds_of_address(supply: Supply) -> None:
    units, names = supply.properties.kept.values(), supply.names.kept.values()
    statuses = Counter(unit.status for unit in units)
    assert statuses[LogicalStatus.HISTORIC] > 10
    assert statuses[LogicalStatus.PROVISIONAL] > 20
    assert any(name.status is LogicalStatus.ALTERNATIVE for name in names)
    assert any(unit.parent in supply.properties.kept for unit in units if unit.parent)
    assert any(unit.organisation for unit in units)
    assert any(name.primary.start_suffix for name in names)
    assert any(name.primary.end for name in names)
    assert any(name.primary.text and not name.primary.start for name in names)
    streets = [name.name for name in supply.street_names.kept.values()]
    assert streets.count("High Street") > 5
    assert any(not name.isascii() for name in streets)
    assert max(map(len, streets)) >= 95


def test_the_first_properties_are_plain_houses_that_documents_may_name(supply: Supply) -> None:
    for uprn in range(FIRST_UPRN, FIRST_UPRN + 20):
        unit = supply.properties.kept[uprn]
        assert (unit.status, unit.parent, unit.organisation) == (LogicalStatus.APPROVED, None, "")
