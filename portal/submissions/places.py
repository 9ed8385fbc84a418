"""The council's gazetteer as the field types see it: the same answers under the forms' names."""

from collections.abc import Sequence
from dataclasses import asdict

from portal.addresses.gazetteer import Gazetteer
from portal.forms.fields.base import AddressRecord, Place


class FormGazetteer:
    """Fits `portal.forms.fields.base.Gazetteer` over the addresses' own port."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def find(self, uprn: str) -> AddressRecord | None:
        """The live address with this UPRN."""
        found = self._gazetteer.find(uprn)
        return AddressRecord(**asdict(found)) if found else None

    def search(self, words: str, limit: int = 50) -> Sequence[AddressRecord]:
        """Best matches first."""
        return [AddressRecord(**asdict(found)) for found in self._gazetteer.search(words, limit)]

    def place(self, words: str) -> Sequence[Place]:
        """Streets, postcodes and properties."""
        return [Place(**asdict(found)) for found in self._gazetteer.place(words)]

    def nearest(self, latitude: str, longitude: str) -> Place | None:
        """The nearest street."""
        found = self._gazetteer.nearest(latitude, longitude)
        return Place(**asdict(found)) if found else None
