"""The content block `warning`: a text with an exclamation mark, for what has consequences."""

from portal.forms.fields.base import FieldType
from portal.forms.fields.content import ContentBlock

FIELD: FieldType = ContentBlock("warning", {"text": "What people are warned of."})
