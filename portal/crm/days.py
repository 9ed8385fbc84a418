"""Days, moments, money and sizes as an officer reads them. Pure.

The portal has words like these in its core; they are said again here because this CRM stands for
somebody else's system and imports nothing of ours.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

_LONDON = ZoneInfo("Europe/London")
_KIB = 1024


def london_day(now: datetime) -> date:
    """The date on the council's wall calendar at this moment."""
    return now.astimezone(_LONDON).date()


def day_in_words(day: date) -> str:
    """24 November 2026 (https://www.gov.uk/guidance/style-guide/a-to-z#dates)."""
    return f"{day.day} {day:%B %Y}"


def moment_in_words(moment: datetime) -> str:
    """24 November 2026 at 3:05pm, on the council's clock."""
    local = moment.astimezone(_LONDON)
    half = "am" if local.hour < 12 else "pm"  # noqa: PLR2004 - noon
    return f"{day_in_words(local.date())} at {local.hour % 12 or 12}:{local.minute:02d}{half}"


def days_left(target: date, on: date) -> str:
    """How long there is: "today", "3 days left", "1 day late"."""
    days = (target - on).days
    if days == 0:
        return "today"
    count = f"{abs(days)} day{'' if abs(days) == 1 else 's'}"
    return f"{count} left" if days > 0 else f"{count} late"


def pounds(pence: int) -> str:
    """£1,234.50; a credit has a minus sign before the £."""
    sign = "\N{MINUS SIGN}" if pence < 0 else ""
    return f"{sign}£{abs(pence) // 100:,}.{abs(pence) % 100:02d}"


def size_in_words(count: int) -> str:
    """Write a file's size in bytes as people do: 340 KB, 2.1 MB."""
    if count < _KIB:
        return f"{count} bytes"
    if count < _KIB * _KIB:
        return f"{count / _KIB:.0f} KB"
    return f"{count / _KIB / _KIB:.1f} MB"
