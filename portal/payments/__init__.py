"""Takes money. Has never heard of a form."""
