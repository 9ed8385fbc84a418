"""The languages people may choose, and how a day is written in each."""

import re
from datetime import date, datetime

from portal.core.dates import LONDON, in_words, moment_in_words

_NOON, _EVENING = 12, 18
"""The hours from which Welsh says y prynhawn, and yr hwyr."""

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


def half_of_day(hour: int) -> str:
    """What Welsh writes for am and pm: yb (y bore), yp (y prynhawn) or yh (yr hwyr)."""
    if hour < _NOON:
        return "yb"
    return "yp" if hour < _EVENING else "yh"


def when_in_words(moment: datetime, language: str) -> str:
    """24 November 2026 at 3:05pm, or 24 Tachwedd 2026 am 3:05yp, on the council's clock."""
    if language != "cy":
        return moment_in_words(moment)
    local = moment.astimezone(LONDON)
    clock = f"{local.hour % 12 or 12}:{local.minute:02d}{half_of_day(local.hour)}"
    return f"{day_in_words(local.date(), language)} am {clock}"
