"""The only floor that speaks HTTP with people."""
