"""The content block `markdown`: text among the questions."""

from portal.forms.fields.base import FieldType
from portal.forms.fields.content import ContentBlock

FIELD: FieldType = ContentBlock("markdown", {"text": "What it says, in Markdown."})
