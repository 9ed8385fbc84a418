"""The API at /api/v1: cases in, status out. JSON, a bearer token, problem details for errors."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Header, Query, Request, Response, UploadFile
from fastapi.responses import FileResponse, JSONResponse
from pydantic import AwareDatetime, StringConstraints

from portal.crm.case import Attachment, Case, Status, read_number
from portal.crm.content import CaseContent, Incoming, Long, NewNote, drop_unknown, lose
from portal.crm.files import FileLabel, safe_file_name, safe_media_type
from portal.crm.gate import FILE_POLICY
from portal.crm.office import InOffice, Office, attachment_or_404, case_or_404, check_token
from portal.crm.once import Answered, Call, do_once
from portal.crm.problems import Problem, invalid
from portal.crm.records import Records, Wanted
from portal.crm.shapes import (
    AttachmentShape,
    CaseCreated,
    CaseList,
    CaseShape,
    History,
    NoteAdded,
    QueueList,
    StatusShape,
    show_attachment,
    show_case,
    show_event,
    show_note,
    show_queue,
    summarise,
)

router = APIRouter(prefix="/api/v1", dependencies=[Depends(check_token)])

_BY_API = "API"
Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="Sent again with the same body: done once only."),
]
_REPLAYED: dict[int | str, dict[str, Any]] = {
    200: {"description": "The same key and body were sent before; this is that answer."},
    409: {"description": "The key was used for something else."},
}


class NewStatus(Incoming):
    """A change of status."""

    status: Status
    note: Long = ""


@router.post("/cases", status_code=201, response_model=CaseCreated, responses=_REPLAYED)
def create_case(office: InOffice, request: Request, body: CaseContent, key: Key = None) -> Response:
    """Open a case. Without an Idempotency-Key the same reference twice makes two cases."""
    call = Call("POST /cases", body.model_dump(mode="json"), key)
    ignored = drop_unknown(body)
    dropped: str | None = request.scope.get("crm.dropped")
    content = lose(body, dropped) if dropped else body
    with office.store.transaction() as records:
        answered = do_once(
            records, call, lambda: _create(records, content, office.address(request), ignored)
        )
    return _answer(answered, new_status=201)


def _create(
    records: Records, content: CaseContent, base: str, ignored: list[str]
) -> dict[str, Any]:
    case = records.add_case(content, by=content.officer or _BY_API)
    known = summarise(case, base).model_dump()
    return CaseCreated(**known, ignored=ignored).model_dump(mode="json")


@router.get("/cases")
def list_cases(
    office: InOffice,
    request: Request,
    *,
    external_reference: str | None = None,
    queue: str | None = None,
    status: Status | None = None,
    updated_since: Annotated[AwareDatetime | None, Query(description="RFC 3339.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(description="The `next` of the answer before.")] = None,
) -> CaseList:
    """List cases in the order of their numbers."""
    wanted = Wanted(
        external_reference=external_reference,
        queue=queue,
        status=status,
        updated_since=updated_since,
        after=_after(after),
        top=limit + 1,
    )
    with office.store.reading() as records:
        found = records.list_cases(wanted)
    shown = [summarise(case, office.address(request)) for case in found[:limit]]
    return CaseList(cases=shown, next=shown[-1].id if len(found) > limit else None)


def _after(number: str | None) -> int | None:
    if number is None:
        return None
    seq = read_number(number)
    if seq is None:
        raise invalid("after", "must be a case's id, like CRM-000123")
    return seq


@router.get("/cases/{id}")
def show_one_case(office: InOffice, request: Request, id: str) -> CaseShape:  # noqa: A002 - the API's word
    """Show a case in full: everything that was kept of what was sent."""
    with office.store.reading() as records:
        case = case_or_404(records, id)
        files, notes = records.attachments(case.seq), records.notes(case.seq)
    return show_case(case, files, notes, office.address(request))


@router.post(
    "/cases/{id}/attachments",
    status_code=201,
    response_model=AttachmentShape,
    responses={200: {"description": "This file was here already."}},
)
def attach(
    office: InOffice,
    request: Request,
    id: str,  # noqa: A002 - the API's word
    file: Annotated[UploadFile, File()],
    sha256: Annotated[str, Form(), StringConstraints(to_lower=True, pattern="^[0-9a-fA-F]{64}$")],
    question: Annotated[str, Form(max_length=255)] = "",
) -> Response:
    """Attach a file. The same bytes for the same question again: the same attachment, 200."""
    with office.store.reading() as records:
        case = case_or_404(records, id)
    label = FileLabel(
        question, safe_file_name(file.filename or ""), safe_media_type(file.content_type)
    )
    attachment, is_new = _keep_file(office, case, file, label, expected=sha256.lower())
    shape = show_attachment(attachment, case, office.address(request))
    return JSONResponse(shape.model_dump(mode="json"), 201 if is_new else 200)


def _keep_file(
    office: Office, case: Case, file: UploadFile, label: FileLabel, *, expected: str
) -> tuple[Attachment, bool]:
    """Put the bytes on the disk, then the record: a kill between leaves a file nobody names."""
    if (file.size or 0) > office.settings.max_attachment_bytes:
        raise Problem(413, "too-large", "The file is larger than this CRM takes.")
    stored = office.files.store(file.file, expected=expected)
    if stored is None:
        raise Problem(422, "checksum-mismatch", "The file's SHA-256 is not the one given.")
    with office.store.transaction() as records:
        return records.add_attachment(case, stored, label, by=_BY_API)


@router.get("/cases/{id}/attachments/{attachment_id}", response_class=FileResponse)
def download(office: InOffice, id: str, attachment_id: str) -> FileResponse:  # noqa: A002 - the API's word
    """Download a file."""
    with office.store.reading() as records:
        found = attachment_or_404(records, case_or_404(records, id), attachment_id)
    return file_answer(office, found)


def file_answer(office: Office, attachment: Attachment) -> FileResponse:
    """Give a stranger's file so that no browser runs it: as a download, unsniffed, in a sandbox."""
    return FileResponse(
        office.files.path(attachment.sha256),
        media_type=attachment.media_type,
        filename=attachment.file_name,
        content_disposition_type="attachment",
        headers={"Content-Security-Policy": FILE_POLICY},
    )


