"""Looking addresses up, as residents and officers type them, on both databases."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.addresses.gazetteer import Address, Gazetteer
from portal.addresses.local import LocalGazetteer
from tests.addresses.conftest import FAR_STREET, HIGH_STREET, MARSH_ROAD

NONSENSE = [
    "",
    " ",
    "\x00",
    "😀🏠",
    '"',
    "'",
    "*",
    '" OR "" *',
    "NEAR(high street, 2)",
    "words : high",
    "-high ^street",
    "'; DROP TABLE gazetteer_property; --",
    "high & !street | (",
    "<->",
    "%",
    "_",
    "\\",
    "\ud800",
    "北京市",
    "x" * 10_240,
    "high street " * 1_000,
    "1 " * 5_000,
    "qqqq zzzz",
]


def _lines(addresses: object) -> list[str]:
    assert isinstance(addresses, tuple | list)
    return [address.one_line for address in addresses]


def test_it_is_a_gazetteer(gazetteer: LocalGazetteer) -> None:
    port: Gazetteer = gazetteer
    assert port.find("14") == Address(
        ("14 High Street",), "Fenwick", "ZZ1 1AA", "14", str(HIGH_STREET), 680_014, 245_000
    )


@pytest.mark.parametrize("typed", ["zz1 1ab", "ZZ11AB", "zz1  1AB ", "zz11ab"])
def test_a_postcode_finds_its_addresses_however_it_is_typed(
    gazetteer: LocalGazetteer, typed: str
) -> None:
    assert _lines(gazetteer.search(typed)) == [
        "Rose Cottage, Marsh Road, Little Fenning, Fenwick, ZZ1 1AB"
    ]


def test_a_postcode_lists_houses_as_a_postman_walks(gazetteer: LocalGazetteer) -> None:
    assert _lines(gazetteer.search("ZZ1 1AA")) == [
        "2 High Street, Fenwick, ZZ1 1AA",
        "10 High Street, Fenwick, ZZ1 1AA",
        "14 High Street, Fenwick, ZZ1 1AA",
        "14A High Street, Fenwick, ZZ1 1AA",
        "Acacia Court, 16 High Street, Fenwick, ZZ1 1AA",
        "Flat 2, Acacia Court, 16 High Street, Fenwick, ZZ1 1AA",
        "Flat 10, Acacia Court, 16 High Street, Fenwick, ZZ1 1AA",
        "Café d'Or, 20-24 High Street, Fenwick, ZZ1 1AA",
        "32 High Street, Fenwick, ZZ1 1AA",
    ]


def test_the_start_of_a_postcode_finds_what_it_may_mean(gazetteer: LocalGazetteer) -> None:
    def postcodes(typed: str) -> set[str]:
        return {address.postcode for address in gazetteer.search(typed)}

    assert postcodes("zz1") == {"ZZ1 1AA", "ZZ1 1AB"}
    assert postcodes("zz11") == {"ZZ1 1AA", "ZZ1 1AB", "ZZ11 1AA"}
    assert postcodes("zz1 1a") == {"ZZ1 1AA", "ZZ1 1AB"}
    assert postcodes("zz11 1") == {"ZZ11 1AA"}
    assert postcodes("zz9") == set()
    assert postcodes("zz9 9zz") == set()


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("14 high street", "14 High Street, Eastmarsh, ZZ2 1AA"),
        ("14 high street fenwick", "14 High Street, Fenwick, ZZ1 1AA"),
        ("14 High St, Fenwick", "14 High Street, Fenwick, ZZ1 1AA"),
        ("high street, 14, eastmarsh", "14 High Street, Eastmarsh, ZZ2 1AA"),
        ("14 zz11aa", "14 High Street, Fenwick, ZZ1 1AA"),
        ("14A HIGH STREET", "14A High Street, Fenwick, ZZ1 1AA"),
        ("rose cottage fenwick", "Rose Cottage, Marsh Road, Little Fenning, Fenwick, ZZ1 1AB"),
        ("rose cot", "Rose Cottage, Marsh Road, Little Fenning, Fenwick, ZZ1 1AB"),
        ("flat 2 acacia court", "Flat 2, Acacia Court, 16 High Street, Fenwick, ZZ1 1AA"),
        ("cafe d'or", "Café d'Or, 20-24 High Street, Fenwick, ZZ1 1AA"),
        ("22 high street fenwick", "Café d'Or, 20-24 High Street, Fenwick, ZZ1 1AA"),
        ("old forge", "7 Marsh Road, Little Fenning, Fenwick, ZZ11 1AA"),
        ("7 heol y gors", "7 Marsh Road, Little Fenning, Fenwick, ZZ11 1AA"),
        ("32 high street", "32 High Street, Fenwick, ZZ1 1AA"),
    ],
)
def test_an_address_is_found_by_the_words_people_use(
    gazetteer: LocalGazetteer, typed: str, first: str
) -> None:
    assert _lines(gazetteer.search(typed))[0] == first


@pytest.mark.parametrize(
    "typed",
    [
        "rose cotage",
        "roes cottage",
        "rosse cottage fenwick",
        "rose cottage fenwik",
        "rose cottage, marsh raod",
        "rose cottage london",
        "99 rose cottage",
        "rose cottage eastmarsh",
        "rose cottage fenwick england",
    ],
)
def test_a_slip_or_a_word_too_many_still_finds_the_house(
    gazetteer: LocalGazetteer, typed: str
) -> None:
    assert _lines(gazetteer.search(typed))[:1] == [
        "Rose Cottage, Marsh Road, Little Fenning, Fenwick, ZZ1 1AB"
    ]


def test_a_loose_match_never_hides_an_exact_one(gazetteer: LocalGazetteer) -> None:
    assert _lines(gazetteer.search("14 high street eastmarsh")) == [
        "14 High Street, Eastmarsh, ZZ2 1AA"
    ]


def test_a_number_nobody_has_still_shows_the_street(gazetteer: LocalGazetteer) -> None:
    assert _lines(gazetteer.search("99 high street eastmarsh")) == [
        "14 High Street, Eastmarsh, ZZ2 1AA"
    ]


def test_one_is_not_ten(gazetteer: LocalGazetteer) -> None:
    assert "10 High Street, Fenwick, ZZ1 1AA" not in _lines(gazetteer.search("acacia court 1"))
    assert _lines(gazetteer.search("high street fenwick 2"))[0] == "2 High Street, Fenwick, ZZ1 1AA"


def test_a_demolished_house_is_never_offered(gazetteer: LocalGazetteer) -> None:
    assert gazetteer.find("30") is None
    for typed in ("30 high street fenwick", "zz1 1aa", "high street fenwick"):
        assert "30" not in [address.uprn for address in gazetteer.search(typed)]
        assert "30" not in [place.uprn for place in gazetteer.place(typed)]


def test_no_more_are_given_than_asked_for(gazetteer: LocalGazetteer) -> None:
    assert len(gazetteer.search("high street", limit=3)) == 3
    assert len(gazetteer.search("zz1", limit=2)) == 2


@pytest.mark.parametrize(
    "uprn", ["", "x", "14x", "１４", "-14", "14.0", "9" * 13, "0" * 10_240, "999", "\x00"]
)
def test_a_uprn_nobody_has_finds_nothing(gazetteer: LocalGazetteer, uprn: str) -> None:
    assert gazetteer.find(uprn) is None
    assert gazetteer.find_even_if_historic(uprn) is None


def test_a_uprn_may_be_written_with_its_zeros(gazetteer: LocalGazetteer) -> None:
    found = gazetteer.find("000000000014")
    assert found is not None
    assert found.uprn == "14"


@pytest.mark.parametrize("typed", NONSENSE)
def test_nonsense_finds_nothing_and_breaks_nothing(gazetteer: LocalGazetteer, typed: str) -> None:
    loose = {
        "words : high",
        "-high ^street",
        "high & !street | (",
        "NEAR(high street, 2)",
        '" OR "" *',
    }
    found, places = gazetteer.search(typed), gazetteer.place(typed)
    if typed not in loose:
        assert (tuple(found), tuple(places)) == ((), ())
    assert gazetteer.search("rose cottage")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    typed=st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            [
                "14",
                "high",
                "street",
                "fenwik",
                "zz1",
                "1aa",
                "or",
                "and",
                "not",
                "near",
                "*",
                '"',
                "'",
                ":",
                "st",
            ]
        ),
        max_size=12,
    ).map(" ".join)
)
def test_nothing_typed_ever_raises(gazetteer: LocalGazetteer, typed: str) -> None:
    assert len(gazetteer.search(typed)) <= 50
    assert len(gazetteer.place(typed)) <= 20
    gazetteer.find(typed)
    assert gazetteer.nearest(typed, typed) is None


def test_a_street_is_a_place_with_its_middle(gazetteer: LocalGazetteer) -> None:
    streets = [place for place in gazetteer.place("high street") if not place.uprn]
    assert [(place.description, place.usrn) for place in streets] == [
        ("High Street, Eastmarsh", str(FAR_STREET)),
        ("High Street, Fenwick", str(HIGH_STREET)),
    ]
    fenwick = streets[1]
    assert (fenwick.easting, fenwick.northing) == (680_200, 245_000)
    assert (fenwick.latitude, fenwick.longitude) == ("52.032555", "2.083847")


def test_a_place_may_be_a_postcode(gazetteer: LocalGazetteer) -> None:
    first, *houses = gazetteer.place("zz11ab")
    assert first.description == "Postcode ZZ1 1AB"
    assert (first.easting, first.northing) == (680_040, 245_000)
    assert first.latitude.startswith("52.03")
    assert [place.uprn for place in houses] == ["40"]


def test_a_place_may_be_a_house_or_a_street_with_a_slip_in_it(gazetteer: LocalGazetteer) -> None:
    assert [place.uprn for place in gazetteer.place("rose cottage")] == ["40"]
    assert gazetteer.place("mrash road")[0].description == "Marsh Road, Little Fenning, Fenwick"
    assert gazetteer.place("heol y gors")[0].usrn == str(MARSH_ROAD)


def test_a_position_is_told_by_its_nearest_street(gazetteer: LocalGazetteer) -> None:
    # 60 m north of the western end of High Street, Fenwick.
    near = gazetteer.nearest("52.033200", "2.081000")
    assert near is not None
    assert (near.description, near.usrn, near.uprn) == (
        "High Street, Fenwick",
        str(HIGH_STREET),
        "",
    )
    assert (near.latitude, near.longitude) == ("52.033200", "2.081000")
    assert near.easting is not None
    assert near.northing is not None
    assert abs(near.easting - 680_001) <= 3
    assert abs(near.northing - 245_061) <= 3


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ("51.5074", "-0.1278"),
        ("52.0", "1.5"),
        ("0", "0"),
        ("", ""),
        ("nan", "nan"),
        ("52.03", "two"),
        ("9" * 400, "1"),
    ],
)
def test_a_position_outside_the_district_has_no_street(
    gazetteer: LocalGazetteer, latitude: str, longitude: str
) -> None:
    assert gazetteer.nearest(latitude, longitude) is None
