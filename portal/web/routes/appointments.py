"""An appointment by its secret link: seen, moved, cancelled; and the list officers look at."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal.accounts.permissions import Permission
from portal.core.errors import Conflict, Missing, SlotTaken
from portal.forms.calendars import Slot
from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.appointment import AppointmentSettings, offered_now, taken
from portal.forms.fields.base import Asking, FieldError, Question, Raw, Unfinished
from portal.submissions.rebooking import (
    Appointment,
    booked_slots,
    cancel,
    find_appointment,
    free_for,
    known_calendars,
    move,
)
from portal.web.dependencies import Asks, InHouse, PostedForm
from portal.web.rendering import go_to
from portal.web.security import script_free_policy
from portal.web.staff_door import staff_route
from portal.web.views import QuestionView

router = APIRouter(include_in_schema=False)
officers = APIRouter(include_in_schema=False, route_class=staff_route(Permission.HELP_RESIDENTS))


@router.get("/appointments/{token}.ics")
def download(house: InHouse, token: str) -> Response:
    """The appointment for the resident's own calendar (RFC 5545)."""
    found = find_appointment(house.following_up, token, house.clock())
    if found.is_cancelled:
        raise Missing(token)
    return Response(
        _icalendar(found, house.clock()),
        media_type="text/calendar; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="appointment.ics"'},
    )


@router.get("/appointments/{token}")
def show(request: Request, house: InHouse, asks: Asks, token: str, done: str = "") -> Response:
    """When it is, and the way to move or cancel it."""
    del asks
    found = find_appointment(house.following_up, token, house.clock())
    is_told = done == ("cancelled" if found.is_cancelled else "moved")
    return _page(request, house, "appointments/show.html", found, token, is_told=is_told)


@router.get("/appointments/{token}/move")
def offer_to_move(request: Request, house: InHouse, asks: Asks, token: str) -> Response:
    """Choose another slot."""
    del asks
    found = find_appointment(house.following_up, token, house.clock())
    if not found.may_change:
        return go_to(f"/appointments/{token}")
    return _choices(request, house, found, token, {})


@router.post("/appointments/{token}/move")
def move_it(
    request: Request, house: InHouse, asks: Asks, token: str, posted: PostedForm
) -> Response:
    """Move it to the slot chosen; or show the choices again with what is wrong."""
    del asks
    found = find_appointment(house.following_up, token, house.clock())
    if not found.may_change:
        return go_to(f"/appointments/{token}")
    question, raw = _question(house, found), posted.values
    free = free_for(house.following_up, found, house.clock())
    asking = Asking(
        house.today().on, house.filling.gazetteer, lambda _id: None, free=lambda _c, _q: free
    )
    outcome = FIELD_TYPES["appointment"].parse(question, raw, asking)
    if isinstance(outcome, Unfinished):
        return _choices(request, house, found, token, raw)
    if not isinstance(outcome, Slot):
        errors: tuple[FieldError, ...] = outcome or ()
        return _choices(request, house, found, token, raw, errors)
    try:
        move(house.following_up, token, outcome, house.clock())
    except SlotTaken:
        return _choices(request, house, found, token, raw, (taken(question, outcome),))
    except Conflict:
        return go_to(f"/appointments/{token}")
    return go_to(f"/appointments/{token}?done=moved")


@router.get("/appointments/{token}/cancel")
def ask_to_cancel(request: Request, house: InHouse, asks: Asks, token: str) -> Response:
    """Ask whether it is really to be cancelled, and say what becomes of the money."""
    del asks
    found = find_appointment(house.following_up, token, house.clock())
    if not found.may_change:
        return go_to(f"/appointments/{token}")
    return _page(request, house, "appointments/cancel.html", found, token)


@router.post("/appointments/{token}/cancel")
def cancel_it(house: InHouse, token: str, posted: PostedForm) -> Response:
    """Cancel it."""
    del posted
    try:
        cancel(house.following_up, token, house.clock())
    except Conflict:
        return go_to(f"/appointments/{token}")
    return go_to(f"/appointments/{token}?done=cancelled")


@officers.get("/staff/appointments")
def list_booked(request: Request, house: InHouse, calendar: str = "") -> Response:
    """What is booked in a calendar, day by day."""
    names = known_calendars(house.transactions, house.diary, house.clock())
    name = calendar if calendar in names else (*names, "")[0]
    known = house.diary.calendars()
    return house.pages.answer(
        request,
        "staff/appointments.html",
        calendars=[(each, known[each].label("en") if each in known else each) for each in names],
        chosen=name,
        is_gone=bool(name) and name not in known,
        slots=booked_slots(house.transactions, house.diary, name, house.clock()),
        page_title="Appointments",
    )


def _question(house: InHouse, found: Appointment) -> Question:
    language = found.definition.language
    return Question(
        "slot",
        house.pages.say("appointment_move_title", language),
        "appointment",
        about="another day" if language == "en" else "",
        settings=AppointmentSettings(found.calendar),
        language=language,
    )


def _choices(  # the choices, and what came of one
    request: Request,
    house: InHouse,
    found: Appointment,
    token: str,
    raw: Raw,
    errors: tuple[FieldError, ...] = (),
) -> Response:
    question = _question(house, found)
    free = free_for(house.following_up, found, house.clock())
    view = QuestionView(
        question,
        raw,
        {error.input: error.message for error in errors},
        is_heading=True,
        offered=offered_now(question, raw, free),
    )
    return _page(
        request,
        house,
        "appointments/move.html",
        found,
        token,
        status=422 if errors else 200,
        view=view,
        errors=errors,
        has_errors=bool(errors),
    )


def _page(
    request: Request,
    house: InHouse,
    template: str,
    found: Appointment,
    token: str,
    *,
    status: int = 200,
    **facts: object,
) -> Response:
    # Its language is the one it was sent in: a link to another would forget the secret address.
    definition = replace(found.definition, translations={})
    return house.pages.answer(
        request,
        template,
        status=status,
        policy=script_free_policy(),
        form=definition,
        appointment=found,
        path=f"/appointments/{token}",
        **facts,
    )


def _icalendar(found: Appointment, now: datetime) -> str:
    if found.minutes == 0:
        begins = f"DTSTART;VALUE=DATE:{found.slot.day:%Y%m%d}"
        ends = f"DTEND;VALUE=DATE:{found.slot.day + timedelta(days=1):%Y%m%d}"
    else:
        begins = f"DTSTART:{_moment(found.slot.begins)}"
        ends = f"DTEND:{_moment(found.slot.begins + timedelta(minutes=found.minutes))}"
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Portal//Appointments//EN",
        "BEGIN:VEVENT",
        f"UID:{found.id}@portal",
        f"DTSTAMP:{_moment(now)}",
        begins,
        ends,
        *_folded(f"SUMMARY:{_escaped(found.definition.title)}"),
        *_folded(f"DESCRIPTION:{_escaped(found.reference)}"),
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "\r\n".join(lines) + "\r\n"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return " ".join(plain.split())


def _folded(line: str) -> list[str]:
    """Lines of at most 75 bytes; one that goes on begins with a space."""
    parts, part = list[str](), ""
    for character in line:
        if len(f"{part}{character}".encode()) > 74:  # noqa: PLR2004  # RFC 5545, 3.1
            parts.append(part)
            part = " "
        part += character
    return [*parts, part]
