"""What we tell people: for each occasion a subject, a template and plain facts. Pure.

Mail is read on shared screens and forwarded by strangers: it carries the reference, the name of
the service and what happens next, never an answer. Words of the resident never stand in a
subject, and a name that holds an address to click is made unclickable, so that nobody can use
our sender's good name to send their own message.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

Render = Callable[[str, Mapping[str, object]], str]
"""Renders a template, by its name under `messages/`, to plain text: no HTML escaping."""

_LONGEST_NAME = 80
_LONGEST_SUBJECT = 150
# What turns text into a link in a mail program: schemes, paths, @ and dots inside a word, and
# the ideographic dots that browsers read as dots (UTS 46).
_LINK_MARKS = re.compile(r"[:/\\@<>\[\]()\"“”|]+")
_BIDI_CONTROLS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_INNER_DOT = re.compile(r"[.\u3002\uff0e\uff61]+(?=\S)")


class NoticeKind(StrEnum):
    """The occasions we write on."""

    SUBMISSION_RECEIVED = "submission-received"
    PAYMENT_RECEIVED = "payment-received"
    PAYMENT_LINK = "payment-link"
    REFUND_MADE = "refund-made"
    RESUME_LINK = "resume-link"
    STATUS_CHANGED = "status-changed"
    APPOINTMENT_MOVED = "appointment-moved"
    APPOINTMENT_CANCELLED = "appointment-cancelled"


_SUBJECTS: Mapping[str, Mapping[NoticeKind, str]] = {
    "en": {
        NoticeKind.SUBMISSION_RECEIVED: "We have received your form: {service}",
        NoticeKind.PAYMENT_RECEIVED: "Receipt {receipt_number} for your payment to {council}",
        NoticeKind.PAYMENT_LINK: "Pay {amount} to {council}: {service}",
        NoticeKind.REFUND_MADE: "We have refunded {amount}: {service}",
        NoticeKind.RESUME_LINK: "Continue your form: {service}",
        NoticeKind.STATUS_CHANGED: "An update on your form: {service}",
        NoticeKind.APPOINTMENT_MOVED: "Your appointment is moved: {service}",
        NoticeKind.APPOINTMENT_CANCELLED: "Your appointment is cancelled: {service}",
    },
    "cy": {
        NoticeKind.SUBMISSION_RECEIVED: "Rydym wedi cael eich ffurflen: {service}",
        NoticeKind.PAYMENT_RECEIVED: "Derbynneb {receipt_number} am eich taliad i {council}",
        NoticeKind.PAYMENT_LINK: "Talu {amount} i {council}: {service}",
        NoticeKind.REFUND_MADE: "Rydym wedi ad-dalu {amount}: {service}",
        NoticeKind.RESUME_LINK: "Parhau â’ch ffurflen: {service}",
        NoticeKind.STATUS_CHANGED: "Diweddariad ar eich ffurflen: {service}",
        NoticeKind.APPOINTMENT_MOVED: "Mae eich apwyntiad wedi’i symud: {service}",
        NoticeKind.APPOINTMENT_CANCELLED: "Mae eich apwyntiad wedi’i ganslo: {service}",
    },
}
_FOLDERS = {"en": "messages", "cy": "messages/cy"}


@dataclass(frozen=True, slots=True)
class Message:
    """A message before it is rendered."""

    kind: NoticeKind
    subject: str
    template: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CouncilContact:
    """How to reach the council: from its own settings, not from residents."""

    council: str
    phone: str
    email: str
    opening_hours: str = ""
    language: str = "en"
    """The language we write in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutSubmission:
    """What every message about a submission may know."""

    reference: str
    service: str
    """The service's title, as the council wrote it."""
    contact: CouncilContact
    name: str = ""
    """As the resident typed it: only ever used to greet."""
    track_url: str = ""
    """Where to see how it stands."""


def submission_received(
    about: AboutSubmission,
    *,
    what_happens_next: str,
    summary_url: str = "",
    appointment_urls: str = "",
) -> Message:
    """Tell that a submission arrived. `appointment_urls` are one to a line."""
    return _about(
        NoticeKind.SUBMISSION_RECEIVED,
        about,
        what_happens_next=what_happens_next,
        summary_url=summary_url,
        appointment_urls=appointment_urls,
    )


