"""The content block `details`: help that opens when its summary is pressed."""

from portal.forms.fields.base import FieldType
from portal.forms.fields.content import ContentBlock

FIELD: FieldType = ContentBlock(
    "details",
    {
        "summary": "The words to press, like “Help with your reference number”.",
        "text": "What opens, in Markdown.",
    },
)
