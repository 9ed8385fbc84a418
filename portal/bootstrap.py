"""The one composition root: settings become a house. The real clock is read only here."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from anyio import to_thread
from sqlmodel import Session

from portal.addresses.local import LocalGazetteer
from portal.cases.crm import Crm, CrmSettings, load_crm
from portal.cases.notes import ADD_NOTE, add_note
from portal.cases.routing import HAND_OVER, open_case
from portal.core.bank_holidays import bank_holidays
from portal.core.dates import Today, council_day
from portal.core.errors import UnsafeSettings
from portal.core.languages import LANGUAGES
from portal.database import Transactions, open_engine, reach
from portal.forms.definition import Council
from portal.forms.fields.modulus_check import (
    SAMPLE_WEIGHTS,
    ModulusTable,
    read_substitutes,
    read_weights,
)
from portal.forms.library import load_library
from portal.notices.messages import resume_link, write
from portal.notices.rendering import text_renderer
from portal.notices.sending import SEND_NOTICE, Notice, notice_id, queue_notice, send_notice
from portal.notices.smtp import SmtpMailer, read_smtp_url
from portal.payments.fulfilling import Fulfilment, PaidRequest
from portal.payments.hearing import PROVIDER_EVENT, collect_missed_events, handle_event
from portal.payments.payment import LIVE, PaymentRequest
from portal.payments.provider import PaymentProvider, load_provider
from portal.payments.receipt import (
    CouncilDetails,
    Receipt,
    load_receipt,
    receipt_token,
    receipt_view,
)
from portal.payments.receipt_pdf import render_document
from portal.payments.records import (
    ReceiptRow,
    find_request_of,
    get_attempt,
    list_attempts,
    list_receipts,
)
from portal.payments.settling import check_payment
from portal.payments.taking import CHECK_PAYMENT
from portal.settings import Settings
from portal.submissions.answers_copy import RENDER_ANSWERS, AnswersCopy, Copying, draw_copy
from portal.submissions.attachments import Attachments
from portal.submissions.definitions import Clock, Definitions
from portal.submissions.diary import Diary
from portal.submissions.document_files import DocumentFiles
from portal.submissions.filling import Filling
from portal.submissions.following_up import (
    FollowingUp,
    confirm,
    contact_of,
    draw_receipt,
    load_attachment,
)
from portal.submissions.places import FormGazetteer
from portal.submissions.retention import purge, sweep
from portal.submissions.submitting import CONFIRM, RENDER_RECEIPT, Submitting, payment_settled
from portal.templating import build_environment, in_language
from portal.work import Handler, Work

ROOT = Path(__file__).parent.parent
TEMPLATES = Path(__file__).parent / "templates"
STATIC = ROOT / "static"
CRM_MAPPINGS = ROOT / "crm_adapters"
_CODE_ALPHABET = "0123456789"
PURGE_DRAFTS, COLLECT_EVENTS = "purge-drafts", "collect-events"
SCHEDULES: Mapping[str, str] = {PURGE_DRAFTS: "10 3 * * *", COLLECT_EVENTS: "25 * * * *"}
"""When the jobs that come round do (cron, UTC)."""
_LOOK_BACK = timedelta(hours=25)
"""How far back undelivered events are asked for: longer than the longest sensible outage of the
hourly job, and a day old event is settled by the payment's own check anyway."""


def real_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ReceiptLink:
    """A receipt as the confirmation page offers it."""

    number: str
    path: str