@router.post("/cases/{id}/notes", status_code=201, response_model=NoteAdded, responses=_REPLAYED)
def add_note(
    office: InOffice,
    id: str,  # noqa: A002 - the API's word
    body: NewNote,
    key: Key = None,
) -> Response:
    """Add a remark to a case."""
    call = Call(f"POST /cases/{id}/notes", body.model_dump(mode="json"), key)
    ignored = drop_unknown(body)

    def add(records: Records) -> dict[str, Any]:
        note = records.add_note(case_or_404(records, id), body)
        return NoteAdded(**dict(show_note(note)), ignored=ignored).model_dump(mode="json")

    with office.store.transaction() as records:
        answered = do_once(records, call, lambda: add(records))
    return _answer(answered, new_status=201)


@router.post("/cases/{id}/status", response_model=StatusShape, responses=_REPLAYED)
def change_status(
    office: InOffice,
    id: str,  # noqa: A002 - the API's word
    body: NewStatus,
    key: Key = None,
) -> Response:
    """Change a case's status, with a remark if there is one."""
    call = Call(f"POST /cases/{id}/status", body.model_dump(mode="json"), key)
    ignored = drop_unknown(body)

    def change(records: Records) -> dict[str, Any]:
        case = case_or_404(records, id)
        records.set_status(case, body.status, by=_BY_API, note=body.note)
        changed = case_or_404(records, id)
        return StatusShape(
            id=case.number, status=changed.status, updated_at=changed.updated_at, ignored=ignored
        ).model_dump(mode="json")

    with office.store.transaction() as records:
        answered = do_once(records, call, lambda: change(records))
    return _answer(answered, new_status=200)


@router.get("/cases/{id}/history")
def show_history(office: InOffice, id: str) -> History:  # noqa: A002 - the API's word
    """Show everything done to a case, oldest first."""
    with office.store.reading() as records:
        events = records.history(case_or_404(records, id).seq)
    return History(events=[show_event(event) for event in events])


@router.get("/queues")
def list_queues(office: InOffice) -> QueueList:
    """List the queues and how much is in each."""
    with office.store.reading() as records:
        return QueueList(queues=[show_queue(queue) for queue in records.queues()])


def _answer(answered: Answered, *, new_status: int) -> Response:
    if answered.replayed:
        return JSONResponse(answered.body, 200, {"Idempotent-Replayed": "true"})
    return JSONResponse(answered.body, new_status)
