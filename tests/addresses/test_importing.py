"""Loading a gazetteer: all or nothing, night after night, on both databases."""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from portal.addresses.dtf import GazetteerRefused
from portal.addresses.dtf_writing import Record
from portal.addresses.gazetteer import LogicalStatus
from portal.addresses.importing import ImportReport, import_gazetteer
from portal.addresses.local import LocalGazetteer
from portal.addresses.records import PropertyNameRow, PropertyRow, StreetRow, latest_supply
from portal.addresses.seeding import has_gazetteer, seed_gazetteer
from portal.addresses.supply import (
    ObjectName,
    Property,
    PropertyName,
    Street,
    StreetName,
    SupplyKind,
)
from portal.database import Transactions
from tests.addresses.conftest import DAY, FAR_STREET, HIGH_STREET, MARSH_ROAD, NOW, House

Load = Callable[[Iterable[str]], ImportReport]
WriteFile = Callable[..., list[str]]
TOMORROW = DAY + timedelta(days=1)


def _changes(write_file: WriteFile, *records: tuple[str, Record], on: date = TOMORROW) -> list[str]:
    return write_file(records, kind=SupplyKind.CHANGES, on=on)


def _found(gazetteer: LocalGazetteer, words: str) -> list[str]:
    return [address.one_line for address in gazetteer.search(words)]


def test_the_report_says_what_is_held(
    village: list[Record], write_file: WriteFile, load: Load
) -> None:
    report = load(write_file(village))
    assert (report.kind, report.properties, report.live) == (SupplyKind.FULL, 13, 12)
    assert report.records == len(village)
    assert report.warned == 0
    assert "13 properties are held, 12 of them live" in str(report)


def test_what_cannot_be_placed_is_counted_and_the_rest_is_loaded(
    village: list[Record], write_file: WriteFile, load: Load, house: House
) -> None:
    report = load(write_file([*village, *house(90, 1, usrn=12345678)]))
    assert report.warnings == ("UPRN 90: has no address on a known street",)
    assert "UPRN 90" in str(report)
    assert report.properties == 14


def test_a_full_supply_replaces_everything(
    gazetteer: LocalGazetteer,
    village: list[Record],
    write_file: WriteFile,
    load: Load,
    house: House,
) -> None:
    load(write_file([*village[:2], *house(3, 3)]))
    assert _found(gazetteer, "high street") == ["3 High Street, Fenwick, ZZ1 1AA"]
    assert _found(gazetteer, "rose cottage") == []
    assert gazetteer.find("40") is None


@pytest.mark.parametrize("damage", ["cut", "middle", "empty"])
def test_a_broken_file_leaves_the_old_gazetteer_as_it_was(
    gazetteer: LocalGazetteer,
    transactions: Transactions,
    village: list[Record],
    write_file: WriteFile,
    load: Load,
    damage: str,
) -> None:
    before = _everything(transactions)
    lines = write_file(village)
    broken = {
        "cut": lines[:-1],
        "middle": [*lines[:9], "21,I,oh no\n", *lines[9:]],
        "empty": write_file(village[:2]),
    }
    with pytest.raises(GazetteerRefused):
        load(broken[damage])
    assert _everything(transactions) == before