def payment_received(
    about: AboutSubmission, *, amount: str, receipt_number: str, receipt_url: str
) -> Message:
    """Tell that a payment arrived. The amount is in words: £85.00."""
    return _about(
        NoticeKind.PAYMENT_RECEIVED,
        about,
        amount=amount,
        receipt_number=receipt_number,
        receipt_url=receipt_url,
    )


def payment_link(about: AboutSubmission, *, amount: str, pay_url: str, expires: str) -> Message:
    """Send a link to pay, for example after a telephone call. `expires` is a day in words."""
    return _about(
        NoticeKind.PAYMENT_LINK,
        about,
        amount=amount,
        pay_url=pay_url,
        expires=expires,
    )


def refund_made(about: AboutSubmission, *, amount: str, credit_note: str) -> Message:
    """Tell that money is on its way back."""
    return _about(
        NoticeKind.REFUND_MADE,
        about,
        amount=amount,
        credit_note=credit_note,
    )


def resume_link(*, service: str, resume_url: str, expires: str, contact: CouncilContact) -> Message:
    """Send the secret link back to an unfinished form. There is no reference yet."""
    about = AboutSubmission(reference="", service=service, contact=contact)
    return _about(
        NoticeKind.RESUME_LINK,
        about,
        resume_url=resume_url,
        expires=expires,
    )


def status_changed(about: AboutSubmission, *, progress: str) -> Message:
    """Tell how the case stands now, in our words."""
    return _about(
        NoticeKind.STATUS_CHANGED,
        about,
        progress=progress,
    )


def appointment_moved(about: AboutSubmission, *, appointment_url: str) -> Message:
    """Tell that an appointment is at another time now. When it is, is behind the link."""
    return _about(NoticeKind.APPOINTMENT_MOVED, about, appointment_url=appointment_url)


def appointment_cancelled(about: AboutSubmission, *, about_money: str) -> Message:
    """Tell that an appointment is cancelled, and what becomes of the money, if there is any."""
    return _about(NoticeKind.APPOINTMENT_CANCELLED, about, about_money=about_money)


def write(message: Message, render: Render) -> str:
    """The message as plain text: CRLF and control characters gone, one newline at the end."""
    text = render(message.template, message.facts)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = ("".join(c for c in line if _is_printing(c)).rstrip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip() + "\n"


def one_line(words: str) -> str:
    """Words fit for a header: no line breaks, no control or bidirectional characters."""
    return " ".join("".join(c if _is_printing(c) else " " for c in words).split())


def greeted(name: str) -> str:
    """A name to greet by, with nothing in it a mail program would turn into a link."""
    plain = one_line(_LINK_MARKS.sub(" ", unicodedata.normalize("NFC", one_line(name))))
    plain = one_line(
        re.sub(r"(?i)\b(https?|www|mailto|ftp)\b\.?", " ", _INNER_DOT.sub(". ", plain))
    )
    return plain if len(plain) <= _LONGEST_NAME else plain[:_LONGEST_NAME].rstrip() + "…"


def _about(kind: NoticeKind, about: AboutSubmission, **more: str) -> Message:
    facts = {
        "reference": about.reference,
        "service": one_line(about.service),
        "name": greeted(about.name),
        "track_url": about.track_url,
        **{key: one_line(value) for key, value in asdict(about.contact).items()},
        **more,
    }
    language = about.contact.language
    spoken = {"service": about.service, "council": about.contact.council, **more}
    subject = _SUBJECTS[language][kind].format_map(spoken)
    ending = f" ({about.reference})" if about.reference else ""
    short = one_line(subject)[: _LONGEST_SUBJECT - len(ending)]
    template = f"{_FOLDERS[language]}/{kind.replace('-', '_')}.txt"
    return Message(kind, f"{short}{ending}", template, facts)


def _is_printing(character: str) -> bool:
    # Zero-width joiners stay: some names need them. Bidirectional controls (Cf, U+202A to 2069)
    # could turn an address around before the reader's eyes.
    if unicodedata.bidirectional(character) in _BIDI_CONTROLS:
        return False
    return unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp", "Cn"}
