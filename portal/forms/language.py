"""The keys of the form language and what each means: the parser, the editor's schema and the
documentation all read this one table."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One key: what it is for, whether it must be there, and the shape of its value."""

    about: str
    required: bool = False
    shape: str = "text"
    """text, flag, number, money, date, list, names (one or a list), map, condition, expression, or
    another level."""


FORM: Mapping[str, Key] = {
    "form": Key("The form's name in addresses, the same as the file's name.", required=True),
    "title": Key("What the service is called, as people would say it.", required=True),
    "summary": Key("One sentence for the list of services.", required=True),
    "service_area": Key("The council's team or area the service belongs to.", required=True),
    "lgsl": Key(
        "The service's number in the Local Government Service List.", required=True, shape="number"
    ),
    "languages": Key(
        "[en, cy]: every text people read is there in English and Welsh, as {en: …, cy: …}.",
        shape="list",
    ),
    "audience": Key(
        "Who it is for: resident, business or both; or officer alone, who must be signed in.",
        shape="list",
    ),
    "takes": Key('How long it takes, for example "8 minutes".'),
    "before_you_start": Key("What people need to have ready, in Markdown."),
    "pages": Key(
        "The pages, in order; and groups of pages that repeat.",
        required=True,
        shape="list of page or repeat",
    ),
    "sections": Key(
        "Groups of pages with a heading of their own, in order; every page names its section.",
        shape="list of section",
    ),
    "task_list": Key(
        "yes: people see the sections as a list of tasks and choose which to fill in next.",
        shape="flag",
    ),
    "computed": Key(
        "Values worked out from answers, which conditions, fees and texts may use.",
        shape="list of computed value",
    ),
    "declaration": Key("What people confirm by sending it, shown above the send button."),
    "fee": Key(
        "What is charged: a list of fee lines. No list, no charge.", shape="list of fee line"
    ),
    "charge": Key(
        "How many fee lines everybody pays: one (when left out), some (one or more) or any."
    ),
    "case": Key("What the submission becomes in the CRM.", required=True, shape="case"),
    "what_happens_next": Key("Shown on the confirmation page, in Markdown.", required=True),
    "keep": Key("How long drafts and submissions are kept.", shape="keep"),
    "open": Key("When it may be begun and sent, and how many times.", shape="open"),
    "prefill": Key("The questions that a link made with portal link may fill.", shape="list"),
    "examples": Key("Worked examples that run as tests.", required=True, shape="list of example"),
}

PAGE: Mapping[str, Key] = {
    "page": Key("The page's name in addresses: small letters, digits and hyphens.", required=True),
    "title": Key("The heading. Left out, a page with one question is headed by it."),
    "when": Key("Show the page only when this condition holds.", shape="condition"),
    "section": Key("The section it belongs to, in a form with sections."),
    "guidance": Key("Markdown above the questions."),
    "questions": Key("What is asked, and the content blocks between.", shape="list of question"),
    "exit": Key(
        'yes: the journey ends here ("you cannot use this service because…").', shape="flag"
    ),
    "check": Key("Rules across answers: a list of that / else / at.", shape="list of check"),
    "warn": Key(
        "Like check, but people may go on: for what looks wrong and may be right.",
        shape="list of check",
    ),
    "use": Key("Take the page's questions from _shared.yml."),
}

REPEAT: Mapping[str, Key] = {
    "repeat": Key(
        "The list's name in conditions and addresses: small letters, digits and underscores.",
        required=True,
    ),
    "title": Key("The heading of the list, for example Items to collect.", required=True),
    "each": Key("What one of them is called, for example item.", required=True),
    "line": Key("How one is shown in the list, with {question} placeholders."),
    "when": Key("Ask for the list only when this condition holds.", shape="condition"),
    "section": Key("The section it belongs to, in a form with sections."),
    "min": Key("The fewest; 1 when left out, 0 when there may be none.", shape="number"),
    "max": Key("The most; 50 when left out.", shape="number"),
    "reorder": Key("yes: people may change the order.", shape="flag"),
    "guidance": Key("Markdown above the list."),
    "pages": Key(
        "The pages asked for each one; another repeat may be among them.",
        required=True,
        shape="list of page or repeat",
    ),
    "check": Key(
        "Rules about the whole list: a list of that / else; they are said on the list.",
        shape="list of check",
    ),
}

