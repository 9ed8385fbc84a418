"""The officers' screens: queues, lists, search, the case page and its two forms. No script.

Forms are safe against other sites because a browser says where a form was sent from: `Origin`
must name us (or `Sec-Fetch-Site` say same-origin). There is no cookie a forger could ride on.
"""

import secrets
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from portal.crm.api import file_answer
from portal.crm.case import Case, Status, read_number
from portal.crm.content import LONGEST_TEXT, NewNote
from portal.crm.days import london_day
from portal.crm.office import InOffice, Office, attachment_or_404, case_or_404
from portal.crm.once import Call, do_once
from portal.crm.problems import Problem, missing
from portal.crm.records import Records, Wanted
from portal.crm.rendering import TEMPLATES, render
from portal.crm.views import CaseView, view_case

router = APIRouter(include_in_schema=False)

_BY_SCREEN = "Officer"
_PAGE = 25
_NEWEST = 10
_LONGEST_SEARCH = 200
_SAID = {"note": "Note added", "status": "Status changed"}


def _check_origin(office: InOffice, request: Request) -> None:
    """Refuse a form sent from another site (OWASP: verifying origin with standard headers)."""
    origin = request.headers.get("origin")
    ours = {request.headers.get("host"), urlsplit(office.settings.public_url or "").netloc}
    if origin is None:
        is_ours = request.headers.get("sec-fetch-site") == "same-origin"
    else:
        is_ours = origin != "null" and urlsplit(origin).netloc in ours - {"", None}
    if not is_ours:
        raise Problem(403, "refused", "The form was not sent from this site. Open the case again.")


async def _typed(request: Request) -> dict[str, str]:
    """Read the posted form."""
    form = await request.form(max_files=0, max_fields=20)
    return {name: value for name, value in form.items() if isinstance(value, str)}


Typed = Annotated[dict[str, str], Depends(_typed)]


@router.get("/crm.css")
def style() -> FileResponse:
    """The screens' one style sheet."""
    return FileResponse(TEMPLATES / "crm.css", headers={"Cache-Control": "max-age=300"})


@router.get("/icon.svg")
def icon() -> FileResponse:
    """The little picture on a browser's tab."""
    return FileResponse(TEMPLATES / "icon.svg", headers={"Cache-Control": "max-age=86400"})


@router.get("/")
def show_queues(office: InOffice, request: Request) -> HTMLResponse:
    """Show the queues with their counts, and the newest cases."""
    with office.store.reading() as records:
        queues = records.queues()
        newest = records.list_cases(Wanted(newest_first=True, top=_NEWEST))
        return render(
            request, "queues.html", queues=queues, cases=newest, names=_names(records),
            on=london_day(records.now),
        )  # fmt: skip


@router.get("/search")
def search(office: InOffice, request: Request, q: str = "", before: str = "") -> HTMLResponse:
    """Find cases by reference, subject or customer."""
    words = q.strip()[:_LONGEST_SEARCH]
    with office.store.reading() as records:
        found, older = _page_of(records, Wanted(words=words), before) if words else ([], None)
        return render(
            request, "search.html", q=words, cases=found, older=older, before=before,
            names=_names(records), on=london_day(records.now),
        )  # fmt: skip


@router.get("/queues/{slug}")
def show_queue(
    office: InOffice, request: Request, slug: str, status: str = "", before: str = ""
) -> HTMLResponse:
    """Show the cases of one queue, newest first."""
    chosen = Status(status) if status in set(Status) else None
    with office.store.reading() as records:
        queue = next((queue for queue in records.queues() if queue.slug == slug), None)
        if queue is None:
            raise missing("queue", slug)
        cases, older = _page_of(records, Wanted(queue=slug, status=chosen), before)
        return render(
            request, "queue.html", queue=queue, cases=cases, older=older, before=before,
            names=_names(records), on=london_day(records.now), chosen=chosen, statuses=Status,
        )  # fmt: skip


def _names(records: Records) -> dict[str, str]:
    return {queue.slug: queue.name for queue in records.queues()}


def _page_of(records: Records, wanted: Wanted, before: str) -> tuple[list[Case], str | None]:
    """One page, newest first, and the number older ones are found before."""
    asked = Wanted(
        queue=wanted.queue,
        status=wanted.status,
        words=wanted.words,
        after=read_number(before),
        newest_first=True,
        top=_PAGE + 1,
    )
    found = records.list_cases(asked)
    return found[:_PAGE], found[_PAGE - 1].number if len(found) > _PAGE else None


