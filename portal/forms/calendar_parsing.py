"""Reads `_calendars.yml`: when there are appointments, how many, and until when they may change."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from portal.core.shapes import is_list, is_mapping
from portal.forms.calendars import WHOLE_DAY, Calendar, OpenDay, Span
from portal.forms.language import CALENDAR, CALENDARS, EXTRA_DAY
from portal.forms.reader import PAGE_NAME, Reader, nearest
from portal.forms.source import Finding, Path, Source, read_source
from portal.forms.translations import CALENDAR_TEXTS, in_language, languages_of

CALENDARS_FILE = "_calendars.yml"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIOD = re.compile(r"([01]\d|2[0-3]):([0-5]\d) to ([01]\d|2[0-3]|24):([0-5]\d)", re.ASCII)
_SPAN = re.compile(r"(\d{1,3}) (working day|day|week|hour|minute)s?", re.ASCII)
_UNITS = {
    "working day": ("working days", 1),
    "day": ("days", 1),
    "week": ("days", 7),
    "hour": ("minutes", 60),
    "minute": ("minutes", 1),
}
_ALL_DAY = "all day"
_MINUTES_A_DAY = 24 * 60
_FURTHEST = 400
_LONGEST_HOLD = 24 * 60
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Calendars:
    """The calendars of one file."""

    by_name: Mapping[str, Calendar] = field(default_factory=dict[str, Calendar])
    """Those that can be read."""
    names: tuple[str, ...] = ()
    """Of all, those with a slip in them too."""
    findings: tuple[Finding, ...] = ()


def parse_calendars(text: str, file: str = CALENDARS_FILE) -> Calendars:
    """Read the file; a slip in one calendar takes no other down. An empty file has none."""
    if not text.strip():
        return Calendars()
    source = read_source(file, text)
    if source.value is None:
        return Calendars(findings=tuple(source.findings))
    sources = {
        language: in_language(source, CALENDAR_TEXTS, language, must_have=True)
        for language in languages_of(source)
    }
    names = tuple(Reader(sources["en"], (), CALENDARS).mapping("calendars"))
    found: dict[str, Calendar] = {}
    for name in names:
        before = len(source.findings)
        calendar = _calendar(sources["en"], name)
        if calendar is not None and len(source.findings) == before and not _has_slip(source, name):
            found[name] = replace(
                calendar,
                labels=_texts(sources, name, "label"),
                if_cancelled=_texts(sources, name, "if_cancelled"),
            )
    return Calendars(found, names, tuple(sorted(set(source.findings))))


def _has_slip(source: Source, name: str) -> bool:
    """Whether something was found in its texts, which are read before all else."""
    lines = {at[0] for path, at in source.positions.items() if path[:2] == ("calendars", name)}
    return any(finding.line in lines for finding in source.findings)


def _texts(sources: Mapping[str, Source], name: str, key: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for language, source in sources.items():
        written: Any = source.value["calendars"][name]
        text = written.get(key) if is_mapping(written) else None
        if isinstance(text, str):
            texts[language] = text.strip()
    return texts


def check_uses(source: Source, calendars: Calendars | None, within: Iterable[Path] = ((),)) -> None:
    """Note every question of a file that names a calendar there is not.

    `within` are the beginnings of the paths to look at. None for calendars: nothing is known of
    them, and nothing noted.
    """
    if calendars is None:
        return
    for path, scalar in uses_of(source):
        name = scalar.strip()
        if name in calendars.names or not any(path[: len(part)] == part for part in within):
            continue
        known = ", ".join(calendars.names) or "none"
        cure = nearest(name, calendars.names) or f"It has: {known}."
        source.error(path, "A010", f"{CALENDARS_FILE} has no calendar called {name}", cure)


def uses_of(source: Source) -> Iterator[tuple[Path, str]]:
    """Every place where a question names a calendar: its path, and the name."""
    for path, scalar in source.scalars.items():
        if path[-1:] == ("calendar",) and path[-3:-2] == ("questions",):
            yield path, scalar.value


def _calendar(source: Source, name: str) -> Calendar | None:
    if not PAGE_NAME.fullmatch(name):
        cure = "Use small letters, digits and hyphens, beginning with a letter."
        source.error(
            ("calendars", name), "A001", f"{name!r} cannot be the name of a calendar", cure
        )
    calendar = Reader(source, ("calendars", name), CALENDAR)
    if not calendar.is_mapping:
        return None
    minutes = _slot(calendar)
    capacity = _capacities(calendar, "capacity")
    week = _week(calendar, minutes, capacity)
    closed = tuple(_closed(calendar))
    made = Calendar(
        name=name,
        minutes=minutes,
        week=week,
        horizon=_days(calendar, "horizon"),
        notice=_span(calendar, "notice"),
        change=_span(calendar, "change"),
        hold=_hold(calendar),
        closed=closed,
        extra=_extra(calendar, minutes, capacity, closed),
        works_on_bank_holidays=calendar.flag("bank_holidays"),
    )
    if made.notice.unit == "days" and made.horizon and made.notice.count > made.horizon:
        calendar.error("notice", "A009", "the notice is longer than one can book ahead")
    return made


def _slot(calendar: Reader) -> int:
    """The length of a slot in minutes; 0 for whole days."""
    written = calendar.text("slot")
    match = _SPAN.fullmatch(written)
    if written in ("whole day", ""):
        return 0
    unit, many = _UNITS[match[2]] if match else ("", 0)
    minutes = int(match[1]) * many if match and unit == "minutes" else 0
    if not 0 < minutes <= _MINUTES_A_DAY:
        cure = "Write it like 30 minutes, 2 hours or whole day."
        calendar.error("slot", "A002", f"{written!r} is not the length of a slot", cure)
        return 0
    return minutes


def _weekdays(reader: Reader, key: str, written: str) -> tuple[int, ...]:
    """monday, or monday to friday."""
    first, _, last = written.partition(" to ")
    for day in (first, last or first):
        if day not in WEEKDAYS:
            cure = nearest(day, WEEKDAYS) or "Write it like monday, or monday to friday."
            path = (*reader.path, key, written)
            reader.source.error(path, "A003", f"{day!r} is not a day of the week", cure)
            return ()
    numbers = tuple(range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1))
    if not numbers:
        path = (*reader.path, key, written)
        reader.source.error(
            path, "A003", f"{written!r} runs backwards", "The week begins on monday."
        )
    return numbers


def _capacities(reader: Reader, key: str) -> Mapping[int, int]:
    """Weekday → how many of each slot. One number is for every day."""
    value = reader.raw.get(key)
    if not is_mapping(value):
        number = reader.number(key)
        if number is not None and not 1 <= number <= _MOST:
            reader.error(key, "A004", f"{key} must be from 1 to {_MOST:,}")
        return dict.fromkeys(range(7), number or 0)
    capacity: dict[int, int] = {}
    inside = Reader(reader.source, (*reader.path, key))
    for written in value:
        number = inside.number(written)
        if number is not None and not 1 <= number <= _MOST:
            inside.error(written, "A004", f"{key} must be from 1 to {_MOST:,}")
        for weekday in _weekdays(reader, key, written):
            capacity[weekday] = number or 0
    return capacity


def _week(calendar: Reader, minutes: int, capacity: Mapping[int, int]) -> dict[int, OpenDay]:
    week: dict[int, OpenDay] = {}
    inside = Reader(calendar.source, (*calendar.path, "open")) if "open" in calendar.raw else None
    for written in inside.raw if inside is not None else ():
        starts = _starts(inside, written, minutes) if inside is not None else ()
        for weekday in _weekdays(calendar, "open", written):
            if weekday in week:
                said = f"{WEEKDAYS[weekday]} is opened twice"
                calendar.source.error((*calendar.path, "open", written), "A003", said)
            if starts and weekday not in capacity:
                said = f"capacity says nothing of {WEEKDAYS[weekday]}"
                calendar.error(
                    "capacity", "A004", said, "Say how many there are on every open day."
                )
            week[weekday] = OpenDay(starts, capacity.get(weekday, 0))
    return week


def _starts(reader: Reader, key: str, minutes: int) -> tuple[int, ...]:
    """When the slots of a day start."""
    written = reader.text(key)
    if minutes == 0:
        if written != _ALL_DAY:
            cure = "Write all day, or give `slot:` a length such as 30 minutes."
            reader.error(key, "A005", f"{written!r} does not open a whole day", cure)
        return (WHOLE_DAY,)
    starts: list[int] = []
    end_before = -1
    for period in (part.strip() for part in written.split(",")):
        match = _PERIOD.fullmatch(period)
        begins, ends = (
            (int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4]))
            if match
            else (0, 0)
        )
        if match is None or ends > _MINUTES_A_DAY:
            cure = "Write them like 09:00 to 12:30, 13:30 to 17:00."
            reader.error(key, "A006", f"{period!r} is not opening hours", cure)
            return tuple(starts)
        if begins < end_before:
            reader.error(key, "A006", f"{period} begins before the hours before it end")
        if begins + minutes > ends:
            reader.error(key, "A006", f"{period} is too short for one slot")
        starts.extend(range(begins, ends - minutes + 1, minutes))
        end_before = ends
    return tuple(starts)


def _closed(calendar: Reader) -> Iterator[tuple[date, date]]:
    value = calendar.raw.get("closed", [])
    if not is_list(value):
        calendar.words("closed")  # it says what is wrong
        return
    for number, written in enumerate(value):
        first, _, last = str(written).partition(" to ")
        days = _day(first), _day(last or first)
        if days[0] is None or days[1] is None or days[1] < days[0]:
            cure = "Write it like 2026-12-24, or 2026-12-24 to 2027-01-01."
            calendar.error_in("closed", number, "A007", f"{written!r} is not a day, or days", cure)
            continue
        yield days[0], days[1]


def _day(written: str) -> date | None:
    try:
        day = date.fromisoformat(written.strip())
    except ValueError:
        return None
    return day if day.isoformat() == written.strip() else None


def _extra(
    calendar: Reader,
    minutes: int,
    capacity: Mapping[int, int],
    closed: tuple[tuple[date, date], ...],
) -> dict[date, OpenDay]:
    extra: dict[date, OpenDay] = {}
    for item in calendar.each("extra", EXTRA_DAY):
        day = item.date("on")
        starts = _starts(item, "open", minutes) if "open" in item.raw else ()
        if day is None:
            continue
        if day in extra or any(first <= day <= last for first, last in closed):
            item.error("on", "A008", f"{day.isoformat()} is listed twice", "Keep one of the two.")
        many = item.number("capacity") if "capacity" in item.raw else capacity.get(day.weekday())
        if not many:
            said = f"there is no capacity for {day.isoformat()}"
            item.error("capacity", "A004", said, "Add capacity: 1, or more.")
        extra[day] = OpenDay(starts, many or 0)
    return extra


def _span(calendar: Reader, key: str) -> Span:
    if key not in calendar.raw:
        return Span(0, "minutes")
    match = _SPAN.fullmatch(calendar.text(key))
    if match is None:
        cure = "Write it like 3 working days, 2 days or 24 hours."
        said = f"{calendar.text(key)!r} is not a length of time"
        calendar.error(key, "A011", said, cure)
        return Span(0, "minutes")
    unit, many = _UNITS[match[2]]
    return Span(int(match[1]) * many, unit)


def _days(calendar: Reader, key: str) -> int:
    """A length of time in days."""
    match = _SPAN.fullmatch(calendar.text(key))
    unit, many = _UNITS[match[2]] if match else ("", 0)
    days = int(match[1]) * many if match and unit == "days" else 0
    if calendar.text(key) and not 1 <= days <= _FURTHEST:
        cure = f"Write it like 60 days or 8 weeks; {_FURTHEST} days are the most."
        calendar.error(key, "A012", f"{key} must be a number of days or weeks", cure)
    return days


def _hold(calendar: Reader) -> timedelta:
    if "hold" not in calendar.raw:
        return timedelta(minutes=30)
    match = _SPAN.fullmatch(calendar.text("hold"))
    unit, many = _UNITS[match[2]] if match else ("", 0)
    minutes = int(match[1]) * many if match and unit == "minutes" else 0
    if not 1 <= minutes <= _LONGEST_HOLD:
        cure = "Write it like 30 minutes; 24 hours are the most."
        calendar.error("hold", "A013", "a hold must be a number of minutes or hours", cure)
    return timedelta(minutes=minutes)