SECTION: Mapping[str, Key] = {
    "section": Key("Its name: small letters, digits and hyphens.", required=True),
    "title": Key("What people read, for example Your vehicle.", required=True),
    "hint": Key("Help for it in the list of tasks."),
}

COMPUTED: Mapping[str, Key] = {
    "value": Key("Its name: small letters, digits and underscores.", required=True),
    "is": Key("How it is worked out (CEL).", required=True, shape="expression"),
    "shown_as": Key("text, number, money (then it is in pence) or date."),
    "label": Key("Its words on check answers and in the case; left out, it is in neither."),
}

QUESTION: Mapping[str, Key] = {
    "question": Key(
        "The answer's name in conditions: small letters, digits and underscores.", required=True
    ),
    "ask": Key("The question, as people read it."),
    "type": Key("The field type.", required=True),
    "hint": Key("Help for this one question."),
    "when": Key(
        "Ask it only when this condition holds. A choice on the same page (request == "
        '"other") shows it beneath that choice.',
        shape="condition",
    ),
    "optional": Key("yes: people may leave it blank.", shape="flag"),
    "about": Key('How an error names it: "Enter {about}".'),
    "errors": Key("Your own wording of an error, by its kind.", shape="map"),
}

CHECK: Mapping[str, Key] = {
    "that": Key("A condition that must not be false.", required=True, shape="condition"),
    "else": Key("What to say when it is.", required=True),
    "at": Key("The question on this page to say it at; in a list's check, leave it out."),
}

FEE_LINE: Mapping[str, Key] = {
    "line": Key("The line's name.", required=True),
    "label": Key("What people read on the receipt.", required=True),
    "when": Key("Charge it only when this condition holds.", shape="condition"),
    "amount": Key("A fee from _fees.yml, or an amount such as £21.00.", required=True),
    "by": Key("The whole-number question or computed number that chooses the band."),
    "times": Key("The whole-number question or computed number to multiply by."),
    "income_code": Key("The finance system's code.", required=True),
    "vat": Key("outside-scope, exempt, zero, reduced or standard.", required=True),
}

CASE: Mapping[str, Key] = {
    "type": Key("The CRM's case type.", required=True),
    "queue": Key("The team it lands in.", required=True),
    "priority": Key("low, normal, high or urgent."),
    "target": Key('When it should be done, for example "20 working days".', required=True),
    "subject": Key("One line for officers, with {question} placeholders.", required=True),
    "customer": Key("Which questions say who it is.", shape="customer"),
    "location": Key(
        "The address or location question that says where; of several, the first answered.",
        shape="names",
    ),
}

CUSTOMER: Mapping[str, Key] = {
    "name": Key("The name question."),
    "email": Key("The e-mail question; the confirmation goes there."),
    "phone": Key("The telephone question."),
    "address": Key("The address question."),
    "organisation": Key("The question with the organisation's name."),
    "anonymous": Key("yes: people need not say who they are.", shape="flag"),
}

KEEP: Mapping[str, Key] = {
    "draft": Key('How long an unsent draft is kept, for example "28 days".'),
    "submission": Key('How long a submission is kept, for example "6 years".'),
}

OPEN: Mapping[str, Key] = {
    "from": Key("When it opens: 2026-12-01, or 2026-12-01 09:00, on the council's clock."),
    "until": Key("When it closes; a day alone is open to its end."),
    "grace": Key("Until when what was begun in time may be sent; the end of the closing day."),
    "at_most": Key("The most submissions; those being paid count.", shape="number"),
    "closed": Key("What people read while it is closed, in Markdown."),
}

