"""The shapes of the API's answers, and how records are put into them."""

from datetime import date, datetime

from pydantic import AnyHttpUrl, BaseModel, Field

from portal.crm.case import Attachment, Case, Event, Note, Queue, Status
from portal.crm.content import CaseContent, Priority


class CaseCreated(BaseModel):
    """A new case."""

    id: str
    url: AnyHttpUrl
    external_reference: str
    queue: str
    status: Status
    created_at: datetime
    ignored: list[str] = Field(description="Keys of the body this CRM does not know and dropped.")


class CaseSummary(BaseModel):
    """A case in a list."""

    id: str
    url: AnyHttpUrl
    external_reference: str
    type: str
    queue: str
    status: Status
    priority: Priority
    subject: str
    target_date: date | None
    created_at: datetime
    updated_at: datetime


class CaseList(BaseModel):
    """Some cases, and where the list goes on."""

    cases: list[CaseSummary]
    next: str | None = Field(description="Give it as `after` to go on; null at the end.")


class AttachmentShape(BaseModel):
    """One file."""

    id: str
    url: AnyHttpUrl = Field(description="Where the API gives the bytes.")
    question: str
    file_name: str
    media_type: str
    size: int = Field(description="Bytes.")
    sha256: str
    created_at: datetime


class NoteShape(BaseModel):
    """One remark."""

    id: int
    text: str
    author: str
    public: bool
    created_at: datetime


class CaseShape(CaseContent):
    """A case in full: what was sent, and what has become of it."""

    id: str
    url: AnyHttpUrl
    status: Status
    created_at: datetime
    updated_at: datetime
    attachments: list[AttachmentShape]
    notes: list[NoteShape]


class EventShape(BaseModel):
    """One line of history."""

    at: datetime
    deed: str
    by: str
    detail: dict[str, str]


class History(BaseModel):
    """Everything done to a case, oldest first."""

    events: list[EventShape]


class StatusShape(BaseModel):
    """A case's status after a change."""

    id: str
    status: Status
    updated_at: datetime
    ignored: list[str]


class NoteAdded(NoteShape):
    """A remark just added."""

    ignored: list[str]


class QueueShape(BaseModel):
    """One queue."""

    slug: str
    name: str
    open: int
    overdue: int
    total: int


class QueueList(BaseModel):
    """Every queue."""

    queues: list[QueueShape]


class Health(BaseModel):
    """Whether the CRM works."""

    status: str


def summarise(case: Case, base: str) -> CaseSummary:
    """Put a case into a list; `base` is the address of this CRM, with a slash."""
    content = case.content
    return CaseSummary(
        id=case.number,
        url=AnyHttpUrl(f"{base}cases/{case.number}"),
        external_reference=content.external_reference,
        type=content.type,
        queue=content.queue,
        status=case.status,
        priority=content.priority,
        subject=content.subject,
        target_date=content.target_date,
        created_at=case.created_at,
        updated_at=case.updated_at,
    )


def show_case(case: Case, attachments: list[Attachment], notes: list[Note], base: str) -> CaseShape:
    """Put a whole case into words for machines."""
    return CaseShape.model_validate(
        {
            **case.content.model_dump(),
            "id": case.number,
            "url": f"{base}cases/{case.number}",
            "status": case.status,
            "created_at": case.created_at,
            "updated_at": case.updated_at,
            "attachments": [show_attachment(a, case, base) for a in attachments],
            "notes": [show_note(note) for note in notes],
        }
    )


def show_attachment(attachment: Attachment, case: Case, base: str) -> AttachmentShape:
    """Describe one file."""
    return AttachmentShape(
        id=attachment.number,
        url=AnyHttpUrl(f"{base}api/v1/cases/{case.number}/attachments/{attachment.number}"),
        question=attachment.question,
        file_name=attachment.file_name,
        media_type=attachment.media_type,
        size=attachment.size,
        sha256=attachment.sha256,
        created_at=attachment.created_at,
    )


def show_note(note: Note) -> NoteShape:
    """Describe one remark."""
    return NoteShape(
        id=note.seq,
        text=note.text,
        author=note.author,
        public=note.public,
        created_at=note.created_at,
    )


def show_event(event: Event) -> EventShape:
    """Describe one line of history."""
    return EventShape(at=event.at, deed=event.deed, by=event.by, detail=event.detail)


def show_queue(queue: Queue) -> QueueShape:
    """Describe one queue."""
    return QueueShape(
        slug=queue.slug,
        name=queue.name,
        open=queue.open,
        overdue=queue.overdue,
        total=queue.total,
    )
