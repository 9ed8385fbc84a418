"""The gazetteer: the BS 7666 address list and how it is searched."""
