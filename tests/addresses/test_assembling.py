"""How records become the lines on an envelope."""

import pytest

from portal.addresses.assembling import Content, NamedStreet, address_lines, assemble, in_title_case
from portal.addresses.coordinates import Degrees
from portal.addresses.gazetteer import LogicalStatus
from portal.addresses.supply import ObjectName, Property, PropertyName, Street, StreetName

STREET = Street(1, 2, (680_000, 245_000), (680_100, 245_000))


def _lines(
    primary: ObjectName,
    secondary: ObjectName | None = None,
    organisation: str = "",
    locality: str = "",
) -> tuple[str, ...]:
    street = NamedStreet(STREET, "High Street", locality, "Fenwick", 0, 0, Degrees("", ""), "")
    approved = LogicalStatus.APPROVED
    name = PropertyName(
        "k", 1, "ENG", approved, secondary or ObjectName(), primary, 1, "", "Fenwick"
    )
    return address_lines(organisation, name, street)


@pytest.mark.parametrize(
    ("got", "lines"),
    [
        (_lines(ObjectName(14)), ("14 High Street",)),
        (_lines(ObjectName(14, "a")), ("14A High Street",)),
        (_lines(ObjectName(14, "", 18)), ("14-18 High Street",)),
        (_lines(ObjectName(text="ROSE COTTAGE")), ("Rose Cottage", "High Street")),
        (
            _lines(ObjectName(14, text="Acacia Court"), ObjectName(text="FLAT 2")),
            ("Flat 2", "Acacia Court", "14 High Street"),
        ),
        (
            _lines(ObjectName(14, text="Acacia Court"), ObjectName(2)),
            ("2 Acacia Court", "14 High Street"),
        ),
        (_lines(ObjectName(14), ObjectName(2, "B", text="FLAT")), ("Flat 2B", "14 High Street")),
        (
            _lines(ObjectName(14), organisation="The Corner Café"),
            ("The Corner Café", "14 High Street"),
        ),
        (
            _lines(ObjectName(text="THE PLOUGH"), organisation="THE PLOUGH"),
            ("The Plough", "High Street"),
        ),
        (_lines(ObjectName(1), locality="Little Fenning"), ("1 High Street", "Little Fenning")),
        (_lines(ObjectName(1), locality="Fenwick"), ("1 High Street",)),
        (_lines(ObjectName()), ("High Street",)),
    ],
)
def test_an_address_is_written_as_royal_mail_would(
    got: tuple[str, ...], lines: tuple[str, ...]
) -> None:
    assert got == lines


@pytest.mark.parametrize(
    ("capitals", "quiet"),
    [
        ("ST JOHN'S ROAD", "St John's Road"),
        ("STOKE-ON-TRENT", "Stoke-on-Trent"),
        ("THE ROAD BY THE SEA", "The Road by the Sea"),
        ("FLAT 2B", "Flat 2B"),
        ("Allée de Honfleur", "Allée de Honfleur"),
        ("", ""),
    ],
)
def test_capitals_are_quietened_and_other_text_left_alone(capitals: str, quiet: str) -> None:
    assert in_title_case(capitals) == quiet


def _content(*names: PropertyName, status: LogicalStatus = LogicalStatus.APPROVED) -> Content:
    return Content(
        {1: STREET},
        {(1, "ENG"): StreetName(1, "ENG", "High Street", "", "Fenwick")},
        {7: Property(7, status, "RD02", None, 680_010, 245_000, "")},
        {name.key: name for name in names},
    )


def _called(key: str, number: int, status: LogicalStatus, language: str = "ENG") -> PropertyName:
    return PropertyName(
        key, 7, language, status, ObjectName(), ObjectName(number), 1, "ZZ1 1AA", ""
    )


def test_the_approved_address_is_shown_and_the_alternative_only_finds_it() -> None:
    [shown] = assemble(
        _content(
            _called("a", 1, LogicalStatus.ALTERNATIVE), _called("b", 2, LogicalStatus.APPROVED)
        )
    ).properties
    assert shown.lines == ("2 High Street",)
    assert shown.words == "2 high street fenwick zz1 1aa 1"


def test_english_is_shown_before_another_language() -> None:
    approved = LogicalStatus.APPROVED
    [shown] = assemble(
        _content(_called("a", 1, approved, "CYM"), _called("b", 2, approved))
    ).properties
    assert shown.lines == ("2 High Street",)


def test_an_old_address_does_not_find_a_renumbered_house() -> None:
    [shown] = assemble(
        _content(_called("a", 1, LogicalStatus.HISTORIC), _called("b", 2, LogicalStatus.APPROVED))
    ).properties
    assert "1" not in shown.words.split()


def test_a_demolished_house_keeps_its_lines_but_is_found_by_nothing() -> None:
    historic = LogicalStatus.HISTORIC
    [shown] = assemble(_content(_called("a", 1, historic), status=historic)).properties
    assert shown.lines == ("1 High Street",)
    assert shown.words == ""


def test_what_cannot_be_placed_is_told_and_not_shown() -> None:
    content = _content()
    content.names["x"] = PropertyName(
        "x", 99, "ENG", LogicalStatus.APPROVED, ObjectName(), ObjectName(1), 1, "", ""
    )
    found = assemble(content)
    assert found.properties[0].words == ""
    assert found.warnings == [
        "UPRN 7: has no address on a known street",
        "UPRN 99: has an address but no property record",
    ]
