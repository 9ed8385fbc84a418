"""Metres to degrees and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.addresses.coordinates import in_degrees, on_grid, read_degrees


@given(st.integers(150_000, 690_000), st.integers(20_000, 600_000))
def test_a_point_keeps_its_place_there_and_back(easting: int, northing: int) -> None:
    [degrees] = in_degrees([(easting, northing)])
    position = read_degrees(*degrees)
    assert position is not None
    found = on_grid(*position)
    assert found is not None
    assert abs(found.easting - easting) <= 1
    assert abs(found.northing - northing) <= 1


def test_a_known_point_is_where_ordnance_survey_says() -> None:
    # Caister Water Tower, the worked example of OS "A guide to coordinate systems in Great
    # Britain" (OSTN15 files): 651409.804, 313177.450 is 52.658007783, 1.716073973.
    [degrees] = in_degrees([(651_410, 313_177)])
    assert abs(float(degrees.latitude) - 52.658008) < 0.00001
    assert abs(float(degrees.longitude) - 1.716074) < 0.00001


def test_the_invented_district_lies_in_the_north_sea() -> None:
    [degrees] = in_degrees([(680_000, 245_000)])
    assert degrees == ("52.032656", "2.080939")


def test_a_point_off_the_grid_has_no_degrees() -> None:
    assert in_degrees([(9_999_999, 1)]) == [("", "")]
    assert in_degrees([]) == []


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ("", ""),
        ("nan", "2.0"),
        ("inf", "2.0"),
        ("1e1", "2"),
        ("52.0,", "2"),
        ("５２.0", "2.0"),
        ("52.0", "2.0\x00"),
        ("0", "0"),
        ("91", "0"),
        ("-52.0", "2.0"),
        ("52." + "0" * 9_999, "2"),
    ],
)
def test_what_is_no_position_in_britain_is_not_read(latitude: str, longitude: str) -> None:
    assert read_degrees(latitude, longitude) is None
