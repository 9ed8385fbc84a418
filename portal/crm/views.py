"""Puts cases into the order an officer reads them in. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from portal.crm.case import Attachment, Case, Deed, Event, Note
from portal.crm.content import Answer, Location


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """The answers given on one page of the form."""

    title: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of "what happened", newest first on the page."""

    title: str
    by: str
    at: datetime
    text: str = ""
    public: bool = False
    is_note: bool = False


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything the case page shows."""

    case: Case
    is_overdue: bool
    pages: tuple[AnswerPage, ...]
    places: tuple[tuple[str, str], ...]
    """What is known of the location, each with its label."""
    attachments: tuple[Attachment, ...]
    asked: dict[str, str]
    """Each question's name and its words."""
    happenings: tuple[Happening, ...]


def view_case(
    case: Case,
    attachments: Sequence[Attachment],
    notes: Sequence[Note],
    events: Sequence[Event],
    on: date,
) -> CaseView:
    """Prepare one case for its page."""
    by_number = {str(note.seq): note for note in notes}
    return CaseView(
        case=case,
        is_overdue=case.is_overdue(on),
        pages=tuple(group_answers(case.content.answers)),
        places=tuple(_places(case.content.location)),
        attachments=tuple(attachments),
        asked={answer.question: answer.label for answer in case.content.answers},
        happenings=tuple(_happening(event, by_number) for event in reversed(events)),
    )


def group_answers(answers: Sequence[Answer]) -> list[AnswerPage]:
    """Group answers by the page they were given on, in the order they came."""
    return [
        AnswerPage(title=in_page[0].page_title or words_of(page), answers=in_page)
        for page, group in groupby(answers, key=lambda answer: answer.page)
        if (in_page := tuple(group))
    ]


def words_of(slug: str) -> str:
    """Read a slug as words: `your-details` is "Your details"."""
    words = " ".join(slug.replace("-", " ").replace("_", " ").split())
    return words[:1].upper() + words[1:]


def _places(location: Location | None) -> list[tuple[str, str]]:
    if location is None:
        return []
    known = [
        ("Address", location.address),
        ("UPRN", location.uprn),
        ("USRN", location.usrn),
        ("Easting, northing", _pair(location.easting, location.northing, decimals=1)),
        ("Latitude, longitude", _pair(location.lat, location.lon, decimals=6)),
    ]
    return [(label, value) for label, value in known if value]


def _pair(first: float | None, second: float | None, *, decimals: int) -> str | None:
    """Write coordinates as precisely as they mean anything: 10 cm in both systems."""
    if first is None or second is None:
        return None
    short = [f"{number:.{decimals}f}".rstrip("0").rstrip(".") for number in (first, second)]
    return ", ".join(short)


def _happening(event: Event, notes: dict[str, Note]) -> Happening:
    if event.deed is Deed.NOTE_ADDED:
        note = notes[event.detail["note"]]
        return Happening("Note", note.author, event.at, note.text, note.public, is_note=True)
    return Happening(_title(event), event.by, event.at)


def _title(event: Event) -> str:
    match event.deed:
        case Deed.STATUS_CHANGED:
            return f"Status changed from {event.detail['was']} to {event.detail['now']}"
        case Deed.ATTACHMENT_ADDED:
            return f"File added: {event.detail['file_name']}"
        case Deed.CREATED | Deed.NOTE_ADDED:
            return "Case opened"