@dataclass
class House:
    """Everything the portal is made of, made once."""

    settings: Settings
    clock: Clock
    council: Council
    transactions: Transactions
    work: Work
    definitions: Definitions
    filling: Filling
    submitting: Submitting
    attachments: Attachments
    receipt_files: DocumentFiles
    provider: PaymentProvider
    providers: Mapping[str, PaymentProvider]
    fulfilment: Fulfilment
    crm: Crm
    mailer: SmtpMailer
    following_up: FollowingUp
    bank_holidays: frozenset[date]
    diary: Diary
    copying: Copying
    handlers: Mapping[str, Handler] = field(default_factory=dict[str, Handler])

    def today(self) -> Today:
        """The council's day."""
        return Today(council_day(self.clock()), self.bank_holidays)

    def provider_for(self, owed: PaymentRequest) -> PaymentProvider:
        """Who takes this payment: nobody needs asking when there is nothing to pay."""
        return self.providers["zero"] if owed.amount == 0 else self.provider

    def receipts_of(self, session: Session, submission_id: str) -> list[ReceiptLink]:
        """The receipts of a submission, with their secret addresses."""
        request = find_request_of(session, submission_id)
        rows = list_receipts(session, request.id) if request else []
        return [
            ReceiptLink(row.number, f"/receipts/{self._receipt_token(row.id)}.pdf") for row in rows
        ]

    def receipt_facts(self, row: ReceiptRow, language: str = "en") -> dict[str, Any]:
        """What a receipt says, in words."""
        url = self.receipt_url(row.id)
        return receipt_view(load_receipt(row.snapshot), url, language=language)

    def receipt_url(self, receipt_id: str) -> str:
        """The page behind a receipt's QR code."""
        return f"{self.settings.base_url}/receipts/{self._receipt_token(receipt_id)}"

    def _receipt_token(self, receipt_id: str) -> str:
        return self.fulfilment.receipt_token(receipt_id)

    def is_being_confirmed(self, session: Session, request_id: str) -> bool:
        """Whether the payer came back from the provider and the money is not known to be in."""
        attempts = list_attempts(session, request_id)
        return any(
            a.state in LIVE - {"open", "submitting", "unknown"} or a.state == "quarantined"
            for a in attempts
        )

    def new_code(self) -> str:
        """Six digits to read off one screen and type into another."""
        return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(6))

    def send_resume_link(
        self, email: str, service: str, link: str, expires: str, language: str = "en"
    ) -> None:
        """Queue the mail with the link back to a saved form."""
        message = resume_link(
            service=service,
            resume_url=link,
            expires=expires,
            contact=replace(contact_of(self.council.in_language(language)), language=language),
        )
        with self.transactions.write() as session:
            notice = Notice(
                id=notice_id(link, message.kind),
                submission_id="",
                kind=message.kind,
                to=email,
                subject=message.subject,
                text=write(message, self.following_up.render),
            )
            queue_notice(
                session, self.work, notice, sender=self.following_up.sender, now=self.clock()
            )

    async def in_thread(self, do: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever it gives
        """Run blocking work from an async route."""
        return await to_thread.run_sync(do)

    def close(self) -> None:
        """Let go of everything."""
        self.work.close()
        self.transactions.dispose()


def build_house(settings: Settings, clock: Clock = real_clock, *, pace: float = 1.0) -> House:
    """Put the house together. `pace` shortens the waits of its work, for tests (see `Work`).

    Raises UnsafeSettings naming the setting and its cure, and DatabaseUnreachable; nothing else
    of the network is touched.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.database_url)
    reach(engine)
    transactions, work = Transactions(engine), Work(engine, pace=pace)
    library = _library(settings)
    definitions = Definitions(library, transactions, watch=not settings.is_production)
    council = library.council
    attachments = Attachments(settings.data_dir / "attachments")
    receipt_files = DocumentFiles(settings.data_dir / "receipts")
    holidays = bank_holidays()
    sender = settings.mail_from or council.email
    diary = Diary(settings.forms, holidays, settings.secret_key.get_secret_value().encode())
    submitting = Submitting(
        transactions, definitions, work, council.reference_prefix, holidays, diary
    )
    fulfilment = _fulfilment(settings, council, submitting)
    provider = load_provider(settings.payment_provider, environment=settings.environment.value)
    zero = load_provider("zero", environment=settings.environment.value)

    def receipt_url(receipt_id: str) -> str:
        return f"{settings.base_url}/receipts/{fulfilment.receipt_token(receipt_id)}"

    draw_receipt_in, draw_answers_in = _drawers(council)
    following_up = FollowingUp(
        transactions=transactions,
        definitions=definitions,
        work=work,
        council=council,
        render=text_renderer(TEMPLATES),
        sender=sender,
        receipt_url=receipt_url,
        receipt_files=receipt_files,
        draw=draw_receipt_in,
        diary=diary,
        appointment_url=lambda one: f"{settings.base_url}/appointments/{diary.token(one)}",
    )
    house = House(
        settings=settings,
        clock=clock,
        council=council,
        transactions=transactions,
        work=work,
        definitions=definitions,
        filling=Filling(
            transactions,
            definitions,
            attachments,
            FormGazetteer(LocalGazetteer(transactions)),
            diary,
            read_bank_weights(settings.forms),
        ),
        submitting=submitting,
        attachments=attachments,
        receipt_files=receipt_files,
        provider=provider,
        providers={provider.name: provider, "zero": zero},
        fulfilment=fulfilment,
        crm=load_crm(
            CrmSettings(
                settings.crm,
                CRM_MAPPINGS,
                settings.crm_url.rstrip("/"),
                settings.crm_token.get_secret_value(),
            )
        ),
        mailer=SmtpMailer(
            read_smtp_url(settings.smtp_url.get_secret_value()),
            sender=sender,
            sender_name=council.name,
        ),
        copying=Copying(
            transactions,
            definitions,
            work,
            DocumentFiles(settings.data_dir / "copies"),
            holidays,
            draw_answers_in,
        ),
        following_up=following_up,
        bank_holidays=holidays,
        diary=diary,
    )
    house.handlers = _handlers(house)
    return house


def _library(settings: Settings) -> Any:  # noqa: ANN401  # a Library
    try:
        return load_library(settings.forms)
    except (OSError, ValueError) as error:
        msg = f"PORTAL_FORMS={settings.forms}: {error}"
        raise UnsafeSettings(msg) from error


def _fulfilment(settings: Settings, council: Council, submitting: Submitting) -> Fulfilment:
    key = settings.secret_key.get_secret_value().encode()

    def on_paid(session: Session, paid: PaidRequest) -> None:
        today = Today(council_day(paid.paid_at), submitting.bank_holidays)
        payment_settled(submitting, session, paid, today=today)

    return Fulfilment(
        council=CouncilDetails(
            name=council.name,
            address=council.address,
            phone=council.phone,
            email=council.email,
            website=council.website,
            vat_number=council.vat_number,
            series=council.reference_prefix,
        ),
        on_paid=on_paid,
        receipt_token=lambda receipt_id: receipt_token(key, receipt_id),
    )


def _drawers(
    council: Council,
) -> tuple[Callable[[Receipt, str, str], bytes], Callable[[AnswersCopy, str], bytes]]:
    """Draw a receipt and a copy of answers with the council's logo and our fonts.

    All they use is read once, at the first drawing.
    """
    assets: dict[str, bytes] = {}
    english = build_environment(TEMPLATES, STATIC)
    environments = {code: in_language(english, code) for code in LANGUAGES}

    def read_assets() -> None:
        if not assets:
            assets["receipt.css"] = (TEMPLATES / "documents" / "receipt.css").read_bytes()
            assets["brand.css"] = (STATIC / "council" / "brand.css").read_bytes()
            assets["logo.svg"] = (STATIC / "council" / "logo.svg").read_bytes()
            for font in sorted((STATIC / "vendor" / "fonts").glob("*.woff2")):
                assets[font.name] = font.read_bytes()

    def draw_receipt(receipt: Receipt, verify_url: str, language: str) -> bytes:
        read_assets()
        html = (
            environments[language]
            .get_template("documents/receipt.html")
            .render(receipt=receipt_view(receipt, verify_url, language=language))
        )
        return render_document(html, assets)

    def draw_answers(copied: AnswersCopy, language: str) -> bytes:
        read_assets()
        html = (
            environments[language]
            .get_template("documents/answers.html")
            .render(copied=copied, council=council.in_language(language))
        )
        return render_document(html, assets)

    return draw_receipt, draw_answers


def _handlers(house: House) -> Mapping[str, Handler]:
    """What each promised job does."""

    def hand_over(submission_id: str) -> timedelta | None:
        return open_case(
            house.transactions,
            house.crm,
            submission_id,
            clock=house.clock,
            load_content=house.attachments.read,
        )

    def write_confirmation(submission_id: str, receipt_id: str = "") -> None:
        confirm(house.following_up, submission_id, receipt_id, now=house.clock())

    def render(receipt_id: str) -> None:
        draw_receipt(house.following_up, receipt_id)

    def send(notice: str) -> timedelta | None:
        return send_notice(
            house.transactions,
            house.mailer,
            notice,
            clock=house.clock,
            load_attachment=lambda reference: load_attachment(house.following_up, reference),
        )

    def check(attempt_id: str) -> timedelta | None:
        return check_payment(
            house.transactions,
            _provider_of(house, attempt_id),
            attempt_id,
            now=house.clock(),
            fulfilment=house.fulfilment,
        )

    def hear(event_id: str) -> None:
        handle_event(
            house.transactions,
            house.provider,
            event_id,
            now=house.clock(),
            fulfilment=house.fulfilment,
        )

    def clean_up() -> None:
        now = house.clock()
        purge(house.transactions, house.attachments, now=now)
        sweep(
            house.transactions,
            house.attachments,
            house.receipt_files,
            house.copying.files,
            now=now,
        )

    def tell_case(note_id: str) -> timedelta | None:
        return add_note(house.transactions, house.crm, note_id, clock=house.clock)

    def catch_up() -> None:
        now = house.clock()
        collect_missed_events(
            house.transactions, house.work, house.provider, since=now - _LOOK_BACK, now=now
        )

    return {
        HAND_OVER: hand_over,
        ADD_NOTE: tell_case,
        CONFIRM: write_confirmation,
        RENDER_RECEIPT: render,
        RENDER_ANSWERS: partial(draw_copy, house.copying),
        SEND_NOTICE: send,
        CHECK_PAYMENT: check,
        PROVIDER_EVENT: hear,
        PURGE_DRAFTS: clean_up,
        COLLECT_EVENTS: catch_up,
    }


def _provider_of(house: House, attempt_id: str) -> PaymentProvider:
    """The provider an attempt was made with, which may no longer be the one new ones go to."""
    with house.transactions.read() as session:
        name = get_attempt(session, attempt_id).provider
    return house.providers.get(name, house.provider)


def read_bank_weights(forms: Path) -> ModulusTable:
    """The published tables for checking bank accounts, where a council put them beside its forms.

    `_valacdos.txt` holds the weights and `_scsubtab.txt` the substitute sort codes. Without the
    first only our sample is known. Raises ValueError, naming the file, when one is damaged.
    """
    weights, substitutes = forms / "_valacdos.txt", forms / "_scsubtab.txt"
    if not weights.exists():
        return SAMPLE_WEIGHTS
    file = weights
    try:
        rules = read_weights(weights.read_text("utf-8"))
        file = substitutes
        pairs = read_substitutes(substitutes.read_text("utf-8")) if substitutes.exists() else {}
    except ValueError as error:
        raise ValueError(f"{file.name}: {error}") from error
    return ModulusTable(rules, pairs)