EXAMPLE: Mapping[str, Key] = {
    "example": Key("What it shows, as a sentence.", required=True),
    "language": Key("cy: it is filled in Welsh, and refused in Welsh."),
    "on": Key("The day it happens (year-month-day); left out, any day will do.", shape="date"),
    "answers": Key("Question → answer.", required=True, shape="map"),
    "sees": Key("The pages, in order.", shape="list"),
    "fee": Key("What it costs in all, for example £300.00.", shape="money"),
    "ends_at": Key("The exit page it ends at."),
    "refused": Key("Question → the error it is refused with.", shape="map"),
}

FEE: Mapping[str, Key] = {
    "from": Key("The first day it is in force (year-month-day).", required=True, shape="date"),
    "amount": Key("The amount, for example £45.00.", shape="money"),
    "bands": Key("A list of {to, amount}; the last without `to`.", shape="list of band"),
}

BAND: Mapping[str, Key] = {
    "to": Key("The last number of the band; left out, and over.", shape="number"),
    "amount": Key("The whole price for a number in the band.", required=True, shape="money"),
}

FEES: Mapping[str, Key] = {"fees": Key("Every fee, by name.", required=True, shape="map")}

SHARED: Mapping[str, Key] = {
    "pages": Key("Pages several forms share, by name.", required=True, shape="map"),
    "options": Key(
        "Lists of choices several questions share, by name: options: {use: name} takes one.",
        shape="map",
    ),
}

CALENDARS: Mapping[str, Key] = {
    "calendars": Key("Every calendar, by name.", required=True, shape="map"),
    "languages": Key(
        "[en, cy]: the texts are there in English and Welsh, as {en: …, cy: …}.", shape="list"
    ),
}

CALENDAR: Mapping[str, Key] = {
    "label": Key("What it is called.", required=True),
    "slot": Key("How long a slot is: 30 minutes, 2 hours or whole day.", required=True),
    "open": Key(
        "Weekdays (monday, or monday to friday) → hours such as 09:00 to 12:30, 13:30 to 17:00; "
        "all day for whole days.",
        required=True,
        shape="map",
    ),
    "capacity": Key("How many there are of each slot: a number, or one by weekday.", required=True),
    "horizon": Key("How far ahead one can book: 60 days or 8 weeks.", required=True),
    "notice": Key("How long before it starts it must be booked: 3 working days, 24 hours."),
    "change": Key("Until how long before it starts it may be moved or cancelled, written alike."),
    "hold": Key("How long a chosen slot is kept while the form is filled and paid; 30 minutes."),
    "closed": Key("Days that are closed: 2026-12-24, or 2026-12-24 to 2027-01-01.", shape="list"),
    "extra": Key("Days that are open all the same.", shape="list of extra day"),
    "bank_holidays": Key("yes: bank holidays are days like any other.", shape="flag"),
    "if_cancelled": Key("What becomes of the money when an appointment is cancelled."),
}

EXTRA_DAY: Mapping[str, Key] = {
    "on": Key("The day (year-month-day).", required=True, shape="date"),
    "open": Key("Its hours, or all day.", required=True),
    "capacity": Key(
        "How many there are of each slot; left out, as on that weekday.", shape="number"
    ),
}

OPTION: Mapping[str, Key] = {
    "label": Key("What people read.", required=True),
    "hint": Key("Help for this one choice."),
}

SHARED_PAGE: Mapping[str, Key] = {
    name: key
    for name, key in PAGE.items()
    if name in ("title", "guidance", "questions", "check", "warn")
}

COUNCIL: Mapping[str, Key] = {
    "name": Key("The council's name.", required=True),
    "phone": Key("Where people can ring.", required=True),
    "email": Key("Where people can write.", required=True),
    "hours": Key("When the telephone is answered.", required=True),
    "website": Key("The council's own site.", required=True),
    "address": Key("The postal address, a list of lines.", required=True, shape="list"),
    "reference_prefix": Key(
        "Two or three capital letters every reference begins with.", required=True
    ),
    "languages": Key(
        "[en, cy]: the name, hours and statements are there in both, as {en: …, cy: …}.",
        shape="list",
    ),
    "vat_number": Key("For VAT receipts."),
    "accessibility": Key("The accessibility statement, in Markdown."),
    "privacy": Key("The privacy notice, in Markdown."),
}
