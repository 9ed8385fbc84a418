"""The languages people may choose, and how a day is written in each."""

import re
from datetime import date

from portal.core.dates import in_words

LANGUAGES = ("en", "cy")
NAMES = {"en": "English", "cy": "Welsh"}
"""What each is called in English."""
OWN_NAMES = {"en": "English", "cy": "Cymraeg"}
"""What each calls itself: how people find their own."""

_MONTHS = {
    "January": "Ionawr",
    "February": "Chwefror",
    "March": "Mawrth",
    "April": "Ebrill",
    "May": "Mai",
    "June": "Mehefin",
    "July": "Gorffennaf",
    "August": "Awst",
    "September": "Medi",
    "October": "Hydref",
    "November": "Tachwedd",
    "December": "Rhagfyr",
}
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})(?= \d{{4}}\b)")


def day_in_words(day: date, language: str) -> str:
    """24 November 2026, or 24 Tachwedd 2026."""
    return in_welsh_months(in_words(day)) if language == "cy" else in_words(day)


def in_welsh_months(words: str) -> str:
    """The months before a year in Welsh: "24 November 2026" → "24 Tachwedd 2026"."""
    return _MONTH.sub(lambda found: _MONTHS[found[0]], words)
