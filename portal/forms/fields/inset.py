"""The content block `inset`: a text set off by a bar at its left."""

from portal.forms.fields.base import FieldType
from portal.forms.fields.content import ContentBlock

FIELD: FieldType = ContentBlock("inset", {"text": "What it says, in Markdown."})
