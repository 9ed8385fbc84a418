"""Portal: forms, payments and cases for UK councils, one YAML file per service."""
