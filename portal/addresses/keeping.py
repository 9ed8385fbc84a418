"""How gazetteer records are kept in rows and read back: one pair of functions for each kind."""

from typing import Any

from portal.addresses.assembling import NamedProperty, NamedStreet
from portal.addresses.gazetteer import LogicalStatus
from portal.addresses.records import PropertyNameRow, PropertyRow, StreetNameRow, StreetRow
from portal.addresses.supply import ObjectName, Property, PropertyName, Street, StreetName


def street_values(one: NamedStreet) -> dict[str, Any]:
    """The row of a street."""
    return {
        "usrn": one.street.usrn,
        "name": one.name,
        "locality": one.locality,
        "town": one.town,
        "words": one.words,
        "state": one.street.state,
        "start_easting": one.street.start[0],
        "start_northing": one.street.start[1],
        "end_easting": one.street.end[0],
        "end_northing": one.street.end[1],
        "easting": one.easting,
        "northing": one.northing,
        "latitude": one.degrees.latitude,
        "longitude": one.degrees.longitude,
    }


def street_of(row: StreetRow) -> Street:
    """The street a row was made from."""
    return Street(
        row.usrn,
        row.state,
        (row.start_easting, row.start_northing),
        (row.end_easting, row.end_northing),
    )


def street_name_values(name: StreetName) -> dict[str, Any]:
    """The row of a street's name."""
    return {
        "usrn": name.usrn,
        "language": name.language,
        "name": name.name,
        "locality": name.locality,
        "town": name.town,
    }


def street_name_of(row: StreetNameRow) -> StreetName:
    """The street's name a row was made from."""
    return StreetName(row.usrn, row.language, row.name, row.locality, row.town)


def property_values(one: NamedProperty) -> dict[str, Any]:
    """The row of a property."""
    return {
        "uprn": one.unit.uprn,
        "parent": one.unit.parent,
        "usrn": one.usrn,
        "state": int(one.unit.status),
        "classification": one.unit.classification,
        "organisation": one.unit.organisation,
        "lines": "\n".join(one.lines),
        "town": one.town,
        "postcode": one.postcode,
        "easting": one.unit.easting,
        "northing": one.unit.northing,
        "latitude": one.degrees.latitude,
        "longitude": one.degrees.longitude,
        "sort_key": one.sort_key,
        "words": one.words,
    }


def property_of(row: PropertyRow) -> Property:
    """The property a row was made from."""
    return Property(
        row.uprn,
        LogicalStatus(row.state),
        row.classification,
        row.parent,
        row.easting,
        row.northing,
        row.organisation,
    )


def property_name_values(name: PropertyName) -> dict[str, Any]:
    """The row of a property's address."""
    return {
        "key": name.key,
        "uprn": name.uprn,
        "usrn": name.usrn,
        "language": name.language,
        "status": int(name.status),
        **_object_values("secondary", name.secondary),
        **_object_values("primary", name.primary),
        "postcode": name.postcode,
        "post_town": name.post_town,
    }


def _object_values(prefix: str, name: ObjectName) -> dict[str, Any]:
    return {
        f"{prefix}_start": name.start,
        f"{prefix}_start_suffix": name.start_suffix,
        f"{prefix}_end": name.end,
        f"{prefix}_end_suffix": name.end_suffix,
        f"{prefix}_text": name.text,
    }


def property_name_of(row: PropertyNameRow) -> PropertyName:
    """The address a row was made from."""
    return PropertyName(
        row.key,
        row.uprn,
        row.language,
        LogicalStatus(row.status),
        ObjectName(
            row.secondary_start,
            row.secondary_start_suffix,
            row.secondary_end,
            row.secondary_end_suffix,
            row.secondary_text,
        ),
        ObjectName(
            row.primary_start,
            row.primary_start_suffix,
            row.primary_end,
            row.primary_end_suffix,
            row.primary_text,
        ),
        row.usrn,
        row.postcode,
        row.post_town,
    )
