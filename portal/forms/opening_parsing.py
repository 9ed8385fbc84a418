"""Reads `open:` of a form: days and times are the council's (Europe/London)."""

import re
from datetime import UTC, date, datetime, time, timedelta

from portal.core.dates import LONDON, council_day
from portal.forms.language import OPEN
from portal.forms.opening import ALWAYS, Opening
from portal.forms.reader import Reader

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?: ([01]\d|2[0-3]):([0-5]\d))?", re.ASCII)
_LONGEST_YEAR = 9000


def parse_opening(form: Reader) -> Opening:
    """The opening window; one that is always open when there is none."""
    written = form.inside("open", OPEN)
    if written is None or not written.is_mapping:
        return ALWAYS
    start, end = _moment(written, "from"), _moment(written, "until", is_end=True)
    at_most = written.number("at_most")
    if at_most == 0:
        written.error("at_most", "F075", "at_most must be 1 or more")
    if start is not None and end is not None and end <= start:
        written.error("until", "F072", "the form would close before it opens")
    if not {"from", "until", "at_most"} & written.raw.keys():
        cure = "Add from, until or at_most."
        written.error("", "F076", "nothing here ever closes the form", cure)
    return Opening(start, end, _grace(written, end), at_most, written.text("closed"))


def _grace(written: Reader, end: datetime | None) -> datetime | None:
    grace = _moment(written, "grace", is_end=True)
    if "until" not in written.raw and "grace" in written.raw:
        written.error("grace", "F074", "grace needs until", "It says how long after the end.")
    if end is None:
        return None
    if grace is not None and grace < end:
        written.error("grace", "F073", "the grace would end before the form closes")
    return grace or _midnight_after(council_day(end - timedelta(microseconds=1)))


def _moment(written: Reader, key: str, *, is_end: bool = False) -> datetime | None:
    """A moment in UTC. A day alone is its first moment, or as an end the first moment after it."""
    if key not in written.raw:
        return None
    text = written.text(key)
    match = _MOMENT.fullmatch(text)
    day = _day(match[1]) if match else None
    if match is None or day is None:
        cure = "Write it like 2026-12-01 or 2026-12-01 09:00."
        written.error(key, "F070", f"{text!r} is not a day, or a day and a time", cure)
        return None
    if match[2] is None:
        return _midnight_after(day) if is_end else _midnight(day)
    # Of the two half past ones of an autumn night a start is the first and an end the second.
    local = datetime.combine(day, time(int(match[2]), int(match[3])), LONDON).replace(fold=is_end)
    moment = local.astimezone(UTC)
    if moment.astimezone(LONDON).replace(fold=0) != local.replace(fold=0):
        cure = "The clocks go forward in that hour: choose the hour before or after."
        written.error(key, "F071", f"there is no {match[2]}:{match[3]} on that day", cure)
        return None
    return moment


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year < _LONGEST_YEAR else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def _midnight_after(day: date) -> datetime:
    return _midnight(day + timedelta(days=1))
