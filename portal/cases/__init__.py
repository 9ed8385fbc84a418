"""Hands a submission to the council's CRM. Has never heard of a form."""
