"""The only package that knows forms, payments and cases together."""