def test_a_file_that_fails_while_it_is_read_leaves_the_old_gazetteer(
    gazetteer: LocalGazetteer, village: list[Record], write_file: WriteFile, load: Load
) -> None:
    def lines_of_a_failing_disk() -> Iterator[str]:
        yield from write_file(village)[:10]
        raise OSError("Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        load(lines_of_a_failing_disk())
    assert _found(gazetteer, "rose cottage")


def test_the_same_file_twice_changes_nothing(
    gazetteer: LocalGazetteer,
    transactions: Transactions,
    village: list[Record],
    write_file: WriteFile,
    load: Load,
) -> None:
    del gazetteer
    before = _everything(transactions)
    load(write_file(village))
    assert _everything(transactions) == before


def test_searches_go_on_answering_while_a_new_gazetteer_is_loaded(
    gazetteer: LocalGazetteer,
    transactions: Transactions,
    village: list[Record],
    write_file: WriteFile,
) -> None:
    renamed = [
        StreetName(MARSH_ROAD, "ENG", "Ferry Road", "Little Fenning", "Fenwick")
        if isinstance(record, StreetName) and record.usrn == MARSH_ROAD and record.language == "ENG"
        else record
        for record in village
    ]
    old, new = write_file(village), write_file(renamed)
    finished = threading.Event()

    def load_back_and_forth() -> None:
        try:
            for lines in (new, old) * 5:
                import_gazetteer(transactions, lines, progress=lambda _done: None, now=NOW)
        finally:
            finished.set()

    loading = threading.Thread(target=load_back_and_forth)
    loading.start()
    answers: set[tuple[str, ...]] = set()
    while not finished.is_set():
        answers.add(tuple(_found(gazetteer, "rose cottage")))
    loading.join()
    assert answers <= {
        ("Rose Cottage, Marsh Road, Little Fenning, Fenwick, ZZ1 1AB",),
        ("Rose Cottage, Ferry Road, Little Fenning, Fenwick, ZZ1 1AB",),
    }


def test_a_new_house_is_found_the_next_morning(
    gazetteer: LocalGazetteer, write_file: WriteFile, load: Load, house: House
) -> None:
    report = load(_changes(write_file, *(("I", one) for one in house(60, text="Newbuild Villa"))))
    assert report.kind is SupplyKind.CHANGES
    assert _found(gazetteer, "newbuild") == ["Newbuild Villa, High Street, Fenwick, ZZ1 1AA"]
    assert _found(gazetteer, "newbiuld villa") == _found(gazetteer, "newbuild")
    assert _found(gazetteer, "rose cottage")


def test_a_demolished_house_is_no_longer_offered(
    gazetteer: LocalGazetteer, write_file: WriteFile, load: Load, house: House
) -> None:
    gone = house(10, 10, status=LogicalStatus.HISTORIC)
    load(_changes(write_file, *(("U", one) for one in gone)))
    assert _found(gazetteer, "10 high street fenwick") == [
        "Flat 10, Acacia Court, 16 High Street, Fenwick, ZZ1 1AA"
    ]
    assert gazetteer.find("10") is None
    kept = gazetteer.find_even_if_historic("10")
    assert kept is not None
    assert kept.one_line == "10 High Street, Fenwick, ZZ1 1AA"


def test_a_deleted_house_takes_its_names_with_it(
    gazetteer: LocalGazetteer,
    transactions: Transactions,
    write_file: WriteFile,
    load: Load,
    house: House,
) -> None:
    unit, _name = house(10, 10)
    load(_changes(write_file, ("D", unit)))
    assert gazetteer.find_even_if_historic("10") is None
    with transactions.read() as session:
        assert 10 not in [uprn for uprn, _key in _held_names(session)]


def test_a_house_split_into_flats_is_found_by_them(
    gazetteer: LocalGazetteer, write_file: WriteFile, load: Load, house: House
) -> None:
    flats = [*house(71, 2, flat="Flat 1", parent=2), *house(72, 2, flat="Flat 2", parent=2)]
    load(_changes(write_file, *(("I", one) for one in flats)))
    assert _found(gazetteer, "2 high street fenwick")[:3] == [
        "2 High Street, Fenwick, ZZ1 1AA",
        "Flat 1, 2 High Street, Fenwick, ZZ1 1AA",
        "Flat 2, 2 High Street, Fenwick, ZZ1 1AA",
    ]


def test_a_renumbered_house_is_found_by_its_new_number_only(
    gazetteer: LocalGazetteer, write_file: WriteFile, load: Load, house: House
) -> None:
    _unit, name = house(10, 11)
    load(_changes(write_file, ("U", name)))
    assert gazetteer.search("11 high street fenwick")[0].uprn == "10"
    assert "10" not in [address.uprn for address in gazetteer.search("10 high street fenwick")]


def test_a_renamed_street_renames_every_house_on_it(
    gazetteer: LocalGazetteer, write_file: WriteFile, load: Load
) -> None:
    renamed = StreetName(HIGH_STREET, "ENG", "Coronation Street", "", "Fenwick")
    load(_changes(write_file, ("U", renamed)))
    assert _found(gazetteer, "14 coronation street")[0] == "14 Coronation Street, Fenwick, ZZ1 1AA"
    assert _found(gazetteer, "high street") == ["14 High Street, Eastmarsh, ZZ2 1AA"]
    assert gazetteer.place("coronation")[0].description == "Coronation Street, Fenwick"


def test_an_address_moved_to_another_property_leaves_the_first(
    gazetteer: LocalGazetteer, write_file: WriteFile, load: Load, house: House
) -> None:
    _unit, name = house(10, 10)
    assert isinstance(name, PropertyName)
    moved = PropertyName(
        name.key,
        14,
        name.language,
        LogicalStatus.ALTERNATIVE,
        name.secondary,
        name.primary,
        name.usrn,
        name.postcode,
        name.post_town,
    )
    load(_changes(write_file, ("U", moved)))
    assert gazetteer.find("10") is None
    assert "14" in [address.uprn for address in gazetteer.search("10 high street fenwick")]


def test_changes_may_be_loaded_again_without_harm(
    gazetteer: LocalGazetteer,
    transactions: Transactions,
    write_file: WriteFile,
    load: Load,
    house: House,
) -> None:
    del gazetteer
    unit, _ = house(14, 14)
    changes = _changes(
        write_file,
        *(("I", one) for one in house(60, 60)),
        ("U", Street(FAR_STREET, 2, (1, 2), (3, 4))),
        ("D", unit),
    )
    load(changes)
    once = _everything(transactions)
    load(changes)
    assert _everything(transactions) == once


def test_changes_night_after_night_give_what_one_full_supply_would(
    gazetteer: LocalGazetteer,
    transactions: Transactions,
    village: list[Record],
    write_file: WriteFile,
    load: Load,
    house: House,
) -> None:
    del gazetteer
    new_name = StreetName(MARSH_ROAD, "ENG", "Ferry Road", "", "Fenwick")
    old_unit, old_name = house(2, 2)
    nights: list[list[tuple[str, Record]]] = [
        [("I", one) for one in house(60, 60)],
        [("U", new_name), ("D", old_unit), ("D", old_name)],
        [("U", one) for one in house(60, 62, organisation="Late Shop")],
    ]
    for number, night in enumerate(nights):
        load(_changes(write_file, *night, on=TOMORROW + timedelta(days=number)))
    by_night = _everything(transactions)
    replaced = (old_unit, old_name)
    whole = [
        new_name
        if isinstance(one, StreetName) and (one.usrn, one.language) == (MARSH_ROAD, "ENG")
        else one
        for one in village
        if one not in replaced
    ]
    load(
        write_file(
            [*whole, *house(60, 62, organisation="Late Shop")], on=TOMORROW + timedelta(days=9)
        )
    )
    assert _everything(transactions) == by_night


def test_changes_to_nothing_are_refused(
    transactions: Transactions, write_file: WriteFile, load: Load
) -> None:
    with pytest.raises(GazetteerRefused, match="load a full supply first"):
        load(_changes(write_file, ("D", Street(1, 2, (0, 0), (0, 0)))))
    assert not has_gazetteer(transactions)


def test_changes_older_than_what_is_loaded_are_refused(
    gazetteer: LocalGazetteer, write_file: WriteFile, load: Load, house: House
) -> None:
    unit, _ = house(14, 14)
    with pytest.raises(GazetteerRefused, match="loaded already"):
        load(_changes(write_file, ("D", unit), on=DAY - timedelta(days=1)))
    assert gazetteer.find("14")


def test_a_named_street_may_follow_its_street_record_a_night_later(
    gazetteer: LocalGazetteer, write_file: WriteFile, load: Load
) -> None:
    street = Street(99000009, 2, (681_000, 245_000), (681_100, 245_000))
    report = load(_changes(write_file, ("I", street)))
    assert report.warnings == ("USRN 99000009: has no name",)
    load(_changes(write_file, ("I", StreetName(99000009, "ENG", "Plover Way", "", "Fenwick"))))
    assert [place.usrn for place in gazetteer.place("plover way")] == ["99000009"]


def test_thousands_of_properties_go_through_in_portions(
    transactions: Transactions, write_file: WriteFile, load: Load, house: House
) -> None:
    loaded = seed_gazetteer(transactions, count=1_500, now=NOW, progress=lambda _done: None)
    assert 1_400 < loaded < 1_500
    with transactions.read() as session:
        units = session.exec(select(PropertyRow.uprn)).all()
    blank = Property(0, LogicalStatus.HISTORIC, "", None, 680_000, 245_000, "")
    gone = [("D", replace(blank, uprn=uprn)) for uprn in units]
    report = load(
        _changes(write_file, *gone, *(("I", one) for one in house(5, 5, usrn=HIGH_STREET)))
    )
    assert (report.properties, report.live) == (1, 1)


def test_seeding_never_replaces_a_councils_own_addresses(
    gazetteer: LocalGazetteer, transactions: Transactions
) -> None:
    told: list[int] = []
    assert seed_gazetteer(transactions, count=50, now=NOW, progress=told.append) == 0
    assert _found(gazetteer, "rose cottage")
    assert seed_gazetteer(transactions, count=50, again=True, now=NOW, progress=told.append) > 0
    assert told[-1] == 50


def test_an_object_without_number_or_name_stands_for_its_street(
    gazetteer: LocalGazetteer, write_file: WriteFile, load: Load
) -> None:
    unit = Property(80, LogicalStatus.APPROVED, "LL00", None, 680_000, 245_000, "")
    name = PropertyName(
        "k80", 80, "ENG", LogicalStatus.APPROVED, ObjectName(), ObjectName(), FAR_STREET, "", ""
    )
    load(_changes(write_file, ("I", unit), ("I", name)))
    found = gazetteer.find("80")
    assert found is not None
    assert found.one_line == "High Street, Eastmarsh"


def _everything(transactions: Transactions) -> tuple[object, ...]:
    """All that is held, but for the log of files."""
    with transactions.read() as session:
        properties = session.exec(select(PropertyRow).order_by(col(PropertyRow.uprn))).all()
        streets = session.exec(select(StreetRow).order_by(col(StreetRow.usrn))).all()
        assert latest_supply(session)
        names = _held_names(session)
    return [row.model_dump() for row in properties], [row.model_dump() for row in streets], names


def _held_names(session: Session) -> list[tuple[int, str]]:
    query = select(PropertyNameRow.uprn, PropertyNameRow.key).order_by(col(PropertyNameRow.key))
    return [(uprn, key) for uprn, key in session.exec(query)]
