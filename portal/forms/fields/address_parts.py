"""How a gazetteer address is shown, stored and seen by conditions, whatever type gives it."""

from portal.forms.fields.base import AddressRecord, Json
from portal.forms.fields.stored import load_list, load_mapping, load_number, load_text

_STORED = ("lines", "town", "postcode", "uprn", "usrn", "easting", "northing")


def on_envelope(address: AddressRecord) -> tuple[str, ...]:
    """The address in lines, as on an envelope."""
    return tuple(line for line in (*address.lines, address.town, address.postcode) if line)


def dump_address(address: AddressRecord) -> Json:
    """Every part by name."""
    return {
        "lines": list(address.lines),
        "town": address.town,
        "postcode": address.postcode,
        "uprn": address.uprn,
        "usrn": address.usrn,
        "easting": address.easting,
        "northing": address.northing,
    }


def load_address(stored: Json) -> AddressRecord:
    """The address back. Raises ValueError."""
    parts = load_mapping(stored, _STORED)
    easting, northing = parts["easting"], parts["northing"]
    return AddressRecord(
        tuple(load_text(line) for line in load_list(parts["lines"])),
        load_text(parts["town"]),
        load_text(parts["postcode"]),
        load_text(parts["uprn"]),
        load_text(parts["usrn"]),
        None if easting is None else load_number(easting),
        None if northing is None else load_number(northing),
    )


def cel_address(address: AddressRecord) -> dict[str, str]:
    """`one_line`, `town`, `postcode`, and `uprn` and `usrn`, empty when not known."""
    return {
        "one_line": address.one_line,
        "town": address.town,
        "postcode": address.postcode,
        "uprn": address.uprn,
        "usrn": address.usrn,
    }
