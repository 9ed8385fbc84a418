"""Brings the database up to date, one numbered step at a time, the same on both databases."""
