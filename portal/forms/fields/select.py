"""The field type `select`: one of many choices, in a drop-down list."""

from portal.forms.fields.base import FieldType
from portal.forms.fields.choices import SingleChoice

FIELD: FieldType = SingleChoice("select", {"options": "Lines of `value: Label`."})
