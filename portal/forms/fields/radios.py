"""The field type `radios`: one of a few choices, all in view."""

from portal.forms.fields.base import FieldType
from portal.forms.fields.choices import SingleChoice

FIELD: FieldType = SingleChoice(
    "radios", {"options": "Lines of `value: Label`; a label may be {label, hint}."}
)
