import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.notices.messages import (
    AboutSubmission,
    CouncilContact,
    Message,
    NoticeKind,
    appointment_cancelled,
    appointment_moved,
    greeted,
    one_line,
    payment_link,
    payment_received,
    refund_made,
    resume_link,
    status_changed,
    submission_received,
    write,
)
from portal.notices.rendering import text_renderer

TEMPLATES = Path(__file__).parents[2] / "portal" / "templates"
RENDER = text_renderer(TEMPLATES)
CONTACT = CouncilContact(
    council="Sevenoaks District Council",
    phone="01732 227000",
    email="help@example.gov.uk",
    opening_hours="Monday to Friday, 9am to 5pm",
)


def about(name: str = "Siân O'Brien", service: str = "Name a street & more") -> AboutSubmission:
    return AboutSubmission(
        reference="HM-7K3M-9QX2-4",
        service=service,
        contact=CONTACT,
        name=name,
        track_url="https://forms.example.gov.uk/track",
    )


def every_message(who: AboutSubmission) -> list[Message]:
    return [
        submission_received(who, what_happens_next="We reply within 20 working days."),
        payment_received(
            who, amount="£300.00", receipt_number="R-000017", receipt_url="https://x.gov.uk/r.pdf"
        ),
        payment_link(
            who, amount="£300.00", pay_url="https://x.gov.uk/pay/t", expires="1 December 2026"
        ),
        refund_made(who, amount="£20.00", credit_note="C-000002"),
        resume_link(
            service=who.service,
            resume_url="https://x.gov.uk/resume/t",
            expires="22 December 2026",
            contact=CONTACT,
        ),
        status_changed(who, progress="in progress"),
        appointment_moved(who, appointment_url="https://x.gov.uk/appointments/t"),
        appointment_cancelled(who, about_money="We refund it."),
    ]


def test_there_is_a_message_and_a_template_for_every_occasion():
    messages = every_message(about())

    assert {m.kind for m in messages} == set(NoticeKind)
    assert {m.template for m in messages} == {
        f"messages/{path.name}" for path in (TEMPLATES / "messages").glob("*.txt")
    }


@pytest.mark.parametrize("message", every_message(about()), ids=lambda m: m.kind)
def test_each_message_reads_as_a_letter(message: Message):
    text = write(message, RENDER)

    assert re.match(r"(Dear Siân O'Brien|Hello),\n\n[A-Z]", text)
    assert "{" not in text
    assert "&amp;" not in text
    assert "&#39;" not in text
    assert "\n\n\n" not in text
    assert "Name a street & more" in text
    assert text.endswith("This message was sent by a machine.\n")
    assert "telephone 01732 227000 (Monday to Friday, 9am to 5pm)\ne-mail help@example" in text


def test_a_receipt_says_what_was_paid_and_where_to_find_it():
    text = write(every_message(about())[1], RENDER)

    assert "£300.00" in text
    assert "R-000017" in text
    assert "https://x.gov.uk/r.pdf\n" in text
    assert "HM-7K3M-9QX2-4" in text


def test_somebody_without_a_name_is_greeted_too():
    assert write(every_message(about(name=""))[0], RENDER).startswith("Hello,\n\nWe have")


def test_what_is_not_given_leaves_no_gap():
    bare = AboutSubmission(
        reference="HM-1",
        service="S",
        contact=CouncilContact(council="C", phone="1", email="e@example.org"),
    )

    text = write(submission_received(bare, what_happens_next="Nothing."), RENDER)

    assert "See" not in text
    assert "telephone 1\ne-mail" in text


def test_the_subject_carries_the_reference_and_never_the_residents_words():
    for message in every_message(about(name="WIN A PRIZE")):
        assert "WIN" not in message.subject
        assert message.kind is NoticeKind.RESUME_LINK or "HM-7K3M-9QX2-4" in message.subject


def test_a_service_title_with_a_line_break_stays_on_one_line_and_keeps_the_reference():
    message = every_message(about(service="Long\r\nBcc: a@b.example " + "x" * 300))[0]

    assert "\n" not in message.subject
    assert "\r" not in message.subject
    assert len(message.subject) <= 150
    assert message.subject.endswith("(HM-7K3M-9QX2-4)")


@pytest.mark.parametrize(
    ("typed", "greeting"),
    [
        ("Siân O'Brien", "Siân O'Brien"),
        ("李小龍", "李小龍"),
        ("J. R. Hartley", "J. R. Hartley"),
        ("Dr. Llŷr ap Gwilym-Jones", "Dr. Llŷr ap Gwilym-Jones"),
        ("win http://evil.example/now", "win evil. example now"),
        ("WWW.EVIL.EXAMPLE", "EVIL. EXAMPLE"),
        ("mail me@evil.example", "mail me evil. example"),
        ("evil。example", "evil. example"),
        ("x\r\nBcc: a@b", "x Bcc a b"),
        ("<b>Bob</b>", "b Bob b"),
        ("\u202egro.live", "gro. live"),
        ("", ""),
        ("y" * 200, "y" * 80 + "…"),
    ],
)
def test_a_name_greets_and_cannot_be_clicked(typed: str, greeting: str):
    assert greeted(typed) == greeting


@given(st.text(max_size=200))
def test_no_name_whatsoever_makes_a_link_or_a_new_line(name: str):
    greeting = greeted(name)

    assert not re.search(r"://|www\.|@|\w\.\w|[\x00-\x1f\u2028\u2029\u202a-\u202e]", greeting)
    assert len(greeting) <= 81


@given(st.text(max_size=80))
def test_a_greeting_is_greeted_the_same_again(name: str):
    once = greeted(name)

    assert greeted(once) == once or len(once) > 80


@given(st.text())
def test_one_line_is_one_line(words: str):
    assert one_line(words).splitlines() in ([], [one_line(words)])


@given(st.text(max_size=100))
def test_no_name_can_add_lines_to_a_letter(name: str):
    plain = write(every_message(about(name="Bob"))[0], RENDER)

    letter = write(every_message(about(name=name))[0], RENDER)

    assert letter.count("\n") == plain.count("\n")


def test_every_message_is_welsh_to_who_asked_in_welsh():
    contact = replace(CONTACT, council="Cyngor", opening_hours="dydd Llun", language="cy")
    for message in every_message(replace(about(service="Cwyn"), contact=contact)):
        written = write(message, RENDER)
        if message.kind is NoticeKind.RESUME_LINK:
            continue  # of a form without a reference; the next test
        assert message.template.startswith("messages/cy/")
        assert "Annwyl Siân O'Brien," in written
        assert not ENGLISH.search(written + message.subject), written


def test_the_link_back_to_a_form_is_welsh_too():
    contact = replace(CONTACT, council="Cyngor", opening_hours="dydd Llun", language="cy")
    url = "https://forms.example.gov.uk/resume/t"
    message = resume_link(service="Cwyn", resume_url=url, expires="1 Mai 2027", contact=contact)
    assert message.subject == "Parhau â’ch ffurflen: Cwyn"
    assert "gweithio tan 1 Mai 2027" in write(message, RENDER)
    assert not ENGLISH.search(write(message, RENDER))


ENGLISH = re.compile(
    r"\b(your|you|the|form|receipt|dear|hello|message|until)\b(?!@)", re.IGNORECASE
)
