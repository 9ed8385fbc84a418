"""Every field type, found by looking in this folder: adding one is adding a module.

A module is a field type when it has a `FIELD`. The others here are `base` and what several field
types share; field types never import one another.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from portal.forms.fields.base import FieldType


def _find_field_types() -> Mapping[str, FieldType]:
    found: dict[str, FieldType] = {}
    for module in sorted(iter_modules(__path__), key=lambda module: module.name):
        field: FieldType | None = getattr(import_module(f"{__name__}.{module.name}"), "FIELD", None)
        if field is None:
            continue
        if field.name.replace("-", "_") != module.name:
            msg = f"the field type {field.name!r} cannot be in a module called {module.name}"
            raise ImportError(msg)
        found[field.name] = field
    return MappingProxyType(found)


FIELD_TYPES: Mapping[str, FieldType] = _find_field_types()
"""The word after `type:` → its field type."""
