"""One module per audience's task; routes do not know each other."""