@router.get("/cases/{number}")
def show_case(office: InOffice, request: Request, number: str, done: str = "") -> HTMLResponse:
    """Show one case."""
    return _case_page(office, request, number, said=_SAID.get(done, ""))


def _case_page(
    office: Office,
    request: Request,
    number: str,
    *,
    status: int = 200,
    **shown: Any,  # noqa: ANN401 - what the template takes
) -> HTMLResponse:
    with office.store.reading() as records:
        view = _view(records, case_or_404(records, number))
        queue = _names(records)[view.case.content.queue]
        on: date = london_day(records.now)
    known: dict[str, Any] = {"said": "", "mistake": "", "typed": {}, **shown}
    return render(
        request, "case.html", status=status, view=view, queue_name=queue, on=on, statuses=Status,
        once=secrets.token_urlsafe(16), **known,
    )  # fmt: skip


def _view(records: Records, case: Case) -> CaseView:
    return view_case(
        case,
        records.attachments(case.seq),
        records.notes(case.seq),
        records.history(case.seq),
        london_day(records.now),
    )


@router.post("/cases/{number}/notes", dependencies=[Depends(_check_origin)])
def add_note(office: InOffice, request: Request, number: str, typed: Typed) -> Response:
    """Add a note, and show the case again; a second press of the button adds nothing."""
    try:
        note = NewNote(
            text=typed.get("text", ""), author=_BY_SCREEN, public=typed.get("public") == "yes"
        )
    except ValidationError as error:
        return _case_page(
            office, request, number, status=422, mistake=_mistake(error), field="text",
            typed=typed,
        )  # fmt: skip

    def add(records: Records) -> dict[str, Any]:
        return {"note": records.add_note(case_or_404(records, number), note).seq}

    return _do(office, request, number, typed, add, done="note")


def _mistake(error: ValidationError) -> str:
    """Say what is wrong with a note in an officer's words."""
    match error.errors()[0]["type"]:
        case "string_too_short":
            return "Enter the note"
        case "string_too_long":
            return f"The note must be {LONGEST_TEXT:,} characters or fewer"
        case _:
            return "The note must not contain control characters"


@router.post("/cases/{number}/status", dependencies=[Depends(_check_origin)])
def change_status(office: InOffice, request: Request, number: str, typed: Typed) -> Response:
    """Change the status, and show the case again."""
    wanted = typed.get("status", "")
    if wanted not in set(Status):
        return _case_page(
            office, request, number, status=422, mistake="Choose a status", field="status",
            typed=typed,
        )  # fmt: skip

    def change(records: Records) -> dict[str, Any]:
        records.set_status(case_or_404(records, number), Status(wanted), by=_BY_SCREEN)
        return {"status": wanted}

    return _do(office, request, number, typed, change, done="status")


def _do(
    office: Office,
    request: Request,
    number: str,
    typed: dict[str, str],
    deed: Callable[[Records], dict[str, Any]],
    *,
    done: str,
) -> Response:
    """Do a form's deed once per showing of the form, then go back to the case."""
    said = {name: text for name, text in typed.items() if name != "once"}
    key = f"form:{typed['once']}"[:255] if typed.get("once") else None
    with office.store.transaction() as records:
        do_once(records, Call(f"FORM {number} {done}", said, key), lambda: deed(records))
    root = request.scope["root_path"].rstrip("/")
    return RedirectResponse(f"{root}/cases/{number}?done={done}", 303)


@router.get("/cases/{number}/attachments/{attachment}")
def download(office: InOffice, number: str, attachment: str) -> FileResponse:
    """Download a file."""
    with office.store.reading() as records:
        found = attachment_or_404(records, case_or_404(records, number), attachment)
    return file_answer(office, found)


@router.get("/cases/{number}/attachments/{attachment}/thumbnail")
def show_thumbnail(office: InOffice, number: str, attachment: str) -> FileResponse:
    """Show an image small, redrawn by us."""
    with office.store.reading() as records:
        found = attachment_or_404(records, case_or_404(records, number), attachment)
    path = office.files.thumbnail_path(found.sha256)
    if not found.has_thumbnail or not path.exists():
        raise missing("picture of", attachment)
    return FileResponse(path, headers={"Cache-Control": "private, max-age=3600"})


def problem_page(request: Request, problem: Problem) -> HTMLResponse:
    """Say what is wrong, to a person."""
    page = render(
        request, "problem.html", status=problem.status, detail=problem.detail,
        title="Page not found" if problem.kind == "not-found" else "Something is wrong",
    )  # fmt: skip
    page.headers.update(problem.headers)
    return page
